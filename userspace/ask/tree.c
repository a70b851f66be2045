// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: tree
 *
 * Processes and their descendants, as far as records tell: each names its process and
 * the parent. Nothing is known of a process that made no call, nor of its children
 * once it is gone; the recorder's filter knows of all forks. Processes that were there
 * when following began are read from /proc.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/tree.h"

#define MIN_ROOM	64
#define MAX_PROCESSES	4194304		/* the kernel's PID_MAX_LIMIT */

/* The place of @pid, or the free place for it; there is room. */
static struct ask_process *place(const struct ask_tree *tree, u32 pid)
{
	u32 i = pid * 2654435769U;

	for (;; i++) {
		struct ask_process *at = &tree->processes[i & (tree->room - 1)];

		if (!at->pid || at->pid == pid)
			return at;
	}
}

static bool grow(struct ask_tree *tree)
{
	struct ask_tree grown = {
		.room = tree->room ? 2 * tree->room : MIN_ROOM,
		.nr = tree->nr,
	};
	u32 i;

	if (tree->nr >= MAX_PROCESSES)
		return false;
	grown.processes = calloc(grown.room, sizeof(*grown.processes));
	if (!grown.processes)
		return false;
	for (i = 0; i < tree->room; i++)
		if (tree->processes[i].pid)
			*place(&grown, tree->processes[i].pid) =
				tree->processes[i];
	free(tree->processes);
	*tree = grown;
	return true;
}

/**
 * ask_tree_tests() - tests that hold for a process
 * @tree: may be empty
 * @pid: of the process, numbered as in records; 0 is none
 *
 * Return: a bit for each.
 */
u64 ask_tree_tests(const struct ask_tree *tree, u32 pid)
{
	return tree->room && pid ? place(tree, pid)->tests : 0;
}

/**
 * ask_tree_add() - note that tests hold for a process
 * @tree: zeroed at first; grows
 * @pid: of the process; 0 is none, and nothing is done
 * @tests: a bit for each; those that hold already stay
 *
 * Return: false when memory is short, or there are too many.
 */
bool ask_tree_add(struct ask_tree *tree, u32 pid, u64 tests)
{
	struct ask_process *at;

	if (!pid)
		return true;
	if (2 * tree->nr >= tree->room && !grow(tree))
		return false;
	at = place(tree, pid);
	tree->nr += !at->pid;
	at->pid = pid;
	at->tests |= tests;
	return true;
}

/**
 * ask_tree_see() - a record shows a process
 * @tree: gets it with the tests of its parent, unless memory is short
 * @pid: of the process
 * @ppid: of its parent
 *
 * Return: whether tests hold for it that did not before.
 */
bool ask_tree_see(struct ask_tree *tree, u32 pid, u32 ppid)
{
	u64 tests = ask_tree_tests(tree, ppid);

	return (tests & ~ask_tree_tests(tree, pid)) &&
	       ask_tree_add(tree, pid, tests);
}

/* False when it is not a process, or gone. */
static bool parent_of(const char *proc, const char *pid, u32 *ppid)
{
	char path[512], line[512];
	const char *end;
	FILE *file;
	bool good;

	snprintf(path, sizeof(path), "%s/%s/stat", proc, pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	good = fgets(line, sizeof(line), file);
	fclose(file);
	/* The name may hold anything, even parentheses and blanks. */
	end = good ? strrchr(line, ')') : NULL;
	return end && sscanf(end, ") %*c %u", ppid) == 1;
}

/**
 * ask_tree_present() - find the processes that are there now
 * @tree: has the processes whose children are wanted, and gets the children
 * @proc: where the kernel lists processes: "/proc", except in tests
 *
 * Numbers wrap, so a child may be listed before its parent: the list is read until it
 * shows nobody new.
 *
 * Return: false when that cannot be read.
 */
bool ask_tree_present(struct ask_tree *tree, const char *proc)
{
	struct dirent *entry;
	bool more = true;
	u32 ppid;
	DIR *dir;

	while (more) {
		dir = opendir(proc);
		if (!dir)
			return false;
		more = false;
		while ((entry = readdir(dir)))
			if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
			    parent_of(proc, entry->d_name, &ppid) &&
			    ask_tree_see(tree, atoi(entry->d_name), ppid))
				more = true;
		closedir(dir);
	}
	return true;
}

/**
 * ask_tree_free() - free the memory of a tree
 * @tree: zeroed or filled
 */
void ask_tree_free(struct ask_tree *tree)
{
	free(tree->processes);
}
