// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: filter
 *
 * One filter for all: what it rejects is neither recorded nor counted as a
 * call, only as rejected. It is asked when a call begins, where it costs the
 * rejected little, and again when the call ends, if what was known at the begin
 * does not settle it: the result, the duration, an object that was made.
 *
 * A call is about the object that it works on, and about what it asks for: an id
 * or a key counts where there is no such object, too.
 *
 * A test of pid holds for a process and for those that it has forked since, and
 * they in turn: like strace -f. While there is such a test, tracepoints see all
 * forks and note the children, and see which processes are gone. If one could
 * not be noted, because there are too many or no memory, a test of pid cannot be
 * decided any more for processes that are not followed: their calls are
 * recorded, for too much is better than too little.
 */
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/ipc_namespace.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "filter.h"
#include "followed.h"
#include "gaps.h"
#include "record.h"
#include "shared/syscalls.h"

/**
 * struct filter - a filter in use
 * @expr: the expression
 * @followed: the tests of pid that hold for a process
 */
struct filter {
	struct ipct_expr expr;
	struct ipct_followed followed;
};

/*
 * ipct_filter_on - there is a filter
 */
DEFINE_STATIC_KEY_FALSE(ipct_filter_on);

static struct filter __rcu *current_filter;
static DEFINE_MUTEX(filter_lock);
static DEFINE_PER_CPU(aligned_u64, rejected);		/* calls */
static DEFINE_PER_CPU(aligned_u64, rejected_events);

/* ---- Evaluation ---------------------------------------------------------- */

/**
 * struct facts - what is known of a call or an event
 * @filter: in force, under RCU
 * @ns: IPC namespace, NULL where there is none any more
 * @calls: bits of what it is
 * @has_id: enum ipct_expr_fact: is there an id
 * @has_key: likewise
 * @id: of the object, or that was asked for
 * @key: likewise
 * @ended: the result and the duration are known
 * @failed: result
 * @duration_ns: duration
 */
struct facts {
	const struct filter *filter;
	const struct ipc_namespace *ns;
	u64 calls;
	u8 has_id;
	u8 has_key;
	s32 id;
	u32 key;
	bool ended;
	bool failed;
	u64 duration_ns;
};

/* Eight bytes of the name, with nothing behind its end. */
static u64 comm_word(unsigned int n)
{
	char name[TASK_COMM_LEN];
	u64 word;

	strscpy_pad(name, current->comm, sizeof(name));
	memcpy(&word, name + n * sizeof(word), sizeof(word));
	return word;
}

static u8 fetch(const void *context, u8 field, u64 *value)
{
	const struct facts *facts = context;

	switch (field) {
	case IPCT_EXPR_CALL:
		*value = facts->calls;
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_PID:
		*value = ipct_followed_tests(&facts->filter->followed,
					     task_tgid_nr(current));
		return *value || !READ_ONCE(facts->filter->followed.refused) ?
		       IPCT_EXPR_KNOWN : IPCT_EXPR_UNKNOWN;
	case IPCT_EXPR_UID:
		*value = __kuid_val(current_uid());
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_GID:
		*value = __kgid_val(current_gid());
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_LOGINUID:
		*value = __kuid_val(audit_get_loginuid(current));
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_COMM:
		*value = comm_word(0);
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_COMM_REST:
		*value = comm_word(1);
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_IPC_NS:
		*value = facts->ns ? facts->ns->ns.inum : 0;
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_CGROUP:
		*value = cgroup_ino(task_dfl_cgroup(current));
		return IPCT_EXPR_KNOWN;
	case IPCT_EXPR_ID:
		*value = (u32)facts->id;
		return facts->has_id;
	case IPCT_EXPR_KEY:
		*value = facts->key;
		return facts->has_key;
	case IPCT_EXPR_FAILED:
		*value = facts->failed;
		return facts->ended ? IPCT_EXPR_KNOWN : IPCT_EXPR_UNKNOWN;
	case IPCT_EXPR_DURATION:
		*value = facts->duration_ns;
		return facts->ended ? IPCT_EXPR_KNOWN : IPCT_EXPR_UNKNOWN;
	}
	return IPCT_EXPR_ABSENT;
}
NOKPROBE_SYMBOL(fetch);

static void set_object(struct facts *facts, const struct ipctrace_object *object)
{
	facts->has_id = object ? IPCT_EXPR_KNOWN : IPCT_EXPR_ABSENT;
	facts->has_key = facts->has_id;
	if (!object)
		return;
	facts->id = object->id;
	facts->key = object->key;
}
NOKPROBE_SYMBOL(set_object);

/* What is asked for is known from the begin to the end. */
static void set_asked(struct facts *facts, const struct ipct_filter_asked *asked)
{
	if (asked->by_key) {
		facts->has_key = IPCT_EXPR_KNOWN;
		facts->key = asked->number;
	} else if (asked->source == IPCT_OBJECT_ARG0 && (s32)asked->number >= 0) {
		facts->has_id = IPCT_EXPR_KNOWN;
		facts->id = asked->number;
	}
}
NOKPROBE_SYMBOL(set_asked);

/* The key of the object that has the id, before the call may remove it. */
static void set_key(struct facts *facts, u8 call, s32 id)
{
	const struct kern_ipc_perm *perm;

	facts->has_key = IPCT_EXPR_ABSENT;
	if (!(facts->filter->expr.fields & BIT(IPCT_EXPR_KEY)))
		return;
	perm = ipct_record_find(current->nsproxy->ipc_ns,
				ipct_record_idr_offset(ipct_syscalls[call].family),
				id);
	if (!perm)
		return;
	facts->has_key = IPCT_EXPR_KNOWN;
	facts->key = perm->key;
}
NOKPROBE_SYMBOL(set_key);

/**
 * ipct_filter_enter() - is a call that begins wanted?
 * @call: enum ipctrace_call_id, of the call behind ipc()
 * @probe: the probe that it hit
 * @ask: tells what the call asks for; used if the filter has to do with that
 *
 * Context: the calling task, preemption off; ipct_filter_active().
 * Return: enum ipct_filter_verdict.
 */
u8 ipct_filter_enter(u8 call, const struct ipct_probe *probe,
		     ipct_filter_ask_t ask)
{
	const struct filter *filter = rcu_dereference_sched(current_filter);
	struct ipct_filter_asked asked;
	struct ipct_expr_truth truth;
	struct facts facts = {
		.filter = filter,
		.ns = current->nsproxy->ipc_ns,
		.calls = 1ULL << call,
	};

	if (!filter)
		return IPCT_FILTER_ACCEPT;
	if (filter->expr.fields & (BIT(IPCT_EXPR_ID) | BIT(IPCT_EXPR_KEY))) {
		asked = ask(probe, call);
		/* An object that is made, or mapped, the end shows. */
		if (asked.source != IPCT_OBJECT_NONE &&
		    asked.source != IPCT_OBJECT_ARG0) {
			facts.has_id = IPCT_EXPR_UNKNOWN;
			facts.has_key = IPCT_EXPR_UNKNOWN;
		} else {
			facts.has_id = IPCT_EXPR_ABSENT;
			facts.has_key = IPCT_EXPR_ABSENT;
		}
		if (asked.source == IPCT_OBJECT_ARG0)
			set_key(&facts, call, asked.number);
		set_asked(&facts, &asked);
	}
	truth = ipct_expr_evaluate(&filter->expr, fetch, &facts);
	if (truth.may_hold)
		return truth.may_fail ? IPCT_FILTER_LATER : IPCT_FILTER_ACCEPT;
	ipct_compat_count(rejected);
	return IPCT_FILTER_REJECT;
}
NOKPROBE_SYMBOL(ipct_filter_enter);

/**
 * ipct_filter_end() - is a call that has ended wanted?
 * @call: enum ipctrace_call_id, of the call behind ipc()
 * @asked: what it asked for
 * @object: its object, or NULL
 * @ret: result
 * @duration_ns: how long it took
 *
 * Context: the calling task, preemption off; after IPCT_FILTER_LATER.
 */
bool ipct_filter_end(u8 call, const struct ipct_filter_asked *asked,
		     const struct ipctrace_object *object, s64 ret,
		     u64 duration_ns)
{
	struct facts facts = {
		.filter = rcu_dereference_sched(current_filter),
		.ns = current->nsproxy->ipc_ns,
		.calls = 1ULL << call,
		.ended = true,
		.failed = IS_ERR_VALUE((unsigned long)ret),
		.duration_ns = duration_ns,
	};

	set_object(&facts, object);
	set_asked(&facts, asked);
	if (!facts.filter ||
	    ipct_expr_evaluate(&facts.filter->expr, fetch, &facts).may_hold)
		return true;
	ipct_compat_count(rejected);
	return false;
}
NOKPROBE_SYMBOL(ipct_filter_end);

/**
 * ipct_filter_event() - is what happens without a call wanted?
 * @family: enum ipctrace_family
 * @ns: IPC namespace, or NULL
 * @object: the object, or NULL
 *
 * To a test of call it is all calls on that kind of object; it has not failed,
 * and took no time.
 *
 * Context: the task in which it happens, preemption off; ipct_filter_active().
 */
bool ipct_filter_event(u8 family, struct ipc_namespace *ns,
		       const struct ipctrace_object *object)
{
	struct facts facts = {
		.filter = rcu_dereference_sched(current_filter),
		.ns = ns,
		.calls = ipct_calls_of_family(family),
		.ended = true,
	};

	if (!facts.filter)
		return true;
	set_object(&facts, object);
	if (ipct_expr_evaluate(&facts.filter->expr, fetch, &facts).may_hold)
		return true;
	ipct_compat_count(rejected_events);
	return false;
}
NOKPROBE_SYMBOL(ipct_filter_event);

/**
 * ipct_filter_rejected_calls() - calls that a CPU did not record
 * @cpu: a possible CPU
 */
u64 ipct_filter_rejected_calls(u32 cpu)
{
	return ipct_read_u64(&per_cpu(rejected, cpu));
}

/**
 * ipct_filter_rejected() - calls and events that a CPU did not record
 * @cpu: a possible CPU
 */
u64 ipct_filter_rejected(u32 cpu)
{
	return ipct_filter_rejected_calls(cpu) +
	       ipct_read_u64(&per_cpu(rejected_events, cpu));
}

/* ---- Processes ----------------------------------------------------------- */

static struct tracepoint *fork_tracepoint, *free_tracepoint;

static void note_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "sched_process_fork"))
		fork_tracepoint = tracepoint;
	else if (!strcmp(tracepoint->name, "sched_process_free"))
		free_tracepoint = tracepoint;
}

/* Loudly: the filter is not what it was. */
static void refuse(struct filter *filter, struct task_struct *task)
{
	ipct_followed_refuse(&filter->followed);
	pr_warn_ratelimited("process %d cannot be followed, there are too many: calls of all that are not are recorded until the filter is set again\n",
			    task_tgid_nr(task));
}

/* Who has the number now is another than who had it. */
static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	struct filter *filter = data;
	u64 tests;

	if (!thread_group_leader(child))
		return;
	rcu_read_lock();
	tests = ipct_followed_tests(&filter->followed, task_tgid_nr(parent));
	if ((tests || ipct_followed_tests(&filter->followed,
					  task_tgid_nr(child))) &&
	    ipct_followed_set(&filter->followed, task_tgid_nr(child),
			      child->signal, tests))
		refuse(filter, child);
	rcu_read_unlock();
}

/*
 * A task is gone, and its parent knows. What a process does when it ends, after
 * sched_process_exit, is before that.
 */
static void on_free(void *data, struct task_struct *task)
{
	struct filter *filter = data;

	if (!READ_ONCE(task->signal->nr_threads))
		ipct_followed_remove(&filter->followed, task_tgid_nr(task),
				     task->signal);
}

/* Tests of pid that name a process. */
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
 * Those that name it, or hold for its parent, which has been looked at before:
 * processes are listed in the order of their forks.
 */
static u64 tests_of(struct filter *filter, struct task_struct *task)
{
	struct task_struct *parent = rcu_dereference(task->real_parent);

	return tests_that_name(&filter->expr, task_tgid_nr(task)) |
	       ipct_followed_tests(&filter->followed, task_tgid_nr(parent));
}

/* Whoever is found is not freed, and so not removed, before it is noted. */
static int follow_present(struct filter *filter, bool all)
{
	struct task_struct *task;
	int ret = 0;
	u64 tests;

	rcu_read_lock();
	for_each_process(task) {
		tests = tests_of(filter, task);
		if (!tests)
			continue;
		ret = ipct_followed_set(&filter->followed, task_tgid_nr(task),
					task->signal, tests);
		if (!ret)
			continue;
		if (!all)
			break;
		refuse(filter, task);
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

static void unfollow(struct filter *filter)
{
	tracepoint_probe_unregister(fork_tracepoint, on_fork, filter);
	tracepoint_probe_unregister(free_tracepoint, on_free, filter);
	tracepoint_synchronize_unregister();
}

static int watch_processes(struct filter *filter)
{
	int ret;

	if (!fork_tracepoint || !free_tracepoint)
		for_each_kernel_tracepoint(note_tracepoint, NULL);
	if (!fork_tracepoint || !free_tracepoint)
		return -EOPNOTSUPP;
	ret = tracepoint_probe_register(free_tracepoint, on_free, filter);
	if (ret)
		return ret;
	ret = tracepoint_probe_register(fork_tracepoint, on_fork, filter);
	if (ret) {
		tracepoint_probe_unregister(free_tracepoint, on_free, filter);
		tracepoint_synchronize_unregister();
	}
	return ret;
}

/*
 * Forks are seen from the moment that processes are looked at: a child is
 * noted by the one or by the other.
 */
static int follow(struct filter *filter)
{
	int ret;

	if (!filter->expr.nr_pids)
		return 0;
	ret = watch_processes(filter);
	if (ret)
		return ret;
	do {
		ret = ipct_followed_reserve(&filter->followed);
		if (!ret || ret == -EUSERS)
			ret = follow_present(filter, ret);
	} while (ret == -ENOSPC);
	if (ret)
		unfollow(filter);
	return ret;
}

static void destroy(struct filter *filter)
{
	if (!filter)
		return;
	if (filter->expr.nr_pids)
		unfollow(filter);
	ipct_followed_destroy(&filter->followed);
	kvfree(filter);
}

/* ---- Which it is --------------------------------------------------------- */

static const char *text_of(const struct filter *filter)
{
	return filter ? filter->expr.text : "";
}

/* Return: the former one, which nobody uses any more. */
static struct filter *replace(struct filter *filter)
{
	struct filter *old =
		rcu_dereference_protected(current_filter,
					  lockdep_is_held(&filter_lock));

	rcu_assign_pointer(current_filter, filter);
	if (filter && !old)
		static_branch_inc(&ipct_filter_on);
	else if (!filter && old)
		static_branch_dec(&ipct_filter_on);
	synchronize_rcu();
	return old;
}

/* The same, and what is not recorded is told: one gap ends, another begins. */
static void replace_and_tell(struct filter *filter)
{
	u64 begin_ns = ipct_gaps_now();
	struct filter *old = replace(filter);

	ipct_gaps_end(IPCTRACE_GAP_FILTER, ipct_gaps_now(), text_of(old));
	if (filter)
		ipct_gaps_begin(IPCTRACE_GAP_FILTER, begin_ns, text_of(filter));
	destroy(old);
}

/**
 * ipct_filter_set() - record only what an expression wants
 * @text: the expression; empty: everything
 * @message: out, for -EINVAL: what is wrong with it
 * @position: out, for -EINVAL: where, from 0
 *
 * Calls in flight that were wanted, and for which that was settled, still leave
 * their records.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for a mistake, -ENOMEM, or -EOPNOTSUPP when this kernel
 * does not tell of forks and @text tests pid; then nothing has changed.
 */
int ipct_filter_set(const char *text, const char **message, u32 *position)
{
	struct filter *filter = kvzalloc(sizeof(*filter), GFP_KERNEL);
	int ret;

	if (!filter)
		return -ENOMEM;
	ipct_followed_init(&filter->followed);
	ret = ipct_expr_parse(&filter->expr, text, message);
	if (ret) {
		*position = ret - 1;
		kvfree(filter);
		return -EINVAL;
	}
	ret = follow(filter);
	if (ret) {
		ipct_followed_destroy(&filter->followed);
		kvfree(filter);
		return ret;
	}
	mutex_lock(&filter_lock);
	if (filter->expr.nr_ops) {
		replace_and_tell(filter);
	} else {
		replace_and_tell(NULL);
		kvfree(filter);
	}
	mutex_unlock(&filter_lock);
	return 0;
}

/**
 * ipct_filter_hold() - have handlers ask as if there were a filter
 *
 * Context: may sleep. ipct_filter_release() must follow.
 */
void ipct_filter_hold(void)
{
	static_branch_inc(&ipct_filter_on);
}

/**
 * ipct_filter_release() - undo ipct_filter_hold()
 *
 * Context: may sleep.
 */
void ipct_filter_release(void)
{
	static_branch_dec(&ipct_filter_on);
}

/**
 * ipct_filter_text() - the expression in use
 * @text: out: room for IPCT_EXPR_TEXT_BYTES; empty when there is none
 *
 * Context: may sleep.
 */
void ipct_filter_text(char *text)
{
	const struct filter *filter;

	rcu_read_lock();
	filter = rcu_dereference(current_filter);
	strscpy(text, text_of(filter), IPCT_EXPR_TEXT_BYTES);
	rcu_read_unlock();
}

/**
 * ipct_filter_following() - the processes that tests of pid hold for
 * @following: out: how many, and how many could not be followed
 *
 * Context: may sleep.
 * Return: whether the filter in use tests pid.
 */
bool ipct_filter_following(struct ipct_filter_following *following)
{
	const struct filter *filter;
	bool ret;

	rcu_read_lock();
	filter = rcu_dereference(current_filter);
	ret = filter && filter->expr.nr_pids;
	if (ret) {
		following->processes = READ_ONCE(filter->followed.nr);
		following->refused = READ_ONCE(filter->followed.refused);
	}
	rcu_read_unlock();
	return ret;
}

/**
 * ipct_filter_exit() - no filter
 *
 * Context: may sleep.
 */
void ipct_filter_exit(void)
{
	mutex_lock(&filter_lock);
	destroy(replace(NULL));
	mutex_unlock(&filter_lock);
}
