// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: filter
 *
 * The machine has one filter, and each reader that subscribes has one of its own.
 * What none of them wants is neither recorded nor counted as a call, only as
 * rejected. Filters are asked when a call begins, so that rejected calls cost
 * little, and again when it ends if that did not settle it: then the result, the
 * duration and an object that was made are known.
 *
 * Who wants a call is a set of bits, bit 0 for the machine's filter, which wants
 * everything while there is none. A subscription has a bit as long as it lasts,
 * and a later one may get the same bit. So that nobody gets what another wanted, a
 * subscription has no calls that began before it: a bit counts only if its present
 * subscription is older than the call. A subscription is in force when all
 * handlers see it, after a grace period; the clock is read then.
 *
 * Ordering points, a pair:
 *
 *	FILTER:A  since_ns, then the clock (mb)		put_locked
 *	FILTER:B  the clock, then since_ns		older_than
 *
 * A call is about the object that it works on, and about what it asks for: an id
 * or a key counts even if there is no such object.
 *
 * A test of pid holds for a process and its descendants since then, like strace -f.
 * If it cannot be decided for processes that are not followed (forks.c), their
 * calls are recorded: too much is better than too little.
 */
#include <linux/audit.h>
#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/ipc_namespace.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "compat.h"
#include "filter.h"
#include "forks.h"
#include "gaps.h"
#include "record.h"
#include "shared/syscalls.h"

/**
 * struct filter - a filter in use
 * @expr: the expression
 * @forks: the processes that its tests of pid hold for
 * @since_ns: since when the subscription is in force, NOT_YET before
 * @told_ns: since when its reader may rely on it: all handlers see @since_ns
 */
struct filter {
	struct ipct_expr expr;
	struct ipct_forks forks;
	aligned_u64 since_ns;
	aligned_u64 told_ns;
};

#define NOT_YET		U64_MAX
#define NOW		(U64_MAX - 1)	/* later than whatever is in force */

/*
 * ipct_filter_on - there is a filter, or a subscription
 */
DEFINE_STATIC_KEY_FALSE(ipct_filter_on);

#define MACHINE		0	/* its filter's bit; others are subscriptions' */
#define NR_FILTERS	(IPCTRACE_MAX_SUBSCRIPTIONS + 1)

/* By bit. Handlers look at those that @subscribed has. */
static struct filter __rcu *filters[NR_FILTERS];
static u32 subscribed;
static DEFINE_MUTEX(filter_lock);	/* both, for changes */
static DEFINE_PER_CPU(aligned_u64, rejected);		/* calls */
static DEFINE_PER_CPU(aligned_u64, rejected_events);

static_assert(sizeof(subscribed) * BITS_PER_BYTE >= NR_FILTERS);

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

/* Eight bytes of the name, zero behind its end */
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
		*value = ipct_followed_tests(&facts->filter->forks.followed,
					     task_tgid_nr(current));
		return *value || !READ_ONCE(facts->filter->forks.followed.refused) ?
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

/* What the call asks for is known from its begin on. */
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

/* The key of the object with the id, before the call may remove it. */
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

/* What a call asks for, as far as facts->filter looks at it */
static __always_inline void learn(struct facts *facts, u8 call,
				  const struct ipct_probe *probe,
				  ipct_filter_ask_t ask)
{
	struct ipct_filter_asked asked;

	if (!(facts->filter->expr.fields &
	      (BIT(IPCT_EXPR_ID) | BIT(IPCT_EXPR_KEY))))
		return;
	asked = ask(probe, call);
	/* An object that is made or mapped is known at the end. */
	if (asked.source != IPCT_OBJECT_NONE &&
	    asked.source != IPCT_OBJECT_ARG0) {
		facts->has_id = IPCT_EXPR_UNKNOWN;
		facts->has_key = IPCT_EXPR_UNKNOWN;
	} else {
		facts->has_id = IPCT_EXPR_ABSENT;
		facts->has_key = IPCT_EXPR_ABSENT;
	}
	if (asked.source == IPCT_OBJECT_ARG0)
		set_key(facts, call, asked.number);
	set_asked(facts, &asked);
}

/* Ask facts->filter, which has a bit. */
static __always_inline void judge(struct ipct_filter_verdict *verdict, u32 bit,
				  const struct facts *facts)
{
	struct ipct_expr_truth truth =
		ipct_expr_evaluate(&facts->filter->expr, fetch, facts);

	if (truth.may_hold && truth.may_fail)
		verdict->undecided |= bit;
	else if (truth.may_hold)
		verdict->wanted |= bit;
}

static noinline void judge_others(struct ipct_filter_verdict *verdict, u32 bits,
				  struct facts *facts, u8 call,
				  const struct ipct_probe *probe,
				  ipct_filter_ask_t ask)
{
	for (; bits; bits &= bits - 1) {
		facts->filter = rcu_dereference_sched(filters[__ffs(bits)]);
		if (!facts->filter)
			continue;
		if (ask)
			learn(facts, call, probe, ask);
		judge(verdict, bits & -bits, facts);
	}
}
NOKPROBE_SYMBOL(judge_others);

/* Those of @bits whose subscriptions are older than a call, and MACHINE. */
static u32 older_than(u32 bits, u64 entered_ns)
{
	u32 older = bits & BIT(MACHINE);
	const struct filter *filter;

	/*
	 * FILTER:B  the clock, when the call began, before since_ns, in the order of
	 * the program. Partner FILTER:A. Otherwise a call may find its subscription
	 * not yet in force.
	 */
	barrier();
	for (bits &= ~BIT(MACHINE); bits; bits &= bits - 1) {
		filter = rcu_dereference_sched(filters[__ffs(bits)]);
		if (filter && ipct_read_u64(&filter->since_ns) <= entered_ns)
			older |= bits & -bits;
	}
	return older;
}
NOKPROBE_SYMBOL(older_than);

/**
 * ipct_filter_enter() - who wants a call that begins?
 * @call: enum ipctrace_call_id, of the call behind ipc()
 * @probe: the probe that it hit
 * @ask: tells what the call asks for; called only if a filter needs it
 *
 * Context: the calling task, preemption off; ipct_filter_active().
 * Return: who; nobody: it is counted as rejected.
 */
struct ipct_filter_verdict ipct_filter_enter(u8 call,
					     const struct ipct_probe *probe,
					     ipct_filter_ask_t ask)
{
	struct ipct_filter_verdict verdict = { };
	u32 others = READ_ONCE(subscribed);
	struct facts facts = {
		.filter = rcu_dereference_sched(filters[MACHINE]),
		.ns = current->nsproxy->ipc_ns,
		.calls = 1ULL << call,
	};

	if (facts.filter) {
		learn(&facts, call, probe, ask);
		judge(&verdict, BIT(MACHINE), &facts);
	} else {
		verdict.wanted = BIT(MACHINE);
	}
	if (unlikely(others))
		judge_others(&verdict, others, &facts, call, probe, ask);
	if (!(verdict.wanted | verdict.undecided))
		ipct_compat_count(rejected);
	return verdict;
}
NOKPROBE_SYMBOL(ipct_filter_enter);

/**
 * ipct_filter_end() - who wants a call that has ended?
 * @verdict: what was known when it began
 * @call: enum ipctrace_call_id, of the call behind ipc()
 * @asked: what it asked for
 * @object: its object, or NULL
 * @ret: result
 * @entered_ns: when it began
 * @duration_ns: how long it took
 *
 * Context: the calling task, preemption off; after a verdict that is not plain.
 * Return: a set of bits; 0: it is counted as rejected.
 */
u32 ipct_filter_end(struct ipct_filter_verdict verdict, u8 call,
		    const struct ipct_filter_asked *asked,
		    const struct ipctrace_object *object, s64 ret,
		    u64 entered_ns, u64 duration_ns)
{
	u32 wanted = older_than(verdict.wanted, entered_ns);
	u32 undecided = older_than(verdict.undecided, entered_ns);
	struct ipct_filter_verdict settled = { };
	struct facts facts = {
		.ns = current->nsproxy->ipc_ns,
		.calls = 1ULL << call,
		.ended = true,
		.failed = IS_ERR_VALUE((unsigned long)ret),
		.duration_ns = duration_ns,
	};

	set_object(&facts, object);
	set_asked(&facts, asked);
	if (undecided)
		judge_others(&settled, undecided, &facts, call, NULL, NULL);
	wanted |= settled.wanted | settled.undecided;
	/* The filter that could not decide is gone, and everything is wanted. */
	if ((undecided & BIT(MACHINE)) && !rcu_access_pointer(filters[MACHINE]))
		wanted |= BIT(MACHINE);
	if (!wanted)
		ipct_compat_count(rejected);
	return wanted;
}
NOKPROBE_SYMBOL(ipct_filter_end);

/**
 * ipct_filter_now() - who wants a call that has not ended, as far as is known
 * @verdict: what was known when it began
 * @entered_ns: when that was
 *
 * Context: preemption off.
 * Return: a set of bits, including those that may yet want it.
 */
u32 ipct_filter_now(struct ipct_filter_verdict verdict, u64 entered_ns)
{
	return older_than(verdict.wanted | verdict.undecided, entered_ns);
}
NOKPROBE_SYMBOL(ipct_filter_now);

/**
 * ipct_filter_reject() - count a call that nobody wants any more
 *
 * Context: preemption off, process context.
 */
void ipct_filter_reject(void)
{
	ipct_compat_count(rejected);
}
NOKPROBE_SYMBOL(ipct_filter_reject);

/**
 * ipct_filter_event() - who wants what happens without a call?
 * @family: enum ipctrace_family
 * @ns: IPC namespace, or NULL
 * @object: the object, or NULL
 *
 * A test of call takes it for every call on that kind of object; it did not fail,
 * and took no time.
 *
 * Context: the task in which it happens, preemption off; ipct_filter_active().
 * Return: a set of bits; 0: it is counted as rejected.
 */
u32 ipct_filter_event(u8 family, struct ipc_namespace *ns,
		      const struct ipctrace_object *object)
{
	u32 others = older_than(READ_ONCE(subscribed), NOW), wanted;
	struct ipct_filter_verdict verdict = { };
	struct facts facts = {
		.filter = rcu_dereference_sched(filters[MACHINE]),
		.ns = ns,
		.calls = ipct_calls_of_family(family),
		.ended = true,
	};

	set_object(&facts, object);
	if (facts.filter)
		judge(&verdict, BIT(MACHINE), &facts);
	else
		verdict.wanted = BIT(MACHINE);
	if (unlikely(others))
		judge_others(&verdict, others, &facts, 0, NULL, NULL);
	wanted = verdict.wanted | verdict.undecided;
	if (!wanted)
		ipct_compat_count(rejected_events);
	return wanted;
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

/* ---- The filters ---------------------------------------------------------- */

static const char *text_of(const struct filter *filter)
{
	return filter ? filter->expr.text : "";
}

static void destroy(struct filter *filter)
{
	if (!filter)
		return;
	ipct_forks_end(&filter->forks);
	kvfree(filter);
}

/* NULL for an empty text, or an error: see ipct_filter_set(). */
static struct filter *create(const char *text, gfp_t gfp, const char **message,
			     u32 *position)
{
	struct filter *filter = kvzalloc(sizeof(*filter), gfp);
	int ret;

	if (!filter)
		return ERR_PTR(-ENOMEM);
	filter->since_ns = NOT_YET;
	ret = ipct_expr_parse(&filter->expr, text, message);
	if (ret) {
		*position = ret - 1;
		ret = -EINVAL;
	} else if (filter->expr.nr_ops) {
		ret = ipct_forks_begin(&filter->forks, &filter->expr);
	}
	if (!ret && filter->expr.nr_ops)
		return filter;
	kvfree(filter);
	return ERR_PTR(ret);
}

/* Return: the former filter, which nobody uses any more. */
static struct filter *replace_locked(u32 bit, struct filter *filter)
{
	struct filter *old =
		rcu_dereference_protected(filters[bit],
					  lockdep_is_held(&filter_lock));

	rcu_assign_pointer(filters[bit], filter);
	if (filter && !old)
		static_branch_inc(&ipct_filter_on);
	else if (!filter && old)
		static_branch_dec(&ipct_filter_on);
	synchronize_rcu();
	return old;
}

/* The same for the machine's: one gap ends, another begins. */
static void replace_and_tell_locked(struct filter *filter)
{
	u64 begin_ns = ipct_gaps_now();
	struct filter *old = replace_locked(MACHINE, filter);

	ipct_gaps_end(IPCTRACE_GAP_FILTER, ipct_gaps_now(), text_of(old));
	if (filter)
		ipct_gaps_begin(IPCTRACE_GAP_FILTER, begin_ns, text_of(filter));
	destroy(old);
}

/**
 * ipct_filter_set() - record only what an expression or a subscription wants
 * @text: the expression; empty: everything
 * @message: out, for -EINVAL: what is wrong with it
 * @position: out, for -EINVAL: where, from 0
 *
 * Calls in flight that were certainly wanted still leave their records.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for a mistake, -ENOMEM, or -EOPNOTSUPP when this kernel
 * does not tell of forks and @text tests pid; then nothing has changed.
 */
int ipct_filter_set(const char *text, const char **message, u32 *position)
{
	struct filter *filter = create(text, GFP_KERNEL, message, position);

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	mutex_lock(&filter_lock);
	replace_and_tell_locked(filter);
	mutex_unlock(&filter_lock);
	return 0;
}

/* ---- Subscriptions -------------------------------------------------------- */

/* After the grace period no handler writes records for the bit any more. */
static struct filter *take_back_locked(u32 bit)
{
	WRITE_ONCE(subscribed, subscribed & ~BIT(bit));
	return replace_locked(bit, NULL);
}

static int put_locked(u32 *mine, struct filter *filter, struct filter **old)
{
	u32 bit = *mine ?: ffz(subscribed | BIT(MACHINE));

	if (!*mine && subscribed == ~(u32)BIT(MACHINE))
		return -EUSERS;
	WRITE_ONCE(subscribed, subscribed | BIT(bit));
	*old = replace_locked(bit, filter);
	ipct_write_u64(&filter->since_ns, ipct_gaps_now());
	/*
	 * FILTER:A  since_ns before the clock. Partner FILTER:B. Without it a call
	 * that begins after told_ns may find the subscription not in force.
	 */
	smp_mb();
	ipct_write_u64(&filter->told_ns, ipct_gaps_now());
	WRITE_ONCE(*mine, bit);
	return 0;
}

/**
 * ipct_filter_subscribe() - record what an expression wants, for one reader
 * @mine: the reader's bit, 0 where it has no subscription: in and out
 * @text: the expression; empty: take the subscription back
 * @message: out, for -EINVAL: what is wrong with it
 * @position: out, for -EINVAL: where, from 0
 *
 * Context: may sleep.
 * Return: 0, -EUSERS when there are as many as there may be, or as
 * ipct_filter_set(); then nothing has changed.
 */
int ipct_filter_subscribe(u32 *mine, const char *text, const char **message,
			  u32 *position)
{
	struct filter *filter = create(text, GFP_KERNEL_ACCOUNT, message,
				       position);
	struct filter *old = NULL;
	int ret = 0;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	mutex_lock(&filter_lock);
	if (filter) {
		ret = put_locked(mine, filter, &old);
	} else if (*mine) {
		old = take_back_locked(*mine);
		WRITE_ONCE(*mine, 0);
	}
	mutex_unlock(&filter_lock);
	destroy(ret ? filter : old);
	return ret;
}

/**
 * ipct_filter_unsubscribe() - take a subscription back, if there is one
 * @mine: the reader's bit
 *
 * Context: may sleep; nobody else uses @mine any more.
 */
void ipct_filter_unsubscribe(u32 *mine)
{
	struct filter *old;

	if (!*mine)
		return;
	mutex_lock(&filter_lock);
	old = take_back_locked(*mine);
	mutex_unlock(&filter_lock);
	destroy(old);
	*mine = 0;
}

/**
 * ipct_filter_subscription() - a subscription as it is now
 * @bit: the reader's, 0 where it has none
 * @now: out
 *
 * Context: may sleep.
 */
void ipct_filter_subscription(u32 bit, struct ipctrace_subscription *now)
{
	struct filter *filter;

	*now = (struct ipctrace_subscription){ };
	rcu_read_lock();
	filter = bit ? rcu_dereference(filters[bit]) : NULL;
	if (filter) {
		now->mask = BIT(bit);
		now->since_ns = ipct_read_u64(&filter->told_ns);
		now->processes = ipct_forks_look(&filter->forks);
		now->refused = READ_ONCE(filter->forks.followed.refused);
		now->pid_tests = filter->expr.nr_pids;
	}
	rcu_read_unlock();
}

/**
 * ipct_filter_all_gone() - has the last process of a subscription gone?
 * @bit: the reader's, 0 where it has none
 *
 * Context: any.
 * Return: whether it has, and ipct_filter_subscription() has not reported it yet.
 */
bool ipct_filter_all_gone(u32 bit)
{
	const struct filter *filter;
	bool gone;

	rcu_read_lock();
	filter = bit ? rcu_dereference(filters[bit]) : NULL;
	gone = filter && READ_ONCE(filter->forks.gone);
	rcu_read_unlock();
	return gone;
}

/* ---- What others ask ------------------------------------------------------ */

/**
 * ipct_filter_hold() - make handlers ask as if there were a filter
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
 * ipct_filter_text() - the machine's expression, or a subscription's
 * @bit: 0, or that of a subscription
 * @text: out: room for IPCT_EXPR_TEXT_BYTES; empty when there is none
 *
 * Context: may sleep.
 */
void ipct_filter_text(u32 bit, char *text)
{
	const struct filter *filter;

	rcu_read_lock();
	filter = rcu_dereference(filters[bit]);
	strscpy(text, text_of(filter), IPCT_EXPR_TEXT_BYTES);
	rcu_read_unlock();
}

/**
 * ipct_filter_following() - the processes that tests of pid hold for
 * @bit: 0 for the machine's filter, or that of a subscription
 * @following: out: how many, and how many could not be followed
 *
 * Context: may sleep.
 * Return: whether there is such a filter and it tests pid.
 */
bool ipct_filter_following(u32 bit, struct ipct_filter_following *following)
{
	const struct filter *filter;
	bool ret;

	rcu_read_lock();
	filter = rcu_dereference(filters[bit]);
	ret = filter && filter->expr.nr_pids;
	if (ret) {
		following->processes = READ_ONCE(filter->forks.followed.nr);
		following->refused = READ_ONCE(filter->forks.followed.refused);
	}
	rcu_read_unlock();
	return ret;
}

/**
 * ipct_filter_exit() - no filter
 *
 * Context: may sleep; nobody has a subscription.
 */
void ipct_filter_exit(void)
{
	mutex_lock(&filter_lock);
	destroy(replace_locked(MACHINE, NULL));
	mutex_unlock(&filter_lock);
}
