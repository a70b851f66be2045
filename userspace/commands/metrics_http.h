/* SPDX-License-Identifier: GPL-2.0 */
/* Metrics for whoever asks by HTTP; see metrics_http.c. */
#ifndef _IPCTRACE_METRICS_HTTP_H
#define _IPCTRACE_METRICS_HTTP_H

#include "commands/metrics_values.h"

struct metrics_http;

int metrics_http_listen(const char *where);
struct metrics_http *metrics_http_start(int fd, const struct metrics *metrics);
void metrics_http_show(struct metrics_http *http, const struct metrics *metrics);
void metrics_http_stop(struct metrics_http *http);

#endif /* _IPCTRACE_METRICS_HTTP_H */
