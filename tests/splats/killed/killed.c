// SPDX-License-Identifier: GPL-2.0
/*
 * ftrace stops for good, as it does when it finds a fault in itself. accidents.sh
 * sees what ipctrace makes of it.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static int __init killed_init(void)
{
	/* Not exported; a kprobe knows where it is. */
	struct kprobe kp = { .symbol_name = "ftrace_kill" };
	void (*kill)(void);
	int ret = register_kprobe(&kp);

	if (ret)
		return ret;
	kill = (void *)kp.addr;
	unregister_kprobe(&kp);
	kill();
	return 0;
}

static void __exit killed_exit(void)
{
}

module_init(killed_init);
module_exit(killed_exit);

MODULE_DESCRIPTION("ftrace that stops for good");
MODULE_LICENSE("GPL");
