// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: input_file
 *
 * Records from a capture. Needs neither the module nor the machine where the
 * capture was made.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/when.h"
#include "input/file.h"
#include "input/live.h"
#include "names/cgroups.h"

#define GROWS_MS	100

static struct input_file *file_of(struct input *input)
{
	return (struct input_file *)input;
}

static enum input_state file_next(struct input *input,
				  const struct ipctrace_header **record)
{
	struct input_file *file = file_of(input);

	*record = capture_order_next(&file->order);
	if (*record)
		return INPUT_RECORD;
	return file->order.paused ? INPUT_PAUSE : INPUT_END;
}

/* Until it has grown: asked again now and then, since a file cannot be polled. */
static enum input_state file_wait(struct input *input, int output)
{
	struct pollfd pollfd = { .fd = output };

	(void)input;
	if (live_stopped())
		return INPUT_END;
	if (poll(&pollfd, 1, GROWS_MS) > 0 && pollfd.revents & POLLERR)
		return INPUT_END;
	return INPUT_PAUSE;
}

static bool file_whole(struct input *input)
{
	const struct capture_reader *reader = &file_of(input)->reader;

	/* It was not followed to its end: whoever stopped that knows. */
	if (capture_paused(reader))
		return !reader->blocks.damages;
	return capture_whole(reader);
}

static u64 file_size(struct input *input)
{
	const struct input_file *file = file_of(input);

	return file->reader.follow ? 0 : input_file_size(file);
}

static u64 file_place(struct input *input)
{
	return input_file_place(file_of(input));
}

static void file_close(struct input *input)
{
	struct input_file *file = file_of(input);

	capture_order_end(&file->order);
	capture_close(&file->reader);
	if (file->fd != STDIN_FILENO)
		close(file->fd);
}

static const struct spans *file_missing(struct input *input)
{
	return &file_of(input)->reader.blocks.spans;
}

static const struct input_ops file_ops = {
	.next = file_next,
	.wait = file_wait,
	.whole = file_whole,
	.missing = file_missing,
	.size = file_size,
	.place = file_place,
	.close = file_close,
};

/**
 * input_file_text() - what a capture says about its origin
 * @file: open
 * @type: not every capture has each
 *
 * Return: the text, any bytes; NULL when there is none.
 */
const char *input_file_text(const struct input_file *file,
			    enum ipctrace_capture_text_type type)
{
	const struct capture_reader *reader = &file->reader;

	if (reader->in_blocks)
		return blocks_text(&reader->blocks.blocks, type);
	return type == IPCTRACE_CAPTURE_RELEASE ? reader->release : NULL;
}

/* Is it only of this machine, as it says? Others have other users. */
static bool is_of_here(const struct input_file *file)
{
	const char *host = input_file_text(file, IPCTRACE_CAPTURE_HOST);
	struct utsname name;

	return host && !uname(&name) && !strcmp(host, name.nodename) &&
	       !input_file_text(file, IPCTRACE_CAPTURE_SOURCES);
}

/**
 * input_file_open() - begin with the first record of a capture
 * @file: out: an input of any version of captures
 * @name: path, also for messages; must outlive @file; "-" is standard input
 * @cgroups: get the names of cgroups as they are read; must outlive @file
 *
 * Return: false, with a message, when there is no capture.
 */
bool input_file_open(struct input_file *file, const char *name,
		     struct cgroups *cgroups)
{
	*file = (struct input_file){ .input.ops = &file_ops, .name = name };
	file->fd = STDIN_FILENO;
	if (!strcmp(name, "-"))
		name = "standard input";
	else
		file->fd = open(name, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0) {
		warn("%s: cannot be opened", name);
		return false;
	}
	if (capture_open(&file->reader, file->fd, name, cgroups)) {
		capture_order_begin(&file->order, &file->reader);
		if (cgroups && is_of_here(file))
			cgroups_know_users(cgroups);
		return true;
	}
	if (file->fd != STDIN_FILENO)
		close(file->fd);
	return false;
}

/* ---- A part of it ------------------------------------------------------------ */

/**
 * input_file_moment() - when the capture began, by all clocks
 * @file: from input_file_open(), read or not
 * @start: out: that moment; 0 for what this version of captures does not have
 *
 * Return: false when that is not known: its header is damaged.
 */
bool input_file_moment(const struct input_file *file, struct blocks_moment *start)
{
	const struct capture_reader *reader = &file->reader;
	const struct ipctrace_capture_header *header;

	if (!reader->in_blocks) {
		*start = (struct blocks_moment){
			.ns = reader->start_ns,
			.real_ns = reader->start_real_ns,
		};
		return true;
	}
	if (!reader->blocks.blocks.header_good)
		return false;
	header = reader->blocks.blocks.header;
	*start = (struct blocks_moment){
		.ns = header->start_ns,
		.real_ns = header->start_real_ns,
		.boot_ns = header->start_boot_ns,
		.apart_ns = header->clocks_apart_ns,
	};
	return true;
}

static bool resolve(struct input_file *file, const char *option,
		    const struct when *when, u64 *ns)
{
	struct blocks_moment start = { };
	u64 end_ns = 0;

	if (when->kind == WHEN_UNSAID)
		return true;
	if (when->kind == WHEN_DATE && !input_file_moment(file, &start)) {
		warnx("%s: --%s: its header is damaged, so dates are not known; accepted: times as lines have them",
		      file->name, option);
		return false;
	}
	if (when->kind == WHEN_AGO && !capture_end_ns(&file->reader, &end_ns)) {
		warnx("%s: --%s: when it ends is not known before it is read; accepted: times as lines have them, and dates",
		      file->name, option);
		return false;
	}
	*ns = when_on_clock(when, end_ns, start.ns, start.real_ns);
	return true;
}

/**
 * input_file_range() - read only a part of the time, and only the blocks that have it
 * @file: an input of which nothing has been taken yet
 * @since: the first moment; WHEN_UNSAID: from the beginning
 * @until: the last moment; WHEN_UNSAID: to the end
 * @since_ns: out: the same on the clock of the records; 0: from the beginning
 * @until_ns: out: likewise; 0: to the end
 *
 * Return: false, with a message, when this file does not tell these times.
 */
bool input_file_range(struct input_file *file, const struct when *since,
		      const struct when *until, u64 *since_ns, u64 *until_ns)
{
	*since_ns = 0;
	*until_ns = 0;
	if (!resolve(file, "since", since, since_ns) ||
	    !resolve(file, "until", until, until_ns))
		return false;
	if (file->reader.in_blocks && (*since_ns || *until_ns))
		blocks_range(&file->reader.blocks.blocks, *since_ns,
			     *until_ns ?: ~0ULL);
	return true;
}

/**
 * input_file_last() - only the end of the file, with at least so many records
 * @file: an input of which nothing has been taken yet
 * @records: more than 0; of all types, including those that only captures have
 *
 * Return: false when that cannot be found without reading everything; then nothing is
 * left out.
 */
bool input_file_last(struct input_file *file, u64 records)
{
	struct blocks_reader *blocks = &file->reader.blocks.blocks;

	return file->reader.in_blocks && !blocks->wanted &&
	       blocks_last(blocks, records);
}

/**
 * input_file_follow() - if the file stops before its end, wait for more
 * @file: says INPUT_PAUSE there from now on, if it is in blocks
 */
void input_file_follow(struct input_file *file)
{
	file->reader.follow = true;
}

/**
 * input_file_size() - bytes of the file, 0 when that is not known
 * @file: from input_file_open(); it may grow meanwhile
 */
u64 input_file_size(const struct input_file *file)
{
	struct stat status;

	return !fstat(file->fd, &status) && S_ISREG(status.st_mode) ?
		       status.st_size : 0;
}

/**
 * input_file_place() - how many of these bytes have been read
 * @file: from input_file_open(), or at any place after that
 */
u64 input_file_place(const struct input_file *file)
{
	return capture_place(&file->reader);
}
