/* SPDX-License-Identifier: GPL-2.0 */
/* The text of the device, line by line; see vm_text.c. */
#ifndef _VM_TEXT_H
#define _VM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VM_LINE_MAX	1200

/* VM_TEXT_ABI: after the caller, of calls by a program like this one */
#ifdef __i386__
#define VM_TEXT_ABI	" abi=i386"
#else
#define VM_TEXT_ABI	""
#endif

/* struct vm_text - an open device, read without blocking, and what it gave */
struct vm_text {
	int fd;
	char *buf;
	size_t n;
	size_t room;
	size_t done;
};

/* struct vm_line - a line taken apart where it cannot be foretold */
struct vm_line {
	uint64_t time_ns;
	unsigned int cpu;
	bool lost;
	uint64_t lost_count;
	char rest[VM_LINE_MAX];
};

int vm_text_open(struct vm_text *t);
void vm_text_close(struct vm_text *t);
bool vm_text_line(struct vm_text *t, int timeout_ms, char *line);
bool vm_text_line_of(struct vm_text *t, pid_t pid, char *line);
const char *vm_text_unfinished(const char *text);
unsigned int vm_text_calls(const char *text);
bool vm_line_parse(const char *text, struct vm_line *line);
bool vm_line_cut_duration(struct vm_line *line, uint64_t *ns);
void vm_line_cut_origin(struct vm_line *line, char from[VM_LINE_MAX]);

#endif /* _VM_TEXT_H */
