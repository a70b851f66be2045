// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: top_rows
 *
 * What top shows, as rows: copies of what was counted in an interval and of the state at
 * its end, since both go on while people look.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "commands/top_rows.h"
#include "names/cgroups.h"
#include "names/users.h"
#include "shared/syscalls.h"
#include "view/cell.h"

#define NAME_BYTES	(16 * UTF8_GROWTH + 1)
#define USER_BYTES	33
#define SHORT_ID	12	/* of a container */
#define RECENT_NS	10000000000ULL	/* who has called since is still shown */

/**
 * struct top_process_row - a process
 * @tgid: its number
 * @uid: its user
 * @name: its name
 * @user: the user's
 * @container: begin of the id of its container, or ""
 * @exe: path of its program, or ""
 * @rate: calls a second
 * @errors: that failed, a second
 * @bytes: sent and received, a second
 * @time_ns: in calls, in the interval
 * @wait_ns: of that waiting
 * @calls: in all
 * @waiting: calls that have not returned
 * @holds: semaphores
 * @attached: segments
 */
struct top_process_row {
	u32 tgid;
	u32 uid;
	char name[NAME_BYTES];
	char user[USER_BYTES];
	char container[SHORT_ID + 1];
	char exe[128];
	u64 rate;
	u64 errors;
	u64 bytes;
	u64 time_ns;
	u64 wait_ns;
	u64 calls;
	u32 waiting;
	u32 holds;
	u32 attached;
};

/**
 * struct top_user - who used an object; text is made of it when it is seen
 * @tgid: process; 0: not known
 * @comm: its name, not terminated where it is as long as that
 */
struct top_user {
	u32 tgid;
	char comm[16];
};

/**
 * struct top_object_row - an object
 * @name: which
 * @state: enum model_state
 * @rate: calls a second
 * @errors: that failed, a second
 * @bytes: sent and received, a second
 * @calls: in all
 * @in: messages, semaphores that are held, or attachments
 * @knows_in: that is known
 * @waiting: calls that wait at it
 * @knows_size: so is this
 * @size: bytes, or semaphores
 * @uid: its owner
 * @by: who used it last
 * @made: who made it
 */
struct top_object_row {
	struct top_object_name name;
	u8 state;
	u64 rate;
	u64 errors;
	u64 bytes;
	u64 calls;
	u64 in;
	bool knows_in;
	u32 waiting;
	bool knows_size;
	u64 size;
	u32 uid;
	struct top_user by;
	struct top_user made;
};

/**
 * struct top_call_row - a call
 * @call: enum ipctrace_call_id
 * @rate: of it a second
 * @errors: that failed, a second
 * @calls: in all
 * @has_times: the following are known
 * @mean_ns: how long it took
 * @p50_ns: half of them
 * @p99_ns: 99 %
 * @max_ns: the longest
 * @wait_ns: waiting, in the interval
 * @missed: that could not be watched, in the interval
 * @errnos: which errors
 */
struct top_call_row {
	u8 call;
	u64 rate;
	u64 errors;
	u64 calls;
	bool has_times;
	u64 mean_ns;
	u64 p50_ns;
	u64 p99_ns;
	u64 max_ns;
	u64 wait_ns;
	u64 missed;
	char errnos[128];
};

/**
 * struct top_wait_row - a call that waits, or has waited
 * @waits: it has not returned
 * @waited_ns: for so long
 * @since_ns: since when
 * @tgid: process
 * @tid: thread
 * @name: its name
 * @call: enum ipctrace_call_id
 * @has_object: at @object
 * @object: where
 * @what: what for, and whom; or how it ended
 */
struct top_wait_row {
	bool waits;
	u64 waited_ns;
	u64 since_ns;
	u32 tgid;
	u32 tid;
	char name[NAME_BYTES];
	u8 call;
	bool has_object;
	struct top_object_name object;
	char what[160];
};

static void *add_row(struct top_rows *rows, enum top_view view, size_t size)
{
	struct top_list *list = &rows->lists[view];
	size_t room = list->room ? 2 * list->room : 64;
	void *more;
	char *row;

	if (list->nr == list->room) {
		more = realloc(list->rows, room * size);
		if (!more) {
			rows->short_of_memory = true;
			return NULL;
		}
		list->rows = more;
		list->room = room;
	}
	row = (char *)list->rows + list->nr++ * size;
	memset(row, 0, size);
	return row;
}

/* ---- Counts -------------------------------------------------------------- */

/* Calls of this interval as the recorder has counted them, for each that was seen */
static double scale_of(const struct top_feed *feed, const struct traffic_party *party)
{
	double all = 0;
	u64 seen = 0;
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		all += party->by_call[i] * feed->scale[i];
		seen += party->by_call[i];
	}
	return seen ? all / seen : 1;
}

static u64 a_second(const struct top_feed *feed, u64 count, double scale)
{
	return counters_rate((u64)(count * scale + 0.5), feed->between.time_ns);
}

/**
 * struct rates - what there was of a party
 * @calls: a second
 * @errors: likewise
 * @bytes: likewise
 * @time_ns: in the interval
 * @wait_ns: likewise
 * @total: calls in all
 */
struct rates {
	u64 calls;
	u64 errors;
	u64 bytes;
	u64 time_ns;
	u64 wait_ns;
	u64 total;
};

static void set_rates(struct rates *rates, const struct top_feed *feed,
		      const struct traffic_party *party)
{
	double scale;

	*rates = (struct rates){ };
	if (!party)
		return;
	rates->total = party->total.calls + party->now.calls;
	if (!traffic_is_now(&feed->traffic, party))
		return;
	scale = scale_of(feed, party);
	rates->calls = a_second(feed, party->now.calls, scale);
	rates->errors = a_second(feed, party->now.errors, scale);
	rates->bytes = a_second(feed, party->now.bytes, scale);
	rates->time_ns = party->now.time_ns * scale;
	rates->wait_ns = party->now.wait_ns * scale;
}

/* ---- Names --------------------------------------------------------------- */

static void set_user(char *to, struct users *users, u32 uid)
{
	const char *name = users ? users_find(users, false, uid) : NULL;

	if (name)
		snprintf(to, USER_BYTES, "%.32s", name);
	else
		snprintf(to, USER_BYTES, "%u", uid);
}

static void set_container(char *to, const struct top_feed *feed, u64 id)
{
	const struct cgroup *cgroup = id ?
		cgroups_find(feed->evidence.cgroups, id) : NULL;

	if (cgroup && cgroup->container)
		snprintf(to, SHORT_ID + 1, "%.*s", SHORT_ID, cgroup->container);
}

static void set_party(struct top_user *user, const void *comm, u32 tgid)
{
	user->tgid = tgid;
	memcpy(user->comm, comm, sizeof(user->comm));
}

/* ---- Processes ----------------------------------------------------------- */

static u32 nr_waiting(const struct top_feed *feed, const struct model_waits *waits,
		      bool of_object)
{
	const struct model_wait *wait;
	u32 nr = 0;

	for (wait = TAILQ_FIRST(waits); wait;
	     wait = of_object ? TAILQ_NEXT(wait, of_object) :
				TAILQ_NEXT(wait, of_process))
		nr += top_feed_wants(feed, wait);
	return nr;
}

static void set_state(struct top_process_row *row, const struct top_feed *feed,
		      const struct model_process *process)
{
	const struct model_attachment *attachment;
	const struct model_hold *hold;

	row->waiting = nr_waiting(feed, &process->waits, false);
	TAILQ_FOREACH(hold, &process->holds, of_process)
		row->holds++;
	TAILQ_FOREACH(attachment, &process->attachments, of_process)
		row->attached += !attachment->until_ns && !attachment->child;
	if (process->origin)
		snprintf(row->exe, sizeof(row->exe), "%s", process->origin->exe);
}

static void set_counts(struct top_process_row *row, const struct rates *rates)
{
	row->rate = rates->calls;
	row->errors = rates->errors;
	row->bytes = rates->bytes;
	row->time_ns = rates->time_ns;
	row->wait_ns = rates->wait_ns;
	row->calls = rates->total;
}

static void add_caller(struct top_rows *rows, const struct top_feed *feed,
		       const struct traffic_party *party)
{
	struct top_process_row *row = add_row(rows, TOP_PROCESSES, sizeof(*row));
	const struct model_process *process;
	struct rates rates;

	if (!row)
		return;
	set_rates(&rates, feed, party);
	set_counts(row, &rates);
	row->tgid = party->tgid;
	row->uid = party->uid;
	utf8_text(row->name, party->comm, sizeof(party->comm));
	set_user(row->user, feed->evidence.users, party->uid);
	set_container(row->container, feed, party->cgroup);
	process = model_find_process(feed->evidence.model, party->tgid);
	if (process)
		set_state(row, feed, process);
}

/* One that has not called, and still has something */
static void add_idle(struct top_rows *rows, const struct top_feed *feed,
		     const struct model_process *process)
{
	struct top_process_row row = { .tgid = process->last.tgid }, *to;

	set_state(&row, feed, process);
	if (!row.waiting && (feed->ask || (!row.holds && !row.attached)))
		return;
	to = add_row(rows, TOP_PROCESSES, sizeof(row));
	if (!to)
		return;
	*to = row;
	to->uid = process->last.uid;
	snprintf(to->name, sizeof(to->name), "%s", process->last.comm);
	set_user(to->user, feed->evidence.users, process->last.uid);
	set_container(to->container, feed, process->last.cgroup);
}

static bool is_recent(const struct top_feed *feed, const struct traffic_party *party)
{
	return !feed->live || traffic_is_now(&feed->traffic, party) ||
	       party->last_ns + RECENT_NS > feed->evidence.now_ns;
}

static void add_processes(struct top_rows *rows, const struct top_feed *feed)
{
	const struct traffic_party *party;
	const struct model_process *process;

	TAILQ_FOREACH(party, &feed->traffic.processes, all)
		if (is_recent(feed, party))
			add_caller(rows, feed, party);
	TAILQ_FOREACH(process, model_processes(feed->evidence.model), all) {
		if (TAILQ_EMPTY(&process->waits) && TAILQ_EMPTY(&process->holds) &&
		    TAILQ_EMPTY(&process->attachments))
			continue;
		party = traffic_process(&feed->traffic, process->last.tgid);
		if (!party || !is_recent(feed, party))
			add_idle(rows, feed, process);
	}
}

/* ---- Objects ------------------------------------------------------------- */

static void set_in(struct top_object_row *row, const struct model_object *object)
{
	row->knows_in = true;
	if (object->family == IPCTRACE_SHM) {
		row->in = object->nr_attached;
	} else if (object->family == IPCTRACE_SEM) {
		row->in = object->nr_holds;
	} else {
		row->in = object->nr_messages;
		row->knows_in = object->queue_known;
		if (!row->knows_in && object->stat.from) {
			row->knows_in = true;
			row->in = object->stat.qnum;
		}
	}
}

static void set_users(struct top_object_row *row, const struct model_object *object,
		      const struct traffic_party *party)
{
	if (party)
		set_party(&row->by, party->comm, party->tgid);
	else if (object->used.from)
		set_party(&row->by, object->used.comm, object->used.tgid);
	if (object->made.from)
		set_party(&row->made, object->made.comm, object->made.tgid);
}

static void add_object(struct top_rows *rows, const struct top_feed *feed,
		       const struct model_object *object)
{
	const struct traffic_party *party =
		traffic_object(&feed->traffic, object->ipc_ns, object->family,
			       object->id);
	struct top_object_row *row;
	struct rates rates;

	if (feed->ask && !party)
		return;
	row = add_row(rows, TOP_OBJECTS, sizeof(*row));
	if (!row)
		return;
	set_rates(&rates, feed, party);
	row->name = (struct top_object_name){
		object->ipc_ns, object->family, object->id, object->key,
	};
	row->state = object->state;
	row->rate = rates.calls;
	row->errors = rates.errors;
	row->bytes = rates.bytes;
	row->calls = rates.total;
	row->waiting = nr_waiting(feed, &object->waits, true);
	row->knows_size = object->size_from != MODEL_UNKNOWN;
	row->size = object->size;
	row->uid = object->uid;
	set_in(row, object);
	set_users(row, object, party);
}

static void add_objects(struct top_rows *rows, const struct top_feed *feed)
{
	const struct model_object *object;

	TAILQ_FOREACH(object, model_objects(feed->evidence.model), all)
		add_object(rows, feed, object);
}

/* ---- Calls --------------------------------------------------------------- */

static u64 percentile(const struct tally *tally, u32 share)
{
	u64 ns = 0;

	histogram_percentile(&tally->durations, share, &ns);
	return ns;
}

/* With a question only what is asked for counts, and only records tell that. */
static void add_call(struct top_rows *rows, struct top_feed *feed, u8 call)
{
	const struct counters_call *counted = &feed->between.calls[call];
	struct tally *tally = &feed->traffic.calls[call];
	u64 total = feed->ask || !feed->live ? feed->traffic.total[call] + tally->calls :
		    feed->counters.calls[call].calls;
	struct top_call_row *row;

	if (!total && !counted->calls && !tally->calls && !counted->missed)
		return;
	row = add_row(rows, TOP_CALLS, sizeof(*row));
	if (!row)
		return;
	row->call = call;
	row->calls = total;
	row->missed = counted->missed;
	row->has_times = tally->calls;
	row->wait_ns = tally->wait_ns * feed->scale[call];
	row->p50_ns = percentile(tally, 50000);
	row->p99_ns = percentile(tally, 99000);
	row->max_ns = tally->durations.max;
	tally_errnos(tally, row->errnos, sizeof(row->errnos));
	if (feed->ask) {
		row->rate = a_second(feed, tally->calls, feed->scale[call]);
		row->errors = a_second(feed, tally->errors, feed->scale[call]);
		row->mean_ns = tally->calls ? tally->time_ns / tally->calls : 0;
		return;
	}
	row->rate = a_second(feed, counted->calls, 1);
	row->errors = a_second(feed, counted->errors, 1);
	row->mean_ns = counted->calls ? counted->time_ns / counted->calls : 0;
}

/* ---- Waits --------------------------------------------------------------- */

static size_t put_stuck(char *to, size_t size, const struct model_blocking *blocking)
{
	switch (blocking->stuck) {
	case MODEL_STUCK_DEADLOCK:
		return snprintf(to, size, "DEADLOCK of %u, ", blocking->nr_circle);
	case MODEL_STUCK_BEHIND:
		return snprintf(to, size, "behind a deadlock, ");
	default:
		return 0;
	}
}

static void put_semaphore(char *to, size_t size, const struct top_feed *feed,
			  const struct model_blocking *blocking)
{
	const struct model_hold *hold = blocking->hold;
	u64 now_ns = feed->evidence.now_ns;
	char held[32];
	size_t len = put_stuck(to, size, blocking);

	len += snprintf(to + len, size - len, "semaphore %u", blocking->sem_num);
	if (blocking->by == MODEL_BLOCKED_SIGNAL) {
		len += snprintf(to + len, size - len, ", for a signal");
	} else if (hold) {
		cell_duration(held, now_ns > hold->since_ns ?
			      now_ns - hold->since_ns : 0);
		len += snprintf(to + len, size - len, ", held by %s[%u]%s for %s",
				hold->process->last.comm,
				hold->process->last.tgid,
				hold->process->life == MODEL_DEAD ? " (dead)" : "",
				held);
	}
	if (blocking->nr_holds > 1)
		len += snprintf(to + len, size - len, " and %u more",
				blocking->nr_holds - 1);
	if (blocking->incomplete)
		snprintf(to + len, size - len, " (incomplete: %s)",
			 model_hole_text(blocking->incomplete->cause));
}

static void put_queue(char *to, size_t size, const struct model_wait *wait)
{
	const struct model_object *object = wait->object;
	const struct model_party *party = &object->sender;
	const char *did = "sent";

	if (wait->call == IPCTRACE_CALL_msgsnd) {
		party = &object->receiver;
		did = "received";
		to += snprintf(to, size, "queue full");
	} else {
		to += snprintf(to, size, "%s", object->queue_known &&
			       object->nr_messages ?
			       "a message of its type" : "a message");
	}
	if (party->tgid)
		snprintf(to, size - 32, ", last %s by %s[%u]", did, party->comm,
			 party->tgid);
}

static void add_wait(struct top_rows *rows, const struct top_feed *feed,
		     const struct model_wait *wait)
{
	struct top_wait_row *row = add_row(rows, TOP_WAITS, sizeof(*row));
	const struct model_object *object = wait->object;
	struct model_blocking blocking;
	u64 now_ns = feed->evidence.now_ns;

	if (!row)
		return;
	row->waits = true;
	row->since_ns = wait->since_ns;
	row->waited_ns = now_ns > wait->since_ns ? now_ns - wait->since_ns : 0;
	row->tgid = wait->process->last.tgid;
	row->tid = wait->tid;
	row->call = wait->call;
	snprintf(row->name, sizeof(row->name), "%s", wait->process->last.comm);
	row->has_object = true;
	row->object = (struct top_object_name){
		object->ipc_ns, object->family, object->id, object->key,
	};
	if (object->family == IPCTRACE_MSG)
		put_queue(row->what, sizeof(row->what), wait);
	else if (model_blocking(feed->evidence.model, wait, MODEL_ANY_SEM, &blocking))
		put_semaphore(row->what, sizeof(row->what), feed, &blocking);
}

static void add_ended(struct top_rows *rows, const struct traffic_wait *wait)
{
	struct top_wait_row *row = add_row(rows, TOP_WAITS, sizeof(*row));
	const char *name;

	if (!row)
		return;
	row->since_ns = wait->end_ns - wait->duration_ns;
	row->waited_ns = wait->duration_ns;
	row->tgid = wait->tgid;
	row->tid = wait->tid;
	row->call = wait->call;
	utf8_text(row->name, wait->comm, sizeof(wait->comm));
	row->has_object = wait->has_object;
	row->object = (struct top_object_name){
		wait->ipc_ns, wait->family, wait->id, 0,
	};
	if (wait->ret >= 0) {
		snprintf(row->what, sizeof(row->what), "(got it)");
		return;
	}
	name = ipct_errno_name(-wait->ret, NULL);
	snprintf(row->what, sizeof(row->what), "(%s)", name ?: "failed");
}

static void add_waits(struct top_rows *rows, const struct top_feed *feed)
{
	const struct model_process *process;
	const struct model_wait *wait;
	size_t i;

	TAILQ_FOREACH(process, model_processes(feed->evidence.model), all)
		TAILQ_FOREACH(wait, &process->waits, of_process)
			if (top_feed_wants(feed, wait))
				add_wait(rows, feed, wait);
	for (i = 0; i < feed->traffic.nr_waits; i++)
		add_ended(rows, &feed->traffic.waits[i]);
}

/**
 * top_rows_make() - the rows of all views, anew
 * @rows: out: zeroed before the first time; top_rows_free() is for it
 * @feed: an interval of it is over
 */
void top_rows_make(struct top_rows *rows, struct top_feed *feed)
{
	u32 i;

	for (i = 0; i < NR_TOP_VIEWS; i++) {
		rows->lists[i].nr = 0;
		rows->lists[i].users = feed->evidence.users;
	}
	rows->short_of_memory = false;
	add_processes(rows, feed);
	add_objects(rows, feed);
	for (i = 0; i < IPCTRACE_NR_CALLS; i++)
		add_call(rows, feed, i);
	add_waits(rows, feed);
}

/**
 * top_rows_free() - undo top_rows_make()
 * @rows: the rows
 */
void top_rows_free(struct top_rows *rows)
{
	u32 i;

	for (i = 0; i < NR_TOP_VIEWS; i++)
		free(rows->lists[i].rows);
}

/* ---- Columns ------------------------------------------------------------- */

/* Of each view, COLUMN(name, type, heading, unit, what) in order. */
#define PROCESS_COLUMNS(COLUMN)						\
	COLUMN(pid, UNSIGNED, "PID", PLAIN, "process")			\
	COLUMN(name, STRING, "NAME", PLAIN, "its name")			\
	COLUMN(rate, UNSIGNED, "CALL/S", PLAIN, "calls a second")	\
	COLUMN(errors, UNSIGNED, "ERR/S", PLAIN, "calls that failed, a second") \
	COLUMN(waiting, UNSIGNED, "WAIT", PLAIN, "calls that have not returned") \
	COLUMN(holds, UNSIGNED, "HOLD", PLAIN, "semaphores that it holds") \
	COLUMN(attached, UNSIGNED, "SHM", PLAIN, "segments that it has attached") \
	COLUMN(wait_ns, UNSIGNED, "WAITED", NS,				\
	       "how long calls waited that ended now")			\
	COLUMN(time_ns, UNSIGNED, "TIME", NS,				\
	       "how long all calls took that ended now")		\
	COLUMN(bytes, UNSIGNED, "BYTE/S", BYTES,			\
	       "sent and received in messages")				\
	COLUMN(calls, UNSIGNED, "CALLS", PLAIN, "calls in all")		\
	COLUMN(user, STRING, "USER", PLAIN, "its user")			\
	COLUMN(container, STRING, "CONTAINER", PLAIN, "its container")	\
	COLUMN(exe, STRING, "PROGRAM", PLAIN, "what it runs")

#define OBJECT_COLUMNS(COLUMN)						\
	COLUMN(object, STRING, "OBJECT", PLAIN, "kind and id")		\
	COLUMN(rate, UNSIGNED, "CALL/S", PLAIN, "calls a second")	\
	COLUMN(errors, UNSIGNED, "ERR/S", PLAIN, "calls that failed, a second") \
	COLUMN(in, UNSIGNED, "IN", PLAIN,				\
	       "messages, semaphores held, or attachments")		\
	COLUMN(waiting, UNSIGNED, "WAIT", PLAIN, "calls that wait there") \
	COLUMN(key, STRING, "KEY", PLAIN, "its key")			\
	COLUMN(size, UNSIGNED, "SIZE", BYTES,				\
	       "bytes it has room for, or semaphores")			\
	COLUMN(bytes, UNSIGNED, "BYTE/S", BYTES,			\
	       "sent and received in messages")				\
	COLUMN(calls, UNSIGNED, "CALLS", PLAIN, "calls in all")		\
	COLUMN(owner, STRING, "OWNER", PLAIN, "its owner")		\
	COLUMN(used_by, STRING, "USED BY", PLAIN, "who used it last")	\
	COLUMN(made_by, STRING, "MADE BY", PLAIN, "who made it")	\
	COLUMN(ipc_ns, UNSIGNED, "NAMESPACE", PLAIN, "its IPC namespace") \
	COLUMN(state, STRING, "STATE", PLAIN, "marked: it goes with the last detach")

#define CALL_COLUMNS(COLUMN)						\
	COLUMN(call, STRING, "CALL", PLAIN, "its name")			\
	COLUMN(rate, UNSIGNED, "CALL/S", PLAIN, "calls a second")	\
	COLUMN(errors, UNSIGNED, "ERR/S", PLAIN, "that failed, a second") \
	COLUMN(mean_ns, UNSIGNED, "MEAN", NS, "how long one took")	\
	COLUMN(p50_ns, UNSIGNED, "P50", NS, "half of them, or less")	\
	COLUMN(p99_ns, UNSIGNED, "P99", NS, "99 % of them")		\
	COLUMN(max_ns, UNSIGNED, "MAX", NS, "the longest")		\
	COLUMN(wait_ns, UNSIGNED, "WAITED", NS,				\
	       "how long those waited that ended now")			\
	COLUMN(calls, UNSIGNED, "CALLS", PLAIN, "in all")		\
	COLUMN(missed, UNSIGNED, "MISSED", PLAIN, "that could not be watched") \
	COLUMN(errnos, STRING, "ERRORS", PLAIN, "which errors, and how often")

#define WAIT_COLUMNS(COLUMN)						\
	COLUMN(waited_ns, UNSIGNED, "WAITED", NS, "for so long")	\
	COLUMN(name, STRING, "NAME", PLAIN, "name of the process")	\
	COLUMN(pid, UNSIGNED, "PID", PLAIN, "process")			\
	COLUMN(call, STRING, "CALL", PLAIN, "which call")		\
	COLUMN(object, STRING, "OBJECT", PLAIN, "where")		\
	COLUMN(tid, UNSIGNED, "TID", PLAIN, "thread")			\
	COLUMN(what, STRING, "FOR", PLAIN, "what it waits for, and whom; how it ended")

#define PROCESS_ID(name, ...)	PROCESS_##name,
#define OBJECT_ID(name, ...)	OBJECT_##name,
#define CALL_ID(name, ...)	CALL_##name,
#define WAIT_ID(name, ...)	WAIT_##name,
enum { PROCESS_COLUMNS(PROCESS_ID) };
enum { OBJECT_COLUMNS(OBJECT_ID) };
enum { CALL_COLUMNS(CALL_ID) };
enum { WAIT_COLUMNS(WAIT_ID) };
#undef WAIT_ID
#undef CALL_ID
#undef OBJECT_ID
#undef PROCESS_ID

#define UNIT_PLAIN	.width = 0
#define UNIT_NS		.is_ns = true
#define UNIT_BYTES	.is_bytes = true
#define ROW(title, of, head, unit, says)				\
	{								\
		.name = #title, .type = VALUE_##of, .heading = head,	\
		.what = says, UNIT_##unit				\
	},
static const struct column process_columns[] = { PROCESS_COLUMNS(ROW) };
static const struct column object_columns[] = { OBJECT_COLUMNS(ROW) };
static const struct column call_columns[] = { CALL_COLUMNS(ROW) };
static const struct column wait_columns[] = { WAIT_COLUMNS(ROW) };
#undef ROW
#undef UNIT_BYTES
#undef UNIT_NS
#undef UNIT_PLAIN

const struct screen_view top_views[NR_TOP_VIEWS] = {
	[TOP_PROCESSES] = {
		"Processes", process_columns, ARRAY_SIZE(process_columns), "-rate",
	},
	[TOP_OBJECTS] = {
		"Objects", object_columns, ARRAY_SIZE(object_columns), "-rate",
	},
	[TOP_CALLS] = {
		"Calls", call_columns, ARRAY_SIZE(call_columns), "-rate",
	},
	[TOP_WAITS] = {
		"Waits", wait_columns, ARRAY_SIZE(wait_columns), "-waited_ns",
	},
};

/* ---- Values -------------------------------------------------------------- */

static void set_number(struct value *value, u64 number)
{
	value->type = VALUE_UNSIGNED;
	value->number = number;
}

/* Nothing where there is none: blanks are easier to look at than many 0. */
static void set_some(struct value *value, u64 number)
{
	if (number)
		set_number(value, number);
}

static void set_text(struct value *value, const char *text)
{
	if (!*text)
		return;
	value->type = VALUE_STRING;
	value->string = text;
}

static void set_object(struct value *value, const struct top_object_name *name,
		       char *room)
{
	sprintf(room, "%s:%d", ipct_family_names[name->family], name->id);
	set_text(value, room);
}

static void set_by(struct value *value, const struct top_user *user, char *room)
{
	if (!user->tgid)
		return;
	utf8_text(room, user->comm, sizeof(user->comm));
	sprintf(room + strlen(room), "[%u]", user->tgid);
	set_text(value, room);
}

static void process_value(void *context, size_t at, size_t column,
			  struct value *value, char *room)
{
	const struct top_list *list = context;
	const struct top_process_row *row = (struct top_process_row *)list->rows + at;

	(void)room;
	switch (column) {
	case PROCESS_pid:
		set_number(value, row->tgid);
		break;
	case PROCESS_name:
		set_text(value, row->name);
		break;
	case PROCESS_rate:
		set_number(value, row->rate);
		break;
	case PROCESS_errors:
		set_some(value, row->errors);
		break;
	case PROCESS_waiting:
		set_some(value, row->waiting);
		break;
	case PROCESS_holds:
		set_some(value, row->holds);
		break;
	case PROCESS_attached:
		set_some(value, row->attached);
		break;
	case PROCESS_wait_ns:
		set_some(value, row->wait_ns);
		break;
	case PROCESS_time_ns:
		set_some(value, row->time_ns);
		break;
	case PROCESS_bytes:
		set_some(value, row->bytes);
		break;
	case PROCESS_calls:
		set_number(value, row->calls);
		break;
	case PROCESS_user:
		set_text(value, row->user);
		break;
	case PROCESS_container:
		set_text(value, row->container);
		break;
	case PROCESS_exe:
		set_text(value, row->exe);
		break;
	}
}

static u64 process_id(void *context, size_t at)
{
	const struct top_list *list = context;

	return ((struct top_process_row *)list->rows)[at].tgid;
}

static void object_value(void *context, size_t at, size_t column,
			 struct value *value, char *room)
{
	const struct top_list *list = context;
	const struct top_object_row *row = (struct top_object_row *)list->rows + at;

	switch (column) {
	case OBJECT_object:
		set_object(value, &row->name, room);
		break;
	case OBJECT_rate:
		set_number(value, row->rate);
		break;
	case OBJECT_errors:
		set_some(value, row->errors);
		break;
	case OBJECT_in:
		if (row->knows_in)
			set_number(value, row->in);
		break;
	case OBJECT_waiting:
		set_some(value, row->waiting);
		break;
	case OBJECT_key:
		sprintf(room, "0x%08x", row->name.key);
		if (row->name.key)
			set_text(value, room);
		break;
	case OBJECT_size:
		if (row->knows_size)
			set_number(value, row->size);
		break;
	case OBJECT_bytes:
		set_some(value, row->bytes);
		break;
	case OBJECT_calls:
		set_number(value, row->calls);
		break;
	case OBJECT_owner:
		set_user(room, list->users, row->uid);
		set_text(value, room);
		break;
	case OBJECT_used_by:
		set_by(value, &row->by, room);
		break;
	case OBJECT_made_by:
		set_by(value, &row->made, room);
		break;
	case OBJECT_ipc_ns:
		set_number(value, row->name.ipc_ns);
		break;
	case OBJECT_state:
		set_text(value, row->state == MODEL_MARKED ? "marked" : "there");
		break;
	}
}

static u64 object_id(void *context, size_t at)
{
	const struct top_list *list = context;
	const struct top_object_name *name =
		&((struct top_object_row *)list->rows)[at].name;

	return hash_mix((u64)name->ipc_ns << 32 | (u32)name->id, name->family);
}

static void call_value(void *context, size_t at, size_t column, struct value *value,
		       char *room)
{
	const struct top_list *list = context;
	const struct top_call_row *row = (struct top_call_row *)list->rows + at;

	(void)room;
	switch (column) {
	case CALL_call:
		set_text(value, ipct_syscalls[row->call].name);
		break;
	case CALL_rate:
		set_number(value, row->rate);
		break;
	case CALL_errors:
		set_some(value, row->errors);
		break;
	case CALL_mean_ns:
		set_some(value, row->mean_ns);
		break;
	case CALL_p50_ns:
		if (row->has_times)
			set_number(value, row->p50_ns);
		break;
	case CALL_p99_ns:
		if (row->has_times)
			set_number(value, row->p99_ns);
		break;
	case CALL_max_ns:
		if (row->has_times)
			set_number(value, row->max_ns);
		break;
	case CALL_wait_ns:
		set_some(value, row->wait_ns);
		break;
	case CALL_calls:
		set_number(value, row->calls);
		break;
	case CALL_missed:
		set_some(value, row->missed);
		break;
	case CALL_errnos:
		set_text(value, row->errnos);
		break;
	}
}

static u64 call_id(void *context, size_t at)
{
	const struct top_list *list = context;

	return ((struct top_call_row *)list->rows)[at].call;
}

static void wait_value(void *context, size_t at, size_t column, struct value *value,
		       char *room)
{
	const struct top_list *list = context;
	const struct top_wait_row *row = (struct top_wait_row *)list->rows + at;

	switch (column) {
	case WAIT_waited_ns:
		set_number(value, row->waited_ns);
		break;
	case WAIT_name:
		set_text(value, row->name);
		break;
	case WAIT_pid:
		set_number(value, row->tgid);
		break;
	case WAIT_call:
		set_text(value, ipct_syscalls[row->call].name);
		break;
	case WAIT_object:
		if (row->has_object)
			set_object(value, &row->object, room);
		break;
	case WAIT_tid:
		set_number(value, row->tid);
		break;
	case WAIT_what:
		set_text(value, row->what);
		break;
	}
}

static u64 wait_id(void *context, size_t at)
{
	const struct top_list *list = context;
	const struct top_wait_row *row = (struct top_wait_row *)list->rows + at;

	return hash_mix(row->tid, row->since_ns);
}

/**
 * top_rows_of() - the rows of a view, as a screen wants them
 * @rows: the rows; must stay as they are while the screen has them
 * @view: which
 * @out: out
 */
void top_rows_of(struct top_rows *rows, enum top_view view, struct screen_rows *out)
{
	static const struct screen_rows all[] = {
		[TOP_PROCESSES] = { .value = process_value, .id = process_id },
		[TOP_OBJECTS] = { .value = object_value, .id = object_id },
		[TOP_CALLS] = { .value = call_value, .id = call_id },
		[TOP_WAITS] = { .value = wait_value, .id = wait_id },
	};

	*out = all[view];
	out->context = &rows->lists[view];
	out->nr = rows->lists[view].nr;
}

/**
 * top_rows_object() - which object a row is about
 * @rows: the rows
 * @view: TOP_OBJECTS or TOP_WAITS
 * @row: which row
 * @name: out
 *
 * Return: false: none.
 */
bool top_rows_object(const struct top_rows *rows, enum top_view view, size_t row,
		     struct top_object_name *name)
{
	const void *list = rows->lists[view].rows;

	if (view == TOP_OBJECTS) {
		*name = ((const struct top_object_row *)list)[row].name;
		return true;
	}
	*name = ((const struct top_wait_row *)list)[row].object;
	return ((const struct top_wait_row *)list)[row].has_object;
}

/**
 * top_rows_process() - which process a row of TOP_PROCESSES is about
 * @rows: the rows
 * @row: which row
 */
u32 top_rows_process(const struct top_rows *rows, size_t row)
{
	return process_id((void *)&rows->lists[TOP_PROCESSES], row);
}

/**
 * top_rows_call() - which call a row of TOP_CALLS is about
 * @rows: the rows
 * @row: which row
 */
u8 top_rows_call(const struct top_rows *rows, size_t row)
{
	return call_id((void *)&rows->lists[TOP_CALLS], row);
}
