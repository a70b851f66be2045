// SPDX-License-Identifier: GPL-2.0
/* Where a caller comes from: its program, and the processes above it. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "vm_test.h"

#define KEY	0x69700001
#define NS	1000000000ULL

FIXTURE(origin) {
	struct vm_trace vm;
	struct vm_shot *shot;
	struct vm_record r;
};

FIXTURE_SETUP(origin)
{
	VM_SETUP(&self->vm);
	self->shot = vm_shot_shared();
}

FIXTURE_TEARDOWN(origin)
{
	int id = msgget(KEY, 0);

	if (id >= 0)
		msgctl(id, IPC_RMID, NULL);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* What the record of the next call of a process has; NULL: nothing. */
static const struct ipctrace_origin *take(FIXTURE_DATA(origin) *self, pid_t pid)
{
	if (!vm_trace_take_whole(&self->vm, pid, &self->r))
		return NULL;
	return vm_part(&self->r, IPCTRACE_PART_ORIGIN, 0);
}

static const struct ipctrace_ancestor *
ancestors_of(const struct ipctrace_origin *origin)
{
	return (const void *)(origin + 1);
}

static const char *exe_of(const struct ipctrace_origin *origin)
{
	static char exe[IPCTRACE_MAX_EXE + 1];

	memcpy(exe, ancestors_of(origin) + origin->nr_ancestors,
	       origin->exe_bytes);
	exe[origin->exe_bytes] = '\0';
	return exe;
}

/* struct process - what /proc says of a process */
struct process {
	pid_t ppid;
	unsigned long long start_ns;	/* to a clock tick */
	char comm[16];
};

static bool ask_proc(pid_t pid, struct process *process)
{
	unsigned long long ticks;
	char path[64];
	bool good;
	FILE *file;

	memset(process, 0, sizeof(*process));

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	good = fscanf(file, "%*d (%15[^)]) %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		      process->comm, &process->ppid, &ticks) == 3;
	fclose(file);
	process->start_ns = ticks * (NS / sysconf(_SC_CLK_TCK));
	return good;
}

static bool same_tick(__u64 ns, unsigned long long start_ns)
{
	return ns >= start_ns && ns < start_ns + NS / sysconf(_SC_CLK_TCK);
}

/* Of what calls it is told */
TEST_F(origin, what_makes_sets_and_removes)
{
	struct msqid_ds ds = { };
	int id = msgget(KEY, IPC_CREAT | 0600);

	ASSERT_LE(0, id);
	EXPECT_NE(NULL, take(self, getpid()));
	ASSERT_EQ(id, msgget(KEY, IPC_CREAT | 0600));
	EXPECT_EQ(NULL, take(self, getpid()));
	ASSERT_EQ(0, msgctl(id, IPC_STAT, &ds));
	EXPECT_EQ(NULL, take(self, getpid()));
	ASSERT_EQ(0, msgctl(id, IPC_SET, &ds));
	EXPECT_NE(NULL, take(self, getpid()));
	EXPECT_EQ(1, vm_parts(&self->r, IPCTRACE_PART_SET));
	ASSERT_EQ(0, msgctl(id, IPC_RMID, NULL));
	EXPECT_NE(NULL, take(self, getpid()));
	/* Who tried is told, too. */
	ASSERT_EQ(-1, msgctl(id, IPC_RMID, NULL));
	EXPECT_NE(NULL, take(self, getpid()));
	ASSERT_EQ(-1, msgget(KEY, 0));
	EXPECT_EQ(NULL, take(self, getpid()));
}

TEST_F(origin, as_proc_has_it)
{
	const struct ipctrace_ancestor *ancestor;
	const struct ipctrace_origin *origin;
	char exe[IPCTRACE_MAX_EXE] = "";
	struct process process;
	pid_t pid = 0;
	unsigned int i;

	ASSERT_LE(0, msgget(KEY, IPC_CREAT | 0600));
	origin = take(self, getpid());
	ASSERT_NE(NULL, origin);
	EXPECT_EQ(0, origin->reserved);
	ASSERT_LT(0, readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	EXPECT_STREQ(exe, exe_of(origin));
	ASSERT_TRUE(ask_proc(getpid(), &process));
	EXPECT_TRUE(same_tick(origin->start_ns, process.start_ns));
	ancestor = ancestors_of(origin);
	for (i = 0; i < origin->nr_ancestors; i++, ancestor++) {
		pid = process.ppid;
		EXPECT_EQ(pid, ancestor->pid);
		ASSERT_TRUE(ask_proc(pid, &process));
		EXPECT_TRUE(same_tick(ancestor->start_ns, process.start_ns));
		EXPECT_EQ(0, memcmp(process.comm, ancestor->comm, 16));
		EXPECT_EQ(0, ancestor->uid);
	}
	/* Up to the first process, or as far as there is room. */
	EXPECT_TRUE(pid == 1 || i == IPCTRACE_MAX_ANCESTORS);
}

/* Fork again and again, each by another name; the last makes a queue. */
static void descend(struct vm_shot *shot, unsigned char depth)
{
	char name[16];
	pid_t pid = 0;

	for (; depth && !pid; depth--) {
		snprintf(name, sizeof(name), "above %u", depth);
		prctl(PR_SET_NAME, name);
		pid = fork();
	}
	if (pid)
		_exit(waitpid(pid, NULL, 0) != pid);
	vm_shoot(shot, IPCTRACE_CALL_msgget, VM_ARGS(KEY, IPC_CREAT | 0666));
	_exit(0);
}

TEST_F(origin, no_more_than_there_is_room_for)
{
	const struct ipctrace_ancestor *ancestor;
	const struct ipctrace_origin *origin;
	char name[16] = "";
	unsigned int i;
	pid_t pid = fork();

	if (!pid)
		descend(self->shot, IPCTRACE_MAX_ANCESTORS + 3);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	ASSERT_LE(0, self->shot->ret);
	origin = take(self, self->shot->who.tgid);
	ASSERT_NE(NULL, origin);
	ASSERT_EQ(IPCTRACE_MAX_ANCESTORS, origin->nr_ancestors);
	ancestor = ancestors_of(origin);
	for (i = 0; i < IPCTRACE_MAX_ANCESTORS; i++, ancestor++) {
		memset(name, 0, sizeof(name));
		snprintf(name, sizeof(name), "above %u", i + 1);
		EXPECT_EQ(0, memcmp(name, ancestor->comm, 16));
	}
	EXPECT_EQ(self->shot->who.ppid, ancestors_of(origin)->pid);
}

/* struct copy - a process that runs a copy of us, and waits for a byte in a pipe */
struct copy {
	pid_t pid;
	int go;
};

/* Which is to make and remove a queue so often, under a root; when it is executed. */
static bool copy_begin(struct copy *copy, const char *path, const char *times,
		       const char *root)
{
	int pipes[2];

	if (pipe(pipes))
		return false;
	copy->go = pipes[1];
	copy->pid = fork();
	if (!copy->pid) {
		dup2(pipes[0], 0);
		close(pipes[1]);
		execl(path, path, "make", times, root, NULL);
		_exit(127);
	}
	close(pipes[0]);
	while (copy->pid > 0 && waitpid(copy->pid, NULL, WNOHANG) != copy->pid) {
		char exe[PATH_MAX] = "", link[64];

		snprintf(link, sizeof(link), "/proc/%d/exe", copy->pid);
		if (readlink(link, exe, sizeof(exe) - 1) > 0 &&
		    !strcmp(exe, path))
			return true;
		usleep(1000);
	}
	return false;
}

static bool copy_end(struct copy *copy)
{
	bool good = write(copy->go, "", 1) == 1;
	int status;

	close(copy->go);
	return waitpid(copy->pid, &status, 0) == copy->pid && !status && good;
}

static bool copy_self(const char *to)
{
	char command[PATH_MAX + 64];

	snprintf(command, sizeof(command), "cp /proc/%d/exe '%s'", getpid(), to);
	return !system(command);
}

TEST_F(origin, program_is_gone)
{
	const struct ipctrace_origin *origin;
	struct copy copy;

	ASSERT_TRUE(copy_self("/tmp/a program"));
	ASSERT_TRUE(copy_begin(&copy, "/tmp/a program", "1", NULL));
	ASSERT_EQ(0, unlink("/tmp/a program"));
	ASSERT_TRUE(copy_end(&copy));
	origin = take(self, copy.pid);
	ASSERT_NE(NULL, origin);
	EXPECT_STREQ("/tmp/a program (deleted)", exe_of(origin));
}

/* A path that there is no room for: the name of the file, without a slash. */
TEST_F(origin, path_is_long)
{
	const struct ipctrace_origin *origin;
	char path[PATH_MAX] = "/tmp";
	struct copy copy;
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(path + strlen(path), 120, "/%0100d", i);
		ASSERT_TRUE(!mkdir(path, 0700) || errno == EEXIST);
	}
	strcat(path, "/deep");
	ASSERT_TRUE(copy_self(path));
	ASSERT_TRUE(copy_begin(&copy, path, "1", NULL));
	ASSERT_TRUE(copy_end(&copy));
	origin = take(self, copy.pid);
	ASSERT_NE(NULL, origin);
	EXPECT_STREQ("deep", exe_of(origin));
	unlink(path);
}

/* Somebody renames it all the time: the old name, the new one, or none. */
TEST_F(origin, program_is_renamed)
{
	static const char *const names[] = {
		"/tmp/one-name", "/tmp/another-name-that-is-longer-than-a-dentry-has-room-for",
	};
	const struct ipctrace_origin *origin;
	unsigned int i, seen = 0;
	struct copy copy;
	pid_t renamer;

	ASSERT_TRUE(copy_self(names[0]));
	ASSERT_TRUE(copy_begin(&copy, names[0], "200", NULL));
	renamer = fork();
	if (!renamer) {
		for (i = 0;; i++)
			rename(names[i % 2], names[!(i % 2)]);
	}
	EXPECT_TRUE(copy_end(&copy));
	kill(renamer, SIGKILL);
	waitpid(renamer, NULL, 0);
	while ((origin = take(self, copy.pid))) {
		const char *exe = exe_of(origin);

		seen++;
		EXPECT_TRUE(!*exe || !strcmp(exe, names[0]) ||
			    !strcmp(exe, names[1])) {
			TH_LOG("%s", exe);
		}
	}
	EXPECT_EQ(400, seen);
	unlink(names[0]);
	unlink(names[1]);
}

/* As the caller's root has it. */
TEST_F(origin, root_is_another)
{
	const struct ipctrace_origin *origin;
	struct copy copy;

	ASSERT_EQ(0, mkdir("/tmp/elsewhere", 0700));
	ASSERT_TRUE(copy_self("/tmp/elsewhere/program"));
	ASSERT_TRUE(copy_begin(&copy, "/tmp/elsewhere/program", "1",
			       "/tmp/elsewhere"));
	ASSERT_TRUE(copy_end(&copy));
	origin = take(self, copy.pid);
	ASSERT_NE(NULL, origin);
	EXPECT_STREQ("/program", exe_of(origin));
	unlink("/tmp/elsewhere/program");
	rmdir("/tmp/elsewhere");
}

/* What the copy does. */
static int make_queues(int times, const char *root)
{
	char byte;
	int id;

	if (root && (chroot(root) || chdir("/")))
		return 1;
	if (read(0, &byte, 1) != 1)
		return 1;
	while (times--) {
		id = msgget(IPC_PRIVATE, 0600);
		if (id < 0 || msgctl(id, IPC_RMID, NULL))
			return 1;
	}
	return 0;
}

static __attribute__((constructor)) void make_only(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "make"))
		exit(make_queues(atoi(argv[2]),
				 argc > 3 ? argv[3] : NULL));
}

TEST_HARNESS_MAIN
