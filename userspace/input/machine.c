// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: machine
 *
 * What the header of a capture says about the machine and the recorder. What cannot
 * be found out is left out.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "input/machine.h"
#include "input/source.h"

#define PARAMETERS	"/sys/module/ipctrace/parameters"
#define TEXT_MAX_BYTES	4096

/* The beginning of a file, followed by NULs, to be freed; NULL: nothing */
static char *read_bytes(int directory, const char *name, ssize_t *bytes)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	char *text = calloc(1, TEXT_MAX_BYTES);
	ssize_t n = -1;

	if (fd >= 0) {
		n = text ? read(fd, text, TEXT_MAX_BYTES - 1) : -1;
		close(fd);
	}
	if (n <= 0) {
		free(text);
		return NULL;
	}
	*bytes = n;
	return text;
}

/* The text of a file without the newline at its end, to be freed; NULL: none */
static char *read_text(int directory, const char *name)
{
	ssize_t n;
	char *text = read_bytes(directory, name, &n);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

/* NAME=VALUE, a line each */
static char *parameters(void)
{
	DIR *directory = opendir(PARAMETERS);
	char *all = NULL, *value, *more;
	const struct dirent *entry;
	int n;

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		value = read_text(dirfd(directory), entry->d_name);
		n = value ? asprintf(&more, "%s%s=%s\n", all ?: "",
				     entry->d_name, value) : -1;
		free(value);
		if (n < 0)
			break;
		free(all);
		all = more;
		if (n > TEXT_MAX_BYTES)
			break;
	}
	if (directory)
		closedir(directory);
	return all;
}

static char *filter_in_force(int fd)
{
	char *text = calloc(1, IPCTRACE_FILTER_MAX_BYTES);
	struct ipctrace_filter filter = {
		.text = (unsigned long)text,
		.bytes = IPCTRACE_FILTER_MAX_BYTES,
	};

	if (text && !ioctl(fd, IPCTRACE_IOC_GET_FILTER, &filter))
		return text;
	free(text);
	return NULL;
}

/* How the program was called, without its name */
static char *arguments(void)
{
	ssize_t n, i;
	char *text = read_bytes(AT_FDCWD, "/proc/self/cmdline", &n);
	size_t name;

	if (!text)
		return NULL;
	name = strlen(text) + 1;
	memmove(text, text + name, TEXT_MAX_BYTES - name);
	for (i = 0; i + (ssize_t)name + 1 < n; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}

/**
 * machine_ask() - find out what the header is to say
 * @machine: out: what is not known is NULL; to be given to machine_free()
 * @source: open; its schema, version and filter are asked for
 */
void machine_ask(struct machine *machine, const struct source *source)
{
	char **texts = machine->texts;
	struct utsname uts;
	int i;

	*machine = (struct machine){
		.about = {
			.transport = IPCTRACE_TRANSPORT,
			.schema = source->schema,
			.nr_cpus = source->nr_rings,
		},
	};
	if (!uname(&uts)) {
		texts[IPCTRACE_CAPTURE_HOST] = strdup(uts.nodename);
		texts[IPCTRACE_CAPTURE_RELEASE] = strdup(uts.release);
		texts[IPCTRACE_CAPTURE_MACHINE] = strdup(uts.machine);
	}
	texts[IPCTRACE_CAPTURE_BOOT] =
		read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id");
	texts[IPCTRACE_CAPTURE_MODULE] = strdup(source->version);
	texts[IPCTRACE_CAPTURE_PARAMETERS] = parameters();
	texts[IPCTRACE_CAPTURE_FILTER] = filter_in_force(source->fd);
	texts[IPCTRACE_CAPTURE_WANTED] = arguments();
	for (i = 0; i < __IPCTRACE_CAPTURE_TEXT_MAX; i++)
		machine->about.texts[i] = texts[i];
}

/**
 * machine_free() - undo machine_ask()
 * @machine: its @about must not be used any more
 */
void machine_free(struct machine *machine)
{
	int i;

	for (i = 0; i < __IPCTRACE_CAPTURE_TEXT_MAX; i++)
		free(machine->texts[i]);
}
