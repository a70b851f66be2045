// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: leaks
 *
 * What programs have left behind: objects that are still there although their creator
 * has gone, nobody has them attached or waits, and nobody has used them for a while.
 * And what grows: programs that make more than goes.
 *
 * Each row says where it is from. The creator of an object that is older than the
 * records is not in these; the kernel knows the process number of it, of segments
 * only, and the user.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/evidence.h"
#include "commands/left.h"
#include "commands/options.h"
#include "count/groups.h"
#include "shared/syscalls.h"
#include "view/formats.h"
#include "view/row_schema.h"
#include "view/table.h"

#define HOUR_NS		3600000000000ULL
#define MOST_PROGRAMS	65536
#define GROWS		2		/* as many more than went */

/**
 * struct program - what a program of a user has made of one kind, in a namespace
 * @group: by name
 * @object: one of them
 * @left: left behind
 * @unclear: likewise, but nobody knows whether their creator is alive
 * @bytes: in these
 * @idle_ns: since when nobody has used any of those
 * @made: made while everything was recorded
 * @gone: of these, gone
 * @incomplete: why that may not be all, or NULL
 */
struct program {
	struct group group;
	const struct model_object *object;
	u64 left;
	u64 unclear;
	u64 bytes;
	u64 idle_ns;
	u64 made;
	u64 gone;
	const struct model_hole *incomplete;
};

/**
 * struct leaks - where we are
 * @evidence: what we answer from
 * @ipc_ns: only that namespace; 0: all
 * @idle_ns: what has not been used for so long is idle
 * @programs: struct program's
 */
struct leaks {
	struct evidence evidence;
	u32 ipc_ns;
	u64 idle_ns;
	struct groups programs;
};

static const struct column columns[] = {
	{ .name = "type", .type = VALUE_STRING,
	  .what = "leak: something was left behind; growth: more was made than went" },
	{ .name = "program", .type = VALUE_STRING, .nullable = true,
	  .what = "path of the program that made them, or its name; null: not recorded" },
	{ .name = "pid", .type = VALUE_UNSIGNED, .nullable = true,
	  .what = "process that made them, the last of several" },
	{ .name = "from", .type = VALUE_STRING, .heading = "said by",
	  .what = "where the creator is from: recorded, kernel or unknown" },
	{ .name = "creator", .type = VALUE_STRING,
	  .what = "gone, alive, or unknown" },
	{ .name = "uid", .type = VALUE_UNSIGNED, .what = "user of the creator" },
	{ .name = "user", .type = VALUE_STRING, .what = "the same by name" },
	{ .name = "ipc_ns", .type = VALUE_UNSIGNED, .what = "IPC namespace" },
	{ .name = "kind", .type = VALUE_STRING, .what = "msg, sem or shm" },
	{ .name = "count", .type = VALUE_UNSIGNED,
	  .what = "so many are left behind" },
	{ .name = "bytes", .type = VALUE_UNSIGNED,
	  .what = "in these: of segments, and of messages in queues" },
	{ .name = "idle_ns", .type = VALUE_UNSIGNED, .heading = "idle",
	  .is_ns = true, .nullable = true,
	  .what = "nobody has used any of them for so long" },
	{ .name = "made", .type = VALUE_UNSIGNED,
	  .what = "so many it has made, as records say" },
	{ .name = "gone", .type = VALUE_UNSIGNED,
	  .what = "and of these so many have gone" },
	{ .name = "per_hour", .type = VALUE_UNSIGNED, .heading = "more/h",
	  .nullable = true, .what = "what was made, less what went, an hour" },
	{ .name = "incomplete", .type = VALUE_STRING, .nullable = true,
	  .what = "why this may not be all, or null" },
};

static const struct schema_rows schema[] = {
	{ "leak growth", columns, ARRAY_SIZE(columns) },
};

/* ---- One object ----------------------------------------------------------------- */

static const char *life_text(enum model_life life)
{
	return life == MODEL_DEAD ? "gone" :
	       life == MODEL_ALIVE ? "alive" : "unknown";
}

static const char *program_of(const struct model_object *object)
{
	const struct model_who *made = &object->made;

	return made->origin && *made->origin->exe ? made->origin->exe :
						    made->comm;
}

static struct program *program_get(struct leaks *leaks,
				   const struct model_object *object)
{
	struct program *program;
	char key[5000];
	int len;

	len = snprintf(key, sizeof(key), "%u %u %u %u %s", object->ipc_ns,
		       object->family, object->made.from, object->cuid,
		       program_of(object));
	program = (struct program *)
		groups_get(&leaks->programs, key,
			   min_t(size_t, len, sizeof(key) - 1));
	if (!program->object ||
	    object->made.time_ns >= program->object->made.time_ns)
		program->object = object;
	return program;
}

static void count_left(struct leaks *leaks, struct program *program,
		       const struct model_object *object)
{
	enum left left = left_behind(&leaks->evidence, object, leaks->idle_ns);
	u64 idle_ns = left_idle_ns(&leaks->evidence, object);

	if (left == LEFT_NOT)
		return;
	if (!(program->left + program->unclear) || idle_ns < program->idle_ns)
		program->idle_ns = idle_ns;
	if (left == LEFT_BEHIND)
		program->left++;
	else
		program->unclear++;
	program->bytes += object->family == IPCTRACE_SEM ? 0 :
		model_limit_share(object->family == IPCTRACE_SHM ?
				  MODEL_SHMMAX : MODEL_MSGMNB, object);
	/* What the kernel says of now is whole. */
	if (!object->asked_ns && !program->incomplete)
		program->incomplete =
			model_hole_of(leaks->evidence.model, object,
				      object->first_ns,
				      leaks->evidence.now_ns);
}

static void count_object(struct leaks *leaks, const struct model_object *object)
{
	struct program *program;

	if (leaks->ipc_ns && object->ipc_ns != leaks->ipc_ns)
		return;
	if (model_has_gone(object) && object->made.from != MODEL_RECORDED)
		return;
	program = program_get(leaks, object);
	program->made += object->made.from == MODEL_RECORDED;
	if (model_has_gone(object))
		program->gone++;
	else
		count_left(leaks, program, object);
}

/* ---- Rows -------------------------------------------------------------------------- */

static struct value text_value(const char *text)
{
	return (struct value){
		.type = text && *text ? VALUE_STRING : VALUE_NULL,
		.string = text,
	};
}

static struct value number_value(u64 number)
{
	return (struct value){ .type = VALUE_UNSIGNED, .number = number };
}

static struct value number_or_null(u64 number, bool known)
{
	return known ? number_value(number) :
		       (struct value){ .type = VALUE_NULL };
}

static const char *from_text(const struct model_who *made)
{
	return made->from == MODEL_RECORDED ? "recorded" :
	       made->from == MODEL_KERNEL ? "kernel" : "unknown";
}

static u64 per_hour(const struct leaks *leaks, u64 count)
{
	u64 ns = left_since(&leaks->evidence,
			    model_sums(leaks->evidence.model)->first_ns);

	return ns ? (u64)((double)count * HOUR_NS / ns + 0.5) : 0;
}

/* Of what it made and what went, records must tell all. */
static const struct model_hole *hole_of(const struct leaks *leaks,
					const struct program *program)
{
	if (program->incomplete || !program->made)
		return program->incomplete;
	return model_hole(leaks->evidence.model,
			  model_sums(leaks->evidence.model)->first_ns + 1,
			  leaks->evidence.now_ns);
}

static void add_row(struct leaks *leaks, struct table *table,
		    const struct program *program)
{
	const struct model_object *object = program->object;
	const struct model_who *made = &object->made;
	const struct model_hole *hole = hole_of(leaks, program);
	u64 count = program->left + program->unclear;
	u32 uid = made->from == MODEL_RECORDED ? made->euid : object->cuid;
	char user[EVIDENCE_TIME_BYTES];
	const struct value values[] = {
		text_value(count ? "leak" : "growth"),
		text_value(program_of(object)),
		number_or_null(made->tgid, made->from),
		text_value(from_text(made)),
		text_value(life_text(program->left ? MODEL_DEAD :
				     program->unclear ? MODEL_LIFE_UNKNOWN :
				     left_life(&leaks->evidence, made))),
		number_value(uid),
		text_value(evidence_user(&leaks->evidence, uid, user)),
		number_value(object->ipc_ns),
		text_value(ipct_family_names[object->family]),
		number_value(count),
		number_value(program->bytes),
		number_or_null(program->idle_ns, count),
		number_value(program->made),
		number_value(program->gone),
		number_or_null(per_hour(leaks, program->made - program->gone),
			       program->made),
		text_value(hole ? model_hole_text(hole->cause) : NULL),
	};

	static_assert(ARRAY_SIZE(values) == ARRAY_SIZE(columns));
	table_add(table, values);
}

static bool is_worth_it(const struct program *program)
{
	return program->left || program->unclear ||
	       program->made >= program->gone + GROWS;
}

static void say_nothing(struct leaks *leaks, struct output *output)
{
	const struct model_sums *sums = model_sums(leaks->evidence.model);
	char ago[EVIDENCE_TIME_BYTES];

	output_print(output,
		     "Nothing was left behind or grows, of %llu objects that are there. Records begin\n"
		     "%s %s.\n",
		     (unsigned long long)sums->objects,
		     evidence_ago(&leaks->evidence, sums->first_ns, ago),
		     leaks->evidence.live ? "ago" : "before their end");
}

static bool write_rows(struct leaks *leaks, struct sink *sink,
		       enum sink_format format)
{
	struct table table;
	bool good = true;
	size_t i;

	table_init(&table, columns, ARRAY_SIZE(columns));
	if (format == SINK_TEXT)
		table_choose(&table,
			     leaks->ipc_ns ?
			     "program,pid,creator,from,user,kind,count,bytes,idle_ns,made,gone,per_hour,incomplete" :
			     "program,pid,creator,from,user,ipc_ns,kind,count,bytes,idle_ns,made,gone,per_hour,incomplete");
	table_sort(&table, "-count");
	for (i = 0; i < leaks->programs.nr; i++) {
		const struct program *program =
			(const struct program *)leaks->programs.list[i];

		if (is_worth_it(program))
			add_row(leaks, &table, program);
	}
	if (!table.nr && format == SINK_TEXT)
		say_nothing(leaks, &sink->output);
	else
		good = table_write(&table, sink);
	table_free(&table);
	return sink_flush(sink) == OUTPUT_OK && good;
}

static bool answer(struct leaks *leaks, const struct options *options)
{
	const struct model *model = leaks->evidence.model;
	struct sink *sink = sink_new(STDOUT_FILENO, options_format(options));
	const struct model_object *object;
	bool good;

	if (!sink)
		return false;
	TAILQ_FOREACH(object, model_objects(model), all)
		count_object(leaks, object);
	TAILQ_FOREACH(object, model_gone(model), all)
		count_object(leaks, object);
	good = write_rows(leaks, sink, options_format(options));
	sink_free(sink);
	return good;
}

static int run(const struct options *options)
{
	struct leaks leaks = {
		.ipc_ns = options->ipc_ns,
		.idle_ns = options->idle_ns ?: LEFT_IDLE_NS,
	};
	int status = EXIT_FAILURE;

	if (options->schema)
		return row_schema_print(output_stdout(), "ipctrace leaks", schema,
					ARRAY_SIZE(schema)) &&
		       output_flush(output_stdout()) == OUTPUT_OK ?
		       EXIT_SUCCESS : EXIT_FAILURE;
	if (!groups_init(&leaks.programs, sizeof(struct program), MOST_PROGRAMS)) {
		warnx("no memory for programs");
		return EXIT_FAILURE;
	}
	if (evidence_open(&leaks.evidence, options, NULL, NULL) &&
	    answer(&leaks, options))
		status = EXIT_SUCCESS;
	evidence_close(&leaks.evidence);
	groups_free(&leaks.programs);
	return status;
}

const struct command command_leaks = {
	.usage = "leaks [OPTION]...",
	.about =
"Say what programs have left behind: objects that are still there although their\n"
"creator has gone, nobody has them attached or waits, and nobody has used them\n"
"for a minute (--idle); and which programs make more than goes.\n"
"From what the recorder holds and the kernel says, or from a capture.\n",
	.notes =
"from: recorded; or kernel, which knows the process number of the creator of a\n"
"segment, and of others the user only: these are older than the records. A\n"
"capture does not tell whether the creator is alive: then that is unknown.\n",
	.run = run,
};
