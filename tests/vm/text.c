// SPDX-License-Identifier: GPL-2.0
/* The text that read() gives: what each line says. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "vm_test.h"
#include "vm_text.h"

#define KEY	0x69700001

FIXTURE(text) {
	struct vm_text text;
	struct vm_shot *shot;
	char line[VM_LINE_MAX];
	char from[VM_LINE_MAX];		/* exe= from= of the last line that had it */
};

FIXTURE_SETUP(text)
{
	ASSERT_EQ(0, vm_module_default());
	if (vm_pin(VM_CPU))
		ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, prctl(PR_SET_NAME, "tester"));
	ASSERT_EQ(0, vm_write_file(VM_DEBUGFS "control", "clear"));
	ASSERT_EQ(0, vm_text_open(&self->text));
	self->shot = vm_shot_shared();
}

FIXTURE_TEARDOWN(text)
{
	vm_text_close(&self->text);
}

/* The line of a shot, and what must stand in it but time and duration. */
#define EXPECT_LINE(format, ...)					\
	do {								\
		const struct vm_shot *__s = self->shot;			\
		struct vm_line __line = { 0 };				\
		char __rest[VM_LINE_MAX];				\
		uint64_t __ns = -1;					\
									\
		snprintf(__rest, sizeof(__rest), format, ##__VA_ARGS__);	\
		ASSERT_TRUE(vm_text_line_of(&self->text, __s->who.tgid,	\
					    self->line));		\
		ASSERT_TRUE(vm_line_parse(self->line, &__line));	\
		EXPECT_TRUE(vm_line_cut_duration(&__line, &__ns));	\
		vm_line_cut_origin(&__line, self->from);		\
		EXPECT_STREQ(__rest, __line.rest);			\
		EXPECT_EQ(__s->who.cpu, (int)__line.cpu);		\
		EXPECT_LE(__s->before_ns, __line.time_ns - __ns);	\
		EXPECT_GE(__s->after_ns, __line.time_ns);		\
	} while (0)

/* Before the line of the call that does it. */
#define EXPECT_DESTROYED(what)						\
	do {								\
		ASSERT_TRUE(vm_text_line_of(&self->text, getpid(),	\
					    self->line));		\
		EXPECT_NE(NULL, strstr(self->line,			\
				       " +++ " what " destroyed +++ [")); \
	} while (0)

#define SHOOT(call, ...) \
	vm_shoot(self->shot, IPCTRACE_CALL_##call, VM_ARGS(__VA_ARGS__))

/* Every call as it is spelled, successes and errors. */
TEST_F(text, calls)
{
	struct { long type; char text[16]; } message = { 5, "" };
	struct sembuf op = { 0, 1, 0 };
	struct __kernel_timespec soon = { 0, 1000 };
	struct ipctrace_object o;
	char who[64], exe[PATH_MAX] = "", from[PATH_MAX + 64];
	void *at;
	int id;

	snprintf(who, sizeof(who), "tester[%d] ppid=%d uid=0 gid=0" VM_TEXT_ABI,
		 getpid(), getppid());

	SHOOT(msgget, KEY, IPC_CREAT | IPC_EXCL | 0640);
	id = self->shot->ret;
	ASSERT_LE(0, id);
	o = vm_object(IPCTRACE_MSG, id, KEY, 0640);
	EXPECT_LINE("%s msgget(0x69700001, IPC_CREAT|IPC_EXCL|0640) = %d "
		    "[msg %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0640 seq=%u created]", who, id, id, o.seq);
	ASSERT_LT(0, readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	snprintf(from, sizeof(from), " exe=%s from=text[%d]<", exe, getppid());
	EXPECT_EQ(0, strncmp(self->from, from, strlen(from))) {
		TH_LOG("%s", self->from);
	}
	self->from[0] = '\0';
	/* vm_object() looked at it. */
	ASSERT_TRUE(vm_text_line_of(&self->text, getpid(), self->line));
	EXPECT_NE(NULL, strstr(self->line, "IPC_STAT, {"));

	SHOOT(msgget, KEY, IPC_CREAT | IPC_EXCL | 0640);
	EXPECT_LINE("%s msgget(0x69700001, IPC_CREAT|IPC_EXCL|0640) = "
		    "-1 EEXIST (File exists)", who);
	SHOOT(msgsnd, id, (long)&message, 7, IPC_NOWAIT);
	EXPECT_LINE("%s msgsnd(%d, {mtype=5}, 7, IPC_NOWAIT) = 0 "
		    "[msg %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0640 seq=%u]", who, id, id, o.seq);
	SHOOT(msgrcv, id, (long)&message, 3, -6, MSG_NOERROR | MSG_EXCEPT);
	EXPECT_LINE("%s msgrcv(%d, {mtype=5}, 3, -6, MSG_NOERROR|MSG_EXCEPT) = 3 "
		    "[msg %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0640 seq=%u]", who, id, id, o.seq);
	EXPECT_STREQ("", self->from);
	SHOOT(msgctl, id, IPC_RMID, 0);
	EXPECT_DESTROYED("queue");
	EXPECT_LINE("%s msgctl(%d, IPC_RMID, NULL) = 0 "
		    "[msg %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0640 seq=%u]", who, id, id, o.seq);
	/* Who looks at it, or finds it, does not tell. */
	EXPECT_STRNE("", self->from);
	self->from[0] = '\0';
	SHOOT(msgctl, id, IPC_RMID, 0);
	EXPECT_LINE("%s msgctl(%d, IPC_RMID, NULL) = "
		    "-1 EINVAL (Invalid argument)", who, id);
	EXPECT_STRNE("", self->from);

	SHOOT(semget, IPC_PRIVATE, 2, 0600);
	id = self->shot->ret;
	ASSERT_LE(0, id);
	o = vm_object(IPCTRACE_SEM, id, IPC_PRIVATE, 0600);
	EXPECT_LINE("%s semget(IPC_PRIVATE, 2, 0600) = %d "
		    "[sem %d key=0x0 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0600 seq=%u created]", who, id, id, o.seq);
	ASSERT_TRUE(vm_text_line_of(&self->text, getpid(), self->line));
	SHOOT(semop, id, (long)&op, 1);
	EXPECT_LINE("%s semop(%d, [{sem_num=0, sem_op=1, sem_flg=0}], 1) "
		    "= 0 %s"
		    "[sem %d key=0x0 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0600 seq=%u]", who, id,
		    VM_SEMOP_IPC ? "via=ipc " : "", id, o.seq);
	SHOOT(semtimedop, id, (long)&op, 0, (long)&soon);
	EXPECT_LINE("%s semtimedop(%d, [], 0, {tv_sec=0, tv_nsec=1000}) = "
		    "-1 EINVAL (Invalid argument) "
		    "[sem %d key=0x0 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0600 seq=%u]", who, id, id, o.seq);
	SHOOT(semctl, id, 1, GETVAL, 0);
	EXPECT_LINE("%s semctl(%d, 1, GETVAL, NULL) = 0 "
		    "[sem %d key=0x0 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0600 seq=%u]", who, id, id, o.seq);
	EXPECT_EQ(0, semctl(id, 0, IPC_RMID));

	SHOOT(shmget, KEY, 4096, IPC_CREAT | SHM_NORESERVE | 0606);
	id = self->shot->ret;
	ASSERT_LE(0, id);
	EXPECT_DESTROYED("semaphore set");
	ASSERT_TRUE(vm_text_line_of(&self->text, getpid(), self->line));
	EXPECT_NE(NULL, strstr(self->line, "semctl("));
	o = vm_object(IPCTRACE_SHM, id, KEY, 0606);
	EXPECT_LINE("%s shmget(0x69700001, 4096, IPC_CREAT|SHM_NORESERVE|0606) "
		    "= %d [shm %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0606 seq=%u created]", who, id, id, o.seq);
	ASSERT_TRUE(vm_text_line_of(&self->text, getpid(), self->line));
	SHOOT(shmat, id, 0, SHM_RDONLY);
	at = (void *)self->shot->ret;
	EXPECT_LINE("%s shmat(%d, NULL, SHM_RDONLY) = %p "
		    "[shm %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0606 seq=%u%s]", who, id, at, id, o.seq,
		    vm_kernel_has_types() ? " size=4096" : "");
	SHOOT(shmdt, (long)at);
	EXPECT_LINE("%s shmdt(%p) = 0 "
		    "[shm %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0606 seq=%u size=4096]", who, at, id, o.seq);
	SHOOT(shmctl, id, IPC_RMID, 0);
	EXPECT_DESTROYED("segment");
	EXPECT_LINE("%s shmctl(%d, IPC_RMID, NULL) = 0 "
		    "[shm %d key=0x69700001 uid=0 gid=0 cuid=0 cgid=0 "
		    "mode=0606 seq=%u]", who, id, id, o.seq);
	SHOOT(shmctl, id, 99, 0);
	EXPECT_LINE("%s shmctl(%d, 0x63 /* SHM_??? */, NULL) = "
		    "-1 EINVAL (Invalid argument)", who, id);
}

static void *shoot_in_thread(void *shot)
{
	vm_shoot(shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY, 0));
	return NULL;
}

#define CALLED \
	VM_TEXT_ABI " msgget(0x69700001, 000) = " \
	"-1 ENOENT (No such file or directory)"

TEST_F(text, callers)
{
	const struct vm_who *who = &self->shot->who;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, shoot_in_thread,
				    self->shot));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_LINE("tester[%d/%d] ppid=%d uid=0 gid=0" CALLED, getpid(),
		    who->tid, getppid());

	ASSERT_EQ(0, vm_shoot_as(self->shot, 1001, 2002, IPCTRACE_CALL_msgget,
				 VM_ARGS(KEY, 0)));
	EXPECT_LINE("tester[%d] ppid=%d uid=1001 gid=2002" CALLED,
		    who->tgid, getpid());

	ASSERT_EQ(0, prctl(PR_SET_NAME, "a b\\c\n\xff]"));
	SHOOT(msgget, KEY, 0);
	EXPECT_LINE("a\\040b\\\\c\\012\\377][%d] ppid=%d uid=0 gid=0" CALLED,
		    getpid(), getppid());
	ASSERT_EQ(0, prctl(PR_SET_NAME, "tester"));

	ASSERT_EQ(0, vm_write_file("/proc/self/loginuid", "4242"));
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	SHOOT(msgget, KEY, 0);
	EXPECT_LINE("tester[%d] ppid=%d uid=0 gid=0 loginuid=4242 ipc_ns=%u"
		    CALLED, getpid(), getppid(), who->ipc_ns);
}

/* A result that the process never sees, as strace marks it. */
TEST_F(text, killed_while_asleep)
{
	long type_and_text[2] = { 1, 0 };
	int id = msgget(IPC_PRIVATE, 0600);
	pid_t pid;

	ASSERT_LE(0, id);
	pid = vm_shoot_async(self->shot, IPCTRACE_CALL_msgrcv,
			     VM_ARGS(id, (long)type_and_text, 8, 0, 0));
	ASSERT_TRUE(vm_asleep_in(pid, IPCTRACE_CALL_msgrcv));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(pid, wait(NULL));
	EXPECT_EQ(0, msgctl(id, IPC_RMID, NULL));
	ASSERT_TRUE(vm_text_line_of(&self->text, pid, self->line));
	EXPECT_NE(NULL, strstr(self->line, ") = ? ERESTARTNOHAND ("))
		TH_LOG("%s", self->line);
}

TEST_HARNESS_MAIN
