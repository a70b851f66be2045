/* SPDX-License-Identifier: GPL-2.0 */
/* Metrics as Prometheus reads them; see metrics_text.c. */
#ifndef _IPCTRACE_METRICS_TEXT_H
#define _IPCTRACE_METRICS_TEXT_H

#include <stddef.h>

#include "shared/portable.h"

struct metrics;

#define METRICS_CLASSIC_TYPE	"text/plain; version=0.0.4; charset=utf-8"
#define METRICS_OPEN_TYPE	\
	"application/openmetrics-text; version=1.0.0; charset=utf-8"

char *metrics_text(const struct metrics *metrics, bool open, size_t *len);

#endif /* _IPCTRACE_METRICS_TEXT_H */
