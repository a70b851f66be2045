// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: heap
 *
 * Most commands run for some hundredths of a second, in which they touch each page of
 * memory for the first time. In a virtual machine one such page may take as long as a
 * hundred records. So the heap begins with huge pages: all buffers together fit into
 * one or two of them.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/heap.h"

#define HUGE_BYTES	((uintptr_t)2 << 20)	/* the size on most machines */
#define BEGIN_BYTES	(16 << 20)
#define FIRST_BYTES	(256 << 10)	/* before these, and not used */
#define PAGE_BYTES	4096

/**
 * heap_in_huge_pages() - let malloc() begin with memory in huge pages
 *
 * To be called before anything large is allocated, by a program, not by a library. If
 * the kernel has no such pages, or malloc() is not the GNU C library's, it changes
 * nothing.
 */
void heap_in_huge_pages(void)
{
#ifdef __GLIBC__
	uintptr_t end = (uintptr_t)sbrk(0);
	uintptr_t begin = (end + FIRST_BYTES + HUGE_BYTES - 1) & -HUGE_BYTES;
	static void *first;

	if (sbrk(begin - FIRST_BYTES - end) == (void *)-1)
		return;
	/* Larger blocks get mappings of their own, in which they can grow. */
	mallopt(M_MMAP_THRESHOLD, HUGE_BYTES);
	mallopt(M_TRIM_THRESHOLD, 2 * BEGIN_BYTES);
	mallopt(M_TOP_PAD, BEGIN_BYTES);
	/* More than is left of what libraries allocated before main(). */
	first = malloc(FIRST_BYTES - PAGE_BYTES);
	if (first && malloc_usable_size(first))
		madvise((void *)begin, BEGIN_BYTES, MADV_HUGEPAGE);
	mallopt(M_TOP_PAD, 0);
#endif
}
