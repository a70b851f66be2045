/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes gathered and written; see output.c. */
#ifndef _IPCTRACE_OUTPUT_H
#define _IPCTRACE_OUTPUT_H

#include "shared/portable.h"

#define OUTPUT_BYTES		(256 * 1024)

/*
 * Room for any line: DECODE_MAX_VALUES of some 30 bytes, a path of 4096 bytes
 * of which each may need 6, and the names.
 */
#define OUTPUT_LINE_BYTES	(64 * 1024)

/**
 * enum output_state - the state of an output
 * @OUTPUT_OK: everything so far was written or is in the buffer
 * @OUTPUT_CLOSED: nobody reads it any more: not an error, but the end
 * @OUTPUT_FAILED: it could not be written; a message was given
 */
enum output_state {
	OUTPUT_OK,
	OUTPUT_CLOSED,
	OUTPUT_FAILED,
};

/**
 * struct output - where bytes go
 * @fd: file descriptor, stays open
 * @state: enum output_state
 * @used: bytes in @buf
 * @buf: what has not been written yet
 */
struct output {
	int fd;
	enum output_state state;
	size_t used;
	char buf[OUTPUT_BYTES];
};

struct output *output_stdout(void);
void output_init(struct output *output, int fd);
void output_put(struct output *output, const char *bytes, size_t len);
__attribute__((format(printf, 2, 3)))
int output_print(struct output *output, const char *format, ...);
enum output_state output_room(struct output *output);
enum output_state output_flush(struct output *output);

#endif /* _IPCTRACE_OUTPUT_H */
