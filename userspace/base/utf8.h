/* SPDX-License-Identifier: GPL-2.0 */
/* Names that may hold any bytes, for JSON; see utf8.c. */
#ifndef _IPCTRACE_UTF8_H
#define _IPCTRACE_UTF8_H

#include "shared/portable.h"

/* How many bytes of UTF-8 a byte becomes at most */
#define UTF8_GROWTH	3

size_t utf8_next(const void *s, size_t left, u32 *c);
bool utf8_is_control(u32 c);
const char *utf8_text(char *to, const void *from, size_t size);

#endif /* _IPCTRACE_UTF8_H */
