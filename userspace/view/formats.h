/* SPDX-License-Identifier: GPL-2.0 */
/* The sinks that there are, by format; see formats.c. */
#ifndef _IPCTRACE_FORMATS_H
#define _IPCTRACE_FORMATS_H

#include "view/sink.h"

struct sink *sink_new(int fd, enum sink_format format);
struct sink *sink_styled(int fd, struct style *style);
bool sink_tells_losses(const struct style *style);

#endif /* _IPCTRACE_FORMATS_H */
