// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: export_perfetto
 *
 * Records as a trace for Perfetto: TrackEvent packets, compressed by gzip. A call is a
 * slice on the track of its thread, with all fields of its record, and one on the track
 * of its object. Queues have a counter of their messages, semaphores of their values; a
 * message is a flow from where it was sent to where it was received, as far as the model
 * knows that.
 *
 * Packets need not be in order of time, and a track may be described more than once. So
 * what is remembered of tracks is a table of a fixed size, in which a track may take the
 * place of another one.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "export/aside.h"
#include "export/facts.h"
#include "export/flat.h"
#include "export/perfetto.h"
#include "model/model.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#if __has_include("perfetto.pb-c.c") && __has_include("zlib.h") && \
	__has_include("protobuf-c/protobuf-c.h")

#include <zlib.h>

/* Made of perfetto.proto; in no object of its own, so that it need not be there */
#include "perfetto.pb-c.c"

/* BuiltinClock, TrackEvent.Type, CounterDescriptor.Unit and sequence_flags there */
#define CLOCK_REAL	1
#define CLOCK_MONO	3
#define SLICE_BEGIN	1
#define SLICE_END	2
#define INSTANT		3
#define COUNTER		4
#define UNIT_COUNT	2
#define STATE_CLEARED	1
#define NEEDS_STATE	2

#define SEQUENCE	1
#define CATEGORY	1
#define NR_TRACKS	65536
#define PACKET_BYTES	(128 * 1024)
#define MAX_COUNTERS	64		/* semaphores of a set */
#define NAME_BYTES	96

/**
 * struct track - what is known of a track
 * @uuid: its number, 0: none
 * @value: of a counter, the last
 * @valued: there was one
 */
struct track {
	u64 uuid;
	s64 value;
	bool valued;
};

/**
 * struct trace - a trace that is being written
 * @gz: where it goes
 * @name: of the file, for messages
 * @failed: a message was given
 * @flat: the fields of records
 * @tracks: those that were described, each at the place that its number says
 * @annotations: fields of a record
 * @pointers: to them, as protobuf-c wants it
 * @packet: room for a packet
 */
struct trace {
	gzFile gz;
	const char *name;
	bool failed;
	struct flat *flat;
	struct track tracks[NR_TRACKS];
	Pf__DebugAnnotation annotations[SINK_MAX_COLUMNS];
	Pf__DebugAnnotation *pointers[SINK_MAX_COLUMNS];
	u8 packet[PACKET_BYTES];
};

/* ---- Packets ----------------------------------------------------------------- */

static bool put(struct trace *trace, const void *bytes, size_t n)
{
	if (!trace->failed && gzwrite(trace->gz, bytes, n) != (int)n) {
		warn("%s: cannot be written", trace->name);
		trace->failed = true;
	}
	return !trace->failed;
}

/* As a field of the message Trace: its number and type, its length, and itself */
static bool put_packet(struct trace *trace, Pf__TracePacket *packet)
{
	size_t n = pf__trace_packet__get_packed_size(packet), left = n;
	u8 head[11] = { 1 << 3 | 2 };
	int used = 1;

	if (n > sizeof(trace->packet)) {
		warnx("%s: a record is too long", trace->name);
		trace->failed = true;
		return false;
	}
	for (; left > 127; left >>= 7)
		head[used++] = (left & 127) | 128;
	head[used++] = left;
	pf__trace_packet__pack(packet, trace->packet);
	return put(trace, head, used) && put(trace, trace->packet, n);
}

static Pf__TracePacket packet_at(u64 ns)
{
	Pf__TracePacket packet = PF__TRACE_PACKET__INIT;

	packet.has_timestamp = true;
	packet.timestamp = ns;
	packet.has_timestamp_clock_id = true;
	packet.timestamp_clock_id = CLOCK_MONO;
	packet.has_trusted_packet_sequence_id = true;
	packet.trusted_packet_sequence_id = SEQUENCE;
	packet.has_sequence_flags = true;
	packet.sequence_flags = NEEDS_STATE;
	return packet;
}

static bool put_event(struct trace *trace, u64 ns, Pf__TrackEvent *event)
{
	Pf__TracePacket packet = packet_at(ns);

	packet.track_event = event;
	return put_packet(trace, &packet);
}

/* ---- Tracks ------------------------------------------------------------------ */

/* A number for what these make up; never 0, which is the track of all */
static u64 uuid_of(char kind, u64 a, u64 b, u64 c)
{
	u64 words[] = { kind, a, b, c }, hash = 0xcbf29ce484222325ULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	return hash ?: 1;
}

/* Its place; @fresh: it must be described, perhaps once more */
static struct track *track_of(struct trace *trace, u64 uuid, bool *fresh)
{
	struct track *track = &trace->tracks[uuid % NR_TRACKS];

	*fresh = track->uuid != uuid;
	if (*fresh)
		*track = (struct track){ .uuid = uuid };
	return track;
}

static void describe(struct trace *trace, Pf__TrackDescriptor *descriptor)
{
	Pf__TracePacket packet = PF__TRACE_PACKET__INIT;

	descriptor->has_uuid = true;
	descriptor->has_parent_uuid = descriptor->parent_uuid;
	packet.has_trusted_packet_sequence_id = true;
	packet.trusted_packet_sequence_id = SEQUENCE;
	packet.track_descriptor = descriptor;
	put_packet(trace, &packet);
}

static u64 named_track(struct trace *trace, u64 uuid, u64 parent, char *name)
{
	Pf__TrackDescriptor descriptor = PF__TRACK_DESCRIPTOR__INIT;
	bool fresh;

	track_of(trace, uuid, &fresh);
	if (!fresh)
		return uuid;
	descriptor.uuid = uuid;
	descriptor.parent_uuid = parent;
	descriptor.name = name;
	describe(trace, &descriptor);
	return uuid;
}

static u64 thread_track(struct trace *trace, u32 tgid, u32 tid, char *comm)
{
	Pf__TrackDescriptor descriptor = PF__TRACK_DESCRIPTOR__INIT;
	Pf__ProcessDescriptor process = PF__PROCESS_DESCRIPTOR__INIT;
	Pf__ThreadDescriptor thread = PF__THREAD_DESCRIPTOR__INIT;
	u64 of_process = uuid_of('p', tgid, 0, 0), uuid = uuid_of('t', tgid, tid, 0);
	bool fresh;

	track_of(trace, of_process, &fresh);
	if (fresh) {
		process.has_pid = true;
		process.pid = tgid;
		process.process_name = comm;
		descriptor.uuid = of_process;
		descriptor.process = &process;
		describe(trace, &descriptor);
	}
	track_of(trace, uuid, &fresh);
	if (!fresh)
		return uuid;
	thread.has_pid = thread.has_tid = true;
	thread.pid = tgid;
	thread.tid = tid;
	thread.thread_name = comm;
	descriptor.process = NULL;
	descriptor.thread = &thread;
	descriptor.uuid = uuid;
	descriptor.parent_uuid = of_process;
	describe(trace, &descriptor);
	return uuid;
}

static u64 object_track(struct trace *trace, u32 ipc_ns, u8 family, s32 id, s32 key)
{
	u64 namespace = uuid_of('n', ipc_ns, 0, 0);
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "IPC namespace %u", ipc_ns);
	named_track(trace, namespace, 0, name);
	snprintf(name, sizeof(name), "%s %d, key 0x%x", ipct_family_names[family], id,
		 (u32)key);
	return named_track(trace, uuid_of('o', ipc_ns, (u64)family << 32 | (u32)id,
					  (u32)key), namespace, name);
}

/* ---- Counters ---------------------------------------------------------------- */

static void count(struct trace *trace, u64 ns, u64 object, u32 which, char *name,
		  s64 value)
{
	Pf__TrackDescriptor descriptor = PF__TRACK_DESCRIPTOR__INIT;
	Pf__CounterDescriptor counter = PF__COUNTER_DESCRIPTOR__INIT;
	Pf__TrackEvent event = PF__TRACK_EVENT__INIT;
	u64 uuid = uuid_of('c', object, which, 0);
	struct track *track;
	bool fresh;

	track = track_of(trace, uuid, &fresh);
	if (fresh) {
		counter.has_unit = true;
		counter.unit = UNIT_COUNT;
		descriptor.uuid = uuid;
		descriptor.parent_uuid = object;
		descriptor.name = name;
		descriptor.counter = &counter;
		describe(trace, &descriptor);
	}
	if (track->valued && track->value == value)
		return;
	track->valued = true;
	track->value = value;
	event.has_type = event.has_track_uuid = event.has_counter_value = true;
	event.type = COUNTER;
	event.track_uuid = uuid;
	event.counter_value = value;
	put_event(trace, ns, &event);
}

static void count_sems(struct trace *trace, u64 ns, const struct model_object *object,
		       u64 track)
{
	char name[NAME_BYTES];
	u32 i;

	for (i = 0; i < object->nr_sems && i < MAX_COUNTERS; i++) {
		if (!object->sems[i].known)
			continue;
		snprintf(name, sizeof(name), "semaphore %u", i);
		count(trace, ns, track, i, name, object->sems[i].value);
	}
}

/* ---- Messages ---------------------------------------------------------------- */

static void put_end_of_flow(struct trace *trace, u64 ns, u64 track, char *name,
			    u64 flow, bool last)
{
	Pf__TrackEvent event = PF__TRACK_EVENT__INIT;
	uint64_t category = CATEGORY, id = flow;

	event.has_type = event.has_track_uuid = true;
	event.type = INSTANT;
	event.track_uuid = track;
	event.name = name;
	event.n_category_iids = 1;
	event.category_iids = &category;
	if (last) {
		event.n_terminating_flow_ids = 1;
		event.terminating_flow_ids = &id;
	} else {
		event.n_flow_ids = 1;
		event.flow_ids = &id;
	}
	put_event(trace, ns, &event);
}

static void put_message(struct trace *trace, const struct model_message *message)
{
	u64 flow = uuid_of('m', message->tid, message->sent_ns, message->by_tid) ^
		   message->taken_ns;

	if (!message->tgid || !message->by_tgid)
		return;
	put_end_of_flow(trace, message->sent_ns,
			thread_track(trace, message->tgid, message->tid,
				     (char *)message->comm), "sent", flow, false);
	put_end_of_flow(trace, message->taken_ns,
			thread_track(trace, message->by_tgid, message->by_tid,
				     (char *)message->by_comm), "received", flow, true);
}

static void take_event(struct way *way, const struct model_event *event)
{
	const struct model_object *object = event->object;
	struct trace *trace = way->state;
	u64 track, ns;

	if (event->kind == MODEL_DELIVERED)
		put_message(trace, event->message);
	if (!object || !event->record)
		return;
	track = object_track(trace, object->ipc_ns, object->family, object->id,
			     object->key);
	ns = event->record->header.time_ns;
	if (event->kind == MODEL_SENT || event->kind == MODEL_RECEIVED)
		count(trace, ns, track, 0, "messages", object->nr_messages);
	else if (object->family == IPCTRACE_SEM && !model_has_gone(object))
		count_sems(trace, ns, object, track);
}

/* ---- Records ----------------------------------------------------------------- */

static size_t annotate(struct trace *trace)
{
	const struct flat *flat = trace->flat;
	size_t i, nr = 0;

	for (i = 0; i < flat->nr; i++) {
		const struct value *value = &flat->row[i];
		Pf__DebugAnnotation *to = &trace->annotations[nr];

		if (value->type == VALUE_NULL)
			continue;
		pf__debug_annotation__init(to);
		to->has_name_iid = true;
		to->name_iid = i + 1;
		to->has_bool_value = value->type == VALUE_BOOL;
		to->bool_value = value->number;
		to->has_uint_value = value->type == VALUE_UNSIGNED;
		to->uint_value = value->number;
		to->has_int_value = value->type == VALUE_SIGNED;
		to->int_value = value->number;
		if (value->type == VALUE_STRING)
			to->string_value = (char *)value->string;
		trace->pointers[nr] = to;
		nr++;
	}
	return nr;
}

/* Calls come first, then types, as intern_names() has them. */
static u64 name_of(const struct ipctrace_header *record)
{
	return record->type == IPCTRACE_TYPE_CALL && record->call < IPCTRACE_NR_CALLS ?
		       1 + record->call : 1 + IPCTRACE_NR_CALLS + record->type;
}

static void put_slice(struct trace *trace, u64 begin_ns, u64 end_ns,
		      Pf__TrackEvent *event)
{
	Pf__TrackEvent end = PF__TRACK_EVENT__INIT;

	event->type = SLICE_BEGIN;
	put_event(trace, begin_ns, event);
	end.has_type = end.has_track_uuid = true;
	end.type = SLICE_END;
	end.track_uuid = event->track_uuid;
	put_event(trace, end_ns, &end);
}

static void put_at(struct trace *trace, const struct ipctrace_header *record,
		   u64 begin_ns, Pf__TrackEvent *event)
{
	if (begin_ns < record->time_ns) {
		put_slice(trace, begin_ns, record->time_ns, event);
		return;
	}
	event->type = INSTANT;
	put_event(trace, record->time_ns, event);
}

/* On the track of its object: each thread has one there, for calls of several overlap. */
static void put_at_object(struct trace *trace, const struct ipctrace_call *call,
			  u64 begin_ns, char *comm, Pf__TrackEvent *event)
{
	u8 family = ipct_type_kind(call->header.type) == IPCT_TYPE_EVENT ?
			    ipct_family_of(call->header.flags) :
		    call->header.call < IPCTRACE_NR_CALLS ?
			    ipct_syscalls[call->header.call].family : 0;
	char name[NAME_BYTES];
	u64 track;

	if (!(call->header.flags & IPCTRACE_F_OBJECT) ||
	    ipct_type_kind(call->header.type) == IPCT_TYPE_GAP)
		return;
	track = object_track(trace, ipct_object_ns(call), family, call->object.id,
			     call->object.key);
	snprintf(name, sizeof(name), "%s %u", comm, call->tid);
	event->track_uuid = named_track(trace, uuid_of('u', track, call->tid, 0), track,
					name);
	event->n_debug_annotations = 0;
	put_at(trace, &call->header, begin_ns, event);
}

static u64 begin_of(const struct ipctrace_call *call)
{
	switch (call->header.type) {
	case IPCTRACE_TYPE_CALL:
	case IPCTRACE_TYPE_DIED:
		return call->header.time_ns - call->duration_ns;
	default:
		return call->header.time_ns;
	}
}

static bool take(struct way *way, const struct ipctrace_header *record)
{
	const struct ipctrace_call *call = (const void *)record;
	Pf__TrackEvent event = PF__TRACK_EVENT__INIT;
	bool caused = record->type != IPCTRACE_TYPE_LOST;
	struct trace *trace = way->state;
	char *comm = trace->flat->decoded.comm;
	uint64_t category = CATEGORY;
	u64 begin_ns;

	if (!flat_take(trace->flat, record, way->cgroups))
		return true;
	begin_ns = caused ? begin_of(call) : record->time_ns;
	event.has_type = event.has_track_uuid = event.has_name_iid = true;
	event.name_iid = name_of(record);
	event.n_category_iids = 1;
	event.category_iids = &category;
	event.n_debug_annotations = annotate(trace);
	event.debug_annotations = trace->pointers;
	event.track_uuid = caused ? thread_track(trace, call->tgid, call->tid, comm) :
				    named_track(trace, uuid_of('l', 0, 0, 0), 0, "lost");
	put_at(trace, record, begin_ns, &event);
	if (caused)
		put_at_object(trace, call, begin_ns, comm, &event);
	return !trace->failed;
}

/* ---- Begin and end ----------------------------------------------------------- */

#define MAX_NAMES	(SINK_MAX_COLUMNS + IPCTRACE_NR_CALLS + 64)

static bool put_names(struct trace *trace, u64 first_ns)
{
	Pf__InternedData interned = PF__INTERNED_DATA__INIT;
	Pf__TracePacket packet = packet_at(first_ns);
	Pf__Name names[MAX_NAMES], *pointers[MAX_NAMES];
	size_t i, nr = 0;

	for (i = 0; i < MAX_NAMES; i++) {
		pf__name__init(&names[i]);
		names[i].has_iid = true;
		pointers[i] = &names[i];
	}
	interned.event_categories = pointers;
	interned.n_event_categories = 1;
	names[nr].iid = CATEGORY;
	names[nr++].name = "ipc";
	interned.event_names = pointers + nr;
	for (i = 0; i < IPCTRACE_NR_CALLS; i++, nr++) {
		names[nr].iid = 1 + i;
		names[nr].name = (char *)ipct_syscalls[i].name;
	}
	for (i = 0; i < ARRAY_SIZE(ipct_type_names); i++) {
		if (!ipct_type_names[i])
			continue;
		names[nr].iid = 1 + IPCTRACE_NR_CALLS + i;
		names[nr++].name = (char *)ipct_type_names[i];
	}
	interned.n_event_names = pointers + nr - interned.event_names;
	interned.debug_annotation_names = pointers + nr;
	interned.n_debug_annotation_names = trace->flat->nr;
	for (i = 0; i < trace->flat->nr; i++, nr++) {
		names[nr].iid = i + 1;
		names[nr].name = (char *)trace->flat->columns[i].name;
	}
	packet.interned_data = &interned;
	packet.sequence_flags = STATE_CLEARED | NEEDS_STATE;
	return put_packet(trace, &packet);
}

/* What the clock of the records is; all else is told by it. */
static bool put_clocks(struct trace *trace, u64 real_ns)
{
	Pf__ClockSnapshot snapshot = PF__CLOCK_SNAPSHOT__INIT;
	Pf__TracePacket packet = PF__TRACE_PACKET__INIT;
	Pf__Clock clocks[2], *pointers[] = { &clocks[0], &clocks[1] };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		pf__clock__init(&clocks[i]);
		clocks[i].has_clock_id = clocks[i].has_timestamp = true;
	}
	clocks[0].clock_id = CLOCK_MONO;
	clocks[0].timestamp = 1;
	clocks[1].clock_id = CLOCK_REAL;
	clocks[1].timestamp = real_ns + 1;
	snapshot.clocks = pointers;
	snapshot.n_clocks = real_ns ? 2 : 1;
	snapshot.has_primary_trace_clock = true;
	snapshot.primary_trace_clock = CLOCK_MONO;
	packet.has_trusted_packet_sequence_id = true;
	packet.trusted_packet_sequence_id = SEQUENCE;
	packet.clock_snapshot = &snapshot;
	return put_packet(trace, &packet);
}

static bool begin(struct way *way, const struct facts *facts)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	int fd = dup(way->file->fd);

	way->state = trace;
	if (trace && fd >= 0)
		trace->gz = gzdopen(fd, "wb1");
	if (!trace || !trace->gz) {
		warnx("%s: no memory for a trace", way->file->name);
		if (fd >= 0)
			close(fd);
		return false;
	}
	trace->name = way->file->name;
	trace->flat = flat_new(FLAT_ALL);
	return trace->flat && put_clocks(trace, facts->real_ns) && put_names(trace, 0);
}

static bool end(struct way *way, const struct facts *facts)
{
	struct trace *trace = way->state;
	gzFile gz = trace->gz;

	(void)facts;
	trace->gz = NULL;
	if (gzclose(gz) != Z_OK && !trace->failed) {
		warn("%s: cannot be written", trace->name);
		trace->failed = true;
	}
	return !trace->failed;
}

static void trace_free(struct way *way)
{
	struct trace *trace = way->state;

	if (!trace)
		return;
	if (trace->gz)
		gzclose(trace->gz);
	flat_free(trace->flat);
	free(trace);
}

const struct way_ops way_perfetto = {
	.name = "perfetto",
	.ending = ".pftrace",
	.begin = begin,
	.record = take,
	.event = take_event,
	.end = end,
	.free = trace_free,
};

#else /* no protobuf-c or zlib */

const struct way_ops way_perfetto = {
	.name = "perfetto",
	.ending = ".pftrace",
	.lacks = "protobuf-c",
	.install = "protobuf-c-compiler, libprotobuf-c-dev and zlib1g-dev",
};

#endif
