/* SPDX-License-Identifier: GPL-2.0 */
/* Records written as lines; see output.c. */
#ifndef _IPCTRACE_OUTPUT_H
#define _IPCTRACE_OUTPUT_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct cgroups;
struct decoded;
struct json;

#define OUTPUT_BYTES		(256 * 1024)

/**
 * enum output_state - how an output fares
 * @OUTPUT_OK: well
 * @OUTPUT_CLOSED: nobody reads it any more: no error, but the end
 * @OUTPUT_FAILED: it could not be written; a message was given
 */
enum output_state {
	OUTPUT_OK,
	OUTPUT_CLOSED,
	OUTPUT_FAILED,
};

/**
 * struct output - where lines go
 * @fd: file descriptor
 * @json: writer of JSON, NULL for text
 * @cgroups: names of cgroups in JSON, NULL to leave them out
 * @state: enum output_state
 * @used: bytes in @buf
 * @buf: lines that have not been written yet
 */
struct output {
	int fd;
	struct json *json;
	struct cgroups *cgroups;
	enum output_state state;
	size_t used;
	char buf[OUTPUT_BYTES];
};

struct output *output_new(int fd, bool json);
enum output_state output_record(struct output *output,
				const struct ipctrace_header *record);
enum output_state output_values(struct output *output,
				const struct decoded *decoded);
enum output_state output_flush(struct output *output);
void output_free(struct output *output);

#endif /* _IPCTRACE_OUTPUT_H */
