/* SPDX-License-Identifier: GPL-2.0 */
/* Records in the Common Trace Format; see ctf.c. */
#ifndef _IPCTRACE_EXPORT_CTF_H
#define _IPCTRACE_EXPORT_CTF_H

#include "export/way.h"

extern const struct way_ops way_ctf;

#endif /* _IPCTRACE_EXPORT_CTF_H */
