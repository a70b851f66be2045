/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rings of all CPUs: memory, mapping, and the writer's way in.
 *
 * Locking:
 *   ipct_cpu.ring	its CPU only, preemption off: traced calls run in
 *			process context, so handlers do not nest
 *   ipct_cpu.armed	set by settle.c for all CPUs, cleared by its CPU
 *   ipct_cpu.flight_armed	set by flight.c, likewise
 *   where to start	buffers.c's lock; what was got by ipct_buffers_start_get()
 *			does not change
 *   data of a ring	the callback for CPUs that come, which the kernel calls
 *			for one at a time; set once
 */
#ifndef _IPCT_BUFFERS_H
#define _IPCT_BUFFERS_H

#include <linux/irq_work.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>

#include "poison.h"
#include "compat.h"
#include "shared/ring.h"

struct ipct_merge;
struct ipct_start;
struct vm_area_struct;

/**
 * struct ipct_cpu - what a CPU needs to write a record
 * @ring: its ring
 * @armed: somebody waits for a record: the next one calls irq_work
 * @flight_armed: the next call starts the worker of flight.c
 * @events: records by type, but for those of finished and missed calls, which
 *	are counted by call
 * @wake: the way from a handler, which may not wake anybody, to settle.c
 * @tell: likewise to flight.c
 * @aside: records with IPCTRACE_TYPE_ASIDE
 */
struct ipct_cpu {
	struct ipct_ring ring;
	bool armed;
	bool flight_armed;
	aligned_u64 events[__IPCTRACE_TYPE_MAX];
	struct irq_work wake;
	struct irq_work tell;
	aligned_u64 aside;
};

DECLARE_PER_CPU_ALIGNED(struct ipct_cpu, ipct_cpu);

/**
 * ipct_buffers_reserve() - room for a record on this CPU
 * @len: see ipct_ring_reserve()
 *
 * Context: preemption off, process context.
 * Return: the room.
 */
static __always_inline void *ipct_buffers_reserve(u32 len)
{
	void *room;

	lockdep_assert_preemption_disabled();
	room = ipct_ring_reserve(this_cpu_ptr(&ipct_cpu.ring), len);
	ipct_poison_fill(room, len);
	return room;
}

/**
 * ipct_buffers_commit() - publish the record reserved last
 * @len: see ipct_ring_commit()
 *
 * Context: as ipct_buffers_reserve().
 */
static __always_inline void ipct_buffers_commit(u32 len)
{
	struct ipct_cpu *cpu = this_cpu_ptr(&ipct_cpu);

	/*
	 * SETTLE:F  the record's time before head: RING:A does it. Partner
	 * SETTLE:E. Without it what the worker counted may be newer than the
	 * time it notes.
	 */
	ipct_ring_commit(&cpu->ring, len);
	/*
	 * SETTLE:A  head and armed within one handler, with no barrier between
	 * them. Partner SETTLE:B, whose grace period waits for the whole of it
	 * or comes before the whole of it. In two sections a record could go
	 * unnoticed until the next one.
	 */
	if (unlikely(READ_ONCE(cpu->armed))) {
		WRITE_ONCE(cpu->armed, false);
		irq_work_queue(&cpu->wake);
	}
}

/**
 * ipct_buffers_count_aside() - count a record if it is written aside
 * @header: of a record that is to be published
 *
 * Context: as ipct_buffers_reserve().
 */
static __always_inline void
ipct_buffers_count_aside(const struct ipctrace_header *header)
{
	if (unlikely(header->type & IPCTRACE_TYPE_ASIDE))
		ipct_compat_count(ipct_cpu.aside);
}

/**
 * ipct_buffers_commit_event() - publish a record of anything but a finished call
 * @header: of the record reserved last
 *
 * Context: as ipct_buffers_reserve().
 */
static inline void ipct_buffers_commit_event(const struct ipctrace_header *header)
{
	ipct_compat_count(ipct_cpu.events[header->type & ~IPCTRACE_TYPE_ASIDE]);
	ipct_buffers_count_aside(header);
	ipct_buffers_commit(header->len);
}

int ipct_buffers_init(unsigned int ring_bytes);
void ipct_buffers_exit(void);

struct ipctrace_map_header *ipct_buffers_map_header(void);
void ipct_buffers_layout(struct ipctrace_hello *hello);
int ipct_buffers_mmap(struct vm_area_struct *vma);

u64 ipct_buffers_total_head(void);
int ipct_buffers_clear(void);
int ipct_buffers_start(struct ipctrace_start *start);
struct ipct_start *ipct_buffers_start_get(void);
void ipct_buffers_start_put(struct ipct_start *start);
u64 ipct_buffers_events(u32 type);
u64 ipct_buffers_aside(void);
int ipct_buffers_cpu_stats(struct ipctrace_cpu_stats *stats);
struct ipct_merge *ipct_buffers_merge(const struct ipct_start *start);
void ipct_buffers_merge_more(struct ipct_merge *merge);
u64 ipct_buffers_bytes(void);

#endif /* _IPCT_BUFFERS_H */
