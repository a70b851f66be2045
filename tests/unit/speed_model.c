// SPDX-License-Identifier: GPL-2.0
/*
 * What the model costs: records a second, instructions a record, and memory, with
 * 32,000 objects and 10,000 processes. The bounds are on memory and on instructions,
 * or, where the machine does not let us count these, on how many times as long it
 * takes as putting the same records together: not on time, which is the machine's.
 */
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "model/model.h"
#include "unit_story.h"

#define OBJECTS		32000
#define PROCESSES	10000
#define RECORDS		3000000
#define MAX_BYTES	(100 << 20)
#define MAX_INSTRUCTIONS 4000	/* a record */
#define MAX_RATIO	100

static u64 records;

static void feed(void *context, const struct ipctrace_header *record)
{
	records++;
	model_feed(context, record);
}

static void skip(void *context, const struct ipctrace_header *record)
{
	(void)context;
	records += record->len != 0;
}

static const struct story_actor *actor(u32 i)
{
	static struct story_actor actor = { .comm = "stress-ng-msg" };

	actor.tgid = 1000 + i % PROCESSES;
	actor.ppid = 1;
	return &actor;
}

static void make(struct story *story)
{
	s32 id;

	for (id = 0; id < OBJECTS; id++)
		story_get(story, actor(id), id % 3 == 0 ? IPCTRACE_CALL_msgget :
			  id % 3 == 1 ? IPCTRACE_CALL_semget : IPCTRACE_CALL_shmget,
			  0x10000 + id, 4, id, IPCTRACE_F_CREATED);
}

/* As stress-ng's mix: messages, semaphores, attachments */
static void work(struct story *story, u32 nr)
{
	u32 i;

	for (i = 0; records < nr; i++) {
		s32 id = i * 7919U % OBJECTS;
		u32 who = id / 3 * 2;

		if (id % 3 == 0) {
			story_message(story, actor(who), IPCTRACE_CALL_msgsnd, id,
				      0x10000 + id, 1, 8, 0);
			story_message(story, actor(who + 1), IPCTRACE_CALL_msgrcv,
				      id, 0x10000 + id, 1, 8, 8);
		} else if (id % 3 == 1) {
			story_semop(story, actor(who), IPCTRACE_TYPE_CALL, id,
				    0x10000 + id, 0, -1, SEM_UNDO, 0);
			if (i % 8)
				story_semop(story, actor(who), IPCTRACE_TYPE_CALL,
					    id, 0x10000 + id, 0, 1, SEM_UNDO, 0);
		} else {
			story_shmat(story, actor(who), id, 0x10000 + id,
				    0x7f0000000000ULL + 4096ULL * id);
			if (i % 8)
				story_mapping(story, actor(who),
					      IPCTRACE_TYPE_DETACH, id,
					      0x10000 + id, 0x7f0000000000ULL +
					      4096ULL * id, 0600);
		}
	}
}

static int counter(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.size = sizeof(attr),
		.exclude_kernel = 1,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Of what is measured, and of the records alone */
static void measure(struct story *story, int fd, double *seconds, u64 *instructions)
{
	u64 before = 0, after = 0;
	double begin;

	records = 0;
	if (fd < 0 || read(fd, &before, sizeof(before)) < 0)
		before = 0;
	begin = cpu_seconds();
	work(story, RECORDS);
	*seconds = cpu_seconds() - begin;
	if (fd < 0 || read(fd, &after, sizeof(after)) < 0)
		after = 0;
	*instructions = after - before;
}

static u64 resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long size = 0, pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &size, &pages) != 2)
		pages = 0;
	fclose(file);
	return pages * (u64)sysconf(_SC_PAGESIZE);
}

int main(void)
{
	struct model *model = model_new();
	struct story story = {
		.take = feed,
		.context = model,
		.now_ns = 1000000000000ULL,
	};
	u64 instructions, alone, bytes, before = resident();
	double seconds, making;
	int fd = counter();
	bool bad;

	if (!model)
		return 1;
	make(&story);
	measure(&story, fd, &seconds, &instructions);
	bytes = resident() - before;
	story.take = skip;
	measure(&story, fd, &making, &alone);

	printf("%.2f million records/s on one core (%.0f ns a record)\n",
	       RECORDS / (seconds - making) / 1e6,
	       (seconds - making) / RECORDS * 1e9);
	if (instructions)
		printf("%.0f instructions a record\n",
		       (double)(instructions - alone) / RECORDS);
	else
		printf("%.1f times as long as it takes to make a record\n",
		       (seconds - making) / making);
	printf("%llu objects, %llu processes, %llu nodes: %.1f MiB, of which the model counts %.1f\n",
	       (unsigned long long)model_sums(model)->objects,
	       (unsigned long long)model_sums(model)->processes,
	       (unsigned long long)model_sums(model)->nodes, bytes / 1048576.0,
	       model_sums(model)->bytes / 1048576.0);
	bad = bytes > MAX_BYTES || model_sums(model)->objects != OBJECTS ||
	      (instructions ?
		       (instructions - alone) / RECORDS > MAX_INSTRUCTIONS :
		       (seconds - making) / making > MAX_RATIO);
	model_free(model);
	if (bad)
		printf("too much: at most 100 MiB, %d instructions a record, %d times as long\n",
		       MAX_INSTRUCTIONS, MAX_RATIO);
	return bad;
}
