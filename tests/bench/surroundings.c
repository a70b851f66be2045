// SPDX-License-Identifier: GPL-2.0
/*
 * What may surround a call that is measured: surroundings WHAT NUMBER, where WHAT
 * is blocked (threads asleep in msgrcv) or objects (message queues).
 *
 * Prints "ready" when they are there, and takes them away when its standard
 * input ends.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#define STACK_BYTES	(64 * 1024)
#define MAX_NUMBER	1000000

static int *queues;

static int new_queue(void)
{
	int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	if (id < 0)
		err(1, "msgget");
	return id;
}

static void *block(void *queue)
{
	struct {
		long mtype;
	} message;

	/* Until the queue is removed. */
	msgrcv(*(int *)queue, &message, 0, 0, 0);
	return NULL;
}

/* Asleep, as far as the kernel tells: one that waits is not on a CPU. */
static void make_blocked(int number)
{
	pthread_attr_t attr;
	pthread_t thread;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	queues[0] = new_queue();
	for (i = 0; i < number; i++)
		if (pthread_create(&thread, &attr, block, &queues[0]))
			errx(1, "cannot start thread %d", i);
}

static void make_objects(int number)
{
	int i;

	for (i = 0; i < number; i++)
		queues[i] = new_queue();
}

int main(int argc, char **argv)
{
	int i, number = argc == 3 ? atoi(argv[2]) : -1, nr_queues;
	char end;

	if (number < 0 || number > MAX_NUMBER)
		errx(2, "usage: surroundings blocked|objects NUMBER");
	queues = calloc(number + 1, sizeof(*queues));
	if (!queues)
		err(1, "queues");
	if (!strcmp(argv[1], "blocked")) {
		nr_queues = 1;
		make_blocked(number);
	} else if (!strcmp(argv[1], "objects")) {
		nr_queues = number;
		make_objects(number);
	} else {
		errx(2, "%s: neither blocked nor objects", argv[1]);
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &end, 1) > 0)
		;
	for (i = 0; i < nr_queues; i++)
		msgctl(queues[i], IPC_RMID, NULL);
	return 0;
}
