// SPDX-License-Identifier: GPL-2.0
/*
 * The ABI as literal numbers: sizes, offsets, ids and ioctl numbers, the same
 * for 64-bit and 32-bit programs.
 */
#include <stddef.h>

#include "kselftest_harness.h"
#include <ipctrace/ipctrace.h>

#define EXPECT_SIZE(size, type) do {					\
	EXPECT_EQ(size, (int)sizeof(struct type));			\
	EXPECT_EQ(0, (int)sizeof(struct type) % 8);			\
} while (0)

#define EXPECT_AT(offset, type, member) \
	EXPECT_EQ(offset, (int)offsetof(struct type, member))

TEST(header)
{
	EXPECT_SIZE(16, ipctrace_header);
	EXPECT_AT(0, ipctrace_header, len);
	EXPECT_AT(2, ipctrace_header, type);
	EXPECT_AT(3, ipctrace_header, flags);
	EXPECT_AT(4, ipctrace_header, cpu);
	EXPECT_AT(6, ipctrace_header, call);
	EXPECT_AT(7, ipctrace_header, abi);
	EXPECT_AT(8, ipctrace_header, time_ns);
}

TEST(object)
{
	EXPECT_EQ(28, (int)sizeof(struct ipctrace_object));
	EXPECT_AT(0, ipctrace_object, id);
	EXPECT_AT(4, ipctrace_object, key);
	EXPECT_AT(8, ipctrace_object, uid);
	EXPECT_AT(12, ipctrace_object, gid);
	EXPECT_AT(16, ipctrace_object, cuid);
	EXPECT_AT(20, ipctrace_object, cgid);
	EXPECT_AT(24, ipctrace_object, mode);
	EXPECT_AT(26, ipctrace_object, seq);
}

TEST(call)
{
	EXPECT_SIZE(160, ipctrace_call);
	EXPECT_AT(0, ipctrace_call, header);
	EXPECT_AT(16, ipctrace_call, duration_ns);
	EXPECT_AT(24, ipctrace_call, ret);
	EXPECT_AT(32, ipctrace_call, args);
	EXPECT_AT(80, ipctrace_call, cgroup);
	EXPECT_AT(88, ipctrace_call, comm);
	EXPECT_AT(104, ipctrace_call, tid);
	EXPECT_AT(108, ipctrace_call, tgid);
	EXPECT_AT(112, ipctrace_call, uid);
	EXPECT_AT(116, ipctrace_call, gid);
	EXPECT_AT(120, ipctrace_call, ppid);
	EXPECT_AT(124, ipctrace_call, loginuid);
	EXPECT_AT(128, ipctrace_call, ipc_ns);
	EXPECT_AT(132, ipctrace_call, object);
	EXPECT_EQ(6, IPCTRACE_NR_ARGS);
}

TEST(part)
{
	EXPECT_SIZE(8, ipctrace_part);
	EXPECT_AT(0, ipctrace_part, type);
	EXPECT_AT(2, ipctrace_part, len);
	EXPECT_AT(4, ipctrace_part, reserved);
}

TEST(parts)
{
	EXPECT_SIZE(16, ipctrace_user);
	EXPECT_AT(8, ipctrace_user, arg);
	EXPECT_AT(9, ipctrace_user, flags);
	EXPECT_AT(10, ipctrace_user, bytes);
	EXPECT_AT(12, ipctrace_user, count);
	EXPECT_SIZE(32, ipctrace_segment);
	EXPECT_AT(8, ipctrace_segment, id);
	EXPECT_AT(12, ipctrace_segment, ipc_ns);
	EXPECT_AT(16, ipctrace_segment, size_bytes);
	EXPECT_AT(24, ipctrace_segment, addr);
	EXPECT_SIZE(56, ipctrace_set);
	EXPECT_AT(8, ipctrace_set, valid);
	EXPECT_AT(12, ipctrace_set, kernel_uid);
	EXPECT_AT(16, ipctrace_set, kernel_gid);
	EXPECT_AT(20, ipctrace_set, kernel_mode);
	EXPECT_AT(24, ipctrace_set, after_uid);
	EXPECT_AT(28, ipctrace_set, after_gid);
	EXPECT_AT(32, ipctrace_set, after_mode);
	EXPECT_AT(36, ipctrace_set, reserved);
	EXPECT_AT(40, ipctrace_set, before_qbytes);
	EXPECT_AT(48, ipctrace_set, after_qbytes);
	EXPECT_SIZE(24, ipctrace_pidns);
	EXPECT_AT(8, ipctrace_pidns, pid_ns);
	EXPECT_AT(12, ipctrace_pidns, pid);
	EXPECT_AT(16, ipctrace_pidns, tid);
	EXPECT_AT(20, ipctrace_pidns, reserved);
}

TEST(lost)
{
	EXPECT_SIZE(24, ipctrace_lost);
	EXPECT_AT(16, ipctrace_lost, count);
}

TEST(ring)
{
	EXPECT_SIZE(16, ipctrace_block);
	EXPECT_AT(0, ipctrace_block, pos);
	EXPECT_AT(8, ipctrace_block, seq);
	EXPECT_SIZE(16, ipctrace_ring_header);
	EXPECT_AT(0, ipctrace_ring_header, head);
	EXPECT_AT(8, ipctrace_ring_header, tail);
	EXPECT_SIZE(8, ipctrace_map_header);
	EXPECT_AT(0, ipctrace_map_header, settled_ns);
	EXPECT_EQ(4096, IPCTRACE_BLOCK_BYTES);
	EXPECT_EQ(4080, IPCTRACE_RECORD_MAX_BYTES);
}

TEST(hello)
{
	EXPECT_SIZE(72, ipctrace_hello);
	EXPECT_AT(0, ipctrace_hello, transport);
	EXPECT_AT(4, ipctrace_hello, schema);
	EXPECT_AT(8, ipctrace_hello, header_bytes);
	EXPECT_AT(12, ipctrace_hello, nr_rings);
	EXPECT_AT(16, ipctrace_hello, ring_bytes);
	EXPECT_AT(24, ipctrace_hello, ring_stride_bytes);
	EXPECT_AT(32, ipctrace_hello, map_bytes);
	EXPECT_AT(40, ipctrace_hello, version);
}

TEST(call_stats)
{
	EXPECT_SIZE(568, ipctrace_call_stats);
	EXPECT_AT(0, ipctrace_call_stats, call);
	EXPECT_AT(4, ipctrace_call_stats, reserved);
	EXPECT_AT(8, ipctrace_call_stats, calls);
	EXPECT_AT(16, ipctrace_call_stats, errors);
	EXPECT_AT(24, ipctrace_call_stats, missed);
	EXPECT_AT(32, ipctrace_call_stats, total_ns);
	EXPECT_AT(40, ipctrace_call_stats, min_ns);
	EXPECT_AT(48, ipctrace_call_stats, max_ns);
	EXPECT_AT(56, ipctrace_call_stats, buckets);
	EXPECT_EQ(64, IPCTRACE_NR_BUCKETS);
}

TEST(cpu_stats)
{
	EXPECT_SIZE(40, ipctrace_cpu_stats);
	EXPECT_AT(0, ipctrace_cpu_stats, cpu);
	EXPECT_AT(4, ipctrace_cpu_stats, reserved);
	EXPECT_AT(8, ipctrace_cpu_stats, written);
	EXPECT_AT(16, ipctrace_cpu_stats, overwritten);
	EXPECT_AT(24, ipctrace_cpu_stats, missed);
	EXPECT_AT(32, ipctrace_cpu_stats, rejected);
}

TEST(filter)
{
	EXPECT_SIZE(80, ipctrace_filter);
	EXPECT_AT(0, ipctrace_filter, text);
	EXPECT_AT(8, ipctrace_filter, bytes);
	EXPECT_AT(12, ipctrace_filter, position);
	EXPECT_AT(16, ipctrace_filter, message);
}

TEST(probe)
{
	EXPECT_SIZE(96, ipctrace_probe);
	EXPECT_AT(0, ipctrace_probe, index);
	EXPECT_AT(4, ipctrace_probe, call);
	EXPECT_AT(5, ipctrace_probe, abi);
	EXPECT_AT(6, ipctrace_probe, state);
	EXPECT_AT(7, ipctrace_probe, reserved);
	EXPECT_AT(12, ipctrace_probe, error);
	EXPECT_AT(16, ipctrace_probe, hits);
	EXPECT_AT(24, ipctrace_probe, missed);
	EXPECT_AT(32, ipctrace_probe, symbol);
}

TEST(state)
{
	EXPECT_SIZE(24, ipctrace_state);
	EXPECT_AT(0, ipctrace_state, recording);
	EXPECT_AT(4, ipctrace_state, readers);
	EXPECT_AT(8, ipctrace_state, max_blocked);
	EXPECT_AT(12, ipctrace_state, disarmed);
	EXPECT_AT(16, ipctrace_state, memory_bytes);
}

TEST(small_requests)
{
	EXPECT_SIZE(8, ipctrace_control);
	EXPECT_AT(0, ipctrace_control, op);
	EXPECT_AT(4, ipctrace_control, reserved);
	EXPECT_SIZE(8, ipctrace_consumed);
	EXPECT_AT(0, ipctrace_consumed, settled_ns);
	EXPECT_SIZE(24, ipctrace_start);
	EXPECT_AT(0, ipctrace_start, cpu);
	EXPECT_AT(4, ipctrace_start, reserved);
	EXPECT_AT(8, ipctrace_start, pos);
	EXPECT_AT(16, ipctrace_start, seq);
	EXPECT_SIZE(24, ipctrace_blocked);
	EXPECT_AT(0, ipctrace_blocked, cursor);
	EXPECT_AT(4, ipctrace_blocked, bytes);
	EXPECT_AT(8, ipctrace_blocked, reserved);
	EXPECT_AT(16, ipctrace_blocked, buffer);
	EXPECT_SIZE(16, ipctrace_type_stats);
	EXPECT_AT(0, ipctrace_type_stats, type);
	EXPECT_AT(4, ipctrace_type_stats, reserved);
	EXPECT_AT(8, ipctrace_type_stats, written);
}

/* 2 bits of direction, 14 of size, 8 of magic, 8 of number */
TEST(subscriptions)
{
	EXPECT_SIZE(96, ipctrace_subscribe);
	EXPECT_AT(0, ipctrace_subscribe, filter);
	EXPECT_AT(80, ipctrace_subscribe, mask);
	EXPECT_AT(84, ipctrace_subscribe, reserved);
	EXPECT_AT(88, ipctrace_subscribe, since_ns);
	EXPECT_SIZE(24, ipctrace_subscription);
	EXPECT_AT(0, ipctrace_subscription, mask);
	EXPECT_AT(4, ipctrace_subscription, processes);
	EXPECT_AT(8, ipctrace_subscription, refused);
	EXPECT_AT(12, ipctrace_subscription, pid_tests);
	EXPECT_AT(16, ipctrace_subscription, since_ns);
	EXPECT_SIZE(16, ipctrace_subscribed);
	EXPECT_AT(8, ipctrace_subscribed, mask);
	EXPECT_AT(12, ipctrace_subscribed, reserved);
	EXPECT_EQ(9, IPCTRACE_PART_SUBSCRIBED);
	EXPECT_EQ(0x40, IPCTRACE_TYPE_ASIDE);
}

TEST(ioctls)
{
	EXPECT_EQ(0xc048f900U, (unsigned int)IPCTRACE_IOC_HELLO);
	EXPECT_EQ(0xc238f901U, (unsigned int)IPCTRACE_IOC_CALL_STATS);
	EXPECT_EQ(0xc028f902U, (unsigned int)IPCTRACE_IOC_CPU_STATS);
	EXPECT_EQ(0xc060f903U, (unsigned int)IPCTRACE_IOC_PROBE);
	EXPECT_EQ(0x8018f904U, (unsigned int)IPCTRACE_IOC_STATE);
	EXPECT_EQ(0x4008f905U, (unsigned int)IPCTRACE_IOC_CONTROL);
	EXPECT_EQ(0x4008f906U, (unsigned int)IPCTRACE_IOC_CONSUMED);
	EXPECT_EQ(0xc018f907U, (unsigned int)IPCTRACE_IOC_START);
	EXPECT_EQ(0xc018f908U, (unsigned int)IPCTRACE_IOC_BLOCKED);
	EXPECT_EQ(0xc010f909U, (unsigned int)IPCTRACE_IOC_TYPE_STATS);
	EXPECT_EQ(0xc050f90aU, (unsigned int)IPCTRACE_IOC_SET_FILTER);
	EXPECT_EQ(0x4050f90bU, (unsigned int)IPCTRACE_IOC_GET_FILTER);
	EXPECT_EQ(0xc060f90dU, (unsigned int)IPCTRACE_IOC_SUBSCRIBE);
	EXPECT_EQ(0x8018f90eU, (unsigned int)IPCTRACE_IOC_SUBSCRIPTION);
}

TEST(numbers)
{
	int family;

	EXPECT_EQ(0, IPCTRACE_CALL_msgget);
	EXPECT_EQ(1, IPCTRACE_CALL_msgsnd);
	EXPECT_EQ(2, IPCTRACE_CALL_msgrcv);
	EXPECT_EQ(3, IPCTRACE_CALL_msgctl);
	EXPECT_EQ(4, IPCTRACE_CALL_semget);
	EXPECT_EQ(5, IPCTRACE_CALL_semop);
	EXPECT_EQ(6, IPCTRACE_CALL_semtimedop);
	EXPECT_EQ(7, IPCTRACE_CALL_semctl);
	EXPECT_EQ(8, IPCTRACE_CALL_shmget);
	EXPECT_EQ(9, IPCTRACE_CALL_shmat);
	EXPECT_EQ(10, IPCTRACE_CALL_shmdt);
	EXPECT_EQ(11, IPCTRACE_CALL_shmctl);
	EXPECT_EQ(12, IPCTRACE_CALL_ipc);
	EXPECT_EQ(0xff, IPCTRACE_CALL_NONE);
	EXPECT_EQ(0, IPCTRACE_TYPE_PAD);
	EXPECT_EQ(1, IPCTRACE_TYPE_CALL);
	EXPECT_EQ(2, IPCTRACE_TYPE_MISSED);
	EXPECT_EQ(3, IPCTRACE_TYPE_LOST);
	EXPECT_EQ(4, IPCTRACE_TYPE_ENTER);
	EXPECT_EQ(5, IPCTRACE_TYPE_UNDO);
	EXPECT_EQ(6, IPCTRACE_TYPE_ATTACH);
	EXPECT_EQ(7, IPCTRACE_TYPE_DETACH);
	EXPECT_EQ(8, IPCTRACE_TYPE_DESTROY);
	EXPECT_EQ(9, IPCTRACE_TYPE_DIED);
	EXPECT_EQ(10, IPCTRACE_TYPE_GAP);
	EXPECT_EQ(1, IPCTRACE_PART_USER);
	EXPECT_EQ(2, IPCTRACE_PART_SEGMENT);
	EXPECT_EQ(3, IPCTRACE_PART_SET);
	EXPECT_EQ(4, IPCTRACE_PART_UNDO);
	EXPECT_EQ(5, IPCTRACE_PART_PIDNS);
	EXPECT_EQ(6, IPCTRACE_PART_CRED);
	EXPECT_EQ(7, IPCTRACE_PART_GAP);
	EXPECT_EQ(8, IPCTRACE_PART_ORIGIN);
	EXPECT_EQ(1, IPCTRACE_F_OBJECT);
	EXPECT_EQ(2, IPCTRACE_F_IPC);
	EXPECT_EQ(4, IPCTRACE_F_CREATED);
	EXPECT_EQ(8, IPCTRACE_F_FOUND);
	EXPECT_EQ(0x00, IPCTRACE_F_FAMILY(0));
	EXPECT_EQ(0x40, IPCTRACE_F_FAMILY(1));
	EXPECT_EQ(0xc0, IPCTRACE_F_FAMILY(3));
	EXPECT_EQ(0x10, IPCTRACE_F_FAMILY(4));
	for (family = 0; family < IPCTRACE_NR_FAMILIES; family++) {
		EXPECT_EQ(0, IPCTRACE_F_FAMILY(family) & 0x0f);
		EXPECT_EQ(family, IPCTRACE_FAMILY_OF(IPCTRACE_F_FAMILY(family) |
						     0x0f));
	}
	EXPECT_EQ(0, IPCTRACE_ABI_X86_64);
	EXPECT_EQ(1, IPCTRACE_ABI_I386);
	EXPECT_EQ(2, IPCTRACE_ABI_X32);
	EXPECT_EQ(3, IPCTRACE_ABI_ARM64);
	EXPECT_EQ(4, IPCTRACE_ABI_ARM);
	EXPECT_EQ(0, IPCTRACE_MSG);
	EXPECT_EQ(1, IPCTRACE_SEM);
	EXPECT_EQ(2, IPCTRACE_SHM);
	EXPECT_EQ(3, IPCTRACE_ANY);
	EXPECT_EQ(0, IPCTRACE_PROBE_ABSENT);
	EXPECT_EQ(1, IPCTRACE_PROBE_REFUSED);
	EXPECT_EQ(2, IPCTRACE_PROBE_ATTACHED);
	EXPECT_EQ(3, IPCTRACE_PROBE_SILENT);
	EXPECT_EQ(0, IPCTRACE_CONTROL_PAUSE);
	EXPECT_EQ(1, IPCTRACE_CONTROL_RESUME);
	EXPECT_EQ(2, IPCTRACE_CONTROL_CLEAR);
}

TEST_HARNESS_MAIN
