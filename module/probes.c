// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: probes
 *
 * A kretprobe on the entry point of each call: one handler when it is entered,
 * one when it returns. ftrace calls them, so nothing else in the kernel pays
 * for them; see hook.c.
 */
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "capture.h"
#include "compat.h"
#include "creation.h"
#include "events.h"
#include "flight.h"
#include "gaps.h"
#include "hook.h"
#include "probe.h"
#include "probes.h"
#include "record.h"
#include "selftest.h"
#include "stats.h"
#include "tester.h"
#include "shared/syscalls.h"

/*
 * Instances for calls that do not block. They are in flight for as long as
 * they run, wait for a lock or a page, or are preempted.
 */
#define MAX_PROMPT	512

#ifdef IPCTRACE_DEBUG
/* Smaller in the test that makes each allocation fail, to have fewer of them. */
static unsigned int max_prompt = MAX_PROMPT;
module_param(max_prompt, uint, 0444);
MODULE_PARM_DESC(max_prompt, "instances for each call that does not block");
#else
static const unsigned int max_prompt = MAX_PROMPT;
#endif

#define IPCT_PROBE(row, function, which) \
	{ .symbol = function, .call = row, .abi = IPCTRACE_ABI_##which },
#define IPCT_PROBE_TIME32(row, function, which)				\
	{ .symbol = function, .call = row, .abi = IPCTRACE_ABI_##which,	\
	  .time32 = true },
#define IPCTRACE_CALL(id, name, fam, object, follow, blocks, entries, ...) \
	IPCT_ARCH_##entries(id, name)
static struct ipct_probe probes[] = {
#include <ipctrace/syscalls.def>
	IPCT_ARCH_TIME32(IPCTRACE_CALL_semtimedop, semtimedop)
};
#undef IPCTRACE_CALL
#undef IPCT_PROBE_TIME32
#undef IPCT_PROBE

static_assert(ARRAY_SIZE(probes) <= IPCT_NR_PROBES);

static unsigned int max_blocked;
static bool recording;
static DEFINE_MUTEX(state_lock);	/* recording, arming */

static void watch(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(watchdog, watch);

/* Registered disarmed: ipct_hook_arm() arms them all. */
static int attach(struct ipct_probe *probe)
{
	const struct ipct_syscall *row = &ipct_syscalls[probe->call];
	int ret;

	probe->index = probe - probes;
	probe->header = ipct_record_header(row->family, probe->call, probe->abi);
	probe->idr_offset = ipct_record_idr_offset(row->family);
	probe->counters = ipct_stats[probe->call];
	probe->rp = (struct kretprobe){
		.kp.symbol_name = probe->symbol,
		.kp.flags = KPROBE_FLAG_DISABLED,
		.data_size = sizeof(struct ipct_flight *),
		.maxactive = row->blocks ? max_blocked : max_prompt,
	};
	ipct_capture_handlers(probe);
	ret = register_kretprobe(&probe->rp);
	if (ret)
		return ret;

	ret = ipct_hook_add(&probe->rp.kp, probe);
	if (ret)
		unregister_kretprobe(&probe->rp);
	return ret;
}

/* The kernel's text leads here and always will: nothing may be freed. */
static void stay_for_good(void)
{
	pr_emerg("the probes cannot be disarmed: the module stays, and so does who unloads it\n");
	for (;;) {
		set_current_state(TASK_IDLE);
		schedule();
	}
}

static void detach_all(void)
{
	struct kretprobe *attached[ARRAY_SIZE(probes)];
	struct ipct_probe *probe;
	int nr = 0;

	if (ipct_hook_release())
		stay_for_good();
	for (probe = probes; probe < probes + ARRAY_SIZE(probes); probe++)
		if (ipct_probe_in_place(probe->state))
			attached[nr++] = &probe->rp;
	ipct_events_detach();
	unregister_kretprobes(attached, nr);
	ipct_hook_exit();
}

/**
 * ipct_probes_attach() - put the probes in place, for ipct_probes_resume()
 * @blocked: calls in flight to have room for, on each call that may block
 *
 * A call that this kernel lacks, or refuses a probe on, is reported and left
 * out.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or the last error when no probe could be attached.
 */
int ipct_probes_attach(unsigned int blocked)
{
	struct ipct_probe *probe;
	int nr = 0, ret = -ENOENT;

	max_blocked = blocked;
	for (probe = probes; probe < probes + ARRAY_SIZE(probes); probe++) {
		ret = attach(probe);
		probe->error = -ret;
		if (!ret) {
			probe->state = IPCTRACE_PROBE_ATTACHED;
			nr++;
			continue;
		}
		if (ret == -ENOMEM) {
			pr_err("no memory for %u calls in flight: try a smaller max_blocked\n",
			       max_blocked);
			goto detach;
		}
		probe->state = ret == -ENOENT ? IPCTRACE_PROBE_ABSENT :
						IPCTRACE_PROBE_REFUSED;
		pr_warn("%s: %s is not recorded: no probe on %s (error %d)\n",
			ret == -ENOENT ? "absent" : "refused",
			ipct_syscalls[probe->call].name, probe->symbol, -ret);
	}
	if (!nr) {
		pr_err("no System V IPC call could be probed on this kernel\n");
		return ret;
	}
	ret = ipct_events_attach();
	if (!ret)
		return 0;

detach:
	detach_all();
	return ret;
}

/**
 * ipct_probes_detach() - take the probes away
 *
 * Calls in flight go on and leave no record.
 *
 * Context: sleeps until no handler runs any more.
 */
void ipct_probes_detach(void)
{
	if (recording) {
		WRITE_ONCE(recording, false);
		cancel_delayed_work_sync(&watchdog);
		ipct_creation_forget();
		if (ipct_hook_disarm())
			stay_for_good();
	}
	cancel_delayed_work_sync(&watchdog);
	detach_all();
}

/* Make all probes fire; log those that do not, and do not rely on them. 0 or an error. */
static int test(void)
{
	struct ipct_probe *probe;
	u32 events;
	int ret;

	ret = ipct_selftest_run(probes, ARRAY_SIZE(probes), &events);
	if (ret)
		return ret;
	for (probe = probes; probe < probes + ARRAY_SIZE(probes); probe++) {
		if (!ipct_probe_in_place(probe->state))
			continue;
		probe->state = ipct_tester_fires(probe) ?
			       IPCTRACE_PROBE_ATTACHED : IPCTRACE_PROBE_SILENT;
		if (probe->state == IPCTRACE_PROBE_SILENT)
			pr_warn("%s is not recorded: the probe on %s does not fire\n",
				ipct_syscalls[probe->call].name, probe->symbol);
	}
	ipct_events_judge(events);
	return 0;
}

/**
 * struct watched - what the probes need, and others can switch off
 * @cause: enum ipctrace_gap_cause
 * @lives: does it work?
 * @switched: how often the switch was used
 * @seen: and how often that was when it was looked at last
 * @dead: it did not work when it was looked at last
 * @alive_ns: when it was last seen to work
 */
struct watched {
	u32 cause;
	bool (*lives)(void);
	u32 (*switched)(void);
	u32 seen;
	bool dead;
	u64 alive_ns;
};

static struct watched watched[] = {
	{ IPCTRACE_GAP_FTRACE, ipct_hook_ftrace_lives,
	  ipct_hook_ftrace_switched },
	{ IPCTRACE_GAP_KPROBES, ipct_hook_kprobes_live,
	  ipct_hook_kprobes_switched },
};

static bool is_switched(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(watched); i++)
		if (watched[i].dead || watched[i].seen != watched[i].switched())
			return true;
	return false;
}

/* From now on all creations are seen, unless somebody is at a switch. */
static void know(void)
{
	if (is_switched())
		return;
	ipct_events_know();
	/*
	 * SWITCH:B  what is known before the look at the counts. Partner SWITCH:A.
	 * Without it a doubt may be overwritten although the count was not seen.
	 */
	smp_mb();
	if (is_switched())
		ipct_creation_forget();
}

static void look_at(struct watched *w)
{
	u64 now_ns = ipct_gaps_now();
	u32 switched = w->switched();
	bool alive = w->lives();

	if (alive && !w->dead && switched == w->seen) {
		w->alive_ns = now_ns;
		return;
	}
	if (!w->dead) {
		WRITE_ONCE(w->dead, true);
		ipct_creation_forget();
		ipct_gaps_begin(w->cause, w->alive_ns, "");
	}
	w->seen = switched;
	if (alive && !test()) {
		WRITE_ONCE(w->dead, false);
		w->alive_ns = ipct_gaps_now();
		ipct_gaps_end(w->cause, w->alive_ns, "");
		know();
	}
}

/* If what ftrace has patched stays for good, the module must stay too. */
static void stay_if_stuck(void)
{
	static bool stays;

	if (stays || !ipct_hook_stuck())
		return;
	stays = true;
	__module_get(THIS_MODULE);
	pr_err("ftrace has stopped after a fault of its own: ipctrace cannot be paused or unloaded until the next boot\n");
}

static void watch(struct work_struct *work)
{
	size_t i;

	mutex_lock(&state_lock);
	if (recording) {
		for (i = 0; i < ARRAY_SIZE(watched); i++)
			look_at(&watched[i]);
		stay_if_stuck();
		schedule_delayed_work(&watchdog, HZ);
	}
	mutex_unlock(&state_lock);
}

/* Gaps found here name a worker as the cause: who did it is not known. */
static void look_now(void)
{
	flush_delayed_work(&watchdog);
}

static int start(void)
{
	static u32 gap = IPCTRACE_GAP_LOAD;
	u64 now_ns;
	size_t i;
	int ret;

	ret = ipct_hook_arm();
	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(watched); i++)
		watched[i].seen = watched[i].switched();
	ret = test();
	if (ret) {
		ipct_hook_disarm();
		return ret;
	}
	recording = true;
	know();
	now_ns = ipct_gaps_now();
	for (i = 0; i < ARRAY_SIZE(watched); i++)
		watched[i].alive_ns = now_ns;
	ipct_gaps_end(gap, now_ns, "");
	gap = IPCTRACE_GAP_PAUSE;
	schedule_delayed_work(&watchdog, HZ);
	return 0;
}

static int stop(void)
{
	u64 begin_ns;
	size_t i;
	int ret;

	ipct_creation_forget();
	begin_ns = ipct_gaps_now();
	ret = ipct_hook_disarm();
	if (ret) {
		stay_if_stuck();
		know();
		return ret;
	}
	recording = false;
	ipct_gaps_begin(IPCTRACE_GAP_PAUSE, begin_ns, "");
	for (i = 0; i < ARRAY_SIZE(watched); i++) {
		watched[i].dead = false;
		ipct_gaps_end(watched[i].cause, begin_ns, "");
	}
	return 0;
}

static int set_recording(bool on)
{
	int ret = 0;

	mutex_lock(&state_lock);
	if (recording != on)
		ret = on ? start() : stop();
	mutex_unlock(&state_lock);
	return ret;
}

/**
 * ipct_probes_pause() - disarm the probes: calls cost nothing until resumed
 *
 * Calls in flight still leave their record.
 *
 * Context: may sleep.
 * Return: 0 or a negative error, with nothing changed.
 */
int ipct_probes_pause(void)
{
	return set_recording(false);
}

/**
 * ipct_probes_resume() - arm the probes: start recording, or go on
 *
 * Context: may sleep.
 * Return: 0 or a negative error, with nothing changed.
 */
int ipct_probes_resume(void)
{
	return set_recording(true);
}

/**
 * ipct_probes_recording() - are calls recorded?
 *
 * Not while somebody has switched off ftrace.
 *
 * Context: may sleep.
 */
bool ipct_probes_recording(void)
{
	look_now();
	return READ_ONCE(recording) && !READ_ONCE(watched[0].dead);
}

/**
 * ipct_probes_disarmed() - probes that see nothing, though recording, because
 * somebody else has disarmed them
 *
 * Context: may sleep.
 */
unsigned int ipct_probes_disarmed(void)
{
	unsigned int nr;

	mutex_lock(&state_lock);
	nr = recording ? ipct_hook_disarmed() : 0;
	mutex_unlock(&state_lock);
	return nr;
}

/**
 * ipct_probes_describe() - what became of a probe
 * @out: in: index; out: the rest
 *
 * Context: any.
 * Return: 0, or -ENOENT for an index past the last.
 */
int ipct_probes_describe(struct ipctrace_probe *out)
{
	const struct ipct_probe *probe;
	unsigned int cpu;

	if (out->index >= ARRAY_SIZE(probes)) {
		u32 index = out->index;

		*out = (struct ipctrace_probe){ .index = index };
		return ipct_events_describe(index - ARRAY_SIZE(probes), out);
	}

	probe = &probes[out->index];
	*out = (struct ipctrace_probe){
		.index = out->index,
		.call = probe->call,
		.abi = probe->abi,
		.state = probe->state,
		.error = probe->error,
		.missed = ipct_hook_missed(&probe->rp.kp),
	};
	strscpy(out->symbol, probe->symbol, sizeof(out->symbol));
	for_each_possible_cpu(cpu) {
		const struct ipct_probe_counters *counters =
			per_cpu_ptr(&ipct_probe_counters, cpu);

		out->hits += ipct_read_u64(&counters->hits[out->index]);
		out->missed += ipct_read_u64(&counters->missed[out->index]);
	}
	return 0;
}

/**
 * ipct_probes_state_name() - enum ipctrace_probe_state as a word
 * @state: the state; there is no word for values that are not in the enum
 */
const char *ipct_probes_state_name(u8 state)
{
	static const char *const names[] = {
		[IPCTRACE_PROBE_ABSENT] = "absent",
		[IPCTRACE_PROBE_REFUSED] = "refused",
		[IPCTRACE_PROBE_ATTACHED] = "attached",
		[IPCTRACE_PROBE_SILENT] = "silent",
	};

	static_assert(ARRAY_SIZE(names) == __IPCTRACE_PROBE_STATE_MAX);
	return names[state];
}

/**
 * ipct_probes_missed_by_call() - calls of a kind that were not watched
 * @call: enum ipctrace_call_id
 */
u64 ipct_probes_missed_by_call(u32 call)
{
	struct ipctrace_probe probe = { };
	u64 missed = 0;

	for (; !ipct_probes_describe(&probe); probe.index++)
		if (probe.call == call)
			missed += probe.missed;
	return missed;
}

/**
 * ipct_probes_max_blocked() - calls in flight that a probe has room for
 */
unsigned int ipct_probes_max_blocked(void)
{
	return max_blocked;
}

/**
 * ipct_probes_bytes() - memory that the probes' instances take
 */
u64 ipct_probes_bytes(void)
{
	u64 bytes = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (ipct_probe_in_place(probes[i].state))
			bytes += (u64)probes[i].rp.maxactive *
				 (sizeof(struct kretprobe_instance) +
				  probes[i].rp.data_size);
	return bytes;
}
