/* SPDX-License-Identifier: GPL-2.0 */
/* Records and tables for people; see text.c. */
#ifndef _IPCTRACE_VIEW_TEXT_H
#define _IPCTRACE_VIEW_TEXT_H

struct sink;

struct sink *sink_text_new(void);

#endif /* _IPCTRACE_VIEW_TEXT_H */
