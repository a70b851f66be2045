// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: reader
 *
 * Holds a place in all rings and the line that is being handed out. The next line
 * is taken from the rings only when the last one has been read to its last byte, so
 * a read of any size, or into a bad address, loses nothing.
 *
 * Readers that map the rings open the same file, and a member of the group may open
 * it a million times. So memory is allocated only when the first line is asked for,
 * and charged to the memory cgroup of whoever asks.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "buffers.h"
#include "shared/merge.h"
#include "reader.h"
#include "shared/text.h"

/**
 * struct lines - what a reader needs once it has begun
 * @merge: place in the rings
 * @bytes: length of @line
 * @pos: how much of it has been read
 * @line: of text, ends with a newline
 * @record: the record that it shows
 */
struct lines {
	struct ipct_merge *merge;
	size_t bytes;
	size_t pos;
	char line[IPCT_TEXT_MAX_BYTES];
	u8 record[IPCTRACE_RECORD_MAX_BYTES] __aligned(8);
};

/**
 * struct ipct_reader - one open file that may be read as text
 * @lock: the rest
 * @start: where it begins
 * @lines: NULL until it has
 */
struct ipct_reader {
	struct mutex lock;	/* all of the reader */
	struct ipct_start *start;
	struct lines *lines;
};

/**
 * ipct_reader_create() - a reader that begins where new readers do
 *
 * Context: may sleep.
 * Return: the reader, or NULL when there is no memory.
 */
struct ipct_reader *ipct_reader_create(void)
{
	struct ipct_reader *reader;

	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return NULL;
	reader->start = ipct_buffers_start_get();
	mutex_init(&reader->lock);
	return reader;
}

/**
 * ipct_reader_destroy() - free a reader
 * @reader: in use by nobody
 */
void ipct_reader_destroy(struct ipct_reader *reader)
{
	mutex_destroy(&reader->lock);
	ipct_buffers_start_put(reader->start);
	if (reader->lines)
		kvfree(reader->lines->merge);
	kvfree(reader->lines);
	kfree(reader);
}

static int begin(struct ipct_reader *reader)
{
	struct lines *lines;

	if (reader->lines)
		return 0;
	lines = kvzalloc(sizeof(*lines), GFP_KERNEL_ACCOUNT);
	if (!lines)
		return -ENOMEM;
	lines->merge = ipct_buffers_merge(reader->start);
	if (!lines->merge) {
		kvfree(lines);
		return -ENOMEM;
	}
	reader->lines = lines;
	return 0;
}

/* Rings that were not there when the merge was made may be there now. */
static void look_for_rings(struct ipct_reader *reader)
{
	if (reader->lines)
		ipct_buffers_merge_more(reader->lines->merge);
}

/* Is it a record for subscriptions? Those who read text have none. */
static bool is_aside(const void *record)
{
	const struct ipctrace_header *header = record;

	return header->type & IPCTRACE_TYPE_ASIDE;
}

/* Put something into the line. Return 1, 0 when there is nothing, or an error. */
static int fill_line(struct ipct_reader *reader, u64 until_ns)
{
	struct lines *lines;
	int ret;

	ret = begin(reader);
	if (ret)
		return ret;
	lines = reader->lines;
	while (lines->pos == lines->bytes) {
		ret = ipct_merge_next(lines->merge, until_ns, lines->record);
		if (ret <= 0)
			return ret;
		if (is_aside(lines->record))
			continue;
		lines->pos = 0;
		lines->bytes = ipct_text_line(lines->line, sizeof(lines->line),
					      (void *)lines->record);
	}
	return 1;
}

/* Copy lines until @buf is full or there are no more. */
static ssize_t read_locked(struct ipct_reader *reader, char __user *buf,
			   size_t count, u64 until_ns)
{
	size_t done = 0, bytes, left;
	struct lines *lines;
	int ret;

	while (done < count) {
		ret = fill_line(reader, until_ns);
		if (ret <= 0)
			return done ? done : ret;

		lines = reader->lines;
		bytes = min(count - done, lines->bytes - lines->pos);
		left = copy_to_user(buf + done, lines->line + lines->pos,
				    bytes);
		lines->pos += bytes - left;
		done += bytes - left;
		if (left)
			return done ? done : -EFAULT;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

/**
 * ipct_reader_read() - hand out text
 * @reader: the reader
 * @buf: user memory
 * @count: bytes wanted
 * @until_ns: time up to which the rings are complete
 *
 * Context: may sleep, but does not wait for records.
 * Return: bytes, 0 when there are no records up to @until_ns, -EFAULT for a
 * bad address, -ERESTARTSYS for a signal, -EIO when a ring was damaged, -ENOMEM.
 */
ssize_t ipct_reader_read(struct ipct_reader *reader, char __user *buf,
			 size_t count, u64 until_ns)
{
	ssize_t ret;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	look_for_rings(reader);
	ret = read_locked(reader, buf, count, until_ns);
	mutex_unlock(&reader->lock);
	return ret;
}

/**
 * ipct_reader_has_text() - would ipct_reader_read() return something?
 * @reader: the reader
 * @until_ns: time up to which the rings are complete
 *
 * Context: may sleep, but does not wait for records.
 */
bool ipct_reader_has_text(struct ipct_reader *reader, u64 until_ns)
{
	bool ret;

	mutex_lock(&reader->lock);
	look_for_rings(reader);
	ret = fill_line(reader, until_ns) != 0;
	mutex_unlock(&reader->lock);
	return ret;
}
