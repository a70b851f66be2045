// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: main
 *
 * Start in order, stop in reverse. The door is opened last and closed first;
 * the probes, which are the source of everything, are attached after all that
 * they use is there, and go before any of it does.
 */
#include <linux/log2.h>
#include <linux/module.h>

#include "access.h"
#include "btf.h"
#include "buffers.h"
#include "capture_args.h"
#include "chardev.h"
#include "clock.h"
#include "debugfs.h"
#include "filter.h"
#include "flight.h"
#include "hook.h"
#include "poison.h"
#include "probes.h"
#include "settle.h"
#include "stats.h"
#include "shared/version.h"

#define RING_MIN_BYTES		(64U << 10)
#define RING_MAX_BYTES		(1U << 30)
#define MAX_BLOCKED_MAX		(1U << 20)

static unsigned int ring_bytes = 4U << 20;
module_param(ring_bytes, uint, 0444);
MODULE_PARM_DESC(ring_bytes,
		 "bytes of records kept for each CPU: a power of two, 65536 to 1073741824 (default 4194304)");

static unsigned int max_blocked = 2048;
module_param(max_blocked, uint, 0444);
MODULE_PARM_DESC(max_blocked,
		 "calls in flight that can be watched, for each call that may block: 1 to 1048576 (default 2048)");

#ifdef IPCTRACE_DEBUG
static unsigned int fail_step;
module_param(fail_step, uint, 0444);
MODULE_PARM_DESC(fail_step, "make this step of loading fail, from 1; 0: none");

/*
 * ipct_poison - see poison.h
 */
unsigned int ipct_poison;
module_param_named(poison, ipct_poison, uint, 0444);
MODULE_PARM_DESC(poison, "byte that memory for records is filled with; 0: none");

module_param_named(no_ftrace, ipct_hook_no_ftrace, bool, 0444);
MODULE_PARM_DESC(no_ftrace, "arm kprobes, as where ftrace does not reach");

module_param_named(blind, ipct_hook_blind, charp, 0444);
MODULE_PARM_DESC(blind, "function whose probe does not fire, as if it were inlined");
#endif

/* For tests of the unwinding: is step number @step to fail? */
static int told_to_fail(unsigned int step)
{
#ifdef IPCTRACE_DEBUG
	if (step == fail_step)
		return -ENOMEM;
#endif
	return 0;
}

static unsigned int payload;
module_param(payload, uint, 0444);
MODULE_PARM_DESC(payload,
		 "bytes of each message to record: 0 to 256 (default 0: messages are private)");

static int group = -1;
module_param(group, int, 0444);
MODULE_PARM_DESC(group,
		 "number of a group that may read, without capabilities (default -1: none)");

static int check_parameters(void)
{
	if (!is_power_of_2(ring_bytes) || ring_bytes < RING_MIN_BYTES ||
	    ring_bytes > RING_MAX_BYTES) {
		pr_err("ring_bytes=%u: must be a power of two from %u to %u\n",
		       ring_bytes, RING_MIN_BYTES, RING_MAX_BYTES);
		return -EINVAL;
	}
	if (!max_blocked || max_blocked > MAX_BLOCKED_MAX) {
		pr_err("max_blocked=%u: must be from 1 to %u\n", max_blocked,
		       MAX_BLOCKED_MAX);
		return -EINVAL;
	}
	if (payload > IPCTRACE_MAX_PAYLOAD) {
		pr_err("payload=%u: must be from 0 to %u\n", payload,
		       IPCTRACE_MAX_PAYLOAD);
		return -EINVAL;
	}
	if (ipct_access_init(group)) {
		pr_err("group=%d: must be the number of a group, or -1\n",
		       group);
		return -EINVAL;
	}
	return 0;
}

static int __init ipctrace_init(void)
{
	int ret;

	ret = check_parameters();
	if (ret)
		return ret;

	ret = told_to_fail(1) ?: ipct_buffers_init(ring_bytes);
	if (ret) {
		if (ret == -ENOMEM)
			pr_err("no memory for rings of %u bytes: try a smaller ring_bytes\n",
			       ring_bytes);
		else
			pr_err("CPUs that come cannot be watched: error %d\n",
			       -ret);
		return ret;
	}
	ret = told_to_fail(2) ?: ipct_stats_init();
	if (ret)
		goto buffers;
	ret = told_to_fail(3) ?: ipct_settle_init();
	if (ret)
		goto stats;
	ret = told_to_fail(4) ?: ipct_flight_init(max_blocked);
	if (ret)
		goto settle;
	ipct_clock_init();
	ipct_args_payload = payload;
	ipct_btf_start();
	ret = told_to_fail(5) ?: ipct_probes_attach(max_blocked);
	/* Even after a failure: the worker must be done with what is undone below. */
	ipct_btf_finish();
	if (ret)
		goto clock;
	ret = told_to_fail(6) ?: ipct_probes_resume();
	if (ret) {
		/* With -EBUSY the log already says what to do. */
		if (ret != -EBUSY)
			pr_err("the probes cannot be armed: error %d\n", -ret);
		goto probes;
	}
	/* Nobody sees any of it before the last step that can fail. */
	ret = told_to_fail(7) ?: ipct_chardev_init();
	if (ret)
		goto probes;
	ipct_debugfs_init();
	return 0;

probes:
	ipct_probes_detach();
	ipct_filter_exit();
clock:
	ipct_clock_exit();
	ipct_flight_exit();
settle:
	ipct_settle_exit();
stats:
	ipct_stats_exit();
buffers:
	ipct_buffers_exit();
	return ret;
}

/*
 * The files of debugfs can go before the probes: they hold the module while they
 * are open, so none is open now.
 */
static void __exit ipctrace_exit(void)
{
	ipct_chardev_exit();
	ipct_debugfs_exit();
	ipct_probes_detach();
	ipct_filter_exit();
	ipct_clock_exit();
	ipct_flight_exit();
	ipct_settle_exit();
	ipct_stats_exit();
	ipct_buffers_exit();
}

module_init(ipctrace_init);
module_exit(ipctrace_exit);

MODULE_DESCRIPTION("Flight recorder for System V IPC");
MODULE_LICENSE("GPL");
MODULE_VERSION(IPCT_VERSION);
