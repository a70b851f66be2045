// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: manual
 *
 * The page of a command, or one of the lists that other pages of the manual have,
 * in mdoc(7), from what the program itself goes by. scripts/gen-man.sh makes the
 * manual of them and of what docs/man has.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "commands/metrics_table.h"
#include "commands/options.h"
#include "commands/print.h"
#include "commands/watch_rules.h"
#include "fields/fields.h"
#include "fields/schema.h"
#include "shared/syscalls.h"
#include "shared/version.h"

#define EXIT_STATUS	"Exit status:"
#define MAX_COLUMNS	72	/* of a line of mdoc, before what is escaped */

/* ---- Text ---------------------------------------------------------------------- */

/* Does a blank there stand between two sentences? Each begins a line, as mdoc wants. */
static bool between_sentences(const char *text, size_t i, size_t len)
{
	return text[i] == ' ' && i && text[i - 1] == '.' && i + 1 < len &&
	       text[i + 1] != ' ' && !islower(text[i + 1]);
}

/* Does the word after a blank there end too far to the right? */
static bool is_too_long(const char *text, size_t i, size_t len, size_t column)
{
	size_t end = i + 1;

	while (end < len && !isspace(text[end]))
		end++;
	return text[i] == ' ' && column + end - i > MAX_COLUMNS;
}

/* Text, with what troff would obey made harmless; @begins: at the begin of a line */
static void put_text(struct output *output, const char *text, size_t len, bool begins)
{
	size_t i, column = 0;

	output_room(output);
	for (i = 0; i < len; i++, column++) {
		if (begins && (text[i] == '.' || text[i] == '\''))
			output_print(output, "\\&");
		begins = text[i] == '\n' || between_sentences(text, i, len) ||
			 is_too_long(text, i, len, column);
		if (begins) {
			output_print(output, "\n");
			column = 0;
		} else if (text[i] == '\\' || text[i] == '-') {
			output_print(output, "\\%c", text[i] == '-' ? '-' : 'e');
		} else {
			output_put(output, text + i, 1);
		}
	}
}

static void put_line(struct output *output, const char *line, size_t len)
{
	put_text(output, line, len, true);
	output_print(output, "\n");
}

/*
 * Paragraphs of a text for --help: an empty line ends one, and lines that are
 * indented stay as they are. From where it says what the exit status is to the end
 * is left out, and returned.
 */
static const char *put_paragraphs(struct output *output, const char *text)
{
	bool literal = false, indented;
	size_t len;

	for (; *text; text += len + !!text[len]) {
		len = strcspn(text, "\n");
		if (!strncmp(text, EXIT_STATUS, strlen(EXIT_STATUS)))
			break;
		indented = isblank(*text);
		if (indented != literal)
			output_print(output, "%s\n",
				     indented ? ".Bd -literal -offset indent" : ".Ed");
		literal = indented;
		if (len)
			put_line(output, text + strspn(text, " \t"),
				 len - strspn(text, " \t"));
		else
			output_print(output, ".Pp\n");
	}
	if (literal)
		output_print(output, ".Ed\n");
	return text;
}

static void put_sentences(struct output *output, const char *text)
{
	put_line(output, text, strlen(text));
}

/* ---- A command ------------------------------------------------------------------- */

/* A word of the usage: a name, an option, or what stands for something */
static void put_word(struct output *output, const char *word, size_t len, bool more)
{
	const char *macro = "Cm";

	if (*word == '-') {
		macro = "Fl";
		word++;
		len--;
	} else if (isupper(*word)) {
		macro = "Ar";
	}
	output_print(output, "%s %s%.*s%s", macro, len ? "" : "\\-", (int)len, word,
		     more ? " ..." : "");
}

/* "[OPTION]... KEY|ID" and the like */
static void put_usage(struct output *output, const char *usage)
{
	size_t len, inner;
	bool more;

	output_print(output, ".Nm ipctrace\n");
	for (; *usage; usage += len + strspn(usage + len, " ")) {
		len = strcspn(usage, " ");
		more = len > 3 && !strncmp(usage + len - 3, "...", 3);
		inner = more ? len - 3 : len;
		output_print(output, ".");
		if (*usage == '[') {
			output_print(output, "Op ");
			put_word(output, usage + 1, inner - 2, more);
		} else {
			put_word(output, usage, inner, more);
		}
		output_print(output, "\n");
	}
}

static void put_option(struct output *output, const struct option_row *row)
{
	output_print(output, ".It ");
	if (row->letter)
		output_print(output, "Fl %c , ", row->letter);
	output_print(output, "Fl \\-%s", row->name);
	if (row->argument) {
		output_print(output, " Ar ");
		put_text(output, row->argument, strlen(row->argument), false);
	}
	output_print(output, "\n");
	put_sentences(output, row->more ?: row->what);
}

static void put_options(struct output *output, enum command_id id)
{
	const struct option_row *row;

	output_print(output, ".Pp\nThe options are:\n.Bl -tag -width Ds\n");
	for (row = option_rows; row->name; row++)
		if (row->what && option_is_of(row, id))
			put_option(output, row);
	output_print(output, ".El\n");
}

static void put_command(struct output *output, const struct command_row *row,
			enum command_id id)
{
	const struct command *command = row->command;
	const char *status, *name;

	output_print(output, ".Dd %s\n.Dt IPCTRACE-", IPCT_DATE);
	for (name = row->name; *name; name++)
		output_print(output, "%c", toupper(*name));
	output_print(output, " 1\n.Os\n.Sh NAME\n.Nm ipctrace-%s\n.Nd ", row->name);
	put_text(output, row->what, strlen(row->what), false);
	output_print(output, "\n.Sh SYNOPSIS\n");
	put_usage(output, command->usage);
	output_print(output, ".Sh DESCRIPTION\n");
	put_paragraphs(output, command->about);
	put_options(output, id);
	if (strncmp(command->notes, EXIT_STATUS, strlen(EXIT_STATUS)))
		output_print(output, ".Pp\n");
	status = put_paragraphs(output, command->notes);
	if (*status) {
		output_print(output, ".Sh EXIT STATUS\n");
		status += strlen(EXIT_STATUS) + 1;
		put_text(output, status, strlen(status), true);
	}
	output_print(output, ".\\\" examples %s\n"
		     ".Sh SEE ALSO\n"
		     ".Xr ipctrace 1 ,\n"
		     ".Xr ipctrace 4 ,\n"
		     ".Xr ipctrace-fields 7 ,\n"
		     ".Xr ipctrace-filter 7\n", row->name);
}

/* ---- Lists -------------------------------------------------------------------------- */

static void list_commands(struct output *output, const struct options *options)
{
	u32 id;

	output_print(output, ".Bl -tag -width Ds\n");
	for (id = 0; id < NR_COMMANDS; id++) {
		output_print(output, ".It Xr ipctrace-%s 1\n",
			     options->commands[id].name);
		put_sentences(output, options->commands[id].what);
	}
	output_print(output, ".El\n");
}

static void list_calls(struct output *output)
{
	const struct ipct_syscall *row;
	u8 call, i;

	output_print(output, ".Bl -tag -width Ds\n");
	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		row = &ipct_syscalls[call];
		output_print(output, ".It Fn %s", row->name);
		for (i = 0; i < row->nr_args; i++)
			output_print(output, " \"%s %s\"", schema_c_type(call, i),
				     row->args[i].name);
		output_print(output, "\n%s%s.\n",
			     row->family < __IPCTRACE_FAMILY_MAX ?
			     ipct_family_names[row->family] : "what it asks for",
			     row->blocks ? "; may block" : "");
	}
	output_print(output, ".El\n");
}

static void list_metrics(struct output *output)
{
	static const char *const types[] = {
		[METRICS_COUNTER] = "counter",
		[METRICS_GAUGE] = "gauge",
		[METRICS_HISTOGRAM] = "histogram",
	};
	const struct metric *metric;
	u32 i;

	output_print(output, ".Bl -tag -width Ds\n");
	for (metric = metrics_table; metric < metrics_table + NR_METRICS; metric++) {
		output_print(output, ".It Va %s%s\n", metric->name,
			     metric->type == METRICS_COUNTER ? "_total" : "");
		put_text(output, metric->help, strlen(metric->help), true);
		output_print(output, ".\nA %s", types[metric->type]);
		for (i = 0; i < 2; i++)
			if (metrics_labels[metric->dims[i]])
				output_print(output, "%s %s", i ? "," : " by",
					     metrics_labels[metric->dims[i]]);
		output_print(output, ".\n");
	}
	output_print(output, ".El\n");
}

static void put_words(struct output *output, const struct field *field)
{
	u8 i;

	if (!field->words)
		return;
	output_print(output, "One of");
	for (i = 0; i < field->nr_words; i++)
		output_print(output, "%s %s", i ? "," : "", field->words[i]);
	output_print(output, ".\n");
}

static const struct schema_field *row_of(const char *name)
{
	const struct schema_field *row;

	for (row = schema_fields; row->name; row++)
		if (!strcmp(row->name, name))
			return row;
	return NULL;
}

/* Where it comes from, as in the answer of ipctrace calls */
static void put_origin(struct output *output, const struct field *field)
{
	const struct schema_field *row = row_of(field->path);
	int bit;

	if (!row)
		return;
	output_print(output, " (%s%s:", row->type, row->nullable ? " or null" : "");
	for (bit = 0; bit < SCHEMA_NR_TAGS; bit++)
		if (row->tags & 1 << bit)
			output_print(output, " %s", schema_tag_names[bit]);
	output_print(output, ")");
}

/* Which of all fields a list has */
typedef bool (*chosen_t)(const struct field *field);

static bool is_field(const struct field *field)
{
	return !field->asked && !strchr(field->path, '.');
}

static bool is_member(const struct field *field)
{
	return !field->asked && strchr(field->path, '.') &&
	       strncmp(field->path, "args.", 5);
}

static bool is_asked(const struct field *field)
{
	return field->asked;
}

static bool is_filter(const struct field *field)
{
	return field->filter;
}

static void list_fields(struct output *output, chosen_t chosen)
{
	struct field *fields;
	size_t nr, i;

	fields = fields_list(&nr);
	output_print(output, ".Bl -tag -width Ds\n");
	for (i = 0; i < nr; i++) {
		if (!chosen(&fields[i]))
			continue;
		output_print(output, ".It Va %s\n", fields[i].path);
		put_text(output, fields[i].what ?: "", strlen(fields[i].what ?: ""),
			 true);
		put_origin(output, &fields[i]);
		output_print(output, ".\n");
		put_words(output, &fields[i]);
	}
	output_print(output, ".El\n");
	free(fields);
}

static bool put_fact(void *context, const struct field *field)
{
	struct output *output = context;

	output_print(output, ".It Va %s\n", field->path);
	put_line(output, field->what, strlen(field->what));
	return false;
}

static void list_facts(struct output *output)
{
	output_print(output, ".Bl -tag -width Ds\n");
	facts_walk(put_fact, output);
	output_print(output, ".El\n");
}

/* The usual ones; where they cannot be read the page has none. */
static void list_rules(struct output *output)
{
	struct rules rules = { };
	u32 i;

	if (watch_rules_read(&rules, NULL)) {
		output_print(output, ".Bl -tag -width Ds\n");
		for (i = 0; i < rules.nr; i++) {
			output_print(output, ".It Sy %s Pq %s\n", rules.rules[i]->id,
				     severity_names[rules.rules[i]->severity]);
			put_sentences(output, rules.rules[i]->what);
		}
		output_print(output, ".El\n");
	}
	rules_free(&rules);
}

/*
 * lists - those that pages have, but for that of commands
 *
 * @name: after "list:" in the command's argument
 * @chosen: of a list of fields: which of them
 * @list: of others: prints it
 */
static const struct {
	const char *name;
	chosen_t chosen;
	void (*list)(struct output *output);
} lists[] = {
	{ "list:calls", NULL, list_calls },
	{ "list:metrics", NULL, list_metrics },
	{ "list:fields", is_field, NULL },
	{ "list:members", is_member, NULL },
	{ "list:asked", is_asked, NULL },
	{ "list:filter", is_filter, NULL },
	{ "list:facts", NULL, list_facts },
	{ "list:rules", NULL, list_rules },
};

static bool print_list(struct output *output, const struct options *options)
{
	size_t i;

	if (!strcmp(options->operand, "list:commands")) {
		list_commands(output, options);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		if (strcmp(options->operand, lists[i].name))
			continue;
		if (lists[i].list)
			lists[i].list(output);
		else
			list_fields(output, lists[i].chosen);
		return true;
	}
	return false;
}

static int run(const struct options *options)
{
	struct output *output = output_stdout();
	u32 id;

	for (id = 0; id < NR_COMMANDS; id++)
		if (!strcmp(options->operand, options->commands[id].name))
			break;
	if (id < NR_COMMANDS)
		put_command(output, &options->commands[id], id);
	else if (!print_list(output, options))
		return options_refuse(options, "PAGE is the name of a command, or a list as in --help");
	return print_end(output);
}

const struct command command_manual = {
	.usage = "manual PAGE",
	.operand = "PAGE",
	.about =
"Print the manual page of a command: ipctrace manual blocked | man -l -\n"
"PAGE can be a list, too, from which other pages are made: list:commands,\n"
"list:calls, list:metrics, list:fields, list:members, list:asked,\n"
"list:filter, list:facts, list:rules.\n",
	.notes =
"Exit status: 0 at the end, 1 for a failure, 2 for wrong options.\n",
	.run = run,
};
