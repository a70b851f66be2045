/* SPDX-License-Identifier: GPL-2.0 */
/* Processes and their descendants; see tree.c. */
#ifndef _IPCTRACE_ASK_TREE_H
#define _IPCTRACE_ASK_TREE_H

#include "shared/portable.h"

/**
 * struct ask_process - a process
 * @pid: its number, 0: none
 * @tests: the tests that hold for it, as a set of bits
 */
struct ask_process {
	u32 pid;
	u64 tests;
};

/**
 * struct ask_tree - processes that tests hold for
 * @processes: a table, by hash of the number
 * @room: its size, a power of two, or 0
 * @nr: how many there are
 */
struct ask_tree {
	struct ask_process *processes;
	u32 room;
	u32 nr;
};

u64 ask_tree_tests(const struct ask_tree *tree, u32 pid);
bool ask_tree_add(struct ask_tree *tree, u32 pid, u64 tests);
bool ask_tree_see(struct ask_tree *tree, u32 pid, u32 ppid);
bool ask_tree_present(struct ask_tree *tree, const char *proc);
void ask_tree_free(struct ask_tree *tree);

#endif /* _IPCTRACE_ASK_TREE_H */
