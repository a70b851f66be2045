// SPDX-License-Identifier: GPL-2.0
/*
 * Two processes in a deadlock, for tests that are scripts: abba [undo]. Each takes a
 * semaphore of a set, with SEM_UNDO or without, then wants the other's. They have a
 * segment that their parent attached. Prints the ids of the set and of the segment and
 * the numbers of the parent and both processes; ends, and clears up, when its input does.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static void take(int set, int num, int flg)
{
	struct sembuf op = { num, -1, flg };

	if (semop(set, &op, 1))
		exit(1);
}

/* Its own is taken when a byte is in @taken; it goes on when there is one in @go. */
static pid_t begin(int set, int num, int flg, int taken, int go)
{
	pid_t pid = fork();
	char byte = 0;

	if (pid)
		return pid;
	take(set, num, flg);
	if (write(taken, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		exit(1);
	take(set, !num, flg);
	pause();
	exit(0);
}

int main(int argc, char **argv)
{
	int flg = argc > 1 && !strcmp(argv[1], "undo") ? SEM_UNDO : 0;
	int set = semget(IPC_PRIVATE, 2, 0600), i;
	int segment = shmget(IPC_PRIVATE, 4096, 0600);
	int taken[2], go[2];
	pid_t pids[2];
	char bytes[2];

	if (set < 0 || segment < 0 || pipe(taken) || pipe(go))
		err(1, "set, segment, pipes");
	if (semctl(set, 0, SETVAL, 1) || semctl(set, 1, SETVAL, 1) ||
	    shmat(segment, NULL, 0) == (void *)-1)
		err(1, "semctl, shmat");
	for (i = 0; i < 2; i++)
		pids[i] = begin(set, i, flg, taken[1], go[0]);
	for (i = 0; i < 2; i++)
		if (read(taken[0], bytes, 1) != 1)
			err(1, "pipe");
	if (write(go[1], bytes, 2) != 2)
		err(1, "pipe");
	printf("%d %d %d %d %d\n", set, segment, getpid(), pids[0], pids[1]);
	fflush(stdout);
	while (read(0, bytes, 1) > 0)
		;
	for (i = 0; i < 2; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	semctl(set, 0, IPC_RMID);
	shmctl(segment, IPC_RMID, NULL);
	return 0;
}
