/* SPDX-License-Identifier: GPL-2.0 */
/* Input from a capture; see file.c. */
#ifndef _IPCTRACE_INPUT_FILE_H
#define _IPCTRACE_INPUT_FILE_H

#include "capture/order.h"
#include "capture/read.h"
#include "input/input.h"

/**
 * struct input_file - records from a capture
 * @input: for those who do not care where from
 * @fd: the file
 * @reader: place in the capture
 * @order: brings its records into order
 */
struct input_file {
	struct input input;
	int fd;
	struct capture_reader reader;
	struct capture_order order;
};

bool input_file_open(struct input_file *file, const char *name,
		     struct cgroups *cgroups);

#endif /* _IPCTRACE_INPUT_FILE_H */
