/* SPDX-License-Identifier: GPL-2.0 */
/* A model of what a command was asked about; see evidence.c. */
#ifndef _IPCTRACE_EVIDENCE_H
#define _IPCTRACE_EVIDENCE_H

#include "input/spool.h"
#include "model/model.h"

struct cgroups;
struct options;
struct users;

#define EVIDENCE_HOST_BYTES	65

typedef void (*evidence_tap_t)(void *context, const struct ipctrace_header *record);

/**
 * struct evidence - what a command answers from
 * @model: all records, and of the recorder what the kernel says now, too
 * @cgroups: names of cgroups
 * @users: names of users; NULL: of another machine, or nobody wants them
 * @live: it is this machine, and now: what the recorder holds is in the model
 * @name: of the file, or "the recorder"
 * @now_ns: until when: now, or the last record
 * @since_ns: what was asked for begins then; 0: with the first record
 * @until_ns: of the recorder: records up to then are in the model
 * @real_ns: what has to be added to a record's time to have it since 1970; 0: not
 *	known
 * @host: of a capture: name of the host; empty: not known
 * @boot: id of its boot, or that of the service's captures; empty: likewise, or ours
 * @spool: what the service has recorded, where that may be asked
 * @spooled: so many captures of it are in the model
 * @earlier: it is of a boot before this one
 * @back: of which boot, as for spool_boot()
 * @listener: told of all that happens, or NULL
 * @context: for @listener
 * @tap: told of each record before the model takes it, or NULL
 * @tap_context: for @tap
 * @enough: @tap wants no more
 */
struct evidence {
	struct model *model;
	struct cgroups *cgroups;
	struct users *users;
	bool live;
	const char *name;
	u64 now_ns;
	u64 since_ns;
	u64 until_ns;
	u64 real_ns;
	char host[EVIDENCE_HOST_BYTES];
	char boot[SPOOL_BOOT_BYTES];
	struct spool spool;
	u32 spooled;
	bool earlier;
	size_t back;
	model_listener_t listener;
	void *context;
	evidence_tap_t tap;
	void *tap_context;
	bool enough;
};

#define EVIDENCE_TIME_BYTES	48
#define EVIDENCE_SOURCES_BYTES	256

bool evidence_open(struct evidence *evidence, const struct options *options,
		   model_listener_t listener, void *context);
bool evidence_open_tapped(struct evidence *evidence,
			  const struct options *options, evidence_tap_t tap,
			  void *context);
bool evidence_open_told(struct evidence *evidence, const struct options *options,
			evidence_tap_t tap, model_listener_t listener,
			void *context);
bool evidence_earlier(struct evidence *evidence, const struct options *options);
bool evidence_later(struct evidence *evidence, const struct options *options);
const char *evidence_sources(const struct evidence *evidence, char *buf);
void evidence_tell(const struct evidence *evidence);
void evidence_close(struct evidence *evidence);
const char *evidence_time(const struct evidence *evidence, u64 ns, char *buf);
const char *evidence_ago(const struct evidence *evidence, u64 ns, char *buf);
const char *evidence_user(const struct evidence *evidence, u32 uid, char *buf);
const char *evidence_call(u8 call);
const char *evidence_life(const struct model_process *process);

#endif /* _IPCTRACE_EVIDENCE_H */
