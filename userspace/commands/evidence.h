/* SPDX-License-Identifier: GPL-2.0 */
/* A model of what a command was asked about; see evidence.c. */
#ifndef _IPCTRACE_EVIDENCE_H
#define _IPCTRACE_EVIDENCE_H

#include "model/model.h"

struct cgroups;
struct options;
struct users;

/**
 * struct evidence - what a command answers from
 * @model: all records, and of the recorder what the kernel says now, too
 * @cgroups: names of cgroups
 * @users: names of users; NULL: of another machine, or nobody wants them
 * @live: it is this machine, and now
 * @name: of the file, or "the recorder"
 * @now_ns: until when: now, or the last record
 * @real_ns: what has to be added to a record's time to have it since 1970; 0: not
 *	known
 */
struct evidence {
	struct model *model;
	struct cgroups *cgroups;
	struct users *users;
	bool live;
	const char *name;
	u64 now_ns;
	u64 real_ns;
};

#define EVIDENCE_TIME_BYTES	48

bool evidence_open(struct evidence *evidence, const struct options *options,
		   model_listener_t listener, void *context);
void evidence_close(struct evidence *evidence);
const char *evidence_time(const struct evidence *evidence, u64 ns, char *buf);
const char *evidence_ago(const struct evidence *evidence, u64 ns, char *buf);
const char *evidence_user(const struct evidence *evidence, u32 uid, char *buf);
const char *evidence_call(u8 call);
const char *evidence_life(const struct model_process *process);

#endif /* _IPCTRACE_EVIDENCE_H */
