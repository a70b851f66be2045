/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel says when it is asked, taken into the model; see ask.c. */
#ifndef _IPCTRACE_MODEL_ASK_H
#define _IPCTRACE_MODEL_ASK_H

#include "model/types.h"

/**
 * struct model_asked_object - an object, as /proc/sysvipc has it
 * @object: identity and permissions
 * @size: segment: bytes; set: semaphores; queue: 0, since /proc does not tell
 * @stat: what the kernel counts; @from and @time_ns are set by the model
 */
struct model_asked_object {
	struct ipctrace_object object;
	u64 size;
	struct model_stat stat;
};

/**
 * struct model_asked_process - a process, as /proc/PID has it
 * @tgid: its number
 * @ppid: its parent
 * @uid: real user id
 * @gid: real group id
 * @loginuid: who logged in; 4294967295: nobody
 * @ipc_ns: its namespace; 0: we may not know it
 * @cgroup: its cgroup; 0: not known
 * @start_ns: when it began, CLOCK_BOOTTIME, to a hundredth of a second
 * @began_ns: the same by CLOCK_MONOTONIC, or earlier
 * @comm: its name, NUL-terminated
 * @origin: path of its program, and its ancestors; "" and none where not known
 */
struct model_asked_process {
	u32 tgid;
	u32 ppid;
	u32 uid;
	u32 gid;
	u32 loginuid;
	u32 ipc_ns;
	u64 cgroup;
	u64 start_ns;
	u64 began_ns;
	char comm[17];
	struct model_origin origin;
};

void model_ask_begin(struct model *model, u64 now_ns);
void model_ask_namespace(struct model *model, u32 ipc_ns);
struct model_object *model_ask_object(struct model *model, u32 ipc_ns, u8 family,
				      const struct model_asked_object *asked);
struct model_process *model_ask_process(struct model *model,
					const struct model_asked_process *asked);
void model_ask_attachment(struct model *model, struct model_process *process,
			  u32 ipc_ns, s32 id, u64 addr);
void model_ask_end(struct model *model, bool all_processes);

#endif /* _IPCTRACE_MODEL_ASK_H */
