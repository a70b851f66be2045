// SPDX-License-Identifier: GPL-2.0
/* Reads the device as text, as any program would, and takes lines apart. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ipctrace/ipctrace.h>

#include "vm_module.h"
#include "vm_text.h"

/* vm_text_open - Return: 0 or -errno */
int vm_text_open(struct vm_text *t)
{
	memset(t, 0, sizeof(*t));
	t->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return t->fd < 0 ? -errno : 0;
}

void vm_text_close(struct vm_text *t)
{
	close(t->fd);
	free(t->buf);
}

static bool more(struct vm_text *t, int timeout_ms)
{
	struct pollfd pollfd = { .fd = t->fd, .events = POLLIN };
	ssize_t got;

	if (t->n + 4096 > t->room) {
		t->room = t->room ? 2 * t->room : 1 << 16;
		t->buf = realloc(t->buf, t->room);
		if (!t->buf)
			abort();
	}
	if (poll(&pollfd, 1, timeout_ms) <= 0)
		return false;
	got = read(t->fd, t->buf + t->n, t->room - t->n);
	if (got > 0)
		t->n += got;
	return got > 0;
}

/* vm_text_line - the next line, with its newline; false if none comes */
bool vm_text_line(struct vm_text *t, int timeout_ms, char *line)
{
	char *start, *end;

	for (;;) {
		start = t->buf + t->done;
		end = t->n > t->done ? memchr(start, '\n', t->n - t->done) : NULL;
		if (end)
			break;
		if (!more(t, timeout_ms))
			return false;
	}
	end++;
	if (end - start >= VM_LINE_MAX)
		return false;
	memcpy(line, start, end - start);
	line[end - start] = 0;
	t->done += end - start;
	return true;
}

/* vm_text_unfinished - where @text first tells of a call in flight or a gap, or NULL */
const char *vm_text_unfinished(const char *text)
{
	const char *call = strstr(text, "<unfinished ...>");
	const char *gap = strstr(text, "--- gap: ");

	return call && (!gap || call < gap) ? call : gap;
}

/*
 * vm_text_line_of - the next line that process @pid left, but for the first of
 * two that a slow call has
 */
bool vm_text_line_of(struct vm_text *t, pid_t pid, char *line)
{
	char alone[16], thread[16];

	snprintf(alone, sizeof(alone), "[%d] ", pid);
	snprintf(thread, sizeof(thread), "[%d/", pid);
	while (vm_text_line(t, 20000, line))
		if ((strstr(line, alone) || strstr(line, thread)) &&
		    !vm_text_unfinished(line))
			return true;
	return false;
}

/*
 * vm_text_calls - how many lines @text has, but for the first of two that a slow
 * call has
 */
unsigned int vm_text_calls(const char *text)
{
	unsigned int n = vm_lines(text);

	for (; (text = vm_text_unfinished(text)); text++)
		n--;
	return n;
}

/* vm_line_parse - time and CPU off a line; false if it does not look so */
bool vm_line_parse(const char *text, struct vm_line *line)
{
	unsigned long long seconds, ns, count;
	size_t length = strlen(text);
	int at = 0;

	memset(line, 0, sizeof(*line));
	if (!length || text[length - 1] != '\n' || length >= VM_LINE_MAX)
		return false;
	if (sscanf(text, "%llu.%9llu [%u] %n", &seconds, &ns, &line->cpu,
		   &at) != 3 || !at)
		return false;
	line->time_ns = seconds * 1000000000 + ns;
	strcpy(line->rest, text + at);
	line->rest[strlen(line->rest) - 1] = 0;
	if (sscanf(line->rest, "--- %llu records", &count) == 1) {
		line->lost = true;
		line->lost_count = count;
	}
	return true;
}

/* vm_line_cut_origin - take " exe=... from=..." off the end of a line, if it is there */
void vm_line_cut_origin(struct vm_line *line, char from[VM_LINE_MAX])
{
	char *at = strstr(line->rest, " exe=");

	if (!at)
		return;
	strcpy(from, at);
	*at = '\0';
}

/* vm_line_cut_duration - take " <0.000000123>" out of a line */
bool vm_line_cut_duration(struct vm_line *line, uint64_t *ns)
{
	char *from = strstr(line->rest, " <"), *to;
	unsigned long long seconds, rest;

	to = from ? strchr(from, '>') : NULL;
	if (!to || sscanf(from, " <%llu.%9llu>", &seconds, &rest) != 2)
		return false;
	*ns = seconds * 1000000000 + rest;
	memmove(from, to + 1, strlen(to + 1) + 1);
	return true;
}
