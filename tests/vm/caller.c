// SPDX-License-Identifier: GPL-2.0
/* Who made a call: threads, users, namespaces, cgroups, names, CPUs. */
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "vm_test.h"

#define CALL	IPCTRACE_CALL_msgget
#define KEY	0x69700001	/* of nothing: the call fails, and leaves nothing */
#define CGROUP	"/sys/fs/cgroup/ipctrace-test"

FIXTURE(caller) {
	struct vm_trace vm;
	struct vm_shot *shot;
};

FIXTURE_SETUP(caller)
{
	VM_SETUP(&self->vm);
	self->shot = vm_shot_shared();
}

FIXTURE_TEARDOWN(caller)
{
	EXPECT_EQ(0, vm_trace_count(&self->vm, getpid()));
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* Run @statement and then a call in a child; evaluates to the child's pid. */
#define IN_CHILD(statement)						\
	({								\
		pid_t __pid = fork();					\
									\
		if (!__pid) {						\
			statement;					\
			vm_shoot(self->shot, CALL, VM_ARGS(KEY, 0));	\
			_exit(0);					\
		}							\
		EXPECT_EQ(0, exit_status(__pid));			\
		__pid;							\
	})

#define MUST(condition)							\
	do {								\
		if (!(condition))					\
			_exit(errno ? errno : 255);			\
	} while (0)

#define VERIFY(what)							\
	EXPECT_STREQ("", vm_verify(&self->vm, self->shot, what, -ENOENT, \
				   VM_NO_OBJECT))

static int exit_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

static void *shoot_in_thread(void *shot)
{
	prctl(PR_SET_NAME, "a-thread");
	vm_shoot(shot, CALL, VM_ARGS(KEY, 0));
	return NULL;
}

TEST_F(caller, thread)
{
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, shoot_in_thread,
				    self->shot));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(getpid(), self->shot->who.tgid);
	EXPECT_NE(getpid(), self->shot->who.tid);
	VERIFY("thread");
}

static void *fork_in_thread(void *arg)
{
	struct vm_shot *shot = arg;
	pid_t pid = vm_shoot_async(shot, CALL, VM_ARGS(KEY, 0));

	waitpid(pid, NULL, 0);
	return NULL;
}

TEST_F(caller, parent_is_a_process_and_not_a_thread)
{
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, fork_in_thread,
				    self->shot));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(getpid(), self->shot->who.ppid);
	VERIFY("child of a thread");
}

TEST_F(caller, parent_is_gone)
{
	struct vm_shot *shot = self->shot;

	/* The orphan comes back to us, and its parent is one that is there. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	EXPECT_EQ(0, exit_status(({
		pid_t pid = fork();

		if (!pid) {
			pid_t parent = getpid();

			if (fork())
				_exit(0);
			while (getppid() == parent)
				usleep(1000);
			vm_shoot(shot, CALL, VM_ARGS(KEY, 0));
			_exit(0);
		}
		pid;
	})));
	EXPECT_LT(0, wait(NULL));
	EXPECT_EQ(getpid(), shot->who.ppid);
	VERIFY("orphan");
}

TEST_F(caller, user_is_the_real_one)
{
	IN_CHILD({
		MUST(!setresgid(2001, 0, 0));
		MUST(!setresuid(1001, 0, 0));
	});
	EXPECT_EQ(1001, self->shot->who.uid);
	EXPECT_EQ(2001, self->shot->who.gid);
	VERIFY("real ids");
}

TEST_F(caller, user_is_unprivileged)
{
	ASSERT_EQ(0, vm_shoot_as(self->shot, 65534, 65533, CALL,
				 VM_ARGS(KEY, 0)));
	EXPECT_EQ(65534, self->shot->who.uid);
	VERIFY("unprivileged");
}

TEST_F(caller, login_outlives_a_change_of_user)
{
	IN_CHILD({
		MUST(!vm_write_file("/proc/self/loginuid", "4242"));
		MUST(!setresuid(0, 0, 0));
	});
	EXPECT_EQ(4242, self->shot->who.loginuid);
	VERIFY("loginuid");
}

TEST_F(caller, ipc_namespace)
{
	uint32_t mine;
	struct vm_who who;

	vm_who_am_i(&who);
	mine = who.ipc_ns;
	IN_CHILD(MUST(!unshare(CLONE_NEWIPC)));
	EXPECT_NE(mine, self->shot->who.ipc_ns);
	EXPECT_NE(0, self->shot->who.ipc_ns);
	VERIFY("another IPC namespace");
}

/* An object of another namespace, with an id that ours may have too. */
TEST_F(caller, ipc_namespace_of_the_object)
{
	struct ipctrace_object *object = mmap(NULL, 4096,
					      PROT_READ | PROT_WRITE,
					      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct vm_shot *shot = self->shot;
	struct ipctrace_call c;
	pid_t pid = fork();

	if (!pid) {
		MUST(!unshare(CLONE_NEWIPC));
		vm_shoot(shot, CALL, VM_ARGS(KEY, IPC_CREAT | 0611));
		*object = vm_object(IPCTRACE_MSG, shot->ret, KEY, 0611);
		_exit(0);
	}
	ASSERT_EQ(0, exit_status(pid));
	EXPECT_STREQ("", vm_verify(&self->vm, shot, "in a namespace",
				   VM_SUCCESS, object));
	/* vm_object() looked at it. */
	EXPECT_TRUE(vm_trace_take(&self->vm, pid, &c));
	EXPECT_EQ(object->id, c.object.id);
}

TEST_F(caller, pid_namespace)
{
	struct vm_shot *inside = vm_shot_shared();
	const struct ipctrace_pidns *part;
	struct vm_record r;
	struct stat st;
	pid_t child = fork(), grandchild;

	if (!child) {
		MUST(!unshare(CLONE_NEWPID));
		_exit(0);
	}
	EXPECT_EQ(0, exit_status(child));

	/* As the initial namespace sees it, whatever the caller sees. */
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	grandchild = IN_CHILD({
		MUST(getpid() == 1);
		MUST(!stat("/proc/self/ns/pid", &st));
		inside->args[0] = st.st_ino;
		msgget(KEY, 0);
	});
	/* And as its own does, beside. */
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, grandchild, &r));
	EXPECT_EQ(1, vm_parts(&r, 0));
	part = vm_part(&r, IPCTRACE_PART_PIDNS, 0);
	ASSERT_NE(NULL, part);
	EXPECT_EQ(inside->args[0], part->pid_ns);
	EXPECT_EQ(1, part->pid);
	EXPECT_EQ(1, part->tid);
	EXPECT_EQ(0, part->reserved);
	self->shot->who.tgid = grandchild;
	self->shot->who.tid = grandchild;
	self->shot->who.ppid = getpid();
	VERIFY("pid namespace");
}

TEST_F(caller, user_namespace)
{
	IN_CHILD({
		MUST(!setgroups(0, NULL));
		MUST(!setresgid(3002, 3002, 3002));
		MUST(!setresuid(3001, 3001, 3001));
		MUST(!unshare(CLONE_NEWUSER));
		MUST(getuid() == 65534);
	});
	self->shot->who.uid = 3001;
	self->shot->who.gid = 3002;
	/* loginuid is shown mapped too; it was not set. */
	self->shot->who.loginuid = (uint32_t)-1;
	VERIFY("user namespace");
}

TEST_F(caller, cgroup)
{
	struct stat st;

	rmdir(CGROUP);
	ASSERT_EQ(0, mkdir(CGROUP, 0755));
	ASSERT_EQ(0, stat(CGROUP, &st));
	IN_CHILD(MUST(!vm_write_file(CGROUP "/cgroup.procs", "0")));
	EXPECT_EQ(st.st_ino, self->shot->who.cgroup);
	VERIFY("cgroup");
	EXPECT_EQ(0, rmdir(CGROUP));
}

TEST_F(caller, name)
{
	static const char *const names[] = {
		"fifteen letters", "", " ", "tab\tnl\nbs\\", "quote\"{}[],:",
		"\x01\x7f\x80\xff", "\xc3\xa9\xe2\x82", "%s%n",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		ASSERT_EQ(0, prctl(PR_SET_NAME, names[i]));
		vm_shoot(self->shot, CALL, VM_ARGS(KEY, 0));
		EXPECT_STREQ(names[i], self->shot->who.comm);
		VERIFY("name");
	}
}

TEST_F(caller, cpu)
{
	int cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (cpu = 0; cpu < cpus; cpu++) {
		ASSERT_EQ(0, vm_pin(cpu));
		vm_shoot(self->shot, CALL, VM_ARGS(KEY, 0));
		EXPECT_EQ(cpu, self->shot->who.cpu);
		VERIFY("cpu");
	}
}

TEST_F(caller, registers)
{
	const struct vm_row rows[] = {
		/* What the kernel cuts off is in the record. */
		{ "high bits", -ENOENT, VM_NO_OBJECT,
		  { VM_WIDE(0x1234567800000000L, 0) | KEY,
		    VM_WIDE(0x7654321000000000L, 0) } },
		{ "minus one", -ENOENT, VM_NO_OBJECT, { -1, 0 } },
	};

	VM_EXPECT_ROWS(&self->vm, CALL, rows);
}

TEST_HARNESS_MAIN
