// SPDX-License-Identifier: GPL-2.0
/*
 * Random calls from several processes, 64-bit ones and 32-bit ones by int 0x80:
 * each must be counted once, and each must have left its record, with the
 * registers and the result that its caller knows, in its caller's order; or must
 * be among those that are told as missed, lost or rejected, exactly.
 *
 * IPCTRACE_FUZZ is how many, IPCTRACE_FUZZ_SEED repeats what they ask for.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "vm_abi.h"
#include "vm_random.h"
#include "vm_test.h"

#define NR		VM_RANDOM_PROCESSES
#define ROUND		1500	/* calls of a process, with objects of their own */
#define ERESTARTNOHAND	514	/* the kernel's: EINTR for the caller */

/**
 * struct round - what the processes did
 * @stop: for who else runs meanwhile
 * @calls: of each process, in order
 */
struct round {
	bool stop;
	struct vm_random calls[NR][ROUND];
};

/**
 * struct counts - of a call, since the module was loaded
 * @finished: calls that finished, and were wanted
 * @errors: of those, with an error
 * @missed: of which a record says that they were missed
 * @ways: WAY_*, how they were made
 */
struct counts {
	uint64_t finished;
	uint64_t errors;
	uint64_t missed;
	unsigned int ways;
};

#define WAY_NATIVE	0x1
#define WAY_I386	0x2	/* from a program of 64 bits */
#define WAY_IPC		0x4

/* Of calls that are known to ipc(), and have a number besides */
#if VM_INT80
#define WAYS	(WAY_NATIVE | WAY_IPC | VM_WIDE(WAY_I386, 0))
#else
#define WAYS	WAY_NATIVE
#endif

static uint64_t seed;	/* of all cases */

static __attribute__((constructor)) void choose_seed(void)
{
	const char *text = getenv("IPCTRACE_FUZZ_SEED");

	seed = text ? strtoull(text, NULL, 0) : vm_now();
}

FIXTURE(fuzz_calls) {
	struct vm_trace trace;
	struct counts counts[IPCTRACE_NR_CALLS];
	uint64_t made;
	uint64_t rejected;
	uint64_t matched;	/* records that are of a call that was made */
	struct round *round;
	uint64_t round_seed;
	long calls;
	char wrong[1024];	/* the first that is */
};

/**
 * @share: of all calls that are made, in eighths
 * @params: of the module
 * @filter: of records
 * @rejects: it wants failed calls only
 * @loses: the reader comes late and the rings are small
 * @misses: there are not enough instances
 * @company: others read all there is meanwhile
 * @covers: there is something of everything, if there are thousands
 */
FIXTURE_VARIANT(fuzz_calls) {
	int share;
	const char *params;
	const char *filter;
	bool rejects;
	bool loses;
	bool misses;
	bool company;
	bool covers;
};

FIXTURE_VARIANT_ADD(fuzz_calls, as_users_have_it) {
	.share = 4, .params = "", .filter = "\n", .covers = true,
};

FIXTURE_VARIANT_ADD(fuzz_calls, with_everything_on) {
	.share = 1, .params = "payload=256 group=0 ring_bytes=16777216",
	.filter = "duration >= 0ns", .company = true,
};

FIXTURE_VARIANT_ADD(fuzz_calls, rings_overwritten) {
	.share = 1, .params = "payload=256 ring_bytes=65536", .filter = "\n",
	.loses = true,
};

FIXTURE_VARIANT_ADD(fuzz_calls, too_few_instances) {
	.share = 1, .params = "max_blocked=1", .filter = "\n", .misses = true,
};

FIXTURE_VARIANT_ADD(fuzz_calls, only_failed_ones) {
	.share = 1, .params = "", .filter = "failed", .rejects = true,
};

FIXTURE_SETUP(fuzz_calls)
{
	const char *count = getenv("IPCTRACE_FUZZ");

	self->round_seed = seed;
	self->calls = (count ? atol(count) : 20000) * variant->share / 8;
	self->round = mmap(NULL, sizeof(*self->round), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->round);
	ASSERT_EQ(0, vm_random_init());
	ASSERT_EQ(0, vm_module_reload(variant->params));
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "filter", variant->filter));
	ASSERT_EQ(0, vm_trace_open(&self->trace, VM_FROM_LOAD));
}

FIXTURE_TEARDOWN(fuzz_calls)
{
	EXPECT_STREQ("", self->trace.fault);
	vm_trace_close(&self->trace);
	EXPECT_EQ(0, vm_module_reload(""));
}

/* ---- The processes ------------------------------------------------------- */

/* A namespace where little fits. */
static bool begin_namespace(void)
{
	static const char *const limits[][2] = {
		{ "msgmni", "48" }, { "msgmax", "8192" }, { "msgmnb", "16384" },
		{ "sem", "32000 1024 64 48" }, { "shmmni", "48" },
		{ "shmmax", VM_WIDE("1099511627776", "1073741824") },
		{ "shmall", "4096" },
	};
	char path[64];
	size_t i;

	if (unshare(CLONE_NEWIPC))
		return false;
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		snprintf(path, sizeof(path), "/proc/sys/kernel/%s",
			 limits[i][0]);
		if (vm_write_file(path, limits[i][1]))
			return false;
	}
	vm_random_forget();
	return true;
}

/* What a call did to the process's memory is told before it dies of it. */
static void tell_of_fault(int signal, siginfo_t *info, void *context)
{
	char *maps = vm_read_file("/proc/self/maps");

	(void)signal;
	(void)context;
	fprintf(stderr, "# %d: fault at %p, code %d\n%s", getpid(),
		info->si_addr, info->si_code, maps);
	fflush(stderr);
}

static pid_t start_process(struct round *round, uint64_t round_seed, int i,
			   long n)
{
	const struct sigaction fault = {
		.sa_sigaction = tell_of_fault,
		.sa_flags = SA_SIGINFO | SA_RESETHAND,
	};
	pid_t pid = fork();
	long call;

	if (pid)
		return pid;
	sigaction(SIGSEGV, &fault, NULL);
	/* One goes where it likes. */
	if (i)
		vm_pin(i % sysconf(_SC_NPROCESSORS_ONLN));
	vm_random_process(round_seed, i);
	for (call = 0; call < n; call++)
		/* Some leave a record of their entry, too. */
		vm_random_call(call % 4 ? 1000 : 15000,
			       &round->calls[i][call]);
	_exit(0);
}

/* Reads all that there is to read, as text. */
static pid_t start_company(const struct round *round)
{
	static const char *const files[] = { "stats", "probes", "blocked",
					     "trace", "filter", "control" };
	pid_t pid = fork();
	char path[64];
	int i, fd;

	if (pid)
		return pid;
	fd = open(IPCTRACE_DEVICE, O_RDONLY | O_NONBLOCK);
	for (i = 0; !__atomic_load_n(&round->stop, __ATOMIC_RELAXED); i++) {
		snprintf(path, sizeof(path), VM_DEBUGFS "%s",
			 files[i % ARRAY_SIZE(files)]);
		free(vm_read_file(path));
		free(vm_read_fd(fd));
		usleep(1000);
	}
	_exit(fd < 0);
}

/* ---- Their records ------------------------------------------------------- */

static bool is_error(const struct vm_random *made)
{
	return made->ret < 0 && made->ret >= -4095;
}

static bool is_missed(const struct ipctrace_call *c)
{
	return c->header.type == IPCTRACE_TYPE_MISSED;
}

/* Was it what the caller asked for, and in that way? */
static bool asks(const struct ipctrace_call *c, const struct vm_random *made,
		 int call, bool by_ipc)
{
	return c->header.call == call && c->header.abi == made->abi &&
	       !(c->header.flags & IPCTRACE_F_IPC) == !by_ipc &&
	       !memcmp(c->args, made->args, sizeof(made->args));
}

/* A call that ipc() does not know is marked like those that it does. */
static bool is_marked(const struct vm_random *made)
{
	return made->by_ipc || made->call == IPCTRACE_CALL_ipc;
}

/* The result of one that is missed is not known, nor what ipc() was to do. */
static bool is_of(const struct ipctrace_call *c, const struct vm_random *made)
{
	if (is_missed(c))
		return !c->ret &&
		       asks(c, made, made->by_ipc ? IPCTRACE_CALL_ipc :
						    made->call, false);
	if (c->ret != made->ret &&
	    (c->ret != -ERESTARTNOHAND || made->ret != -EINTR))
		return false;
	return asks(c, made, made->call, is_marked(made));
}

static char *describe(char *text, size_t room, int call, int abi, bool by_ipc,
		      const void *registers, int64_t ret)
{
	const uint64_t *a = registers;

	snprintf(text, room, "%s%s abi %d (%#llx, %#llx, %#llx, %#llx, %#llx, %#llx) = %lld",
		 call < IPCTRACE_NR_CALLS ? vm_call_names[call] : "?",
		 by_ipc ? " by ipc()" : "", abi, (unsigned long long)a[0],
		 (unsigned long long)a[1], (unsigned long long)a[2],
		 (unsigned long long)a[3], (unsigned long long)a[4],
		 (unsigned long long)a[5], (long long)ret);
	return text;
}

/* The first is told: what follows is often its consequence. */
static void wrong(FIXTURE_DATA(fuzz_calls) *self, const char *what, int i,
		  const struct vm_random *made, const struct ipctrace_call *c)
{
	char call[256] = "none", record[256] = "none";

	if (self->wrong[0])
		return;
	if (made)
		describe(call, sizeof(call), made->call, made->abi,
			 made->by_ipc, made->args, made->ret);
	if (c)
		describe(record, sizeof(record), c->header.call, c->header.abi,
			 c->header.flags & IPCTRACE_F_IPC, c->args, c->ret);
	snprintf(self->wrong, sizeof(self->wrong),
		 "%s: process %d, call: %s; record: %s", what, i, call, record);
}

/* Calls of process @i that have no record, from @from to before @to. */
static void without_record(FIXTURE_DATA(fuzz_calls) *self,
			   const FIXTURE_VARIANT(fuzz_calls) *variant, int i,
			   long from, long to, const struct ipctrace_call *next)
{
	const struct vm_random *made = self->round->calls[i];

	for (; from < to; from++)
		if (!variant->loses &&
		    !(variant->rejects && !is_error(&made[from])))
			wrong(self, "a call without a record", i, &made[from],
			      next);
}

/* The call that record @c of process @i is of, from @from on. */
static long match(FIXTURE_DATA(fuzz_calls) *self,
		  const FIXTURE_VARIANT(fuzz_calls) *variant, int i, long from,
		  long n, const struct ipctrace_call *c)
{
	const struct vm_random *made = self->round->calls[i];
	struct counts *counts;
	long to;

	for (to = from; to < n && !is_of(c, &made[to]); to++)
		;
	if (to == n) {
		wrong(self, "a record without a call", i,
		      from < n ? &made[from] : NULL, c);
		return from;
	}
	without_record(self, variant, i, from, to, c);
	if (variant->rejects && !is_error(&made[to]))
		wrong(self, "a record of a rejected call", i, &made[to], c);
	if (is_missed(c)) {
		counts = &self->counts[made[to].call];
		counts->finished--;
		counts->errors -= is_error(&made[to]);
		self->counts[c->header.call].missed++;
	}
	self->matched++;
	return to + 1;
}

/*
 * A call that lasts: @next is the one that has no record yet, or the one before,
 * if that ended while the record of its entry was written.
 */
static void match_entry(FIXTURE_DATA(fuzz_calls) *self, int i, long next,
			long n, const struct ipctrace_call *c)
{
	const struct vm_random *made = self->round->calls[i];
	long call;

	for (call = next ? next - 1 : 0; call <= next && call < n; call++)
		if (asks(c, &made[call], made[call].call, is_marked(&made[call])))
			return;
	wrong(self, "an entry of a call that is not in flight", i,
	      next < n ? &made[next] : NULL, c);
}

static void count(FIXTURE_DATA(fuzz_calls) *self,
		  const FIXTURE_VARIANT(fuzz_calls) *variant,
		  const struct vm_random *made)
{
	struct counts *counts = &self->counts[made->call];

	self->made++;
	counts->ways |= made->by_ipc ? WAY_IPC :
			made->abi == VM_ABI ? WAY_NATIVE : WAY_I386;
	if (variant->rejects && !is_error(made)) {
		self->rejected++;
		return;
	}
	counts->finished++;
	counts->errors += is_error(made);
}

/* Hold the records of a round against its calls. */
static void compare(FIXTURE_DATA(fuzz_calls) *self,
		    const FIXTURE_VARIANT(fuzz_calls) *variant,
		    const pid_t *pids, long n)
{
	struct vm_records *records = &self->trace.pending;
	long next[NR] = { 0 }, call;
	size_t r;
	int i;

	for (i = 0; i < NR; i++)
		for (call = 0; call < n; call++)
			count(self, variant, &self->round->calls[i][call]);
	vm_trace_fill(&self->trace);
	for (r = 0; r < records->n; r++) {
		const struct ipctrace_call *c = records->v[r];

		if (c->header.call == IPCTRACE_CALL_NONE)
			continue;
		for (i = 0; i < NR && (pid_t)c->tgid != pids[i]; i++)
			;
		if (i == NR)
			wrong(self, "a record of nobody", i, NULL, c);
		else if (c->header.type != IPCTRACE_TYPE_ENTER)
			next[i] = match(self, variant, i, next[i], n, c);
		else if (!variant->loses && !variant->rejects)
			match_entry(self, i, next[i], n, c);
	}
	for (i = 0; i < NR; i++)
		without_record(self, variant, i, next[i], n, NULL);
	vm_trace_drop(&self->trace);
}

/* Each process makes @n calls. */
static bool run_round(FIXTURE_DATA(fuzz_calls) *self,
		      const FIXTURE_VARIANT(fuzz_calls) *variant, long n)
{
	int i, status, ends[2];
	struct pollfd running;
	pid_t pids[NR];
	bool good = true;

	if (!begin_namespace() || pipe(ends))
		return false;
	for (i = 0; i < NR; i++)
		pids[i] = start_process(self->round, self->round_seed, i, n);
	self->round_seed++;
	close(ends[1]);
	running = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	/* They have the other end. */
	while (!poll(&running, 1, 10))
		if (!variant->loses)
			vm_trace_fill(&self->trace);
	close(ends[0]);
	for (i = 0; i < NR; i++) {
		if (waitpid(pids[i], &status, 0) == pids[i] && !status)
			continue;
		good = false;
		snprintf(self->wrong, sizeof(self->wrong),
			 "process %d with the seed %llu ended with status %#x",
			 i, (unsigned long long)self->round_seed - 1, status);
	}
	if (good)
		compare(self, variant, pids, n);
	return good;
}

/* ---- The counters -------------------------------------------------------- */

/**
 * struct written - what the module says that it has written
 * @all: by CPU
 * @types: the same, by type
 */
struct written {
	uint64_t all;
	uint64_t types;
	uint64_t calls;
	uint64_t missed;
};

static void read_written(int fd, struct written *w)
{
	w->all = vm_written(fd);
	w->types = vm_records(fd);
	w->calls = vm_events(fd, IPCTRACE_TYPE_CALL);
	w->missed = vm_events(fd, IPCTRACE_TYPE_MISSED);
}

/* Objects go with their namespace at any time: until nothing is new. */
static bool read_all(struct vm_trace *t, struct written *w)
{
	struct written again;
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		read_written(t->fd, w);
		vm_trace_fill(t);
		vm_trace_drop(t);
		read_written(t->fd, &again);
		if (again.all == w->all)
			return true;
		usleep(10000);
	}
	return false;
}

#define EXPECT_STATS(stats, self)					\
	do {								\
		struct counts __sum = { 0 };				\
		struct vm_account __a = { 0 };				\
		struct vm_stats_row __row;				\
		int __call;						\
									\
		for (__call = 0; __call < IPCTRACE_NR_CALLS; __call++) {	\
			const struct counts *__c = &(self)->counts[__call];	\
									\
			ASSERT_TRUE(vm_stats_row(stats,			\
						 vm_call_names[__call],	\
						 &__row));		\
			EXPECT_EQ(__c->finished, __row.calls)		\
				TH_LOG("%s", vm_call_names[__call]);	\
			EXPECT_EQ(__c->errors, __row.errors)		\
				TH_LOG("%s", vm_call_names[__call]);	\
			EXPECT_EQ(__c->missed, __row.missed)		\
				TH_LOG("%s", vm_call_names[__call]);	\
			__sum.finished += __c->finished;		\
			__sum.missed += __c->missed;			\
		}							\
		ASSERT_TRUE(vm_account(stats, &__a));			\
		EXPECT_EQ((self)->made, __a.entered);			\
		EXPECT_EQ(__sum.finished, __a.finished);		\
		EXPECT_EQ(0, __a.in_flight);				\
		EXPECT_EQ(__sum.missed, __a.missed);			\
		EXPECT_EQ((self)->rejected, __a.rejected);		\
	} while (0)

/* That nothing is wrong says little of calls that were not made. */
static bool covers(const struct counts *counts, int call)
{
	switch (call) {
	case IPCTRACE_CALL_ipc:
		return !VM_INT80 || (counts->errors && counts->ways ==
				     VM_WIDE(WAY_I386, WAY_NATIVE));
	case IPCTRACE_CALL_semop:
		/* Without a number for 32 bits */
		return counts->ways == (WAYS & ~VM_WIDE(WAY_I386, WAY_NATIVE)) &&
		       counts->errors && counts->errors < counts->finished;
	default:
		return counts->ways == WAYS && counts->errors &&
		       counts->errors < counts->finished;
	}
}

TEST_F_TIMEOUT(fuzz_calls, are_all_accounted_for, 3600)
{
	uint64_t missed = 0, read, lost;
	pid_t company = 0;
	struct written w;
	int call, status;
	char *stats;
	long left;

	TH_LOG("seed %llu", (unsigned long long)seed);
	if (variant->company)
		company = start_company(self->round);
	for (left = (self->calls + NR - 1) / NR; left > 0; left -= ROUND)
		ASSERT_TRUE(run_round(self, variant,
				      left < ROUND ? left : ROUND))
			TH_LOG("%s", self->wrong);
	EXPECT_STREQ("", self->wrong);
	self->round->stop = true;
	if (company) {
		EXPECT_EQ(company, waitpid(company, &status, 0));
		EXPECT_EQ(0, status);
	}

	stats = vm_read_file(VM_DEBUGFS "stats");
	ASSERT_NE(NULL, stats);
	EXPECT_STATS(stats, self);
	free(stats);

	ASSERT_TRUE(read_all(&self->trace, &w));
	read = vm_sum(self->trace.read);
	lost = vm_sum(self->trace.lost);
	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		missed += self->counts[call].missed;
	TH_LOG("%llu calls, %llu rejected, %llu missed, %llu records, %llu lost",
	       (unsigned long long)self->made,
	       (unsigned long long)self->rejected, (unsigned long long)missed,
	       (unsigned long long)read, (unsigned long long)lost);
	for (call = 0; variant->covers && call < IPCTRACE_NR_CALLS; call++)
		EXPECT_TRUE(covers(&self->counts[call], call))
			TH_LOG("%s", vm_call_names[call]);
	EXPECT_EQ(self->made - self->rejected - missed, w.calls);
	EXPECT_EQ(missed, w.missed);
	EXPECT_EQ(w.types, w.all);
	EXPECT_EQ(w.all, read + lost);
	EXPECT_LE(self->matched, w.calls + w.missed);
	if (variant->loses) {
		EXPECT_LT(0, lost);
	} else {
		EXPECT_EQ(0, lost);
		EXPECT_EQ(w.calls + w.missed, self->matched);
	}
	if (!variant->misses)
		EXPECT_EQ(0, missed);
}

TEST_HARNESS_MAIN
