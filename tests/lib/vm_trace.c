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
	struct ipctrace_call *slot;
	size_t i;

	if (r->n == r->room) {
		r->room = r->room ? 2 * r->room : 256;
		r->v = realloc(r->v, r->room * sizeof(*r->v));
		if (!r->v)
			abort();
	}
	/* Nearly sorted already: CPUs are read one after the other. */
	for (i = r->n; i && r->v[i - 1].header.time_ns > header->time_ns; i--)
		;
	slot = &r->v[i];
	memmove(slot + 1, slot, (r->n - i) * sizeof(*slot));
	memcpy(slot, header, sizeof(*slot));
	r->n++;
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
		if (h->type == IPCTRACE_TYPE_CALL ||
		    h->type == IPCTRACE_TYPE_MISSED)
			add(t, h);
		else
			fault(t, cpu, at->pos, "a record of unknown type");
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

void vm_trace_close(struct vm_trace *t)
{
	munmap((void *)t->map, t->hello.map_bytes);
	close(t->fd);
	free(t->pending.v);
}

/* vm_trace_take - the oldest record of thread @tid that was not taken yet */
bool vm_trace_take(struct vm_trace *t, pid_t tid, struct ipctrace_call *out)
{
	struct vm_records *r = &t->pending;
	size_t i;

	vm_trace_fill(t);
	for (i = 0; i < r->n; i++) {
		if (r->v[i].tid != (uint32_t)tid)
			continue;
		*out = r->v[i];
		memmove(&r->v[i], &r->v[i + 1], (r->n - i - 1) * sizeof(*out));
		r->n--;
		return true;
	}
	return false;
}

/* vm_trace_count - records of process @tgid (0: of any) not taken yet */
size_t vm_trace_count(struct vm_trace *t, pid_t tgid)
{
	size_t i, n = 0;

	vm_trace_fill(t);
	for (i = 0; i < t->pending.n; i++)
		if (!tgid || t->pending.v[i].tgid == (uint32_t)tgid)
			n++;
	return n;
}

/* vm_trace_forget - drop what came until now, and the counts */
void vm_trace_forget(struct vm_trace *t)
{
	vm_trace_fill(t);
	t->pending.n = 0;
	memset(t->lost, 0, sizeof(t->lost));
	memset(t->read, 0, sizeof(t->read));
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
	newest = t->pending.n ? t->pending.v[t->pending.n - 1].header.time_ns : 0;
	for (tries = 0; tries < 6000; tries++) {
		if (__atomic_load_n(&map->settled_ns, __ATOMIC_ACQUIRE) >=
		    newest)
			return true;
		usleep(10000);
	}
	return false;
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
