/* SPDX-License-Identifier: GPL-2.0 */
/* Records and rows as JSON; see json.c. */
#ifndef _IPCTRACE_VIEW_JSON_H
#define _IPCTRACE_VIEW_JSON_H

struct sink;

struct sink *sink_json_new(void);

#endif /* _IPCTRACE_VIEW_JSON_H */
