// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: source
 *
 * Opens the device, agrees with the module on versions, maps the rings and
 * takes the records out of them. The kernel copies nothing, and nothing that is
 * done here slows a traced call down.
 *
 * Records come in batches: all up to settled_ns, in order of time. At the end
 * of a batch the caller waits on the device for the next one.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "input/source.h"
#include "shared/layouts.h"
#include "shared/merge.h"

#define LOOK_NS		10000000	/* the module's worker runs that often */
#define LOOKS		10		/* how often to look, if nothing comes */

static void explain_open(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		warnx("%s: the module is not loaded; load it with: insmod ipctrace.ko",
		      IPCTRACE_DEVICE);
		break;
	case EACCES:
	case EPERM:
		warnx("%s: permission denied; only root may open it",
		      IPCTRACE_DEVICE);
		break;
	default:
		warnx("%s: cannot be opened: %s", IPCTRACE_DEVICE,
		      strerror(error));
	}
}

static int ask(int fd, u32 schema, struct ipctrace_hello *hello)
{
	*hello = (struct ipctrace_hello){
		.transport = IPCTRACE_TRANSPORT,
		.schema = schema,
	};
	return ioctl(fd, IPCTRACE_IOC_HELLO, hello);
}

/* A module of schema 3 accepts only that; later ones agree on the lower schema. */
static bool say_hello(int fd, struct ipctrace_hello *hello)
{
	int ret = ask(fd, IPCTRACE_SCHEMA, hello);

	if (ret && errno == EPROTO &&
	    hello->transport == IPCTRACE_TRANSPORT &&
	    hello->schema >= IPCTRACE_SCHEMA_OLDEST &&
	    hello->schema < IPCTRACE_SCHEMA)
		ret = ask(fd, hello->schema, hello);
	if (!ret)
		return true;
	if (errno == EPROTO)
		warnx("versions differ: this program has transport %d and schema %d, the module (%.*s) has transport %u and schema %u",
		      IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA,
		      (int)sizeof(hello->version), (char *)hello->version,
		      hello->transport, hello->schema);
	else
		warn("%s: IPCTRACE_IOC_HELLO", IPCTRACE_DEVICE);
	return false;
}

/**
 * source_attach() - lay a merge over mapped rings
 * @source: out: without a device yet; it owns the merge
 * @hello: what the device said about the mapping, checked
 * @map: of @hello->map_bytes; must outlive @source
 *
 * Return: false, with a message, when memory is short.
 */
bool source_attach(struct source *source, const struct ipctrace_hello *hello,
		   const void *map)
{
	struct ipct_merge *merge;
	u32 i;

	*source = (struct source){
		.fd = -1,
		.map = map,
		.map_bytes = hello->map_bytes,
		.schema = hello->schema,
		.nr_rings = hello->nr_rings,
	};
	memcpy(source->version, hello->version, sizeof(hello->version));
	merge = calloc(1, sizeof(*merge) +
			  hello->nr_rings * sizeof(merge->ring[0]));
	if (!merge) {
		warnx("no memory for %u rings", hello->nr_rings);
		return false;
	}
	merge->nr = hello->nr_rings;
	for (i = 0; i < merge->nr; i++) {
		const void *ring = map + hello->header_bytes +
				   i * hello->ring_stride_bytes;

		merge->ring[i].view = (struct ipct_ring_view){
			.header = ring,
			.data = ring + hello->header_bytes,
			.bytes = hello->ring_bytes,
		};
	}
	source->merge = merge;
	return true;
}

/* Begin where the recorder was last cleared, or with its first record. */
static bool set_cursors(struct source *source)
{
	u32 i;

	for (i = 0; i < source->merge->nr; i++) {
		struct ipctrace_start start = { .cpu = i };

		if (ioctl(source->fd, IPCTRACE_IOC_START, &start)) {
			warn("%s: IPCTRACE_IOC_START of CPU %u",
			     IPCTRACE_DEVICE, i);
			return false;
		}
		source->merge->ring[i].cursor = (struct ipct_cursor){
			.pos = start.pos,
			.seq = start.seq,
		};
	}
	return true;
}

static bool attach_device(struct source *source, int fd)
{
	struct ipctrace_hello hello;
	void *map;

	if (!say_hello(fd, &hello))
		return false;
	map = mmap(NULL, hello.map_bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		warn("%s: cannot map %llu bytes", IPCTRACE_DEVICE,
		     (unsigned long long)hello.map_bytes);
		return false;
	}
	if (!source_attach(source, &hello, map)) {
		munmap(map, hello.map_bytes);
		return false;
	}
	source->fd = fd;
	if (set_cursors(source))
		return true;
	munmap(map, hello.map_bytes);
	free(source->merge);
	return false;
}

/**
 * source_device() - open the device and agree on versions, for its ioctls
 *
 * Return: the file descriptor, or -1 with a message.
 */
int source_device(void)
{
	int fd = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC);
	struct ipctrace_hello hello;

	if (fd < 0) {
		explain_open(errno);
		return -1;
	}
	if (say_hello(fd, &hello))
		return fd;
	close(fd);
	return -1;
}

/**
 * source_open() - open the device and map its rings
 * @source: out: a place at the oldest record
 *
 * Return: false, with a message, when that cannot be done.
 */
bool source_open(struct source *source)
{
	int fd = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		explain_open(errno);
		return false;
	}
	if (attach_device(source, fd))
		return true;
	close(fd);
	return false;
}

/**
 * source_settle() - look up to when the rings are complete
 * @source: its @settled_ns is set to what is returned
 *
 * Return: that time, CLOCK_MONOTONIC; what is taken afterwards includes everything up
 * to it.
 */
u64 source_settle(struct source *source)
{
	/*
	 * SETTLE:D  settled_ns before the heads of the rings. Partner SETTLE:C.
	 * Without it records older than settled_ns could come after newer ones.
	 */
	source->settled_ns = smp_load_acquire(&source->map->settled_ns);
	return source->settled_ns;
}

/**
 * source_rewind() - go to the oldest record again
 * @source: open
 *
 * Return: false, with a message, when that cannot be done.
 */
bool source_rewind(struct source *source)
{
	u32 i;

	for (i = 0; i < source->merge->nr; i++) {
		source->merge->ring[i].ready = false;
		source->merge->ring[i].lost = 0;
	}
	source->settled_ns = 0;
	return set_cursors(source);
}

/**
 * source_skip() - step over all that has been recorded up to now
 * @source: open; none of it counts as lost
 *
 * Return: false, with a message, when that cannot be done.
 */
bool source_skip(struct source *source)
{
	struct ipct_merge_ring *ring = source->merge->ring;
	u32 i;

	for (i = 0; i < source->merge->nr; i++, ring++) {
		ring->ready = false;
		ring->lost = 0;
		if (ipct_cursor_to_head(&ring->view, &ring->cursor)) {
			warnx("%s: the rings are damaged", IPCTRACE_DEVICE);
			return false;
		}
	}
	return true;
}

/* ---- Subscriptions ---------------------------------------------------------- */

static void explain_subscribe(const struct ipctrace_filter *filter,
			      const char *expression)
{
	if (errno == EINVAL && filter->message[0])
		warnx("the recorder does not take '%s': %s, at byte %u",
		      expression, (const char *)filter->message,
		      filter->position + 1);
	else if (errno == EUSERS)
		warnx("%s: %d readers have a subscription, and no more can: end one of them (they are listed in stats)",
		      IPCTRACE_DEVICE, IPCTRACE_MAX_SUBSCRIPTIONS);
	else
		warn("%s: no subscription to '%s'", IPCTRACE_DEVICE, expression);
}

/**
 * source_subscribe() - see what an expression wants, whatever the machine's filter
 * @source: open; it has one subscription, which another one replaces
 * @expression: in the filter's language, not empty
 * @only: take nothing but that, from now on; else that in addition to what all see,
 *	from the present place
 *
 * On return it is in force: no call that begins later is missed. It ends with the
 * source.
 *
 * Return: false, with a message.
 */
bool source_subscribe(struct source *source, const char *expression, bool only)
{
	struct ipctrace_subscribe asked = {
		.filter.text = (unsigned long)expression,
		.filter.bytes = strlen(expression) + 1,
	};

	if (source->schema < SOURCE_SUBSCRIBES) {
		warnx("%s: the module (%s) takes no subscriptions; load that of this version",
		      IPCTRACE_DEVICE, source->version);
		return false;
	}
	if (only && !source_skip(source))
		return false;
	if (ioctl(source->fd, IPCTRACE_IOC_SUBSCRIBE, &asked)) {
		explain_subscribe(&asked.filter, expression);
		return false;
	}
	source->subscription = asked.mask;
	source->since_ns = asked.since_ns;
	source->only = only;
	return true;
}

/**
 * source_subscription() - what has become of the processes subscribed to
 * @source: has a subscription
 * @now: out
 *
 * When the last of them is gone the device is readable until this is called.
 *
 * Return: false, with a message.
 */
bool source_subscription(const struct source *source,
			 struct ipctrace_subscription *now)
{
	if (!ioctl(source->fd, IPCTRACE_IOC_SUBSCRIPTION, now))
		return true;
	warn("%s: IPCTRACE_IOC_SUBSCRIPTION", IPCTRACE_DEVICE);
	return false;
}

/* Before since_ns another subscription may have had the bit. */
static bool is_subscribed(const struct source *source,
			  const struct ipctrace_header *record)
{
	const struct ipctrace_subscribed *part;

	if (!source->subscription || record->time_ns < source->since_ns ||
	    record->len < sizeof(struct ipctrace_call))
		return false;
	part = ipct_part_find((const void *)record, IPCTRACE_PART_SUBSCRIBED,
			      sizeof(*part));
	return part && part->mask & source->subscription;
}

/* The machine's filter is not a gap in what is subscribed to. */
static bool is_gap_for_all(const struct ipctrace_header *record)
{
	const struct ipctrace_gap *gap =
		ipct_part_find((const void *)record, IPCTRACE_PART_GAP,
			       sizeof(*gap));

	return gap && gap->cause != IPCTRACE_GAP_FILTER;
}

/**
 * source_keeps() - is a record for this reader?
 * @source: where it is from
 * @record: as the rings have it; IPCTRACE_TYPE_ASIDE is taken off if it is
 *
 * Return: false for what only others have subscribed to. If the source takes only what
 * it has subscribed to, false for everything else except losses and gaps.
 */
bool source_keeps(const struct source *source, struct ipctrace_header *record)
{
	if (!(record->type & IPCTRACE_TYPE_ASIDE)) {
		if (!source->only || record->type == IPCTRACE_TYPE_LOST)
			return true;
		if (record->type == IPCTRACE_TYPE_GAP)
			return is_gap_for_all(record);
	}
	if (!is_subscribed(source, record))
		return false;
	record->type &= ~IPCTRACE_TYPE_ASIDE;
	return true;
}

/* ---- Records ---------------------------------------------------------------- */

static int next_kept(struct source *source, u64 until_ns, void *record)
{
	int len;

	do
		len = ipct_merge_next(source->merge,
				      min_t(u64, source->settled_ns, until_ns),
				      record);
	while (len > 0 && !source_keeps(source, record));
	return len;
}

/**
 * source_next_until() - next record up to some time
 * @source: asks again how far the rings are settled when nothing is left up to that
 *	time
 * @until_ns: CLOCK_MONOTONIC; later records stay for the next call
 * @record: out: the record, room for IPCTRACE_RECORD_MAX_BYTES, 8-byte aligned
 *
 * Return: its bytes, or 0 when there is none: none will come if
 * @source->settled_ns is not below @until_ns. -EIO, with a message, when the
 * rings are damaged.
 */
int source_next_until(struct source *source, u64 until_ns, void *record)
{
	int len = next_kept(source, until_ns, record);

	if (!len) {
		source_settle(source);
		len = next_kept(source, until_ns, record);
	}
	if (len < 0)
		warnx("%s: the rings are damaged", IPCTRACE_DEVICE);
	return len;
}

/**
 * source_next() - next record
 * @source: gives the records of all rings in the order of their times
 * @record: out: the record, room for IPCTRACE_RECORD_MAX_BYTES, 8-byte aligned
 *
 * Return: its bytes, or 0 at the end of a batch: source_consume() and wait
 * for @source->fd to be readable. -EIO, with a message, when the rings are
 * damaged.
 */
int source_next(struct source *source, void *record)
{
	return source_next_until(source, ~0ULL, record);
}

/**
 * source_pending() - are there records that are not settled yet?
 * @source: the place, after source_next_until() had no more
 */
bool source_pending(const struct source *source)
{
	u32 i;

	for (i = 0; i < source->merge->nr; i++)
		if (source->merge->ring[i].ready)
			return true;
	return false;
}

/**
 * source_next_now() - next record up to some time that has passed
 * @source: waits while more may still come
 * @until_ns: CLOCK_MONOTONIC, not after now
 * @record: out: as for source_next_until()
 *
 * If there is none now, one may still come: the rings settle shortly after there is
 * something new in them, and only then.
 *
 * Return: its bytes, or 0 when no more will come. -EIO, with a message, when the rings
 * are damaged.
 */
int source_next_now(struct source *source, u64 until_ns, void *record)
{
	int len, looks = 0;

	for (;;) {
		len = source_next_until(source, until_ns, record);
		if (len || source->settled_ns >= until_ns)
			return len;
		if (source_pending(source))
			looks = 0;
		else if (looks++ == LOOKS)
			return 0;
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
	}
}

/**
 * source_take() - next records of one CPU, settled or not
 * @source: the place; source_next() must not be used with it
 * @cpu: below @source->nr_rings; each ring has a place of its own
 * @records: out: see ipct_merge_take()
 *
 * Return: their bytes, or 0 when there are none now. -EIO, with a message, when
 * the rings are damaged.
 */
int source_take(struct source *source, u32 cpu, void *records)
{
	int bytes = ipct_merge_take(source->merge, cpu, records);

	if (bytes < 0)
		warnx("%s: the rings are damaged", IPCTRACE_DEVICE);
	return bytes;
}

/**
 * source_fill() - how full the rings are
 * @source: what was taken from its rings so far counts, not what was consumed
 *
 * Return: for the fullest ring, how many 256ths of it are records that have not been
 * taken; more than 256 where some are lost.
 */
u32 source_fill(const struct source *source)
{
	const struct ipct_merge_ring *ring = source->merge->ring;
	u32 most = 0, i;

	for (i = 0; i < source->merge->nr; i++, ring++) {
		u64 waits = ipct_ring_head(&ring->view) - ring->cursor.pos;
		u64 fill = waits / (ring->view.bytes / 256);

		if (fill > most)
			most = min_t(u64, fill, 1000);
	}
	return most;
}

/**
 * source_consume() - tell the module that a batch has been taken
 * @source: its @settled_ns is how far the batch goes
 *
 * From then on the device is readable as soon as there is something newer.
 *
 * Return: false, with a message, when the module refuses.
 */
bool source_consume(struct source *source)
{
	struct ipctrace_consumed consumed = {
		.settled_ns = source->settled_ns,
	};

	if (!ioctl(source->fd, IPCTRACE_IOC_CONSUMED, &consumed))
		return true;
	warn("%s: IPCTRACE_IOC_CONSUMED", IPCTRACE_DEVICE);
	return false;
}

/**
 * source_close() - undo source_open()
 * @source: from a source_open() that succeeded
 */
void source_close(struct source *source)
{
	munmap((void *)source->map, source->map_bytes);
	free(source->merge);
	close(source->fd);
}
