/* SPDX-License-Identifier: GPL-2.0 */
/* Records for tools that read chrome://tracing; see chrome.c. */
#ifndef _IPCTRACE_EXPORT_CHROME_H
#define _IPCTRACE_EXPORT_CHROME_H

#include "export/way.h"

extern const struct way_ops way_chrome;

#endif /* _IPCTRACE_EXPORT_CHROME_H */
