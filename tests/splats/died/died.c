// SPDX-License-Identifier: GPL-2.0
/*
 * A fault of the kernel inside msgsnd(), of a task that is called "dies": it ends
 * there. died.sh sees what becomes of its call.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define ftrace_regs	pt_regs
#define FLAGS		FTRACE_OPS_FL_RECURSION_SAFE
#else
#define FLAGS		0
#endif

static int *nowhere;

static void notrace fault(unsigned long ip, unsigned long parent_ip,
			  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!strcmp(current->comm, "dies"))
		WRITE_ONCE(*nowhere, 1);
}

static struct ftrace_ops ops = { .func = fault, .flags = FLAGS };

static int __init died_init(void)
{
	int ret = ftrace_set_filter(&ops, "load_msg", strlen("load_msg"), 1);

	return ret ?: register_ftrace_function(&ops);
}

static void __exit died_exit(void)
{
	unregister_ftrace_function(&ops);
	ftrace_free_filter(&ops);
}

module_init(died_init);
module_exit(died_exit);

MODULE_DESCRIPTION("A task that dies inside a call");
MODULE_LICENSE("GPL");
