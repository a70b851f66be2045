// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: hook
 *
 * A kretprobe has two halves: a kprobe that sees the call enter, and a shadow
 * stack that sees it return. At a function's entry the kprobe is itself called
 * by ftrace, by way of the kprobes of the whole machine; that way is a quarter
 * of what an empty kretprobe costs. So ftrace calls the kretprobes here, which
 * are registered and never armed, and the rest is theirs as ever.
 *
 * One ftrace_ops for all of them: loading, pausing and unloading change the
 * kernel's text once, not once for each call.
 *
 * Where ftrace does not reach (a function that it cannot trace, an architecture
 * where it hands over no registers), the kretprobe's own kprobe is armed.
 *
 * Either way our handler stands before the kretprobe's. A kretprobe has a fixed
 * number of instances, one for each call in flight, and a call that finds none
 * left is not seen by the entry handler. The kernel counts those in one plain
 * integer that CPUs race for. Here each is counted exactly and leaves a record:
 * we see whether the kretprobe came to the entry handler.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "capture.h"
#include "hook.h"
#include "probes.h"

static __always_inline int enter(struct ipct_probe *probe, struct pt_regs *regs)
{
	int ret;

	__this_cpu_write(ipct_probe_counters.entered, false);
	ret = probe->chain(&probe->rp.kp, regs);
	if (unlikely(!__this_cpu_read(ipct_probe_counters.entered)))
		ipct_capture_missed(probe);
	return ret;
}

/**
 * ipct_hook_pre_handler() - a call begins, and its end may be seen
 * @kp: the kprobe of its kretprobe
 * @regs: registers
 *
 * Context: kprobe pre-handler; the calling task, preemption off.
 * Return: what the kretprobe's pre-handler returns.
 */
int ipct_hook_pre_handler(struct kprobe *kp, struct pt_regs *regs)
{
	return enter(container_of(kp, struct ipct_probe, rp.kp), regs);
}
NOKPROBE_SYMBOL(ipct_hook_pre_handler);

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_REGS

/* Probes by address: open addressing, never more than half full. */
#define NR_PLACES	(2 * roundup_pow_of_two(IPCT_NR_PROBES))
#define PLACE(ip)	((ip) / 16 % NR_PLACES)	/* how functions are aligned */

static struct {
	unsigned long ip;
	struct ipct_probe *probe;
} places[NR_PLACES];

static unsigned long ips[IPCT_NR_PROBES];
static unsigned int nr_ips;

/*
 * Nothing that this calls comes here again, for only entry points of system
 * calls do: there is no need for ftrace's protection from recursion.
 *
 * Context: the calling task.
 */
static void notrace entered(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long place = PLACE(ip);

	while (unlikely(places[place].ip != ip)) {
		if (WARN_ON_ONCE(!places[place].ip))
			return;
		place = (place + 1) % NR_PLACES;
	}
	preempt_disable_notrace();
	enter(places[place].probe, ftrace_get_regs(fregs));
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(entered);

static struct ftrace_ops ops = {
	.func = entered,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_PERMANENT,
};

/**
 * ipct_hook_add() - let ftrace call a kretprobe
 * @probe: registered, not armed
 *
 * Context: may sleep; not armed.
 * Return: false when it must be armed itself.
 */
bool ipct_hook_add(struct ipct_probe *probe)
{
	unsigned long ip = (unsigned long)probe->rp.kp.addr;
	unsigned long place = PLACE(ip);

	if (!(probe->rp.kp.flags & KPROBE_FLAG_FTRACE))
		return false;
	while (places[place].ip)
		place = (place + 1) % NR_PLACES;
	places[place].probe = probe;
	places[place].ip = ip;
	ips[nr_ips++] = ip;
	return true;
}

/**
 * ipct_hook_arm() - from now on
 *
 * Context: may sleep.
 * Return: 0 or a negative error, with nothing changed.
 */
int ipct_hook_arm(void)
{
	int ret;

	if (!nr_ips)
		return 0;
	ret = ftrace_set_filter_ips(&ops, ips, nr_ips, 0, 1);
	return ret ?: register_ftrace_function(&ops);
}

/**
 * ipct_hook_exit() - forget all
 *
 * Context: may sleep; not armed.
 */
void ipct_hook_exit(void)
{
	ftrace_free_filter(&ops);
}

/**
 * ipct_hook_disarm() - no longer; what has begun runs out
 *
 * Context: sleeps until no handler of an entry runs any more.
 * Return: 0 or a negative error, with nothing changed.
 */
int ipct_hook_disarm(void)
{
	return nr_ips ? unregister_ftrace_function(&ops) : 0;
}

#else /* CONFIG_DYNAMIC_FTRACE_WITH_REGS */

bool ipct_hook_add(struct ipct_probe *probe)
{
	return false;
}

int ipct_hook_arm(void)
{
	return 0;
}

int ipct_hook_disarm(void)
{
	return 0;
}

void ipct_hook_exit(void)
{
}

#endif /* CONFIG_DYNAMIC_FTRACE_WITH_REGS */
