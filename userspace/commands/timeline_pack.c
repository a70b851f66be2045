// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: timeline_pack
 *
 * Calls over time, packed for a page: each column by itself, as numbers of variable
 * length, texts once each; all that through zlib, which browsers can undo, and in
 * base64, as a page is text. So a call takes about ten bytes of a page.
 *
 * Rows are put into their columns as they come: what is not packed is 4 bytes a row,
 * and the texts, which are bounded.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdlib.h>
#include <string.h>
#if __has_include("zlib.h")
#include <zlib.h>
#define HAVE_ZLIB
#endif

#include "commands/timeline_pack.h"

#define MOST_TEXTS	500000
#define MOST_TEXT_BYTES	(24 << 20)

/* ---- Bytes --------------------------------------------------------------------------- */

static bool make_room(struct bytes *bytes, size_t len)
{
	size_t room = bytes->room ?: 4096;
	u8 *at;

	while (room - bytes->used < len)
		room *= 2;
	if (room == bytes->room)
		return true;
	at = realloc(bytes->at, room);
	if (!at) {
		bytes->failed = true;
		return false;
	}
	bytes->at = at;
	bytes->room = room;
	return true;
}

static void add_bytes(struct bytes *bytes, const void *more, size_t len)
{
	if (!make_room(bytes, len))
		return;
	memcpy(bytes->at + bytes->used, more, len);
	bytes->used += len;
}

static void add_number(struct bytes *bytes, u64 number)
{
	u8 digits[10];
	u32 nr = 0;

	do {
		digits[nr++] = (number & 0x7f) | (number > 0x7f ? 0x80 : 0);
		number >>= 7;
	} while (number);
	add_bytes(bytes, digits, nr);
}

static void add_signed(struct bytes *bytes, s64 number)
{
	add_number(bytes, (u64)number << 1 ^ (u64)(number >> 63));
}

/* ---- Rows ----------------------------------------------------------------------------- */

/**
 * timeline_init() - no rows yet
 * @timeline: out: timeline_free() is for it, whatever is returned
 *
 * Return: false when memory is short.
 */
bool timeline_init(struct timeline *timeline)
{
	*timeline = (struct timeline){ };
	return groups_init(&timeline->texts, sizeof(struct timeline_text),
			   MOST_TEXTS);
}

/**
 * timeline_text() - the place of a text
 * @timeline: the timeline
 * @text: the text
 * @len: its length
 *
 * Return: 0: there is none, or no room for it.
 */
u32 timeline_text(struct timeline *timeline, const char *text, size_t len)
{
	struct timeline_text *found;

	if (!len)
		return 0;
	found = (struct timeline_text *)groups_find(&timeline->texts, text, len);
	if (!found && (timeline->text_bytes + len > MOST_TEXT_BYTES ||
		       timeline->texts.nr >= MOST_TEXTS)) {
		timeline->cut = true;
		return 0;
	}
	if (!found)
		found = (struct timeline_text *)groups_get(&timeline->texts, text, len);
	if (!found->place && found->group.key) {
		found->place = timeline->texts.nr;
		timeline->text_bytes += len;
		add_number(&timeline->columns[TIMELINE_TEXT_BYTES], len);
		add_bytes(&timeline->columns[TIMELINE_TEXTS], text, len);
	}
	return found->place;
}

/**
 * timeline_add() - one more row
 * @timeline: the timeline
 * @row: the row
 *
 * Return: false when there is no room for it, which is counted.
 */
bool timeline_add(struct timeline *timeline, const struct timeline_row *row)
{
	struct bytes *columns = timeline->columns;
	u32 room = timeline->from_room;
	u32 *from;

	if (timeline->rows == room) {
		room = room ? 2 * room : 4096;
		from = timeline->rows < TIMELINE_MOST_ROWS ?
		       realloc(timeline->from, room * sizeof(*from)) : NULL;
		if (from) {
			timeline->from = from;
			timeline->from_room = room;
		}
	}
	if (timeline->rows == TIMELINE_MOST_ROWS ||
	    timeline->rows == timeline->from_room) {
		timeline->left_out++;
		return false;
	}
	if (!timeline->rows) {
		timeline->first_ns = row->end_ns;
		timeline->last_ns = row->end_ns;
	}
	timeline->from[timeline->rows++] = 0;
	add_signed(&columns[TIMELINE_END], row->end_ns - timeline->last_ns);
	timeline->last_ns = row->end_ns;
	add_number(&columns[TIMELINE_TOOK], row->took_ns);
	add_number(&columns[TIMELINE_TYPE], row->type);
	add_number(&columns[TIMELINE_CALL], row->call);
	add_number(&columns[TIMELINE_THREAD], row->thread);
	add_number(&columns[TIMELINE_OBJECT], row->object);
	add_signed(&columns[TIMELINE_RET], row->ret);
	add_number(&columns[TIMELINE_FLAGS], row->flags);
	add_number(&columns[TIMELINE_CPU], row->cpu);
	add_number(&columns[TIMELINE_WHO], row->who);
	add_number(&columns[TIMELINE_WHAT], row->what);
	add_number(&columns[TIMELINE_TAIL], row->tail);
	return true;
}

/**
 * timeline_level() - a value of the object of a row is another from then on
 * @timeline: the timeline
 * @row: the row, not before that of the value before
 * @of: which semaphore
 * @level: one more than the value, 0: it is not known
 */
void timeline_level(struct timeline *timeline, u32 row, u32 of, u64 level)
{
	struct bytes *columns = timeline->columns;

	add_number(&columns[TIMELINE_LEVEL_ROW], row - timeline->level_row);
	timeline->level_row = row;
	add_number(&columns[TIMELINE_LEVEL_OF], of);
	add_number(&columns[TIMELINE_LEVEL], level);
}

/**
 * timeline_from() - the message of a row is that of another
 * @timeline: the timeline
 * @row: it was received
 * @sent: it was sent
 */
void timeline_from(struct timeline *timeline, u32 row, u32 sent)
{
	/* A call that waits may end before that of who sent. */
	timeline->from[row] = row > sent ? 2 * (row - sent) : 2 * (sent - row) + 1;
}

/* ---- Packing --------------------------------------------------------------------------- */

/**
 * json_text() - a text in quotes
 * @to: where to
 * @text: the text, UTF-8
 */
void json_text(FILE *to, const char *text)
{
	putc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else if ((unsigned char)*text < 32)
			fprintf(to, "\\u%04x", *text);
		else
			putc(*text, to);
	}
	putc('"', to);
}

#ifdef HAVE_ZLIB

#define CHUNK	65536

static bool deflate_bytes(z_stream *stream, struct bytes *to, const void *from,
			  size_t len, int flush)
{
	u8 out[CHUNK];
	int state;

	stream->next_in = (void *)from;
	stream->avail_in = len;
	do {
		stream->next_out = out;
		stream->avail_out = sizeof(out);
		state = deflate(stream, flush);
		add_bytes(to, out, sizeof(out) - stream->avail_out);
	} while (!stream->avail_out);
	return state != Z_STREAM_ERROR && !to->failed;
}

static char *make_head(const struct timeline *timeline, const char *meta)
{
	static const char *const names[] = {
#define COLUMN_NAME(id, name) [TIMELINE_##id] = name,
		TIMELINE_COLUMNS(COLUMN_NAME)
#undef COLUMN_NAME
	};
	size_t len;
	char *head = NULL;
	FILE *to = open_memstream(&head, &len);
	u32 i;

	if (!to)
		return NULL;
	fprintf(to, "{\"rows\":%u,\"columns\":[", timeline->rows);
	for (i = 0; i < NR_TIMELINE_COLUMNS; i++)
		fprintf(to, "%s[\"%s\",%zu]", i ? "," : "", names[i],
			timeline->columns[i].used);
	fprintf(to, "],%s}", meta);
	return fclose(to) ? NULL : head;
}

static bool pack_all(z_stream *stream, const struct timeline *timeline,
		     const char *head, struct bytes *packed)
{
	size_t len = strlen(head);
	const u8 size[4] = { len, len >> 8, len >> 16, len >> 24 };
	bool good = deflate_bytes(stream, packed, size, sizeof(size), Z_NO_FLUSH) &&
		    deflate_bytes(stream, packed, head, len, Z_NO_FLUSH);
	u32 i;

	for (i = 0; i < NR_TIMELINE_COLUMNS && good; i++)
		good = !timeline->columns[i].failed &&
		       deflate_bytes(stream, packed, timeline->columns[i].at,
				     timeline->columns[i].used, Z_NO_FLUSH);
	return good && deflate_bytes(stream, packed, "", 0, Z_FINISH);
}

/* In place of what there is; false when memory is short */
static bool to_base64(struct bytes *bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct bytes text = { };
	size_t i, len = bytes->used;
	u8 *to;
	u32 three;

	if (!make_room(&text, (len + 2) / 3 * 4))
		return false;
	to = text.at;
	for (i = 0; i < len; i += 3, to += 4) {
		three = bytes->at[i] << 16 |
			(i + 1 < len ? bytes->at[i + 1] << 8 : 0) |
			(i + 2 < len ? bytes->at[i + 2] : 0);
		to[0] = digits[three >> 18];
		to[1] = digits[three >> 12 & 63];
		to[2] = i + 1 < len ? digits[three >> 6 & 63] : '=';
		to[3] = i + 2 < len ? digits[three & 63] : '=';
	}
	text.used = to - text.at;
	free(bytes->at);
	*bytes = text;
	return true;
}

/**
 * timeline_pack() - all of it, for the page
 * @timeline: the timeline
 * @meta: what else the page is told: members of a JSON object
 * @packed: out: base64, whose @at is to be freed
 *
 * Return: false, with a message, when it cannot be made.
 */
bool timeline_pack(struct timeline *timeline, const char *meta, struct bytes *packed)
{
	z_stream stream = { };
	char *head;
	bool good;
	u32 i;

	for (i = 0; i < timeline->rows; i++)
		add_number(&timeline->columns[TIMELINE_FROM], timeline->from[i]);
	*packed = (struct bytes){ };
	head = make_head(timeline, meta);
	good = head && deflateInit(&stream, 6) == Z_OK;
	if (good) {
		good = pack_all(&stream, timeline, head, packed);
		deflateEnd(&stream);
	}
	free(head);
	if (!good || !to_base64(packed))
		warnx("no memory for a timeline");
	return good && packed->at;
}

#else

bool timeline_pack(struct timeline *timeline, const char *meta, struct bytes *packed)
{
	(void)timeline;
	(void)meta;
	*packed = (struct bytes){ };
	warnx("this ipctrace was built without zlib: install zlib1g-dev and build it again");
	return false;
}

#endif

/**
 * timeline_free() - undo timeline_init()
 * @timeline: the timeline
 */
void timeline_free(struct timeline *timeline)
{
	u32 i;

	for (i = 0; i < NR_TIMELINE_COLUMNS; i++)
		free(timeline->columns[i].at);
	groups_free(&timeline->texts);
	free(timeline->from);
}
