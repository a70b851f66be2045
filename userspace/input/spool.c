// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: input_spool
 *
 * What ipctrace-record.service has written: captures one after the other, of this boot
 * of the machine and of earlier ones. The captures of one boot are read as one, followed
 * by what the recorder holds now.
 *
 * A recording begins with what the recorder holds, so after a restart the same records
 * are there twice; those at the end of the last capture are also in the rings. Records
 * of one CPU are in order of time: those that are not newer than the last one of their
 * CPU in what was read before are skipped. So is a loss that the recorder reported and
 * that is none: its time is that of the first record after it.
 *
 * A capture may end with a record of one CPU that is newer than the first record of
 * another CPU in the next capture, so two are open, and the older record comes first.
 */
#define _GNU_SOURCE	/* asprintf(), secure_getenv() */
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/rotate.h"
#include "input/spool.h"
#include "names/cgroups.h"
#include "shared/layouts.h"

#define CPU_NUMBERS		65536	/* the numbers that a record can have */
#define BOOT_FILE	"/proc/sys/kernel/random/boot_id"

/* ---- What there is ----------------------------------------------------------------- */

static char *name_of(const struct spool *spool, u64 number)
{
	char *name;

	if (asprintf(&name, "%s.%llu", spool->base, (unsigned long long)number) >= 0)
		return name;
	warnx("no memory for a name");
	return NULL;
}

/* A capture may be empty: on a full disk, or because it was just begun. */
static bool has_something(const char *name)
{
	struct stat status;

	return !stat(name, &status) && status.st_size;
}

/* What a capture says of itself; false, without a message, if it is not one yet. */
static bool ask_file(const struct spool *spool, struct spool_file *file)
{
	struct cgroups *cgroups = cgroups_new_empty();
	char *name = name_of(spool, file->number);
	struct input_file input;
	bool good = false;
	const char *boot;

	if (cgroups && name && has_something(name) &&
	    input_file_open(&input, name, cgroups)) {
		good = input_file_moment(&input, &file->start);
		file->bytes = input_file_size(&input);
		boot = input_file_text(&input, IPCTRACE_CAPTURE_BOOT);
		snprintf(file->boot, sizeof(file->boot), "%s", boot ?: "");
		input_close(&input.input);
	}
	free(name);
	cgroups_free(cgroups);
	return good;
}

static bool add_file(struct spool *spool, u64 number)
{
	struct spool_file *files = realloc(spool->files,
					   (spool->nr + 1) * sizeof(*files));

	if (!files) {
		warnx("no memory for %zu captures", spool->nr + 1);
		return false;
	}
	spool->files = files;
	files[spool->nr] = (struct spool_file){ .number = number };
	spool->nr += ask_file(spool, &files[spool->nr]);
	return true;
}

static int oldest_first(const void *a, const void *b)
{
	const struct spool_file *one = a, *other = b;

	return one->number < other->number ? -1 : one->number > other->number;
}

/**
 * spool_look() - which captures there are
 * @spool: out: to be given to spool_free(); empty if there is no spool, or it may not
 *	be read
 *
 * IPCTRACE_SPOOL in the environment stands for another place.
 *
 * Return: false, with a message, when memory is short.
 */
bool spool_look(struct spool *spool)
{
	const char *base = secure_getenv("IPCTRACE_SPOOL") ?: SPOOL_BASE;
	const char *slash = strrchr(base, '/');
	char *path = slash ? strndup(base, slash - base + 1) : strdup(".");
	const struct dirent *entry;
	DIR *directory;
	bool good = path;
	u64 number;

	*spool = (struct spool){ .base = base };
	directory = path ? opendir(path) : NULL;
	free(path);
	while (good && directory && (entry = readdir(directory))) {
		number = rotation_number(entry->d_name, slash ? slash + 1 : base);
		if (number)
			good = add_file(spool, number);
	}
	if (directory)
		closedir(directory);
	if (spool->nr)
		qsort(spool->files, spool->nr, sizeof(*spool->files), oldest_first);
	return good;
}

/**
 * spool_free() - undo spool_look()
 * @spool: the spool
 */
void spool_free(struct spool *spool)
{
	free(spool->files);
}

static bool is_now(const struct spool_file *file)
{
	char boot[SPOOL_BOOT_BYTES] = "";
	FILE *stream = fopen(BOOT_FILE, "re");

	if (!stream)
		return false;
	if (!fgets(boot, sizeof(boot), stream))
		boot[0] = '\0';
	fclose(stream);
	boot[strcspn(boot, "\n")] = '\0';
	return *boot && !strcmp(boot, file->boot);
}

/**
 * spool_boot() - the captures of a boot
 * @spool: the spool
 * @back: 0: the last boot that has captures, 1: the one before it
 * @boot: out: the boot; not changed on failure
 *
 * Return: false when there are no captures of that many boots.
 */
bool spool_boot(const struct spool *spool, size_t back, struct spool_boot *boot)
{
	size_t first, end = spool->nr;

	for (;; back--, end = first) {
		if (!end)
			return false;
		first = end - 1;
		/* A capture that does not say its boot is by itself. */
		while (first && *spool->files[first].boot &&
		       !strcmp(spool->files[first - 1].boot,
			       spool->files[first].boot))
			first--;
		if (!back)
			break;
	}
	*boot = (struct spool_boot){
		.first = first,
		.nr = end - first,
		.now = is_now(&spool->files[first]),
	};
	return true;
}

/* ---- Records ------------------------------------------------------------------------- */

static struct input_spool *spool_of(struct input *input)
{
	return (struct input_spool *)input;
}

static void close_capture(struct spool_capture *capture)
{
	free((char *)capture->file.name);
	input_close(&capture->file.input);
	free(capture->newest);
	free(capture);
}

/* NULL, with a message, when it cannot be read. */
static struct spool_capture *open_capture(struct input_spool *input)
{
	struct spool_capture *capture = calloc(1, sizeof(*capture));
	char *name = name_of(input->spool, input->number);

	if (capture)
		capture->newest = calloc(CPU_NUMBERS, sizeof(u64));
	if (capture && capture->newest && name && has_something(name) &&
	    input_file_open(&capture->file, name, input->cgroups)) {
		input->read++;
		/*
		 * If a capture is cut off, what was not settled by then is also in
		 * the next one, or in the rings.
		 */
		if (input->grows)
			input_file_follow(&capture->file);
		return capture;
	}
	free(name);
	if (capture)
		free(capture->newest);
	free(capture);
	return NULL;
}

/* A capture that was begun and stayed empty is not missed: nothing was lost with it. */
static bool is_missed(const struct input_spool *input)
{
	char *name = name_of(input->spool, input->number);
	bool missed = !name || has_something(name) || access(name, F_OK);

	free(name);
	return missed;
}

/* The next capture that is there. Another may have begun while we read. */
static struct spool_capture *open_next(struct input_spool *input)
{
	struct spool_capture *capture;

	for (;; input->number++) {
		if (input->number > input->last && !input->grows)
			return NULL;
		capture = open_capture(input);
		if (!capture && input->number > input->last)
			return NULL;
		if (!capture) {
			input->skipped |= is_missed(input);
			continue;
		}
		input->number++;
		return capture;
	}
}

/* Take what the capture has reported as missing since it was last asked. */
static void take_missing(struct input_spool *input, struct spool_capture *capture)
{
	const struct spans *spans = input_missing(&capture->file.input);

	for (; capture->told < spans->nr; capture->told++)
		spans_add(&input->missing, spans->span[capture->told].from_ns,
			  spans->span[capture->told].until_ns);
}

/* Go to the next record of a capture; at its end it is closed. */
static void advance(struct input_spool *input, struct spool_capture *capture)
{
	enum input_state state = input_next(&capture->file.input, &capture->record);

	take_missing(input, capture);
	if (state == INPUT_RECORD)
		return;
	if (state == INPUT_FAILED) {
		warnx("%s: what follows in it is left out", capture->file.name);
		spans_add(&input->missing, input->last_ns, ~0ULL);
	}
	capture->ended = true;
	capture->record = NULL;
}

/* Go to the first record of a new capture; what skipped ones had before it is missing. */
static void begin_capture(struct input_spool *input, struct spool_capture *capture)
{
	advance(input, capture);
	if (input->skipped)
		spans_add(&input->missing, input->last_ns,
			  capture->record ? capture->record->time_ns : ~0ULL);
	input->skipped = false;
}

/* All records from now on come after those of the first capture. */
static void close_first(struct input_spool *input)
{
	struct spool_capture *first = input->captures[0];
	size_t i;

	for (i = 0; i < CPU_NUMBERS; i++)
		if (first->newest[i] > input->before[i])
			input->before[i] = first->newest[i];
	/* After the last capture of an earlier boot nothing goes on where it is cut off. */
	if (!input->grows && !input->captures[1] && input->number > input->last &&
	    first->file.reader.blocks.last != BLOCKS_END)
		spans_add(&input->missing, input->last_ns, ~0ULL);
	input->done += input_file_size(&first->file);
	close_capture(first);
	input->captures[0] = input->captures[1];
	input->captures[1] = NULL;
}

/* Open up to two captures, each at a record, or ended. */
static void fill(struct input_spool *input)
{
	struct spool_capture *capture;
	size_t i;

	while (input->captures[0] && input->captures[0]->ended)
		close_first(input);
	for (i = 0; i < SPOOL_OPEN; i++) {
		capture = input->captures[i];
		if (capture && !capture->record && !capture->ended)
			advance(input, capture);
		if (capture)
			continue;
		capture = open_next(input);
		input->captures[i] = capture;
		if (capture)
			begin_capture(input, capture);
	}
}

/* The module was not loaded: only the first such gap is without a beginning. */
static const struct ipctrace_header *mend_gap(struct input_spool *input,
					      const struct ipctrace_header *record)
{
	struct ipctrace_gap *gap;

	if (record->len > sizeof(input->record))
		return record;
	memcpy(input->record, record, record->len);
	gap = (void *)ipct_part_find((const void *)input->record, IPCTRACE_PART_GAP,
				     sizeof(*gap));
	if (!gap || gap->begin_ns || gap->cause != IPCTRACE_GAP_LOAD)
		return record;
	gap->begin_ns = input->last_ns;
	return (const void *)input->record;
}

/* Is the record of a capture new? @earlier: the capture before it, NULL for the first */
static bool take(struct input_spool *input, const struct spool_capture *earlier,
		 u64 *newest, const struct ipctrace_header **record)
{
	const struct ipctrace_header *header = *record;

	if (header->time_ns <= input->before[header->cpu] ||
	    (earlier && header->time_ns <= earlier->newest[header->cpu]))
		return false;
	if (header->time_ns > newest[header->cpu])
		newest[header->cpu] = header->time_ns;
	if (header->type == IPCTRACE_TYPE_GAP)
		*record = mend_gap(input, header);
	if (header->time_ns > input->last_ns)
		input->last_ns = header->time_ns;
	return true;
}

/* The one of the two captures that has the older record, NULL if there is none */
static struct spool_capture *older(const struct input_spool *input)
{
	struct spool_capture *first = input->captures[0], *next = input->captures[1];

	if (!next || !next->record)
		return first && first->record ? first : NULL;
	return first->record && first->record->time_ns <= next->record->time_ns ?
		       first : next;
}

/* The next record of the captures, false: there is none */
static bool next_captured(struct input_spool *input,
			  const struct ipctrace_header **record)
{
	struct spool_capture *capture;

	/* The record given out last had to stay valid until now. */
	if (input->given)
		input->given->record = NULL;
	input->given = NULL;
	do {
		fill(input);
		capture = older(input);
		if (!capture)
			continue;
		*record = capture->record;
		if (take(input, capture == input->captures[0] ?
					NULL : input->captures[0],
			 capture->newest, record)) {
			input->given = capture;
			return true;
		}
		capture->record = NULL;
	} while (input->captures[0]);
	return false;
}

static enum input_state spool_next(struct input *base,
				   const struct ipctrace_header **record)
{
	struct input_spool *input = spool_of(base);
	enum input_state state;

	if (!input->over) {
		if (next_captured(input, record))
			return INPUT_RECORD;
		input->over = true;
	}
	if (!input->then)
		return INPUT_END;
	do
		state = input_next(input->then, record);
	while (state == INPUT_RECORD && !take(input, NULL, input->after, record));
	return state;
}

static u64 spool_size(struct input *base)
{
	return spool_of(base)->bytes;
}

static u64 spool_place(struct input *base)
{
	const struct input_spool *input = spool_of(base);
	u64 done = input->done;
	size_t i;

	for (i = 0; i < SPOOL_OPEN; i++)
		if (input->captures[i])
			done += input_file_place(&input->captures[i]->file);
	return done;
}

static void spool_close(struct input *base)
{
	struct input_spool *input = spool_of(base);
	size_t i;

	for (i = 0; i < SPOOL_OPEN; i++)
		if (input->captures[i])
			close_capture(input->captures[i]);
	free(input->before);
	free(input->after);
}

static const struct spans *spool_missing(struct input *base)
{
	return &spool_of(base)->missing;
}

static const struct input_ops spool_ops = {
	.next = spool_next,
	.missing = spool_missing,
	.size = spool_size,
	.place = spool_place,
	.close = spool_close,
};

/**
 * input_spool_open() - begin with the oldest record of a boot
 * @input: out: never pauses, and ends with the last capture
 * @spool: must outlive @input
 * @boot: a boot of it
 * @cgroups: get the names of cgroups as they are read; must outlive @input
 *
 * Return: false, with a message, when memory is short.
 */
bool input_spool_open(struct input_spool *input, const struct spool *spool,
		      const struct spool_boot *boot, struct cgroups *cgroups)
{
	size_t i;

	*input = (struct input_spool){
		.input.ops = &spool_ops,
		.spool = spool,
		.cgroups = cgroups,
		.number = spool->files[boot->first].number,
		.last = spool->files[boot->first + boot->nr - 1].number,
		.grows = boot->now,
		.before = calloc(CPU_NUMBERS, sizeof(u64)),
		.after = calloc(CPU_NUMBERS, sizeof(u64)),
	};
	for (i = 0; i < boot->nr; i++)
		input->bytes += spool->files[boot->first + i].bytes;
	if (input->before && input->after)
		return true;
	free(input->before);
	free(input->after);
	warnx("no memory for captures");
	return false;
}

/**
 * input_spool_then() - set what comes after the captures, once these have ended
 * @input: one that has said INPUT_END
 * @then: of the same boot; still belongs to the caller. NULL: nothing more
 */
void input_spool_then(struct input_spool *input, struct input *then)
{
	input->then = then;
}
