/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of all CPUs as lines of text, for read(); see reader.c.
 *
 * Locking:
 *   ipct_reader.lock	all of the reader; process context, may sleep
 */
#ifndef _IPCT_READER_H
#define _IPCT_READER_H

#include <linux/types.h>

struct ipct_reader;

struct ipct_reader *ipct_reader_create(void);
void ipct_reader_destroy(struct ipct_reader *reader);
ssize_t ipct_reader_read(struct ipct_reader *reader, char __user *buf,
			 size_t count, u64 until_ns);
bool ipct_reader_has_text(struct ipct_reader *reader, u64 until_ns);

#endif /* _IPCT_READER_H */
