/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of malloc() in huge pages; see heap.c. */
#ifndef _IPCTRACE_HEAP_H
#define _IPCTRACE_HEAP_H

void heap_in_huge_pages(void);

#endif /* _IPCTRACE_HEAP_H */
