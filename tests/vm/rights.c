// SPDX-License-Identifier: GPL-2.0
/* Why a call was allowed: effective ids, and the right that decided. */
#include <grp.h>
#include <linux/capability.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "vm_test.h"

/* Whose objects they are, and the others */
#define OWNER		1001
#define OWNERS		2001
#define STRANGER	1002
#define STRANGERS	2002

#define CAP(name)	(1U << CAP_##name)
#define KEY		0x69700077

FIXTURE(rights) {
	struct vm_trace vm;
	int msq;
	int sem;
	int shm;
};

/* Objects of OWNER's: all that its group may do is read, others nothing. */
static int make(FIXTURE_DATA(rights) *self, mode_t mode)
{
	struct msqid_ds msq;
	struct semid_ds sem;
	struct shmid_ds shm;
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(setgroups(0, NULL) ||
		      setresgid(OWNERS, OWNERS, OWNERS) ||
		      setresuid(OWNER, OWNER, OWNER) ||
		      msgget(KEY, IPC_CREAT | IPC_EXCL | mode) < 0 ||
		      semget(KEY, 2, IPC_CREAT | IPC_EXCL | mode) < 0 ||
		      shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | mode) < 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return -1;
	self->msq = msgget(KEY, 0);
	self->sem = semget(KEY, 0, 0);
	self->shm = shmget(KEY, 0, 0);
	return msgctl(self->msq, IPC_STAT, &msq) ||
	       semctl(self->sem, 0, IPC_STAT, &sem) ||
	       shmctl(self->shm, IPC_STAT, &shm);
}

static void unmake(FIXTURE_DATA(rights) *self)
{
	msgctl(self->msq, IPC_RMID, NULL);
	semctl(self->sem, 0, IPC_RMID);
	shmctl(self->shm, IPC_RMID, NULL);
}

FIXTURE_SETUP(rights)
{
	VM_SETUP(&self->vm);
	ASSERT_EQ(0, make(self, 0640));
}

FIXTURE_TEARDOWN(rights)
{
	unmake(self);
	EXPECT_STREQ("", self->vm.fault);
	vm_trace_close(&self->vm);
}

/* struct as - who makes a call */
struct as {
	uid_t uid;
	uid_t euid;
	gid_t gid;
	gid_t egid;
	gid_t group;	/* one more, or 0 */
	unsigned int caps;
};

static int become(const struct as *as)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = as->caps, .permitted = as->caps },
	};

	/* Keep what capset() is to leave. */
	return prctl(PR_SET_KEEPCAPS, 1) ||
	       setgroups(as->group ? 1 : 0, &as->group) ||
	       setresgid(as->gid, as->egid, as->egid) ||
	       setresuid(as->uid, as->euid, as->euid) ||
	       syscall(SYS_capset, &header, data);
}

/*
 * Make a call as somebody. It must succeed, or fail with @error, and tell of
 * @right, or of nothing.
 */
#define CALL_AS(as, error, right, ...)	\
	call_as(_metadata, self, __LINE__, as, error, right, __VA_ARGS__)

static void call_as(struct __test_metadata *_metadata,
		    FIXTURE_DATA(rights) *self, int line, const struct as *as,
		    int error, unsigned int right, int call, const long *args)
{
	bool ids = as->uid != as->euid || as->gid != as->egid;
	struct vm_shot *shot = vm_shot_shared();
	const struct ipctrace_cred *part;
	struct vm_record r;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (become(as))
			_exit(1);
		vm_shoot(shot, call, args);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	if (error) {
		EXPECT_EQ(-error, shot->ret) {
			TH_LOG("in line %d", line);
		}
	} else {
		EXPECT_FALSE((unsigned long)shot->ret >= -4095UL) {
			TH_LOG("in line %d: %ld", line, shot->ret);
		}
	}
	ASSERT_TRUE(vm_trace_take_whole(&self->vm, pid, &r));
	EXPECT_EQ(as->uid, r.c.uid);
	EXPECT_EQ(as->gid, r.c.gid);
	EXPECT_EQ(ids || right, vm_parts(&r, IPCTRACE_PART_CRED)) {
		TH_LOG("in line %d", line);
	}
	part = vm_part(&r, IPCTRACE_PART_CRED, 0);
	if (!part)
		return;
	EXPECT_EQ(as->euid, part->euid);
	EXPECT_EQ(as->egid, part->egid);
	EXPECT_EQ(right, part->right) {
		TH_LOG("in line %d", line);
	}
	EXPECT_EQ(0, part->reserved);
}

#define UNSAID		IPCTRACE_RIGHT_UNSAID
#define GROUP		IPCTRACE_RIGHT_GROUP
#define OTHERS		IPCTRACE_RIGHT_OTHERS
#define IPC_OWNER	IPCTRACE_RIGHT_IPC_OWNER
#define SYS_ADMIN	IPCTRACE_RIGHT_SYS_ADMIN
#define LOCK		IPCTRACE_RIGHT_IPC_LOCK

#define MSGGET(flg)	IPCTRACE_CALL_msgget, VM_ARGS(KEY, flg)
#define MSGCTL(cmd)	IPCTRACE_CALL_msgctl, VM_ARGS(self->msq, cmd, (long)&msq_ds)
#define SEMCTL(cmd, arg) \
	IPCTRACE_CALL_semctl, VM_ARGS(self->sem, 0, cmd, (long)(arg))
#define SEMOP(sops, n)	\
	IPCTRACE_CALL_semtimedop, VM_ARGS(self->sem, (long)(sops), n, 0)
#define SHMCTL(cmd)	IPCTRACE_CALL_shmctl, VM_ARGS(self->shm, cmd, (long)&shm_ds)
#define SHMAT(flg)	IPCTRACE_CALL_shmat, VM_ARGS(self->shm, 0, flg)

static struct msqid_ds msq_ds;
static struct shmid_ds shm_ds;

static const struct as owner = {
	.uid = OWNER, .euid = OWNER, .gid = OWNERS, .egid = OWNERS
};
static const struct as stranger = {
	.uid = STRANGER, .euid = STRANGER, .gid = STRANGERS, .egid = STRANGERS
};
static const struct as member = {
	STRANGER, STRANGER, STRANGERS, STRANGERS, .group = OWNERS
};
static const struct as root = { .caps = -1U };
static const struct as powerless_root = { };

TEST_F(rights, owner_and_creator_need_none)
{
	CALL_AS(&owner, 0, UNSAID, MSGGET(0600));
	CALL_AS(&owner, 0, UNSAID, MSGCTL(IPC_STAT));
	CALL_AS(&owner, 0, UNSAID, SHMCTL(IPC_RMID));
}

TEST_F(rights, ids_that_differ)
{
	const struct as effective = {
		.uid = STRANGER, .euid = OWNER,
		.gid = STRANGERS, .egid = STRANGERS
	};
	const struct as group = {
		.uid = STRANGER, .euid = STRANGER,
		.gid = STRANGERS, .egid = OWNERS
	};

	CALL_AS(&effective, 0, UNSAID, MSGCTL(IPC_STAT));
	CALL_AS(&effective, ENOENT, UNSAID, IPCTRACE_CALL_msgget,
		VM_ARGS(KEY + 1, 0));
	CALL_AS(&group, 0, GROUP, MSGCTL(IPC_STAT));
	CALL_AS(&group, EACCES, UNSAID, MSGGET(0600));
}

TEST_F(rights, group_of_the_object)
{
	struct sembuf zero = { 0, 0, 0 }, up[2] = { { 0, 0, 0 }, { 1, 1, 0 } };

	CALL_AS(&member, 0, GROUP, MSGGET(0400));
	CALL_AS(&member, 0, UNSAID, MSGGET(0));
	CALL_AS(&member, EACCES, UNSAID, MSGGET(0600));
	CALL_AS(&member, 0, GROUP, SEMCTL(GETVAL, 0));
	CALL_AS(&member, EACCES, UNSAID, SEMCTL(SETVAL, 1));
	CALL_AS(&member, 0, GROUP, SEMOP(&zero, 1));
	CALL_AS(&member, EACCES, UNSAID, SEMOP(up, 2));
	CALL_AS(&member, 0, GROUP, SHMAT(SHM_RDONLY));
	CALL_AS(&member, EACCES, UNSAID, SHMAT(0));
	CALL_AS(&member, EPERM, UNSAID, MSGCTL(IPC_RMID));
}

TEST_F(rights, others)
{
	struct sembuf up[2] = { { 0, 0, 0 }, { 1, 1, 0 } };
	long message[2] = { 1, 0 };

	CALL_AS(&stranger, EACCES, UNSAID, MSGCTL(IPC_STAT));
	unmake(self);
	ASSERT_EQ(0, make(self, 0606));
	CALL_AS(&stranger, 0, OTHERS, MSGCTL(IPC_STAT));
	CALL_AS(&stranger, 0, OTHERS, IPCTRACE_CALL_msgsnd,
		VM_ARGS(self->msq, (long)message, 8, 0));
	CALL_AS(&stranger, 0, OTHERS, IPCTRACE_CALL_msgrcv,
		VM_ARGS(self->msq, (long)message, 8, 0, 0));
	CALL_AS(&stranger, 0, OTHERS, SEMOP(up, 2));
	CALL_AS(&stranger, 0, OTHERS, SEMCTL(SETVAL, 1));
	CALL_AS(&stranger, 0, OTHERS, SHMAT(0));
	CALL_AS(&stranger, EACCES, UNSAID, SHMAT(SHM_EXEC));
	/* Of a member of the group the kernel asks only what its group may. */
	CALL_AS(&member, EACCES, UNSAID, MSGCTL(IPC_STAT));
}

TEST_F(rights, ipc_owner)
{
	const struct as capable = {
		STRANGER, STRANGER, STRANGERS, STRANGERS,
		.caps = CAP(IPC_OWNER)
	};
	const struct as member_capable = {
		STRANGER, STRANGER, STRANGERS, STRANGERS, .group = OWNERS,
		.caps = CAP(IPC_OWNER)
	};
	struct sembuf up = { 0, 1, 0 };

	CALL_AS(&root, 0, IPC_OWNER, MSGCTL(IPC_STAT));
	CALL_AS(&powerless_root, EACCES, UNSAID, MSGCTL(IPC_STAT));
	CALL_AS(&capable, 0, IPC_OWNER, MSGCTL(IPC_STAT));
	CALL_AS(&capable, 0, IPC_OWNER, SEMOP(&up, 1));
	CALL_AS(&capable, 0, IPC_OWNER, SHMAT(SHM_EXEC));
	CALL_AS(&member_capable, 0, GROUP, MSGGET(0400));
	CALL_AS(&member_capable, 0, IPC_OWNER, MSGGET(0600));
	CALL_AS(&capable, EPERM, UNSAID, MSGCTL(IPC_RMID));
	CALL_AS(&capable, EPERM, UNSAID, SHMCTL(SHM_LOCK));
}

TEST_F(rights, sys_admin_and_ipc_lock)
{
	const struct as admin = {
		STRANGER, STRANGER, STRANGERS, STRANGERS,
		.caps = CAP(SYS_ADMIN)
	};
	const struct as locker = {
		STRANGER, STRANGER, STRANGERS, STRANGERS, .caps = CAP(IPC_LOCK)
	};

	ASSERT_EQ(0, msgctl(self->msq, IPC_STAT, &msq_ds));
	CALL_AS(&admin, EACCES, UNSAID, MSGGET(0600));
	CALL_AS(&admin, 0, SYS_ADMIN, MSGCTL(IPC_SET));
	CALL_AS(&locker, EPERM, UNSAID, MSGCTL(IPC_SET));
	CALL_AS(&locker, 0, LOCK, SHMCTL(SHM_LOCK));
	CALL_AS(&locker, 0, LOCK, SHMCTL(SHM_UNLOCK));
	CALL_AS(&admin, 0, SYS_ADMIN, MSGCTL(IPC_RMID));
	CALL_AS(&admin, 0, SYS_ADMIN, SEMCTL(IPC_RMID, 0));
	CALL_AS(&root, 0, SYS_ADMIN, SHMCTL(IPC_RMID));
}

TEST_F(rights, commands_that_need_none)
{
	struct shmid_ds ds;

	CALL_AS(&stranger, 0, UNSAID, IPCTRACE_CALL_msgctl,
		VM_ARGS(0, IPC_INFO, (long)&msq_ds));
	CALL_AS(&stranger, 0, UNSAID, IPCTRACE_CALL_shmctl,
		VM_ARGS(self->shm & 0x7fff, 15 /* SHM_STAT_ANY */, (long)&ds));
	CALL_AS(&stranger, EACCES, UNSAID, IPCTRACE_CALL_shmctl,
		VM_ARGS(self->shm & 0x7fff, SHM_STAT, (long)&ds));
	CALL_AS(&root, 0, IPC_OWNER, IPCTRACE_CALL_shmctl,
		VM_ARGS(self->shm & 0x7fff, SHM_STAT, (long)&ds));
}

TEST_HARNESS_MAIN
