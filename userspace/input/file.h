/* SPDX-License-Identifier: GPL-2.0 */
/* Input from a capture; see file.c. */
#ifndef _IPCTRACE_INPUT_FILE_H
#define _IPCTRACE_INPUT_FILE_H

#include "capture/blocks_write.h"
#include "capture/order.h"
#include "capture/read.h"
#include "input/input.h"

/**
 * struct input_file - records from a capture
 * @input: for those who do not care where records are from
 * @fd: closed with the input, unless it is standard input
 * @reader: place in the capture
 * @order: sorts its records
 * @name: of the file
 */
struct input_file {
	struct input input;
	int fd;
	struct capture_reader reader;
	struct capture_order order;
	const char *name;
};

struct when;

bool input_file_range(struct input_file *file, const struct when *since,
		      const struct when *until, u64 *since_ns, u64 *until_ns);
bool input_file_moment(const struct input_file *file, struct blocks_moment *start);
const char *input_file_text(const struct input_file *file,
			    enum ipctrace_capture_text_type type);
bool input_file_last(struct input_file *file, u64 records);
void input_file_follow(struct input_file *file);
u64 input_file_size(const struct input_file *file);
u64 input_file_place(const struct input_file *file);
bool input_file_open(struct input_file *file, const char *name,
		     struct cgroups *cgroups);

#endif /* _IPCTRACE_INPUT_FILE_H */
