// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: anonymous
 *
 * Records without anything that tells whose they are: names of processes and cgroups,
 * keys, and ids of processes are replaced, each always by the same, and payload becomes
 * zeroes. Who calls what, when, in which order and with which result stays, and so
 * do ids of objects and of users.
 *
 * The replacement of a number is found with a secret that is made for the occasion and
 * then forgotten. Different numbers stay different: it is a permutation, a Feistel
 * network over SipHash. Names are replaced by a hash.
 *
 * Of the memory that arguments lead to, only what has a known meaning is kept. Unknown
 * parts and types of records are not kept.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <linux/sem.h>

#include "fields/anonymous.h"
#include "shared/layouts.h"
#include "shared/syscalls.h"

#define PID_BITS	22	/* the kernel's PID_MAX_LIMIT */
#define KEY_BITS	32
#define ROUNDS		8
#define ID_DIGITS	64	/* of a container */

/* ---- SipHash-2-4, of whole words ------------------------------------------------ */

static u64 rotate(u64 word, int by)
{
	return word << by | word >> (64 - by);
}

static void sip_round(u64 *v)
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void sip_word(u64 *v, u64 word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

/* The hash of @n bytes, and of @what, which keeps uses apart */
static u64 hash(const struct anonymous *anonymous, u64 what, const void *bytes,
		size_t n)
{
	const u64 *secret = anonymous->secret;
	u64 v[4] = {
		secret[0] ^ 0x736f6d6570736575ULL,
		secret[1] ^ 0x646f72616e646f6dULL,
		secret[0] ^ 0x6c7967656e657261ULL,
		secret[1] ^ 0x7465646279746573ULL,
	};
	u64 word = 0;
	size_t at, some;
	int i;

	sip_word(v, what);
	for (at = 0; at < n; at += some) {
		some = min_t(size_t, n - at, sizeof(word));
		word = 0;
		memcpy(&word, (const char *)bytes + at, some);
		sip_word(v, word);
	}
	sip_word(v, n);
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/**
 * anonymous_begin() - make a secret
 * @anonymous: out: a new secret, whose replacements differ from those of any other
 *
 * Return: false, with errno, when there is no randomness.
 */
bool anonymous_begin(struct anonymous *anonymous)
{
	return getrandom(anonymous, sizeof(*anonymous), 0) ==
	       sizeof(*anonymous);
}

/* ---- Numbers and names ---------------------------------------------------------- */

/* A permutation of the numbers of so many bits */
static u32 permute(const struct anonymous *anonymous, u32 number, u32 bits)
{
	u32 half = bits / 2, mask = (1U << half) - 1, round, swap;
	u32 left = number >> half & mask, right = number & mask;

	for (round = 0; round < ROUNDS; round++) {
		swap = right;
		right = left ^ (hash(anonymous, (u64)bits << 8 | round, &right,
				     sizeof(right)) & mask);
		left = swap;
	}
	return left << half | right;
}

/* The same without 0, which stays: if 0 is what comes, it is permuted once more. */
static u32 permute_named(const struct anonymous *anonymous, u32 number, u32 bits)
{
	u32 other;

	if (!number)
		return 0;
	other = permute(anonymous, number, bits);
	return other ?: permute(anonymous, other, bits);
}

/**
 * anonymous_key() - the replacement of a key
 * @anonymous: gives the same for the same key
 * @key: the key; IPC_PRIVATE stays
 */
u32 anonymous_key(const struct anonymous *anonymous, u32 key)
{
	return permute_named(anonymous, key, KEY_BITS);
}

/**
 * anonymous_pid() - the replacement of the id of a process or a thread
 * @anonymous: gives the same for the same id, of a process as of a thread
 * @pid: its id; 0 stays
 */
u32 anonymous_pid(const struct anonymous *anonymous, u32 pid)
{
	return pid >> PID_BITS ? pid : permute_named(anonymous, pid, PID_BITS);
}

/**
 * anonymous_comm() - replace the name of a process
 * @anonymous: gives the same for the same name
 * @comm: 16 bytes, in: the name; out: its replacement
 */
void anonymous_comm(const struct anonymous *anonymous, u8 *comm)
{
	u64 name = hash(anonymous, 1, comm, strnlen((char *)comm, 16));

	memset(comm, 0, 16);
	snprintf((char *)comm, 16, "p-%08x", (u32)name);
}

/* Replace a part of a path; the id of a container becomes another such id. */
static void name_part(const struct anonymous *anonymous, const char *part,
		      size_t len, char *to, size_t room)
{
	static const char digits[] = "0123456789abcdef";
	u64 id[4];
	size_t i;

	for (i = 0; i < len && strspn(part + i, digits) < ID_DIGITS; i++)
		;
	if (i == len || i + ID_DIGITS > len) {
		snprintf(to, room, "c-%016llx",
			 (unsigned long long)hash(anonymous, 2, part, len));
		return;
	}
	/* docker-ID.scope: the rest says which runtime that was, and stays. */
	id[0] = hash(anonymous, 3, part + i, ID_DIGITS);
	id[1] = hash(anonymous, 4, part + i, ID_DIGITS);
	id[2] = hash(anonymous, 5, part + i, ID_DIGITS);
	id[3] = hash(anonymous, 6, part + i, ID_DIGITS);
	snprintf(to, room, "%.*s%016llx%016llx%016llx%016llx%.*s", (int)i, part,
		 (unsigned long long)id[0], (unsigned long long)id[1],
		 (unsigned long long)id[2], (unsigned long long)id[3],
		 (int)(len - i - ID_DIGITS), part + i + ID_DIGITS);
}

/**
 * anonymous_path() - replace the path of a cgroup
 * @anonymous: gives the same for the same name in it
 * @path: terminated; each name in it is replaced, slashes stay
 * @to: out: the new path, room for ANONYMOUS_PATH_BYTES
 *
 * Return: false when it would be too long.
 */
bool anonymous_path(const struct anonymous *anonymous, const char *path, char *to)
{
	size_t used = 0, len;

	while (*path) {
		len = strcspn(path, "/");
		if (used + len + 32 > ANONYMOUS_PATH_BYTES)
			return false;
		if (len) {
			name_part(anonymous, path, len, to + used, len + 32);
			used += strlen(to + used);
		}
		path += len;
		if (*path)
			to[used++] = *path++;
	}
	to[used] = '\0';
	return true;
}

/* ---- Records -------------------------------------------------------------------- */

static void put_word(u8 *to, u64 word, u8 bytes)
{
	memcpy(to, &word, bytes);
}

/* Keep only the known members of a struct. */
static void keep_members(const struct anonymous *anonymous,
			 struct ipctrace_user *user, const struct ipct_ctl *ctl)
{
	const struct ipct_member *member;
	u8 known[256] = { };
	u64 value;

	for (member = ctl->members; member && member->name; member++) {
		u8 offset = member->at[ctl->layout].offset;
		u8 bytes = member->at[ctl->layout].bytes;

		if (offset + bytes > sizeof(known) ||
		    !ipct_member_value(user, member, ctl->layout, &value))
			continue;
		if (member->format == IPCT_FORMAT_KEY)
			value = anonymous_key(anonymous, value);
		else if (strstr(member->name, "pid"))
			/* The old structs only have its lower half. */
			value = bytes < 4 ? 0 : anonymous_pid(anonymous, value);
		put_word(known + offset, value, bytes);
	}
	memset(user + 1, 0, user->bytes);
	memcpy(user + 1, known, min_t(size_t, user->bytes, sizeof(known)));
}

static void keep_user(const struct anonymous *anonymous,
		      const struct ipctrace_call *call, const u64 *args,
		      struct ipctrace_user *user)
{
	u8 *bytes = (u8 *)(user + 1);
	struct ipct_ctl ctl;
	u32 keep = 0;

	if (user->arg == IPCTRACE_USER_KLUDGE || user->arg == IPCTRACE_USER_UNDO)
		return;
	if (call->header.call < IPCTRACE_NR_CALLS &&
	    user->arg < ipct_syscalls[call->header.call].nr_args) {
		switch (ipct_syscalls[call->header.call].args[user->arg].kind) {
		case IPCT_SOPS:
		case IPCT_TIMEOUT:
			return;
		case IPCT_MSGP:
			keep = ipct_mtype_bytes(call);
			break;
		case IPCT_CTLBUF:
		case IPCT_SEMUN:
			ipct_ctl(&ctl, call, ipct_ctl_cmd(call, args));
			if (ctl.use == IPCT_USE_SETALL ||
			    ctl.use == IPCT_USE_GETALL)
				return;
			keep_members(anonymous, user, &ctl);
			return;
		}
	}
	if (keep < user->bytes)
		memset(bytes + keep, 0, user->bytes - keep);
}

/* The path of the program is left out: even its length may tell which it is. */
static bool keep_origin(const struct anonymous *anonymous,
			const struct ipctrace_call *call,
			struct ipctrace_part *part)
{
	struct ipctrace_origin *origin = (void *)part;
	struct ipctrace_ancestor *ancestor = (void *)(origin + 1);
	u32 i;

	if (ipct_origin(call) != origin)
		return false;
	for (i = 0; i < origin->nr_ancestors; i++, ancestor++) {
		anonymous_comm(anonymous, ancestor->comm);
		ancestor->pid = anonymous_pid(anonymous, ancestor->pid);
	}
	origin->exe_bytes = 0;
	part->len = (char *)ancestor - (char *)origin;
	return true;
}

/* False when the part is to be left out. */
static bool keep_part(const struct anonymous *anonymous,
		      const struct ipctrace_call *call, const u64 *args,
		      struct ipctrace_part *part)
{
	struct ipctrace_user *user = (void *)part;
	struct ipctrace_pidns *pidns = (void *)part;
	struct ipctrace_gap *gap = (void *)part;

	switch (part->type) {
	case IPCTRACE_PART_USER:
		if (part->len < sizeof(*user) ||
		    user->bytes > part->len - sizeof(*user))
			return false;
		keep_user(anonymous, call, args, user);
		/* The padding */
		memset((char *)(user + 1) + user->bytes, 0,
		       part->len - sizeof(*user) - user->bytes);
		return true;
	case IPCTRACE_PART_UNDO:
	case IPCTRACE_PART_SEGMENT:
	case IPCTRACE_PART_SET:
	case IPCTRACE_PART_CRED:
		return true;
	case IPCTRACE_PART_PIDNS:
		if (part->len < sizeof(*pidns))
			return false;
		pidns->pid = anonymous_pid(anonymous, pidns->pid);
		pidns->tid = anonymous_pid(anonymous, pidns->tid);
		return true;
	case IPCTRACE_PART_ORIGIN:
		return keep_origin(anonymous, call, part);
	case IPCTRACE_PART_GAP:
		if (part->len < sizeof(*gap))
			return false;
		/* The text of a filter names what it is about. */
		memset(gap + 1, 0, part->len - sizeof(*gap));
		gap->bytes = 0;
		part->len = sizeof(*gap);
		return true;
	}
	return false;
}

/* The parts that are kept move together. */
static void keep_parts(const struct anonymous *anonymous,
		       struct ipctrace_call *call, const u64 *args)
{
	char *at = (char *)(call + 1), *end = (char *)call + call->header.len;
	char *to = at;

	while (end - at >= (long)sizeof(struct ipctrace_part)) {
		struct ipctrace_part *part = (void *)at;
		u16 len = part->len;

		if (len < sizeof(*part) || len % 8 || len > end - at)
			break;
		if (keep_part(anonymous, call, args, part)) {
			u16 kept = part->len;

			memmove(to, at, kept);
			to += kept;
		}
		at += len;
	}
	memset(to, 0, end - to);
	call->header.len = to - (char *)call;
}

static void replace_key_argument(const struct anonymous *anonymous,
				 struct ipctrace_call *call)
{
	const struct ipct_syscall *row = &ipct_syscalls[call->header.call];
	u32 i, at;

	for (i = 0; i < row->nr_args; i++) {
		at = call->header.flags & IPCTRACE_F_IPC ? row->args[i].place : i;
		if (row->args[i].kind == IPCT_KEY)
			call->args[at] = anonymous_key(anonymous, call->args[at]);
	}
}

/* Registers that the call does not use may hold anything. */
static void forget_other_registers(struct ipctrace_call *call)
{
	const struct ipct_syscall *row = &ipct_syscalls[call->header.call];
	u32 i;

	if (call->header.flags & IPCTRACE_F_IPC)
		return;
	for (i = row->nr_args; i < IPCTRACE_NR_ARGS; i++)
		call->args[i] = 0;
}

static void replace_arguments(const struct anonymous *anonymous,
			      struct ipctrace_call *call, const u64 *args)
{
	u8 id = call->header.call;

	if (id >= IPCTRACE_NR_CALLS) {
		memset(call->args, 0, sizeof(call->args));
		return;
	}
	/* The only result that is a process */
	if (id == IPCTRACE_CALL_semctl && call->ret > 0 &&
	    (ipct_ctl_cmd(call, args) & 0xff) == GETPID)
		call->ret = anonymous_pid(anonymous, call->ret);
	replace_key_argument(anonymous, call);
	forget_other_registers(call);
}

/**
 * anonymous_record() - take out of a record what tells whose it is
 * @anonymous: from anonymous_begin()
 * @record: in and out; it may become shorter
 *
 * Return: false when it is not known what the record may tell: it is to be left out.
 */
bool anonymous_record(const struct anonymous *anonymous,
		      struct ipctrace_header *record)
{
	struct ipctrace_call *call = (void *)record;
	u64 args[IPCTRACE_NR_ARGS] = { };

	switch (ipct_type_kind(record->type)) {
	case IPCT_TYPE_CALL:
	case IPCT_TYPE_EVENT:
	case IPCT_TYPE_GAP:
		break;
	case IPCT_TYPE_LOST:
		record->len = sizeof(struct ipctrace_lost);
		return true;
	default:
		return false;
	}
	if (record->call < IPCTRACE_NR_CALLS)
		ipct_call_args(call, args);
	keep_parts(anonymous, call, args);
	replace_arguments(anonymous, call, args);
	anonymous_comm(anonymous, call->comm);
	call->tid = anonymous_pid(anonymous, call->tid);
	call->tgid = anonymous_pid(anonymous, call->tgid);
	call->ppid = anonymous_pid(anonymous, call->ppid);
	call->object.key = anonymous_key(anonymous, call->object.key);
	return true;
}
