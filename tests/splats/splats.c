// SPDX-License-Identifier: GPL-2.0
/*
 * One mistake of each kind that a checker of the debug kernels is there to
 * notice. kind=NAME makes it; splats.sh sees whether it was.
 */
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

static char *kind;
module_param(kind, charp, 0);
MODULE_PARM_DESC(kind, "the mistake to make");

/* What the compiler cannot see through. */
static volatile unsigned int many = 100;

static void kasan(void)
{
	char *bytes = vmalloc(many);

	if (bytes)
		pr_info("%d\n", READ_ONCE(bytes[many]));
	vfree(bytes);
}

static void ubsan(void)
{
	pr_info("%d\n", 1 << many);
}

static void leak(void)
{
	char *bytes = kmalloc(many, GFP_KERNEL);

	if (bytes)
		WRITE_ONCE(*bytes, 1);
}

static void sleep_in_atomic(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static void preempt(void)
{
	pr_info("%u\n", smp_processor_id());
}

static void list(void)
{
	LIST_HEAD(head);
	struct list_head entry;

	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry);
}

static void nothing(struct work_struct *work)
{
}

static void object(void)
{
	struct delayed_work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	INIT_DELAYED_WORK(work, nothing);
	schedule_delayed_work(work, HZ);
	kfree(work);
}

static void rcu(void)
{
	static int __rcu *pointer;

	pr_info("%d\n", !rcu_dereference(pointer));
}

/* The last: lockdep then turns itself off. */
static void lock(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

/* On a realtime kernel the inner one sleeps. The last, too. */
static void nesting(void)
{
	static DEFINE_RAW_SPINLOCK(outer);
	static DEFINE_SPINLOCK(inner);

	raw_spin_lock(&outer);
	spin_lock(&inner);
	spin_unlock(&inner);
	raw_spin_unlock(&outer);
}

static unsigned int counter;

static int count(void *unused)
{
	while (!kthread_should_stop()) {
		counter++;
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	unsigned int other = cpumask_any_but(cpu_online_mask,
					     raw_smp_processor_id());
	struct task_struct *thread;
	unsigned long end = jiffies + 3 * HZ;

	if (other >= nr_cpu_ids)
		return;
	thread = kthread_run_on_cpu(count, NULL, other, "splats/%u");
	if (IS_ERR(thread))
		return;
	while (time_before(jiffies, end)) {
		counter++;
		cond_resched();
	}
	kthread_stop(thread);
	pr_info("%u\n", counter);
}

static void warning(void)
{
	WARN_ON(many);
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "kasan", kasan },
	{ "leak", leak },
	{ "list", list },
	{ "lock", lock },
	{ "nesting", nesting },
	{ "object", object },
	{ "preempt", preempt },
	{ "race", race },
	{ "rcu", rcu },
	{ "sleep", sleep_in_atomic },
	{ "ubsan", ubsan },
	{ "warning", warning },
};

static int __init splats_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (kind && !strcmp(kind, mistakes[i].name)) {
			mistakes[i].make();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit splats_exit(void)
{
}

module_init(splats_init);
module_exit(splats_exit);

MODULE_DESCRIPTION("Mistakes for checkers to notice");
MODULE_LICENSE("GPL");
