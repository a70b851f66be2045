// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: origin
 *
 * Whose records these are, and of when: for a capture from its header, before it is
 * read; else of this machine.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "base/when.h"
#include "commands/origin.h"
#include "input/file.h"

/* False when memory is short. Texts of captures are any bytes. */
static bool add_text(struct origin *origin, const char *name, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	char *copy = malloc(UTF8_GROWTH * len + 1);

	if (!copy)
		return false;
	utf8_text(copy, text ?: "", len);
	origin->texts[origin->nr++] = (struct facts_text){ name, copy };
	return true;
}

static bool add_texts(struct origin *origin, const struct input_file *file)
{
	static const struct {
		const char *name;
		enum ipctrace_capture_text_type type;
	} texts[] = {
		{ "host", IPCTRACE_CAPTURE_HOST },
		{ "kernel", IPCTRACE_CAPTURE_RELEASE },
		{ "machine", IPCTRACE_CAPTURE_MACHINE },
		{ "boot", IPCTRACE_CAPTURE_BOOT },
		{ "module", IPCTRACE_CAPTURE_MODULE },
		{ "written_by", IPCTRACE_CAPTURE_WANTED },
	};
	size_t i;

	static_assert(ARRAY_SIZE(texts) + 1 <= ORIGIN_MAX);
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (!add_text(origin, texts[i].name, input_file_text(file, texts[i].type)))
			return false;
	return true;
}

static bool find_in_file(struct origin *origin, const char *name,
			 const struct when *since, const struct when *until)
{
	struct blocks_moment start = { };
	struct input_file file;
	bool good;

	if (!input_file_open(&file, name, NULL))
		return false;
	good = input_file_range(&file, since, until, &origin->since_ns,
				&origin->until_ns);
	if (input_file_moment(&file, &start) && start.real_ns)
		origin->real_ns = start.real_ns - start.ns;
	if (good && (!add_text(origin, "file", name) || !add_texts(origin, &file))) {
		warnx("no memory for the header of a capture");
		good = false;
	}
	input_close(&file.input);
	return good;
}

static bool find_here(struct origin *origin, const struct when *since,
		      const struct when *until)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC), real_ns = clock_ns(CLOCK_REALTIME);
	struct utsname machine;

	origin->real_ns = real_ns - now_ns;
	if (since->kind != WHEN_UNSAID)
		origin->since_ns = when_on_clock(since, now_ns, now_ns, real_ns);
	if (until->kind != WHEN_UNSAID)
		origin->until_ns = when_on_clock(until, now_ns, now_ns, real_ns);
	return uname(&machine) || (add_text(origin, "host", machine.nodename) &&
				   add_text(origin, "kernel", machine.release) &&
				   add_text(origin, "machine", machine.machine));
}

/**
 * origin_find() - learn whose records these are
 * @origin: out: origin_free() is for it
 * @name: of a capture that can be read twice, or NULL: what the recorder holds
 * @since: the first moment that is wanted
 * @until: the last
 *
 * Return: false, with a message, when there is no such capture.
 */
bool origin_find(struct origin *origin, const char *name, const struct when *since,
		 const struct when *until)
{
	*origin = (struct origin){ };
	if (!name)
		return find_here(origin, since, until);
	if (!strcmp(name, "-")) {
		warnx("standard input is read once, and that is too few: name a file");
		return false;
	}
	if (find_in_file(origin, name, since, until))
		return true;
	origin_free(origin);
	return false;
}

/**
 * origin_free() - undo origin_find()
 * @origin: as that has left it
 */
void origin_free(struct origin *origin)
{
	while (origin->nr)
		free((char *)origin->texts[--origin->nr].text);
}
