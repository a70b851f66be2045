// SPDX-License-Identifier: GPL-2.0
/*
 * Random lives of objects, for tests that are scripts:
 *
 *	lives SEED STEPS CHECKPOINTS DIRECTORY
 *
 * Several processes in two new IPC namespaces make, join, use, change and remove
 * queues, sets and segments; they fork, exec, exit, change to the other namespace and
 * are killed. One parent chooses each step and waits until it is done, so that it
 * knows for itself, from what calls returned, who made, changed, used last and removed
 * each object, has it attached, holds it and waits for it. Keys are few; ids and the
 * numbers of processes are given out a second time now and then.
 *
 * At each checkpoint it writes that down, as lines of JSON, and goes on when it gets a
 * line: DIRECTORY/truth.N, where the first line has the time. The last checkpoint is
 * after all that was left has been removed.
 */
#include <err.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS		10
#define NAMESPACES	2
#define KEYS		4		/* of each kind */
#define FIRST_KEY	0x11fe0000
#define THERE		7		/* objects of a kind in a namespace, at most */
#define MAX_OBJECTS	20000
#define MAX_ATTACHED	64		/* of a segment */
#define MAX_OWN		6		/* of a process */
#define MAX_HOLDS	64
#define SEMS		3
#define BY_ZERO		2		/* this semaphore is taken by adding to it */
#define BYTES		8192
#define FREE		0x500000000000UL	/* nothing is there */
#define ASLEEP_MS	20000

/* The same numbers in all processes, before and after exec */
#define NS_FD(i)	(90 + (i))
#define WORKER_FD(slot)	(100 + (slot))
#define DRIVER_FD(slot)	(200 + (slot))

enum kind { MSG, SEM, SHM, KINDS };

static const char *const kind_names[] = { "msg", "sem", "shm" };

/* ---- What workers do ------------------------------------------------------- */

enum what {
	GET, REMOVE, LOOK, SET, SETVALUE, SETVALUES, LOCK, UNLOCK, OPERATE, SEND,
	RECEIVE, ATTACH, DETACH, UNMAP, REMAP, FORK, EXEC, MOVE, NEXT_ID, NEXT_PID, EXIT,
};

struct order {
	int what;
	int kind;
	int id;
	int key;
	int flg;
	int num;
	int value;
	int slot;
	bool thread;
	unsigned long addr;
	unsigned long to;
	int nr_sops;
	struct sembuf sops[2];
};

struct answer {
	long ret;
	int error;
};

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

__attribute__((noreturn)) static void work(int slot);

static long get(const struct order *order)
{
	switch (order->kind) {
	case MSG:
		return msgget(order->key, order->flg);
	case SEM:
		return semget(order->key, SEMS, order->flg);
	}
	return shmget(order->key, BYTES, order->flg);
}

/* Any *ctl(); of IPC_SET the mode, after a look at what there is */
static long control(const struct order *order, int cmd)
{
	struct msqid_ds queue;
	struct semid_ds set;
	struct shmid_ds segment;
	union semun arg = { .buf = &set };
	int look = cmd == IPC_SET ? IPC_STAT : cmd;

	for (;;) {
		long ret = order->kind == MSG ? msgctl(order->id, look, &queue) :
			   order->kind == SEM ? semctl(order->id, 0, look, arg) :
						shmctl(order->id, look, &segment);

		if (ret || look == cmd)
			return ret;
		queue.msg_perm.mode = order->value;
		set.sem_perm.mode = order->value;
		segment.shm_perm.mode = order->value;
		look = cmd;
	}
}

static long set_values(const struct order *order)
{
	unsigned short values[SEMS] = { order->value, order->value, 0 };

	return semctl(order->id, 0, SETALL, (union semun){ .array = values });
}

static long send_message(const struct order *order)
{
	struct { long type; char text[8]; } message = { order->value, "lives" };

	return msgsnd(order->id, &message, sizeof(message.text), IPC_NOWAIT);
}

static long receive_message(const struct order *order)
{
	struct { long type; char text[8]; } message;

	return msgrcv(order->id, &message, sizeof(message.text), 0, order->flg);
}

/*
 * To another place, which looks like one attachment more and one less. Where a brother
 * has it, too, it would look like a fork; so @addr is one that is free in all.
 */
static long remap(const struct order *order)
{
	return (long)mremap((void *)order->addr, BYTES, BYTES,
			    MREMAP_MAYMOVE | MREMAP_FIXED, (void *)order->to);
}

static long fork_worker(const struct order *order)
{
	pid_t pid = fork();

	if (!pid)
		work(order->slot);
	return pid;
}

static long exec_worker(const struct order *order)
{
	char slot[12];

	snprintf(slot, sizeof(slot), "%d", order->slot);
	return execl("/proc/self/exe", "lives", slot, (char *)NULL);
}

static long write_number(const char *path, int number)
{
	char text[12];
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;
	ssize_t n = snprintf(text, sizeof(text), "%d", number);

	if (fd < 0)
		return -1;
	n = write(fd, text, n);
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

static long next_id(const struct order *order)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s_next_id",
		 kind_names[order->kind]);
	return write_number(path, order->id);
}

/*
 * A thread that has been joined gives up its part of what SEM_UNDO is to give back a
 * little later; who is the last to do so gives it back.
 */
static long move(const struct order *order)
{
	int nr;

	do {
		DIR *tasks = opendir("/proc/self/task");

		for (nr = 0; tasks && readdir(tasks); nr++)
			;
		closedir(tasks);
	} while (nr > 3);
	return setns(NS_FD(order->num), CLONE_NEWIPC);
}

static long obey(const struct order *order)
{
	switch ((enum what)order->what) {
	case GET:
		return get(order);
	case REMOVE:
		return control(order, IPC_RMID);
	case LOOK:
		return control(order, IPC_STAT);
	case SET:
		return control(order, IPC_SET);
	case LOCK:
		return control(order, SHM_LOCK);
	case UNLOCK:
		return control(order, SHM_UNLOCK);
	case SETVALUE:
		return semctl(order->id, order->num, SETVAL,
			      (union semun){ .val = order->value });
	case SETVALUES:
		return set_values(order);
	case OPERATE:
		return semop(order->id, (struct sembuf *)order->sops,
			     order->nr_sops);
	case SEND:
		return send_message(order);
	case RECEIVE:
		return receive_message(order);
	case ATTACH:
		return (long)shmat(order->id, NULL, order->flg);
	case DETACH:
		return shmdt((void *)order->addr);
	case UNMAP:
		return munmap((void *)order->addr, BYTES);
	case REMAP:
		return remap(order);
	case FORK:
		return fork_worker(order);
	case EXEC:
		return exec_worker(order);
	case MOVE:
		return move(order);
	case NEXT_ID:
		return next_id(order);
	case NEXT_PID:
		return write_number("/proc/sys/kernel/ns_last_pid", order->id);
	case EXIT:
		break;
	}
	exit(0);
}

struct job {
	const struct order *order;
	struct answer answer;
};

static void *run(void *context)
{
	struct job *job = context;

	errno = 0;
	job->answer.ret = obey(job->order);
	job->answer.error = errno;
	return NULL;
}

static void answer(int slot, const struct answer *answer)
{
	if (send(WORKER_FD(slot), answer, sizeof(*answer), 0) != sizeof(*answer))
		exit(1);
}

/* Says its number, then obeys until the driver is no more. */
static void work(int slot)
{
	struct answer hello = { .ret = getpid() };
	struct order order;

	answer(slot, &hello);
	while (recv(WORKER_FD(slot), &order, sizeof(order), 0) == sizeof(order)) {
		struct job job = { .order = &order };
		pthread_t thread;

		if (order.thread && !pthread_create(&thread, NULL, run, &job))
			pthread_join(thread, NULL);
		else
			run(&job);
		answer(slot, &job.answer);
	}
	exit(0);
}

/* ---- What the driver knows ------------------------------------------------- */

struct attached {
	pid_t pid;
	pid_t parent;		/* who forked it, where it was inherited */
	unsigned long addr;
};

struct held {
	pid_t pid;
	int serial;		/* of the process */
	int num;
	int plain;
	int undo;
};

struct pids {
	int nr;
	int room;
	pid_t *of;
};

struct object {
	bool there;
	bool marked;
	bool locked;
	int ns;
	enum kind kind;
	int id;
	int key;
	pid_t made;
	int made_serial;
	pid_t changed;
	pid_t used;
	pid_t or_used;		/* at the same time */
	pid_t rmid;
	int nr_attached;
	struct attached attached[MAX_ATTACHED];
	int nr_left;		/* attachments when it was removed */
	struct attached left[MAX_ATTACHED];
	struct pids cut_off;
	int nr_held;
	struct held held[MAX_HOLDS];
	int values[SEMS];
	int messages;
	int waits_for[SEMS];	/* worker that waits, or -1; of a queue the first */
	struct pids changers;
	struct pids users;
};

struct worker {
	pid_t pid;
	int serial;		/* numbers of processes are used again, these are not */
	int ns;
	struct object *waits_at;
	struct order order;	/* in which it waits */
};

static struct object *objects;
static int nr_objects;
static struct worker workers[WORKERS];
static unsigned int ns_numbers[NAMESPACES];
static int nr_serials;
static pid_t dead;		/* one whose number may be given out again */
static uint64_t seed;
static long step_nr;
static long done[EXIT + 3];	/* how often each was done; a kill and a wait behind */

#define KILLED	(EXIT + 1)
#define WAITED	(EXIT + 2)

static int rnd(int n)
{
	uint64_t x = seed += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (x >> 33) % n;
}

static void wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "lives: step %ld: ", step_nr);
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(1);
}

static void add_pid(struct pids *pids, pid_t pid)
{
	int i;

	for (i = 0; i < pids->nr; i++)
		if (pids->of[i] == pid)
			return;
	if (pids->nr == pids->room) {
		pids->room = 2 * pids->room + 8;
		pids->of = realloc(pids->of, pids->room * sizeof(*pids->of));
		if (!pids->of)
			err(1, "realloc");
	}
	pids->of[pids->nr++] = pid;
}

static void is_changed(struct object *object, pid_t pid)
{
	object->changed = pid;
	add_pid(&object->changers, pid);
}

static void is_used(struct object *object, pid_t pid, pid_t other)
{
	object->used = pid;
	object->or_used = other;
	add_pid(&object->users, pid);
}

/* ---- Telling a worker ------------------------------------------------------ */

static struct answer hear(int slot)
{
	struct answer answer;

	if (recv(DRIVER_FD(slot), &answer, sizeof(answer), 0) != sizeof(answer))
		wrong("nothing from worker %d", slot);
	return answer;
}

static int slot_of(const struct worker *worker)
{
	return worker - workers;
}

static void give_order(struct worker *worker, const struct order *order)
{
	int slot = slot_of(worker);

	done[order->what]++;
	if (send(DRIVER_FD(slot), order, sizeof(*order), 0) != sizeof(*order))
		wrong("worker %d hears nothing", slot);
}

static struct answer tell(struct worker *worker, const struct order *order)
{
	give_order(worker, order);
	return hear(slot_of(worker));
}

/* Its result must be that: less than 0 an error. */
static void tell_to(struct worker *worker, const struct order *order, long ret)
{
	struct answer answer = tell(worker, order);

	if (answer.ret != ret && !(answer.ret == -1 && answer.error == -ret))
		wrong("order %d, object %s %d: %ld, errno %d, and not %ld",
		      order->what, kind_names[order->kind], order->id, answer.ret,
		      answer.error, ret);
}

static struct order order_of(enum what what, const struct object *object)
{
	return (struct order){
		.what = what,
		.kind = object->kind,
		.id = object->id,
		.thread = !rnd(8),
	};
}

/* ---- Consequences ---------------------------------------------------------- */

static void lose_object(struct object *object)
{
	object->there = false;
	object->nr_held = 0;
}

static void drop_attached(struct object *object, int i)
{
	object->attached[i] = object->attached[--object->nr_attached];
	if (object->marked && !object->nr_attached)
		lose_object(object);
}

static struct held *held_by(struct object *object, const struct worker *worker,
			    int num)
{
	int i;

	for (i = 0; i < object->nr_held; i++)
		if (object->held[i].serial == worker->serial &&
		    object->held[i].num == num)
			return &object->held[i];
	return NULL;
}

static void hold(struct object *object, const struct worker *worker,
		 const struct sembuf *sop)
{
	struct held *held = held_by(object, worker, sop->sem_num);

	if (!held) {
		if (object->nr_held == MAX_HOLDS)
			wrong("too many holders");
		held = &object->held[object->nr_held++];
		*held = (struct held){
			.pid = worker->pid,
			.serial = worker->serial,
			.num = sop->sem_num,
		};
	}
	if (sop->sem_flg & SEM_UNDO)
		held->undo++;
	else
		held->plain++;
}

static void drop_held(struct object *object, struct held *held)
{
	*held = object->held[--object->nr_held];
}

static void nobody_holds(struct object *object, int num)
{
	int i;

	for (i = object->nr_held; i--; )
		if (num < 0 || object->held[i].num == num)
			drop_held(object, &object->held[i]);
}

static int taken_by(int num)
{
	return num == BY_ZERO ? 1 : -1;
}

/* Can whoever waits for it go on? Then he has, and who let him is @waker. */
static void wake_sem(struct object *object, int num, pid_t waker)
{
	struct worker *worker;
	struct answer answer;

	if (object->waits_for[num] < 0 ||
	    (num == BY_ZERO ? object->values[num] : !object->values[num]))
		return;
	worker = &workers[object->waits_for[num]];
	answer = hear(object->waits_for[num]);
	if (answer.ret)
		wrong("semop of a waiter failed, errno %d", answer.error);
	object->waits_for[num] = -1;
	worker->waits_at = NULL;
	object->values[num] += taken_by(num);
	hold(object, worker, &worker->order.sops[worker->order.nr_sops - 1]);
	is_used(object, worker->pid, waker);
}

/* The call of whoever waits ends, with EIDRM. */
static void cut_off(struct object *object)
{
	int num;

	for (num = 0; num < SEMS; num++) {
		struct answer answer;

		if (object->waits_for[num] < 0)
			continue;
		answer = hear(object->waits_for[num]);
		if (answer.ret != -1 || answer.error != EIDRM)
			wrong("a waiter got %ld, errno %d", answer.ret,
			      answer.error);
		add_pid(&object->cut_off, workers[object->waits_for[num]].pid);
		workers[object->waits_for[num]].waits_at = NULL;
		object->waits_for[num] = -1;
	}
}

/* The memory of a process has gone. */
static void forget_attached(pid_t pid)
{
	int i, n;

	for (n = 0; n < nr_objects; n++)
		for (i = objects[n].nr_attached; i--; )
			if (objects[n].attached[i].pid == pid)
				drop_attached(&objects[n], i);
}

/* What SEM_UNDO gives back has been given back; the rest is held for ever. */
static void undo(int serial)
{
	int i, n;

	for (n = 0; n < nr_objects; n++) {
		struct object *object = &objects[n];
		bool given[SEMS] = { };

		for (i = object->nr_held; i--; ) {
			struct held *held = &object->held[i];

			if (held->serial != serial || !held->undo)
				continue;
			given[held->num] = true;
			object->values[held->num] -=
				taken_by(held->num) * held->undo;
			held->undo = 0;
			if (!held->plain)
				drop_held(object, held);
		}
		for (i = 0; i < SEMS; i++)
			if (given[i])
				wake_sem(object, i, 0);
	}
}

/* ---- Processes ------------------------------------------------------------- */

static int any_worker(bool there)
{
	int i, nr = 0, chosen = -1;

	for (i = 0; i < WORKERS; i++)
		if (there ? workers[i].pid && !workers[i].waits_at :
			    !workers[i].pid)
			if (!rnd(++nr))
				chosen = i;
	return chosen;
}

static void has_begun(int slot, pid_t pid, int ns)
{
	workers[slot] = (struct worker){
		.pid = pid,
		.serial = ++nr_serials,
		.ns = ns,
	};
}

static void start(int slot, int ns)
{
	pid_t pid;
	int i;

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		for (i = 0; i < WORKERS; i++)
			close(DRIVER_FD(i));
		/* Children are nobody's to wait for. */
		signal(SIGCHLD, SIG_IGN);
		if (setns(NS_FD(ns), CLONE_NEWIPC))
			err(1, "setns");
		work(slot);
	}
	if (hear(slot).ret != pid)
		wrong("another worker");
	has_begun(slot, pid, ns);
}

static void end(struct worker *worker, bool by_kill)
{
	static const struct order order = { .what = EXIT };
	int pidfd = syscall(SYS_pidfd_open, worker->pid, 0);
	struct pollfd poll_for = { .fd = pidfd, .events = POLLIN };
	pid_t pid = worker->pid;
	int num;

	if (pidfd < 0)
		wrong("pidfd_open: %s", strerror(errno));
	if (worker->waits_at) {
		for (num = 0; num < SEMS; num++)
			if (worker->waits_at->waits_for[num] == slot_of(worker))
				worker->waits_at->waits_for[num] = -1;
		by_kill = true;
	}
	if (by_kill) {
		done[KILLED]++;
		kill(pid, SIGKILL);
	} else {
		give_order(worker, &order);
	}
	while (poll(&poll_for, 1, -1) != 1)
		;
	close(pidfd);
	waitpid(pid, NULL, 0);
	dead = pid;
	worker->pid = 0;
	worker->waits_at = NULL;
	forget_attached(pid);
	undo(worker->serial);
}

static void fork_one(struct worker *worker)
{
	struct order order = { .what = FORK, .slot = any_worker(false) };
	struct order pid_order = { .what = NEXT_PID, .id = dead - 1 };
	struct answer hello;
	pid_t pid;
	int i, n;

	if (order.slot < 0) {
		end(&workers[rnd(WORKERS)], rnd(3));
		return;
	}
	if (dead && !rnd(4))
		tell(worker, &pid_order);
	pid = tell(worker, &order).ret;
	hello = hear(order.slot);
	if (pid <= 0 || hello.ret != pid)
		wrong("no fork");
	has_begun(order.slot, pid, worker->ns);
	for (n = 0; n < nr_objects; n++) {
		struct object *object = &objects[n];

		for (i = object->nr_attached; i--; ) {
			if (object->attached[i].pid != worker->pid)
				continue;
			if (object->nr_attached == MAX_ATTACHED)
				wrong("too many attachments");
			object->attached[object->nr_attached++] = (struct attached){
				pid, worker->pid, object->attached[i].addr
			};
		}
	}
}

static void exec_one(struct worker *worker)
{
	struct order order = { .what = EXEC, .slot = slot_of(worker) };
	struct answer answer = tell(worker, &order);

	if (answer.ret != worker->pid)
		wrong("no exec: %ld, errno %d", answer.ret, answer.error);
	forget_attached(worker->pid);
}

static void move_one(struct worker *worker)
{
	struct order order = { .what = MOVE, .num = !worker->ns };

	tell_to(worker, &order, 0);
	worker->ns = !worker->ns;
	undo(worker->serial);
}

/* ---- Objects --------------------------------------------------------------- */

static bool is_mine(const struct object *object, const struct worker *worker)
{
	return object->there && object->ns == worker->ns;
}

/* One that is there in the worker's namespace; NULL: there is none */
static struct object *any_object(const struct worker *worker, int kind)
{
	struct object *object, *chosen = NULL;
	int nr = 0;

	for (object = objects; object < objects + nr_objects; object++)
		if (is_mine(object, worker) && (kind < 0 || (int)object->kind == kind) &&
		    !rnd(++nr))
			chosen = object;
	return chosen;
}

static int count(int ns, enum kind kind)
{
	const struct object *object;
	int nr = 0;

	for (object = objects; object < objects + nr_objects; object++)
		nr += object->there && object->ns == ns && object->kind == kind;
	return nr;
}

static struct object *find(int ns, enum kind kind, int key)
{
	struct object *object;

	for (object = objects; object < objects + nr_objects; object++)
		if (object->there && !object->marked && object->ns == ns &&
		    object->kind == kind && key && object->key == key)
			return object;
	return NULL;
}

/* Some object that is no more, of that kind and namespace */
static const struct object *any_gone(int ns, enum kind kind)
{
	const struct object *object;
	int tries = 100;

	while (nr_objects && tries--) {
		object = &objects[rnd(nr_objects)];
		if (!object->there && object->ns == ns && object->kind == kind)
			return object;
	}
	return NULL;
}

static void has_made(const struct worker *worker, const struct order *order, int id)
{
	struct object *object = &objects[nr_objects++];
	int i;

	if (nr_objects == MAX_OBJECTS)
		wrong("too many objects");
	*object = (struct object){
		.there = true,
		.ns = worker->ns,
		.kind = order->kind,
		.id = id,
		.key = order->key,
		.made = worker->pid,
		.made_serial = worker->serial,
	};
	for (i = 0; i < SEMS; i++)
		object->waits_for[i] = -1;
}

static void make(struct worker *worker)
{
	struct order order = {
		.what = GET,
		.kind = rnd(KINDS),
		.key = rnd(4) ? FIRST_KEY + rnd(KEYS) : IPC_PRIVATE,
		.flg = IPC_CREAT | 0600 | (rnd(4) ? 0 : IPC_EXCL),
		.thread = !rnd(8),
	};
	const struct object *there = find(worker->ns, order.kind, order.key);
	const struct object *gone = any_gone(worker->ns, order.kind);
	struct order id_order = { .what = NEXT_ID, .kind = order.kind };
	struct answer answer;

	if (there) {
		tell_to(worker, &order, order.flg & IPC_EXCL ? -EEXIST : there->id);
		return;
	}
	if (count(worker->ns, order.kind) >= THERE)
		order.flg = 0600;
	if (!(order.flg & IPC_CREAT)) {
		if (order.key)
			tell_to(worker, &order, -ENOENT);
		return;
	}
	if (gone && !rnd(5)) {
		id_order.id = gone->id;
		tell(worker, &id_order);
	}
	answer = tell(worker, &order);
	if (answer.ret < 0)
		wrong("no object, errno %d", answer.error);
	has_made(worker, &order, answer.ret);
}

/* An id of whatever there was or is, in either namespace */
static void stray(struct worker *worker)
{
	const struct object *object = &objects[rnd(nr_objects)], *other;
	struct order order = order_of(rnd(2) ? LOOK : SEND, object);
	bool there = false;

	if (object->kind != MSG)
		order.what = LOOK;
	for (other = objects; other < objects + nr_objects; other++)
		there |= is_mine(other, worker) && other->kind == object->kind &&
			 other->id == object->id;
	if (there)
		return;
	/* EIDRM: the slot has another user. */
	if (tell(worker, &order).ret != -1)
		wrong("%s %d should not be there", kind_names[object->kind],
		      object->id);
}

static void take_away(struct worker *worker, struct object *object)
{
	struct order order = order_of(REMOVE, object);

	/* Once is enough. */
	if (object->marked)
		return;
	tell_to(worker, &order, 0);
	object->rmid = worker->pid;
	object->nr_left = object->nr_attached;
	memcpy(object->left, object->attached, sizeof(object->left));
	if (object->nr_attached) {
		object->marked = true;
		return;
	}
	cut_off(object);
	lose_object(object);
}

static void change(struct worker *worker, struct object *object)
{
	struct order order = order_of(SET, object);
	int num;

	order.value = rnd(2) ? 0600 : 0640;
	if (object->kind == SHM && rnd(2))
		order.what = object->locked ? UNLOCK : LOCK;
	if (object->kind == SEM && rnd(3)) {
		order.what = rnd(3) ? SETVALUE : SETVALUES;
		order.num = rnd(SEMS);
		order.value = rnd(3);
		if (order.what == SETVALUE && order.num == BY_ZERO)
			order.value = 0;
	}
	tell_to(worker, &order, 0);
	is_changed(object, worker->pid);
	if (order.what == LOCK || order.what == UNLOCK)
		object->locked = order.what == LOCK;
	for (num = 0; num < SEMS; num++) {
		if (order.what != SETVALUES &&
		    (order.what != SETVALUE || order.num != num))
			continue;
		object->values[num] = num == BY_ZERO ? 0 : order.value;
		nobody_holds(object, num);
		wake_sem(object, num, 0);
	}
}

/* ---- Work ------------------------------------------------------------------ */

static bool is_in_call(pid_t pid)
{
	char path[64], text[64] = "";
	FILE *file;
	long nr = -1;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(text, sizeof(text), file))
		nr = strtol(text, NULL, 10);
	fclose(file);
	return *text >= '0' && *text <= '9' &&
	       (nr == SYS_semtimedop || nr == SYS_semop || nr == SYS_msgrcv);
}

/* It waits in a call that somebody will end, or that it will die in. */
static void let_wait(struct worker *worker, struct object *object, int num,
		     const struct order *order)
{
	int tries = ASLEEP_MS;

	done[WAITED]++;
	give_order(worker, order);
	while (tries-- && !is_in_call(worker->pid))
		usleep(1000);
	if (tries < 0)
		wrong("worker %d does not wait", slot_of(worker));
	worker->waits_at = object;
	worker->order = *order;
	object->waits_for[num] = slot_of(worker);
}

static int nr_waiting(void)
{
	int i, nr = 0;

	for (i = 0; i < WORKERS; i++)
		nr += !!workers[i].waits_at;
	return nr;
}

static void use_queue(struct worker *worker, struct object *object)
{
	struct order order = order_of(rnd(2) ? SEND : RECEIVE, object);
	struct worker *waiter;
	struct answer answer;

	order.value = 1 + rnd(3);
	order.flg = IPC_NOWAIT;
	if (order.what == SEND) {
		if (object->messages == 20)
			return;
		tell_to(worker, &order, 0);
		is_used(object, worker->pid, 0);
		if (object->waits_for[0] < 0) {
			object->messages++;
			return;
		}
		waiter = &workers[object->waits_for[0]];
		answer = hear(object->waits_for[0]);
		if (answer.ret != 8)
			wrong("msgrcv of a waiter: %ld", answer.ret);
		object->waits_for[0] = -1;
		waiter->waits_at = NULL;
		is_used(object, waiter->pid, worker->pid);
	} else if (object->messages) {
		tell_to(worker, &order, 8);
		object->messages--;
		is_used(object, worker->pid, 0);
	} else if (object->waits_for[0] < 0 && nr_waiting() < 3 && !rnd(3)) {
		order.flg = 0;
		order.thread = false;
		let_wait(worker, object, 0, &order);
	} else {
		tell_to(worker, &order, -ENOMSG);
	}
}

/* The operations that take a semaphore */
static void set_take(struct order *order, int num, int flg)
{
	order->nr_sops = 0;
	if (num == BY_ZERO)
		order->sops[order->nr_sops++] = (struct sembuf){ num, 0, 0 };
	order->sops[order->nr_sops++] = (struct sembuf){ num, taken_by(num), flg };
}

static void add_flag(struct order *order, int flag)
{
	int i;

	for (i = 0; i < order->nr_sops; i++)
		order->sops[i].sem_flg |= flag;
}

static void take(struct worker *worker, struct object *object, int num)
{
	struct order order = order_of(OPERATE, object);
	bool free = num == BY_ZERO ? !object->values[num] : object->values[num];

	set_take(&order, num, rnd(2) ? SEM_UNDO : 0);
	if (!free && object->waits_for[num] < 0 && nr_waiting() < 3 && !rnd(4)) {
		order.thread = false;
		let_wait(worker, object, num, &order);
		return;
	}
	add_flag(&order, IPC_NOWAIT);
	tell_to(worker, &order, free ? 0 : -EAGAIN);
	if (!free)
		return;
	object->values[num] += taken_by(num);
	hold(object, worker, &order.sops[order.nr_sops - 1]);
	is_used(object, worker->pid, 0);
}

/* Both or none */
static void take_two(struct worker *worker, struct object *object)
{
	struct order order = order_of(OPERATE, object);
	bool free = object->values[0] && object->values[1];
	int i;

	order.nr_sops = 2;
	for (i = 0; i < 2; i++)
		order.sops[i] = (struct sembuf){
			i, -1, IPC_NOWAIT | (rnd(2) ? SEM_UNDO : 0)
		};
	tell_to(worker, &order, free ? 0 : -EAGAIN);
	for (i = 0; free && i < 2; i++) {
		object->values[i]--;
		hold(object, worker, &order.sops[i]);
	}
	if (free)
		is_used(object, worker->pid, 0);
}

static void give_back(struct worker *worker, struct object *object,
		      struct held *held)
{
	bool undo = held->undo && (!held->plain || rnd(2));
	struct order order = order_of(OPERATE, object);
	int num = held->num;

	order.nr_sops = 1;
	order.sops[0] = (struct sembuf){ num, -taken_by(num), undo ? SEM_UNDO : 0 };
	tell_to(worker, &order, 0);
	is_used(object, worker->pid, 0);
	object->values[num] -= taken_by(num);
	if (undo)
		held->undo--;
	else
		held->plain--;
	if (!held->undo && !held->plain)
		drop_held(object, held);
	wake_sem(object, num, worker->pid);
}

/* Who made a set lets the others in. */
static void let_in(struct worker *worker, struct object *object, int num)
{
	struct order order = order_of(OPERATE, object);

	order.nr_sops = 1;
	order.sops[0] = (struct sembuf){ num, 1, 0 };
	tell_to(worker, &order, 0);
	is_used(object, worker->pid, 0);
	object->values[num]++;
	wake_sem(object, num, worker->pid);
}

static void use_set(struct worker *worker, struct object *object)
{
	int num = rnd(SEMS);
	struct held *held = held_by(object, worker, num);

	if (held && rnd(2))
		give_back(worker, object, held);
	else if (!held && num != BY_ZERO && object->made_serial == worker->serial &&
		 object->values[num] < 2)
		let_in(worker, object, num);
	else if (num != BY_ZERO && !rnd(4))
		take_two(worker, object);
	else
		take(worker, object, num);
}

static int nr_own(const struct object *object, pid_t pid)
{
	int i, nr = 0;

	for (i = 0; i < object->nr_attached; i++)
		nr += object->attached[i].pid == pid;
	return nr;
}

static void attach(struct worker *worker, struct object *object)
{
	struct order order = order_of(ATTACH, object);
	struct answer answer;

	if (nr_own(object, worker->pid) == 2 ||
	    object->nr_attached + 1 >= MAX_ATTACHED)
		return;
	order.flg = rnd(2) ? SHM_RDONLY : 0;
	answer = tell(worker, &order);
	if (answer.ret == -1)
		wrong("shmat of %d, errno %d", object->id, answer.error);
	object->attached[object->nr_attached++] = (struct attached){
		worker->pid, 0, answer.ret
	};
	is_used(object, worker->pid, 0);
}

/* Of any namespace: an attachment stays where it is. */
static void detach(struct worker *worker)
{
	struct object *object;
	int i;

	for (object = objects + nr_objects; object-- > objects; ) {
		struct order order = order_of(DETACH, object);

		for (i = 0; i < object->nr_attached; i++)
			if (object->attached[i].pid == worker->pid)
				break;
		if (i == object->nr_attached || !rnd(3))
			continue;
		order.addr = object->attached[i].addr;
		if (!rnd(4))
			order.what = rnd(2) ? UNMAP : REMAP;
		if (order.what == REMAP) {
			order.to = FREE + step_nr * BYTES;
			tell_to(worker, &order, order.to);
			object->attached[i].addr = order.to;
			return;
		}
		tell_to(worker, &order, 0);
		if (order.what == DETACH)
			is_used(object, worker->pid, 0);
		drop_attached(object, i);
		return;
	}
}

static void use(struct worker *worker, struct object *object)
{
	if (object->kind == MSG)
		use_queue(worker, object);
	else if (object->kind == SEM)
		use_set(worker, object);
	else
		attach(worker, object);
}

/* ---- Steps ----------------------------------------------------------------- */

static void start_one(void)
{
	int slot = any_worker(false);

	if (slot >= 0)
		start(slot, rnd(NAMESPACES));
}

static void step(void)
{
	int what = rnd(100), slot = any_worker(true);
	struct worker *worker = &workers[slot];
	struct object *object;

	if (slot < 0 || what < 2) {
		slot = slot < 0 ? rnd(WORKERS) : slot;
		if (workers[slot].pid)
			end(&workers[slot], rnd(3));
		return;
	}
	object = any_object(worker, -1);
	if (what < 4)
		start_one();
	else if (what < 8)
		fork_one(worker);
	else if (what < 9)
		exec_one(worker);
	else if (what < 10)
		move_one(worker);
	else if (what < 26 || !object)
		make(worker);
	else if (what < 29)
		stray(worker);
	else if (what < 39)
		take_away(worker, object);
	else if (what < 49)
		change(worker, object);
	else if (what < 57)
		detach(worker);
	else
		use(worker, object);
}

/* ---- What is written down -------------------------------------------------- */

static void put_pids(FILE *file, const char *name, const struct pids *pids)
{
	int i;

	fprintf(file, ",\"%s\":[", name);
	for (i = 0; i < pids->nr; i++)
		fprintf(file, "%s%d", i ? "," : "", pids->of[i]);
	fprintf(file, "]");
}

static void put_pid(FILE *file, const char *name, pid_t pid)
{
	if (pid)
		fprintf(file, ",\"%s\":%d", name, pid);
	else
		fprintf(file, ",\"%s\":null", name);
}

static void put_attached(FILE *file, const char *name,
			 const struct attached *attached, int nr)
{
	int i;

	fprintf(file, ",\"%s\":[", name);
	for (i = 0; i < nr; i++)
		fprintf(file, "%s[%d,%d]", i ? "," : "", attached[i].pid,
			attached[i].parent);
	fprintf(file, "]");
}

static void put_object(FILE *file, const struct object *object)
{
	int i, nr = 0;

	fprintf(file,
		"{\"n\":%d,\"ns\":%u,\"kind\":\"%s\",\"id\":%d,\"key\":\"0x%08x\",\"state\":\"%s\"",
		(int)(object - objects), ns_numbers[object->ns],
		kind_names[object->kind], object->id, object->key,
		!object->there ? "removed" : object->marked ? "marked" : "there");
	put_pid(file, "made", object->made);
	put_pid(file, "changed", object->changed);
	put_pid(file, "used", object->used);
	put_pid(file, "or_used", object->or_used);
	put_pid(file, "removed", object->rmid);
	put_pids(file, "changers", &object->changers);
	put_pids(file, "users", &object->users);
	put_pids(file, "cut_off", &object->cut_off);
	put_attached(file, "attached", object->attached, object->nr_attached);
	put_attached(file, "left", object->left, object->nr_left);
	fprintf(file, ",\"holds\":[");
	for (i = 0; i < object->nr_held; i++)
		fprintf(file, "%s[%d,%d,%d,%d]", i ? "," : "", object->held[i].pid,
			object->held[i].num,
			object->held[i].plain + object->held[i].undo,
			object->held[i].undo);
	fprintf(file, "],\"waits\":[");
	for (i = 0; i < WORKERS; i++)
		if (workers[i].waits_at == object)
			fprintf(file, "%s%d", nr++ ? "," : "", workers[i].pid);
	fprintf(file, "]}\n");
}

static void checkpoint(const char *directory, int nr)
{
	char path[4096], temporary[4096], line[16];
	struct timespec now;
	FILE *file;
	int i;

	/* A call in flight is told of when it has been so for a while. */
	sleep(2);
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(path, sizeof(path), "%s/truth.%d", directory, nr);
	snprintf(temporary, sizeof(temporary), "%s/.truth", directory);
	file = fopen(temporary, "we");
	if (!file)
		err(1, "%s", temporary);
	fprintf(file, "{\"at\":%ld.%09ld}\n", now.tv_sec, now.tv_nsec);
	for (i = 0; i < nr_objects; i++)
		put_object(file, &objects[i]);
	if (fclose(file) || rename(temporary, path))
		err(1, "%s", path);
	if (!fgets(line, sizeof(line), stdin))
		wrong("told to end");
}

/* ---- All ------------------------------------------------------------------- */

static void make_namespaces(void)
{
	struct stat status;
	int i, own = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC), fd;

	for (i = 0; i < NAMESPACES; i++) {
		if (unshare(CLONE_NEWIPC))
			err(1, "unshare");
		fd = open("/proc/self/ns/ipc", O_RDONLY);
		if (fd < 0 || dup2(fd, NS_FD(i)) < 0 || fstat(fd, &status))
			err(1, "namespace");
		ns_numbers[i] = status.st_ino;
		close(fd);
	}
	if (own < 0 || setns(own, CLONE_NEWIPC))
		err(1, "setns");
	close(own);
}

static void make_sockets(void)
{
	int i, ends[2];

	for (i = 0; i < WORKERS; i++) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) ||
		    dup3(ends[0], DRIVER_FD(i), O_CLOEXEC) < 0 ||
		    dup2(ends[1], WORKER_FD(i)) < 0)
			err(1, "sockets");
		close(ends[0]);
		close(ends[1]);
	}
}

/* By one worker in each namespace, so that somebody is known to have done it */
static void remove_all(void)
{
	int i, n;

	for (i = 0; i < WORKERS; i++)
		if (workers[i].pid && i >= NAMESPACES)
			end(&workers[i], true);
	for (i = 0; i < NAMESPACES; i++) {
		if (workers[i].pid)
			end(&workers[i], true);
		start(i, i);
		for (n = 0; n < nr_objects; n++)
			if (is_mine(&objects[n], &workers[i]))
				take_away(&workers[i], &objects[n]);
	}
}

int main(int argc, char **argv)
{
	long steps;
	int i, checkpoints;

	if (argc == 2)
		work(atoi(argv[1]));
	if (argc != 5)
		errx(2, "usage: lives SEED STEPS CHECKPOINTS DIRECTORY");
	seed = strtoull(argv[1], NULL, 0);
	steps = strtol(argv[2], NULL, 0);
	checkpoints = atoi(argv[3]);
	objects = calloc(MAX_OBJECTS, sizeof(*objects));
	if (!objects || checkpoints < 2)
		errx(1, "no memory, or too few checkpoints");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	make_namespaces();
	make_sockets();
	for (i = 0; i < WORKERS / 2; i++)
		start(i, i % NAMESPACES);
	for (i = 1; i < checkpoints; i++) {
		for (; step_nr < steps * i / (checkpoints - 1); step_nr++)
			step();
		checkpoint(argv[4], i);
	}
	remove_all();
	checkpoint(argv[4], checkpoints);
	for (i = 0; i < WORKERS; i++)
		if (workers[i].pid)
			end(&workers[i], true);
	fprintf(stderr, "lives: %ld steps, %d objects;", steps, nr_objects);
	for (i = 0; i <= WAITED; i++)
		fprintf(stderr, " %ld", done[i]);
	fprintf(stderr, "\n");
	return 0;
}
