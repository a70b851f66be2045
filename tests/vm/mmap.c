// SPDX-License-Identifier: GPL-2.0
/* Mapping the rings, and what is refused. What they hold: all call_* tests. */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "vm_test.h"

FIXTURE(mmap) {
	struct ipctrace_hello hello;
	int fd;
};

FIXTURE_SETUP(mmap)
{
	ASSERT_EQ(0, vm_module_default());
	self->fd = open(IPCTRACE_DEVICE, O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, vm_hello(self->fd, &self->hello));
}

FIXTURE_TEARDOWN(mmap)
{
	close(self->fd);
}

TEST_F(mmap, layout)
{
	const struct ipctrace_hello *hello = &self->hello;

	EXPECT_EQ(IPCTRACE_TRANSPORT, hello->transport);
	EXPECT_EQ(IPCTRACE_SCHEMA, hello->schema);
	EXPECT_EQ(4096, hello->header_bytes);
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_CONF), hello->nr_rings);
	EXPECT_EQ(4 << 20, hello->ring_bytes);
	EXPECT_LE(hello->header_bytes + hello->ring_bytes,
		  hello->ring_stride_bytes);
	EXPECT_EQ(hello->header_bytes +
		  hello->nr_rings * hello->ring_stride_bytes,
		  hello->map_bytes);
	EXPECT_NE(0, hello->version[0]);
	EXPECT_NE(NULL, memchr(hello->version, 0, sizeof(hello->version)));
}

TEST_F(mmap, needs_hello)
{
	int fd = open(IPCTRACE_DEVICE, O_RDONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(EPROTO, errno);
	close(fd);
}

TEST_F(mmap, wrong_versions_are_refused)
{
	static const struct {
		int transport;
		int schema;
	} rows[] = {
		{ IPCTRACE_TRANSPORT + 1, IPCTRACE_SCHEMA },
		{ IPCTRACE_TRANSPORT - 1, IPCTRACE_SCHEMA },
		{ 0, 0 },
		{ IPCTRACE_TRANSPORT, 0 },
		{ IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA_OLDEST - 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ipctrace_hello hello = {
			.transport = rows[i].transport,
			.schema = rows[i].schema,
		};
		int fd = open(IPCTRACE_DEVICE, O_RDONLY);

		ASSERT_LE(0, fd);
		EXPECT_EQ(-1, ioctl(fd, IPCTRACE_IOC_HELLO, &hello));
		EXPECT_EQ(EPROTO, errno);
		EXPECT_EQ(IPCTRACE_TRANSPORT, hello.transport);
		EXPECT_EQ(IPCTRACE_SCHEMA, hello.schema);
		EXPECT_EQ(MAP_FAILED,
			  mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
		EXPECT_EQ(EPROTO, errno);
		close(fd);
	}
}

TEST_F(mmap, lower_schema_is_agreed_on)
{
	static const struct {
		int asked;
		int agreed;
	} rows[] = {
		{ IPCTRACE_SCHEMA_OLDEST, IPCTRACE_SCHEMA_OLDEST },
		{ IPCTRACE_SCHEMA, IPCTRACE_SCHEMA },
		{ IPCTRACE_SCHEMA + 1, IPCTRACE_SCHEMA },
		{ -1, IPCTRACE_SCHEMA },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ipctrace_hello hello = {
			.transport = IPCTRACE_TRANSPORT,
			.schema = rows[i].asked,
		};
		int fd = open(IPCTRACE_DEVICE, O_RDONLY);

		ASSERT_LE(0, fd);
		EXPECT_EQ(0, ioctl(fd, IPCTRACE_IOC_HELLO, &hello));
		EXPECT_EQ(IPCTRACE_TRANSPORT, hello.transport);
		EXPECT_EQ(rows[i].agreed, hello.schema);
		close(fd);
	}
}

TEST_F(mmap, refusals)
{
	const off_t all = self->hello.map_bytes;
	const struct {
		const char *what;
		size_t bytes;
		int prot;
		int flags;
		off_t offset;
		int error;
	} rows[] = {
		{ "shared, to write", 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		  0, EPERM },
		{ "only to write", 4096, PROT_WRITE, MAP_SHARED, 0, EPERM },
		{ "private, to write", 4096, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE, 0, EPERM },
		{ "to execute", 4096, PROT_READ | PROT_EXEC, MAP_SHARED, 0,
		  EPERM },
		{ "a page more", all + 4096, PROT_READ, MAP_SHARED, 0, EINVAL },
		{ "past the end", 4096, PROT_READ, MAP_SHARED, all, EINVAL },
		{ "across the end", 8192, PROT_READ, MAP_SHARED, all - 4096,
		  EINVAL },
		{ "far past the end", 4096, PROT_READ, MAP_SHARED,
		  (off_t)1 << 60, EINVAL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		void *p = mmap(NULL, rows[i].bytes, rows[i].prot,
			       rows[i].flags, self->fd, rows[i].offset);

		EXPECT_EQ(MAP_FAILED, p) TH_LOG("%s", rows[i].what);
		EXPECT_EQ(rows[i].error, errno) TH_LOG("%s", rows[i].what);
	}
}

TEST_F(mmap, stays_read_only)
{
	char *p = mmap(NULL, self->hello.map_bytes, PROT_READ, MAP_SHARED,
		       self->fd, 0);

	ASSERT_NE(MAP_FAILED, (void *)p);
	EXPECT_EQ(-1, mprotect(p, 4096, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(p, 4096, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(MAP_FAILED, mremap(p, self->hello.map_bytes,
				     self->hello.map_bytes + 4096,
				     MREMAP_MAYMOVE));

	/* Read by the kernel into, it is as closed. */
	EXPECT_EQ(-1, read(open("/dev/zero", O_RDONLY), p, 8));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(mmap, private_to_read)
{
	const uint64_t *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, self->fd,
				 0);

	ASSERT_NE(MAP_FAILED, (void *)p);
	EXPECT_EQ(-1, mprotect((void *)p, 4096, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
}

/* The second one, if that CPU is there. */
TEST_F(mmap, of_one_ring_alone)
{
	const off_t at = self->hello.header_bytes +
			 (sysconf(_SC_NPROCESSORS_ONLN) > 1 ?
			  self->hello.ring_stride_bytes : 0);
	const struct ipctrace_ring_header *whole, *ring;
	const uint8_t *all;

	all = mmap(NULL, self->hello.map_bytes, PROT_READ, MAP_SHARED,
		   self->fd, 0);
	ring = mmap(NULL, self->hello.ring_stride_bytes, PROT_READ, MAP_SHARED,
		    self->fd, at);
	ASSERT_NE(MAP_FAILED, (void *)all);
	ASSERT_NE(MAP_FAILED, (void *)ring);
	whole = (const void *)(all + at);
	EXPECT_EQ(0, memcmp(whole, ring, self->hello.header_bytes +
			    self->hello.ring_bytes));
}

TEST_F(mmap, outlives_its_file)
{
	struct vm_trace vm;
	struct vm_shot shot;

	ASSERT_EQ(0, vm_pin(0));
	ASSERT_EQ(0, vm_trace_open(&vm, VM_FROM_NOW));
	EXPECT_EQ(0, close(vm.fd));
	vm_shoot(&shot, IPCTRACE_CALL_msgget, VM_ARGS(0x69700001, 0));
	EXPECT_STREQ("", vm_verify(&vm, &shot, "closed", -ENOENT,
				   VM_NO_OBJECT));
}

/* consumed() and poll(): asleep until there is something newer. */
TEST_F(mmap, waits_for_newer_records)
{
	const struct ipctrace_map_header *header;
	struct ipctrace_consumed consumed;
	struct pollfd pollfd = { .fd = self->fd, .events = POLLIN };
	uint64_t before;
	int tries = 0;
	pid_t pid;

	header = mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)header);

	/* Until it is still. */
	do {
		ASSERT_GT(50, tries++);
		consumed.settled_ns = __atomic_load_n(&header->settled_ns,
						      __ATOMIC_ACQUIRE);
		ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_CONSUMED,
				   &consumed));
	} while (poll(&pollfd, 1, 1000) == 1);

	pid = fork();
	if (!pid) {
		usleep(200000);
		msgget(0x69700001, 0);
		_exit(0);
	}
	before = vm_now();
	EXPECT_EQ(1, poll(&pollfd, 1, 60000));
	EXPECT_EQ(POLLIN, pollfd.revents & POLLIN);
	EXPECT_LT(before, __atomic_load_n(&header->settled_ns,
					  __ATOMIC_ACQUIRE));
	EXPECT_EQ(pid, wait(NULL));

	/* Not taken: it keeps saying so. Taken: no more. */
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	usleep(100000);
	consumed.settled_ns = __atomic_load_n(&header->settled_ns,
					      __ATOMIC_ACQUIRE);
	ASSERT_EQ(0, ioctl(self->fd, IPCTRACE_IOC_CONSUMED, &consumed));
	EXPECT_EQ(0, poll(&pollfd, 1, 300));
}

TEST_HARNESS_MAIN
