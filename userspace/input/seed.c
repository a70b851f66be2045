// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: seed
 *
 * Asks the kernel about everything that is older than all records: objects from
 * /proc/sysvipc, in each IPC namespace that a process is in and that we may enter,
 * with the limits of the namespace from /proc/sys/kernel; processes from /proc/PID;
 * attachments from /proc/PID/maps. What we may not read is left out, and then nothing
 * is concluded from its absence.
 */
#define _GNU_SOURCE	/* setns() */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "input/seed.h"
#include "model/model.h"
#include "names/cgroups.h"

#define MAX_NAMESPACES	256
#define LINE_BYTES	4600	/* of maps: a path and what is before it */
#define NS_PER_S	1000000000ULL

/**
 * struct seeding - how far we are
 * @model: what the answers go to
 * @cgroups: names of cgroups
 * @behind_ns: by how much CLOCK_MONOTONIC is behind the clock of /proc/PID/stat
 * @tick_ns: the unit of that clock
 * @own: our IPC namespace, open
 * @nr: number of @namespaces
 * @namespaces: those that were asked about
 * @attached: some segment is attached
 * @all: no process was left out
 */
struct seeding {
	struct model *model;
	struct cgroups *cgroups;
	u64 behind_ns;
	u64 tick_ns;
	int own;
	u32 nr;
	u32 namespaces[MAX_NAMESPACES];
	bool attached;
	bool all;
};

/* ---- Objects -------------------------------------------------------------------- */

/* Read the numbers of a line, decimal except the permissions; return how many */
static u32 numbers_of(const char *line, s64 *numbers, u32 max)
{
	char *end;
	u32 i;

	for (i = 0; i < max; i++) {
		numbers[i] = strtoll(line, &end, i == 2 ? 8 : 10);
		if (end == line)
			break;
		line = end;
	}
	return i;
}

static void set_owners(struct ipctrace_object *object, const s64 *numbers)
{
	object->uid = numbers[0];
	object->gid = numbers[1];
	object->cuid = numbers[2];
	object->cgid = numbers[3];
}

/* A line of /proc/sysvipc/msg, sem or shm */
static bool take_line(struct model_asked_object *asked, u8 family,
		      const char *line)
{
	s64 n[16] = { };
	u32 nr = numbers_of(line, n, ARRAY_SIZE(n));

	*asked = (struct model_asked_object){
		.object = {
			.key = n[0],
			.id = n[1],
			.mode = n[2],
			.seq = n[1] >> 15,
		},
	};
	switch (family) {
	case IPCTRACE_MSG:
		asked->stat = (struct model_stat){
			.cbytes = n[3], .qnum = n[4], .lpid = n[5],
			.lrpid = n[6], .atime_s = n[11], .dtime_s = n[12],
			.ctime_s = n[13],
		};
		set_owners(&asked->object, n + 7);
		return nr >= 14;
	case IPCTRACE_SEM:
		asked->size = n[3];
		asked->stat = (struct model_stat){
			.atime_s = n[8], .ctime_s = n[9],
		};
		set_owners(&asked->object, n + 4);
		return nr >= 10;
	case IPCTRACE_SHM:
		asked->size = n[3];
		asked->stat = (struct model_stat){
			.cpid = n[4], .lpid = n[5], .nattch = n[6],
			.atime_s = n[11], .dtime_s = n[12], .ctime_s = n[13],
			.rss = n[14], .swap = n[15],
		};
		set_owners(&asked->object, n + 7);
		return nr >= 14;
	}
	return false;
}

static bool take_table(struct seeding *seeding, u32 ipc_ns, u8 family,
		       const char *path)
{
	struct model_asked_object asked;
	FILE *file = fopen(path, "re");
	char line[512];

	if (!file)
		return false;
	/* The first line is the heading. */
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	while (fgets(line, sizeof(line), file)) {
		if (!take_line(&asked, family, line))
			continue;
		model_ask_object(seeding->model, ipc_ns, family, &asked);
		seeding->attached |= asked.stat.nattch > 0;
	}
	fclose(file);
	return true;
}

/* A number in a file of the namespace that we are in */
static bool read_limit(const struct model_limit_row *row, u64 *value)
{
	char path[64], line[256] = "", *at = line, *end = line;
	FILE *file;
	u8 word;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", row->file);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	for (word = 0; word <= row->word; word++) {
		at = end;
		*value = strtoull(at, &end, 10);
	}
	return end != at;
}

static void take_limits(struct seeding *seeding, u32 ipc_ns)
{
	struct model_limits limits = { .ipc_ns = ipc_ns };
	u32 i;

	for (i = 0; i < NR_MODEL_LIMITS; i++)
		if (read_limit(&model_limit_rows[i], &limits.values[i]))
			limits.known |= 1U << i;
	model_ask_limits(seeding->model, &limits);
}

/* All objects of the namespace that we are in */
static void take_objects(struct seeding *seeding, u32 ipc_ns)
{
	if (take_table(seeding, ipc_ns, IPCTRACE_MSG, "/proc/sysvipc/msg") &&
	    take_table(seeding, ipc_ns, IPCTRACE_SEM, "/proc/sysvipc/sem") &&
	    take_table(seeding, ipc_ns, IPCTRACE_SHM, "/proc/sysvipc/shm"))
		model_ask_namespace(seeding->model, ipc_ns);
	take_limits(seeding, ipc_ns);
}

static u32 namespace_of(int proc, const char *pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "%.20s/ns/ipc", pid);
	return fstatat(proc, path, &status, 0) ? 0 : (u32)status.st_ino;
}

static bool is_asked(const struct seeding *seeding, u32 ipc_ns)
{
	u32 i;

	for (i = 0; i < seeding->nr; i++)
		if (seeding->namespaces[i] == ipc_ns)
			return true;
	return false;
}

static void enter_namespace(struct seeding *seeding, int proc, const char *pid)
{
	u32 ipc_ns = namespace_of(proc, pid);
	char path[64];
	int fd;

	if (!ipc_ns || is_asked(seeding, ipc_ns) || seeding->nr == MAX_NAMESPACES)
		return;
	seeding->namespaces[seeding->nr++] = ipc_ns;
	snprintf(path, sizeof(path), "%.20s/ns/ipc", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (seeding->own >= 0 && !setns(fd, CLONE_NEWIPC)) {
		take_objects(seeding, ipc_ns);
		if (setns(seeding->own, CLONE_NEWIPC))
			seeding->own = -1;
	}
	close(fd);
}

/* ---- Processes -------------------------------------------------------------------- */

static ssize_t read_file(int proc, const char *pid, const char *name, char *buf,
			 size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%.20s/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

/* Name, parent and start, all from one file, so that they are of one process */
static bool take_stat(const struct seeding *seeding, int proc, const char *pid,
		      struct model_asked_process *asked)
{
	char buf[1024], *name, *end;
	unsigned long long ticks;
	unsigned int ppid;
	char state;

	if (read_file(proc, pid, "stat", buf, sizeof(buf)) <= 0)
		return false;
	name = strchr(buf, '(');
	end = strrchr(buf, ')');
	if (!name || !end || end < name)
		return false;
	*end = '\0';
	snprintf(asked->comm, sizeof(asked->comm), "%s", name + 1);
	if (sscanf(end + 2,
		   "%c %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &state, &ppid, &ticks) != 3 || state == 'Z' || state == 'X')
		return false;
	asked->ppid = ppid;
	asked->start_ns = ticks * seeding->tick_ns;
	asked->began_ns = asked->start_ns - min_t(u64, seeding->behind_ns,
						  asked->start_ns);
	return true;
}

static u64 cgroup_of(const struct seeding *seeding, int proc, const char *pid)
{
	char buf[LINE_BYTES], *path;
	u64 id = 0;

	if (read_file(proc, pid, "cgroup", buf, sizeof(buf)) <= 0)
		return 0;
	path = strncmp(buf, "0::", 3) ? strstr(buf, "\n0::") : buf;
	if (!path)
		return 0;
	path += *path == '\n' ? 4 : 3;
	path[strcspn(path, "\n")] = '\0';
	return cgroups_id(seeding->cgroups, path, &id) ? id : 0;
}

/* What else matters about a process */
static void take_details(const struct seeding *seeding, int proc, const char *pid,
			 struct model_asked_process *asked, char *exe, size_t size)
{
	char path[64], buf[1024], *line;
	ssize_t n;

	snprintf(path, sizeof(path), "%.20s/exe", pid);
	n = readlinkat(proc, path, exe, size - 1);
	exe[n > 0 ? n : 0] = '\0';
	asked->origin.exe = exe;
	asked->loginuid = 4294967295U;
	if (read_file(proc, pid, "loginuid", buf, sizeof(buf)) > 0)
		asked->loginuid = strtoul(buf, NULL, 10);
	if (read_file(proc, pid, "status", buf, sizeof(buf)) > 0) {
		line = strstr(buf, "\nUid:");
		if (line)
			asked->uid = strtoul(line + 5, NULL, 10);
		line = strstr(buf, "\nGid:");
		if (line)
			asked->gid = strtoul(line + 5, NULL, 10);
	}
	asked->ipc_ns = namespace_of(proc, pid);
	asked->cgroup = cgroup_of(seeding, proc, pid);
}

/**
 * struct mapping - a segment in the memory of a process
 * @id: the segment
 * @addr: where
 */
struct mapping {
	s32 id;
	u64 addr;
};

/* Mappings of segments have such names, and their inode numbers are the ids. */
static u32 take_maps(const struct seeding *seeding, int proc, const char *pid,
		     struct mapping *mappings, u32 max)
{
	char line[LINE_BYTES], path[64];
	unsigned long long addr, inode;
	FILE *file;
	u32 nr = 0;
	int fd;

	if (!seeding->attached)
		return 0;
	snprintf(path, sizeof(path), "%.20s/maps", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (nr < max && fgets(line, sizeof(line), file)) {
		if (!strstr(line, "/SYSV") ||
		    sscanf(line, "%llx-%*x %*s %*x %*s %llu", &addr, &inode) != 2)
			continue;
		mappings[nr++] = (struct mapping){ .id = inode, .addr = addr };
	}
	fclose(file);
	return nr;
}

static void take_process(struct seeding *seeding, int proc, const char *pid)
{
	struct model_asked_process asked = { .tgid = strtoul(pid, NULL, 10) };
	struct model_process *process;
	struct mapping mappings[1024];
	char exe[4096] = "";
	u32 i, nr;

	if (!take_stat(seeding, proc, pid, &asked))
		return;
	nr = take_maps(seeding, proc, pid, mappings, ARRAY_SIZE(mappings));
	if (!nr && !model_find_process(seeding->model, asked.tgid))
		return;
	take_details(seeding, proc, pid, &asked, exe, sizeof(exe));
	process = model_ask_process(seeding->model, &asked);
	for (i = 0; process && i < nr; i++)
		model_ask_attachment(seeding->model, process, asked.ipc_ns,
				     mappings[i].id, mappings[i].addr);
}

static void each_process(struct seeding *seeding,
			 void (*take)(struct seeding *seeding, int proc,
				      const char *pid))
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc) {
		seeding->all = false;
		return;
	}
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			take(seeding, dirfd(proc), entry->d_name);
	closedir(proc);
}

/**
 * seed() - tell a model what the kernel says now
 * @model: with or without records; those that it gets later are newer
 * @cgroups: those of this machine
 */
void seed(struct model *model, struct cgroups *cgroups)
{
	struct seeding seeding = {
		.model = model,
		.cgroups = cgroups,
		.behind_ns = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC),
		.tick_ns = NS_PER_S / sysconf(_SC_CLK_TCK),
		.own = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC),
		.all = true,
	};
	struct stat status;

	model_ask_begin(model, clock_ns(CLOCK_MONOTONIC));
	if (!stat("/proc/self/ns/ipc", &status)) {
		seeding.namespaces[seeding.nr++] = status.st_ino;
		take_objects(&seeding, status.st_ino);
	}
	each_process(&seeding, enter_namespace);
	each_process(&seeding, take_process);
	model_ask_end(model, seeding.all);
	if (seeding.own >= 0)
		close(seeding.own);
}

/**
 * seed_objects() - tell a model the objects and the limits of our own namespace
 * @model: as for seed()
 *
 * This takes no capability.
 */
void seed_objects(struct model *model)
{
	struct seeding seeding = { .model = model, .own = -1 };
	struct stat status;

	if (stat("/proc/self/ns/ipc", &status))
		return;
	model_ask_begin(model, clock_ns(CLOCK_MONOTONIC));
	take_objects(&seeding, status.st_ino);
	model_ask_end(model, false);
}
