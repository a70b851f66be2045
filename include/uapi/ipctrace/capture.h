/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Captures: files of records, for another time or another machine.
 *
 * A capture is struct ipctrace_capture, then records as in ipctrace.h one after
 * the other, then struct ipctrace_capture_end. Between the records are some that
 * only captures have; a reader steps over types that it does not know, by the
 * length.
 *
 * Records of one CPU are in order of time. Those of all are brought into order
 * by readers: IPCTRACE_CAPTURE_SETTLED says now and then up to which time they
 * are complete.
 *
 * All numbers are little-endian. Everything begins at a multiple of 8 bytes.
 */
#ifndef _UAPI_IPCTRACE_CAPTURE_H
#define _UAPI_IPCTRACE_CAPTURE_H

#include <linux/types.h>

#include "ipctrace.h"

/* Not text, and damaged by whatever takes it for text */
#define IPCTRACE_CAPTURE_MAGIC	"\x89ipctrc\n"

/*
 * Version of the file: struct ipctrace_capture and the types below. Bump it
 * when a reader built before could misread any of them. What records mean is
 * the schema's to say.
 */
#define IPCTRACE_CAPTURE_VERSION	2

/* Bytes before the first record, at most */
#define IPCTRACE_CAPTURE_HEADER_MAX_BYTES	65536

/**
 * struct ipctrace_capture - start of a capture
 * @magic: IPCTRACE_CAPTURE_MAGIC, without the NUL
 * @version: IPCTRACE_CAPTURE_VERSION of the writer
 * @header_bytes: where the first record is: a multiple of 8, at least the size
 *	of this struct. Readers step over what they do not know.
 * @transport: IPCTRACE_TRANSPORT of the records
 * @schema: IPCTRACE_SCHEMA of the records
 * @nr_cpus: rings that the records come from
 * @reserved: zero
 * @start_ns: CLOCK_MONOTONIC when the capture began; it may hold records that
 *	are older
 * @start_real_ns: CLOCK_REALTIME at the same moment, since 1970
 * @release: kernel that made the records, as uname -r prints it, NUL-padded
 */
struct ipctrace_capture {
	__u8 magic[8];
	__u32 version;
	__u32 header_bytes;
	__u32 transport;
	__u32 schema;
	__u32 nr_cpus;
	__u32 reserved;
	__aligned_u64 start_ns;
	__aligned_u64 start_real_ns;
	__u8 release[64];
};

/**
 * enum ipctrace_capture_type - records that only captures have
 * @IPCTRACE_CAPTURE_CGROUP: name of a cgroup, struct ipctrace_capture_cgroup
 * @IPCTRACE_CAPTURE_END: the last record, struct ipctrace_capture_end. Without
 *	it the capture is not whole: still being written, or cut off.
 * @IPCTRACE_CAPTURE_SETTLED: all records up to a time are before this one,
 *	struct ipctrace_header with len, type, and the time as time_ns,
 *	CLOCK_MONOTONIC
 *
 * Values of struct ipctrace_header.type that enum ipctrace_type will not have.
 */
enum ipctrace_capture_type {
	IPCTRACE_CAPTURE_CGROUP = 0x80,
	IPCTRACE_CAPTURE_END,
	IPCTRACE_CAPTURE_SETTLED,
};

/* Room for the longest path */
#define IPCTRACE_CAPTURE_PATH_BYTES	4096

/*
 * struct ipctrace_header.flags of IPCTRACE_CAPTURE_CGROUP: a container runtime made
 * it, or what it is in: the recorder saw that nobody but root can have made the
 * directories of the path down to the container's. Captures written before there was the flag name
 * no containers.
 */
#define IPCTRACE_CAPTURE_F_CONTAINER	0x01

/**
 * struct ipctrace_capture_cgroup - name of a cgroup
 * @header: only len, type and flags are set
 * @id: struct ipctrace_call.cgroup of the records that it is for; it comes
 *	before the IPCTRACE_CAPTURE_SETTLED of the first of them
 *
 * Its path follows, NUL-padded to a multiple of 8, at least one NUL and at most
 * IPCTRACE_CAPTURE_PATH_BYTES of it. May come more than once; the first counts.
 */
struct ipctrace_capture_cgroup {
	struct ipctrace_header header;
	__aligned_u64 id;
};

/**
 * struct ipctrace_capture_end - the end of a capture
 * @header: len, type, and as time_ns CLOCK_MONOTONIC when the capture ended
 * @records: number of records before this one, of all types
 */
struct ipctrace_capture_end {
	struct ipctrace_header header;
	__aligned_u64 records;
};

#endif /* _UAPI_IPCTRACE_CAPTURE_H */
