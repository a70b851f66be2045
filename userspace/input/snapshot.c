// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: input_snapshot
 *
 * The recorder as a flight recorder: the records that it holds now, then the calls
 * in flight, then the end. The calls are listed first and the rings are read up to
 * a moment after that, so that no call that ended in between is missing. A call
 * whose end is in the rings is taken off the list.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "input/snapshot.h"

#define BATCH_BYTES	(256 * 1024)

static struct input_snapshot *snapshot_of(struct input *input)
{
	return (struct input_snapshot *)input;
}

/* ---- Calls in flight -------------------------------------------------------- */

/* The record at some place, NULL at the end */
static struct ipctrace_call *record_at(const struct in_flight *calls, size_t at)
{
	struct ipctrace_call *call = (void *)(calls->records + at);

	if (calls->bytes - at < sizeof(*call) ||
	    call->header.len < sizeof(*call) ||
	    call->header.len > calls->bytes - at)
		return NULL;
	return call;
}

/* Take one more batch; 1: there may be another, 0: none, -1, with a message: failed */
static int take_batch(int fd, struct in_flight *calls, u32 *cursor)
{
	struct ipctrace_blocked blocked = {
		.cursor = *cursor,
		.bytes = BATCH_BYTES,
	};
	char *records = realloc(calls->records, calls->bytes + BATCH_BYTES);

	if (!records) {
		warnx("no memory for the calls in flight");
		return -1;
	}
	calls->records = records;
	blocked.buffer = (uintptr_t)records + calls->bytes;
	if (ioctl(fd, IPCTRACE_IOC_BLOCKED, &blocked)) {
		warn("%s: IPCTRACE_IOC_BLOCKED", IPCTRACE_DEVICE);
		return -1;
	}
	*cursor = blocked.cursor;
	calls->bytes += blocked.bytes;
	return blocked.bytes > 0;
}

/**
 * in_flight_take() - list the calls that have not returned
 * @fd: the device
 * @calls: out: their records; to be given to in_flight_free()
 *
 * Return: false, with a message, when that cannot be done; nothing is to be freed then.
 */
bool in_flight_take(int fd, struct in_flight *calls)
{
	u32 cursor = 0;
	int ret;

	*calls = (struct in_flight){ };
	do
		ret = take_batch(fd, calls, &cursor);
	while (ret > 0);
	if (!ret)
		return true;
	free(calls->records);
	return false;
}

/* Take the call off the list whose end this record of the rings is, if any. */
static void take_off(struct in_flight *calls, const struct ipctrace_call *ended)
{
	struct ipctrace_call *call;
	size_t at;

	if (ended->header.type != IPCTRACE_TYPE_CALL &&
	    ended->header.type != IPCTRACE_TYPE_DIED)
		return;
	for (at = 0; (call = record_at(calls, at)); at += call->header.len)
		if (call->tid == ended->tid &&
		    call->header.time_ns <= ended->header.time_ns &&
		    call->header.time_ns >= ended->header.time_ns -
					    ended->duration_ns)
			call->header.type = IPCTRACE_TYPE_PAD;
}

/**
 * in_flight_next() - the next of them
 * @calls: from in_flight_take()
 *
 * Return: its record; NULL: there are no more.
 */
const struct ipctrace_call *in_flight_next(struct in_flight *calls)
{
	const struct ipctrace_call *call;

	while ((call = record_at(calls, calls->at))) {
		calls->at += call->header.len;
		if (call->header.type != IPCTRACE_TYPE_PAD)
			return call;
	}
	return NULL;
}

/**
 * in_flight_free() - undo in_flight_take()
 * @calls: from there
 */
void in_flight_free(struct in_flight *calls)
{
	free(calls->records);
}

/* They are still in flight at that time, so they come after all that is in the rings. */
static void set_time(struct in_flight *calls, u64 ns)
{
	struct ipctrace_call *call;
	size_t at;

	for (at = 0; (call = record_at(calls, at)); at += call->header.len) {
		if (call->header.time_ns >= ns)
			continue;
		call->duration_ns += ns - call->header.time_ns;
		call->header.time_ns = ns;
	}
}

/* ---- The rings -------------------------------------------------------------- */

/* The rings hold nothing more: the calls in flight follow. */
static void leave_rings(struct input_snapshot *snapshot)
{
	free(snapshot->source.merge);
	snapshot->source.merge = NULL;
	set_time(&snapshot->calls, snapshot->until_ns);
}

static enum input_state snapshot_next(struct input *input,
				      const struct ipctrace_header **record)
{
	struct input_snapshot *snapshot = snapshot_of(input);
	const struct ipctrace_call *call = (const void *)snapshot->record;
	int len;

	if (snapshot->source.merge) {
		len = source_next_now(&snapshot->source, snapshot->until_ns,
				      snapshot->record);
		if (len < 0)
			return INPUT_FAILED;
		if (len) {
			take_off(&snapshot->calls, call);
			*record = &call->header;
			return INPUT_RECORD;
		}
		leave_rings(snapshot);
	}
	call = in_flight_next(&snapshot->calls);
	*record = (const void *)call;
	return call ? INPUT_RECORD : INPUT_END;
}

static void snapshot_close(struct input *input)
{
	struct input_snapshot *snapshot = snapshot_of(input);

	in_flight_free(&snapshot->calls);
	if (snapshot->source.map)
		source_close(&snapshot->source);
	else
		close(snapshot->source.fd);
}

static const struct input_ops snapshot_ops = {
	.next = snapshot_next,
	.close = snapshot_close,
};

/**
 * input_snapshot_begin() - begin with rings and calls that are there already
 * @snapshot: has source and calls, which belong to it from now on
 * @until_ns: CLOCK_MONOTONIC, a moment after the calls were listed; 0: calls only
 */
void input_snapshot_begin(struct input_snapshot *snapshot, u64 until_ns)
{
	snapshot->input.ops = &snapshot_ops;
	snapshot->until_ns = until_ns;
}

/**
 * input_snapshot_open() - what the recorder holds now: records, then calls in flight
 * @snapshot: out: ends with the last call in flight; nothing to be closed on failure
 *
 * The input never pauses: if the end of what there is has to be waited for, a
 * tenth of a second on a quiet machine, input_next() waits.
 *
 * Return: false, with a message, when that cannot be done.
 */
bool input_snapshot_open(struct input_snapshot *snapshot)
{
	if (!source_open(&snapshot->source))
		return false;
	if (!in_flight_take(snapshot->source.fd, &snapshot->calls)) {
		source_close(&snapshot->source);
		return false;
	}
	input_snapshot_begin(snapshot, clock_ns(CLOCK_MONOTONIC));
	return true;
}

/**
 * input_in_flight_open() - only the calls in flight, nothing from the rings
 * @snapshot: out: the input; its records stay as they are until it is closed
 *
 * Return: false, with a message, when that cannot be done.
 */
bool input_in_flight_open(struct input_snapshot *snapshot)
{
	snapshot->source = (struct source){ .fd = source_device() };
	if (snapshot->source.fd < 0)
		return false;
	if (!in_flight_take(snapshot->source.fd, &snapshot->calls)) {
		close(snapshot->source.fd);
		return false;
	}
	input_snapshot_begin(snapshot, 0);
	return true;
}
