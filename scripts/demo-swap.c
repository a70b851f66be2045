// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that changes between check and use: one thread asks for a semaphore
 * and sleeps; another overwrites what it asked for, and lets it go on.
 */
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <unistd.h>

static struct sembuf op = { .sem_num = 0, .sem_op = -1 };
static int set;

static void *ask(void *unused)
{
	(void)unused;
	if (semop(set, &op, 1))
		err(EXIT_FAILURE, "semop");
	return NULL;
}

int main(void)
{
	pthread_t thread;

	set = semget(IPC_PRIVATE, 1, 0600);
	if (set < 0)
		err(EXIT_FAILURE, "semget");
	if (pthread_create(&thread, NULL, ask, NULL))
		errx(EXIT_FAILURE, "no thread");
	while (semctl(set, 0, GETNCNT) != 1)
		usleep(1000);

	/* It is asleep now, and the kernel has its own copy. */
	op.sem_op = 0;
	if (semctl(set, 0, SETVAL, 1))
		err(EXIT_FAILURE, "semctl");
	pthread_join(thread, NULL);
	semctl(set, 0, IPC_RMID);
	return EXIT_SUCCESS;
}
