// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: recorder_filter
 *
 * Sets the recorder's filter. The module reads the expression, and says where
 * it is wrong.
 */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include <ipctrace/ipctrace.h>

#include "input/recorder_filter.h"

/**
 * recorder_filter_set() - record only what an expression wants
 * @fd: the device
 * @expression: the expression, empty for everything; NULL: leave it as it is
 *
 * Return: false, with a message, when the module refuses it.
 */
bool recorder_filter_set(int fd, const char *expression)
{
	struct ipctrace_filter filter = { };

	if (!expression)
		return true;
	if (strlen(expression) >= IPCTRACE_FILTER_MAX_BYTES) {
		warnx("--filter: longer than %d bytes",
		      IPCTRACE_FILTER_MAX_BYTES - 1);
		return false;
	}
	filter.text = (unsigned long)expression;
	filter.bytes = strlen(expression) + 1;
	if (!ioctl(fd, IPCTRACE_IOC_SET_FILTER, &filter))
		return true;
	if (errno == EINVAL && filter.message[0])
		warnx("--filter: %s, at byte %u: '%s'",
		      (const char *)filter.message, filter.position + 1,
		      expression + filter.position);
	else
		warn("--filter: '%s' cannot be set", expression);
	return false;
}

/**
 * recorder_filter_ask() - is there a filter?
 * @fd: the device
 * @has: out: it has one
 *
 * Return: false, with a message, when the module does not tell.
 */
bool recorder_filter_ask(int fd, bool *has)
{
	struct ipctrace_gap_state gap = { .cause = IPCTRACE_GAP_FILTER };

	if (ioctl(fd, IPCTRACE_IOC_GAP, &gap)) {
		warn("%s: IPCTRACE_IOC_GAP", IPCTRACE_DEVICE);
		return false;
	}
	*has = gap.open;
	return true;
}
