// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_who
 *
 * The caller of a record as the model keeps it. A program with its ancestors is kept
 * once for all callers that share it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "model/state.h"
#include "model/who.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

/* ---- Origins ---------------------------------------------------------------- */

static u64 hash_bytes(const void *bytes, size_t len, u64 hash)
{
	const u8 *byte = bytes;

	while (len--)
		hash = (hash ^ *byte++) * 0x100000001b3ULL;
	return hash;
}

static u64 hash_of(const struct model_origin *origin)
{
	u64 hash = hash_bytes(origin->exe, strlen(origin->exe), origin->nr);
	u32 i;

	for (i = 0; i < origin->nr; i++) {
		const struct model_ancestor *ancestor = &origin->ancestors[i];

		hash = hash_bytes(ancestor->comm, strlen(ancestor->comm),
				  hash ^ (u64)ancestor->pid << 32 ^
				  ancestor->uid);
	}
	return hash_mix(hash, 0);
}

static bool is_same(const struct model_origin *a, const struct model_origin *b)
{
	u32 i;

	if (a->nr != b->nr || strcmp(a->exe, b->exe))
		return false;
	for (i = 0; i < a->nr; i++)
		if (a->ancestors[i].pid != b->ancestors[i].pid ||
		    a->ancestors[i].uid != b->ancestors[i].uid ||
		    strcmp(a->ancestors[i].comm, b->ancestors[i].comm))
			return false;
	return true;
}

static struct model_origin *new_origin(struct model *model,
				       const struct model_origin *origin, u64 hash)
{
	size_t len = strlen(origin->exe) + 1;
	struct model_origin *room;

	if (model->origins.nr == MODEL_MAX_ORIGINS)
		return NULL;
	room = model_alloc(model, sizeof(*room) + len);
	if (!room)
		return NULL;
	*room = *origin;
	room->exe = memcpy(room + 1, origin->exe, len);
	if (hash_add(&model->origins, &room->link, hash))
		return room;
	model_release(model, room, sizeof(*room) + len);
	return NULL;
}

/**
 * model_origin() - keep a program and its ancestors
 * @model: the model
 * @origin: any; copied
 *
 * Return: a copy that lives as long as the model, or NULL.
 */
struct model_origin *model_origin(struct model *model,
				  const struct model_origin *origin)
{
	u64 hash = hash_of(origin);
	struct hash_link *link = hash_first(&model->origins, hash);

	for (; link; link = hash_next(link))
		if (is_same((struct model_origin *)link, origin))
			return (struct model_origin *)link;
	return new_origin(model, origin, hash);
}

/**
 * model_origins_free() - free all origins
 * @model: nobody may use one any more
 */
void model_origins_free(struct model *model)
{
	struct hash_link *link, *next;
	size_t i;

	for (i = 0; i < model->origins.nr_slots; i++) {
		for (link = model->origins.slots[i]; link; link = next) {
			next = link->next;
			free(link);
		}
	}
	hash_free(&model->origins);
}

/* How many bytes from the first on are ASCII that can be printed: most names are. */
static size_t plain_bytes(const char *name, size_t len)
{
	size_t n = 0;

	while (n < len && (u8)(name[n] - ' ') < 0x7f - ' ')
		n++;
	return n;
}

/* Names may be any bytes: those that cannot be printed become "?". */
static void take_name(char *to, size_t size, const void *from, size_t len)
{
	size_t n, used = plain_bytes(from, min_t(size_t, len, size - 1));
	const char *at = (const char *)from + used;
	u32 c;

	memcpy(to, from, used);
	len -= used;
	while (len && *at) {
		n = utf8_next(at, len, &c);
		if (used + n + !n >= size)
			break;
		if (n && !utf8_is_control(c)) {
			memcpy(to + used, at, n);
			used += n;
		} else {
			to[used++] = '?';
		}
		at += n + !n;
		len -= n + !n;
	}
	to[used] = '\0';
}

static struct model_origin *origin_of(struct model *model,
				      const struct ipctrace_origin *part)
{
	const struct ipctrace_ancestor *ancestor = ipct_origin_ancestors(part);
	struct model_origin origin = { .nr = part->nr_ancestors };
	char exe[IPCTRACE_MAX_EXE + 1];
	u32 i;

	take_name(exe, sizeof(exe), ipct_origin_exe(part), part->exe_bytes);
	origin.exe = exe;
	for (i = 0; i < origin.nr && i < MODEL_MAX_ANCESTORS; i++, ancestor++) {
		origin.ancestors[i].pid = ancestor->pid;
		origin.ancestors[i].uid = ancestor->uid;
		take_name(origin.ancestors[i].comm,
			  sizeof(origin.ancestors[i].comm), ancestor->comm,
			  sizeof(ancestor->comm));
	}
	return model_origin(model, &origin);
}

/* ---- Callers ---------------------------------------------------------------- */

static void take_parts(struct model *model, struct model_who *who,
		       const struct ipctrace_call *record)
{
	const struct ipctrace_part *part = NULL;
	const struct ipctrace_origin *origin;
	const struct ipctrace_pidns *pidns;
	const struct ipctrace_cred *cred;

	while ((part = ipct_part_next(record, part))) {
		if (part->type == IPCTRACE_PART_CRED && part->len >= sizeof(*cred)) {
			cred = (const void *)part;
			who->euid = cred->euid;
			who->egid = cred->egid;
			who->right = min_t(u32, cred->right, 255);
		} else if (part->type == IPCTRACE_PART_PIDNS &&
			   part->len >= sizeof(*pidns)) {
			pidns = (const void *)part;
			who->pid_ns = pidns->pid_ns;
			who->ns_pid = pidns->pid;
		} else if (part->type == IPCTRACE_PART_ORIGIN) {
			origin = ipct_origin(record);
			if (!origin)
				continue;
			who->start_ns = origin->start_ns;
			who->origin = origin_of(model, origin);
		}
	}
}

static u32 command_of(const struct ipctrace_call *record)
{
	u64 args[IPCTRACE_NR_ARGS];

	if (record->header.call >= IPCTRACE_NR_CALLS ||
	    ipct_syscalls[record->header.call].follow != IPCT_FOLLOW_CTL)
		return 0;
	ipct_call_args(record, args);
	return ipct_ctl_cmd(record, args) & ~IPCT_IPC_64;
}

/**
 * model_who() - the caller of a record
 * @model: keeps the program and its ancestors
 * @who: out: the caller
 * @record: a call or an event, as long as its header says
 */
void model_who(struct model *model, struct model_who *who,
	       const struct ipctrace_call *record)
{
	*who = (struct model_who){
		.from = MODEL_RECORDED,
		.type = record->header.type,
		.call = record->header.call,
		.cmd = command_of(record),
		.time_ns = record->header.time_ns,
		.tgid = record->tgid,
		.tid = record->tid,
		.uid = record->uid,
		.gid = record->gid,
		.euid = record->uid,
		.egid = record->gid,
		.ppid = record->ppid,
		.loginuid = record->loginuid,
		.ipc_ns = record->ipc_ns,
		.cgroup = record->cgroup,
	};
	take_name(who->comm, sizeof(who->comm), record->comm, sizeof(record->comm));
	take_parts(model, who, record);
}
