// SPDX-License-Identifier: GPL-2.0
/*
 * What fuzzing began with: writes inputs for each fuzzer to a directory. For
 * the day when records change and corpus/ has to be made again.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ipctrace/capture.h>

#include "capture/blocks_write.h"
#include "capture/pack.h"
#include "fuzz.h"
#include "shared/syscalls.h"
#include "unit_story.h"
#include "unit_traffic.h"

static const char *directory;
static u64 words[65536 / sizeof(u64)];
static size_t used;

static void save(const char *fuzzer, unsigned int number)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, fuzzer);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%u", directory, fuzzer, number);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0 || write(fd, words, used) != (ssize_t)used)
		err(1, "%s", path);
	close(fd);
	used = 0;
}

static void *add(size_t bytes)
{
	void *at = (void *)words + used;

	memset(at, 0, bytes);
	used += bytes;
	return at;
}

static struct ipctrace_call *begin(u8 type, u8 call)
{
	u8 family = call < IPCTRACE_NR_CALLS ? ipct_syscalls[call].family :
					       IPCTRACE_SHM;
	struct ipctrace_call *record = add(sizeof(*record));

	*record = (struct ipctrace_call){
		.header = {
			.len = sizeof(*record),
			.type = type,
			.call = call,
			.flags = IPCTRACE_F_OBJECT | IPCTRACE_F_FAMILY(family),
			.time_ns = 123456789012,
		},
		.duration_ns = 1500,
		.args = { 1, 2, 3, 4, 5, 6 },
		.cgroup = 77,
		.comm = "seed",
		.loginuid = 4294967295,
		.ipc_ns = 4026531839,
	};
	return record;
}

static void *part(struct ipctrace_call *record, u16 type, u16 bytes)
{
	struct ipctrace_part *part = add(bytes);

	part->type = type;
	part->len = bytes;
	record->header.len += bytes;
	return part;
}

static void user(struct ipctrace_call *record, u8 arg, u8 flags, u16 bytes)
{
	u16 room = (bytes + 7) / 8 * 8;
	struct ipctrace_user *user = part(record, IPCTRACE_PART_USER,
					  sizeof(*user) + room);

	user->arg = arg;
	user->flags = flags;
	user->bytes = bytes;
	user->count = bytes / 2;
	memset(user + 1, arg + flags, bytes);
}

static void add_origin(struct ipctrace_call *record, u16 ancestors)
{
	static const char exe[] = "/usr/bin/an-example";
	u16 bytes = ancestors * sizeof(struct ipctrace_ancestor);
	struct ipctrace_origin *origin = part(record, IPCTRACE_PART_ORIGIN,
					      sizeof(*origin) + bytes + 24);

	origin->start_ns = 1234567890;
	origin->nr_ancestors = ancestors;
	origin->exe_bytes = sizeof(exe) - 1;
	memset(origin + 1, 'a', bytes);
	memcpy((char *)(origin + 1) + bytes, exe, sizeof(exe) - 1);
}

static void add_parts(struct ipctrace_call *record)
{
	static const u16 sizes[] = { 8, 16, 24, 72, 112, 120 };
	u8 arg = record->header.call % 4;
	size_t n = record->header.call % ARRAY_SIZE(sizes);

	user(record, arg, IPCTRACE_USER_ENTRY | IPCTRACE_USER_RETURN, sizes[n]);
	user(record, arg, IPCTRACE_USER_ENTRY, sizes[n]);
	user(record, 3, IPCTRACE_USER_RETURN, 16);
	part(record, IPCTRACE_PART_SEGMENT, sizeof(struct ipctrace_segment));
	part(record, IPCTRACE_PART_SET, sizeof(struct ipctrace_set));
	part(record, IPCTRACE_PART_PIDNS, sizeof(struct ipctrace_pidns));
	part(record, IPCTRACE_PART_CRED, sizeof(struct ipctrace_cred));
	add_origin(record, record->header.call % 3);
}

static void add_gap(struct ipctrace_call *record, u8 cause)
{
	static const char filter[] = "msg and uid != 0";
	struct ipctrace_gap *gap = part(record, IPCTRACE_PART_GAP,
					sizeof(*gap) + 16);

	gap->cause = cause;
	gap->begin_ns = cause ? 123456789000 : 0;
	gap->end_ns = cause % 2 ? 123456789012 : 0;
	gap->bytes = sizeof(filter) - 1;
	memcpy(gap + 1, filter, sizeof(filter) - 1);
}

static void save_gaps(unsigned int number)
{
	u8 cause;

	for (cause = 0; cause < __IPCTRACE_GAP_MAX; cause++) {
		add_gap(begin(IPCTRACE_TYPE_GAP, IPCTRACE_CALL_NONE), cause);
		save("record", number++);
	}
}

static void save_records(void)
{
	unsigned int number = 0;
	u8 call, abi, type;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		for (abi = 0; abi < __IPCTRACE_ABI_MAX; abi++) {
			struct ipctrace_call *record =
				begin(IPCTRACE_TYPE_CALL, call);

			record->header.abi = abi;
			add_parts(record);
			save("record", number++);
		}
	}
	for (type = 0; type < __IPCTRACE_TYPE_MAX; type++) {
		struct ipctrace_call *record = begin(type, IPCTRACE_CALL_NONE);
		struct ipctrace_user *undo;

		undo = part(record, IPCTRACE_PART_UNDO, sizeof(*undo) + 8);
		undo->arg = IPCTRACE_USER_UNDO;
		undo->bytes = 8;
		save("record", number++);
	}
	save_gaps(number);
}

static void save_capture(unsigned int number, bool whole)
{
	struct ipctrace_capture *capture = add(sizeof(*capture));
	struct ipctrace_capture_cgroup *cgroup;
	struct ipctrace_capture_end *end;
	u8 type;

	*capture = (struct ipctrace_capture){
		.magic = IPCTRACE_CAPTURE_MAGIC,
		.version = IPCTRACE_CAPTURE_VERSION,
		.header_bytes = sizeof(*capture),
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = 2,
	};
	cgroup = add(sizeof(*cgroup) + 16);
	cgroup->header.len = sizeof(*cgroup) + 16;
	cgroup->header.type = IPCTRACE_CAPTURE_CGROUP;
	cgroup->id = 77;
	strcpy((char *)(cgroup + 1), "/system.slice");
	for (type = IPCTRACE_TYPE_CALL; type < __IPCTRACE_TYPE_MAX; type++)
		add_parts(begin(type, type));
	add_gap(begin(IPCTRACE_TYPE_GAP, IPCTRACE_CALL_NONE), 1);
	if (whole) {
		end = add(sizeof(*end));
		end->header.len = sizeof(*end);
		end->header.type = IPCTRACE_CAPTURE_END;
		end->records = __IPCTRACE_TYPE_MAX + 1;
	}
	save("capture", number);
}

static void save_filters(void)
{
	static const char *const filters[] = {
		"call in (msgsnd,msgrcv) and uid == 1000 and duration > 1ms",
		"not (pid == 1 or comm in (cat, \"a b\")) and failed",
		"key == IPC_PRIVATE or id != 0x7fffffff or gid >= 5",
		"loginuid in (1,2,3) and cgroup == 9 and ipc_ns == 4026531839",
		"semop,msg",
		"/system.slice",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		memcpy(add(strlen(filters[i])), filters[i], strlen(filters[i]));
		save("filter", i);
	}
}

/* Operations as in ring.c: many records, then each way to read them. */
static void save_rings(void)
{
	static const u8 program[] = {
		1, 0, 100, 0, 2, 2, 1, 17, 0, 255, 9, 17, 0, 30, 3, 2, 4, 2,
		5, 50, 1, 200, 1, 40, 18, 5, 255,
	};
	static const u8 damage[] = { 7, 10, 0, 1, 0, 2, 3, 4, 5, 9 };

	memcpy(add(sizeof(program)), program, sizeof(program));
	save("ring", 0);
	memcpy(add(sizeof(program)), program, sizeof(program));
	memcpy(add(sizeof(damage)), damage, sizeof(damage));
	save("ring", 1);
}

static const char *path_of(const char *fuzzer, unsigned int number)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, fuzzer);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%u", directory, fuzzer, number);
	return path;
}

/* Captures in blocks, after a byte that says whether sums are to be made right */
static void save_blocks(unsigned int number, enum blocks_effort effort, bool whole)
{
	static const struct blocks_about about = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.nr_cpus = 2,
		.texts[IPCTRACE_CAPTURE_HOST] = "seed",
	};
	struct unit_traffic traffic = { .seed = number, .callers = 3, .wild = 8 };
	const char *path = path_of("blocks", number);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666), i, n;
	struct blocks_writer writer;

	if (fd < 0 || write(fd, "1", 1) != 1 ||
	    !blocks_begin(&writer, fd, path, &about))
		err(1, "%s", path);
	/* Places in the capture are those without the first byte. */
	writer.effort = effort;
	for (i = 0; i < 3; i++) {
		for (n = 0; n < 5; n++)
			blocks_add(&writer,
				   unit_traffic_next(&traffic,
						     blocks_room(&writer)));
		blocks_settled(&writer, traffic.time_ns);
		blocks_flush(&writer);
	}
	if (whole)
		blocks_end(&writer);
	blocks_free(&writer);
	close(fd);
}

static void append(void *context, const struct ipctrace_header *record)
{
	(void)context;
	memcpy(add(record->len), record, record->len);
}

/* What a few processes do with a queue, a set and a segment */
static void save_story(unsigned int number)
{
	static const struct story_actor one = { 100, 1, 1000, 0, "one" };
	static const struct story_actor two = { 200, 1, 1000, 0, "two" };
	struct story story = { .take = append, .now_ns = 1000000000000ULL };
	u32 i;

	story_get(&story, &one, IPCTRACE_CALL_msgget, 5, 0600, 1,
		  IPCTRACE_F_CREATED);
	for (i = 0; i < 4; i++) {
		story.took_ns = i == 2 ? 2 * STORY_STEP_NS : 0;
		story_message(&story, i % 2 ? &one : &two, IPCTRACE_CALL_msgsnd, 1,
			      5, 1 + i / 2, 8, 0);
	}
	story_message(&story, &two, IPCTRACE_CALL_msgrcv, 1, 5, 2, 8, 8);
	story.msgflg = 020000;	/* MSG_EXCEPT */
	story_message(&story, &two, IPCTRACE_CALL_msgrcv, 1, 5, 1, 8, 8);
	story_message(&story, &two, IPCTRACE_CALL_msgrcv, 1, 5, 3, 8, 8);
	if (number % 2)
		story_lost(&story, 3);
	story_message(&story, &one, IPCTRACE_CALL_msgrcv, 1, 5, 0, 8, -42);
	story_message(&story, &one, IPCTRACE_CALL_msgsnd, 1, 5, 3, 8, 0);
	story_get(&story, &one, IPCTRACE_CALL_semget, 6, 2, 2, IPCTRACE_F_CREATED);
	story_semop(&story, &one, IPCTRACE_TYPE_CALL, 2, 6, 1, 1, 0, 0);
	story_semop(&story, &two, IPCTRACE_TYPE_CALL, 2, 6, 1, -1, SEM_UNDO, 0);
	story_semop(&story, &one, IPCTRACE_TYPE_ENTER, 2, 6, 1, -1, 0, 0);
	story_get(&story, &two, IPCTRACE_CALL_shmget, 7, 4096, 3,
		  IPCTRACE_F_CREATED);
	story_shmat(&story, &two, 3, 7, 0x7f0000000000ULL);
	story_mapping(&story, &two, IPCTRACE_TYPE_ATTACH, 3, 7, 0x7f0000000000ULL,
		      0600);
	story_ctl(&story, &one, IPCTRACE_CALL_shmctl, 3, 7, IPC_RMID, 0600);
	story_mapping(&story, &two, IPCTRACE_TYPE_DETACH, 3, 7, 0x7f0000000000ULL,
		      01600);
	if (number % 3)
		story_remove(&story, &two, IPCTRACE_CALL_msgctl, 1, 5);
	*(u8 *)add(1) = 0;
	save("model", number);
}

/* Records for a model, of three threads, one after the other */
static void save_models(void)
{
	struct unit_traffic traffic = { .seed = 3, .callers = 3, .wild = 8 };
	unsigned int number = 0;
	u8 call, type;
	int i;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		for (type = IPCTRACE_TYPE_CALL; type < __IPCTRACE_TYPE_MAX; type++)
			add_parts(begin(type, call));
		*(u8 *)add(1) = number % 16;
		save("model", number++);
	}
	for (i = 0; i < 40; i++)
		used += unit_traffic_next(&traffic, (char *)words + used);
	*(u8 *)add(1) = 7;
	save("model", number++);
	for (i = 0; i < 6; i++)
		save_story(number++);
}

/* Records, and what they are packed to */
static void save_packs(void)
{
	struct unit_traffic traffic = { .seed = 1, .callers = 5, .wild = 8 };
	struct packer *packer = packer_new();
	static char records[16384 + PACK_SLACK];
	u32 bytes = 0, i;

	for (i = 0; i < 20; i++)
		bytes += unit_traffic_next(&traffic, records + bytes);
	memcpy(add(bytes), records, bytes);
	save("pack", 0);
	used = pack(packer, records, bytes, words);
	save("pack", 1);
	packer_free(packer);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: seeds DIRECTORY");
	directory = argv[1];
	save_records();
	save_capture(0, true);
	save_capture(1, false);
	save_filters();
	save_rings();
	save_packs();
	save_models();
	save_blocks(0, BLOCKS_COMPRESS, true);
	save_blocks(1, BLOCKS_PACK, true);
	save_blocks(2, BLOCKS_STORE, false);
	return 0;
}
