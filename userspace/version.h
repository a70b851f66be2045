/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IPCTRACE_VERSION_H
#define _IPCTRACE_VERSION_H

#ifndef IPCTRACE_VERSION
#define IPCTRACE_VERSION	"0.1.0"
#endif

#endif /* _IPCTRACE_VERSION_H */
