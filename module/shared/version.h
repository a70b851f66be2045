/* SPDX-License-Identifier: GPL-2.0 */
/* The version of all of ipctrace, module and reader. */
#ifndef _IPCT_VERSION_H
#define _IPCT_VERSION_H

#define IPCT_VERSION	"0.1.0"
#define IPCT_DATE	"November 29, 2026"	/* when it became what it is */

#endif /* _IPCT_VERSION_H */
