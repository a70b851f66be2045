// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: empty_probe
 *
 * Probes that do nothing, on the entry points that ipctrace probes: what the
 * kernel itself asks for a probe, and so the floor that ipctrace is measured
 * against. Loading fails unless every symbol is there: rows of a table that
 * probe different calls cannot be compared.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

#include <ipctrace/ipctrace.h>

static char *kind = "kretprobe";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "kprobe, or kretprobe (entry and return handler)");

static const char *const symbols[IPCTRACE_NR_CALLS] = {
#define IPCTRACE_CALL(id, name, ...) [id] = "__x64_sys_" #name,
#include <ipctrace/syscalls.def>
#undef IPCTRACE_CALL
};

static struct kprobe kprobes[IPCTRACE_NR_CALLS];
static struct kretprobe kretprobes[IPCTRACE_NR_CALLS];

/* Context: a traced call's entry, preemption off. */
static int pre_handler(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}
NOKPROBE_SYMBOL(pre_handler);

/* Context: a traced call's entry or return, preemption off. */
static int handler(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 0;
}
NOKPROBE_SYMBOL(handler);

static int attach_kprobe(int i)
{
	kprobes[i].symbol_name = symbols[i];
	kprobes[i].pre_handler = pre_handler;
	return register_kprobe(&kprobes[i]);
}

static void detach_kprobe(int i)
{
	unregister_kprobe(&kprobes[i]);
}

static int attach_kretprobe(int i)
{
	kretprobes[i].kp.symbol_name = symbols[i];
	kretprobes[i].entry_handler = handler;
	kretprobes[i].handler = handler;
	return register_kretprobe(&kretprobes[i]);
}

static void detach_kretprobe(int i)
{
	unregister_kretprobe(&kretprobes[i]);
}

static const struct probe_ops {
	const char *kind;
	int (*attach)(int i);
	void (*detach)(int i);
} all_ops[] = {
	{
		.kind = "kprobe",
		.attach = attach_kprobe,
		.detach = detach_kprobe,
	},
	{
		.kind = "kretprobe",
		.attach = attach_kretprobe,
		.detach = detach_kretprobe,
	},
};

static const struct probe_ops *ops;

static void detach_down_from(int i)
{
	while (i--)
		ops->detach(i);
}

static int __init empty_probe_init(void)
{
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(all_ops); i++) {
		if (!strcmp(kind, all_ops[i].kind))
			ops = &all_ops[i];
	}
	if (!ops) {
		pr_err("empty_probe: kind=%s: must be kprobe or kretprobe\n",
		       kind);
		return -EINVAL;
	}

	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		ret = ops->attach(i);
		if (ret) {
			pr_err("empty_probe: %s: error %d\n", symbols[i], ret);
			detach_down_from(i);
			return ret;
		}
	}
	return 0;
}
module_init(empty_probe_init);

static void __exit empty_probe_exit(void)
{
	detach_down_from(IPCTRACE_NR_CALLS);
}
module_exit(empty_probe_exit);

MODULE_DESCRIPTION("Empty probes on the System V IPC calls");
MODULE_LICENSE("GPL");
