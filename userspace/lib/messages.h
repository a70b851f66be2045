/* SPDX-License-Identifier: GPL-2.0 */
/* What went wrong; see messages.c. */
#ifndef _IPCTRACE_MESSAGES_H
#define _IPCTRACE_MESSAGES_H

#include <stdarg.h>

const char *messages_last(void);
void messages_clear(void);

__attribute__((format(printf, 1, 0)))
void vwarnx(const char *format, va_list args);
__attribute__((format(printf, 1, 2)))
void warnx(const char *format, ...);
__attribute__((format(printf, 1, 2)))
void warn(const char *format, ...);

#endif /* _IPCTRACE_MESSAGES_H */
