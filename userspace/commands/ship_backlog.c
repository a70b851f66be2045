// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ship_backlog
 *
 * Lines wait on disk until somebody says that they have arrived. They are in files one
 * after the other, lines.NUMBER; a file goes when all that is in it has arrived, or when
 * there is no room for more: the oldest lines go then, and are counted.
 *
 * What has arrived is in the file "state": up to where, and how many lines have gone.
 * It has two places of fixed size, which are written to in turn, each with a sum, so
 * that one of them is whole whenever the program or the machine dies, and a full disk
 * does not keep it from being written. It may be a second behind, and says then that
 * lines have not arrived that have: they are sent again. Lines get to the disk before
 * it says that they need not be read from the recorder any more.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "capture/xxh64.h"
#include "commands/ship_backlog.h"

#define MAGIC		0x31706968736370ULL	/* "pcship1" */
#define MARKS		4096	/* CPUs that are remembered */
#define PARTS		8	/* files, when it is full */
#define BUFFER_BYTES	(128 * 1024)
#define SAVE_NS		1000000000ULL
#define BOOT_BYTES	40
#define ID_BYTES	17

/**
 * struct state - a place of the file of that name
 * @magic: MAGIC
 * @sum: of what follows
 * @generation: the larger one counts
 * @number: file with the first line that has not arrived
 * @offset: where it begins in that file
 * @dropped: as in struct backlog_sums
 * @told: likewise
 * @id: of the directory, in digits
 * @boot: that @marks are of
 * @marks: by CPU, the last record whose lines are here; a time of 0: none
 */
struct state {
	u64 magic;
	u64 sum;
	u64 generation;
	u64 number;
	u64 offset;
	u64 dropped;
	u64 told;
	char id[24];
	char boot[BOOT_BYTES];
	struct ship_position marks[MARKS];
};

/**
 * struct segment - a file of lines
 * @all: the oldest first
 * @number: at the end of its name
 * @fd: open
 * @bytes: in it
 * @lines: in it
 * @at: all before that was handed out
 * @done: all before that has arrived
 * @arrived: so many lines have
 * @out: so many were handed out, and nobody knows
 * @gone: there is no such file any more, for want of room
 */
struct segment {
	TAILQ_ENTRY(segment) all;
	u64 number;
	int fd;
	u64 bytes;
	u64 lines;
	u64 at;
	u64 done;
	u64 arrived;
	u32 out;
	bool gone;
};

TAILQ_HEAD(segments, segment);

enum ticket_state {
	TICKET_OUT,
	TICKET_AGAIN,
	TICKET_DONE,
};

/**
 * struct ticket - a line that was handed out
 * @segment: whose; stays until it is done
 * @offset: where
 * @len: with its end
 * @state: enum ticket_state
 */
struct ticket {
	struct segment *segment;
	u64 offset;
	u32 len;
	u8 state;
};

/**
 * struct backlog - all of it
 * @name: of the directory
 * @directory: open
 * @state_fd: open, and locked
 * @max_bytes: of all files of lines
 * @segment_bytes: of one
 * @bytes: in all files
 * @segments: those
 * @buffer: lines that are not in a file yet
 * @used: bytes of these
 * @lines: number of these
 * @tickets: of lines that were handed out, in their order
 * @first: number of the oldest; its place is its number modulo BACKLOG_OUT
 * @next: of the next
 * @nr_again: so many are to be handed out again
 * @doubt: handed out, of segments that are gone
 * @window: a part of a file
 * @window_of: number of that file, 0: none
 * @window_at: where it begins there
 * @window_used: bytes of it
 * @marks: by CPU, as in @state, of what has been added
 * @state: as it is, but for what is not in a file yet
 * @save_ns: when it is to be written
 * @dirty: the last file has what may not be on the disk yet
 * @failing: errno of why something could not be written, 0: all could
 */
struct backlog {
	char *name;
	int directory;
	int state_fd;
	u64 max_bytes;
	u64 segment_bytes;
	u64 bytes;
	struct segments segments;
	char buffer[BUFFER_BYTES];
	size_t used;
	u64 lines;
	struct ticket tickets[BACKLOG_OUT];
	u64 first;
	u64 next;
	u32 nr_again;
	u64 doubt;
	char window[BUFFER_BYTES];
	u64 window_of;
	u64 window_at;
	size_t window_used;
	struct ship_position marks[MARKS];
	struct state state;
	u64 save_ns;
	bool dirty;
	int failing;
};

/* ---- The state -------------------------------------------------------------------- */

static u64 state_sum(const struct state *state)
{
	size_t from = offsetof(struct state, generation);
	struct xxh64 sum;

	xxh64_begin(&sum);
	xxh64_add(&sum, (const char *)state + from, sizeof(*state) - from);
	return xxh64_end(&sum);
}

static bool read_state(int fd, int place, struct state *state)
{
	return pread(fd, state, sizeof(*state), place * sizeof(*state)) ==
		       sizeof(*state) &&
	       state->magic == MAGIC && state->sum == state_sum(state);
}

static void write_state(struct backlog *backlog)
{
	struct state *state = &backlog->state;

	state->generation++;
	state->sum = state_sum(state);
	if (pwrite(backlog->state_fd, state, sizeof(*state),
		   state->generation % 2 * sizeof(*state)) != sizeof(*state))
		backlog->failing = errno ?: EIO;
}

static void new_state(struct state *state)
{
	u64 id = clock_ns(CLOCK_REALTIME);

	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != sizeof(id))
		id ^= getpid();
	*state = (struct state){ .magic = MAGIC, .number = 1 };
	snprintf(state->id, sizeof(state->id), "%016llx", (unsigned long long)id);
}

/* False, with a message, where it cannot be used */
static bool open_state(struct backlog *backlog)
{
	static struct state other;
	struct state *state = &backlog->state;
	int fd = openat(backlog->directory, "state",
			O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool had;

	backlog->state_fd = fd;
	if (fd < 0) {
		warn("--spool: %s/state", backlog->name);
		return false;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		warnx("--spool: %s: another ipctrace ship uses it", backlog->name);
		return false;
	}
	had = read_state(fd, 0, state);
	if (read_state(fd, 1, &other) &&
	    (!had || other.generation > state->generation)) {
		*state = other;
		had = true;
	}
	if (had)
		return true;
	new_state(state);
	/* Later there may be no room for it. */
	errno = posix_fallocate(fd, 0, 2 * sizeof(*state));
	if (errno) {
		warn("--spool: %s/state", backlog->name);
		return false;
	}
	write_state(backlog);
	return true;
}

/* Up to where all has arrived */
static void note_arrived(struct backlog *backlog)
{
	const struct segment *first = TAILQ_FIRST(&backlog->segments);

	while (first && first->gone)
		first = TAILQ_NEXT(first, all);
	if (!first)
		return;
	backlog->state.number = first->number;
	backlog->state.offset = first->done;
}

static void save_now(struct backlog *backlog)
{
	note_arrived(backlog);
	write_state(backlog);
}

/**
 * backlog_save() - let it be known for the next time, up to a second late
 * @backlog: what was added is on the disk afterwards
 */
void backlog_save(struct backlog *backlog)
{
	struct segment *last = TAILQ_LAST(&backlog->segments, segments);

	if (clock_ns(CLOCK_MONOTONIC) < backlog->save_ns)
		return;
	if (last && backlog->dirty)
		fdatasync(last->fd);
	backlog->dirty = false;
	save_now(backlog);
	fdatasync(backlog->state_fd);
	backlog->save_ns = clock_ns(CLOCK_MONOTONIC) + SAVE_NS;
}

/* ---- Files ------------------------------------------------------------------------- */

static void name_of(u64 number, char *name, size_t size)
{
	snprintf(name, size, "lines.%llu", (unsigned long long)number);
}

static void remove_file(struct backlog *backlog, struct segment *segment)
{
	char name[32];

	name_of(segment->number, name, sizeof(name));
	unlinkat(backlog->directory, name, 0);
	close(segment->fd);
	segment->fd = -1;
	backlog->bytes -= segment->bytes;
}

static void forget(struct backlog *backlog, struct segment *segment)
{
	TAILQ_REMOVE(&backlog->segments, segment, all);
	free(segment);
}

/* All of it has arrived, and nothing more will be written to it. */
static void remove_if_done(struct backlog *backlog, struct segment *segment)
{
	if (segment->gone || segment->done != segment->bytes ||
	    !TAILQ_NEXT(segment, all))
		return;
	remove_file(backlog, segment);
	forget(backlog, segment);
}

/* False, with errno, when it cannot be */
static bool new_segment(struct backlog *backlog)
{
	struct segment *last = TAILQ_LAST(&backlog->segments, segments);
	struct segment *segment = calloc(1, sizeof(*segment));
	char name[32];

	if (!segment)
		return false;
	/* That of the state may have been one that has arrived in part. */
	segment->number = (last ? last->number : backlog->state.number) + 1;
	name_of(segment->number, name, sizeof(name));
	segment->fd = openat(backlog->directory, name,
			     O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			     0600);
	if (segment->fd < 0) {
		free(segment);
		return false;
	}
	TAILQ_INSERT_TAIL(&backlog->segments, segment, all);
	if (last)
		remove_if_done(backlog, last);
	return true;
}

/* It is the one that lines are written to, and stays. */
static bool is_last(const struct segment *segment)
{
	return !TAILQ_NEXT(segment, all);
}

static struct ticket *ticket_of(struct backlog *backlog, u64 number)
{
	return &backlog->tickets[number % BACKLOG_OUT];
}

/* Of a file that is gone, only lines that are on their way matter. */
static void leave(struct backlog *backlog, const struct segment *segment)
{
	struct ticket *ticket;
	u64 i;

	for (i = backlog->first; i < backlog->next; i++) {
		ticket = ticket_of(backlog, i);
		if (ticket->segment != segment || ticket->state == TICKET_OUT)
			continue;
		if (ticket->state == TICKET_AGAIN)
			backlog->nr_again--;
		ticket->state = TICKET_DONE;
		ticket->segment = NULL;
	}
}

/* The oldest file goes. What is on its way may still arrive. */
static bool drop_oldest(struct backlog *backlog)
{
	struct segment *segment;

	TAILQ_FOREACH(segment, &backlog->segments, all)
		if (!segment->gone)
			break;
	if (!segment || !segment->bytes)
		return false;
	if (is_last(segment)) {
		bool done = segment->done == segment->bytes;

		if (!new_segment(backlog))
			return false;
		/* That one has gone then. */
		if (done)
			return true;
	}
	segment->gone = true;
	backlog->state.dropped += segment->lines - segment->arrived;
	backlog->doubt += segment->out;
	leave(backlog, segment);
	/* First it is known that it has gone. */
	save_now(backlog);
	remove_file(backlog, segment);
	if (!segment->out)
		forget(backlog, segment);
	return true;
}

static bool has_room(struct backlog *backlog, size_t bytes)
{
	const struct segment *last = TAILQ_LAST(&backlog->segments, segments);

	if ((!last || (last->bytes && last->bytes + bytes > backlog->segment_bytes)) &&
	    !new_segment(backlog))
		return false;
	while (backlog->bytes + bytes > backlog->max_bytes)
		if (!drop_oldest(backlog))
			break;
	return true;
}

/* False, with errno: nothing of it was written. */
static bool write_all(struct backlog *backlog, struct segment *segment)
{
	size_t done = 0;
	ssize_t n;

	while (done < backlog->used) {
		n = pwrite(segment->fd, backlog->buffer + done, backlog->used - done,
			   segment->bytes + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			n = errno ?: EIO;
			if (ftruncate(segment->fd, segment->bytes))
				errno = n;
			errno = n;
			return false;
		}
		done += n;
	}
	return true;
}

static bool try_to_write(struct backlog *backlog)
{
	struct segment *segment;

	if (!has_room(backlog, backlog->used))
		return false;
	segment = TAILQ_LAST(&backlog->segments, segments);
	if (!write_all(backlog, segment))
		return false;
	segment->bytes += backlog->used;
	segment->lines += backlog->lines;
	backlog->bytes += backlog->used;
	backlog->dirty = true;
	return true;
}

/**
 * backlog_flush() - write lines to the disk
 * @backlog: where it cannot be written to, the oldest lines go, and if there are none,
 *	those that were to be written; backlog_failing() says so
 */
void backlog_flush(struct backlog *backlog)
{
	bool good;

	while (backlog->used) {
		errno = 0;
		good = try_to_write(backlog);
		if (!good)
			backlog->failing = errno ?: EIO;
		if (!good && drop_oldest(backlog))
			continue;
		if (!good)
			backlog->state.dropped += backlog->lines;
		backlog->used = 0;
		backlog->lines = 0;
	}
	memcpy(backlog->state.marks, backlog->marks, sizeof(backlog->marks));
}

/**
 * backlog_add() - a line more
 * @backlog: it may be in memory for a while, see backlog_flush()
 * @line: with its end
 * @len: of it, at most 64 KiB
 */
void backlog_add(struct backlog *backlog, const char *line, size_t len)
{
	if (backlog->used + len > sizeof(backlog->buffer))
		backlog_flush(backlog);
	memcpy(backlog->buffer + backlog->used, line, len);
	backlog->used += len;
	backlog->lines++;
}

/**
 * backlog_is_full() - would older lines go for those to come?
 * @backlog: all of it may be waited for
 */
bool backlog_is_full(const struct backlog *backlog)
{
	return backlog->bytes + 2 * BUFFER_BYTES > backlog->max_bytes;
}

/* ---- Handing out ---------------------------------------------------------------------- */

/* The line at that place, NULL, where it cannot be read */
static const char *line_at(struct backlog *backlog, const struct segment *segment,
			   u64 offset, size_t *len)
{
	const char *at, *end;
	ssize_t n;
	int turn;

	for (turn = 0; turn < 2; turn++) {
		if (backlog->window_of == segment->number &&
		    offset >= backlog->window_at &&
		    offset < backlog->window_at + backlog->window_used) {
			at = backlog->window + (offset - backlog->window_at);
			end = memchr(at, '\n', backlog->window + backlog->window_used -
						       at);
			if (end) {
				*len = end + 1 - at;
				return at;
			}
		}
		n = pread(segment->fd, backlog->window, sizeof(backlog->window), offset);
		backlog->window_of = segment->number;
		backlog->window_at = offset;
		backlog->window_used = n > 0 ? n : 0;
	}
	return NULL;
}

/* One that has to be sent once more */
static bool next_again(struct backlog *backlog, const char **line, size_t *len,
		       u64 *number)
{
	struct ticket *ticket;
	u64 i;

	for (i = backlog->first; backlog->nr_again && i < backlog->next; i++) {
		ticket = ticket_of(backlog, i);
		if (ticket->state != TICKET_AGAIN)
			continue;
		*line = line_at(backlog, ticket->segment, ticket->offset, len);
		if (!*line)
			return false;
		ticket->state = TICKET_OUT;
		ticket->segment->out++;
		backlog->nr_again--;
		*number = i;
		return true;
	}
	return false;
}

/**
 * backlog_next() - a line that is to be sent
 * @backlog: only what was flushed is
 * @line: out: the line, valid until the next call
 * @len: out: its length, with its end
 * @ticket: out: what backlog_arrived() and the like are to be called with
 *
 * Return: false when there is none for now.
 */
bool backlog_next(struct backlog *backlog, const char **line, size_t *len, u64 *ticket)
{
	struct segment *segment;

	if (next_again(backlog, line, len, ticket))
		return true;
	if (backlog->next - backlog->first == BACKLOG_OUT)
		return false;
	TAILQ_FOREACH(segment, &backlog->segments, all)
		if (!segment->gone && segment->at < segment->bytes)
			break;
	if (!segment)
		return false;
	*line = line_at(backlog, segment, segment->at, len);
	if (!*line)
		return false;
	*ticket = backlog->next++;
	*ticket_of(backlog, *ticket) = (struct ticket){
		.segment = segment,
		.offset = segment->at,
		.len = *len,
	};
	segment->at += *len;
	segment->out++;
	return true;
}

/* What lies before all that is open is done with. */
static void advance(struct backlog *backlog)
{
	struct segment *segment;
	struct ticket *ticket;

	for (; backlog->first < backlog->next; backlog->first++) {
		ticket = ticket_of(backlog, backlog->first);
		segment = ticket->segment;
		if (ticket->state != TICKET_DONE)
			return;
		if (!segment)
			continue;
		segment->done += ticket->len;
		/* What has arrived is not to lie around until more comes. */
		if (is_last(segment) && segment->done == segment->bytes &&
		    segment->bytes >= BUFFER_BYTES)
			new_segment(backlog);
		else
			remove_if_done(backlog, segment);
	}
}

/* Nobody has to know any more where it was. */
static void take_out(struct backlog *backlog, struct ticket *ticket)
{
	struct segment *segment = ticket->segment;

	ticket->state = TICKET_DONE;
	segment->out--;
	if (!segment->gone)
		return;
	backlog->doubt--;
	ticket->segment = NULL;
	if (!segment->out)
		forget(backlog, segment);
}

/**
 * backlog_arrived() - it has arrived
 * @backlog: will not hand it out again
 * @number: its ticket
 */
void backlog_arrived(struct backlog *backlog, u64 number)
{
	struct ticket *ticket = ticket_of(backlog, number);
	struct segment *segment = ticket->segment;

	segment->arrived++;
	if (segment->gone)
		backlog->state.dropped--;
	take_out(backlog, ticket);
	advance(backlog);
}

/**
 * backlog_again() - it has not arrived
 * @backlog: will hand it out again
 * @number: its ticket
 */
void backlog_again(struct backlog *backlog, u64 number)
{
	struct ticket *ticket = ticket_of(backlog, number);

	if (ticket->segment->gone) {
		take_out(backlog, ticket);
		advance(backlog);
		return;
	}
	ticket->segment->out--;
	ticket->state = TICKET_AGAIN;
	backlog->nr_again++;
}

/**
 * backlog_refused() - it will never arrive
 * @backlog: counts it as dropped
 * @number: its ticket
 */
void backlog_refused(struct backlog *backlog, u64 number)
{
	struct ticket *ticket = ticket_of(backlog, number);

	/* Of one that is gone it was counted. */
	if (!ticket->segment->gone) {
		backlog->state.dropped++;
		ticket->segment->arrived++;
	}
	take_out(backlog, ticket);
	advance(backlog);
}

/**
 * backlog_told() - it was told how many lines have gone
 * @backlog: has them in its sums
 * @dropped: so many, as these had it then
 */
void backlog_told(struct backlog *backlog, u64 dropped)
{
	backlog->state.told = dropped;
	save_now(backlog);
}

/**
 * backlog_failing() - what was wrong with the disk
 * @backlog: forgets it
 *
 * Return: errno of why something could not be written, since it was asked last; 0: all
 * could.
 */
int backlog_failing(struct backlog *backlog)
{
	int failing = backlog->failing;

	backlog->failing = 0;
	return failing;
}

/**
 * backlog_sums() - what there is to say
 * @backlog: of which
 * @sums: out: the sums
 */
void backlog_sums(const struct backlog *backlog, struct backlog_sums *sums)
{
	const struct segment *segment;

	*sums = (struct backlog_sums){
		.waiting = backlog->lines,
		.dropped = backlog->state.dropped,
		.told = backlog->state.told,
		.certain = !backlog->doubt,
	};
	TAILQ_FOREACH(segment, &backlog->segments, all)
		if (!segment->gone)
			sums->waiting += segment->lines - segment->arrived;
}

/* ---- Where we were ----------------------------------------------------------------- */

/**
 * backlog_mark() - the last record of a CPU whose lines are here
 * @backlog: may have been of another boot, and then there is none
 * @cpu: of this CPU
 *
 * Return: NULL where there is none.
 */
const struct ship_position *backlog_mark(const struct backlog *backlog, u32 cpu)
{
	return cpu < MARKS && backlog->marks[cpu].time_ns ? &backlog->marks[cpu] : NULL;
}

/**
 * backlog_set_mark() - all lines of a record have been added
 * @backlog: will say so when they are on the disk
 * @cpu: of this CPU
 * @position: the record
 */
void backlog_set_mark(struct backlog *backlog, u32 cpu,
		      const struct ship_position *position)
{
	if (cpu < MARKS && ship_position_after(position, &backlog->marks[cpu]))
		backlog->marks[cpu] = *position;
}

/**
 * backlog_id() - what tells the directory from others
 * @backlog: its
 */
const char *backlog_id(const struct backlog *backlog)
{
	return backlog->state.id;
}

/* ---- Begin and end ------------------------------------------------------------------ */

/* A line that was cut off was not written to its end, so its record is not marked. */
static bool count_lines(struct segment *segment, u64 offset)
{
	char buffer[65536];
	u64 at = 0, end = 0;
	ssize_t n, i;

	while ((n = pread(segment->fd, buffer, sizeof(buffer), at)) > 0) {
		for (i = 0; i < n; i++) {
			if (buffer[i] != '\n')
				continue;
			end = at + i + 1;
			segment->lines++;
			segment->arrived += end <= offset;
		}
		at += n;
	}
	segment->bytes = end;
	segment->at = min_t(u64, offset, end);
	segment->done = segment->at;
	return !n && (at == end || !ftruncate(segment->fd, end));
}

static bool open_segment(struct backlog *backlog, u64 number)
{
	struct segment *before = TAILQ_LAST(&backlog->segments, segments);
	struct segment *segment = calloc(1, sizeof(*segment));
	char name[32];

	name_of(number, name, sizeof(name));
	if (!segment)
		goto fail;
	segment->number = number;
	segment->fd = openat(backlog->directory, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (segment->fd < 0 ||
	    !count_lines(segment, number == backlog->state.number ?
					  backlog->state.offset : 0))
		goto fail;
	backlog->bytes += segment->bytes;
	TAILQ_INSERT_TAIL(&backlog->segments, segment, all);
	if (before)
		remove_if_done(backlog, before);
	return true;
fail:
	warn("--spool: %s/%s", backlog->name, name);
	free(segment);
	return false;
}

static int by_number(const void *left, const void *right)
{
	u64 a = *(const u64 *)left, b = *(const u64 *)right;

	return a < b ? -1 : a > b;
}

/* What is before the one that the state names had arrived, or gone, before it died. */
static bool open_segments(struct backlog *backlog)
{
	int fd = openat(backlog->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	unsigned long long number;
	u64 *numbers = NULL, *more;
	size_t i, nr = 0;
	bool good = true;
	int end;

	while (directory && (entry = readdir(directory))) {
		end = 0;
		if (sscanf(entry->d_name, "lines.%llu%n", &number, &end) != 1 ||
		    entry->d_name[end])
			continue;
		if (number < backlog->state.number) {
			unlinkat(backlog->directory, entry->d_name, 0);
			continue;
		}
		more = realloc(numbers, (nr + 1) * sizeof(*numbers));
		if (!more) {
			good = false;
			break;
		}
		numbers = more;
		numbers[nr++] = number;
	}
	good = good && directory;
	if (!good)
		warn("--spool: %s", backlog->name);
	if (nr)
		qsort(numbers, nr, sizeof(*numbers), by_number);
	for (i = 0; good && i < nr; i++)
		good = open_segment(backlog, numbers[i]);
	if (directory)
		closedir(directory);
	free(numbers);
	return good;
}

static bool open_directory(struct backlog *backlog, const char *name)
{
	if (mkdir(name, 0700) && errno != EEXIST) {
		warn("--spool: %s", name);
		return false;
	}
	backlog->directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (backlog->directory >= 0)
		return true;
	warn("--spool: %s", name);
	return false;
}

/**
 * backlog_open() - go on where it was left
 * @directory: made, if it is not there
 * @max_bytes: of its files of lines
 * @boot: what runs now; marks of another boot are forgotten
 *
 * Return: NULL, with a message, when it cannot be used.
 */
struct backlog *backlog_open(const char *directory, u64 max_bytes, const char *boot)
{
	struct backlog *backlog = calloc(1, sizeof(*backlog));

	if (!backlog) {
		warnx("no memory for what is to be sent");
		return NULL;
	}
	backlog->directory = -1;
	backlog->state_fd = -1;
	backlog->max_bytes = max_bytes;
	backlog->segment_bytes = max_t(u64, max_bytes / PARTS, BUFFER_BYTES);
	TAILQ_INIT(&backlog->segments);
	backlog->name = strdup(directory);
	if (!backlog->name || !open_directory(backlog, directory) ||
	    !open_state(backlog) || !open_segments(backlog)) {
		backlog_close(backlog);
		return NULL;
	}
	if (strncmp(backlog->state.boot, boot, BOOT_BYTES - 1)) {
		memset(backlog->state.marks, 0, sizeof(backlog->state.marks));
		snprintf(backlog->state.boot, BOOT_BYTES, "%s", boot);
	}
	memcpy(backlog->marks, backlog->state.marks, sizeof(backlog->marks));
	return backlog;
}

/**
 * backlog_close() - undo backlog_open()
 * @backlog: what is in it will be sent the next time; or NULL
 */
void backlog_close(struct backlog *backlog)
{
	struct segment *segment;

	if (!backlog)
		return;
	if (backlog->state.magic) {
		backlog_flush(backlog);
		segment = TAILQ_LAST(&backlog->segments, segments);
		if (segment && segment->done == segment->bytes) {
			remove_file(backlog, segment);
			forget(backlog, segment);
		}
		backlog->save_ns = 0;
		backlog_save(backlog);
	}
	while ((segment = TAILQ_FIRST(&backlog->segments))) {
		if (segment->fd >= 0)
			close(segment->fd);
		forget(backlog, segment);
	}
	if (backlog->state_fd >= 0)
		close(backlog->state_fd);
	if (backlog->directory >= 0)
		close(backlog->directory);
	free(backlog->name);
	free(backlog);
}
