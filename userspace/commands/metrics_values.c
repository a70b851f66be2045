// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: metrics_values
 *
 * Values of all metrics at one moment: rates from the recorder's counters, errors and
 * durations from records, objects and blocked calls from the model. Which series there
 * are is settled at the begin, and does not grow with what happens: of errors,
 * namespaces and objects only so many are told apart.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "commands/metrics_values.h"
#include "commands/top_feed.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define NS_PER_S	1e9
#define MOST_NS		256	/* that are looked at; objects of others are not */
#define NR_KINDS	IPCTRACE_ANY

#define METRIC_ROW(id, type, name, unit, first, second, help)		\
	[METRIC_##id] = { METRICS_##type, name, unit,			\
			  { METRICS_##first, METRICS_##second }, help },
const struct metric metrics_table[NR_METRICS] = {
	METRICS(METRIC_ROW)
};
#undef METRIC_ROW

const char *const metrics_labels[NR_METRICS_DIMS] = {
	[METRICS_CALL] = "call",
	[METRICS_WAITING] = "call",
	[METRICS_ERRNO] = "errno",
	[METRICS_KIND] = "kind",
	[METRICS_NS] = "ipc_ns",
	[METRICS_LIMIT] = "limit",
	[METRICS_CAUSE] = "cause",
	[METRICS_OBJECT] = "kind, ipc_ns, object",
	[METRICS_VERSION] = "version",
};

/* A call that need not wait takes a microsecond. */
const struct metrics_bucket metrics_buckets[METRICS_NR_BUCKETS] = {
	{ 250, "2.5e-07" }, { 500, "5e-07" }, { 1000, "1e-06" },
	{ 2500, "2.5e-06" }, { 5000, "5e-06" }, { 10000, "1e-05" },
	{ 50000, "5e-05" }, { 100000, "0.0001" }, { 1000000, "0.001" },
	{ 10000000, "0.01" }, { 100000000, "0.1" }, { 1000000000, "1.0" },
	{ 10000000000, "10.0" }, { 60000000000, "60.0" },
	{ 600000000000, "600.0" },
};

/* What the manual pages of these calls have; the last is EINTR of some of them. */
const int metrics_errnos[METRICS_NR_ERRNOS] = {
	E2BIG, EACCES, EAGAIN, EEXIST, EFAULT, EFBIG, EIDRM, EINTR, EINVAL,
	ENOENT, ENOMEM, ENOMSG, ENOSPC, ENOSYS, EOVERFLOW, EPERM, ERANGE, 514,
};

/* ---- Records --------------------------------------------------------------------- */

static void count_call(struct metrics_counts *counts, const struct ipctrace_call *call)
{
	u32 row = call->header.call, i;

	for (i = 0; i < METRICS_NR_BUCKETS; i++)
		if (call->duration_ns <= metrics_buckets[i].ns)
			break;
	counts->buckets[row][i]++;
	counts->time_ns[row] += call->duration_ns;
	if (call->ret >= 0 || call->ret < -4095)
		return;
	for (i = 0; i < METRICS_NR_ERRNOS; i++)
		if (-call->ret == metrics_errnos[i])
			break;
	counts->errors[row][i]++;
}

static void count_gap(struct metrics_counts *counts,
		      const struct ipctrace_header *record)
{
	const struct ipctrace_gap *gap =
		ipct_part_find((const void *)record, IPCTRACE_PART_GAP,
			       sizeof(*gap));

	if (!gap || gap->cause >= __IPCTRACE_GAP_MAX)
		return;
	if (gap->end_ns) {
		counts->open_gaps &= ~(1U << gap->cause);
	} else {
		counts->open_gaps |= 1U << gap->cause;
		counts->gaps[gap->cause]++;
	}
}

/**
 * metrics_count() - count a record
 * @counts: zeroed, or with others
 * @record: any; only one that is as long as that of a call is looked into
 */
void metrics_count(struct metrics_counts *counts,
		   const struct ipctrace_header *record)
{
	if (record->type == IPCTRACE_TYPE_LOST) {
		counts->lost += ((const struct ipctrace_lost *)record)->count;
		return;
	}
	counts->records++;
	counts->bytes += record->len;
	if (record->type == IPCTRACE_TYPE_GAP)
		count_gap(counts, record);
	else if (record->call >= IPCTRACE_NR_CALLS)
		return;
	else if (record->type == IPCTRACE_TYPE_MISSED)
		counts->missed[record->call]++;
	else if (tally_is_call(record))
		count_call(counts, (const void *)record);
}

/* ---- Which series there are --------------------------------------------------------- */

static u32 size_of(const struct metrics *metrics, const enum metrics_dim *dims)
{
	return metrics->sizes[dims[0]] * metrics->sizes[dims[1]];
}

/**
 * metrics_waiting_call() - one of the calls that may block
 * @nr: which of them
 *
 * Return: enum ipctrace_call_id; IPCTRACE_NR_CALLS after the last.
 */
u32 metrics_waiting_call(u32 nr)
{
	u32 call;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		if (ipct_syscalls[call].blocks && !nr--)
			break;
	return call;
}

static u32 nr_waiting(void)
{
	u32 nr = 0;

	while (metrics_waiting_call(nr) < IPCTRACE_NR_CALLS)
		nr++;
	return nr;
}

/**
 * metrics_series() - how many series a metric has, at most
 * @metrics: after metrics_begin()
 * @id: enum metric_id
 *
 * Return: how many, without the buckets of a histogram.
 */
u32 metrics_series(const struct metrics *metrics, enum metric_id id)
{
	return size_of(metrics, metrics_table[id].dims);
}

/**
 * struct ns_use - what there is in a namespace
 * @ipc_ns: its number
 * @nr: objects of each kind
 * @nr_all: of all
 * @bytes: in queues, and of segments
 * @semaphores: in all sets
 * @used: of each limit
 */
struct ns_use {
	u32 ipc_ns;
	u64 nr[NR_KINDS];
	u64 nr_all;
	u64 bytes[NR_KINDS];
	u64 semaphores;
	u64 used[NR_MODEL_LIMITS];
};

/* All of them; objects of the same namespace come together more often than not. */
struct ns_uses {
	u32 nr;
	u32 last;
	struct ns_use use[MOST_NS];
};

static struct ns_use *use_of(struct ns_uses *uses, u32 ipc_ns)
{
	u32 i;

	if (uses->nr && uses->use[uses->last].ipc_ns == ipc_ns)
		return &uses->use[uses->last];
	for (i = 0; i < uses->nr; i++)
		if (uses->use[i].ipc_ns == ipc_ns)
			break;
	if (i == MOST_NS)
		return NULL;
	if (i == uses->nr)
		uses->use[uses->nr++] = (struct ns_use){ .ipc_ns = ipc_ns };
	uses->last = i;
	return &uses->use[i];
}

static void add_object(struct ns_use *use, const struct model_object *object)
{
	u64 share;
	u32 limit;

	use->nr[object->family]++;
	use->nr_all++;
	for (limit = 0; limit < NR_MODEL_LIMITS; limit++) {
		share = model_limit_share(limit, object);
		if (model_limit_rows[limit].measure != MODEL_MEASURE_LARGEST)
			use->used[limit] += share;
		else if (share > use->used[limit])
			use->used[limit] = share;
	}
	if (object->family == IPCTRACE_MSG)
		use->bytes[IPCTRACE_MSG] += model_limit_share(MODEL_MSGMNB, object);
	else if (object->family == IPCTRACE_SHM)
		use->bytes[IPCTRACE_SHM] += object->size;
	else
		use->semaphores += object->size;
}

static void look_at_objects(struct ns_uses *uses, const struct model *model)
{
	const struct model_limits *limits;
	const struct model_object *object;
	struct ns_use *use;
	u32 nr, i;

	uses->nr = 0;
	uses->last = 0;
	/* Those that may be entered have limits, if they have no objects. */
	limits = model_all_limits(model, &nr);
	for (i = 0; i < nr; i++)
		use_of(uses, limits[i].ipc_ns);
	TAILQ_FOREACH(object, model_objects(model), all) {
		use = use_of(uses, object->ipc_ns);
		if (use && object->family < NR_KINDS)
			add_object(use, object);
	}
}

static int more_objects(const void *left, const void *right)
{
	const struct ns_use *a = left, *b = right;

	if (a->nr_all != b->nr_all)
		return a->nr_all < b->nr_all ? 1 : -1;
	return a->ipc_ns < b->ipc_ns ? -1 : a->ipc_ns > b->ipc_ns;
}

/* Those that have most objects now; the first that was asked is our own. */
static void name_namespaces(struct metrics *metrics, const struct model *model)
{
	static struct ns_uses uses;
	u32 nr_limits, i;

	look_at_objects(&uses, model);
	model_all_limits(model, &nr_limits);
	i = nr_limits ? 1 : 0;
	if (uses.nr > i)
		qsort(uses.use + i, uses.nr - i, sizeof(*uses.use), more_objects);
	for (i = 0; i < uses.nr && i < METRICS_NAMED_NS; i++)
		metrics->ns[metrics->nr_ns++] = uses.use[i].ipc_ns;
}

/**
 * metrics_begin() - settle which series there are
 * @metrics: out
 * @feed: open
 * @most_objects: so many objects are told apart, METRICS_MAX_OBJECTS at most
 */
void metrics_begin(struct metrics *metrics, const struct top_feed *feed,
		   u32 most_objects)
{
	u32 id, nr, at = 0, i;

	*metrics = (struct metrics){ .most_objects = most_objects };
	name_namespaces(metrics, feed->evidence.model);
	metrics->sizes[METRICS_NONE] = 1;
	metrics->sizes[METRICS_CALL] = IPCTRACE_NR_CALLS;
	metrics->sizes[METRICS_WAITING] = nr_waiting();
	metrics->sizes[METRICS_ERRNO] = METRICS_NR_ERRNOS + 1;
	metrics->sizes[METRICS_KIND] = NR_KINDS;
	metrics->sizes[METRICS_NS] = METRICS_NAMED_NS + 1;
	metrics->sizes[METRICS_LIMIT] = NR_MODEL_LIMITS;
	metrics->sizes[METRICS_CAUSE] = __IPCTRACE_GAP_MAX;
	metrics->sizes[METRICS_OBJECT] = most_objects ? most_objects + 1 : 0;
	metrics->sizes[METRICS_VERSION] = 1;
	for (id = 0; id < NR_METRICS; id++) {
		nr = metrics_series(metrics, id);
		if (metrics_table[id].type == METRICS_HISTOGRAM)
			nr *= METRICS_HISTOGRAM_VALUES;
		metrics->starts[id] = at;
		at += nr;
	}
	/* Far below: tests/unit/metrics.sh counts them. */
	if (at > METRICS_MAX_VALUES)
		abort();
	for (i = 0; i < METRICS_MAX_VALUES; i++)
		metrics->values[i] = NAN;
}

/* ---- Their values ------------------------------------------------------------------- */

static void set(struct metrics *metrics, enum metric_id id, u32 first, u32 second,
		double value)
{
	u32 nr = metrics->sizes[metrics_table[id].dims[1]];

	metrics->values[metrics->starts[id] + first * nr + second] = value;
}

static void set_one(struct metrics *metrics, enum metric_id id, double value)
{
	set(metrics, id, 0, 0, value);
}

static void set_calls(struct metrics *metrics, const struct metrics_counts *counts,
		      const struct top_feed *feed)
{
	/* Of a capture, what is in it */
	const struct counters *counters = feed->live ? &feed->counters :
						       &feed->between;
	double *values = metrics->values + metrics->starts[METRIC_DURATION];
	u32 call, i;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		set(metrics, METRIC_CALLS, call, 0, counters->calls[call].calls);
		set(metrics, METRIC_FAILED, call, 0, counters->calls[call].errors);
		set(metrics, METRIC_MISSED, call, 0, feed->live ?
		    counters->calls[call].missed : counts->missed[call]);
		for (i = 0; i <= METRICS_NR_ERRNOS; i++)
			set(metrics, METRIC_ERRORS, call, i, counts->errors[call][i]);
		for (i = 0; i <= METRICS_NR_BUCKETS; i++)
			*values++ = counts->buckets[call][i];
		*values++ = counts->time_ns[call] / NS_PER_S;
	}
}

static void set_blocked(struct metrics *metrics, const struct top_feed *feed)
{
	u64 nr[IPCTRACE_NR_CALLS] = { }, since_ns[IPCTRACE_NR_CALLS] = { };
	u64 now_ns = feed->evidence.now_ns;
	const struct model_process *process;
	const struct model_wait *wait;
	u32 i, call;

	TAILQ_FOREACH(process, model_processes(feed->evidence.model), all)
		TAILQ_FOREACH(wait, &process->waits, of_process) {
			if (wait->call >= IPCTRACE_NR_CALLS ||
			    !top_feed_wants(feed, wait))
				continue;
			if (!nr[wait->call]++ || wait->since_ns < since_ns[wait->call])
				since_ns[wait->call] = wait->since_ns;
		}
	for (i = 0; i < metrics->sizes[METRICS_WAITING]; i++) {
		call = metrics_waiting_call(i);
		set(metrics, METRIC_BLOCKED, i, 0, nr[call]);
		set(metrics, METRIC_LONGEST, i, 0,
		    nr[call] && since_ns[call] < now_ns ?
		    (now_ns - since_ns[call]) / NS_PER_S : 0);
	}
}

/* The place of a namespace; that after the named ones is for all others. */
static u32 place_of(const struct metrics *metrics, u32 ipc_ns)
{
	u32 i;

	for (i = 0; i < metrics->nr_ns; i++)
		if (metrics->ns[i] == ipc_ns)
			return i;
	return METRICS_NAMED_NS;
}

static void add_use(struct ns_use *to, const struct ns_use *use)
{
	u32 family;

	for (family = 0; family < NR_KINDS; family++) {
		to->nr[family] += use->nr[family];
		to->bytes[family] += use->bytes[family];
	}
	to->semaphores += use->semaphores;
}

/* Of those that are not told apart, the one that is nearest to its limit */
static void set_limits(struct metrics *metrics, u32 place, const struct ns_use *use,
		       const struct model_limits *limits, double *nearest)
{
	double part;
	u32 limit;

	for (limit = 0; limit < NR_MODEL_LIMITS; limit++) {
		bool uses = model_limit_rows[limit].measure != MODEL_MEASURE_CALL;
		double value = limits && limits->known & 1U << limit ?
			       limits->values[limit] : 0;

		/* Where limits are not known, the one that uses most */
		part = value ? use->used[limit] / value : use->used[limit] / 1e18;
		if (place == METRICS_NAMED_NS) {
			if (part < nearest[limit])
				continue;
			nearest[limit] = part;
		}
		if (uses)
			set(metrics, METRIC_USED, limit, place, use->used[limit]);
		set(metrics, METRIC_LIMIT, limit, place, value);
	}
}

static void set_objects(struct metrics *metrics, const struct model *model)
{
	static struct ns_use sums[METRICS_NAMED_NS + 1];
	double nearest[NR_MODEL_LIMITS] = { };
	static struct ns_uses uses;
	u32 i, place, family;

	memset(sums, 0, sizeof(sums));
	look_at_objects(&uses, model);
	/* They stay when a namespace has gone. */
	for (i = 0; i < metrics->nr_ns; i++)
		set_limits(metrics, i, &sums[i], NULL, nearest);
	set_limits(metrics, METRICS_NAMED_NS, &sums[METRICS_NAMED_NS], NULL, nearest);
	for (i = 0; i < uses.nr; i++) {
		place = place_of(metrics, uses.use[i].ipc_ns);
		add_use(&sums[place], &uses.use[i]);
		set_limits(metrics, place, &uses.use[i],
			   model_limits(model, uses.use[i].ipc_ns), nearest);
	}
	for (place = 0; place <= METRICS_NAMED_NS; place++) {
		if (place >= metrics->nr_ns && place < METRICS_NAMED_NS)
			continue;
		for (family = 0; family < NR_KINDS; family++) {
			set(metrics, METRIC_OBJECTS, family, place,
			    sums[place].nr[family]);
			if (family != IPCTRACE_SEM)
				set(metrics, METRIC_BYTES, family, place,
				    sums[place].bytes[family]);
		}
		set(metrics, METRIC_SEMAPHORES, place, 0, sums[place].semaphores);
	}
}

static void set_missing(struct metrics *metrics, const struct metrics_counts *counts,
			const struct top_feed *feed)
{
	u32 open = feed->live ? feed->open_gaps : counts->open_gaps;
	u32 cause;

	set_one(metrics, METRIC_LOST, counts->lost);
	set_one(metrics, METRIC_SPARED, counts->spared);
	for (cause = 0; cause < __IPCTRACE_GAP_MAX; cause++) {
		set(metrics, METRIC_GAPS, cause, 0, counts->gaps[cause]);
		set(metrics, METRIC_GAP_OPEN, cause, 0, !!(open & 1U << cause));
	}
}

static u64 resident_bytes(void)
{
	char text[128] = "";
	u64 pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return 0;
	if (fgets(text, sizeof(text), file)) {
		char *second = strchr(text, ' ');

		pages = second ? strtoull(second, NULL, 10) : 0;
	}
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

static void set_cost(struct metrics *metrics, const struct metrics_counts *counts,
		     const struct top_feed *feed)
{
	struct rusage usage = { };

	getrusage(RUSAGE_SELF, &usage);
	set_one(metrics, METRIC_WRITTEN, feed->live ? feed->counters.written :
						      counts->records);
	set_one(metrics, METRIC_READ, counts->records);
	set_one(metrics, METRIC_READ_BYTES, counts->bytes);
	set_one(metrics, METRIC_CPU,
		usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
		(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
	set_one(metrics, METRIC_MEMORY, resident_bytes());
	set_one(metrics, METRIC_UPDATED,
		(feed->evidence.real_ns + feed->evidence.now_ns) / NS_PER_S);
	set_one(metrics, METRIC_BUILD, 1);
}

/* ---- Objects that are told apart ------------------------------------------------------ */

static bool is_party(const struct metrics_object *object,
		     const struct traffic_party *party)
{
	return object->family == party->family && object->ipc_ns == party->ipc_ns &&
	       object->key == party->key && (party->key || object->id == party->id);
}

/* Its own place, or that of all others */
static struct metrics_object *object_of(struct metrics *metrics,
					const struct traffic_party *party)
{
	u32 i;

	for (i = 0; i < metrics->nr_objects; i++)
		if (is_party(&metrics->objects[i], party))
			return &metrics->objects[i];
	return &metrics->objects[metrics->most_objects];
}

/* A place that was given is never given to another: what is printed stays bounded. */
static void give_places(struct metrics *metrics, const struct traffic *traffic)
{
	const struct traffic_party *party, *best;

	while (metrics->nr_objects < metrics->most_objects) {
		best = NULL;
		TAILQ_FOREACH(party, &traffic->objects, all)
			if (traffic_is_now(traffic, party) &&
			    (!best || party->now.calls > best->now.calls) &&
			    object_of(metrics, party) ==
				    &metrics->objects[metrics->most_objects])
				best = party;
		if (!best)
			return;
		metrics->objects[metrics->nr_objects++] = (struct metrics_object){
			.family = best->family,
			.ipc_ns = best->ipc_ns,
			.key = best->key,
			.id = best->key ? 0 : best->id,
		};
	}
}

/* What was counted in this interval */
static void take_traffic(struct metrics *metrics, const struct traffic *traffic)
{
	const struct traffic_party *party;
	struct metrics_object *object;
	u32 i;

	if (!metrics->most_objects)
		return;
	give_places(metrics, traffic);
	TAILQ_FOREACH(party, &traffic->objects, all) {
		if (!traffic_is_now(traffic, party))
			continue;
		object = object_of(metrics, party);
		object->calls += party->now.calls;
		object->errors += party->now.errors;
		object->bytes += party->now.bytes;
	}
	for (i = 0; i <= metrics->most_objects; i++) {
		if (i >= metrics->nr_objects && i < metrics->most_objects)
			continue;
		object = &metrics->objects[i];
		set(metrics, METRIC_OBJECT_CALLS, i, 0, object->calls);
		set(metrics, METRIC_OBJECT_ERRORS, i, 0, object->errors);
		set(metrics, METRIC_OBJECT_MOVED, i, 0, object->bytes);
	}
}

/**
 * metrics_take() - what they are now
 * @metrics: after metrics_begin()
 * @counts: what was counted
 * @feed: at the end of an interval
 */
void metrics_take(struct metrics *metrics, const struct metrics_counts *counts,
		  const struct top_feed *feed)
{
	set_calls(metrics, counts, feed);
	set_blocked(metrics, feed);
	set_objects(metrics, feed->evidence.model);
	set_missing(metrics, counts, feed);
	set_cost(metrics, counts, feed);
	take_traffic(metrics, &feed->traffic);
}
