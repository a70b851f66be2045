// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: buffers
 *
 * The mapping that readers get is one page for all, then for each CPU one page
 * of positions and its data. It is read-only for good.
 *
 * The pages of positions are there from load to unload. A CPU's data is there
 * from load on, or from just before the CPU came up for the first time, and until
 * unload, so that CPUs may come and go. While there is no data its head is 0, so
 * there is nothing to read.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include "buffers.h"
#include "compat.h"
#include "shared/merge.h"

DEFINE_PER_CPU_ALIGNED(struct ipct_cpu, ipct_cpu);

static struct ipctrace_map_header *map_header;
static u64 ring_bytes;
static int hotplug_state;

/*
 * By CPU. The data is NULL until the CPU comes. Whoever sees a head other than 0
 * also sees the data.
 */
static struct ring_memory {
	struct ipctrace_ring_header *header;
	void *data;
} *ring_memory;

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
		.header = ring_memory[cpu].header,
		.data = READ_ONCE(ring_memory[cpu].data),
		.bytes = ring_bytes,
	};
}

static void free_rings(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		free_page((unsigned long)ring_memory[cpu].header);
		vfree(ring_memory[cpu].data);
	}
	kvfree(ring_memory);
}

/*
 * Rings are found by number, so there is a page for every number below
 * nr_cpu_ids, of the CPU's own node.
 */
static int alloc_headers(void)
{
	unsigned int cpu;

	ring_memory = kvcalloc(nr_cpu_ids, sizeof(*ring_memory), GFP_KERNEL);
	if (!ring_memory)
		return -ENOMEM;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		int node = cpu_possible(cpu) ? cpu_to_node(cpu) : NUMA_NO_NODE;
		struct page *page;

		page = alloc_pages_node(node, GFP_KERNEL | __GFP_ZERO, 0);
		if (!page) {
			free_rings();
			return -ENOMEM;
		}
		ring_memory[cpu].header = page_address(page);
	}
	return 0;
}

/*
 * An estimate: what it lets pass may still fail. Finding out by trying would push
 * out all memory that can be reclaimed, which takes minutes and slows everybody.
 */
static bool is_hopeless(unsigned int nr_rings)
{
	return nr_rings * ring_bytes >> PAGE_SHIFT > si_mem_available();
}

/*
 * Memory of the CPU's own node, by running there, since vmalloc() takes a node
 * or flags but not both. With these flags it fails rather than have the kernel
 * kill processes for a ring.
 */
static int alloc_data(void *slot)
{
	void **data = slot;

	*data = __vmalloc(ring_bytes, GFP_KERNEL | __GFP_ZERO |
				      __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	return *data ? 0 : -ENOMEM;
}

/*
 * For each CPU that is online at load, and for each that comes, before it does.
 * Either way no other such call runs, and @cpu makes no traced call.
 */
static int prepare_cpu(unsigned int cpu)
{
	struct ring_memory *memory = &ring_memory[cpu];
	bool comes = !cpu_online(cpu);
	void *data = NULL;

	if (memory->data)
		return 0;

	if (!comes)
		smp_call_on_cpu(cpu, alloc_data, &data, false);
	else if (!is_hopeless(1))
		alloc_data(&data);
	if (!data) {
		/* At load, one message covers all. */
		if (comes)
			pr_err("no memory for the ring of CPU %u, so it stays offline: free some, or unload ipctrace or load it with a smaller ring_bytes\n",
			       cpu);
		return -ENOMEM;
	}
	/* Before head, which ipct_ring_init() releases. */
	WRITE_ONCE(memory->data, data);
	ipct_ring_init(&per_cpu_ptr(&ipct_cpu, cpu)->ring, memory->header, data,
		       ring_bytes);
	return 0;
}

static int alloc_rings(void)
{
	unsigned int cpu;
	int ret;

	if (is_hopeless(num_online_cpus()))
		return -ENOMEM;
	ret = alloc_headers();
	if (ret)
		return ret;

	/*
	 * Not by cpuhp_setup_state(): for a state of this kind many kernels, all
	 * of 5.10 among them, do not call it for the CPUs that are online.
	 */
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		ret = prepare_cpu(cpu);
		if (ret)
			break;
	}
	if (!ret)
		ret = cpuhp_setup_state_nocalls_cpuslocked(CPUHP_BP_PREPARE_DYN,
							   "ipctrace:prepare",
							   prepare_cpu, NULL);
	cpus_read_unlock();
	if (ret < 0) {
		free_rings();
		return ret;
	}
	hotplug_state = ret;
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
 * ipct_buffers_init() - allocate the rings of CPUs that are or will be online
 * @bytes: size of each, a power of two, at least two blocks
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or what cpuhp_setup_state() returned.
 */
int ipct_buffers_init(unsigned int bytes)
{
	int ret = -ENOMEM;

	ring_bytes = bytes;
	map_header = (void *)get_zeroed_page(GFP_KERNEL);
	if (!map_header)
		return -ENOMEM;
	newest_start = alloc_start();
	if (!newest_start)
		goto free_header;

	ret = alloc_rings();
	if (!ret)
		return 0;

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
	cpuhp_remove_state_nocalls(hotplug_state);
	free_rings();
	kvfree(newest_start);
	free_page((unsigned long)map_header);
}

/**
 * ipct_buffers_map_header() - the page shared by all rings
 */
struct ipctrace_map_header *ipct_buffers_map_header(void)
{
	return map_header;
}

static u64 map_bytes(void)
{
	return PAGE_SIZE + nr_cpu_ids * ring_stride();
}

/**
 * ipct_buffers_bytes() - memory that the rings take
 *
 * Less than is mapped while there are CPUs that never came.
 */
u64 ipct_buffers_bytes(void)
{
	u64 bytes = PAGE_SIZE * (1 + (u64)nr_cpu_ids);
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		bytes += view_of(cpu).data ? ring_bytes : 0;
	return bytes;
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
	hello->map_bytes = map_bytes();
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
		struct ipct_ring_view view = view_of(cpu);

		if (!offset)
			page = virt_to_page(view.header);
		else if (view.data)
			page = vmalloc_to_page(view.data + offset - PAGE_SIZE);
		else
			return VM_FAULT_SIGBUS;
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
	u64 pages = map_bytes() >> PAGE_SHIFT;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;

	/* So that mprotect() cannot allow it either. */
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
		struct ipctrace_ring_header *header = ring_memory[cpu].header;

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
 * ipct_buffers_start_get() - where a reader that is opened now begins
 *
 * A reader that has not begun costs no more than this.
 *
 * Context: may sleep.
 * Return: the place, to be given to ipct_buffers_start_put().
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
 * ipct_buffers_start_put() - give back where a reader begins
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

		/* Without data readers begin at the head. */
		if (view.data)
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
 * Return: 0, or -EINVAL for a CPU that cannot come.
 */
int ipct_buffers_cpu_stats(struct ipctrace_cpu_stats *stats)
{
	struct ipct_cursor newest = { }, oldest = { };
	struct ipctrace_header header;
	struct ipct_ring_view view;
	u64 lost = 0;

	if (stats->cpu >= nr_cpu_ids || !cpu_possible(stats->cpu))
		return -EINVAL;

	view = view_of(stats->cpu);
	if (view.data &&
	    (ipct_cursor_peek(&view, &oldest, &header, &lost) == -EIO ||
	     ipct_cursor_to_head(&view, &newest)))
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
 * ipct_buffers_aside() - records that were written for subscriptions only
 */
u64 ipct_buffers_aside(void)
{
	unsigned int cpu;
	u64 aside = 0;

	for_each_possible_cpu(cpu)
		aside += ipct_read_u64(&per_cpu(ipct_cpu, cpu).aside);
	return aside;
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

/**
 * ipct_buffers_merge_more() - let a reader see the data of CPUs that have come
 * @merge: its place in the rings
 *
 * To be called after reading the time up to which the rings are complete:
 * everything up to that time will be found.
 *
 * Context: any; nobody else uses @merge.
 */
void ipct_buffers_merge_more(struct ipct_merge *merge)
{
	u32 cpu;

	for (cpu = 0; cpu < merge->nr; cpu++)
		if (!merge->ring[cpu].view.data)
			merge->ring[cpu].view = view_of(cpu);
}
