// SPDX-License-Identifier: GPL-2.0
/*
 * A call is a "shot": it is made by some thread, which notes who it is, what
 * it passed and what it got. The record must say the same, in every field.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm_abi.h"
#include "vm_call.h"
#include "vm_module.h"
#include "vm_random.h"

const char *const vm_call_names[IPCTRACE_NR_CALLS] = {
#define IPCTRACE_CALL(id, name, ...) [id] = #name,
#include <ipctrace/syscalls.def>
#undef IPCTRACE_CALL
};

/* There is no such call for 64-bit programs. */
#ifndef SYS_ipc
#define SYS_ipc		-1
#endif
/* On i386 it is made by ipc(). */
#ifndef SYS_semop
#define SYS_semop	VM_SEMOP_NR
#endif
/* The same unless there is a timeout. */
#ifndef SYS_semtimedop
#define SYS_semtimedop	VM_SEMTIMEDOP_NR
#endif

static const struct {
	int nr;
	int nr_args;
	int family;
} rows[IPCTRACE_NR_CALLS] = {
#define ARG(...) + 1
#define IPCTRACE_CALL(id, name, family, object, follow, blocks, ...)	\
	[id] = { SYS_##name, ARGS(__VA_ARGS__, , , , ,),			\
		 IPCTRACE_##family },
/* entries and number, which are no arguments, and then these */
#define ARGS(entries, number, a, b, c, d, e, f, ...) 0 a b c d e f
#include <ipctrace/syscalls.def>
#undef ARGS
#undef IPCTRACE_CALL
#undef ARG
};

/* What was verified of each call by any test of this program. */
unsigned char *vm_seen;

static __attribute__((constructor)) void share_seen(void)
{
	vm_seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm_seen == MAP_FAILED)
		abort();
}

uint64_t vm_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* vm_pin - stay on @cpu, or on none in particular for -1 */
int vm_pin(int cpu)
{
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	for (i = 0; i < CPU_SETSIZE; i++)
		if (cpu < 0 || cpu == i)
			CPU_SET(i, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static uint64_t read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = 0;
		close(fd);
	}
	return strtoull(text, NULL, 10);
}

/* The directory that the line "0::/path" of /proc/self/cgroup stands for. */
static uint64_t cgroup_id(void)
{
	char line[256], path[300] = "";
	struct stat st;
	FILE *f = fopen("/proc/thread-self/cgroup", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "0::", 3))
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s", line + 3);
	}
	if (f)
		fclose(f);
	return stat(path, &st) ? 0 : st.st_ino;
}

static int pinned_cpu(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) != 1)
		return -1;
	return sched_getcpu();
}

void vm_who_am_i(struct vm_who *who)
{
	struct stat st;

	memset(who, 0, sizeof(*who));
	who->tgid = getpid();
	who->tid = gettid();
	who->ppid = getppid();
	who->uid = getuid();
	who->gid = getgid();
	who->loginuid = read_number("/proc/thread-self/loginuid");
	who->ipc_ns = stat("/proc/thread-self/ns/ipc", &st) ? 0 : st.st_ino;
	who->cgroup = cgroup_id();
	prctl(PR_GET_NAME, who->comm);
	who->cpu = pinned_cpu();
}

/* vm_shot_shared - a shot that a child can make and its parent verify */
struct vm_shot *vm_shot_shared(void)
{
	void *p = mmap(NULL, sizeof(struct vm_shot), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

/* Everything but the call itself, which comes right after. */
static void load(struct vm_shot *s, int call, const long *args)
{
	vm_who_am_i(&s->who);
	s->call = call;
	s->by_ipc = call == IPCTRACE_CALL_semop && VM_SEMOP_IPC;
	memcpy(s->args,
	       s->by_ipc ? VM_ARGS(VM_SEMOP_ARGS(args[0], args[1], args[2])) :
			   args,
	       sizeof(s->args));
}

static void fire(struct vm_shot *s)
{
	const long *a = s->args;

	s->before_ns = vm_now();
	s->ret = syscall(rows[s->call].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	s->after_ns = vm_now();
	if (s->ret == -1)
		s->ret = -errno;
}

/* vm_shoot - make a call from this thread */
void vm_shoot(struct vm_shot *s, int call, const long *args)
{
	load(s, call, args);
	fire(s);
}

/* vm_shoot_as - make a call from a child with other ids and no privilege */
int vm_shoot_as(struct vm_shot *s, uid_t uid, gid_t gid, int call,
		const long *args)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		/* Read before /proc/self closes to us. */
		load(s, call, args);
		if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
		    setresuid(uid, uid, uid))
			_exit(1);
		s->who.uid = uid;
		s->who.gid = gid;
		fire(s);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return -1;
	return 0;
}

/* vm_shoot_async - make a call from a child, which then exits */
pid_t vm_shoot_async(struct vm_shot *s, int call, const long *args)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	vm_shoot(s, call, args);
	_exit(0);
}

/* By its number, or by ipc() with its number there, if it has one. */
static bool asleep_in(pid_t pid, int nr, int ipc_nr)
{
	char path[64], text[32];
	unsigned int first;
	int fd, i, seen;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	for (i = 0; i < 2000; i++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return false;
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (n > 0) {
			text[n] = 0;
			/* "running" while it is not asleep */
			if (sscanf(text, "%d 0x%x", &seen, &first) == 2 &&
			    (seen == nr || (seen == SYS_ipc && ipc_nr &&
					    (int)first == ipc_nr)))
				return true;
		}
		usleep(10000);
	}
	return false;
}

/* vm_asleep_in - wait until process @pid sleeps in a call, 20 s at most */
bool vm_asleep_in(pid_t pid, int call)
{
	/* linux/ipc.h, which the C library's own does not go with */
	static const int ipc_nr[IPCTRACE_NR_CALLS] = {
		[IPCTRACE_CALL_semtimedop] = 4,
		[IPCTRACE_CALL_msgsnd] = 11,
		[IPCTRACE_CALL_msgrcv] = 12,
	};

	return asleep_in(pid, rows[call].nr, ipc_nr[call]);
}

/* vm_asleep_in_nr - the same for any system call, by its number */
bool vm_asleep_in_nr(pid_t pid, int nr)
{
	return asleep_in(pid, nr, 0);
}

struct message {
	char *text;
	size_t size;
};

#define DIFFER(field, format, expected, seen)				\
	do {								\
		if ((expected) != (seen))				\
			m += snprintf(m, end - m,			\
				      field " is " format		\
				      ", not " format "; ",		\
				      (seen), (expected));		\
		if (m >= end)						\
			m = end - 1;					\
	} while (0)

static void compare_object(char *m, char *end, const struct ipctrace_call *c,
			   const struct ipctrace_object *object)
{
	const struct ipctrace_object *seen = &c->object;

	if (object == VM_ANY_OBJECT)
		return;
	DIFFER("flags", "%#x", object ? IPCTRACE_F_OBJECT : 0,
	       c->header.flags & IPCTRACE_F_OBJECT);
	if (!object || !(c->header.flags & IPCTRACE_F_OBJECT))
		return;
	DIFFER("object.id", "%d", object->id, seen->id);
	DIFFER("object.key", "%#x", object->key, seen->key);
	DIFFER("object.uid", "%u", object->uid, seen->uid);
	DIFFER("object.gid", "%u", object->gid, seen->gid);
	DIFFER("object.cuid", "%u", object->cuid, seen->cuid);
	DIFFER("object.cgid", "%u", object->cgid, seen->cgid);
	DIFFER("object.mode", "%#o", object->mode, seen->mode);
	DIFFER("object.seq", "%u", object->seq, seen->seq);
}

/* Addresses may look negative as a long: only the last page is errors. */
static bool is_error(long ret)
{
	return (unsigned long)ret >= -4095ul;
}

static bool is_get(int call)
{
	return call == IPCTRACE_CALL_msgget || call == IPCTRACE_CALL_semget ||
	       call == IPCTRACE_CALL_shmget;
}

static void compare(char *m, char *end, const struct ipctrace_call *c,
		    const struct vm_shot *s, long ret)
{
	const struct vm_who *who = &s->who;
	long long dur = c->duration_ns;
	int i;

	DIFFER("type", "%u", IPCTRACE_TYPE_CALL, c->header.type);
	DIFFER("abi", "%u", VM_ABI, c->header.abi);
	DIFFER("call", "%s", vm_call_names[s->call],
	       c->header.call < IPCTRACE_NR_CALLS ?
	       vm_call_names[c->header.call] : "unknown");
	if (who->cpu >= 0)
		DIFFER("cpu", "%d", who->cpu, c->header.cpu);
	DIFFER("tgid", "%d", who->tgid, (pid_t)c->tgid);
	DIFFER("tid", "%d", who->tid, (pid_t)c->tid);
	DIFFER("ppid", "%d", who->ppid, (pid_t)c->ppid);
	DIFFER("uid", "%u", who->uid, c->uid);
	DIFFER("gid", "%u", who->gid, c->gid);
	DIFFER("loginuid", "%u", who->loginuid, c->loginuid);
	DIFFER("ipc_ns", "%u", who->ipc_ns, c->ipc_ns);
	DIFFER("cgroup", "%llu", (unsigned long long)who->cgroup,
	       (unsigned long long)c->cgroup);
	if (memcmp(c->comm, who->comm, sizeof(c->comm)))
		m += snprintf(m, end - m, "comm is '%.16s', not '%.16s'; ",
			      c->comm, who->comm);
	DIFFER("family", "%d", rows[s->call].family,
	       IPCTRACE_FAMILY_OF(c->header.flags));
	DIFFER("created or found", "%d", ret >= 0 && is_get(s->call),
	       __builtin_popcount(c->header.flags &
				  (IPCTRACE_F_CREATED | IPCTRACE_F_FOUND)));
	DIFFER("ret", "%lld", s->call == IPCTRACE_CALL_shmat && !is_error(ret) ?
	       (long long)(unsigned long)ret : (long long)ret, (long long)c->ret);
	DIFFER("by ipc()", "%d", s->by_ipc,
	       !!(c->header.flags & IPCTRACE_F_IPC));
	for (i = 0; i < (s->by_ipc ? 6 : rows[s->call].nr_args); i++)
		if ((unsigned long)s->args[i] != c->args[i])
			m += snprintf(m, end - m,
				      "args[%d] is %#llx, not %#lx; ", i,
				      (unsigned long long)c->args[i],
				      s->args[i]);
	if (c->header.time_ns < s->before_ns ||
	    c->header.time_ns > s->after_ns)
		m += snprintf(m, end - m, "time %lld ns off [0, %lld]; ",
			      (long long)(c->header.time_ns - s->before_ns),
			      (long long)(s->after_ns - s->before_ns));
	if (dur < 0 || c->header.time_ns - dur < s->before_ns)
		snprintf(m, end - m, "duration %lld ns began too early; ", dur);
}

/*
 * vm_verify - compare a shot with the oldest record of its thread
 * @what: how to call it in the message
 * @ret: expected result; VM_SUCCESS: what the caller got, unless an error
 * @object: expected object
 *
 * Return: all that differs; an empty string when nothing does.
 */
const char *vm_verify(struct vm_trace *t, const struct vm_shot *s,
		      const char *what, long ret,
		      const struct ipctrace_object *object)
{
	static char text[2048];
	char *end = text + sizeof(text), *m = text;
	struct ipctrace_call c;
	size_t prefix;

	m += snprintf(m, end - m, "%s(%s): ", vm_call_names[s->call], what);
	prefix = m - text;
	if (!vm_trace_take(t, s->who.tid, &c)) {
		snprintf(m, end - m, "no record; %s", t->fault);
		return text;
	}
	if (ret == VM_SUCCESS) {
		if (is_error(s->ret))
			m += snprintf(m, end - m, "failed: %ld; ", s->ret);
		ret = s->ret;
	} else if (ret > -512 && s->ret != ret) {
		m += snprintf(m, end - m, "the caller got %ld, not %ld; ",
			      s->ret, ret);
	}
	compare(m, end, &c, s, ret);
	m += strlen(m);
	compare_object(m, end, &c, object);
	if (t->fault[0])
		snprintf(text + strlen(text), end - text - strlen(text), "%s",
			 t->fault);
	if (text[prefix])
		return text;
	vm_seen[s->call] |= is_error(ret) ? VM_SEEN_ERROR : VM_SEEN_SUCCESS;
	return "";
}

/*
 * vm_object - what a record should say of an object that this process made
 *
 * Everything is what the caller chose, but for the sequence number, which the
 * kernel tells.
 */
struct ipctrace_object vm_object(int family, int id, key_t key, mode_t mode)
{
	struct ipctrace_object object = {
		.id = id,
		.key = key,
		.uid = geteuid(),
		.gid = getegid(),
		.cuid = geteuid(),
		.cgid = getegid(),
		.mode = mode,
	};
	struct msqid_ds msq;
	struct semid_ds sem;
	struct shmid_ds shm;

	switch (family) {
	case IPCTRACE_MSG:
		if (!msgctl(id, IPC_STAT, &msq))
			object.seq = msq.msg_perm.__seq;
		break;
	case IPCTRACE_SEM:
		if (!semctl(id, 0, IPC_STAT, &sem))
			object.seq = sem.sem_perm.__seq;
		break;
	case IPCTRACE_SHM:
		if (!shmctl(id, IPC_STAT, &shm))
			object.seq = shm.shm_perm.__seq;
		break;
	}
	return object;
}

/* vm_int80 - a 32-bit call, by its number, from this 64-bit program */
long vm_int80(long nr, long a, long b, long c, long d, long e)
{
	return vm_random_int80(nr, VM_ARGS(a, b, c, d, e));
}

/*
 * vm_cpus_race - must what changes the kernel's text keep to one CPU?
 *
 * QEMU before 8.1 without hardware help may run an int3 that another CPU has
 * already replaced; a CPU that enters a function while another puts a kretprobe
 * on it, an empty one as well, then crashes. There, keep all to one CPU, unless
 * the emulated CPUs take turns: scripts/vm -s.
 *
 * What goes wrong is that one CPU translates the instructions that another is
 * writing, and keeps the translation. On arm64 none can: the kernel stops all
 * other CPUs, with interrupts off, while it puts a probe's instruction in place
 * (aarch64_insn_patch_text() by stop_machine()), where x86 only interrupts them
 * afterwards.
 */
bool vm_cpus_race(void)
{
#if defined(__aarch64__) || defined(__arm__)
	return false;
#else
	char *text = vm_read_file("/proc/cpuinfo");

	if (getenv("IPCTRACE_CPUS_TAKE_TURNS"))
		return false;
	return !text || strstr(text, "QEMU TCG");
#endif
}
