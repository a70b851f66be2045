// SPDX-License-Identifier: GPL-2.0
/* Who may open the files of the recorder, and who may control it. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm_test.h"

#ifndef CAP_PERFMON
#define CAP_PERFMON	38
#endif

#define USER		65534
#define GROUP		4711

/* Who tries. */
enum who {
	ROOT,
	ROOT_WITHOUT,		/* uid 0 with no capabilities but for files */
	ROOT_PERFMON,		/* likewise, and CAP_PERFMON */
	ROOT_ADMIN,		/* likewise, and CAP_SYS_ADMIN */
	ROOT_OF_CONTAINER,	/* uid 0 and all capabilities, of a user namespace */
	OTHER,
	MEMBER,			/* of GROUP */
};

static int keep_caps(uint64_t caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	return syscall(SYS_capset, &header, data);
}

#define CAP(number)	(1ULL << (number))
#define ALL_FILES	(CAP(CAP_DAC_OVERRIDE) | CAP(CAP_DAC_READ_SEARCH))

static int enter_container(void)
{
	return unshare(CLONE_NEWUSER) ||
	       vm_write_file("/proc/self/uid_map", "0 0 1\n");
}

static int become(enum who who)
{
	gid_t group = GROUP;

	switch (who) {
	case ROOT:
		return 0;
	case ROOT_WITHOUT:
		return keep_caps(ALL_FILES);
	case ROOT_PERFMON:
		return keep_caps(ALL_FILES | CAP(CAP_PERFMON));
	case ROOT_ADMIN:
		return keep_caps(ALL_FILES | CAP(CAP_SYS_ADMIN));
	case ROOT_OF_CONTAINER:
		return enter_container();
	case OTHER:
		return setgroups(0, NULL) || setgid(USER) || setuid(USER);
	case MEMBER:
		return setgroups(1, &group) || setgid(USER) || setuid(USER);
	}
	return -1;
}

/* What it gets: errno, or 0; 255 when it could not become that. */
static int try_as(enum who who, int (*attempt)(const void *), const void *what)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(become(who) ? 255 : attempt(what));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 255;
	return WEXITSTATUS(status);
}

static int open_to_read(const void *path)
{
	return open(path, O_RDONLY) < 0 ? errno : 0;
}

static int open_to_write(const void *path)
{
	return open(path, O_WRONLY) < 0 ? errno : 0;
}

static int control(const void *fd)
{
	return vm_control(*(const int *)fd, IPCTRACE_CONTROL_CLEAR) ? errno : 0;
}

static int set_filter(const void *fd)
{
	char text[] = "failed";
	struct ipctrace_filter filter = {
		.text = (uintptr_t)text,
		.bytes = strlen(text),
	};

	return ioctl(*(const int *)fd, IPCTRACE_IOC_SET_FILTER, &filter) ?
	       errno : 0;
}

static const char *const files[] = {
	IPCTRACE_DEVICE,
	VM_DEBUGFS "stats",
	VM_DEBUGFS "probes",
	VM_DEBUGFS "blocked",
	VM_DEBUGFS "trace",
	VM_DEBUGFS "control",
	VM_DEBUGFS "filter",
};

/* Modes that would let everybody in; the mode is not what this is about. */
static void open_all_modes(void)
{
	size_t i;

	chmod("/sys/kernel/debug", 0755);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		chmod(files[i], 0666);
}

FIXTURE(access) {
	int fd;
};

FIXTURE_SETUP(access)
{
	self->fd = -1;
}

FIXTURE_TEARDOWN(access)
{
	close(self->fd);
	chmod("/sys/kernel/debug", 0700);
	EXPECT_EQ(0, vm_module_reload(""));
}

/* "", or what somebody did not get @error from. */
static const char *all_give(int error, enum who who)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (try_as(who, open_to_read, files[i]) != error)
			return files[i];
	return "";
}

#define EXPECT_ALL(error, who) EXPECT_STREQ("", all_give(error, who))

TEST_F(access, capability_not_mode)
{
	ASSERT_EQ(0, vm_module_reload(""));
	open_all_modes();
	EXPECT_ALL(0, ROOT);
	EXPECT_ALL(0, ROOT_PERFMON);
	EXPECT_ALL(0, ROOT_ADMIN);
	EXPECT_ALL(EPERM, ROOT_WITHOUT);
	EXPECT_ALL(EPERM, ROOT_OF_CONTAINER);
	EXPECT_ALL(EPERM, OTHER);
	EXPECT_ALL(EPERM, MEMBER);
}

TEST_F(access, group_may_read)
{
	ASSERT_EQ(0, vm_module_reload("group=4711"));
	chmod("/sys/kernel/debug", 0755);
	EXPECT_ALL(0, MEMBER);
	EXPECT_ALL(0, ROOT);
	EXPECT_ALL(EPERM, OTHER);
	EXPECT_ALL(EPERM, ROOT_WITHOUT);
	EXPECT_ALL(EPERM, ROOT_OF_CONTAINER);
}

/* Who may read need not be allowed to control. */
TEST_F(access, admin_may_control)
{
	static const struct {
		enum who who;
		int error;
	} rows[] = {
		{ ROOT, 0 },
		{ ROOT_ADMIN, 0 },
		{ ROOT_PERFMON, EPERM },
		{ ROOT_WITHOUT, EPERM },
		{ ROOT_OF_CONTAINER, EPERM },
		{ MEMBER, EPERM },
		{ OTHER, EPERM },
	};
	size_t i;

	ASSERT_EQ(0, vm_module_reload("group=4711"));
	open_all_modes();
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].error, try_as(rows[i].who, open_to_write,
						VM_DEBUGFS "control"));
		EXPECT_EQ(rows[i].error, try_as(rows[i].who, open_to_write,
						VM_DEBUGFS "filter"));
		EXPECT_EQ(rows[i].error, try_as(rows[i].who, control,
						&self->fd));
		EXPECT_EQ(rows[i].error, try_as(rows[i].who, set_filter,
						&self->fd));
	}
}

TEST_F(access, modes)
{
	static const struct {
		const char *params;
		mode_t mode;
	} rows[] = {
		{ "", 0400 },
		{ "group=0", 0444 },
		{ "group=4711", 0444 },
	};
	struct stat st;
	size_t i, f;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, vm_module_reload(rows[i].params));
		for (f = 0; f < ARRAY_SIZE(files); f++) {
			ASSERT_EQ(0, stat(files[f], &st));
			EXPECT_EQ(rows[i].mode, st.st_mode & 0577);
			EXPECT_EQ(0, st.st_mode & 0022);
		}
	}
}

TEST_F(access, no_such_group)
{
	EXPECT_EQ(0, vm_module_unload());
	EXPECT_EQ(-EINVAL, vm_module_load("group=-2"));
	EXPECT_EQ(0, vm_module_load(""));
}

/* What a mapping may become. */
TEST_F(access, mappings_stay_read_only)
{
	struct ipctrace_hello hello = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
	};
	void *map;

	ASSERT_EQ(0, vm_module_reload(""));
	self->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_HELLO, &hello));
	map = mmap(NULL, hello.map_bytes, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(-1, mprotect(map, hello.map_bytes, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(map, hello.map_bytes, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(0, munmap(map, hello.map_bytes));
}

TEST_HARNESS_MAIN
