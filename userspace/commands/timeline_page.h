/* SPDX-License-Identifier: GPL-2.0 */
/* The page of a timeline; see timeline_page.c. */
#ifndef _IPCTRACE_TIMELINE_PAGE_H
#define _IPCTRACE_TIMELINE_PAGE_H

#include "shared/portable.h"

struct bytes;
struct picture;

extern const char timeline_html[] __attribute__((visibility("hidden")));
extern const char timeline_css[] __attribute__((visibility("hidden")));
extern const char timeline_js[] __attribute__((visibility("hidden")));

bool timeline_page(struct picture *picture, const struct bytes *data);

#endif /* _IPCTRACE_TIMELINE_PAGE_H */
