/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of bytes as people write them; see sizes.c. */
#ifndef _IPCTRACE_SIZES_H
#define _IPCTRACE_SIZES_H

#include "shared/portable.h"

bool size_parse(const char *text, u64 *bytes);
const char *size_text(u64 bytes, char *text, size_t room);

#endif /* _IPCTRACE_SIZES_H */
