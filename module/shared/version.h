/* SPDX-License-Identifier: GPL-2.0 */
/* The version of all of ipctrace, module and reader. */
#ifndef _IPCT_VERSION_H
#define _IPCT_VERSION_H

#define IPCT_VERSION	"0.1.0"

#endif /* _IPCT_VERSION_H */
