// SPDX-License-Identifier: GPL-2.0
/*
 * Random System V IPC calls: calls SEED [COUNT]
 *
 * Two or three processes issue COUNT calls each, as lib/vm_random.c has them.
 * Every object is removed at the end.
 */
#include <err.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vm_random.h"

#define PATIENCE_US	30000	/* for calls that could wait for ever */

static void one_process(uint64_t seed, int number, int count)
{
	vm_random_process(seed, number);
	while (count--)
		vm_random_call(PATIENCE_US, NULL);
	_exit(0);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	int count = argc > 2 ? atoi(argv[2]) : 40;
	int processes, status, bad = 0;

	if (argc < 2 || argc > 3 || count < 1)
		errx(2, "usage: calls SEED [COUNT]");
	if (vm_random_init())
		err(1, "mmap");
	processes = 2 + seed / 2 % (VM_RANDOM_PROCESSES - 1);
	for (int i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			one_process(seed, i, count);
	}
	while (wait(&status) > 0)
		bad |= status;
	vm_random_remove();
	if (vm_random_forget())
		errx(1, "seed %llu makes too many objects",
		     (unsigned long long)seed);
	if (bad)
		errx(1, "a process of seed %llu ended with status %#x",
		     (unsigned long long)seed, bad);
	return 0;
}
