// SPDX-License-Identifier: GPL-2.0
/* Names and texts of errors against the C library's. */
#include "kselftest_harness.h"
#include "shared/syscalls.h"

/* The errors of the manual pages of all calls. */
TEST(documented_errors_have_names)
{
	static const int documented[] = {
		E2BIG, EACCES, EAGAIN, EEXIST, EFAULT, EFBIG, EIDRM, EINTR,
		EINVAL, ENFILE, ENOENT, ENOMEM, ENOMSG, ENOSPC, ENOSYS, EPERM,
		ERANGE, EOVERFLOW,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(documented); i++)
		EXPECT_NE(NULL, ipct_errno_name(documented[i], NULL));
}

TEST(names_and_texts_are_the_libraries)
{
	const char *name, *text;
	int error, named = 0;

	for (error = -1; error < 512; error++) {
		text = NULL;
		name = ipct_errno_name(error, &text);
		if (!name)
			continue;
		named++;
		EXPECT_STREQ(strerrorname_np(error), name);
		EXPECT_STREQ(strerror(error), text);
	}
	EXPECT_LE(18, named);
	EXPECT_EQ(NULL, ipct_errno_name(0, NULL));
}

/* Above 511 the C library knows nothing; strace does. */
TEST(restarts)
{
	EXPECT_STREQ("ERESTARTSYS", ipct_errno_name(512, NULL));
	EXPECT_STREQ("ERESTARTNOINTR", ipct_errno_name(513, NULL));
	EXPECT_STREQ("ERESTARTNOHAND", ipct_errno_name(514, NULL));
	EXPECT_EQ(NULL, ipct_errno_name(515, NULL));
	EXPECT_STREQ("ERESTART_RESTARTBLOCK", ipct_errno_name(516, NULL));
	EXPECT_EQ(NULL, ipct_errno_name(4095, NULL));
}

TEST_HARNESS_MAIN
