// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: limits
 *
 * The limits of each IPC namespace, how much of each is used, and by whose objects.
 * Limits and objects are what the kernel says now; which program made an object is
 * from the records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/options.h"
#include "count/groups.h"
#include "view/formats.h"
#include "view/row_schema.h"
#include "view/table.h"

#define MOST_HOLDERS	65536
#define NAMED_HOLDERS	3

/**
 * struct holder - a program of a user, or a user alone
 * @group: by name, which is for people, too
 * @used: what its objects take of the limit
 * @named: it is among those that have been named
 */
struct holder {
	struct group group;
	u64 used;
	bool named;
};

static const struct column columns[] = {
	{ .name = "type", .type = VALUE_STRING, .what = "limit" },
	{ .name = "limit", .type = VALUE_STRING,
	  .what = "its name; those of semaphores are in kernel.sem" },
	{ .name = "ipc_ns", .type = VALUE_UNSIGNED, .what = "IPC namespace" },
	{ .name = "percent", .type = VALUE_UNSIGNED, .heading = "%",
	  .nullable = true, .what = "used in value; null where objects do not tell" },
	{ .name = "used", .type = VALUE_UNSIGNED, .nullable = true,
	  .what = "so much: of a limit of each object, by the largest" },
	{ .name = "value", .type = VALUE_UNSIGNED, .heading = "limit is",
	  .what = "the limit, as the kernel says" },
	{ .name = "what", .type = VALUE_STRING, .heading = "of",
	  .what = "what it is a limit of" },
	{ .name = "holders", .type = VALUE_STRING, .nullable = true,
	  .what = "who has most of it: programs, where records know them, and users" },
};

static const struct schema_rows schema[] = {
	{ "limit", columns, ARRAY_SIZE(columns) },
};

/* ---- Who has most ------------------------------------------------------------------ */

static void add_holder(const struct evidence *evidence, struct groups *holders,
		       enum model_limit limit, const struct model_object *object)
{
	u64 share = model_limit_share(limit, object);
	const struct model_who *made = &object->made;
	char user[EVIDENCE_TIME_BYTES], key[5000];
	struct holder *holder;
	int len;

	if (!share)
		return;
	evidence_user(evidence, object->cuid, user);
	if (made->from == MODEL_RECORDED)
		len = snprintf(key, sizeof(key), "%s of %s",
			       made->origin && *made->origin->exe ?
			       made->origin->exe : made->comm, user);
	else
		len = snprintf(key, sizeof(key), "%s", user);
	holder = (struct holder *)groups_get(holders, key,
					     min_t(size_t, len, sizeof(key) - 1));
	if (model_limit_rows[limit].measure != MODEL_MEASURE_LARGEST)
		holder->used += share;
	else if (share > holder->used)
		holder->used = share;
}

static struct holder *largest(const struct groups *holders)
{
	struct holder *best = NULL, *holder;
	size_t i;

	for (i = 0; i < holders->nr; i++) {
		holder = (struct holder *)holders->list[i];
		if (!holder->named && (!best || holder->used > best->used))
			best = holder;
	}
	return best;
}

static void put_holders(const struct groups *holders, char *buf, size_t size)
{
	struct holder *holder;
	size_t used = 0, i;

	buf[0] = '\0';
	for (i = 0; i < NAMED_HOLDERS && used < size; i++) {
		holder = largest(holders);
		if (!holder)
			return;
		holder->named = true;
		used += snprintf(buf + used, size - used, "%s%.500s: %llu",
				 i ? ", " : "", holder->group.key,
				 (unsigned long long)holder->used);
	}
}

static bool find_holders(const struct evidence *evidence, u32 ipc_ns,
			 enum model_limit limit, char *buf, size_t size)
{
	const struct model_object *object;
	struct groups holders;

	if (!groups_init(&holders, sizeof(struct holder), MOST_HOLDERS))
		return false;
	TAILQ_FOREACH(object, model_objects(evidence->model), all)
		if (object->ipc_ns == ipc_ns)
			add_holder(evidence, &holders, limit, object);
	put_holders(&holders, buf, size);
	groups_free(&holders);
	return true;
}

/* ---- Rows ---------------------------------------------------------------------------- */

static struct value text_value(const char *text)
{
	return (struct value){
		.type = *text ? VALUE_STRING : VALUE_NULL,
		.string = text,
	};
}

static struct value number_or_null(u64 number, bool known)
{
	return (struct value){
		.type = known ? VALUE_UNSIGNED : VALUE_NULL,
		.number = number,
	};
}

/* 100 is all of it, and nothing less */
static u64 percent_of(u64 used, u64 value)
{
	return value ? (u64)((unsigned __int128)used * 100 / value) :
	       used ? 100 : 0;
}

static void add_row(const struct evidence *evidence, struct table *table,
		    const struct model_limits *limits, enum model_limit limit)
{
	const struct model_limit_row *row = &model_limit_rows[limit];
	u64 value = limits->values[limit];
	struct model_limit_use use;
	char holders[2048] = "";
	bool known = model_limit_use(evidence->model, limits->ipc_ns, limit,
				     ~0ULL, &use);

	if (known && use.used)
		find_holders(evidence, limits->ipc_ns, limit, holders,
			     sizeof(holders));
	table_add(table, (const struct value[]){
		text_value("limit"),
		text_value(row->name),
		number_or_null(limits->ipc_ns, true),
		number_or_null(percent_of(use.used, value), known),
		number_or_null(use.used, known),
		number_or_null(value, true),
		text_value(row->what),
		text_value(holders),
	});
}

static bool answer(const struct evidence *evidence, const struct options *options)
{
	struct sink *sink = sink_new(STDOUT_FILENO, options_format(options));
	const struct model_limits *limits;
	struct table table;
	bool good;
	u32 nr, i, limit;

	if (!sink)
		return false;
	table_init(&table, columns, ARRAY_SIZE(columns));
	if (options_format(options) == SINK_TEXT)
		table_choose(&table,
			     "limit,ipc_ns,percent,used,value,what,holders");
	table_sort(&table, "-percent");
	limits = model_all_limits(evidence->model, &nr);
	for (i = 0; i < nr; i++)
		for (limit = 0; limit < NR_MODEL_LIMITS; limit++)
			if (limits[i].known & 1U << limit &&
			    (!options->ipc_ns ||
			     options->ipc_ns == limits[i].ipc_ns))
				add_row(evidence, &table, &limits[i], limit);
	good = table_write(&table, sink);
	table_free(&table);
	good &= sink_flush(sink) == OUTPUT_OK;
	sink_free(sink);
	return good;
}

static int run(const struct options *options)
{
	int status = EXIT_FAILURE;
	struct evidence evidence;

	if (options->schema)
		return row_schema_print(output_stdout(), "ipctrace limits",
					schema, ARRAY_SIZE(schema)) &&
		       output_flush(output_stdout()) == OUTPUT_OK ?
		       EXIT_SUCCESS : EXIT_FAILURE;
	if (evidence_open(&evidence, options, NULL, NULL) &&
	    answer(&evidence, options))
		status = EXIT_SUCCESS;
	evidence_close(&evidence);
	return status;
}

const struct command command_limits = {
	.usage = "limits [OPTION]...",
	.about =
"Print the limits of each IPC namespace that can be entered, how much of each is\n"
"used, and who has most of it; what is nearest to its limit first. From what the\n"
"kernel says now; which program made an object, from what the recorder holds.\n",
	.notes =
"msgmax and semopm are limits of a call: nothing uses them up. To change one:\n"
"sysctl -w kernel.shmmni=8192, in that namespace; semmsl, semmns, semopm and\n"
"semmni are, in this order, the four numbers of kernel.sem.\n",
	.run = run,
};
