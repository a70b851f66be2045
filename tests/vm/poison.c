// SPDX-License-Identifier: GPL-2.0
/*
 * No byte of a record that the recorder did not write: the same calls, once with
 * all memory for records filled with one byte before it is used, once with
 * another. Where each record has the byte of its time, nobody wrote it. This
 * takes a module built with IPCTRACE_DEBUG, which obeys poison.
 */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_test.h"

#define KEY		0x69700001
#define NR_MSGGET	399		/* of i386 */
#define NR_IPC		117
#define MSGGET		13		/* of ipc() */
#define MSGSND		11

static const uint8_t poisons[] = { 0xa5, 0x5a };

static void messages(void)
{
	struct {
		long mtype;
		char mtext[300];
	} message = { .mtype = 1 };
	struct msqid_ds ds;
	int id = msgget(KEY, IPC_CREAT | 0600);

	msgsnd(id, &message, 5, 0);
	msgsnd(id, &message, sizeof(message.mtext), 0);
	msgsnd(id, (void *)8, 5, 0);
	msgrcv(id, &message, sizeof(message.mtext), 0, 0);
	msgrcv(id, &message, 1, 1, 0);
	msgctl(id, IPC_STAT, &ds);
	ds.msg_perm.mode = 0640;
	msgctl(id, IPC_SET, &ds);
	/* The C library of 32 bits would read some pointers itself. */
	syscall(SYS_msgctl, id, IPC_SET, NULL);
	msgctl(0, IPC_INFO, &ds);
	/* Nothing where there is no int 0x80. */
	vm_int80(NR_MSGGET, KEY, 0, 0, 0, 0);
	vm_int80(NR_IPC, MSGGET, KEY, 0, 0, 0);
	vm_int80(NR_IPC, MSGSND, id, 1, 0, 8);
	msgctl(id, IPC_RMID, NULL);
	msgctl(id, IPC_RMID, NULL);
}

static void semaphores(void)
{
	struct sembuf ops[30] = { };
	struct timespec timeout = { .tv_nsec = 1000000 };
	unsigned short values[5] = { 1, 2, 3, 4, 5 };
	struct semid_ds ds;
	int id = semget(KEY, 5, IPC_CREAT | 0600);

	semop(id, ops, 1);
	semop(id, ops, ARRAY_SIZE(ops));
	semctl(id, 0, SETALL, values);
	semctl(id, 0, GETALL, values);
	semctl(id, 1, SETVAL, 3);
	semctl(id, 0, IPC_STAT, &ds);
	semctl(id, 0, IPC_SET, &ds);
	ops[0].sem_op = -10;
	semtimedop(id, ops, 1, &timeout);
	syscall(VM_SEMTIMEDOP_NR, id, ops, 1, 8);
	semop(id, (void *)8, 3);
	ops[0].sem_op = 1;
	ops[0].sem_flg = SEM_UNDO;
	semop(id, ops, 1);
	if (!fork()) {
		semop(id, ops, 1);
		_exit(0);
	}
	wait(NULL);
	/* Long enough to be told of while it is in flight. */
	ops[0].sem_op = -100;
	ops[0].sem_flg = 0;
	timeout.tv_nsec = 200000000;
	semtimedop(id, ops, 1, &timeout);
	semctl(id, 0, IPC_RMID);
}

static void segments(void)
{
	struct shmid_ds ds;
	int id = shmget(KEY, 8192, IPC_CREAT | 0600);
	void *at = shmat(id, NULL, 0);

	shmat(id, (void *)1, 0);
	if (!fork())
		_exit(0);
	wait(NULL);
	munmap(at + 4096, 4096);
	shmctl(id, IPC_STAT, &ds);
	shmctl(id, IPC_SET, &ds);
	shmctl(id, IPC_RMID, NULL);
	shmdt(at);
	shmdt(at);
}

/*
 * In a pid namespace, too, whose numbers are recorded besides. Exit status 0 if
 * all calls have been made.
 */
static int make_calls(void)
{
	int again, status, bad = 0;

	for (again = 0; again < 2; again++) {
		pid_t pid;

		if (again)
			bad |= unshare(CLONE_NEWPID | CLONE_NEWIPC);
		pid = fork();
		if (!pid) {
			messages();
			semaphores();
			segments();
			_exit(0);
		}
		bad |= waitpid(pid, &status, 0) != pid || status;
	}
	return bad;
}

FIXTURE(poison) {
	struct vm_trace vm[ARRAY_SIZE(poisons)];
	char *user;
	bool debug;
};

FIXTURE_SETUP(poison)
{
	self->user = strdup(getenv("IPCTRACE_KO") ?: "");
	self->debug = vm_module_debug();
	ASSERT_EQ(0, vm_pin(0));
}

FIXTURE_TEARDOWN(poison)
{
	setenv("IPCTRACE_KO", self->user, 1);
	EXPECT_EQ(0, vm_module_reload(""));
}

/* The records of one run; those of the test itself are not among them. */
static bool record_run(struct vm_trace *t, uint8_t poison)
{
	char params[64];
	int status;
	pid_t pid;
	bool good;

	snprintf(params, sizeof(params), "poison=%d payload=256", poison);
	if (vm_module_reload(params) || vm_trace_open(t, VM_FROM_NOW))
		return false;
	pid = fork();
	if (!pid)
		_exit(make_calls());
	good = waitpid(pid, &status, 0) == pid && !status;
	good &= vm_trace_settle(t);
	vm_trace_fill(t);
	munmap((void *)t->map, t->hello.map_bytes);
	close(t->fd);
	return good;
}

/* Bytes that nobody wrote, with the first of them in @where. */
static int unwritten(const struct ipctrace_call *a,
		     const struct ipctrace_call *b, char *where)
{
	const uint8_t *left = (const void *)a, *right = (const void *)b;
	int i, n = 0;

	for (i = 0; i < a->header.len && i < b->header.len; i++) {
		if (left[i] != poisons[0] || right[i] != poisons[1])
			continue;
		if (!n++)
			snprintf(where, 80, "type %d call %d byte %d of %d",
				 a->header.type, a->header.call, i,
				 a->header.len);
	}
	return n;
}

/*
 * The next record that is not one of entry: on a slow machine any call may be
 * told of while it is in flight.
 */
static const struct ipctrace_call *next(const struct vm_records *records,
					size_t *i)
{
	while (*i < records->n)
		if (records->v[(*i)++]->header.type != IPCTRACE_TYPE_ENTER)
			return records->v[*i - 1];
	return NULL;
}

/* That of the call that takes long. */
static const struct ipctrace_call *entry(const struct vm_records *records)
{
	size_t i;

	for (i = 0; i < records->n; i++) {
		const struct ipctrace_call *record = records->v[i];

		if (record->header.type == IPCTRACE_TYPE_ENTER &&
		    record->header.call == IPCTRACE_CALL_semtimedop &&
		    record->args[2] == 1)
			return record;
	}
	return NULL;
}

TEST_F(poison, every_byte_is_written)
{
	const struct vm_records *records[] = {
		&self->vm[0].pending, &self->vm[1].pending
	};
	const struct ipctrace_call *a, *b;
	int n = 0, nr_of[__IPCTRACE_TYPE_MAX] = { };
	char where[80] = "";
	size_t i = 0, j = 0;

	/* Not in the setup: a SKIP there would not keep this from running. */
	if (!self->debug)
		SKIP(return, "no module with IPCTRACE_DEBUG");
	ASSERT_TRUE(record_run(&self->vm[0], poisons[0]));
	ASSERT_TRUE(record_run(&self->vm[1], poisons[1]));
	while ((a = next(records[0], &i))) {
		b = next(records[1], &j);
		ASSERT_NE(NULL, b);
		ASSERT_EQ(a->header.type, b->header.type);
		ASSERT_EQ(a->header.len, b->header.len);
		n += unwritten(a, b, where);
		nr_of[a->header.type]++;
	}
	EXPECT_EQ(NULL, next(records[1], &j));
	a = entry(records[0]);
	b = entry(records[1]);
	ASSERT_NE(NULL, a);
	ASSERT_NE(NULL, b);
	n += unwritten(a, b, where);
	EXPECT_EQ(0, n);
	EXPECT_STREQ("", where);
	EXPECT_LE(70, nr_of[IPCTRACE_TYPE_CALL]);
	if (vm_kernel_has_types())
		EXPECT_LT(0, nr_of[IPCTRACE_TYPE_UNDO]);
	EXPECT_LT(0, nr_of[IPCTRACE_TYPE_ATTACH]);
	EXPECT_LT(0, nr_of[IPCTRACE_TYPE_DETACH]);
	EXPECT_LT(0, nr_of[IPCTRACE_TYPE_DESTROY]);
}

TEST_HARNESS_MAIN
