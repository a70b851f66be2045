/* SPDX-License-Identifier: GPL-2.0 */
/* Records for ui.perfetto.dev; see perfetto.c. */
#ifndef _IPCTRACE_EXPORT_PERFETTO_H
#define _IPCTRACE_EXPORT_PERFETTO_H

#include "export/way.h"

extern const struct way_ops way_perfetto;

#endif /* _IPCTRACE_EXPORT_PERFETTO_H */
