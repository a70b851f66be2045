// SPDX-License-Identifier: GPL-2.0
/*
 * What a call costs: calls [-n CALLS] [-r REPETITIONS] [-p] [-c CPUS] [COLUMN...]
 *
 * For each column (all of them without arguments) one line: its name, a tab,
 * and nanoseconds per call, the median of the repetitions. Where the guest's
 * clock counts instructions (scripts/vm -i) that is instructions per call.
 *
 * With -p it is the time of this process alone, whatever else is going on. With
 * -c as many processes, each on a processor and with objects of its own, make
 * CALLS calls at once; where processors take turns that makes CPUS times as
 * many calls in the time.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define KEY		0x62656e63	/* "benc", and the CPU above that */
#define MESSAGE_BYTES	64
#define SEGMENT_BYTES	4096
#define MAX_REPETITIONS	100
#define MAX_CPUS	64

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int msqid = -1, semid = -1, shmid = -1;
static key_t key = KEY;

static clockid_t clock_used = CLOCK_MONOTONIC;
static int nr_cpus = 1;
static pthread_barrier_t *barrier;

/* A failure must not pass for a cheap call, so every result is looked at. */
static void check(const char *call, long ret)
{
	if (ret < 0)
		err(1, "%s", call);
}

static void remove_objects(void)
{
	if (msqid >= 0)
		msgctl(msqid, IPC_RMID, NULL);
	if (semid >= 0)
		semctl(semid, 0, IPC_RMID);
	if (shmid >= 0)
		shmctl(shmid, IPC_RMID, NULL);
}

static void make_objects(void)
{
	atexit(remove_objects);
	msqid = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
	check("msgget", msqid);
	semid = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
	check("semget", semid);
	shmid = shmget(key, SEGMENT_BYTES, IPC_CREAT | IPC_EXCL | 0600);
	check("shmget", shmid);
}

static void run_msgget(int rounds)
{
	while (rounds--)
		check("msgget", msgget(key, 0));
}

static void run_msgsnd_msgrcv(int rounds)
{
	static struct {
		long mtype;
		char mtext[MESSAGE_BYTES];
	} message = { .mtype = 1 };

	while (rounds--) {
		check("msgsnd", msgsnd(msqid, &message, MESSAGE_BYTES, 0));
		check("msgrcv", msgrcv(msqid, &message, MESSAGE_BYTES, 0, 0));
	}
}

static void run_semtimedop(int rounds)
{
	struct sembuf op = { .sem_op = 1 };

	for (; rounds--; op.sem_op = -op.sem_op)
		check("semtimedop", semtimedop(semid, &op, 1, NULL));
	if (op.sem_op < 0)
		check("semtimedop", semtimedop(semid, &op, 1, NULL));
}

static void run_shmget(int rounds)
{
	while (rounds--)
		check("shmget", shmget(key, 0, 0));
}

static void run_shmat_shmdt(int rounds)
{
	while (rounds--) {
		void *at = shmat(shmid, NULL, 0);

		check("shmat", at == (void *)-1 ? -1 : 0);
		check("shmdt", shmdt(at));
	}
}

/* The call that has nothing to do with it, and so should not pay for it. */
static void run_getppid(int rounds)
{
	while (rounds--)
		check("getppid", syscall(SYS_getppid));
}

static const struct column {
	const char *name;
	void (*run)(int rounds);
	int calls_per_round;
} columns[] = {
	{ "msgget", run_msgget, 1 },
	{ "msgsnd+msgrcv", run_msgsnd_msgrcv, 2 },
	{ "semtimedop", run_semtimedop, 1 },
	{ "shmget", run_shmget, 1 },
	{ "shmat+shmdt", run_shmat_shmdt, 2 },
	{ "getppid", run_getppid, 1 },
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(clock_used, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* With others: nobody begins before all are ready, or ends before all have. */
static void wait_for_others(void)
{
	if (barrier)
		pthread_barrier_wait(barrier);
}

/* The first run, which fills caches and tables, is not counted. */
static void measure(const struct column *column, int calls, int repetitions)
{
	int rounds = calls / column->calls_per_round;
	int64_t took[MAX_REPETITIONS];
	int i;

	column->run(rounds);
	for (i = 0; i < repetitions; i++) {
		int64_t start;

		wait_for_others();
		start = now_ns();
		column->run(rounds);
		wait_for_others();
		took[i] = now_ns() - start;
	}
	if (key != KEY)
		return;
	qsort(took, repetitions, sizeof(took[0]), compare);
	printf("%s\t%.2f\n", column->name,
	       (double)took[repetitions / 2] /
	       (rounds * column->calls_per_round * nr_cpus));
	fflush(stdout);
}

static const struct column *find_column(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (!strcmp(name, columns[i].name))
			return &columns[i];
	}
	errx(2, "no column %s", name);
}

static int number(const char *text, int min, int max)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!*text || *end || value < min || value > max)
		errx(2, "%s: must be %d to %d", text, min, max);
	return value;
}

/* One process for each CPU; this one is the first. */
static void spread(void)
{
	pthread_barrierattr_t shared;
	cpu_set_t set;
	int cpu;

	barrier = mmap(NULL, sizeof(*barrier), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (barrier == MAP_FAILED)
		err(1, "mmap");
	pthread_barrierattr_init(&shared);
	pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(barrier, &shared, nr_cpus);
	for (cpu = nr_cpus - 1; cpu > 0; cpu--) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			break;
	}
	key = KEY + (cpu << 24);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

int main(int argc, char **argv)
{
	int calls = 10000, repetitions = 9, opt;
	size_t i;

	while ((opt = getopt(argc, argv, "n:r:pc:")) != -1) {
		switch (opt) {
		case 'p':
			clock_used = CLOCK_PROCESS_CPUTIME_ID;
			break;
		case 'c':
			nr_cpus = number(optarg, 1, MAX_CPUS);
			break;
		case 'n':
			calls = number(optarg, 2, 100000000);
			break;
		case 'r':
			repetitions = number(optarg, 1, MAX_REPETITIONS);
			break;
		default:
			errx(2, "usage: calls [-n CALLS] [-r REPETITIONS] [-p] [-c CPUS] [COLUMN...]");
		}
	}

	if (nr_cpus > 1)
		spread();
	make_objects();
	if (optind == argc) {
		for (i = 0; i < ARRAY_SIZE(columns); i++)
			measure(&columns[i], calls, repetitions);
	}
	for (; optind < argc; optind++)
		measure(find_column(argv[optind]), calls, repetitions);
	return 0;
}
