// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: counted
 *
 * What commands that count have in common when they write: rows that begin with the
 * time that was counted, and whether all of it is there.
 */
#include <stdlib.h>
#include <unistd.h>

#include "commands/counted.h"
#include "commands/options.h"
#include "commands/print.h"
#include "count/by.h"
#include "view/formats.h"

/**
 * counted_by() - get ready to name records
 * @by: out: as of by_init()
 * @options: the options
 * @cgroups: names of cgroups; must outlive @by
 * @option: whose value @names is, for messages
 * @names: fields
 *
 * Return: false, with a message, when there is no such field.
 */
bool counted_by(struct by *by, const struct options *options,
		struct cgroups *cgroups, const char *option, const char *names)
{
	return by_init(by, option, names, cgroups,
		       (options->input ? 0 : BY_LIVE) |
		       (options->numbers ? BY_NUMBERS : 0));
}

/**
 * counted_sink() - standard output, in the format that was asked for; standard error,
 * where there is a program to run
 * @options: the options
 *
 * Return: a sink, or NULL, with a message.
 */
struct sink *counted_sink(const struct options *options)
{
	return sink_new(options->operand && options->command == COMMAND_stat ?
			STDERR_FILENO : STDOUT_FILENO, options_format(options));
}

/**
 * counted_begin() - begin a row
 * @values: out: of COUNTED_COLUMNS
 * @type: of the row
 * @range: what was counted
 *
 * Return: where the row goes on.
 */
struct value *counted_begin(struct value *values, const char *type,
			    const struct gather_range *range)
{
	values = counted_text(values, type);
	values = counted_number(values, range->begin_ns);
	values = counted_number(values, range->end_ns);
	*values = (struct value){
		.type = VALUE_BOOL, .number = gather_complete(range),
	};
	return values + 1;
}

/**
 * counted_row() - write a row that is in no table
 * @sink: its table has begun
 * @values: one for each column; get their names
 */
void counted_row(struct sink *sink, struct value *values)
{
	size_t i;

	for (i = 0; i < sink->nr_columns; i++)
		values[i].name = sink->columns[i].name;
	sink_row(sink, values);
}

/**
 * counted_rate() - so many a second
 * @count: of all the time
 * @range: the time
 *
 * Return: the nearest whole number; 0 of no time.
 */
u64 counted_rate(u64 count, const struct gather_range *range)
{
	unsigned __int128 in_ns = (unsigned __int128)count * 1000000000;
	u64 ns = range->end_ns - range->begin_ns;

	return ns ? (in_ns + ns / 2) / ns : 0;
}

/**
 * counted_schema() - print the schema of a command's rows
 * @title: of the schema
 * @rows: which rows
 * @nr: how many kinds of them
 *
 * Return: exit status
 */
int counted_schema(const char *title, const struct schema_rows *rows, size_t nr)
{
	struct output *output = output_stdout();

	if (!row_schema_print(output, title, rows, nr))
		return EXIT_FAILURE;
	return print_end(output);
}
