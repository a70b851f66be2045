// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: forks
 *
 * Follows processes for the tests of pid of a filter: each holds for the
 * processes that it names and for all their descendants since then. While there
 * is such a filter, tracepoints see all forks and note the children, and see
 * which processes are gone.
 *
 * Once a process could not be noted, because there are too many or there is no
 * memory, a test of pid cannot be decided for processes that are not followed.
 *
 * Ordering points, a pair:
 *
 *	FORKS:A  no process, then gone (mb)		look_for_last
 *	FORKS:B  not gone, then processes (mb)		ipct_forks_look
 */
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>

#include "forks.h"
#include "settle.h"
#include "shared/expression.h"

static struct tracepoint *fork_tracepoint, *free_tracepoint;

static void note_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "sched_process_fork"))
		fork_tracepoint = tracepoint;
	else if (!strcmp(tracepoint->name, "sched_process_free"))
		free_tracepoint = tracepoint;
}

/* Logged, because the filter now lets through more than was asked for. */
static void refuse(struct ipct_forks *forks, struct task_struct *task)
{
	ipct_followed_refuse(&forks->followed);
	pr_warn_ratelimited("process %d cannot be followed, there are too many: calls of all that are not are recorded until the filter is set again\n",
			    task_tgid_nr(task));
}

static void tell(struct work_struct *work)
{
	wake_up_interruptible_all(&ipct_settle_wait);
}

/*
 * A process has been removed. On a realtime kernel nobody can be woken in a
 * tracepoint, where preemption is off.
 */
static void look_for_last(struct ipct_forks *forks)
{
	if (READ_ONCE(forks->followed.nr))
		return;
	/*
	 * FORKS:A  the number of processes before gone. Partner FORKS:B. Without
	 * it ipct_forks_look() may see the last process and clear gone for good.
	 */
	smp_mb();
	WRITE_ONCE(forks->gone, true);
	schedule_work(&forks->tell);
}

/* The child's number may be that of a member that has gone. */
static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	struct ipct_forks *forks = data;
	u64 tests, former;

	if (!thread_group_leader(child))
		return;
	rcu_read_lock();
	tests = ipct_followed_tests(&forks->followed, task_tgid_nr(parent));
	former = ipct_followed_tests(&forks->followed, task_tgid_nr(child));
	if ((tests || former) &&
	    ipct_followed_set(&forks->followed, task_tgid_nr(child),
			      child->signal, tests))
		refuse(forks, child);
	rcu_read_unlock();
	if (former && !tests)
		look_for_last(forks);
}

/*
 * A task is gone, and its parent knows. All that a process does when it ends, even
 * after sched_process_exit, comes before that.
 */
static void on_free(void *data, struct task_struct *task)
{
	struct ipct_forks *forks = data;

	if (!READ_ONCE(task->signal->nr_threads) &&
	    ipct_followed_remove(&forks->followed, task_tgid_nr(task),
				 task->signal))
		look_for_last(forks);
}

/* The tests of pid that name a process */
static u64 tests_that_name(const struct ipct_expr *expr, u64 tgid)
{
	const struct ipct_expr_op *op;
	u64 tests = 0;
	u32 i;

	for (op = expr->ops; op < expr->ops + expr->nr_ops; op++) {
		if (op->kind != IPCT_EXPR_TEST ||
		    op->field != IPCT_EXPR_PID)
			continue;
		/* The first of the values is the test's bit. */
		for (i = 1; i < op->nr; i++)
			if (expr->values[op->first + i] == tgid)
				tests |= expr->values[op->first];
	}
	return tests;
}

/*
 * The tests that name it, or hold for its parent. The parent has been looked at
 * before, since processes are listed in the order of their forks.
 */
static u64 tests_of(struct ipct_forks *forks, struct task_struct *task)
{
	struct task_struct *parent = rcu_dereference(task->real_parent);

	return tests_that_name(forks->expr, task_tgid_nr(task)) |
	       ipct_followed_tests(&forks->followed, task_tgid_nr(parent));
}

/* No process that is found is freed, and so removed, before it is noted. */
static int follow_present(struct ipct_forks *forks, bool all)
{
	struct task_struct *task;
	int ret = 0;
	u64 tests;

	rcu_read_lock();
	for_each_process(task) {
		tests = tests_of(forks, task);
		if (!tests)
			continue;
		ret = ipct_followed_set(&forks->followed, task_tgid_nr(task),
					task->signal, tests);
		if (!ret)
			continue;
		if (!all)
			break;
		refuse(forks, task);
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

static void unfollow(struct ipct_forks *forks)
{
	tracepoint_probe_unregister(fork_tracepoint, on_fork, forks);
	tracepoint_probe_unregister(free_tracepoint, on_free, forks);
	tracepoint_synchronize_unregister();
}

static int watch_processes(struct ipct_forks *forks)
{
	int ret;

	if (!fork_tracepoint || !free_tracepoint)
		for_each_kernel_tracepoint(note_tracepoint, NULL);
	if (!fork_tracepoint || !free_tracepoint)
		return -EOPNOTSUPP;
	ret = tracepoint_probe_register(free_tracepoint, on_free, forks);
	if (ret)
		return ret;
	ret = tracepoint_probe_register(fork_tracepoint, on_fork, forks);
	if (ret) {
		tracepoint_probe_unregister(free_tracepoint, on_free, forks);
		tracepoint_synchronize_unregister();
	}
	return ret;
}

static int follow(struct ipct_forks *forks)
{
	int ret = watch_processes(forks);

	if (ret)
		return ret;
	do {
		ret = ipct_followed_reserve(&forks->followed);
		if (!ret || ret == -EUSERS)
			ret = follow_present(forks, ret);
	} while (ret == -ENOSPC);
	if (ret)
		unfollow(forks);
	return ret;
}

/**
 * ipct_forks_begin() - follow the processes that an expression names
 * @forks: out: the processes that are there now, zeroed at first
 * @expr: the expression, which must outlive @forks
 *
 * Forks are seen before the processes are walked, so every child is noted by one
 * or the other.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -EOPNOTSUPP when this kernel does not report forks; then
 * there is nothing to end.
 */
int ipct_forks_begin(struct ipct_forks *forks, const struct ipct_expr *expr)
{
	int ret;

	forks->expr = expr;
	INIT_WORK(&forks->tell, tell);
	ipct_followed_init(&forks->followed);
	if (!expr->nr_pids)
		return 0;
	ret = follow(forks);
	if (ret)
		ipct_followed_destroy(&forks->followed);
	return ret;
}

/**
 * ipct_forks_look() - how many processes there are
 * @forks: when the last of them goes, @gone is set again
 *
 * Context: any.
 */
u32 ipct_forks_look(struct ipct_forks *forks)
{
	/*
	 * FORKS:B  gone before the number of processes. Partner FORKS:A. Without
	 * it nobody learns that the last one has gone.
	 */
	smp_store_mb(forks->gone, false);
	return READ_ONCE(forks->followed.nr);
}

/**
 * ipct_forks_end() - undo ipct_forks_begin()
 * @forks: nobody asks any more which tests hold
 *
 * Context: may sleep.
 */
void ipct_forks_end(struct ipct_forks *forks)
{
	if (forks->expr->nr_pids)
		unfollow(forks);
	cancel_work_sync(&forks->tell);
	ipct_followed_destroy(&forks->followed);
}
