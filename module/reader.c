// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: reader
 *
 * Holds a place in all rings and the line that is being handed out. A line is
 * taken from the rings when the last one is gone to the last byte, so a read
 * of any size, or into a bad address, loses nothing.
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
 * struct ipct_reader - one open file that is read as text
 * @lock: the rest
 * @merge: place in the rings
 * @line_bytes: length of @line
 * @line_pos: how much of it has been read
 * @line: the line
 * @record: the record that it shows
 */
struct ipct_reader {
	struct mutex lock;	/* all of the reader */
	struct ipct_merge *merge;
	size_t line_bytes;
	size_t line_pos;
	char line[IPCT_TEXT_MAX_BYTES];
	u8 record[IPCTRACE_RECORD_MAX_BYTES] __aligned(8);
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

	reader = kvzalloc(sizeof(*reader), GFP_KERNEL);
	if (!reader)
		return NULL;

	reader->merge = ipct_buffers_merge();
	if (!reader->merge) {
		kvfree(reader);
		return NULL;
	}
	mutex_init(&reader->lock);
	return reader;
}

/**
 * ipct_reader_destroy() - free a reader
 * @reader: the reader
 */
void ipct_reader_destroy(struct ipct_reader *reader)
{
	mutex_destroy(&reader->lock);
	kvfree(reader->merge);
	kvfree(reader);
}

/* Have something in the line. Return 1, 0 when there is nothing, or -EIO. */
static int fill_line(struct ipct_reader *reader, u64 until_ns)
{
	int ret;

	while (reader->line_pos == reader->line_bytes) {
		ret = ipct_merge_next(reader->merge, until_ns, reader->record);
		if (ret <= 0)
			return ret;
		reader->line_pos = 0;
		reader->line_bytes = ipct_text_line(reader->line,
						    sizeof(reader->line),
						    (void *)reader->record);
	}
	return 1;
}

/* Copy lines until @buf is full or there are no more. */
static ssize_t read_locked(struct ipct_reader *reader, char __user *buf,
			   size_t count, u64 until_ns)
{
	size_t done = 0, bytes, left;
	int ret;

	while (done < count) {
		ret = fill_line(reader, until_ns);
		if (ret <= 0)
			return done ? done : ret;

		bytes = min(count - done, reader->line_bytes - reader->line_pos);
		left = copy_to_user(buf + done, reader->line + reader->line_pos,
				    bytes);
		reader->line_pos += bytes - left;
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
 * bad address, -ERESTARTSYS for a signal, -EIO when a ring was damaged.
 */
ssize_t ipct_reader_read(struct ipct_reader *reader, char __user *buf,
			 size_t count, u64 until_ns)
{
	ssize_t ret;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
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
	ret = fill_line(reader, until_ns) != 0;
	mutex_unlock(&reader->lock);
	return ret;
}
