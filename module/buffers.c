// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: buffers
 *
 * A ring for each possible CPU, from load to unload, so that CPUs may come and
 * go. The mapping that readers get is one page for all, then for each CPU one
 * page of positions and its data. It is read-only for good.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "buffers.h"
#include "compat.h"
#include "shared/merge.h"

DEFINE_PER_CPU_ALIGNED(struct ipct_cpu, ipct_cpu);

static struct ipctrace_map_header *map_header;
static void **ring_memory;		/* by CPU: header page, then data */
static u64 ring_bytes;

/**
 * struct ipct_start - where readers begin: the beginning, or the last clear
 * @refs: readers that were opened since then, and have not begun yet
 * @at: by CPU
 */
struct ipct_start {
	refcount_t refs;
	struct ipct_cursor at[];
};

static struct ipct_start *newest_start;
static DEFINE_MUTEX(start_lock);	/* newest_start, which there is */

static u64 ring_stride(void)
{
	return PAGE_SIZE + ring_bytes;
}

static struct ipct_ring_view view_of(unsigned int cpu)
{
	return (struct ipct_ring_view){
		.header = ring_memory[cpu],
		.data = ring_memory[cpu] + PAGE_SIZE,
		.bytes = ring_bytes,
	};
}

static void free_rings(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		vfree(ring_memory[cpu]);
	kvfree(ring_memory);
}

/*
 * Memory of the CPU's own node, by running there, for vmalloc() takes a node
 * or flags but not both; and flags that rather fail than have the kernel kill
 * processes for a ring.
 */
static int alloc_ring(void *slot)
{
	void **memory = slot;

	*memory = __vmalloc(ring_stride(), GFP_KERNEL | __GFP_ZERO |
					   __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	return *memory ? 0 : -ENOMEM;
}

/*
 * Rings are found by number, so one stands for every number below nr_cpu_ids.
 * The few machines with holes in cpu_possible_mask spend memory on them.
 */
static int alloc_rings(void)
{
	unsigned int cpu;
	int ret;

	/*
	 * To find out by trying would push out all that can be, which takes
	 * minutes and slows everybody. An estimate; what it lets pass may fail
	 * all the same.
	 */
	if (nr_cpu_ids * ring_stride() >> PAGE_SHIFT > si_mem_available())
		return -ENOMEM;

	ring_memory = kvcalloc(nr_cpu_ids, sizeof(*ring_memory), GFP_KERNEL);
	if (!ring_memory)
		return -ENOMEM;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		ret = -ENXIO;
		if (cpu_online(cpu))
			ret = smp_call_on_cpu(cpu, alloc_ring,
					      &ring_memory[cpu], false);
		/* It is not online, or has just gone offline. */
		if (ret == -ENXIO)
			ret = alloc_ring(&ring_memory[cpu]);
		if (ret) {
			free_rings();
			return ret;
		}
	}
	return 0;
}

static struct ipct_start *alloc_start(void)
{
	struct ipct_start *start;

	start = kvzalloc(struct_size(start, at, nr_cpu_ids), GFP_KERNEL);
	if (start)
		refcount_set(&start->refs, 1);
	return start;
}

/**
 * ipct_buffers_init() - allocate the rings
 * @bytes: size of each, a power of two, at least two blocks
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ipct_buffers_init(unsigned int bytes)
{
	unsigned int cpu;
	int ret = -ENOMEM;

	ring_bytes = bytes;
	map_header = (void *)get_zeroed_page(GFP_KERNEL);
	if (!map_header)
		return -ENOMEM;
	newest_start = alloc_start();
	if (!newest_start)
		goto free_header;
	ret = alloc_rings();
	if (ret)
		goto free_start;

	for_each_possible_cpu(cpu) {
		struct ipct_cpu *writer = per_cpu_ptr(&ipct_cpu, cpu);

		ipct_ring_init(&writer->ring, ring_memory[cpu],
			       ring_memory[cpu] + PAGE_SIZE, ring_bytes);
	}
	return 0;

free_start:
	kvfree(newest_start);
free_header:
	free_page((unsigned long)map_header);
	return ret;
}

/**
 * ipct_buffers_exit() - free the rings
 *
 * Context: may sleep; no handler runs any more, nothing is open or mapped.
 */
void ipct_buffers_exit(void)
{
	free_rings();
	kvfree(newest_start);
	free_page((unsigned long)map_header);
}

/**
 * ipct_buffers_map_header() - the page that all rings share
 */
struct ipctrace_map_header *ipct_buffers_map_header(void)
{
	return map_header;
}

/**
 * ipct_buffers_bytes() - memory that the rings take, all of it mapped
 */
u64 ipct_buffers_bytes(void)
{
	return PAGE_SIZE + nr_cpu_ids * ring_stride();
}

/**
 * ipct_buffers_layout() - describe the mapping
 * @hello: out: what is said of rings and offsets
 */
void ipct_buffers_layout(struct ipctrace_hello *hello)
{
	hello->header_bytes = PAGE_SIZE;
	hello->nr_rings = nr_cpu_ids;
	hello->ring_bytes = ring_bytes;
	hello->ring_stride_bytes = ring_stride();
	hello->map_bytes = ipct_buffers_bytes();
}

static vm_fault_t map_fault(struct vm_fault *vmf)
{
	u64 offset = (u64)vmf->pgoff << PAGE_SHIFT;
	struct page *page;

	if (!offset) {
		page = virt_to_page(map_header);
	} else {
		u64 cpu = div64_u64_rem(offset - PAGE_SIZE, ring_stride(),
					&offset);

		page = vmalloc_to_page(ring_memory[cpu] + offset);
	}
	get_page(page);
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct map_ops = {
	.fault = map_fault,
};

/**
 * ipct_buffers_mmap() - map the rings, or a part of them
 * @vma: the mapping
 *
 * Context: may sleep; mmap_lock held for writing.
 * Return: 0, -EINVAL for a range that is not inside the layout, -EPERM for a
 * mapping that could be written or executed.
 */
int ipct_buffers_mmap(struct vm_area_struct *vma)
{
	u64 pages = ipct_buffers_bytes() >> PAGE_SHIFT;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;

	/* mprotect() finds that it may not either. */
	ipct_compat_vm_flags(vma, VM_DONTEXPAND | VM_DONTDUMP,
			     VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_ops = &map_ops;
	return 0;
}

/**
 * ipct_buffers_total_head() - position of all rings together
 *
 * Return: a number that grows with every record that is published.
 */
u64 ipct_buffers_total_head(void)
{
	unsigned int cpu;
	u64 total = 0;

	for_each_possible_cpu(cpu) {
		struct ipctrace_ring_header *header = ring_memory[cpu];

		/*
		 * SETTLE:E  head before the clock. Partner SETTLE:F. Without
		 * it the total may count a record that is newer than the time
		 * that settle() takes it for.
		 */
		total += smp_load_acquire(&header->head);
	}
	return total;
}

/**
 * ipct_buffers_start_get() - where a reader begins that is opened now
 *
 * A reader that has not begun costs no more than this.
 *
 * Context: may sleep.
 * Return: it, to be given to ipct_buffers_start_put().
 */
struct ipct_start *ipct_buffers_start_get(void)
{
	struct ipct_start *start;

	mutex_lock(&start_lock);
	start = newest_start;
	refcount_inc(&start->refs);
	mutex_unlock(&start_lock);
	return start;
}

/**
 * ipct_buffers_start_put() - no longer needed
 * @start: from ipct_buffers_start_get()
 *
 * Context: may sleep.
 */
void ipct_buffers_start_put(struct ipct_start *start)
{
	if (refcount_dec_and_test(&start->refs))
		kvfree(start);
}

/**
 * ipct_buffers_clear() - let readers that open later begin here
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int ipct_buffers_clear(void)
{
	struct ipct_start *start = alloc_start();
	unsigned int cpu;

	if (!start)
		return -ENOMEM;
	mutex_lock(&start_lock);
	for_each_possible_cpu(cpu) {
		struct ipct_ring_view view = view_of(cpu);

		ipct_cursor_to_head(&view, &start->at[cpu]);
	}
	swap(newest_start, start);
	mutex_unlock(&start_lock);
	ipct_buffers_start_put(start);
	return 0;
}

/**
 * ipct_buffers_start() - where a new reader begins in a ring
 * @start: in: cpu; out: the rest
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL for a CPU that has no ring.
 */
int ipct_buffers_start(struct ipctrace_start *start)
{
	if (start->cpu >= nr_cpu_ids)
		return -EINVAL;

	mutex_lock(&start_lock);
	start->pos = newest_start->at[start->cpu].pos;
	start->seq = newest_start->at[start->cpu].seq;
	mutex_unlock(&start_lock);
	return 0;
}

/**
 * ipct_buffers_cpu_stats() - what a CPU has written and overwritten
 * @stats: in: cpu; out: written, overwritten
 *
 * Both follow from sequence numbers in the ring; the writer counts nothing
 * for them.
 *
 * Context: any.
 * Return: 0, or -EINVAL for a CPU that has no ring.
 */
int ipct_buffers_cpu_stats(struct ipctrace_cpu_stats *stats)
{
	struct ipct_cursor newest, oldest = { };
	struct ipctrace_header header;
	struct ipct_ring_view view;
	u64 lost = 0;

	if (stats->cpu >= nr_cpu_ids || !cpu_possible(stats->cpu))
		return -EINVAL;

	view = view_of(stats->cpu);
	if (ipct_cursor_peek(&view, &oldest, &header, &lost) == -EIO ||
	    ipct_cursor_to_head(&view, &newest))
		return -EIO;
	stats->written = newest.seq;
	stats->overwritten = lost;
	return 0;
}

/**
 * ipct_buffers_events() - records of a type that is not counted by call
 * @type: enum ipctrace_type
 */
u64 ipct_buffers_events(u32 type)
{
	unsigned int cpu;
	u64 events = 0;

	for_each_possible_cpu(cpu)
		events += ipct_read_u64(&per_cpu(ipct_cpu, cpu).events[type]);
	return events;
}

/**
 * ipct_buffers_merge() - a place in all rings for a reader
 * @start: where it begins
 *
 * Context: may sleep.
 * Return: the merge, to be given to kvfree(), or NULL.
 */
struct ipct_merge *ipct_buffers_merge(const struct ipct_start *start)
{
	struct ipct_merge *merge;
	u32 cpu;

	merge = kvzalloc(struct_size(merge, ring, nr_cpu_ids),
			 GFP_KERNEL_ACCOUNT);
	if (!merge)
		return NULL;

	merge->nr = nr_cpu_ids;
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		merge->ring[cpu].view = view_of(cpu);
		merge->ring[cpu].cursor = start->at[cpu];
	}
	return merge;
}
