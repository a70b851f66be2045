// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: sharers
 *
 * Tasks may share a list of what SEM_UNDO gives back (CLONE_SYSVSEM; all threads
 * do). The kernel gives back when the last of them leaves it, in exit_sem(). A
 * probe at the beginning of that function sees the reference count before the
 * kernel decrements it: two tasks that leave at once both find 2.
 *
 * So each task that leaves a shared list first makes a mark, with a number that
 * grows. Of all that share a list, the one with the newest mark is the last,
 * once all have made their marks. Exactly one finds this:
 *
 *  - The last to make its mark finds nobody without one. A new sharer can only
 *    come by clone() from one that is there; and as long as clone() lasts, that
 *    one has made no mark.
 *  - All others find a newer mark, or a task without one, or that their own is
 *    gone: the last takes away all marks of its list.
 *
 * Usually the reference count tells whether there is a task without a mark: it
 * counts these and the asking task, and of those with marks the few that have not
 * yet given up their reference. Only if it does not tell are all tasks looked
 * at, under RCU; then the marks of tasks that have left are also taken away. That
 * happens about log2(n) times for n tasks that leave one after the other.
 *
 * A mark has to stay until its task has given up its reference, which is after it
 * has left the list: when it has ended, or is gone. For a task that leaves and lives
 * on (unshare(), setns()) that cannot be told, so its mark stays until the task ends,
 * or until there is no room for others. Then the mark goes if the task has left the
 * list; only if the task is between two instructions of exit_sem() at that moment may
 * an undo be without its record.
 *
 * The model is tests/model/sharers.pml.
 *
 * In rare cases the kernel gives back in another task than the record names: in
 * one that left at the same moment.
 */
#include <linux/kprobes.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sem.h>
#include <linux/spinlock.h>

#include "sharers.h"

#define NR_MARKS	256	/* tasks that are between two points of exit_sem() at once */

/**
 * struct mark - a task leaves, or has left, a shared list
 * @task: the task, which may be gone: not to be looked at
 * @born: when it began, to tell it from others in the same memory
 * @list: the list of undo structures that @task shared
 * @number: the mark's; 0: no mark
 * @seen: number of the newest walk that found that @task may hold a reference
 * @lives: @task lives on
 */
struct mark {
	const struct task_struct *task;
	u64 born;
	const void *list;
	u64 number;
	u64 seen;
	bool lives;
};

static struct mark marks[NR_MARKS];
static u64 last_number;
static DEFINE_RAW_SPINLOCK(marks_lock);	/* the marks */

/* Return its number, 0 where there is no room. */
static u64 make_locked(const struct task_struct *task, const void *list)
{
	struct mark *mark;

	for (mark = marks; mark < marks + NR_MARKS; mark++) {
		if (mark->number)
			continue;
		*mark = (struct mark){
			.task = task,
			.born = task->start_boottime,
			.list = list,
			.number = ++last_number,
			.lives = !(task->flags & PF_EXITING),
		};
		return mark->number;
	}
	return 0;
}
NOKPROBE_SYMBOL(make_locked);

static unsigned int count_locked(const void *list)
{
	struct mark *mark;
	unsigned int nr = 0;

	for (mark = marks; mark < marks + NR_MARKS; mark++)
		nr += mark->number && mark->list == list;
	return nr;
}
NOKPROBE_SYMBOL(count_locked);

static void forget_locked(const void *list)
{
	struct mark *mark;

	for (mark = marks; mark < marks + NR_MARKS; mark++)
		if (mark->list == list)
			mark->number = 0;
}
NOKPROBE_SYMBOL(forget_locked);

/* Take away older marks of tasks that walk @number has not seen. */
static void prune_locked(u64 number)
{
	struct mark *mark;

	for (mark = marks; mark < marks + NR_MARKS; mark++)
		if (mark->number < number && mark->seen < number)
			mark->number = 0;
}
NOKPROBE_SYMBOL(prune_locked);

/* Is it the newest of its list? Not if it has been taken away. */
static bool is_newest_locked(u64 number, const void *list)
{
	struct mark *mark;
	u64 newest = 0;

	for (mark = marks; mark < marks + NR_MARKS; mark++)
		if (mark->list == list && mark->number > newest)
			newest = mark->number;
	return newest == number;
}
NOKPROBE_SYMBOL(is_newest_locked);

/* Is there a mark of a task that lives on? */
static bool any_lives_locked(void)
{
	struct mark *mark;

	for (mark = marks; mark < marks + NR_MARKS; mark++)
		if (mark->number && mark->lives)
			return true;
	return false;
}
NOKPROBE_SYMBOL(any_lives_locked);

/*
 * Note that a task's marks are still needed. Return: does it have one for @its, the
 * list that it shares, if any?
 */
static bool see_locked(const struct task_struct *task, const void *its,
		       u64 number, bool make_room)
{
	bool holds = !READ_ONCE(task->exit_state);
	struct mark *mark;
	bool found = false;

	for (mark = marks; mark < marks + NR_MARKS; mark++) {
		if (!mark->number || mark->task != task ||
		    mark->born != task->start_boottime)
			continue;
		found |= mark->list == its;
		if (mark->seen < number &&
		    (mark->list == its ||
		     (holds && !(make_room && mark->lives))))
			mark->seen = number;
	}
	return found;
}
NOKPROBE_SYMBOL(see_locked);

/*
 * Is there a task that shares @list and has made no mark? @number: the walk's;
 * @make_room: see prune(). Most tasks share no list, and are not about to end.
 */
static bool walk(const void *list, u64 number, bool make_room)
{
	struct task_struct *process, *task;
	bool all, any = false;
	const void *its;

	raw_spin_lock(&marks_lock);
	all = any_lives_locked();
	raw_spin_unlock(&marks_lock);
	rcu_read_lock();
	for_each_process_thread(process, task) {
		its = READ_ONCE(task->sysvsem.undo_list);
		if (!its && !all && !(READ_ONCE(task->flags) & PF_EXITING))
			continue;
		raw_spin_lock(&marks_lock);
		any |= !see_locked(task, its, number, make_room) && its == list;
		raw_spin_unlock(&marks_lock);
	}
	rcu_read_unlock();
	return any;
}
NOKPROBE_SYMBOL(walk);

/* Make room: the marks of tasks that have left are not needed any more. */
static void prune(void)
{
	u64 number;

	raw_spin_lock(&marks_lock);
	number = ++last_number;
	raw_spin_unlock(&marks_lock);
	walk(NULL, number, true);
	raw_spin_lock(&marks_lock);
	prune_locked(number);
	raw_spin_unlock(&marks_lock);
}
NOKPROBE_SYMBOL(prune);

/*
 * Make a mark. Return its number; 0: the answer is already known, and in *last.
 */
static u64 leave(const struct task_struct *task, const void *list,
		 const refcount_t *refs, bool *last)
{
	unsigned int users, others;
	u64 number = 0;

	raw_spin_lock(&marks_lock);
	users = refcount_read(refs);
	*last = users == 1;
	if (*last) {
		forget_locked(list);
	} else {
		others = count_locked(list);
		number = make_locked(task, list);
		/* There is a task without a mark, which has yet to leave. */
		if (number && users >= others + 2)
			number = 0;
		else if (!number)
			number = U64_MAX;	/* no room */
	}
	raw_spin_unlock(&marks_lock);
	return number;
}
NOKPROBE_SYMBOL(leave);

/**
 * ipct_sharers_last() - is it this task that SEM_UNDO gives back for?
 * @task: the task, which begins to leave
 * @list: its undo list
 * @refs: the list's reference count
 *
 * Context: begin of exit_sem(); preemption off. Walks all tasks now and then.
 * Return: true for exactly one of those that share the list.
 */
bool ipct_sharers_last(struct task_struct *task, const void *list,
		       const refcount_t *refs)
{
	bool last, any;
	u64 number = leave(task, list, refs, &last);

	if (number == U64_MAX) {
		prune();
		number = leave(task, list, refs, &last);
	}
	if (!number)
		return last;
	if (number == U64_MAX) {
		pr_warn_once("too many tasks exit at once: SEM_UNDO may give back without a record\n");
		return false;
	}

	any = walk(list, number, false);
	raw_spin_lock(&marks_lock);
	prune_locked(number);
	last = !any && is_newest_locked(number, list);
	if (last)
		forget_locked(list);
	raw_spin_unlock(&marks_lock);
	return last;
}
NOKPROBE_SYMBOL(ipct_sharers_last);
