// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: messages
 *
 * What the program prints on standard error, the library keeps for whoever asks: these
 * functions replace those of the C library with the same names, only for the rest of
 * libipctrace.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/messages.h"

#define MESSAGE_BYTES	1024

static __thread char message[MESSAGE_BYTES];

/**
 * messages_last() - the last message of this thread, "" for none
 */
const char *messages_last(void)
{
	return message;
}

/**
 * messages_clear() - forget the last message
 */
void messages_clear(void)
{
	*message = '\0';
}

void vwarnx(const char *format, va_list args)
{
	vsnprintf(message, sizeof(message), format, args);
}

void warnx(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vwarnx(format, args);
	va_end(args);
}

void warn(const char *format, ...)
{
	int error = errno;
	va_list args;
	size_t len;

	va_start(args, format);
	vwarnx(format, args);
	va_end(args);
	len = strlen(message);
	snprintf(message + len, sizeof(message) - len, ": %s", strerror(error));
}
