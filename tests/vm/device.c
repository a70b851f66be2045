// SPDX-License-Identifier: GPL-2.0
/* The device file: whose it is, and what cannot be done with it. */
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>

#include "vm_test.h"

FIXTURE(device) {
	int fd;
};

FIXTURE_SETUP(device)
{
	ASSERT_EQ(0, vm_module_default());
	self->fd = open(IPCTRACE_DEVICE, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(device)
{
	close(self->fd);
}

TEST_F(device, is_for_root_to_read)
{
	struct stat st;

	ASSERT_EQ(0, stat(IPCTRACE_DEVICE, &st));
	EXPECT_EQ(S_IFCHR | 0400, st.st_mode);
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0, st.st_gid);
}

TEST_F(device, cannot_be_written_nor_sought)
{
	char c = 0;
	int fd;

	EXPECT_EQ(-1, write(self->fd, "x", 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, pread(self->fd, &c, 1, 0));
	EXPECT_EQ(ESPIPE, errno);

	fd = open(IPCTRACE_DEVICE, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(EBADF, errno);
	close(fd);
}

/* An unprivileged process: what it tries to open, and what it gets. */
TEST_F(device, is_closed_to_others)
{
	static const struct {
		const char *path;
		int flags;
	} rows[] = {
		{ IPCTRACE_DEVICE, O_RDONLY },
		{ IPCTRACE_DEVICE, O_RDWR },
		{ VM_DEBUGFS "stats", O_RDONLY },
		{ VM_DEBUGFS "probes", O_RDONLY },
		{ VM_DEBUGFS "trace", O_RDONLY },
		{ VM_DEBUGFS "control", O_RDONLY },
		{ VM_DEBUGFS "control", O_WRONLY },
		{ VM_DEBUGFS, O_RDONLY },
	};
	size_t i;

	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(-1, open(rows[i].path, rows[i].flags))
			TH_LOG("%s", rows[i].path);
		EXPECT_EQ(EACCES, errno) TH_LOG("%s", rows[i].path);
	}
}

/* Even where debugfs were opened to everybody, the files are root's. */
TEST_F(device, debugfs_files_are_root_s)
{
	static const struct {
		const char *path;
		mode_t mode;
	} rows[] = {
		{ VM_DEBUGFS "stats", 0400 },
		{ VM_DEBUGFS "probes", 0400 },
		{ VM_DEBUGFS "trace", 0400 },
		{ VM_DEBUGFS "control", 0600 },
	};
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, stat(rows[i].path, &st)) TH_LOG("%s", rows[i].path);
		EXPECT_EQ(S_IFREG | rows[i].mode, st.st_mode)
			TH_LOG("%s", rows[i].path);
	}
}

TEST_HARNESS_MAIN
