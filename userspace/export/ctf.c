// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: export_ctf
 *
 * Records in the Common Trace Format 1.8, as the sink of libbabeltrace2 writes it
 * (sink.ctf.fs). A record is an event whose class has its name, that of the call or of
 * what happened, and exactly the fields that are in it, by the names of the columns in
 * flat.c: so a class is made for each shape of records that comes. CTF has no null.
 *
 * The library pulls, and records are pushed: the graph is run once for each record, and
 * its source, which is made here, gives out what is pending.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "export/aside.h"
#include "export/ctf.h"
#include "export/facts.h"
#include "export/flat.h"

#if __has_include("babeltrace2/babeltrace.h")

#include <babeltrace2/babeltrace.h>

/* The functions of the library, by their names */
#define FUNCTIONS(FUNCTION) \
	FUNCTION(bt_clock_class_create) \
	FUNCTION(bt_clock_class_put_ref) \
	FUNCTION(bt_clock_class_set_frequency) \
	FUNCTION(bt_clock_class_set_name) \
	FUNCTION(bt_clock_class_set_offset) \
	FUNCTION(bt_clock_class_set_origin_is_unix_epoch) \
	FUNCTION(bt_component_class_source_create) \
	FUNCTION(bt_component_class_source_put_ref) \
	FUNCTION(bt_component_class_source_set_initialize_method) \
	FUNCTION(bt_component_sink_borrow_input_port_by_name_const) \
	FUNCTION(bt_component_source_borrow_output_port_by_name_const) \
	FUNCTION(bt_current_thread_clear_error) \
	FUNCTION(bt_current_thread_take_error) \
	FUNCTION(bt_error_borrow_cause_by_index) \
	FUNCTION(bt_error_cause_get_message) \
	FUNCTION(bt_error_get_cause_count) \
	FUNCTION(bt_error_release) \
	FUNCTION(bt_event_borrow_payload_field) \
	FUNCTION(bt_event_class_create) \
	FUNCTION(bt_event_class_put_ref) \
	FUNCTION(bt_event_class_set_name) \
	FUNCTION(bt_event_class_set_payload_field_class) \
	FUNCTION(bt_field_class_integer_signed_create) \
	FUNCTION(bt_field_class_integer_unsigned_create) \
	FUNCTION(bt_field_class_put_ref) \
	FUNCTION(bt_field_class_string_create) \
	FUNCTION(bt_field_class_structure_append_member) \
	FUNCTION(bt_field_class_structure_create) \
	FUNCTION(bt_field_integer_signed_set_value) \
	FUNCTION(bt_field_integer_unsigned_set_value) \
	FUNCTION(bt_field_string_set_value) \
	FUNCTION(bt_field_structure_borrow_member_field_by_index) \
	FUNCTION(bt_graph_add_sink_component) \
	FUNCTION(bt_graph_add_source_component_with_initialize_method_data) \
	FUNCTION(bt_graph_connect_ports) \
	FUNCTION(bt_graph_create) \
	FUNCTION(bt_graph_put_ref) \
	FUNCTION(bt_graph_run_once) \
	FUNCTION(bt_message_event_borrow_event) \
	FUNCTION(bt_message_event_create_with_default_clock_snapshot) \
	FUNCTION(bt_message_iterator_class_create) \
	FUNCTION(bt_message_iterator_class_put_ref) \
	FUNCTION(bt_message_iterator_class_set_initialize_method) \
	FUNCTION(bt_message_put_ref) \
	FUNCTION(bt_message_stream_beginning_create) \
	FUNCTION(bt_message_stream_end_create) \
	FUNCTION(bt_plugin_borrow_sink_component_class_by_name_const) \
	FUNCTION(bt_plugin_find) \
	FUNCTION(bt_plugin_put_ref) \
	FUNCTION(bt_self_component_get_data) \
	FUNCTION(bt_self_component_set_data) \
	FUNCTION(bt_self_component_source_add_output_port) \
	FUNCTION(bt_self_message_iterator_borrow_component) \
	FUNCTION(bt_self_message_iterator_get_data) \
	FUNCTION(bt_self_message_iterator_set_data) \
	FUNCTION(bt_stream_class_create) \
	FUNCTION(bt_stream_class_put_ref) \
	FUNCTION(bt_stream_class_set_default_clock_class) \
	FUNCTION(bt_stream_create) \
	FUNCTION(bt_stream_put_ref) \
	FUNCTION(bt_trace_class_create) \
	FUNCTION(bt_trace_class_put_ref) \
	FUNCTION(bt_trace_create) \
	FUNCTION(bt_trace_put_ref) \
	FUNCTION(bt_trace_set_environment_entry_integer) \
	FUNCTION(bt_trace_set_environment_entry_string) \
	FUNCTION(bt_trace_set_name) \
	FUNCTION(bt_value_map_create) \
	FUNCTION(bt_value_map_insert_bool_entry) \
	FUNCTION(bt_value_map_insert_string_entry) \
	FUNCTION(bt_value_put_ref)

FUNCTIONS(LIBRARY_POINTER)

#define add_with_data	do_bt_graph_add_source_component_with_initialize_method_data

#define NR_SHAPES	4096
#define MASK_WORDS	((SINK_MAX_COLUMNS + 63) / 64)
#define NS_PER_S	1000000000ULL

/**
 * enum pending - what the source is to give out
 * @PENDING_NOTHING: nothing
 * @PENDING_BEGIN: the beginning of the stream
 * @PENDING_RECORD: a record
 * @PENDING_END: the end of the stream
 * @PENDING_ENDED: that there is no more
 */
enum pending {
	PENDING_NOTHING,
	PENDING_BEGIN,
	PENDING_RECORD,
	PENDING_END,
	PENDING_ENDED,
};

/**
 * struct shape - a class of events
 * @name: of the event; NULL: free
 * @has: which columns are there
 * @texts: which of these are texts
 * @class: the class
 */
struct shape {
	const char *name;
	u64 has[MASK_WORDS];
	u64 texts[MASK_WORDS];
	bt_event_class *class;
};

/**
 * struct ctf - a trace that is being written
 * @graph: source and sink
 * @trace_class: of all fields
 * @stream_class: of all events
 * @trace: the trace
 * @stream: its only stream
 * @real_ns: what has to be added to times to have them since 1970; 0: not known
 * @flat: the fields of records
 * @pending: enum pending
 * @record: with PENDING_RECORD
 * @last_ns: time of the last one
 * @failed: something could not be written
 * @shapes: classes so far, by their content
 */
struct ctf {
	bt_graph *graph;
	bt_trace_class *trace_class;
	bt_stream_class *stream_class;
	bt_trace *trace;
	bt_stream *stream;
	u64 real_ns;
	struct flat *flat;
	enum pending pending;
	const struct ipctrace_header *record;
	u64 last_ns;
	bool failed;
	struct shape shapes[NR_SHAPES];
};

/* ---- Classes ----------------------------------------------------------------- */

static bool is_in(const u64 *mask, size_t i)
{
	return mask[i / 64] >> i % 64 & 1;
}

static bt_field_class *make_field(struct ctf *ctf, const struct shape *shape, size_t i)
{
	if (is_in(shape->texts, i))
		return do_bt_field_class_string_create(ctf->trace_class);
	return ctf->flat->columns[i].type == VALUE_SIGNED ?
		       do_bt_field_class_integer_signed_create(ctf->trace_class) :
		       do_bt_field_class_integer_unsigned_create(ctf->trace_class);
}

static bool add_fields(struct ctf *ctf, const struct shape *shape,
		       bt_field_class *payload)
{
	bt_field_class *field;
	bool good = true;
	size_t i;

	for (i = 0; good && i < ctf->flat->nr; i++) {
		if (!is_in(shape->has, i))
			continue;
		field = make_field(ctf, shape, i);
		good = field && !do_bt_field_class_structure_append_member(payload,
					ctf->flat->columns[i].name, field);
		do_bt_field_class_put_ref(field);
	}
	return good;
}

static bool make_class(struct ctf *ctf, struct shape *shape)
{
	bt_field_class *payload = do_bt_field_class_structure_create(ctf->trace_class);
	bool good;

	shape->class = do_bt_event_class_create(ctf->stream_class);
	good = payload && shape->class &&
	       !do_bt_event_class_set_name(shape->class, shape->name) &&
	       add_fields(ctf, shape, payload) &&
	       !do_bt_event_class_set_payload_field_class(shape->class, payload);
	do_bt_field_class_put_ref(payload);
	return good;
}

static bool is_same(const struct shape *a, const struct shape *b)
{
	return a->name == b->name && !memcmp(a->has, b->has, sizeof(a->has)) &&
	       !memcmp(a->texts, b->texts, sizeof(a->texts));
}

/* The class of what is in @ctf->flat; NULL when there are too many, or no memory */
static bt_event_class *class_of(struct ctf *ctf)
{
	struct shape wanted = { .name = flat_event_name(ctf->record) }, *shape;
	u64 hash = 0;
	size_t i, at;

	for (i = 0; i < ctf->flat->nr; i++) {
		enum value_type type = ctf->flat->row[i].type;

		wanted.has[i / 64] |= (u64)(type != VALUE_NULL) << i % 64;
		wanted.texts[i / 64] |= (u64)(type == VALUE_STRING) << i % 64;
	}
	for (i = 0; i < MASK_WORDS; i++)
		hash = (hash ^ wanted.has[i] ^ wanted.texts[i] << 1) *
		       0x9e3779b97f4a7c15ULL;
	hash ^= (u64)ctf->record->call << 40 ^ (u64)ctf->record->type << 48;
	for (i = 0; i < NR_SHAPES; i++) {
		at = ((hash >> 40) + i) % NR_SHAPES;
		shape = &ctf->shapes[at];
		if (!shape->name) {
			*shape = wanted;
			if (make_class(ctf, shape))
				return shape->class;
			return NULL;
		}
		if (is_same(shape, &wanted))
			return shape->class;
	}
	return NULL;
}

/* ---- The source -------------------------------------------------------------- */

static bool fill(struct ctf *ctf, bt_field *payload)
{
	u64 nr = 0;
	size_t i;

	for (i = 0; i < ctf->flat->nr; i++) {
		const struct value *value = &ctf->flat->row[i];
		bt_field *field;

		if (value->type == VALUE_NULL)
			continue;
		field = do_bt_field_structure_borrow_member_field_by_index(payload, nr++);
		if (value->type == VALUE_STRING) {
			if (do_bt_field_string_set_value(field, value->string))
				return false;
		} else if (ctf->flat->columns[i].type == VALUE_SIGNED) {
			do_bt_field_integer_signed_set_value(field, value->number);
		} else {
			do_bt_field_integer_unsigned_set_value(field, value->number);
		}
	}
	return true;
}

static bt_message *make_event(struct ctf *ctf, bt_self_message_iterator *iterator)
{
	bt_event_class *class = class_of(ctf);
	bt_message *message;
	bt_event *event;

	/* A clock does not go back. */
	if (ctf->record->time_ns > ctf->last_ns)
		ctf->last_ns = ctf->record->time_ns;
	message = class ? do_bt_message_event_create_with_default_clock_snapshot(iterator,
				class, ctf->stream, ctf->last_ns) : NULL;
	event = message ? do_bt_message_event_borrow_event(message) : NULL;
	if (event && fill(ctf, do_bt_event_borrow_payload_field(event)))
		return message;
	do_bt_message_put_ref(message);
	return NULL;
}

static bt_message_iterator_class_next_method_status
give_next(bt_self_message_iterator *iterator, bt_message_array_const messages,
	  uint64_t capacity, uint64_t *count)
{
	struct ctf *ctf = do_bt_self_message_iterator_get_data(iterator);
	const bt_message *message = NULL;
	enum pending pending = ctf->pending;

	(void)capacity;
	ctf->pending = PENDING_NOTHING;
	switch (pending) {
	case PENDING_NOTHING:
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_AGAIN;
	case PENDING_BEGIN:
		message = do_bt_message_stream_beginning_create(iterator, ctf->stream);
		break;
	case PENDING_RECORD:
		message = make_event(ctf, iterator);
		break;
	case PENDING_END:
		message = do_bt_message_stream_end_create(iterator, ctf->stream);
		ctf->pending = PENDING_ENDED;
		break;
	case PENDING_ENDED:
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END;
	}
	if (!message)
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_ERROR;
	messages[0] = message;
	*count = 1;
	return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
}

static bt_message_iterator_class_initialize_method_status
begin_iterator(bt_self_message_iterator *iterator,
	       bt_self_message_iterator_configuration *configuration,
	       bt_self_component_port_output *port)
{
	bt_self_component *self = do_bt_self_message_iterator_borrow_component(iterator);

	(void)configuration;
	(void)port;
	do_bt_self_message_iterator_set_data(iterator, do_bt_self_component_get_data(self));
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

/* The clock of the records, and the time of day, if that is known */
static bt_clock_class *make_clock(struct ctf *ctf, bt_self_component *self)
{
	bt_clock_class *clock = do_bt_clock_class_create(self);

	if (!clock || do_bt_clock_class_set_name(clock, "monotonic"))
		return clock;
	do_bt_clock_class_set_frequency(clock, NS_PER_S);
	do_bt_clock_class_set_offset(clock, ctf->real_ns / NS_PER_S,
				     ctf->real_ns % NS_PER_S);
	do_bt_clock_class_set_origin_is_unix_epoch(clock, !!ctf->real_ns);
	return clock;
}

static bool make_trace(struct ctf *ctf, bt_self_component *self)
{
	bt_clock_class *clock = make_clock(ctf, self);
	bool good;

	ctf->trace_class = clock ? do_bt_trace_class_create(self) : NULL;
	ctf->stream_class = ctf->trace_class ?
			    do_bt_stream_class_create(ctf->trace_class) : NULL;
	good = ctf->stream_class &&
	       !do_bt_stream_class_set_default_clock_class(ctf->stream_class, clock);
	ctf->trace = good ? do_bt_trace_create(ctf->trace_class) : NULL;
	ctf->stream = ctf->trace ? do_bt_stream_create(ctf->stream_class, ctf->trace) :
				   NULL;
	do_bt_clock_class_put_ref(clock);
	return ctf->stream && !do_bt_trace_set_name(ctf->trace, "ipctrace") &&
	       !do_bt_trace_set_environment_entry_integer(ctf->trace, "version",
						       EXPORT_VERSION) &&
	       !do_bt_trace_set_environment_entry_string(ctf->trace, "tracer_name",
						      "ipctrace");
}

static bt_component_class_initialize_method_status
begin_source(bt_self_component_source *source,
	     bt_self_component_source_configuration *configuration,
	     const bt_value *params, void *data)
{
	bt_self_component *self = bt_self_component_source_as_self_component(source);

	(void)configuration;
	(void)params;
	do_bt_self_component_set_data(self, data);
	if (do_bt_self_component_source_add_output_port(source, "out", NULL, NULL) ||
	    !make_trace(data, self))
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static const bt_component_source *add_source(struct ctf *ctf)
{
	bt_message_iterator_class *iterators = do_bt_message_iterator_class_create(give_next);
	bt_component_class_source *class = iterators ?
		do_bt_component_class_source_create("records", iterators) : NULL;
	const bt_component_source *source = NULL;

	if (class &&
	    !do_bt_message_iterator_class_set_initialize_method(iterators,
							     begin_iterator) &&
	    !do_bt_component_class_source_set_initialize_method(class, begin_source))
		add_with_data(ctf->graph, class, "records", NULL, ctf,
			      BT_LOGGING_LEVEL_NONE, &source);
	do_bt_component_class_source_put_ref(class);
	do_bt_message_iterator_class_put_ref(iterators);
	return source;
}

/* ---- The sink ---------------------------------------------------------------- */

static const bt_component_sink *add_sink(struct ctf *ctf, const char *path)
{
	bt_value *params = do_bt_value_map_create();
	const bt_component_sink *sink = NULL;
	const bt_component_class_sink *class;
	const bt_plugin *plugin = NULL;

	if (params && !do_bt_value_map_insert_string_entry(params, "path", path) &&
	    !do_bt_value_map_insert_bool_entry(params, "assume-single-trace", true) &&
	    !do_bt_value_map_insert_bool_entry(params, "quiet", true) &&
	    !do_bt_plugin_find("ctf", true, false, true, true, false, &plugin)) {
		class = do_bt_plugin_borrow_sink_component_class_by_name_const(plugin, "fs");
		if (class)
			do_bt_graph_add_sink_component(ctf->graph, class, "file", params,
						       BT_LOGGING_LEVEL_NONE, &sink);
	}
	do_bt_plugin_put_ref(plugin);
	do_bt_value_put_ref(params);
	return sink;
}

static bool connect_all(struct ctf *ctf, const char *path)
{
	const bt_component_source *source;
	const bt_component_sink *sink;
	const bt_port_output *from;
	const bt_port_input *to;

	ctf->graph = do_bt_graph_create(0);
	source = ctf->graph ? add_source(ctf) : NULL;
	sink = source ? add_sink(ctf, path) : NULL;
	if (!sink)
		return false;
	from = do_bt_component_source_borrow_output_port_by_name_const(source, "out");
	to = do_bt_component_sink_borrow_input_port_by_name_const(sink, "in");
	return !do_bt_graph_connect_ports(ctf->graph, from, to, NULL);
}

/* ---- The way out ------------------------------------------------------------- */

/* Until it has been taken */
static bool push(struct ctf *ctf, enum pending pending)
{
	bt_graph_run_once_status status;

	ctf->pending = pending;
	do
		status = do_bt_graph_run_once(ctf->graph);
	while (status == BT_GRAPH_RUN_ONCE_STATUS_OK &&
	       ctf->pending != PENDING_NOTHING);
	return status == BT_GRAPH_RUN_ONCE_STATUS_OK ||
	       status == BT_GRAPH_RUN_ONCE_STATUS_AGAIN ||
	       status == BT_GRAPH_RUN_ONCE_STATUS_END;
}

/* What the library says it says to programs: which component, and then all about it. */
static bool say(struct way *way)
{
	struct ctf *ctf = way->state;
	const bt_error *error = do_bt_current_thread_take_error();
	const bt_error_cause *cause = NULL;
	const char *why;

	if (error && do_bt_error_get_cause_count(error))
		cause = do_bt_error_borrow_cause_by_index(error, 0);
	why = cause ? do_bt_error_cause_get_message(cause) : "no memory";
	warnx("%s: cannot be written: %.*s", way->file->name, (int)strcspn(why, ":"),
	      why);
	if (ctf)
		ctf->failed = true;
	if (error)
		do_bt_error_release(error);
	return false;
}

static bool begin(struct way *way, const struct facts *facts)
{
	static const struct library library = {
		"libbabeltrace2.so.0", "libbabeltrace2-0", "the format ctf",
	};
	static const struct library_function functions[] = {
		FUNCTIONS(LIBRARY_FUNCTION)
	};
	struct ctf *ctf;

	if (!library_load(&library, functions, ARRAY_SIZE(functions)))
		return false;
	ctf = calloc(1, sizeof(*ctf));
	way->state = ctf;
	if (!ctf)
		return say(way);
	ctf->real_ns = facts->real_ns;
	ctf->flat = flat_new(FLAT_ALL);
	if (!ctf->flat)
		return false;
	return (connect_all(ctf, way->file->path) && push(ctf, PENDING_BEGIN)) ||
	       say(way);
}

static bool take(struct way *way, const struct ipctrace_header *record)
{
	struct ctf *ctf = way->state;

	if (!flat_take(ctf->flat, record, way->cgroups))
		return true;
	ctf->record = record;
	return push(ctf, PENDING_RECORD) || say(way);
}

static bool end(struct way *way, const struct facts *facts)
{
	struct ctf *ctf = way->state;

	(void)facts;
	if (!push(ctf, PENDING_END))
		return say(way);
	/* The sink writes the rest when it goes. */
	do_bt_graph_put_ref(ctf->graph);
	ctf->graph = NULL;
	return true;
}

static void ctf_free(struct way *way)
{
	struct ctf *ctf = way->state;
	size_t i;

	if (!ctf)
		return;
	do_bt_current_thread_clear_error();
	flat_free(ctf->flat);
	/* Where its sink has failed Babeltrace 2.0.4 frees things twice: it keeps them. */
	if (ctf->failed)
		return;
	for (i = 0; i < NR_SHAPES; i++)
		do_bt_event_class_put_ref(ctf->shapes[i].class);
	do_bt_stream_put_ref(ctf->stream);
	do_bt_trace_put_ref(ctf->trace);
	do_bt_stream_class_put_ref(ctf->stream_class);
	do_bt_trace_class_put_ref(ctf->trace_class);
	do_bt_graph_put_ref(ctf->graph);
	free(ctf);
}

const struct way_ops way_ctf = {
	.name = "ctf",
	.directory = true,
	.begin = begin,
	.record = take,
	.end = end,
	.free = ctf_free,
};

#else /* no libbabeltrace2 */

const struct way_ops way_ctf = {
	.name = "ctf",
	.lacks = "Babeltrace",
	.install = "libbabeltrace2-dev",
};

#endif
