/* SPDX-License-Identifier: GPL-2.0 */
/* Input from the recorder as it is now, which ends; see snapshot.c. */
#ifndef _IPCTRACE_INPUT_SNAPSHOT_H
#define _IPCTRACE_INPUT_SNAPSHOT_H

#include "input/input.h"
#include "input/source.h"

/**
 * struct in_flight - calls that have not returned
 * @records: their records, of IPCTRACE_TYPE_ENTER, one after the other
 * @bytes: of @records
 * @at: how far they have been given out
 */
struct in_flight {
	char *records;
	size_t bytes;
	size_t at;
};

/**
 * struct input_snapshot - what the recorder holds, up to one moment
 * @input: for those who do not care where records are from
 * @source: place in the rings; without a merge when these are not read
 * @until_ns: the moment, CLOCK_MONOTONIC, after the calls were listed
 * @calls: the calls in flight at that moment
 * @record: the record of the rings that was given out last
 */
struct input_snapshot {
	struct input input;
	struct source source;
	u64 until_ns;
	struct in_flight calls;
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
};

bool in_flight_take(int fd, struct in_flight *calls);
const struct ipctrace_call *in_flight_next(struct in_flight *calls);
void in_flight_free(struct in_flight *calls);
bool input_snapshot_open(struct input_snapshot *snapshot);
bool input_in_flight_open(struct input_snapshot *snapshot);
void input_snapshot_begin(struct input_snapshot *snapshot, u64 until_ns);

#endif /* _IPCTRACE_INPUT_SNAPSHOT_H */
