/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ipctrace: the ABI between the module, its readers and the tests.
 *
 * Everything here is little more than numbers: fixed-width types, no pointers,
 * explicit padding named "reserved" (zero on output, refused unless zero on
 * input), sizes that are multiples of 8 and the same for 32-bit callers.
 */
#ifndef _UAPI_IPCTRACE_IPCTRACE_H
#define _UAPI_IPCTRACE_IPCTRACE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Headers of Linux 5.10 and older have it for unsigned numbers only. */
#ifndef __aligned_s64
#define __aligned_s64 __s64 __attribute__((aligned(8)))
#endif

#define IPCTRACE_DEVICE		"/dev/ipctrace"

/*
 * Transport: the ioctls, the mapping, struct ipctrace_header and the block
 * layout. Bump it when a reader built before could misread any of them.
 */
#define IPCTRACE_TRANSPORT	1

/*
 * Schema: the rows of syscalls.def and the record types below. Bump it when a
 * row, a record type or an ABI is added or changes its meaning.
 */
#define IPCTRACE_SCHEMA		5

/*
 * The oldest schema whose records are a subset of this one's: a reader made for it
 * skips what it does not know, and reads the rest correctly.
 */
#define IPCTRACE_SCHEMA_OLDEST	3

/* ---- Calls ------------------------------------------------------------- */

/* enum ipctrace_call_id - the traced calls, by their rows in syscalls.def */
enum ipctrace_call_id {
#define IPCTRACE_CALL(id, name, ...) IPCTRACE_CALL_##name = id,
#include "syscalls.def"
#undef IPCTRACE_CALL
	__IPCTRACE_CALL_MAX,
};

#define IPCTRACE_CALL_MAX	(__IPCTRACE_CALL_MAX - 1)
#define IPCTRACE_NR_CALLS	__IPCTRACE_CALL_MAX
#define IPCTRACE_CALL_NONE	0xff	/* in records that are about no call */
#define IPCTRACE_NR_ARGS	6	/* registers a system call can pass */

/**
 * enum ipctrace_family - kind of object that a call works on
 * @IPCTRACE_MSG: message queue
 * @IPCTRACE_SEM: semaphore set
 * @IPCTRACE_SHM: shared memory segment
 * @IPCTRACE_ANY: not known: ipc() with an unknown number
 */
enum ipctrace_family {
	IPCTRACE_MSG,
	IPCTRACE_SEM,
	IPCTRACE_SHM,
	IPCTRACE_ANY,
	__IPCTRACE_FAMILY_MAX,
};

#define IPCTRACE_FAMILY_MAX	(__IPCTRACE_FAMILY_MAX - 1)

/**
 * enum ipctrace_abi - convention by which the caller entered the kernel
 * @IPCTRACE_ABI_X86_64: 64-bit system call
 * @IPCTRACE_ABI_I386: 32-bit system call, from a program of either size
 * @IPCTRACE_ABI_X32: 64-bit system call from a program with 32-bit pointers
 * @IPCTRACE_ABI_ARM64: 64-bit system call
 * @IPCTRACE_ABI_ARM: 32-bit system call (EABI)
 */
enum ipctrace_abi {
	IPCTRACE_ABI_X86_64,
	IPCTRACE_ABI_I386,
	IPCTRACE_ABI_X32,
	IPCTRACE_ABI_ARM64,
	IPCTRACE_ABI_ARM,
	__IPCTRACE_ABI_MAX,
};

#define IPCTRACE_ABI_MAX	(__IPCTRACE_ABI_MAX - 1)

/* ---- Records ----------------------------------------------------------- */

/**
 * enum ipctrace_type - what a record tells
 * @IPCTRACE_TYPE_PAD: nothing: the rest of this block is unused. Only the
 *	first 8 bytes of its header are there.
 * @IPCTRACE_TYPE_CALL: a finished call, struct ipctrace_call
 * @IPCTRACE_TYPE_MISSED: a call whose return could not be watched, because
 *	max_blocked calls of its kind were in flight. struct ipctrace_call,
 *	written at entry: duration and return value are 0 and unknown.
 * @IPCTRACE_TYPE_LOST: made by the reading side where records were
 *	overwritten before it came to them, struct ipctrace_lost
 * @IPCTRACE_TYPE_ENTER: a call that has been in flight for a while and has not
 *	returned. struct ipctrace_call; its duration is how long it has been in
 *	flight, its caller's identity is complete, the result is 0 and unknown.
 *	@cpu and @time_ns are of the record, not of the call's entry.
 *
 * What happens to objects without a call, or as a consequence of one; struct
 * ipctrace_call with the process that it happens in as caller, header.call
 * IPCTRACE_CALL_NONE, no arguments, and the object:
 *
 * @IPCTRACE_TYPE_UNDO: a process exits, and SEM_UNDO gives back what it took
 *	from a semaphore set: IPCTRACE_PART_UNDO
 * @IPCTRACE_TYPE_ATTACH: a segment is attached other than by shmat(): fork
 * @IPCTRACE_TYPE_DETACH: a segment is detached other than by shmdt(): exit,
 *	exec, munmap
 * @IPCTRACE_TYPE_DESTROY: an object ceases to exist: IPC_RMID of a queue or
 *	set, the last detach of a segment that was marked for it, the end of
 *	its namespace
 *
 * What else happens to calls and to the recorder:
 *
 * @IPCTRACE_TYPE_DIED: the task of a call ended inside the call, for example by a
 *	fault of the kernel: there is no result, and never will be. struct
 *	ipctrace_call; its duration is how long the call was in flight.
 * @IPCTRACE_TYPE_GAP: for some time not everything was recorded, or from now on
 *	not everything is. struct ipctrace_call, like an event, with the task that did it
 *	as caller: IPCTRACE_PART_GAP
 *
 * Readers use the header's length to skip types that they do not know.
 */
enum ipctrace_type {
	IPCTRACE_TYPE_PAD,
	IPCTRACE_TYPE_CALL,
	IPCTRACE_TYPE_MISSED,
	IPCTRACE_TYPE_LOST,
	IPCTRACE_TYPE_ENTER,
	IPCTRACE_TYPE_UNDO,
	IPCTRACE_TYPE_ATTACH,
	IPCTRACE_TYPE_DETACH,
	IPCTRACE_TYPE_DESTROY,
	IPCTRACE_TYPE_DIED,
	IPCTRACE_TYPE_GAP,
	__IPCTRACE_TYPE_MAX,
};

/*
 * Added to an enum ipctrace_type: written only for subscriptions, the machine's
 * filter does not want it. To readers without one it is like any type that they do
 * not know; see struct ipctrace_subscribe.
 */
#define IPCTRACE_TYPE_ASIDE	0x40

/* struct ipctrace_header.flags */
#define IPCTRACE_F_OBJECT	0x01	/* struct ipctrace_call.object is valid */
#define IPCTRACE_F_IPC		0x02	/* by ipc(): args are those of ipc() */
#define IPCTRACE_F_CREATED	0x04	/* the *get() call made the object */
#define IPCTRACE_F_FOUND	0x08	/* the *get() call found the object */

/*
 * The upper half is enum ipctrace_family: its lower two bits in bits 6 and 7, its
 * upper two in 4 and 5, which were zero while there were four families.
 */
#define IPCTRACE_F_FAMILY(family) \
	((((family) & 3) << 6) | (((family) & 12) << 2))
#define IPCTRACE_FAMILY_OF(flags) \
	((((flags) >> 6) & 3) | (((flags) >> 2) & 12))
#define IPCTRACE_NR_FAMILIES	16	/* there is room for so many */

/**
 * struct ipctrace_header - start of every record
 * @len: bytes of the whole record, a multiple of 8
 * @type: enum ipctrace_type
 * @flags: IPCTRACE_F_*
 * @cpu: CPU whose ring holds the record
 * @call: enum ipctrace_call_id, IPCTRACE_CALL_NONE where there is none
 * @abi: enum ipctrace_abi
 * @time_ns: CLOCK_MONOTONIC when the call finished (missed: entered), or when
 *	it happened
 */
struct ipctrace_header {
	__u16 len;
	__u8 type;
	__u8 flags;
	__u16 cpu;
	__u8 call;
	__u8 abi;
	__aligned_u64 time_ns;
};

/**
 * struct ipctrace_object - identity and permissions of an IPC object
 * @id: identifier, as the *get() calls return it
 * @key: key it was made with; 0 is IPC_PRIVATE. IPC_RMID of a segment that is
 *	attached takes its key away: from then on calls that name it by id have 0,
 *	while shmdt() and records without a call have the key that it had (when it
 *	is destroyed, only if the kernel's BTF says where its file is)
 * @uid: owner, in the initial user namespace
 * @gid: owner's group, likewise
 * @cuid: creator, likewise
 * @cgid: creator's group, likewise
 * @mode: permissions, and for segments SHM_DEST (01000) and SHM_LOCKED (02000)
 * @seq: sequence number; tells the successive users of one slot apart
 *
 * The members of struct ipc_perm. They are read without the object's lock: an
 * IPC_SET at the same moment on another CPU may be seen in only some of them.
 */
struct ipctrace_object {
	__s32 id;
	__s32 key;
	__u32 uid;
	__u32 gid;
	__u32 cuid;
	__u32 cgid;
	__u16 mode;
	__u16 seq;
};

/**
 * struct ipctrace_call - a call, its caller and its object
 * @header: see there
 * @duration_ns: from the entry handler to the return handler, CLOCK_MONOTONIC
 * @ret: what the kernel's entry point returned: a result, or -errno. It may
 *	be one of the codes above 511 (ERESTARTNOHAND and others) that a
 *	process never sees.
 * @args: the six argument registers as the caller left them, only their lower
 *	halves in 32-bit calls; only as many as the call's row has mean
 *	anything. With IPCTRACE_F_IPC they are those of ipc(): call, first,
 *	second, third, ptr, fifth.
 * @cgroup: id of the caller's cgroup (version 2: the inode number of its
 *	directory)
 * @comm: caller's name, NUL-padded, any bytes
 * @tid: caller's thread
 * @tgid: caller's process
 * @uid: caller's real user id; like all ids of users and processes here, as
 *	the initial namespace sees it
 * @gid: caller's real group id
 * @ppid: process that is the caller's parent now
 * @loginuid: user who logged in; survives su and sudo. 4294967295: unset
 * @ipc_ns: inode number of the caller's IPC namespace (/proc/PID/ns/ipc)
 * @object: object that the call worked on, with IPCTRACE_F_OBJECT: as it was when
 *	the call began, for calls that take an id, else when it ended.
 *
 * Frozen for the schema's life. struct ipctrace_part's may follow, up to
 * header.len.
 */
struct ipctrace_call {
	struct ipctrace_header header;
	__aligned_u64 duration_ns;
	__aligned_s64 ret;
	__aligned_u64 args[IPCTRACE_NR_ARGS];
	__aligned_u64 cgroup;
	__u8 comm[16];
	__u32 tid;
	__u32 tgid;
	__u32 uid;
	__u32 gid;
	__u32 ppid;
	__u32 loginuid;
	__u32 ipc_ns;
	struct ipctrace_object object;
};

/**
 * enum ipctrace_part_type - what a part of a record holds
 * @IPCTRACE_PART_USER: user memory that an argument leads to, in the caller's
 *	layout: struct ipctrace_user and the bytes
 * @IPCTRACE_PART_SEGMENT: segment of shmat() or shmdt(), struct
 *	ipctrace_segment
 * @IPCTRACE_PART_SET: what IPC_SET changed, struct ipctrace_set
 * @IPCTRACE_PART_UNDO: struct ipctrace_user, with IPCTRACE_USER_UNDO as
 *	argument, and what is added to each semaphore of the set, __s16 each
 * @IPCTRACE_PART_PIDNS: the caller as its own pid namespace sees it, where that
 *	is not the first: struct ipctrace_pidns
 * @IPCTRACE_PART_CRED: effective ids, where they are not the real ones, and by
 *	which right a call used somebody else's object: struct ipctrace_cred
 * @IPCTRACE_PART_GAP: struct ipctrace_gap and, for a filter, its text
 * @IPCTRACE_PART_ORIGIN: where the caller comes from, for a call that made, set or
 *	removed an object, or tried to set or remove it: struct ipctrace_origin
 * @IPCTRACE_PART_SUBSCRIBED: whose subscriptions want the record, where there are
 *	any: struct ipctrace_subscribed
 */
enum ipctrace_part_type {
	IPCTRACE_PART_USER = 1,
	IPCTRACE_PART_SEGMENT,
	IPCTRACE_PART_SET,
	IPCTRACE_PART_UNDO,
	IPCTRACE_PART_PIDNS,
	IPCTRACE_PART_CRED,
	IPCTRACE_PART_GAP,
	IPCTRACE_PART_ORIGIN,
	IPCTRACE_PART_SUBSCRIBED,
	__IPCTRACE_PART_MAX,
};

#define IPCTRACE_PART_MAX	(__IPCTRACE_PART_MAX - 1)

/**
 * struct ipctrace_part - start of a part of variable length
 * @type: enum ipctrace_part_type
 * @len: bytes of the part with this header, a multiple of 8, at least 8
 * @reserved: zero
 *
 * Readers skip parts that they do not know.
 */
struct ipctrace_part {
	__u16 type;
	__u16 len;
	__u32 reserved;
};

/* struct ipctrace_user.flags */
#define IPCTRACE_USER_ENTRY	0x01	/* as it was when the call began */
#define IPCTRACE_USER_RETURN	0x02	/* as it was when the call ended */
#define IPCTRACE_USER_UNREAD	0x04	/* could not be read; no bytes follow */

/* struct ipctrace_user.arg, beside the numbers of arguments */
#define IPCTRACE_USER_KLUDGE	0xfe	/* what ipc()'s ptr leads to */
#define IPCTRACE_USER_UNDO	0xff	/* see IPCTRACE_PART_UNDO */

/* How many semaphore operations of a call, or elements of an array, are recorded */
#define IPCTRACE_MAX_SOPS	32
#define IPCTRACE_MAX_VALUES	64
#define IPCTRACE_MAX_PAYLOAD	256

/**
 * struct ipctrace_user - memory that an argument leads to
 * @part: see there
 * @arg: which argument of the call, from 0, or IPCTRACE_USER_KLUDGE
 * @flags: IPCTRACE_USER_*. With both ENTRY and RETURN it was the same at both
 *	times. Where there are two parts for one argument, one ENTRY and one
 *	RETURN, somebody changed it during the call.
 * @bytes: bytes that follow, padded with zeroes to a multiple of 8
 * @count: elements that there really are, for arrays; 0 where not known
 *
 * The bytes: sops: struct sembuf's; timeout: struct __kernel_timespec, or struct
 * old_timespec32, which has 8 bytes; msgp: mtype (8 bytes, in 32-bit calls 4) and
 * then payload; buf and semctl's arg: the struct of the command; SETALL and
 * GETALL: unsigned shorts; KLUDGE: for msgrcv of version 0 the two words msgp
 * and msgtyp, for semctl the word arg.
 */
struct ipctrace_user {
	struct ipctrace_part part;
	__u8 arg;
	__u8 flags;
	__u16 bytes;
	__u32 count;
};

/**
 * struct ipctrace_segment - segment of an attachment
 * @part: see there
 * @id: of the segment
 * @ipc_ns: inode number of the IPC namespace that it belongs to, which the process
 *	that has it attached may have left; 0 where the kernel does not tell
 * @size_bytes: of the segment; for shmat() 0 where the kernel does not tell
 * @addr: where it is attached, or was
 */
struct ipctrace_segment {
	struct ipctrace_part part;
	__s32 id;
	__u32 ipc_ns;
	__aligned_u64 size_bytes;
	__aligned_u64 addr;
};

/* struct ipctrace_set.valid */
#define IPCTRACE_SET_KERNEL	0x01	/* kernel_* */
#define IPCTRACE_SET_AFTER	0x02	/* after_* except qbytes */
#define IPCTRACE_SET_QBYTES	0x04	/* before_qbytes, after_qbytes */

/**
 * struct ipctrace_set - what IPC_SET changed
 * @part: see there
 * @valid: IPCTRACE_SET_*; the object before is in the record
 * @kernel_uid: what the kernel read from user memory, in the caller's user
 *	namespace
 * @kernel_gid: likewise
 * @kernel_mode: likewise
 * @after_uid: the object when the call ended, in the initial namespace
 * @after_gid: likewise
 * @after_mode: likewise
 * @reserved: zero
 * @before_qbytes: msg_qbytes of a queue before
 * @after_qbytes: and after
 */
struct ipctrace_set {
	struct ipctrace_part part;
	__u32 valid;
	__u32 kernel_uid;
	__u32 kernel_gid;
	__u32 kernel_mode;
	__u32 after_uid;
	__u32 after_gid;
	__u32 after_mode;
	__u32 reserved;
	__aligned_u64 before_qbytes;
	__aligned_u64 after_qbytes;
};

/**
 * struct ipctrace_pidns - the caller inside its pid namespace
 * @part: see there
 * @pid_ns: inode number of that namespace (/proc/PID/ns/pid)
 * @pid: its process
 * @tid: its thread
 * @reserved: zero
 */
struct ipctrace_pidns {
	struct ipctrace_part part;
	__u32 pid_ns;
	__u32 pid;
	__u32 tid;
	__u32 reserved;
};

/**
 * enum ipctrace_right - what let a call use an object
 * @IPCTRACE_RIGHT_UNSAID: not said: the call failed, had no object or needed no
 *	right, or the caller owns the object or made it
 * @IPCTRACE_RIGHT_GROUP: mode of the object, for the group of its owner or of its
 *	creator
 * @IPCTRACE_RIGHT_OTHERS: mode of the object, for everybody
 * @IPCTRACE_RIGHT_IPC_OWNER: CAP_IPC_OWNER, against the mode
 * @IPCTRACE_RIGHT_SYS_ADMIN: CAP_SYS_ADMIN, to change or remove it
 * @IPCTRACE_RIGHT_IPC_LOCK: CAP_IPC_LOCK, to lock or unlock a segment
 *
 * Concluded by the kernel's rules, ipcperms() and ipcctl_obtain_check() of
 * ipc/util.c, from the object as the record has it. The capabilities are those in
 * the user namespace of the IPC namespace.
 */
enum ipctrace_right {
	IPCTRACE_RIGHT_UNSAID,
	IPCTRACE_RIGHT_GROUP,
	IPCTRACE_RIGHT_OTHERS,
	IPCTRACE_RIGHT_IPC_OWNER,
	IPCTRACE_RIGHT_SYS_ADMIN,
	IPCTRACE_RIGHT_IPC_LOCK,
	__IPCTRACE_RIGHT_MAX,
};

/**
 * struct ipctrace_cred - as whom a call was made, and by which right
 * @part: see there
 * @euid: effective user id, in the initial namespace
 * @egid: effective group id, likewise
 * @right: enum ipctrace_right
 * @reserved: zero
 */
struct ipctrace_cred {
	struct ipctrace_part part;
	__u32 euid;
	__u32 egid;
	__u32 right;
	__u32 reserved;
};

/**
 * enum ipctrace_gap_cause - why not everything is recorded
 * @IPCTRACE_GAP_LOAD: the module was not there
 * @IPCTRACE_GAP_PAUSE: somebody paused the recorder
 * @IPCTRACE_GAP_FTRACE: somebody cleared kernel.ftrace_enabled, or ftrace found a
 *	fault in itself and stopped
 * @IPCTRACE_GAP_KPROBES: somebody wrote 0 to kprobes/enabled in debugfs, and some
 *	probes are armed kprobes
 * @IPCTRACE_GAP_FILTER: a filter: what it does not want is not recorded
 */
enum ipctrace_gap_cause {
	IPCTRACE_GAP_LOAD,
	IPCTRACE_GAP_PAUSE,
	IPCTRACE_GAP_FTRACE,
	IPCTRACE_GAP_KPROBES,
	IPCTRACE_GAP_FILTER,
	__IPCTRACE_GAP_MAX,
};

/**
 * struct ipctrace_gap - a time in which not everything is recorded
 * @part: see there
 * @cause: enum ipctrace_gap_cause
 * @bytes: of the text that follows, NUL-padded to a multiple of 8: the expression
 *	of a filter; else 0
 * @begin_ns: since when, CLOCK_MONOTONIC; 0 for always. Where nobody is told
 *	(ftrace, kprobes) the last time that all was well.
 * @end_ns: until when; 0: it goes on. There is one record when it begins, but
 *	for IPCTRACE_GAP_LOAD, and one when it ends, with both.
 *
 * Calls and events in that time may have no record. At any other time within a
 * reader's records each has one, or is counted as missed or lost.
 */
struct ipctrace_gap {
	struct ipctrace_part part;
	__u32 cause;
	__u32 bytes;
	__aligned_u64 begin_ns;
	__aligned_u64 end_ns;
};

/* How many ancestors of a caller, and bytes of its program's path, are recorded */
#define IPCTRACE_MAX_ANCESTORS	8
#define IPCTRACE_MAX_EXE	256

/**
 * struct ipctrace_ancestor - a process that a caller descends from
 * @start_ns: when it began, CLOCK_BOOTTIME: together with @pid unique
 * @pid: the process, in the initial namespace
 * @uid: its real user id now, likewise
 * @comm: name of its first thread, NUL-padded, any bytes
 */
struct ipctrace_ancestor {
	__aligned_u64 start_ns;
	__u32 pid;
	__u32 uid;
	__u8 comm[16];
};

/**
 * struct ipctrace_origin - where a caller comes from
 * @part: see there
 * @start_ns: when its process began, CLOCK_BOOTTIME
 * @nr_ancestors: struct ipctrace_ancestor's that follow, from the parent on; at
 *	most IPCTRACE_MAX_ANCESTORS
 * @exe_bytes: of the program's path, which is behind the ancestors, NUL-padded to a
 *	multiple of 8; 0 where it is not known
 * @reserved: zero
 *
 * The path is what the caller would read from /proc/self/exe: under its own root, and
 * followed by " (deleted)" if there is no such file any more. Without a slash it is
 * only the file's name: the path has more than IPCTRACE_MAX_EXE - 1 bytes, or
 * handlers cannot ask this kernel for it (PREEMPT_RT).
 */
struct ipctrace_origin {
	struct ipctrace_part part;
	__aligned_u64 start_ns;
	__u16 nr_ancestors;
	__u16 exe_bytes;
	__u32 reserved;
};

/**
 * struct ipctrace_subscribed - who wants a record
 * @part: see there
 * @mask: a bit for each subscription, see struct ipctrace_subscribe; bit 0 is the
 *	machine's filter, and set where there is none
 * @reserved: zero
 *
 * For a call that has not ended (IPCTRACE_TYPE_ENTER, _MISSED, _DIED) this includes
 * those whose expressions may still hold.
 */
struct ipctrace_subscribed {
	struct ipctrace_part part;
	__u32 mask;
	__u32 reserved;
};

/**
 * struct ipctrace_lost - records that this reader did not get
 * @header: cpu as in other records; time_ns is that of the first record of
 *	that CPU that was still there
 * @count: number of records, from their sequence numbers: exact
 */
struct ipctrace_lost {
	struct ipctrace_header header;
	__aligned_u64 count;
};

/* ---- Rings: one for each CPU, mapped read-only ------------------------- */

/*
 * A ring is a queue of blocks. Positions count bytes since the module was
 * loaded and never wrap; position modulo ring_bytes is the place in memory.
 * Records do not cross blocks. A block starts with struct ipctrace_block; a
 * block that is not full to the byte ends with an IPCTRACE_TYPE_PAD record.
 * How to read it while it is being overwritten: docs/architecture.md.
 */
#define IPCTRACE_BLOCK_BYTES	4096
#define IPCTRACE_RECORD_MAX_BYTES \
	(IPCTRACE_BLOCK_BYTES - (int)sizeof(struct ipctrace_block))

/**
 * struct ipctrace_block - start of every block
 * @pos: position of the block
 * @seq: sequence number of its first record. The first record that the CPU wrote
 *	since the module was loaded has 0.
 */
struct ipctrace_block {
	__aligned_u64 pos;
	__aligned_u64 seq;
};

/**
 * struct ipctrace_ring_header - first page of a ring, its data follows
 * @head: position after the newest record; acquire it before the records. While it
 *	is 0 there may be no data yet, and whoever reads there gets SIGBUS.
 * @tail: position of the oldest block that is not being overwritten; read it
 *	after the records, what lies before it is not to be trusted
 */
struct ipctrace_ring_header {
	__aligned_u64 head;
	__aligned_u64 tail;
};

/**
 * struct ipctrace_map_header - first page of the mapping
 * @settled_ns: every record up to this CLOCK_MONOTONIC time is in the rings,
 *	so older records can be put in order; acquire it before the rings. It
 *	moves on only while there is something new.
 */
struct ipctrace_map_header {
	__aligned_u64 settled_ns;
};

/* ---- ioctls ------------------------------------------------------------ */

#define IPCTRACE_IOC_MAGIC	0xF9

/**
 * struct ipctrace_hello - agree on versions, learn the layout of the mapping
 * @transport: in: IPCTRACE_TRANSPORT of the reader; out: of the module
 * @schema: in: IPCTRACE_SCHEMA of the reader; out: the lower of that and the
 *	module's, which both know; with EPROTO the module's
 * @header_bytes: out: offset of the first ring, and of each ring's data from
 *	the ring's start
 * @nr_rings: out: number of rings in the mapping, one for each possible CPU; those
 *	of CPUs that have never been online have no data
 * @ring_bytes: out: bytes of data of a ring, a power of two
 * @ring_stride_bytes: out: distance between rings
 * @map_bytes: out: bytes to map, from offset 0; not all of them are memory
 * @version: out: version of the module, a string
 *
 * Records are of the module's schema, whatever was agreed on: a reader skips what it
 * does not know.
 *
 * Errors: EPROTO for another transport, or a schema before IPCTRACE_SCHEMA_OLDEST
 * (with the module's versions in the struct). Modules of schema 3 refuse every
 * schema but theirs: ask again with that. Needed before mmap.
 */
struct ipctrace_hello {
	__u32 transport;
	__u32 schema;
	__u32 header_bytes;
	__u32 nr_rings;
	__aligned_u64 ring_bytes;
	__aligned_u64 ring_stride_bytes;
	__aligned_u64 map_bytes;
	__u8 version[32];
};

#define IPCTRACE_NR_BUCKETS	64

/**
 * struct ipctrace_call_stats - counters of one call since load
 * @call: in: enum ipctrace_call_id
 * @reserved: zero
 * @calls: finished calls
 * @errors: those that returned an error
 * @missed: calls whose return could not be watched
 * @total_ns: sum of the durations of the finished calls
 * @min_ns: shortest duration, 0 without calls
 * @max_ns: longest duration
 * @buckets: finished calls by duration: bucket 0 counts 0 ns, bucket n from
 *	2^(n-1) to 2^n - 1 ns, the last one also everything longer
 *
 * Errors: EINVAL for a call that does not exist, or reserved not zero.
 */
struct ipctrace_call_stats {
	__u32 call;
	__u32 reserved;
	__aligned_u64 calls;
	__aligned_u64 errors;
	__aligned_u64 missed;
	__aligned_u64 total_ns;
	__aligned_u64 min_ns;
	__aligned_u64 max_ns;
	__aligned_u64 buckets[IPCTRACE_NR_BUCKETS];
};

/**
 * struct ipctrace_type_stats - records by what they tell, since load
 * @type: in: enum ipctrace_type, or IPCTRACE_TYPE_ASIDE alone
 * @reserved: zero
 * @written: records of this type written, aside or not; for finished calls as many
 *	as their counters say, for IPCTRACE_TYPE_PAD and _LOST none. With
 *	IPCTRACE_TYPE_ASIDE those of all types that were written aside.
 *
 * Over all types the sum is that of ipctrace_cpu_stats.written over all CPUs.
 *
 * Errors: EINVAL for a type that does not exist, or reserved not zero.
 */
struct ipctrace_type_stats {
	__u32 type;
	__u32 reserved;
	__aligned_u64 written;
};

/**
 * struct ipctrace_cpu_stats - counters of one CPU since load
 * @cpu: in: CPU
 * @reserved: zero
 * @written: records written to its ring
 * @overwritten: those that the ring no longer holds
 * @missed: calls that entered on this CPU and could not be watched
 * @rejected: calls and events that neither the filter nor a subscription wanted
 *
 * Errors: EINVAL for a CPU that cannot come, or reserved not zero.
 */
struct ipctrace_cpu_stats {
	__u32 cpu;
	__u32 reserved;
	__aligned_u64 written;
	__aligned_u64 overwritten;
	__aligned_u64 missed;
	__aligned_u64 rejected;
};

/**
 * enum ipctrace_probe_state - what became of a probe
 * @IPCTRACE_PROBE_ABSENT: this kernel has no such symbol, or does not describe
 *	the types that the probe would look into (BTF); then the error is ENODATA
 * @IPCTRACE_PROBE_REFUSED: the kernel refused it, see the error
 * @IPCTRACE_PROBE_ATTACHED: in place
 * @IPCTRACE_PROBE_SILENT: in place, and did not fire when the function was called
 *	on purpose: what it would tell is not recorded
 */
enum ipctrace_probe_state {
	IPCTRACE_PROBE_ABSENT,
	IPCTRACE_PROBE_REFUSED,
	IPCTRACE_PROBE_ATTACHED,
	IPCTRACE_PROBE_SILENT,
	__IPCTRACE_PROBE_STATE_MAX,
};

/**
 * struct ipctrace_probe - one probe
 * @index: in: from 0
 * @call: out: enum ipctrace_call_id
 * @abi: out: enum ipctrace_abi
 * @state: out: enum ipctrace_probe_state
 * @error: out: errno that the kernel gave, 0 when attached
 * @reserved: zero
 * @hits: out: calls that entered and are watched
 * @missed: out: calls that entered and are not watched
 * @symbol: out: the probed function
 *
 * Errors: ENOENT for an index past the last, EINVAL for reserved not zero.
 */
struct ipctrace_probe {
	__u32 index;
	__u8 call;
	__u8 abi;
	__u8 state;
	__u8 reserved[5];
	__u32 error;
	__aligned_u64 hits;
	__aligned_u64 missed;
	__u8 symbol[64];
};

/**
 * struct ipctrace_state - the recorder as a whole
 * @recording: 1 while recording, 0 when paused
 * @readers: open files of the device
 * @max_blocked: calls in flight that each probe on a blocking call can watch
 * @disarmed: probes that see nothing, though recording, because somebody else has
 *	disarmed the kernel's kprobes
 * @memory_bytes: memory that the rings and the probes' instances take
 */
struct ipctrace_state {
	__u32 recording;
	__u32 readers;
	__u32 max_blocked;
	__u32 disarmed;
	__aligned_u64 memory_bytes;
};

/**
 * enum ipctrace_control_op - what struct ipctrace_control asks for
 * @IPCTRACE_CONTROL_PAUSE: disarm the probes. Calls already in flight still
 *	leave their record; calls that begin while paused never do.
 * @IPCTRACE_CONTROL_RESUME: arm them again
 * @IPCTRACE_CONTROL_CLEAR: let readers that open later, and snapshots, begin
 *	here. Takes nothing from readers that are open.
 */
enum ipctrace_control_op {
	IPCTRACE_CONTROL_PAUSE,
	IPCTRACE_CONTROL_RESUME,
	IPCTRACE_CONTROL_CLEAR,
	__IPCTRACE_CONTROL_MAX,
};

/**
 * struct ipctrace_control - order to the recorder
 * @op: in: enum ipctrace_control_op
 * @reserved: zero
 *
 * Errors: EPERM without CAP_SYS_ADMIN in the initial user namespace, EINVAL for
 * an unknown op or reserved not zero.
 */
struct ipctrace_control {
	__u32 op;
	__u32 reserved;
};

/**
 * struct ipctrace_consumed - a mapping reader has taken what it saw
 * @settled_ns: in: value of ipctrace_map_header.settled_ns up to which
 *	records were taken. poll() then waits for something newer.
 *
 * Errors: EPROTO before IPCTRACE_IOC_HELLO.
 */
struct ipctrace_consumed {
	__aligned_u64 settled_ns;
};

/**
 * struct ipctrace_start - where in a ring a new reader begins
 * @cpu: in: CPU
 * @reserved: zero
 * @pos: out: position of the first record it should see: 0, or where the ring
 *	was cleared last. What was overwritten since counts as lost.
 * @seq: out: sequence number of that record
 *
 * Errors: EINVAL for a CPU that cannot come, or reserved not zero.
 */
struct ipctrace_start {
	__u32 cpu;
	__u32 reserved;
	__aligned_u64 pos;
	__aligned_u64 seq;
};

/**
 * struct ipctrace_blocked - calls in flight
 * @cursor: in: 0 to begin; out: to go on with
 * @bytes: in: size of the buffer; out: bytes of records in it
 * @reserved: zero
 * @buffer: in: address of the buffer, 8-byte aligned
 *
 * The records are of IPCTRACE_TYPE_ENTER, in no order, with their time_ns now
 * and the duration so far; none when all have been given out. Calls may come
 * and go meanwhile.
 *
 * Errors: EINVAL for a buffer of less than IPCTRACE_BLOCK_BYTES or reserved not
 * zero, EFAULT.
 */
struct ipctrace_blocked {
	__u32 cursor;
	__u32 bytes;
	__aligned_u64 reserved;
	__aligned_u64 buffer;
};

#define IPCTRACE_FILTER_MAX_BYTES	1024

/**
 * struct ipctrace_filter - what is recorded, as an expression
 * @text: in: address of the expression, terminated by NUL; empty: everything.
 *	To get it: address of the room for it.
 * @bytes: in: bytes at @text, with the NUL, at most IPCTRACE_FILTER_MAX_BYTES;
 *	to get it, exactly as many
 * @position: out, with EINVAL: where in @text the mistake is, from 0
 * @message: out, with EINVAL: what is wrong there; empty if the expression is not
 *	what is invalid
 *
 * The grammar: module/shared/expression.c. On failure the filter stays what it was.
 *
 * Errors: EPERM for setting it without CAP_SYS_ADMIN in the initial user
 * namespace, EINVAL for a mistake or a wrong number of bytes, EFAULT, ENOMEM,
 * EOPNOTSUPP for a test of pid where the kernel does not report forks.
 */
struct ipctrace_filter {
	__aligned_u64 text;
	__u32 bytes;
	__u32 position;
	__u8 message[64];
};

#define IPCTRACE_MAX_SUBSCRIPTIONS	31

/**
 * struct ipctrace_subscribe - what one reader wants, whatever others want
 * @filter: the expression, and what is wrong with it: as for IPCTRACE_IOC_SET_FILTER.
 *	Empty: nothing; this ends the subscription.
 * @mask: out: the subscription's bit in struct ipctrace_subscribed
 * @reserved: zero
 * @since_ns: out: CLOCK_MONOTONIC; no call that begins later is missed
 *
 * An open file has one, which the next one replaces; it ends when the file is
 * closed, for whatever reason. A call is recorded if the machine's filter or any
 * subscription wants it. What only subscriptions want is written aside: header.type
 * has IPCTRACE_TYPE_ASIDE, so that others skip it. Other readers, the machine's
 * filter and its gaps do not change.
 *
 * Another subscription may have had the bit before: in records before @since_ns it
 * means nothing. Calls that began earlier do not have it.
 *
 * Errors: EUSERS when there are IPCTRACE_MAX_SUBSCRIPTIONS, and those of
 * IPCTRACE_IOC_SET_FILTER except EPERM: whoever may open the device may subscribe.
 * After an error the subscription stays what it was.
 */
struct ipctrace_subscribe {
	struct ipctrace_filter filter;
	__u32 mask;
	__u32 reserved;
	__aligned_u64 since_ns;
};

/**
 * struct ipctrace_subscription - the file's subscription now
 * @mask: out: its bit; 0: there is none
 * @processes: out: for how many processes its tests of pid hold. A process counts
 *	until its parent has waited for it; then all its records are in the rings.
 * @refused: out: processes that could not be followed, because there are too many:
 *	since then the calls of all processes that are not followed are recorded, too
 * @pid_tests: out: how many tests of pid it has
 * @since_ns: out: see struct ipctrace_subscribe
 *
 * When the last of the processes is gone the device is readable until the next such
 * request.
 */
struct ipctrace_subscription {
	__u32 mask;
	__u32 processes;
	__u32 refused;
	__u32 pid_tests;
	__aligned_u64 since_ns;
};

/**
 * struct ipctrace_gap_state - are there gaps of a cause, now?
 * @cause: in: enum ipctrace_gap_cause
 * @open: out: 1 while there is one, else 0
 * @begin_ns: out: since when, or when the last one began, CLOCK_MONOTONIC; 0 for
 *	always, and for never
 * @last_end_ns: out: when the last one ended; 0: never
 *
 * The record that a gap has begun may be overwritten before somebody reads it; this
 * is not.
 *
 * Errors: EINVAL for a cause that does not exist, or open not zero.
 */
struct ipctrace_gap_state {
	__u32 cause;
	__u32 open;
	__aligned_u64 begin_ns;
	__aligned_u64 last_end_ns;
};

#define IPCTRACE_IOC_HELLO \
	_IOWR(IPCTRACE_IOC_MAGIC, 0, struct ipctrace_hello)
#define IPCTRACE_IOC_CALL_STATS \
	_IOWR(IPCTRACE_IOC_MAGIC, 1, struct ipctrace_call_stats)
#define IPCTRACE_IOC_CPU_STATS \
	_IOWR(IPCTRACE_IOC_MAGIC, 2, struct ipctrace_cpu_stats)
#define IPCTRACE_IOC_PROBE \
	_IOWR(IPCTRACE_IOC_MAGIC, 3, struct ipctrace_probe)
#define IPCTRACE_IOC_STATE \
	_IOR(IPCTRACE_IOC_MAGIC, 4, struct ipctrace_state)
#define IPCTRACE_IOC_CONTROL \
	_IOW(IPCTRACE_IOC_MAGIC, 5, struct ipctrace_control)
#define IPCTRACE_IOC_CONSUMED \
	_IOW(IPCTRACE_IOC_MAGIC, 6, struct ipctrace_consumed)
#define IPCTRACE_IOC_START \
	_IOWR(IPCTRACE_IOC_MAGIC, 7, struct ipctrace_start)
#define IPCTRACE_IOC_BLOCKED \
	_IOWR(IPCTRACE_IOC_MAGIC, 8, struct ipctrace_blocked)
#define IPCTRACE_IOC_TYPE_STATS \
	_IOWR(IPCTRACE_IOC_MAGIC, 9, struct ipctrace_type_stats)
#define IPCTRACE_IOC_SET_FILTER \
	_IOWR(IPCTRACE_IOC_MAGIC, 10, struct ipctrace_filter)
#define IPCTRACE_IOC_GET_FILTER \
	_IOW(IPCTRACE_IOC_MAGIC, 11, struct ipctrace_filter)
#define IPCTRACE_IOC_GAP \
	_IOWR(IPCTRACE_IOC_MAGIC, 12, struct ipctrace_gap_state)
#define IPCTRACE_IOC_SUBSCRIBE \
	_IOWR(IPCTRACE_IOC_MAGIC, 13, struct ipctrace_subscribe)
#define IPCTRACE_IOC_SUBSCRIPTION \
	_IOR(IPCTRACE_IOC_MAGIC, 14, struct ipctrace_subscription)

#endif /* _UAPI_IPCTRACE_IPCTRACE_H */
