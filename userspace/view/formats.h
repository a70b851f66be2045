/* SPDX-License-Identifier: GPL-2.0 */
/* The sinks that there are, by format; see formats.c. */
#ifndef _IPCTRACE_FORMATS_H
#define _IPCTRACE_FORMATS_H

#include "view/sink.h"

/**
 * enum sink_format - how a sink writes
 * @SINK_TEXT: for people: a record as the module writes it, rows in columns
 * @SINK_JSON: an object a line
 * @SINK_CSV: rows with commas, after a line of names; no records
 * @SINK_STRACE: records only, and of these calls only: a log of strace
 */
enum sink_format {
	SINK_TEXT,
	SINK_JSON,
	SINK_CSV,
	SINK_STRACE,
	__SINK_FORMAT_MAX,
};

struct sink *sink_new(int fd, enum sink_format format);
struct sink *sink_styled(int fd, struct style *style);

#endif /* _IPCTRACE_FORMATS_H */
