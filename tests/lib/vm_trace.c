// SPDX-License-Identifier: GPL-2.0
/*
 * A reader of the mapped rings, written from the ABI header alone: it shares
 * nothing with the module or with the reader program, so that it can disagree
 * with them. It copies a block, and then looks whether the block was being
 * overwritten meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vm_trace.h"

#define BLOCK	((uint64_t)IPCTRACE_BLOCK_BYTES)

int vm_hello(int fd, struct ipctrace_hello *hello)
{
	memset(hello, 0, sizeof(*hello));
	hello->transport = IPCTRACE_TRANSPORT;
	hello->schema = IPCTRACE_SCHEMA;
	return ioctl(fd, IPCTRACE_IOC_HELLO, hello) ? -errno : 0;
}

static const struct ipctrace_ring_header *ring_of(const struct vm_trace *t,
						  unsigned int cpu)
{
	return (const void *)(t->map + t->hello.header_bytes +
			      cpu * t->hello.ring_stride_bytes);
}

static const uint8_t *data_of(const struct vm_trace *t, unsigned int cpu)
{
	return (const uint8_t *)ring_of(t, cpu) + t->hello.header_bytes;
}

static void fault(struct vm_trace *t, unsigned int cpu, uint64_t pos,
		  const char *what)
{
	if (!t->fault[0])
		snprintf(t->fault, sizeof(t->fault), "CPU %u at %llu: %s", cpu,
			 (unsigned long long)pos, what);
}

static void add(struct vm_trace *t, const struct ipctrace_header *header)
{
	struct vm_records *r = &t->pending;
	struct ipctrace_call *copy = malloc(header->len);
	size_t i;

	if (!copy)
		abort();
	memcpy(copy, header, header->len);
	copy->header.type &= ~IPCTRACE_TYPE_ASIDE;
	if (r->n == r->room) {
		r->room = r->room ? 2 * r->room : 256;
		r->v = realloc(r->v, r->room * sizeof(*r->v));
		if (!r->v)
			abort();
	}
	/* Nearly sorted already: CPUs are read one after the other. */
	for (i = r->n; i && r->v[i - 1]->header.time_ns > header->time_ns; i--)
		;
	memmove(&r->v[i + 1], &r->v[i], (r->n - i) * sizeof(*r->v));
	r->v[i] = copy;
	r->n++;
}

/* What follows the frozen part must be parts, to the last byte. */
static bool parts_are_whole(const struct ipctrace_header *h)
{
	const uint8_t *at = (const uint8_t *)h + sizeof(struct ipctrace_call);
	const uint8_t *end = (const uint8_t *)h + h->len;
	const struct ipctrace_part *part;
	const struct ipctrace_user *user;

	for (; at < end; at += part->len) {
		part = (const void *)at;
		if (end - at < (ptrdiff_t)sizeof(*part) ||
		    part->len < sizeof(*part) || part->len % 8 ||
		    part->len > end - at || part->reserved ||
		    !part->type || part->type > IPCTRACE_PART_MAX)
			return false;
		if (part->type != IPCTRACE_PART_USER &&
		    part->type != IPCTRACE_PART_UNDO)
			continue;
		user = (const void *)at;
		if (part->len != sizeof(*user) + (user->bytes + 7) / 8 * 8)
			return false;
	}
	return true;
}

static bool type_is_known(const struct ipctrace_header *h)
{
	switch (h->type & ~IPCTRACE_TYPE_ASIDE) {
	case IPCTRACE_TYPE_CALL:
	case IPCTRACE_TYPE_MISSED:
	case IPCTRACE_TYPE_ENTER:
	case IPCTRACE_TYPE_DIED:
		return h->call <= IPCTRACE_CALL_MAX;
	case IPCTRACE_TYPE_UNDO:
	case IPCTRACE_TYPE_ATTACH:
	case IPCTRACE_TYPE_DETACH:
	case IPCTRACE_TYPE_DESTROY:
	case IPCTRACE_TYPE_GAP:
		return h->call == IPCTRACE_CALL_NONE;
	}
	return false;
}

/* Does this reader take it? */
static bool is_taken(const struct vm_trace *t, const struct ipctrace_header *h)
{
	const struct ipctrace_subscribed *part = NULL;
	struct vm_record record;

	if (!t->own)
		return !(h->type & IPCTRACE_TYPE_ASIDE);
	memcpy(&record, h, h->len);
	part = vm_part(&record, IPCTRACE_PART_SUBSCRIBED, 0);
	return part && part->mask & t->own && h->time_ns >= t->since_ns;
}

/* Records of @block, a copy of the one that holds the cursor, up to @end. */
static bool parse(struct vm_trace *t, unsigned int cpu, const uint8_t *block,
		  uint64_t end)
{
	struct vm_cursor *at = &t->at[cpu];
	const struct ipctrace_block *start = (const void *)block;
	uint64_t base = at->pos & ~(BLOCK - 1);

	if (start->pos != base) {
		fault(t, cpu, base, "a block has another's position");
		return false;
	}
	if (at->pos == base) {
		if (at->seq_known && at->seq != start->seq)
			fault(t, cpu, base, "sequence numbers do not connect");
		at->seq = start->seq;
		at->seq_known = true;
		at->pos += sizeof(*start);
	}
	while (at->pos < end) {
		const struct ipctrace_header *h =
			(const void *)(block + (at->pos - base));

		if (h->type == IPCTRACE_TYPE_PAD) {
			at->pos = base + BLOCK;
			return true;
		}
		if (h->len < sizeof(struct ipctrace_call) || h->len % 8 ||
		    at->pos + h->len > end) {
			fault(t, cpu, at->pos, "a record has a bad length");
			return false;
		}
		if (h->cpu != cpu)
			fault(t, cpu, at->pos, "a record of another CPU");
		if (!type_is_known(h))
			fault(t, cpu, at->pos, "a record of unknown type");
		else if (!parts_are_whole(h))
			fault(t, cpu, at->pos, "a record has bad parts");
		else if (is_taken(t, h))
			add(t, h);
		else
			t->aside[cpu]++;
		t->read[cpu]++;
		at->seq++;
		at->pos += h->len;
	}
	return true;
}

/* Go on at the oldest block that is there. */
static bool skip_lost(struct vm_trace *t, unsigned int cpu)
{
	const struct ipctrace_ring_header *ring = ring_of(t, cpu);
	struct vm_cursor *at = &t->at[cpu];
	struct ipctrace_block start;
	uint64_t tail, again;

	again = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	do {
		tail = again;
		memcpy(&start,
		       data_of(t, cpu) + (tail & (t->hello.ring_bytes - 1)),
		       sizeof(start));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		again = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	} while (again != tail);
	if (start.pos != tail || tail % BLOCK) {
		fault(t, cpu, tail, "the tail is not a block");
		return false;
	}
	if (at->seq_known) {
		if (start.seq < at->seq) {
			fault(t, cpu, tail, "sequence numbers go back");
			return false;
		}
		t->lost[cpu] += start.seq - at->seq;
	}
	at->pos = tail;
	at->seq = start.seq;
	at->seq_known = true;
	return true;
}

static void fill_from(struct vm_trace *t, unsigned int cpu)
{
	static uint64_t copy[BLOCK / 8];
	const struct ipctrace_ring_header *ring = ring_of(t, cpu);
	struct vm_cursor *at = &t->at[cpu];
	uint64_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);

	while (at->pos < head) {
		uint64_t base = at->pos & ~(BLOCK - 1);
		uint64_t end = head < base + BLOCK ? head : base + BLOCK;

		memcpy(copy,
		       data_of(t, cpu) + (base & (t->hello.ring_bytes - 1)),
		       end - base);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (base < __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE)) {
			if (!skip_lost(t, cpu))
				return;
			continue;
		}
		if (!parse(t, cpu, (const uint8_t *)copy, end))
			return;
	}
}

/* vm_trace_fill - read what the rings have that is new, into t->pending */
void vm_trace_fill(struct vm_trace *t)
{
	unsigned int cpu;

	for (cpu = 0; cpu < t->hello.nr_rings; cpu++)
		fill_from(t, cpu);
}

/*
 * vm_trace_open - open, agree, map, and begin
 *
 * Return: 0, or -errno of the step that failed.
 */
int vm_trace_open(struct vm_trace *t, enum vm_from from)
{
	unsigned int cpu;
	int error;

	memset(t, 0, sizeof(*t));
	t->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC);
	if (t->fd < 0)
		return -errno;
	error = vm_hello(t->fd, &t->hello);
	if (!error && t->hello.nr_rings > VM_CPUS_MAX)
		error = -E2BIG;
	if (!error) {
		t->map = mmap(NULL, t->hello.map_bytes, PROT_READ, MAP_SHARED,
			      t->fd, 0);
		if (t->map == MAP_FAILED)
			error = -errno;
	}
	if (error) {
		close(t->fd);
		return error;
	}
	for (cpu = 0; cpu < t->hello.nr_rings; cpu++) {
		struct vm_cursor *at = &t->at[cpu];

		if (from == VM_FROM_LOAD) {
			at->seq_known = true;
			continue;
		}
		at->pos = __atomic_load_n(&ring_of(t, cpu)->head,
					  __ATOMIC_ACQUIRE) & ~(BLOCK - 1);
	}
	if (from == VM_FROM_NOW)
		vm_trace_forget(t);
	return 0;
}

/*
 * vm_subscribe - take what an expression wants, and only that, from now on
 *
 * Return: 0 or -errno.
 */
int vm_subscribe(struct vm_trace *t, const char *text)
{
	struct ipctrace_subscribe asked = {
		.filter.text = (unsigned long)text,
		.filter.bytes = strlen(text) + 1,
	};

	if (ioctl(t->fd, IPCTRACE_IOC_SUBSCRIBE, &asked))
		return -errno;
	t->own = asked.mask;
	t->since_ns = asked.since_ns;
	return 0;
}

void vm_trace_close(struct vm_trace *t)
{
	vm_trace_drop(t);
	munmap((void *)t->map, t->hello.map_bytes);
	close(t->fd);
	free(t->pending.v);
}

static bool is_call(const struct ipctrace_call *c)
{
	return c->header.type == IPCTRACE_TYPE_CALL ||
	       c->header.type == IPCTRACE_TYPE_MISSED;
}

/* The record at @i, whole; it is no longer pending. */
static void take(struct vm_trace *t, size_t i, struct vm_record *out)
{
	struct vm_records *r = &t->pending;

	memcpy(out, r->v[i], r->v[i]->header.len);
	free(r->v[i]);
	memmove(&r->v[i], &r->v[i + 1], (r->n - i - 1) * sizeof(*r->v));
	r->n--;
}

/*
 * vm_trace_take_whole - the oldest call of thread @tid that was not taken yet,
 * finished or missed, with its parts
 */
bool vm_trace_take_whole(struct vm_trace *t, pid_t tid, struct vm_record *out)
{
	size_t i;

	vm_trace_fill(t);
	for (i = 0; i < t->pending.n; i++) {
		if (t->pending.v[i]->tid != (uint32_t)tid ||
		    !is_call(t->pending.v[i]))
			continue;
		take(t, i, out);
		return true;
	}
	return false;
}

/* vm_trace_take - the same without its parts */
bool vm_trace_take(struct vm_trace *t, pid_t tid, struct ipctrace_call *out)
{
	struct vm_record record;

	if (!vm_trace_take_whole(t, tid, &record))
		return false;
	*out = record.c;
	return true;
}

/*
 * vm_trace_take_event - the oldest record of @type and thread @tid (0: of any)
 * that was not taken yet
 */
bool vm_trace_take_event(struct vm_trace *t, int type, pid_t tid,
			 struct vm_record *out)
{
	size_t i;

	vm_trace_fill(t);
	for (i = 0; i < t->pending.n; i++) {
		if (t->pending.v[i]->header.type != type ||
		    (tid && t->pending.v[i]->tid != (uint32_t)tid))
			continue;
		take(t, i, out);
		return true;
	}
	return false;
}

/* vm_trace_wait_event - the same, when it comes; false if not within a minute */
bool vm_trace_wait_event(struct vm_trace *t, int type, pid_t tid,
			 struct vm_record *out)
{
	int tries;

	for (tries = 0; tries < 6000; tries++) {
		if (vm_trace_take_event(t, type, tid, out))
			return true;
		usleep(10000);
	}
	return false;
}

/* vm_trace_count - calls of process @tgid (0: of any) not taken yet */
size_t vm_trace_count(struct vm_trace *t, pid_t tgid)
{
	size_t i, n = 0;

	vm_trace_fill(t);
	for (i = 0; i < t->pending.n; i++)
		if (is_call(t->pending.v[i]) &&
		    (!tgid || t->pending.v[i]->tgid == (uint32_t)tgid))
			n++;
	return n;
}

/* vm_trace_count_events - records of @type, likewise */
size_t vm_trace_count_events(struct vm_trace *t, int type, pid_t tgid)
{
	size_t i, n = 0;

	vm_trace_fill(t);
	for (i = 0; i < t->pending.n; i++)
		if (t->pending.v[i]->header.type == type &&
		    (!tgid || t->pending.v[i]->tgid == (uint32_t)tgid))
			n++;
	return n;
}

/*
 * vm_trace_wait_count - wait until there are @n records of @type, likewise
 *
 * Return: false if there are not within a minute.
 */
bool vm_trace_wait_count(struct vm_trace *t, int type, pid_t tgid, size_t n)
{
	int tries;

	for (tries = 0; tries < 6000; tries++) {
		if (vm_trace_count_events(t, type, tgid) >= n)
			return true;
		usleep(10000);
	}
	return false;
}

/* vm_trace_drop - drop what was read and not asked for */
void vm_trace_drop(struct vm_trace *t)
{
	while (t->pending.n)
		free(t->pending.v[--t->pending.n]);
}

/* vm_trace_forget - drop what came until now, and the counts */
void vm_trace_forget(struct vm_trace *t)
{
	vm_trace_fill(t);
	vm_trace_drop(t);
	memset(t->lost, 0, sizeof(t->lost));
	memset(t->read, 0, sizeof(t->read));
	memset(t->aside, 0, sizeof(t->aside));
}

/*
 * vm_trace_settle - wait until every record that is in the rings now may be
 * read from any descriptor of the device
 *
 * Return: false if that does not come within a minute.
 */
bool vm_trace_settle(struct vm_trace *t)
{
	const struct ipctrace_map_header *map = (const void *)t->map;
	uint64_t newest;
	int tries;

	vm_trace_fill(t);
	newest = t->pending.n ? t->pending.v[t->pending.n - 1]->header.time_ns : 0;
	for (tries = 0; tries < 6000; tries++) {
		if (__atomic_load_n(&map->settled_ns, __ATOMIC_ACQUIRE) >=
		    newest)
			return true;
		usleep(10000);
	}
	return false;
}

/* vm_part - the part number @n, from 0, of those of @type; or NULL */
const void *vm_part(const struct vm_record *record, int type, int n)
{
	const uint8_t *at = record->bytes + sizeof(struct ipctrace_call);
	const uint8_t *end = record->bytes + record->c.header.len;
	const struct ipctrace_part *part;

	for (; at < end; at += part->len) {
		part = (const void *)at;
		if (part->type == type && !n--)
			return part;
	}
	return NULL;
}

/* vm_parts - how many parts there are of @type (0: of any) */
int vm_parts(const struct vm_record *record, int type)
{
	const uint8_t *at = record->bytes + sizeof(struct ipctrace_call);
	const uint8_t *end = record->bytes + record->c.header.len;
	const struct ipctrace_part *part;
	int n = 0;

	for (; at < end; at += part->len) {
		part = (const void *)at;
		n += !type || part->type == type;
	}
	return n;
}

/*
 * vm_first_arg - the key or id that a call was given
 *
 * Where the C library makes it by ipc(), the first register is which call it is.
 */
uint64_t vm_first_arg(const struct ipctrace_call *call)
{
	return call->args[call->header.flags & IPCTRACE_F_IPC ? 1 : 0];
}

/* vm_user - the memory that argument @arg led to, the part number @n of it */
const struct ipctrace_user *vm_user(const struct vm_record *record, int arg,
				    int n)
{
	const struct ipctrace_user *user;
	int i;

	for (i = 0; (user = vm_part(record, IPCTRACE_PART_USER, i)); i++)
		if (user->arg == arg && !n--)
			return user;
	return NULL;
}

/* vm_sum - total of a count by CPU */
uint64_t vm_sum(const uint64_t *by_cpu)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < VM_CPUS_MAX; i++)
		sum += by_cpu[i];
	return sum;
}
