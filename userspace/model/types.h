/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the model knows: objects, processes, and how they relate. Commands read these
 * structs; only userspace/model/ writes them. How to get a model and how to ask it:
 * model.h.
 *
 * Each fact says where it is from, enum model_from. model_hole() tells whether
 * something unseen may have changed it since: a hole is a time in which not everything
 * was recorded.
 *
 * Times are CLOCK_MONOTONIC, as in records; 0 is not known. Pointers stay valid until
 * the model is fed again.
 */
#ifndef _IPCTRACE_MODEL_TYPES_H
#define _IPCTRACE_MODEL_TYPES_H

#include <sys/queue.h>

#include <ipctrace/ipctrace.h>

#include "base/hash.h"
#include "shared/portable.h"

struct model;
struct model_object;
struct model_process;

/**
 * enum model_from - where a fact is from
 * @MODEL_UNKNOWN: nobody knows
 * @MODEL_RECORDED: a record says so
 * @MODEL_KERNEL: the kernel said so when it was asked
 */
enum model_from {
	MODEL_UNKNOWN,
	MODEL_RECORDED,
	MODEL_KERNEL,
};

/**
 * struct model_ancestor - a parent of a caller, or its parent, and so on
 * @pid: its process
 * @uid: its real user id
 * @comm: its name, NUL-terminated
 */
struct model_ancestor {
	u32 pid;
	u32 uid;
	char comm[17];
};

#define MODEL_MAX_ANCESTORS	8

/**
 * struct model_origin - which program a caller ran, and who had started it
 * @link: all origins by content
 * @uses: how many refer to it
 * @exe: path of the program, "" where it is not known
 * @nr: number of @ancestors
 * @ancestors: its parent first
 */
struct model_origin {
	struct hash_link link;
	u32 uses;
	const char *exe;
	u32 nr;
	struct model_ancestor ancestors[MODEL_MAX_ANCESTORS];
};

/**
 * struct model_who - who did something, when, and by which call
 * @from: MODEL_UNKNOWN: all else is 0. MODEL_KERNEL: only @tgid is known, and perhaps
 *	@real_s
 * @type: enum ipctrace_type of the record
 * @call: enum ipctrace_call_id, IPCTRACE_CALL_NONE where there was none
 * @cmd: command of a *ctl() call, else 0
 * @time_ns: when, as the record has it
 * @real_s: when, seconds since 1970, where the kernel was asked; 0: not known
 * @tgid: process
 * @tid: thread
 * @uid: real user id
 * @gid: real group id
 * @euid: effective user id
 * @egid: effective group id
 * @ppid: its parent at that time
 * @loginuid: who had logged in; 4294967295: nobody
 * @right: enum ipctrace_right: why it was allowed
 * @pid_ns: its pid namespace, where that is not the first; else 0
 * @ns_pid: its process there
 * @ipc_ns: the namespace that it was in
 * @cgroup: its cgroup
 * @comm: its name, NUL-terminated, in UTF-8, with "?" for what cannot be printed
 * @start_ns: when its process began, CLOCK_BOOTTIME; 0: the record does not say
 * @origin: which program, started by whom; NULL: the record does not say
 */
struct model_who {
	u8 from;
	u8 type;
	u8 call;
	u8 right;
	u32 cmd;
	u64 time_ns;
	s64 real_s;
	u32 tgid;
	u32 tid;
	u32 uid;
	u32 gid;
	u32 euid;
	u32 egid;
	u32 ppid;
	u32 loginuid;
	u32 pid_ns;
	u32 ns_pid;
	u32 ipc_ns;
	char comm[17];
	u64 cgroup;
	u64 start_ns;
	struct model_origin *origin;
};

/* ---- Between a process and an object ------------------------------------- */

/* struct model_use.flags */
#define MODEL_USE_MADE		0x01	/* its *get() call made the object */
#define MODEL_USE_FOUND		0x02	/* its *get() call found it */
#define MODEL_USE_WORKED	0x04	/* it sent, received, attached, operated */
#define MODEL_USE_CHANGED	0x08	/* IPC_SET, SETVAL, SETALL, (un)lock */
#define MODEL_USE_REMOVED	0x10	/* IPC_RMID */
#define MODEL_USE_CUT_OFF	0x20	/* a call of it ended with EIDRM */
#define MODEL_USE_GAVE		0x40	/* gave a semaphore what it was not seen to take */

/**
 * struct model_use - what a process did with an object
 * @link: by object and process
 * @of_object: the object's uses, the latest first
 * @of_process: the process's
 * @object: what it used
 * @process: who used it
 * @flags: MODEL_USE_*
 * @calls: finished calls
 * @errors: of these, failed ones
 * @bytes: sent and received
 * @first_ns: end of the first call
 * @last_ns: end of the last call
 */
struct model_use {
	struct hash_link link;
	TAILQ_ENTRY(model_use) of_object;
	TAILQ_ENTRY(model_use) of_process;
	struct model_object *object;
	struct model_process *process;
	u32 flags;
	u64 calls;
	u64 errors;
	u64 bytes;
	u64 first_ns;
	u64 last_ns;
};

/**
 * enum model_how - how an attachment came
 * @MODEL_BY_SHMAT: shmat()
 * @MODEL_BY_FORK: the process was forked by one that had it; or the mapping was
 *	moved or split, which looks the same
 * @MODEL_BY_UNKNOWN: it came before anything was recorded, or its record was lost
 */
enum model_how {
	MODEL_BY_SHMAT,
	MODEL_BY_FORK,
	MODEL_BY_UNKNOWN,
};

/**
 * struct model_attachment - a segment in the memory of a process
 * @link: by process and address
 * @of_object: the segment's
 * @of_process: the process's
 * @object: the segment
 * @process: whose memory; with @child, who forked the child
 * @child: it belongs to a child of @process, which has not shown itself yet: no record
 *	tells the number of a process when it is forked
 * @from: enum model_from
 * @how: enum model_how
 * @there: it was attached when somebody called IPC_RMID
 * @addr: where; 0: not known
 * @since_ns: since when; 0: not known
 * @until_ns: until when; 0: it is attached. Attachments that have ended are kept only
 *	with @there.
 */
struct model_attachment {
	struct hash_link link;
	TAILQ_ENTRY(model_attachment) of_object;
	TAILQ_ENTRY(model_attachment) of_process;
	struct model_object *object;
	struct model_process *process;
	bool child;
	u8 from;
	u8 how;
	bool there;
	u64 addr;
	u64 since_ns;
	u64 until_ns;
};

/**
 * struct model_hold - a process has taken more of a semaphore than it gave back
 * @link: by set, semaphore and process
 * @of_object: the set's
 * @of_process: the process's
 * @object: the set
 * @process: who
 * @sem_num: the semaphore
 * @taken: how much it took, less what it gave back; more than 0. For a semaphore that
 *	is taken when it is zero, how much it added
 * @undo: how much of that SEM_UNDO gives back when it ends; 0: nothing
 * @since_ns: when it took what it holds
 * @since: the call that took it
 */
struct model_hold {
	struct hash_link link;
	TAILQ_ENTRY(model_hold) of_object;
	TAILQ_ENTRY(model_hold) of_process;
	struct model_object *object;
	struct model_process *process;
	u16 sem_num;
	s32 taken;
	s32 undo;
	u64 since_ns;
	struct model_who since;
};

/**
 * struct model_sop - a semaphore operation
 * @sem_num: which semaphore
 * @sem_op: what is added
 * @sem_flg: SEM_UNDO, IPC_NOWAIT
 */
struct model_sop {
	u16 sem_num;
	s16 sem_op;
	u16 sem_flg;
};

#define MODEL_MAX_SOPS	8

/**
 * struct model_wait - a call that has not returned
 * @link: by thread
 * @of_object: the object's waits, the oldest first
 * @of_process: the process's
 * @object: what it waits at
 * @process: who
 * @tid: which thread
 * @call: enum ipctrace_call_id
 * @since_ns: when it began
 * @seen_ns: the last time that it was seen to wait
 * @msgtyp: for msgrcv: the type that it waits for
 * @nr_sops: number of operations that it wants done at once; may be more than
 *	MODEL_MAX_SOPS
 * @sops: the first of them
 */
struct model_wait {
	struct hash_link link;
	TAILQ_ENTRY(model_wait) of_object;
	TAILQ_ENTRY(model_wait) of_process;
	struct model_object *object;
	struct model_process *process;
	u32 tid;
	u8 call;
	u64 since_ns;
	u64 seen_ns;
	s64 msgtyp;
	u32 nr_sops;
	struct model_sop sops[MODEL_MAX_SOPS];
};

/* struct model_message.doubt: why what is said of it may be wrong */
#define MODEL_DOUBT_SENDER	0x01	/* calls overlapped: another may have sent it */
#define MODEL_DOUBT_RECEIVER	0x02	/* likewise: another may have received it */
#define MODEL_DOUBT_QUEUE	0x04	/* the queue may have held what nobody saw sent */
#define MODEL_DOUBT_HOLE	0x08	/* not everything was recorded meanwhile */

/**
 * struct model_message - a message, in a queue or received
 * @of_object: the queue's, the oldest first
 * @object: the queue
 * @mtype: its type
 * @bytes: without the type
 * @doubt: MODEL_DOUBT_*; MODEL_DOUBT_QUEUE of a message in a queue: it may be gone
 * @cut: the receiver wanted no more of it than @taken_bytes
 * @tgid: who sent it; 0: not known, and @sent_ns is not known either
 * @tid: by which thread
 * @comm: its name then
 * @sent_begin_ns: when msgsnd() was called
 * @sent_ns: when it returned
 * @by_tgid: who received it; 0: nobody has
 * @by_tid: by which thread
 * @by_comm: its name then
 * @taken_bytes: how much of it
 * @taken_begin_ns: when msgrcv() was called
 * @taken_ns: when it returned
 * @holes: number of holes that there were when it was received
 */
struct model_message {
	TAILQ_ENTRY(model_message) of_object;
	struct model_object *object;
	s64 mtype;
	u32 bytes;
	u8 doubt;
	bool cut;
	u32 tgid;
	u32 tid;
	char comm[17];
	char by_comm[17];
	u64 sent_begin_ns;
	u64 sent_ns;
	u32 by_tgid;
	u32 by_tid;
	u32 taken_bytes;
	u64 taken_begin_ns;
	u64 taken_ns;
	u64 holes;
};

/**
 * struct model_types - message types
 * @from: the lowest
 * @to: the highest
 */
struct model_types {
	s64 from;
	s64 to;
};

#define MODEL_MAX_TYPES	16	/* ranges, of a queue */

/**
 * struct model_told - messages that were delivered
 * @sent_ns: when the last of them was sent
 * @taken_ns: when it was received
 */
struct model_told {
	u64 sent_ns;
	u64 taken_ns;
};

#define MODEL_NR_TOLD	4

/**
 * struct model_sem - a semaphore of a set
 * @known: @value is known, since the set was made, or SETVAL, or GETVAL, and nothing
 *	was missed from then to object.seen_ns
 * @value: its value
 * @signals: how often a process gave what it had not taken (not counting the one that
 *	made the set): then it is no lock, and whoever has taken holds nothing
 * @by_zero: somebody waited for it to be zero: it is taken by adding to it
 */
struct model_sem {
	bool known;
	bool by_zero;
	s32 value;
	u32 signals;
};

/**
 * struct model_party - who was last at one end of a queue
 * @tgid: process; 0: not recorded
 * @comm: its name then
 * @time_ns: when
 */
struct model_party {
	u32 tgid;
	char comm[17];
	u64 time_ns;
};

TAILQ_HEAD(model_uses, model_use);
TAILQ_HEAD(model_attachments, model_attachment);
TAILQ_HEAD(model_holds, model_hold);
TAILQ_HEAD(model_waits, model_wait);
TAILQ_HEAD(model_messages, model_message);

/* ---- Objects --------------------------------------------------------------- */

/**
 * enum model_state - is it still there?
 * @MODEL_THERE: yes
 * @MODEL_MARKED: a segment on which IPC_RMID was called: nobody can find it by its
 *	key any more, and it goes with the last detach
 * @MODEL_DESTROYED: it has ceased to exist, as a record says
 * @MODEL_GONE: it has gone, and nobody saw how and when: since @seen_ns
 */
enum model_state {
	MODEL_THERE,
	MODEL_MARKED,
	MODEL_DESTROYED,
	MODEL_GONE,
};

/**
 * struct model_stat - what the kernel counts, as IPC_STAT tells it
 * @from: enum model_from. MODEL_RECORDED: from the record of a program's own IPC_STAT
 * @time_ns: when it was asked
 * @cpid: segment: the process that made it; 0: not known
 * @lpid: segment: who attached or detached last; queue: who sent last
 * @lrpid: queue: who received last
 * @atime_s: last shmat, msgsnd, semop; since 1970; 0: never
 * @dtime_s: last shmdt, msgrcv
 * @ctime_s: made, or changed last
 * @nattch: attachments of a segment
 * @rss: bytes of it in memory
 * @swap: and in swap
 * @qnum: messages in a queue
 * @cbytes: bytes of them
 */
struct model_stat {
	u8 from;
	u64 time_ns;
	u32 cpid;
	u32 lpid;
	u32 lrpid;
	s64 atime_s;
	s64 dtime_s;
	s64 ctime_s;
	u64 nattch;
	u64 rss;
	u64 swap;
	u64 qnum;
	u64 cbytes;
};

/**
 * struct model_object - a queue, a set or a segment
 * @link: by namespace, family and id: only the latest with these
 * @by_key: by namespace, family and key, if it has one: likewise
 * @all: objects that are there, or those that have gone; the last heard of at the end
 * @serial: its number, never used again
 * @ipc_ns: its namespace; 0: not known
 * @family: IPCTRACE_MSG, IPCTRACE_SEM or IPCTRACE_SHM
 * @state: enum model_state
 * @id: its id
 * @key: key that it was made with, as far as is known; 0 is IPC_PRIVATE
 * @seq: sequence number
 * @perm_from: where the following are from
 * @uid: owner
 * @gid: its group
 * @cuid: creator
 * @cgid: its group
 * @mode: permissions, SHM_DEST, SHM_LOCKED
 * @size_from: where the size is from
 * @size: segment: bytes; set: semaphores; queue: msg_qbytes
 * @first_ns: the first time that a record, or the kernel, showed it
 * @seen_ns: the last time
 * @made: who made it: known only from a call that is marked as having made it, or
 *	from the kernel, which knows the process only for segments
 * @changed: IPC_SET, SETVAL, SETALL, SHM_LOCK, SHM_UNLOCK: the last
 * @used: who worked on it last: msgsnd, msgrcv, semop, semtimedop, shmat, shmdt; not
 *	who only looked, like ipcs
 * @rmid: who called IPC_RMID
 * @destroyed: the process in which it ceased to exist, which need not be the one that
 *	wanted it
 * @destroyed_in_call: @destroyed was inside the call that @rmid names
 * @destroyed_by_detach: it went with a detach, named by @destroyed, or with shmdt()
 * @destroyed_marked: it was marked by IPC_RMID when it went
 * @calls: finished calls that named it
 * @errors: of these, failed ones
 * @events: what happened to it without a call
 * @sent: bytes sent
 * @received: bytes received
 * @nr_sent: messages sent
 * @nr_received: messages received
 * @sender: who sent last
 * @receiver: who received last
 * @detached_tid: who last detached it other than by shmdt()
 * @detached_ns: and when
 * @hole_ns: since then something about it is not known: a call on it was not watched,
 *	or the model has forgotten what it had no room for; 0: everything is known
 * @asked_ns: when the kernel was asked and had it; 0: never
 * @holes: number of holes that there were when it was last heard of
 * @stat: what the kernel counts
 * @nr_uses: number of @uses
 * @uses_folded: number of processes that used it and are not in @uses any more
 * @uses: who used it
 * @nr_attached: attachments now
 * @attachments: those, and those that were there at IPC_RMID
 * @nr_sems: number of @sems of a set, as far as is known, at most MODEL_MAX_SEMS
 * @sems: its semaphores, or NULL
 * @nr_holds: number of @holds
 * @holds: who holds semaphores
 * @nr_waits: number of @waits
 * @waits: who waits
 * @queue_known: all messages in the queue are in @messages: it was seen to be made,
 *	or to be empty, and nothing was missed from then to @seen_ns
 * @known_ns: since when that is so, or the last of @types was; 0: since it was made
 * @nr_types: number of @types
 * @types: without @queue_known, the types of which all messages are in @messages; NULL:
 *	none
 * @nr_messages: number of @messages
 * @queued: bytes in these
 * @messages: what was sent and not received
 * @early: messages that were received before the record of their sender came
 * @nr_early: number of @early
 * @taken: what was received lately; later records may show that it was otherwise
 * @nr_taken: number of @taken
 * @told: for messages that have left @taken, by type: when the last was sent and
 *	received
 * @late: how many messages came that, as far as times tell, might be one of those
 * @longest_send_ns: the longest time that a msgsnd() took
 */
struct model_object {
	struct hash_link link;
	struct hash_link by_key;
	TAILQ_ENTRY(model_object) all;
	u64 serial;
	u32 ipc_ns;
	u8 family;
	u8 state;
	s32 id;
	s32 key;
	u16 seq;
	u8 perm_from;
	u8 size_from;
	u32 uid;
	u32 gid;
	u32 cuid;
	u32 cgid;
	u16 mode;
	u64 size;
	u64 first_ns;
	u64 seen_ns;
	struct model_who made;
	struct model_who changed;
	struct model_who used;
	struct model_who rmid;
	struct model_who destroyed;
	bool destroyed_in_call;
	bool destroyed_by_detach;
	bool destroyed_marked;
	u64 calls;
	u64 errors;
	u64 events;
	u64 sent;
	u64 received;
	u64 nr_sent;
	u64 nr_received;
	struct model_party sender;
	struct model_party receiver;
	u32 detached_tid;
	u64 detached_ns;
	u64 hole_ns;
	u64 asked_ns;
	u64 holes;
	struct model_stat stat;
	u32 nr_uses;
	u32 uses_folded;
	struct model_uses uses;
	u32 nr_attached;
	struct model_attachments attachments;
	u32 nr_sems;
	struct model_sem *sems;
	u32 nr_holds;
	struct model_holds holds;
	u32 nr_waits;
	struct model_waits waits;
	bool queue_known;
	u64 known_ns;
	u32 nr_types;
	struct model_types *types;
	u32 nr_messages;
	u64 queued;
	struct model_messages messages;
	u32 nr_early;
	struct model_messages early;
	u32 nr_taken;
	struct model_messages taken;
	struct model_told told[MODEL_NR_TOLD];
	u64 late;
	u64 longest_send_ns;
};

static inline bool model_has_gone(const struct model_object *object)
{
	return object->state == MODEL_DESTROYED || object->state == MODEL_GONE;
}

#define MODEL_MAX_SEMS	1024

/* A semaphore of a set; NULL: nobody was seen to do anything with it */
static inline const struct model_sem *model_sem(const struct model_object *object,
						u32 num)
{
	return num < object->nr_sems ? &object->sems[num] : NULL;
}

/* Do other processes give than take? Then it is no lock, and nobody holds it. */
static inline bool model_is_signal(const struct model_object *object, u32 num)
{
	const struct model_sem *sem = model_sem(object, num);

	return sem && sem->signals;
}

TAILQ_HEAD(model_objects, model_object);

/* ---- Processes --------------------------------------------------------------- */

/**
 * enum model_life - is a process alive?
 * @MODEL_LIFE_UNKNOWN: nobody asked
 * @MODEL_ALIVE: yes
 * @MODEL_DEAD: it has ended
 */
enum model_life {
	MODEL_LIFE_UNKNOWN,
	MODEL_ALIVE,
	MODEL_DEAD,
};

/**
 * struct model_process - a process, while it has its number
 * @link: by number: only the latest that had it
 * @all: all processes, the last heard of at the end; some may have had the same number
 * @serial: its number here, never used again
 * @life: enum model_life
 * @life_from: where that is from
 * @last: as it was last, from a record or from /proc
 * @origin: which program, started by whom, as last recorded; or NULL
 * @first_ns: when it was first heard of
 * @start_ns: when it began, CLOCK_BOOTTIME, from a record, or, to a hundredth of a
 *	second, from the kernel; 0: not known
 * @asked_ns: when the kernel was asked and had it; 0: never
 * @ppid: its parent when it was first heard of, which may have died since
 * @calls: finished calls
 * @errors: of these, failed ones
 * @uses: of objects
 * @attachments: segments in its memory
 * @holds: semaphores that it holds
 * @waits: calls that have not returned
 */
struct model_process {
	struct hash_link link;
	TAILQ_ENTRY(model_process) all;
	u64 serial;
	u8 life;
	u8 life_from;
	struct model_who last;
	struct model_origin *origin;
	u64 first_ns;
	u64 start_ns;
	u64 asked_ns;
	u32 ppid;
	u64 calls;
	u64 errors;
	struct model_uses uses;
	struct model_attachments attachments;
	struct model_holds holds;
	struct model_waits waits;
};

TAILQ_HEAD(model_processes, model_process);

/* An attachment ends with its process, whether that was seen or not. */
static inline bool model_is_attached(const struct model_attachment *attachment)
{
	return !attachment->until_ns &&
	       (attachment->child || attachment->process->life != MODEL_DEAD);
}

static inline u32 model_nr_attached(const struct model_object *object)
{
	const struct model_attachment *attachment;
	u32 nr = 0;

	TAILQ_FOREACH(attachment, &object->attachments, of_object)
		nr += model_is_attached(attachment);
	return nr;
}

/* ---- What was not seen ------------------------------------------------------- */

/**
 * enum model_hole_cause - why not everything was recorded
 * @MODEL_HOLE_LOAD: the module was not there; and so on as enum ipctrace_gap_cause
 * @MODEL_HOLE_PAUSE: paused
 * @MODEL_HOLE_FTRACE: ftrace was off
 * @MODEL_HOLE_KPROBES: kprobes were off
 * @MODEL_HOLE_FILTER: a filter turned down what it did not want
 * @MODEL_HOLE_BEFORE: there are no records of that time
 * @MODEL_HOLE_LOST: records were overwritten before they were read
 * @MODEL_HOLE_MISSED: a call could not be watched
 * @MODEL_HOLE_CHOSEN: only a part was written to the capture, as its writer wanted
 * @MODEL_HOLE_DAMAGED: a part of the capture cannot be read, or it was cut off
 * @MODEL_HOLE_FOLDED: the model has forgotten something, having too much to remember
 */
enum model_hole_cause {
	MODEL_HOLE_LOAD = IPCTRACE_GAP_LOAD,
	MODEL_HOLE_PAUSE = IPCTRACE_GAP_PAUSE,
	MODEL_HOLE_FTRACE = IPCTRACE_GAP_FTRACE,
	MODEL_HOLE_KPROBES = IPCTRACE_GAP_KPROBES,
	MODEL_HOLE_FILTER = IPCTRACE_GAP_FILTER,
	MODEL_HOLE_BEFORE = 16,
	MODEL_HOLE_LOST,
	MODEL_HOLE_MISSED,
	MODEL_HOLE_CHOSEN,
	MODEL_HOLE_DAMAGED,
	MODEL_HOLE_FOLDED,
};

/**
 * struct model_hole - a time in which not everything was recorded
 * @cause: enum model_hole_cause
 * @begin_ns: since when; 0: always
 * @end_ns: until when; ~0: it goes on
 * @count: how many records were lost; else 0
 * @by: who did it, for a pause or a filter
 */
struct model_hole {
	u8 cause;
	u64 begin_ns;
	u64 end_ns;
	u64 count;
	struct model_who by;
};

/* How many of each a model remembers; see "The model" in docs/architecture.md */
#define MODEL_MAX_OBJECTS	131072	/* that are there */
#define MODEL_MAX_GONE		32768	/* and that have gone */
#define MODEL_MAX_PROCESSES	65536
#define MODEL_MAX_NODES		524288	/* uses, attachments, holds, waits */
#define MODEL_MAX_MESSAGES	524288
#define MODEL_MAX_USES		64	/* of one object */
#define MODEL_MAX_HOLES		4096
#define MODEL_MAX_ORIGINS	65536

/**
 * struct model_sums - what a model has gone through, and forgotten
 * @records: fed to it
 * @first_ns: time of the earliest record; 0: there was none
 * @last_ns: of the latest
 * @lost: records lost, as reported
 * @missed: calls that could not be watched
 * @objects: objects that are there
 * @gone: objects that have gone, as far as it remembers them
 * @processes: likewise
 * @folded_removed: objects that had gone, and are forgotten
 * @folded_there: objects that were there, and are forgotten
 * @folded_processes: processes that are forgotten
 * @short_of_memory: something is not in the model for lack of memory
 * @nodes: uses, attachments, holds and waits
 * @messages: messages in queues, and those received lately
 * @bytes: memory that it takes, without the tables
 */
struct model_sums {
	u64 records;
	u64 first_ns;
	u64 last_ns;
	u64 lost;
	u64 missed;
	u64 objects;
	u64 gone;
	u64 processes;
	u64 folded_removed;
	u64 folded_there;
	u64 folded_processes;
	bool short_of_memory;
	u64 nodes;
	u64 messages;
	u64 bytes;
};

/* ---- What happens -------------------------------------------------------------- */

/**
 * enum model_event_kind - what happened
 * @MODEL_MADE: a *get() call made an object
 * @MODEL_FOUND: a *get() call found one
 * @MODEL_ATTACHED: shmat(), or a fork
 * @MODEL_DETACHED: shmdt(), or exit, exec, munmap
 * @MODEL_USED: any other call that worked
 * @MODEL_FAILED: a call on an object that failed
 * @MODEL_CHANGED: IPC_SET, SETVAL, SETALL, SHM_LOCK, SHM_UNLOCK
 * @MODEL_REMOVED: IPC_RMID
 * @MODEL_ENDED: it ceased to exist
 * @MODEL_UNDONE: SEM_UNDO gave back
 * @MODEL_WAITS: a call that has been in flight for a while
 * @MODEL_SENT: a message was put into a queue
 * @MODEL_RECEIVED: one was taken out of it
 * @MODEL_DELIVERED: all there is to know of a received message is known; comes sooner
 *	or later for each of them
 * @MODEL_VANISHED: it has gone, and nobody saw how
 * @MODEL_NOT_SEEN: a hole begins, or ends
 */
enum model_event_kind {
	MODEL_MADE,
	MODEL_FOUND,
	MODEL_ATTACHED,
	MODEL_DETACHED,
	MODEL_USED,
	MODEL_FAILED,
	MODEL_CHANGED,
	MODEL_REMOVED,
	MODEL_ENDED,
	MODEL_UNDONE,
	MODEL_WAITS,
	MODEL_SENT,
	MODEL_RECEIVED,
	MODEL_DELIVERED,
	MODEL_VANISHED,
	MODEL_NOT_SEEN,
};

/**
 * struct model_event - something that happened, when the model has taken it in
 * @kind: enum model_event_kind
 * @record: its record; NULL for MODEL_DELIVERED, and for MODEL_VANISHED where the
 *	kernel was asked
 * @object: the object; NULL for MODEL_NOT_SEEN, and where it is not known
 * @process: the process; NULL for MODEL_DELIVERED, MODEL_VANISHED and MODEL_NOT_SEEN
 * @message: MODEL_SENT: the message, in its queue; NULL: somebody has received it
 *	already. MODEL_RECEIVED: which, as far as is known by then; NULL: its sender is
 *	not known yet. MODEL_DELIVERED: which, and who sent it, if that is known
 * @hole: MODEL_NOT_SEEN: the hole
 */
struct model_event {
	u8 kind;
	const struct ipctrace_call *record;
	const struct model_object *object;
	const struct model_process *process;
	const struct model_message *message;
	const struct model_hole *hole;
};

typedef void (*model_listener_t)(void *context, const struct model_event *event);

#endif /* _IPCTRACE_MODEL_TYPES_H */
