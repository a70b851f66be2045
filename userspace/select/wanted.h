/* SPDX-License-Identifier: GPL-2.0 */
/* Which records a command is to take, by its options; see wanted.c. */
#ifndef _IPCTRACE_WANTED_H
#define _IPCTRACE_WANTED_H

#include "select/selection.h"

/**
 * struct wanted - which records
 * @count: stop after that many, lost ones not counted, 0: never
 * @selection: which calls
 * @cgroups: names of cgroups, for the filter and JSON
 */
struct wanted {
	u64 count;
	struct selection selection;
	struct cgroups *cgroups;
};

/* For getopt_long(), above every short option; a command's own follow LAST. */
enum {
	WANTED_OPTION_IPC_NS = 0x100,
	WANTED_OPTION_CGROUP,
	WANTED_OPTION_LAST,
};

#define WANTED_SHORT	"n:p:c:"
#define WANTED_ACCEPTED	"--count (-n) --pid (-p) --call (-c) --ipc-ns --cgroup"

#define WANTED_OPTIONS							\
	{ "count", required_argument, NULL, 'n' },			\
	{ "pid", required_argument, NULL, 'p' },			\
	{ "call", required_argument, NULL, 'c' },			\
	{ "ipc-ns", required_argument, NULL, WANTED_OPTION_IPC_NS },	\
	{ "cgroup", required_argument, NULL, WANTED_OPTION_CGROUP }

#define WANTED_HELP \
"  -n, --count COUNT       stop after COUNT records\n" \
"  -p, --pid PID           only calls of the process PID\n" \
"  -c, --call NAME[,NAME]  only these calls (msgsnd, shmget, ...) or classes of\n" \
"                          calls (msg, sem, shm); semop includes semtimedop\n" \
"  --ipc-ns NUMBER         only calls in that IPC namespace (ls -L -i of\n" \
"                          /proc/PID/ns/ipc)\n" \
"  --cgroup PATH|ID        only calls of that cgroup; by path also of those below\n"

bool wanted_option(struct wanted *wanted, int option, const char *arg);
bool wanted_enough(struct wanted *wanted, const struct ipctrace_header *record);

static inline bool wanted_record(const struct wanted *wanted,
				 const struct ipctrace_header *record)
{
	return selection_matches(&wanted->selection, record);
}

#endif /* _IPCTRACE_WANTED_H */
