// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: output
 *
 * The only way to standard output. Bytes gather in a buffer; whoever fills it
 * flushes it before a wait, so that a program at the other end of a pipe sees
 * lines live.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "view/output.h"

static_assert(OUTPUT_BYTES >= 2 * OUTPUT_LINE_BYTES);

/**
 * output_init() - start with an empty buffer
 * @output: out: the output
 * @fd: file descriptor
 */
void output_init(struct output *output, int fd)
{
	output->fd = fd;
	output->state = OUTPUT_OK;
	output->used = 0;
}

/**
 * output_stdout() - start with standard output
 *
 * Return: the output; there is only one.
 */
struct output *output_stdout(void)
{
	static struct output output;

	output_init(&output, STDOUT_FILENO);
	return &output;
}

/**
 * output_put() - add bytes
 * @output: has room, see output_room()
 * @bytes: the bytes
 * @len: how many, at most OUTPUT_LINE_BYTES between two calls of output_room();
 *	what does not fit is dropped as a whole
 */
void output_put(struct output *output, const char *bytes, size_t len)
{
	if (len > sizeof(output->buf) - output->used)
		return;
	memcpy(output->buf + output->used, bytes, len);
	output->used += len;
}

/**
 * output_print() - add text, as printf() does
 * @output: flushed first if room is short
 * @format: format of printf()
 *
 * Text longer than OUTPUT_LINE_BYTES is cut off.
 *
 * Return: bytes added.
 */
int output_print(struct output *output, const char *format, ...)
{
	va_list args;
	int len;

	output_room(output);
	va_start(args, format);
	len = vsnprintf(output->buf + output->used, OUTPUT_LINE_BYTES, format,
			args);
	va_end(args);
	if (len < 0)
		return 0;
	if (len >= OUTPUT_LINE_BYTES)
		len = OUTPUT_LINE_BYTES - 1;
	output->used += len;
	return len;
}

/**
 * output_room() - make room for a line
 * @output: the output; has OUTPUT_LINE_BYTES of room afterwards
 *
 * Return: enum output_state
 */
enum output_state output_room(struct output *output)
{
	if (sizeof(output->buf) - output->used < OUTPUT_LINE_BYTES)
		return output_flush(output);
	return output->state;
}

static void wait_writable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

	poll(&pollfd, 1, -1);
}

/**
 * output_flush() - write what has gathered
 * @output: empty afterwards, written or not
 *
 * Return: enum output_state
 */
enum output_state output_flush(struct output *output)
{
	size_t done = 0;

	while (output->state == OUTPUT_OK && done < output->used) {
		ssize_t n = write(output->fd, output->buf + done,
				  output->used - done);

		if (n >= 0) {
			done += n;
		} else if (errno == EAGAIN) {
			wait_writable(output->fd);
		} else if (errno == EPIPE) {
			output->state = OUTPUT_CLOSED;
		} else if (errno != EINTR) {
			warn("cannot write output");
			output->state = OUTPUT_FAILED;
		}
	}
	output->used = 0;
	return output->state;
}
