// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel of this machine says of an object and a process of our own.
 */
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/seed.h"
#include "kselftest_harness.h"
#include "model/model.h"
#include "names/cgroups.h"

TEST(a_segment_of_our_own)
{
	int id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
	struct cgroups *cgroups = cgroups_new(NULL);
	struct model *model = model_new();
	const struct model_attachment *attachment;
	const struct model_object *object;
	struct stat ns;
	void *at;

	if (id < 0)
		SKIP(return, "no shared memory here");
	at = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	ASSERT_NE(at, (void *)-1);
	ASSERT_EQ(stat("/proc/self/ns/ipc", &ns), 0);
	if (access("/proc/sysvipc/shm", R_OK))
		SKIP(return, "no /proc/sysvipc here");
	seed(model, cgroups);

	object = model_find_id(model, ns.st_ino, IPCTRACE_SHM, id);
	ASSERT_NE(object, NULL);
	EXPECT_EQ(object->state, MODEL_MARKED);
	EXPECT_EQ(object->size, 8192);
	EXPECT_EQ(object->stat.nattch, 1);
	EXPECT_EQ(object->made.from, MODEL_KERNEL);
	EXPECT_EQ(object->made.tgid, (u32)getpid());
	EXPECT_EQ(object->mode & 0777, 0600);
	ASSERT_EQ(object->nr_attached, 1);
	attachment = TAILQ_FIRST(&object->attachments);
	EXPECT_EQ(attachment->addr, (u64)(unsigned long)at);
	EXPECT_EQ(attachment->process->last.tgid, (u32)getpid());
	EXPECT_EQ(attachment->process->last.ppid, (u32)getppid());
	EXPECT_EQ(attachment->process->life, MODEL_ALIVE);
	EXPECT_NE(strstr(attachment->process->origin->exe, "seed"), NULL);
	shmdt(at);
	model_free(model);
	cgroups_free(cgroups);
}

TEST_HARNESS_MAIN
