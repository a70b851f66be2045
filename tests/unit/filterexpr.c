// SPDX-License-Identifier: GPL-2.0
/* The reader's filter: names to calls, and what passes. */
#include <unistd.h>

#include "filterexpr.h"
#include "kselftest_harness.h"

#define CALL(name) (1ULL << IPCTRACE_CALL_##name)

static u64 calls(const char *names)
{
	struct filter filter = { };

	return filter_add_calls(&filter, names) ? filter.calls : 0;
}

TEST(names)
{
	EXPECT_EQ(CALL(msgget), calls("msgget"));
	EXPECT_EQ(CALL(shmctl), calls("shmctl"));
	EXPECT_EQ(CALL(shmat) | CALL(shmdt), calls("shmat,shmdt"));
	EXPECT_EQ(CALL(shmat), calls("shmat,shmat"));
}

TEST(classes)
{
	EXPECT_EQ(CALL(msgget) | CALL(msgsnd) | CALL(msgrcv) | CALL(msgctl),
		  calls("msg"));
	EXPECT_EQ(CALL(semget) | CALL(semop) | CALL(semtimedop) | CALL(semctl),
		  calls("sem"));
	EXPECT_EQ(CALL(shmget) | CALL(shmat) | CALL(shmdt) | CALL(shmctl),
		  calls("shm"));
	EXPECT_EQ(0xfffULL, calls("msg,sem,shm"));
}

TEST(semop_is_semtimedop_too)
{
	EXPECT_EQ(CALL(semop) | CALL(semtimedop), calls("semop"));
	EXPECT_EQ(CALL(semtimedop), calls("semtimedop"));
}

TEST(wrong_names)
{
	static const char wrong[][16] = {
		"", ",", "msgget,", ",msgget", "msgge", "msggett", "MSGGET",
		"msgget shmat", "ms", "m", "0", "all",
	};
	size_t i;

	close(STDERR_FILENO);	/* where the messages go */
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_EQ(0, calls(wrong[i])) TH_LOG("'%s'", wrong[i]);
}

TEST(match)
{
	struct ipctrace_call call = {
		.header.len = sizeof(call),
		.header.type = IPCTRACE_TYPE_CALL,
		.header.call = IPCTRACE_CALL_msgsnd,
		.tgid = 100,
		.tid = 101,
	};
	struct filter all = { };
	struct filter process = { .pid = 100 };
	struct filter thread = { .pid = 101 };
	struct filter sent = { .calls = CALL(msgsnd) };
	struct filter received = { .calls = CALL(msgrcv) };
	struct filter both = { .pid = 101, .calls = CALL(msgsnd) };

	EXPECT_TRUE(filter_matches(&all, &call.header));
	EXPECT_TRUE(filter_matches(&process, &call.header));
	EXPECT_FALSE(filter_matches(&thread, &call.header));
	EXPECT_TRUE(filter_matches(&sent, &call.header));
	EXPECT_FALSE(filter_matches(&received, &call.header));
	EXPECT_FALSE(filter_matches(&both, &call.header));

	call.header.type = IPCTRACE_TYPE_MISSED;
	EXPECT_TRUE(filter_matches(&process, &call.header));
	EXPECT_FALSE(filter_matches(&received, &call.header));

	/* A call without a name passes only when no call was asked for. */
	call.header.call = 200;
	EXPECT_TRUE(filter_matches(&all, &call.header));
	EXPECT_FALSE(filter_matches(&sent, &call.header));
	call.header.call = 64 + IPCTRACE_CALL_msgsnd;
	EXPECT_FALSE(filter_matches(&sent, &call.header));
}

TEST(lost_always_matches)
{
	struct ipctrace_lost lost = {
		.header.len = sizeof(lost),
		.header.type = IPCTRACE_TYPE_LOST,
	};
	struct filter narrow = { .pid = 1, .calls = CALL(shmdt) };

	EXPECT_TRUE(filter_matches(&narrow, &lost.header));
}

TEST(short_record)
{
	struct ipctrace_header header = {
		.len = sizeof(header),
		.type = IPCTRACE_TYPE_CALL,
	};
	struct filter all = { };

	EXPECT_FALSE(filter_matches(&all, &header));
}

TEST_HARNESS_MAIN
