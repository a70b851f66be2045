// SPDX-License-Identifier: GPL-2.0
/*
 * The same calls on every kernel, whose records then must be the same, too: all
 * calls, with what their pointers lead to, errors, and what happens to objects
 * besides. Addresses and keys are fixed; scripts/matrix.sh takes out what
 * differs between two runs.
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEY	0x1da7aba5
#define AT	((void *)0x20000000)

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

static void must(long ret)
{
	if (ret < 0)
		err(1, "call");
}

static void must_fail(long ret, int error)
{
	if (ret != -1 || errno != error)
		err(1, "call that should fail");
}

static void queue(void)
{
	struct {
		long type;
		char text[16];
	} message = { 7, "fifteen letters" };
	struct msqid_ds ds;
	int id = msgget(KEY, IPC_CREAT | IPC_EXCL | 0640);

	must(id);
	must(msgget(KEY, 0));
	must_fail(msgget(KEY, IPC_CREAT | IPC_EXCL), EEXIST);
	must(msgsnd(id, &message, 16, 0));
	must_fail(msgrcv(id, &message, 16, 8, IPC_NOWAIT), ENOMSG);
	must(msgrcv(id, &message, 16, 7, MSG_NOERROR));
	must(msgctl(id, IPC_STAT, &ds));
	ds.msg_perm.mode = 0600;
	ds.msg_qbytes = 1000;
	must(msgctl(id, IPC_SET, &ds));
	must(msgctl(id, IPC_RMID, NULL));
	must_fail(msgsnd(id, &message, 16, 0), EINVAL);
}

static void semaphores(void)
{
	unsigned short values[3] = { 1, 2, 3 };
	struct sembuf sops[] = { { 0, -1, SEM_UNDO }, { 2, 2, IPC_NOWAIT } };
	struct sembuf never = { 1, -30, 0 };
	struct timespec soon = { 0, 2000000 };
	int id = semget(KEY, 3, IPC_CREAT | 0600);
	pid_t pid;

	must(id);
	must(semctl(id, 0, SETALL, (union semun){ .array = values }));
	must(semctl(id, 1, SETVAL, (union semun){ .val = 9 }));
	pid = fork();
	must(pid);
	if (!pid) {
		/* The kernel gives back what it held. */
		must(semop(id, sops, 2));
		_exit(0);
	}
	must(waitpid(pid, NULL, 0));
	must_fail(semtimedop(id, &never, 1, &soon), EAGAIN);
	must(semctl(id, 0, GETALL, (union semun){ .array = values }));
	if (values[0] != 1 || values[1] != 9 || values[2] != 5)
		errx(1, "other values than were set");
	must(semctl(id, 1, GETVAL));
	must(semctl(id, 0, IPC_RMID));
	must_fail(semop(id, sops, 1), EINVAL);
}

static void segment(void)
{
	int id = shmget(IPC_PRIVATE, 12345, IPC_CREAT | 0600);
	pid_t pid;

	must(id);
	if (shmat(id, AT, 0) != AT)
		err(1, "shmat");
	must_fail((long)(intptr_t)shmat(id, AT, 0), EINVAL);
	memset(AT, 'x', 12345);
	pid = fork();
	must(pid);
	if (!pid)
		_exit(0);
	must(waitpid(pid, NULL, 0));
	must(shmctl(id, IPC_RMID, NULL));
	must(shmdt(AT));
	must_fail(shmdt(AT), EINVAL);
}

int main(void)
{
	queue();
	semaphores();
	segment();
	return 0;
}
