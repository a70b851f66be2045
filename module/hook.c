// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: hook
 *
 * A kretprobe has two halves: a kprobe that sees the call enter, and a shadow
 * stack that sees it return. At a function's entry ftrace calls the kprobe, by way
 * of the kprobes of the whole machine; that way is a quarter of what an empty
 * kretprobe costs. So here ftrace calls the probes directly. They are registered
 * and never armed; everything else they do as usual.
 *
 * One ftrace_ops for all of them: loading, pausing and unloading change the
 * kernel's text once, not once for each probe.
 *
 * Where ftrace does not reach (a function that it cannot trace, an architecture
 * where it hands over no registers), the kprobe is armed.
 *
 * Others can switch off either, and nobody is told: by kernel.ftrace_enabled, and
 * by kprobes/enabled in debugfs, which does not affect ftrace. Hence a canary for
 * each, a function of ours that has to be seen when it is called.
 *
 * Either way our handler runs before the kretprobe's. A kretprobe has a fixed
 * number of instances, one for each call in flight, and a call that finds none
 * left is not seen by the entry handler. The kernel counts those calls in one plain
 * integer that CPUs race for. Here each is counted exactly and leaves a record,
 * because we see whether the kretprobe called the entry handler.
 */
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/static_call.h>

#include "canary.h"
#include "capture.h"
#include "compat.h"
#include "creation.h"
#include "hook.h"
#include "probe.h"

/* Probes, of calls and others, and the canary */
#define NR_MAX	(IPCT_NR_PROBES + IPCT_HOOK_MAX_OTHERS + 1)

#define RELEASE_TRIES	20
#define RELEASE_WAIT_MS	50

static int none(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

/* The pre-handler that all kretprobes of a kernel have; private to it. */
DEFINE_STATIC_CALL(ipct_hook_kretprobe, none);

/* Probes that are armed themselves. */
static struct kprobe *armed[NR_MAX];
static unsigned int nr_armed;

#ifdef IPCTRACE_DEBUG
/*
 * ipct_hook_no_ftrace - arm kprobes even where ftrace reaches
 */
bool ipct_hook_no_ftrace;
#define no_ftrace	ipct_hook_no_ftrace

/*
 * ipct_hook_blind - a function whose probe does not fire, as if it were inlined
 */
char *ipct_hook_blind;

static bool is_blind(const struct kprobe *kp)
{
	return ipct_hook_blind && !strcmp(ipct_hook_blind, kp->symbol_name);
}
#else
#define no_ftrace	false

static bool is_blind(const struct kprobe *kp)
{
	return false;
}
#endif

static __always_inline int enter(struct ipct_probe *probe, struct pt_regs *regs)
{
	int ret;

	ipct_compat_count(ipct_probe_counters.calls);
	__this_cpu_write(ipct_probe_counters.entered, false);
	ret = static_call(ipct_hook_kretprobe)(&probe->rp.kp, regs);
	if (unlikely(!__this_cpu_read(ipct_probe_counters.entered)))
		ipct_capture_missed(probe);
	return ret;
}

/* Where the kprobe is armed. */
static int pre_handler(struct kprobe *kp, struct pt_regs *regs)
{
	return enter(container_of(kp, struct ipct_probe, rp.kp), regs);
}
NOKPROBE_SYMBOL(pre_handler);

/* ---- Kprobes that come and go armed ------------------------------------------ */

/*
 * Disarming can fail, for want of memory, and unregister_kprobe() does not report it:
 * the kernel would go on with a kprobe that is gone. So the kprobe is disarmed first.
 * If that fails it stays as it is, and is tried again. 0 or a negative error.
 */
static int take_away(struct kprobe *kp, bool *there)
{
	int ret = *there ? disable_kprobe(kp) : 0;

	if (!ret && *there) {
		unregister_kprobe(kp);
		*there = false;
	}
	return ret;
}

/* ---- The canary ------------------------------------------------------------- */

/*
 * How often it was seen. Not a bool: with CONFIG_UBSAN_BOOL, GCC 12 forgets that
 * READ_ONCE() of a bool reads memory.
 */
static unsigned int canary_hits;

/* Has a kprobe, and is out of ftrace's reach. Not inlined, not optimised away. */
static noinline notrace void canary(void)
{
	asm volatile("" : : : "memory");
}

static int canary_handler(struct kprobe *kp, struct pt_regs *regs)
{
	WRITE_ONCE(canary_hits, canary_hits + 1);
	return 0;
}
NOKPROBE_SYMBOL(canary_handler);

static struct kprobe canary_probe;
static bool has_canary;

/* Does the kernel call the kprobes that are armed? */
static bool canary_lives(void)
{
	unsigned int before = READ_ONCE(canary_hits);

	canary();
	return READ_ONCE(canary_hits) != before;
}

static int put_canary(void)
{
	int ret;

	if (!nr_armed)
		return 0;
	if (!has_canary) {
		canary_probe = (struct kprobe){
			.addr = (kprobe_opcode_t *)canary,
			.pre_handler = canary_handler,
		};
		ret = register_kprobe(&canary_probe);
		if (ret)
			return ret;
		has_canary = true;
	}
	if (canary_lives())
		return 0;
	take_away(&canary_probe, &has_canary);
	pr_err("kprobes are off: write 1 to kprobes/enabled in debugfs first\n");
	return -EBUSY;
}

/* ---- Switches --------------------------------------------------------------- */

/*
 * The functions behind the two files, with a kprobe each, to notice when something
 * is switched off and on again between two looks at the canaries. A kernel without
 * such a function, or that lets nobody probe it, still has the canaries.
 */
enum { SWITCH_FTRACE, SWITCH_KPROBES, NR_SWITCHES };

static struct kprobe switches[NR_SWITCHES];
static bool has_switch[NR_SWITCHES];
static unsigned int switched[NR_SWITCHES];

/* int ftrace_enable_sysctl(struct ctl_table *, int write, ...): also when read */
static int on_switch(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned int i = kp - switches;

	if (i == SWITCH_FTRACE && !(int)regs_get_kernel_argument(regs, 1))
		return 0;
	WRITE_ONCE(switched[i], switched[i] + 1);
	/*
	 * SWITCH:A  the count before the doubt. Partner SWITCH:B. Without it the
	 * doubt may be overwritten, and nobody notices.
	 */
	smp_mb();
	ipct_creation_doubt();
	return 0;
}
NOKPROBE_SYMBOL(on_switch);

static void put_switches(void)
{
	static const char *const symbols[NR_SWITCHES] = {
		[SWITCH_FTRACE] = "ftrace_enable_sysctl",
		[SWITCH_KPROBES] = "write_enabled_file_bool",
	};
	unsigned int i;

	for (i = 0; i < NR_SWITCHES; i++) {
		if (has_switch[i])
			continue;
		switches[i] = (struct kprobe){
			.symbol_name = symbols[i],
			.pre_handler = on_switch,
		};
		has_switch[i] = !register_kprobe(&switches[i]);
	}
}

/* These and the canary: 0 or the last error, with the others taken away. */
static int take_others(void)
{
	int ret = take_away(&canary_probe, &has_canary);
	unsigned int i;

	for (i = 0; i < NR_SWITCHES; i++)
		ret = take_away(&switches[i], &has_switch[i]) ?: ret;
	return ret;
}

/**
 * ipct_hook_ftrace_switched() - how often kernel.ftrace_enabled was written, with
 * any value
 *
 * Context: any.
 */
u32 ipct_hook_ftrace_switched(void)
{
	return READ_ONCE(switched[SWITCH_FTRACE]);
}

/**
 * ipct_hook_kprobes_switched() - how often kprobes/enabled in debugfs was written,
 * where any probe is an armed kprobe
 *
 * Context: any.
 */
u32 ipct_hook_kprobes_switched(void)
{
	return nr_armed ? READ_ONCE(switched[SWITCH_KPROBES]) : 0;
}

/* ---- By ftrace -------------------------------------------------------------- */

#ifdef CONFIG_KPROBES_ON_FTRACE

/* Probes by address: open addressing, never more than half full. */
#define NR_PLACES	(2 * roundup_pow_of_two(NR_MAX))
#define PLACE(ip)	((ip) / 16 % NR_PLACES)	/* how functions are aligned */

/* Arrays of their own, for the sake of the instructions that find a place. */
static unsigned long place_ip[NR_PLACES];
static struct ipct_probe *place_probe[NR_PLACES];	/* of a call, or NULL */
static struct kprobe *place_kp[NR_PLACES];

static unsigned long ips[NR_MAX];
static unsigned int nr_ips;

/*
 * Nothing that this calls is probed, so there is no need for ftrace's protection
 * from recursion.
 *
 * Context: the calling task.
 */
static void notrace entered(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops,
			    struct ipct_compat_ftrace *fregs)
{
	unsigned long place = PLACE(ip);
	struct ipct_probe *probe;

	while (unlikely(place_ip[place] != ip)) {
		if (WARN_ON_ONCE(!place_ip[place]))
			return;
		place = (place + 1) % NR_PLACES;
	}
	probe = place_probe[place];
	preempt_disable_notrace();
	if (likely(probe))
		enter(probe, ipct_compat_ftrace_regs(fregs));
	else
		place_kp[place]->pre_handler(place_kp[place],
					     ipct_compat_ftrace_regs(fregs));
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(entered);

static struct ftrace_ops ops = {
	.func = entered,
	.flags = FTRACE_OPS_FL_SAVE_REGS | IPCT_COMPAT_FTRACE_FLAGS,
};

static bool add_to_ftrace(struct kprobe *kp, struct ipct_probe *probe)
{
	unsigned long ip = (unsigned long)kp->addr;
	unsigned long place = PLACE(ip);

	if (!(kp->flags & KPROBE_FLAG_FTRACE) || no_ftrace)
		return false;
	while (place_ip[place])
		place = (place + 1) % NR_PLACES;
	place_ip[place] = ip;
	place_probe[place] = probe;
	place_kp[place] = kp;
	ips[nr_ips++] = ip;
	return true;
}

/* ---- The canary of ftrace --------------------------------------------------- */

static unsigned int ftrace_hits;

static int ftrace_canary_handler(struct kprobe *kp, struct pt_regs *regs)
{
	WRITE_ONCE(ftrace_hits, ftrace_hits + 1);
	return 0;
}
NOKPROBE_SYMBOL(ftrace_canary_handler);

/* In the table like a probe, and never armed as one. */
static struct kprobe ftrace_canary;
static bool has_ftrace_canary;

/* A kprobe, registered for a moment, tells the address where ftrace comes in. */
static void add_ftrace_canary(void)
{
	if (!nr_ips || has_ftrace_canary)
		return;
	ftrace_canary = (struct kprobe){
		.addr = (kprobe_opcode_t *)ipct_canary,
		.pre_handler = ftrace_canary_handler,
		.flags = KPROBE_FLAG_DISABLED,
	};
	if (register_kprobe(&ftrace_canary))
		return;
	has_ftrace_canary = add_to_ftrace(&ftrace_canary, NULL);
	unregister_kprobe(&ftrace_canary);
}

static bool ftrace_lives(void)
{
	unsigned int before = READ_ONCE(ftrace_hits);

	if (!has_ftrace_canary)
		return true;
	ipct_canary();
	return READ_ONCE(ftrace_hits) != before;
}

/* Has ftrace found a fault in itself? Then it changes nothing any more. */
static bool ftrace_killed(void)
{
	static struct ftrace_ops unused = { .func = entered };

	return has_ftrace_canary &&
	       ftrace_set_filter_ip(&unused, (unsigned long)ftrace_canary.addr,
				    1, 0) == -ENODEV;
}

static int disarm_ftrace(void)
{
	if (!nr_ips)
		return 0;
	/* While ftrace is off, it does not wait for handlers that are running. */
	if (!ftrace_lives())
		synchronize_rcu_tasks();
	return unregister_ftrace_function(&ops);
}

static int arm_ftrace(void)
{
	int ret;

	add_ftrace_canary();
	/* An empty filter would mean all functions. */
	if (!nr_ips)
		return 0;
	ret = ipct_compat_ftrace_filter(&ops, ips, nr_ips);
	ret = ret ?: register_ftrace_function(&ops);
	if (ret || ftrace_lives())
		return ret;
	disarm_ftrace();
	pr_err("ftrace is off: set kernel.ftrace_enabled to 1 first\n");
	return -EBUSY;
}

static void forget_ftrace(void)
{
	ipct_compat_ftrace_forget(&ops);
	memset(place_ip, 0, sizeof(place_ip));
	has_ftrace_canary = false;
	nr_ips = 0;
}

#else /* CONFIG_KPROBES_ON_FTRACE */

static bool add_to_ftrace(struct kprobe *kp, struct ipct_probe *probe)
{
	return false;
}

static bool ftrace_lives(void)
{
	return true;
}

static bool ftrace_killed(void)
{
	return false;
}

static int arm_ftrace(void)
{
	return 0;
}

static int disarm_ftrace(void)
{
	return 0;
}

static void forget_ftrace(void)
{
}

#endif /* CONFIG_KPROBES_ON_FTRACE */

/* ---- All -------------------------------------------------------------------- */

/**
 * ipct_hook_add() - take a probe into the table
 * @kp: the probe, registered and not armed
 * @probe: for a call, the probe whose kretprobe @kp is of, else NULL
 *
 * A kretprobe's own pre-handler is private to the kernel. There must be one, the
 * same for all, or the probe is refused.
 *
 * With kp.pre_handler of its own a kretprobe is shown as type k, not r, in the
 * kernel's list of kprobes; nothing else depends on it.
 *
 * Context: may sleep; not armed.
 * Return: 0 or -EOPNOTSUPP.
 */
int ipct_hook_add(struct kprobe *kp, struct ipct_probe *probe)
{
	static kprobe_pre_handler_t of_kretprobes;

	if (probe) {
		if (!of_kretprobes && kp->pre_handler) {
			of_kretprobes = kp->pre_handler;
			static_call_update(ipct_hook_kretprobe, of_kretprobes);
		}
		if (!kp->pre_handler || kp->pre_handler != of_kretprobes)
			return -EOPNOTSUPP;
		kp->pre_handler = pre_handler;
	}
	if (is_blind(kp))
		return 0;
	if (!add_to_ftrace(kp, probe))
		armed[nr_armed++] = kp;
	return 0;
}

/**
 * ipct_hook_arm() - arm all probes
 *
 * Context: may sleep.
 * Return: 0 or a negative error, with nothing changed; -EBUSY, with a line in
 * the log, if somebody has switched off what they need.
 */
int ipct_hook_arm(void)
{
	unsigned int i;
	int ret;

	ret = put_canary();
	if (ret)
		return ret;
	for (i = 0; i < nr_armed; i++) {
		ret = enable_kprobe(armed[i]);
		if (ret)
			goto undo;
	}
	ret = arm_ftrace();
	if (!ret) {
		put_switches();
		return 0;
	}
undo:
	while (i--)
		disable_kprobe(armed[i]);
	take_others();
	return ret;
}

/**
 * ipct_hook_disarm() - disarm all probes; the return of calls in flight is still seen
 *
 * Context: sleeps until no handler of an entry runs any more.
 * Return: 0 or a negative error, with nothing changed.
 */
int ipct_hook_disarm(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < nr_armed; i++) {
		ret = disable_kprobe(armed[i]);
		if (ret)
			goto undo;
	}
	ret = disarm_ftrace();
	if (!ret) {
		/* A kprobe that cannot be taken away costs nobody anything. */
		take_others();
		return 0;
	}
undo:
	while (i--)
		enable_kprobe(armed[i]);
	return ret;
}

/**
 * ipct_hook_disarmed() - probes that somebody else has disarmed meanwhile
 *
 * Context: armed.
 * Return: how many of the probes see nothing.
 */
unsigned int ipct_hook_disarmed(void)
{
	return nr_armed && !canary_lives() ? nr_armed : 0;
}

/**
 * ipct_hook_ftrace_lives() - do the probes that ftrace calls see anything?
 *
 * Armed kprobes could not replace them: on a function that ftrace reaches, a
 * kprobe goes through ftrace too.
 *
 * Context: armed; may sleep.
 */
bool ipct_hook_ftrace_lives(void)
{
	return ftrace_lives();
}

/**
 * ipct_hook_kprobes_live() - do the probes that are armed kprobes see anything?
 *
 * Context: armed; may sleep.
 */
bool ipct_hook_kprobes_live(void)
{
	return !nr_armed || canary_lives();
}

/**
 * ipct_hook_stuck() - can the probes never be disarmed again?
 *
 * Context: may sleep.
 */
bool ipct_hook_stuck(void)
{
	return ftrace_killed();
}

/**
 * ipct_hook_missed() - entries that the kernel kept from a probe
 * @kp: one that was added
 *
 * Those that came in the middle of another probe. Probes that ftrace calls have
 * none, and the kernel's count is useless for them: until 5.14 it includes the
 * faults that handlers take when they look at memory that is not there
 * (kprobe_fault_handler()).
 */
unsigned long ipct_hook_missed(const struct kprobe *kp)
{
	unsigned int i;

	for (i = 0; i < nr_armed; i++)
		if (armed[i] == kp)
			return READ_ONCE(kp->nmissed);
	return 0;
}

/* Try again to disarm what could not be disarmed: 0 or the last error. */
static int disarm_rest(void)
{
	int ret = take_others();
	unsigned int i;

	for (i = 0; i < nr_armed; i++)
		ret = disable_kprobe(armed[i]) ?: ret;
	return ret;
}

/**
 * ipct_hook_release() - nothing of this unit is armed any more
 *
 * Probes that could not be disarmed, for want of memory, are tried again for a while.
 *
 * Context: sleeps; after ipct_hook_disarm(), before the probes are unregistered.
 * Return: 0 or a negative error: the kernel still comes here.
 */
int ipct_hook_release(void)
{
	int tries = RELEASE_TRIES, ret;

	while ((ret = disarm_rest()) && --tries)
		msleep(RELEASE_WAIT_MS);
	return ret;
}

/**
 * ipct_hook_exit() - forget all probes
 *
 * Context: may sleep; released.
 */
void ipct_hook_exit(void)
{
	forget_ftrace();
	nr_armed = 0;
}
