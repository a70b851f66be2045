// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: text
 *
 * For people: records by the renderer that the module uses too, and tables in
 * columns, with numbers to the right and names to the left.
 */
#include <stdlib.h>
#include <string.h>

#include "shared/text.h"
#include "view/cell.h"
#include "view/sink.h"
#include "view/style.h"
#include "view/text.h"

static_assert(OUTPUT_LINE_BYTES >= 2 * IPCT_STYLED_MAX_BYTES);

static void text_record(struct sink *sink, const struct ipctrace_header *record,
			const struct sink_note *note)
{
	struct output *output = &sink->output;
	u32 len = ipct_text_styled(output->buf + output->used,
				   IPCT_STYLED_MAX_BYTES, record,
				   sink->style ? &sink->style->text : NULL);

	output->used += len;
	if (!len || !note)
		return;
	output->used--;		/* the end of the line */
	output_put(output, note->text, strlen(note->text));
	output_put(output, "\n", 1);
}

static void pad(struct output *output, u32 from, u32 to)
{
	for (; from < to; from++)
		output_put(output, " ", 1);
}

static void put_cell(struct sink *sink, size_t i, const char *text, u32 width)
{
	const struct column *column = &sink->columns[i];
	bool last = i + 1 == sink->nr_columns;

	if (i)
		output_put(&sink->output, "  ", 2);
	if (column->type != VALUE_STRING)
		pad(&sink->output, width, column->width);
	output_put(&sink->output, text, strlen(text));
	if (column->type == VALUE_STRING && !last)
		pad(&sink->output, width, column->width);
	if (last)
		output_put(&sink->output, "\n", 1);
}

static const char *heading_of(const struct column *column)
{
	return column->heading ?: column->name;
}

static void text_begin(struct sink *sink)
{
	size_t i;

	for (i = 0; i < sink->nr_columns; i++)
		put_cell(sink, i, heading_of(&sink->columns[i]),
			 strlen(heading_of(&sink->columns[i])));
}

static void text_row(struct sink *sink, const struct value *values)
{
	char text[CELL_BYTES];
	u32 width;
	size_t i;

	for (i = 0; i < sink->nr_columns; i++) {
		width = cell_of_column(text, &sink->columns[i], &values[i]);
		put_cell(sink, i, text, width);
		output_room(&sink->output);
	}
}

static void text_free(struct sink *sink)
{
	free(sink);
}

static const struct sink_ops text_ops = {
	.record = text_record,
	.begin = text_begin,
	.row = text_row,
	.free = text_free,
};

/**
 * sink_text_new() - a sink of text
 *
 * Return: the sink, without its output, or NULL when memory is short.
 */
struct sink *sink_text_new(void)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (sink)
		sink->ops = &text_ops;
	return sink;
}
