/* SPDX-License-Identifier: GPL-2.0 */
/* The metrics of ipctrace metrics: the one list of them. */
#ifndef _IPCTRACE_METRICS_TABLE_H
#define _IPCTRACE_METRICS_TABLE_H

/**
 * enum metrics_dim - what the series of a metric differ in
 * @METRICS_NONE: there is one series
 * @METRICS_CALL: label call
 * @METRICS_WAITING: the same, of calls that may block
 * @METRICS_ERRNO: label errno: some of them, and other
 * @METRICS_KIND: label kind: msg, sem, shm
 * @METRICS_NS: label ipc_ns: some of them, and other
 * @METRICS_LIMIT: label limit
 * @METRICS_CAUSE: label cause, of a gap
 * @METRICS_OBJECT: labels kind, ipc_ns and object: some of them, and other
 * @METRICS_VERSION: label version
 */
enum metrics_dim {
	METRICS_NONE,
	METRICS_CALL,
	METRICS_WAITING,
	METRICS_ERRNO,
	METRICS_KIND,
	METRICS_NS,
	METRICS_LIMIT,
	METRICS_CAUSE,
	METRICS_OBJECT,
	METRICS_VERSION,
	NR_METRICS_DIMS,
};

enum metrics_type {
	METRICS_COUNTER,
	METRICS_GAUGE,
	METRICS_HISTOGRAM,
};

/*
 * METRIC(ID, TYPE, NAME, UNIT, DIM, DIM, HELP): NAME has the unit, where there is one,
 * and lacks the _total of a counter. Another family is one more row, and a line that
 * sets its values (metrics_values.c).
 */
#define METRICS(METRIC)								\
	METRIC(CALLS, COUNTER, "ipctrace_calls", NULL, CALL, NONE,		\
	       "Calls that have ended, as the recorder counts them")		\
	METRIC(FAILED, COUNTER, "ipctrace_failed_calls", NULL, CALL, NONE,	\
	       "Calls that have failed, as the recorder counts them")		\
	METRIC(MISSED, COUNTER, "ipctrace_missed_calls", NULL, CALL, NONE,	\
	       "Calls that the recorder could not watch")			\
	METRIC(ERRORS, COUNTER, "ipctrace_errors", NULL, CALL, ERRNO,		\
	       "Calls that have failed, by error, of the records that were read") \
	METRIC(DURATION, HISTOGRAM, "ipctrace_call_duration_seconds", "seconds", \
	       CALL, NONE,							\
	       "How long calls took, of the records that were read")		\
	METRIC(BLOCKED, GAUGE, "ipctrace_blocked_calls", NULL, WAITING, NONE,	\
	       "Calls that have not returned for 5 ms or longer")		\
	METRIC(LONGEST, GAUGE, "ipctrace_longest_blocked_call_seconds",	\
	       "seconds", WAITING, NONE,					\
	       "How long the longest of these has been in progress")		\
	METRIC(OBJECTS, GAUGE, "ipctrace_objects", NULL, KIND, NS,		\
	       "Queues, sets and segments that there are")			\
	METRIC(BYTES, GAUGE, "ipctrace_object_bytes", "bytes", KIND, NS,	\
	       "Bytes in queues, and sizes of segments")			\
	METRIC(SEMAPHORES, GAUGE, "ipctrace_semaphores", NULL, NS, NONE,	\
	       "Semaphores in all sets")					\
	METRIC(USED, GAUGE, "ipctrace_limit_used", NULL, LIMIT, NS,		\
	       "How much of a limit is used; of other: where most of it is")	\
	METRIC(LIMIT, GAUGE, "ipctrace_limit", NULL, LIMIT, NS,		\
	       "The limit, in the same unit; 0: not known")			\
	METRIC(LOST, COUNTER, "ipctrace_lost_records", NULL, NONE, NONE,	\
	       "Records that were overwritten before they were read here")	\
	METRIC(SPARED, COUNTER, "ipctrace_spared_records", NULL, NONE, NONE,	\
	       "Records that were counted, and not looked at for objects and blocked calls") \
	METRIC(GAPS, COUNTER, "ipctrace_gaps", NULL, CAUSE, NONE,		\
	       "Times in which not everything is recorded that have begun")	\
	METRIC(GAP_OPEN, GAUGE, "ipctrace_gap_open", NULL, CAUSE, NONE,	\
	       "1: not everything is recorded now")				\
	METRIC(WRITTEN, COUNTER, "ipctrace_recorder_records", NULL, NONE, NONE, \
	       "Records that the recorder has written")				\
	METRIC(READ, COUNTER, "ipctrace_exporter_records", NULL, NONE, NONE,	\
	       "Records that were read here")					\
	METRIC(READ_BYTES, COUNTER, "ipctrace_exporter_read_bytes", "bytes",	\
	       NONE, NONE, "Their bytes")					\
	METRIC(CPU, COUNTER, "ipctrace_exporter_cpu_seconds", "seconds",	\
	       NONE, NONE, "What this process has used of the processors")	\
	METRIC(MEMORY, GAUGE, "ipctrace_exporter_resident_memory_bytes",	\
	       "bytes", NONE, NONE, "What this process has of the memory")	\
	METRIC(UPDATED, GAUGE, "ipctrace_updated_timestamp_seconds", "seconds",	\
	       NONE, NONE, "When these values were true, since 1970")		\
	METRIC(BUILD, GAUGE, "ipctrace_build_info", NULL, VERSION, NONE,	\
	       "1; the version of this program")				\
	METRIC(OBJECT_CALLS, COUNTER, "ipctrace_object_calls", NULL, OBJECT,	\
	       NONE, "With --per-object: calls on an object")			\
	METRIC(OBJECT_ERRORS, COUNTER, "ipctrace_object_errors", NULL, OBJECT,	\
	       NONE, "With --per-object: those that failed")			\
	METRIC(OBJECT_MOVED, COUNTER, "ipctrace_object_message_bytes", "bytes",	\
	       OBJECT, NONE, "With --per-object: bytes sent and received")

#define METRIC_ID(id, type, name, unit, first, second, help) METRIC_##id,
enum metric_id {
	METRICS(METRIC_ID)
	NR_METRICS
};
#undef METRIC_ID

/**
 * struct metric - a family of series
 * @type: enum metrics_type
 * @name: without _total
 * @unit: in the name, too; NULL: it counts things
 * @dims: what its series differ in
 * @help: what it is
 */
struct metric {
	enum metrics_type type;
	const char *name;
	const char *unit;
	enum metrics_dim dims[2];
	const char *help;
};

extern const struct metric metrics_table[NR_METRICS];
extern const char *const metrics_labels[NR_METRICS_DIMS];

#endif /* _IPCTRACE_METRICS_TABLE_H */
