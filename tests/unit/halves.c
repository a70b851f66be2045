// SPDX-License-Identifier: GPL-2.0
/*
 * It does not matter how records get into a model: in one go; up to some record, then
 * with all questions asked, and on from there; or out of a capture, of either version.
 * All that the model knows is the same.
 */
#include <errno.h>
#include <linux/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/blocks_write.h"
#include "input/file.h"
#include "kselftest_harness.h"
#include "model/model.h"
#include "names/cgroups.h"
#include "unit_capture.h"
#include "unit_random.h"
#include "unit_story.h"

#define STEPS		6000
#define OBJECTS		12
#define SEGMENT		0x7f0000000000ULL

/**
 * struct records - records, one after the other
 * @bytes: all of them
 * @used: bytes
 * @room: bytes that there is room for
 * @nr: how many
 * @seed: of what comes next
 */
struct records {
	char *bytes;
	size_t used;
	size_t room;
	u32 nr;
	u64 seed;
};

static u32 rnd(struct records *records, u32 n)
{
	return unit_draw(&records->seed, n);
}

static void keep(void *context, const struct ipctrace_header *record)
{
	struct records *records = context;

	if (records->used + record->len > records->room) {
		records->room = 2 * records->room + record->len;
		records->bytes = realloc(records->bytes, records->room);
	}
	memcpy(records->bytes + records->used, record, record->len);
	records->used += record->len;
	records->nr++;
}

static const struct ipctrace_header *record_at(const struct records *records,
					       size_t at)
{
	return (const void *)(records->bytes + at);
}

/* ---- What happens ------------------------------------------------------------------------ */

static void message(struct records *records, struct story *story,
		    const struct story_actor *actor, s32 id, s32 key)
{
	bool sends = rnd(records, 2);
	s64 mtype = 1 + rnd(records, 3);

	story->msgflg = rnd(records, 8) ? 0 : MSG_COPY;
	story_message(story, actor, sends ? IPCTRACE_CALL_msgsnd :
		      IPCTRACE_CALL_msgrcv, id, key, mtype, 8 + rnd(records, 2),
		      sends ? 0 : rnd(records, 6) ? 8 + rnd(records, 2) : -ENOMSG);
}

static void segment(struct records *records, struct story *story,
		    const struct story_actor *actor, s32 id, s32 key)
{
	u64 addr = SEGMENT + 4096ULL * id;

	if (rnd(records, 3))
		story_shmat(story, actor, id, key, addr);
	else
		story_mapping(story, actor, rnd(records, 3) ? IPCTRACE_TYPE_DETACH :
			      IPCTRACE_TYPE_ATTACH, id, key, addr, 0600);
}

static void step(struct records *records, struct story *story)
{
	static const u8 gets[] = {
		IPCTRACE_CALL_msgget, IPCTRACE_CALL_semget, IPCTRACE_CALL_shmget,
	};
	static const u8 ctls[] = {
		IPCTRACE_CALL_msgctl, IPCTRACE_CALL_semctl, IPCTRACE_CALL_shmctl,
	};
	const struct story_actor actor = {
		100 + rnd(records, 6), 1, 1000 + rnd(records, 2), 0, "actor"
	};
	u32 kind = rnd(records, 3), what = rnd(records, 32);
	s32 id = 3 * rnd(records, OBJECTS / 3) + kind, key = 0x100 + id;

	if (rnd(records, 4) == 0)
		story->took_ns = rnd(records, 5 * STORY_STEP_NS);
	if (what == 0)
		story_lost(story, 1 + rnd(records, 5));
	else if (what < 4)
		story_get(story, &actor, gets[kind], key, 2, id, rnd(records, 2) ?
			  IPCTRACE_F_CREATED : IPCTRACE_F_FOUND);
	else if (what < 5)
		story_remove(story, &actor, ctls[kind], id, key);
	else if (what < 6)
		story_ctl(story, &actor, ctls[kind], id, key, IPC_SET, 0600);
	else if (kind == 0)
		message(records, story, &actor, id, key);
	else if (kind == 1)
		story_semop(story, &actor, rnd(records, 8) ? IPCTRACE_TYPE_CALL :
			    IPCTRACE_TYPE_ENTER, id, key, rnd(records, 2),
			    rnd(records, 2) ? 1 : -1, rnd(records, 2) ? SEM_UNDO : 0,
			    0);
	else
		segment(records, story, &actor, id, key);
}

static void make(struct records *records, u64 seed)
{
	struct story story = {
		.take = keep,
		.context = records,
		.now_ns = 1000000000000ULL,
	};
	u32 i;

	*records = (struct records){ .seed = seed };
	for (i = 0; i < STEPS; i++)
		step(records, &story);
}

/* ---- What a model knows ------------------------------------------------------------------- */

static void put_who(FILE *file, const char *what, const struct model_who *who)
{
	fprintf(file, " %s=%u,%u,%u,%u,%llu,%s", what, who->from, who->tgid,
		who->uid, who->call, (unsigned long long)who->time_ns, who->comm);
}

static void put_messages(FILE *file, const struct model_messages *messages)
{
	const struct model_message *message;

	TAILQ_FOREACH(message, messages, of_object)
		fprintf(file, "  message %lld %u from %u at %llu to %u at %llu, %x\n",
			(long long)message->mtype, message->bytes, message->tgid,
			(unsigned long long)message->sent_ns, message->by_tgid,
			(unsigned long long)message->taken_ns, message->doubt);
}

static void put_object(FILE *file, const struct model *model,
		       const struct model_object *object)
{
	const struct model_attachment *attachment;
	const struct model_hold *hold;
	const struct model_use *use;
	struct model_removal removal;
	u32 i;

	model_removal(model, object, &removal);
	model_removal_cases(model, object, &removal);
	fprintf(file, "%u:%d key %x state %u calls %llu errors %llu holes %llu cause %u cases %x incomplete %d",
		object->family, object->id, object->key, object->state,
		(unsigned long long)object->calls,
		(unsigned long long)object->errors,
		(unsigned long long)object->holes, removal.cause, removal.cases,
		!!removal.incomplete);
	put_who(file, "made", &object->made);
	put_who(file, "changed", &object->changed);
	put_who(file, "used", &object->used);
	put_who(file, "rmid", &object->rmid);
	put_who(file, "destroyed", &object->destroyed);
	fprintf(file, " known %u %u queued %llu sent %llu received %llu late %llu\n",
		object->queue_known, object->nr_types,
		(unsigned long long)object->queued,
		(unsigned long long)object->nr_sent,
		(unsigned long long)object->nr_received,
		(unsigned long long)object->late);
	TAILQ_FOREACH(use, &object->uses, of_object)
		fprintf(file, "  use %u %x %llu\n", use->process->last.tgid,
			use->flags, (unsigned long long)use->calls);
	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		fprintf(file, "  attached %u %u %llx %llu\n",
			attachment->process->last.tgid, attachment->child,
			(unsigned long long)attachment->addr,
			(unsigned long long)attachment->until_ns);
	TAILQ_FOREACH(hold, &object->holds, of_object)
		fprintf(file, "  hold %u %u %d %d\n", hold->process->last.tgid,
			hold->sem_num, hold->taken, hold->undo);
	for (i = 0; i < object->nr_sems; i++)
		fprintf(file, "  sem %u %d %u\n", object->sems[i].known,
			object->sems[i].value, object->sems[i].signals);
	put_messages(file, &object->messages);
	put_messages(file, &object->early);
	put_messages(file, &object->taken);
}

/* As text, which is the caller's */
static char *all_of(const struct model *model)
{
	const struct model_sums *sums = model_sums(model);
	const struct model_process *process;
	const struct model_object *object;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	TAILQ_FOREACH(object, model_objects(model), all)
		put_object(file, model, object);
	TAILQ_FOREACH(object, model_gone(model), all)
		put_object(file, model, object);
	TAILQ_FOREACH(process, model_processes(model), all)
		fprintf(file, "process %u %llu %llu\n", process->last.tgid,
			(unsigned long long)process->calls,
			(unsigned long long)process->errors);
	fprintf(file, "%llu records, %llu lost, %llu nodes, %llu messages\n",
		(unsigned long long)sums->records, (unsigned long long)sums->lost,
		(unsigned long long)sums->nodes,
		(unsigned long long)sums->messages);
	fclose(file);
	return text;
}

/* Counts deliveries, and sums up what is in them. */
static void listen(void *context, const struct model_event *event)
{
	u64 *sum = context;

	*sum = *sum * 31 + event->kind;
	if (event->kind == MODEL_DELIVERED)
		*sum = *sum * 31 + event->message->tgid + event->message->doubt;
}

static void feed(struct model *model, const struct records *records, size_t from,
		 size_t to)
{
	for (; from < to; from += record_at(records, from)->len)
		model_feed(model, record_at(records, from));
}

static char *in_one(const struct records *records, u64 *heard)
{
	struct model *model = model_new();
	char *text;

	*heard = 0;
	model_listen(model, listen, heard);
	feed(model, records, 0, records->used);
	model_finish(model);
	text = all_of(model);
	model_free(model);
	return text;
}

static char *in_halves(const struct records *records, u32 nr, u64 *heard)
{
	struct model *model = model_new();
	size_t at = 0;
	char *text;

	*heard = 0;
	model_listen(model, listen, heard);
	while (nr--)
		at += record_at(records, at)->len;
	feed(model, records, 0, at);
	free(all_of(model));
	feed(model, records, at, records->used);
	model_finish(model);
	text = all_of(model);
	model_free(model);
	return text;
}

TEST(two_halves_are_the_whole)
{
	struct records records;
	u64 one, other, seed;
	char *text, *halves;

	for (seed = 1; seed <= 4; seed++) {
		make(&records, seed);
		text = in_one(&records, &one);
		halves = in_halves(&records, rnd(&records, records.nr), &other);
		EXPECT_EQ(strcmp(text, halves), 0);
		EXPECT_EQ(one, other);
		EXPECT_GT(strlen(text), 1000);
		free(text);
		free(halves);
		free(records.bytes);
	}
}

/* ---- Captures ------------------------------------------------------------------------------ */

static void write_old(const struct records *records, int fd)
{
	struct cgroups *cgroups = cgroups_new_empty();
	struct capture_writer writer;
	size_t at;

	capture_begin(&writer, fd, "it", 1);
	for (at = 0; at < records->used; at += record_at(records, at)->len) {
		memcpy(capture_room(&writer), record_at(records, at),
		       record_at(records, at)->len);
		capture_add(&writer, record_at(records, at)->len, cgroups);
		capture_settled(&writer, record_at(records, at)->time_ns);
	}
	capture_end(&writer);
	capture_free(&writer);
	cgroups_free(cgroups);
}

static void write_blocks(const struct records *records, int fd)
{
	static const struct blocks_about about = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = 1,
	};
	struct blocks_writer writer;
	size_t at;

	if (!blocks_begin(&writer, fd, "it", &about))
		return;
	for (at = 0; at < records->used; at += record_at(records, at)->len) {
		memcpy(blocks_room(&writer), record_at(records, at),
		       record_at(records, at)->len);
		blocks_add(&writer, record_at(records, at)->len);
		if (at % 7 == 0)
			blocks_settled(&writer, record_at(records, at)->time_ns);
	}
	blocks_settled(&writer, ~0ULL);
	blocks_end(&writer);
	blocks_free(&writer);
}

static char *out_of(int fd, u64 *heard)
{
	struct cgroups *cgroups = cgroups_new_empty();
	const struct ipctrace_header *record;
	struct model *model = model_new();
	struct input_file file;
	char name[64], *text;

	*heard = 0;
	model_listen(model, listen, heard);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (input_file_open(&file, name, cgroups)) {
		while (input_next(&file.input, &record) == INPUT_RECORD)
			model_feed(model, record);
		input_close(&file.input);
	}
	model_finish(model);
	text = all_of(model);
	model_free(model);
	cgroups_free(cgroups);
	return text;
}

TEST(captures_are_the_records)
{
	void (*const writers[])(const struct records *records, int fd) = {
		write_old, write_blocks,
	};
	struct records records;
	char *text, *read;
	u64 one, other;
	u32 i;
	int fd;

	make(&records, 4711);
	text = in_one(&records, &one);
	for (i = 0; i < ARRAY_SIZE(writers); i++) {
		fd = memfd_create("capture", 0);
		writers[i](&records, fd);
		read = out_of(fd, &other);
		EXPECT_EQ(strcmp(text, read), 0);
		EXPECT_EQ(one, other);
		free(read);
		close(fd);
	}
	free(text);
	free(records.bytes);
}

TEST_HARNESS_MAIN
