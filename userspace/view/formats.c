// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: formats
 *
 * The sinks that there are.
 */
#include <err.h>

#include "view/columns.h"
#include "view/csv.h"
#include "view/formats.h"
#include "view/json.h"
#include "view/strace.h"
#include "view/style.h"
#include "view/text.h"

static struct sink *(*const makers[__SINK_FORMAT_MAX])(void) = {
	[SINK_TEXT] = sink_text_new,
	[SINK_JSON] = sink_json_new,
	[SINK_CSV] = sink_csv_new,
	[SINK_STRACE] = sink_strace_new,
};

/**
 * sink_new() - begin to write
 * @fd: file descriptor; stays open
 * @format: enum sink_format
 *
 * Return: the sink, or NULL, with a message, when memory is short.
 */
struct sink *sink_new(int fd, enum sink_format format)
{
	struct sink *sink = makers[format]();

	if (!sink) {
		warnx("no memory for output");
		return NULL;
	}
	sink->record = sink->ops->record;
	output_init(&sink->output, fd);
	return sink;
}

/**
 * sink_styled() - begin to write records as somebody wants to see them
 * @fd: file descriptor; stays open
 * @style: from style_begin(); must outlive the sink
 *
 * Return: the sink, or NULL, with a message, when memory is short.
 */
struct sink *sink_styled(int fd, struct style *style)
{
	struct sink *sink = sink_new(fd, style->format);

	if (!sink)
		return NULL;
	sink->style = style;
	if (style->columns) {
		sink->record = columns_record;
		columns_begin(sink);
	}
	return sink;
}

/**
 * sink_tells_losses() - will a loss or a gap be seen in its place?
 * @style: what sink_styled() is to be given
 */
bool sink_tells_losses(const struct style *style)
{
	return style->format != SINK_STRACE &&
	       (!style->columns || columns_tell_losses(style->columns));
}
