// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: input_file
 *
 * Records from a capture. Needs neither the module nor the machine that the
 * capture is of.
 */
#include <err.h>
#include <fcntl.h>
#include <unistd.h>

#include "input/file.h"

static struct input_file *file_of(struct input *input)
{
	return (struct input_file *)input;
}

static enum input_state file_next(struct input *input,
				  const struct ipctrace_header **record)
{
	*record = capture_order_next(&file_of(input)->order);
	return *record ? INPUT_RECORD : INPUT_END;
}

static bool file_whole(struct input *input)
{
	return capture_whole(&file_of(input)->reader);
}

static void file_close(struct input *input)
{
	struct input_file *file = file_of(input);

	capture_order_end(&file->order);
	capture_close(&file->reader);
	if (file->fd != STDIN_FILENO)
		close(file->fd);
}

static const struct input_ops file_ops = {
	.next = file_next,
	.whole = file_whole,
	.close = file_close,
};

/**
 * input_file_open() - begin with the first record of a capture
 * @file: out: the input
 * @name: the file; "-" is standard input
 * @cgroups: takes the names of cgroups
 *
 * Return: false, with a message, when there is no capture.
 */
bool input_file_open(struct input_file *file, const char *name,
		     struct cgroups *cgroups)
{
	file->input.ops = &file_ops;
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
		return true;
	}
	if (file->fd != STDIN_FILENO)
		close(file->fd);
	return false;
}
