// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: timeline_page
 *
 * The page of a timeline: userspace/page/timeline.html, which is in this program as it
 * is there, with its style, its script and the data in their places. It needs nothing
 * else, and fetches nothing.
 */
#include <string.h>

#include "commands/picture.h"
#include "commands/timeline_pack.h"
#include "commands/timeline_page.h"

/* A file below userspace/, with a NUL at its end; the Makefile knows of these. */
#define EMBED(name, file)						\
	asm(".section .rodata\n"					\
	    #name ":\n"							\
	    ".incbin \"" file "\"\n"					\
	    ".byte 0\n"							\
	    ".previous\n")

EMBED(timeline_html, "page/timeline.html");
EMBED(timeline_css, "page/timeline.css");
EMBED(timeline_js, "page/timeline.js");

/**
 * timeline_page() - write it
 * @picture: to that file
 * @data: from timeline_pack()
 *
 * Return: false, with a message, when it cannot be written.
 */
bool timeline_page(struct picture *picture, const struct bytes *data)
{
	const struct {
		const char *mark;
		const void *text;
		size_t len;
	} parts[] = {
		{ "/* STYLE */", timeline_css, strlen(timeline_css) },
		{ "DATA", data->at, data->used },
		{ "/* SCRIPT */", timeline_js, strlen(timeline_js) },
	};
	const char *from = timeline_html, *mark;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		mark = strstr(from, parts[i].mark);
		if (!picture_write(picture, from, mark - from) ||
		    !picture_write(picture, parts[i].text, parts[i].len))
			return false;
		from = mark + strlen(parts[i].mark);
	}
	return picture_write(picture, from, strlen(from));
}
