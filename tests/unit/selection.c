// SPDX-License-Identifier: GPL-2.0
/* Options to a question: names to calls, and what passes. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask/ask.h"
#include "names/cgroups.h"
#include "select/selection.h"
#include "select/wanted.h"
#include "kselftest_harness.h"

#define CALL(name) (1ULL << IPCTRACE_CALL_##name)

static struct cgroups *named;

/* As a question, which is what becomes of it */
static bool matches(const struct selection *selection,
		    const struct ipctrace_header *record)
{
	struct ask *ask = selection_ask(selection, named);
	bool holds = ask && ask_holds(ask, record);

	ask_free(ask);
	return holds;
}

static u64 calls(const char *names)
{
	struct selection selection = { };

	return selection_add_calls(&selection, names) ? selection.calls : 0;
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

/* What all of them together ask, as --explain shows it */
TEST(as_one_question)
{
	struct selection selection = {
		.pid = 5,
		.ipc_ns = 7,
		.calls = CALL(msgsnd) | CALL(shmat),
		.cgroup_path = "/a [b]/c*/",
	};
	char *question;

	ASSERT_TRUE(selection_add(&selection, "-e", "uid == 1 or uid == 2"));
	ASSERT_TRUE(selection_add(&selection, "-e", " "));
	ASSERT_TRUE(selection_add_list(&selection, "--errno", "errno in ",
				       "EINTR,ENOSPC"));
	ASSERT_TRUE(selection_add_quoted(&selection, "--comm", "comm == ",
					 "a \"b"));
	question = selection_question(&selection);
	EXPECT_STREQ("tgid == 5 and call in (msgsnd, shmat) and ipc_ns == 7 and "
		     "(cgroup_path == \"/a [b]/c*\" or "
		     "cgroup_path ~ \"/a [[]b]/c[*]/*\") and "
		     "(uid == 1 or uid == 2) and errno in (EINTR, ENOSPC) and "
		     "comm == 'a \"b'", question);
	free(question);
	selection.forks = true;
	selection.cgroup_path = NULL;
	selection.cgroup = 9;
	selection.calls = selection.ipc_ns = 0;
	question = selection_question(&selection);
	EXPECT_EQ(0, strncmp(question, "pid == 5 and cgroup == 9 and (", 30))
		TH_LOG("%s", question);
	free(question);
	close(STDERR_FILENO);	/* where the messages go */
	EXPECT_FALSE(selection_add(&selection, "-e", "uid == "));
	EXPECT_FALSE(selection_add_list(&selection, "--errno", "errno in ",
					"EINTR,"));
	EXPECT_FALSE(selection_add_quoted(&selection, "--comm", "comm ~ ",
					  "\"'"));
	selection_free(&selection);
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
	struct selection all = { };
	struct selection process = { .pid = 100 };
	struct selection thread = { .pid = 101 };
	struct selection sent = { .calls = CALL(msgsnd) };
	struct selection received = { .calls = CALL(msgrcv) };
	struct selection both = { .pid = 101, .calls = CALL(msgsnd) };

	EXPECT_TRUE(matches(&all, &call.header));
	EXPECT_TRUE(matches(&process, &call.header));
	EXPECT_FALSE(matches(&thread, &call.header));
	EXPECT_TRUE(matches(&sent, &call.header));
	EXPECT_FALSE(matches(&received, &call.header));
	EXPECT_FALSE(matches(&both, &call.header));

	call.header.type = IPCTRACE_TYPE_MISSED;
	EXPECT_TRUE(matches(&process, &call.header));
	EXPECT_FALSE(matches(&received, &call.header));

	/* A call without a name passes only when no call was asked for. */
	call.header.call = 200;
	EXPECT_TRUE(matches(&all, &call.header));
	EXPECT_FALSE(matches(&sent, &call.header));
	call.header.call = 64 + IPCTRACE_CALL_msgsnd;
	EXPECT_FALSE(matches(&sent, &call.header));
}

TEST(lost_always_matches)
{
	struct ipctrace_lost lost = {
		.header.len = sizeof(lost),
		.header.type = IPCTRACE_TYPE_LOST,
	};
	struct selection narrow = { .pid = 1, .calls = CALL(shmdt) };

	EXPECT_TRUE(matches(&narrow, &lost.header));
}

/* Nor does one: without gaps nobody can say from when to when all is there. */
TEST(gaps)
{
	struct ipctrace_header gap = {
		.len = sizeof(struct ipctrace_call),
		.type = IPCTRACE_TYPE_GAP,
		.call = IPCTRACE_CALL_NONE,
	};
	struct selection narrow = { .pid = 1, .calls = CALL(shmdt) };
	struct wanted wanted = { .count = 1 };

	EXPECT_TRUE(matches(&narrow, &gap));
	EXPECT_FALSE(wanted_enough(&wanted, &gap));
	EXPECT_EQ(1, wanted.count);
}

TEST(short_record)
{
	struct ipctrace_header header = {
		.len = sizeof(header),
		.type = IPCTRACE_TYPE_CALL,
	};
	struct selection all = { };

	EXPECT_FALSE(matches(&all, &header));
}

/* What happens to objects is of a class, and of no call. */
TEST(events)
{
	struct ipctrace_call event = {
		.header.len = sizeof(event),
		.header.type = IPCTRACE_TYPE_DESTROY,
		.header.flags = IPCTRACE_F_FAMILY(IPCTRACE_SHM),
		.header.call = IPCTRACE_CALL_NONE,
	};
	struct selection all = { };
	struct selection one = { .calls = CALL(shmdt) };
	struct selection class = { };
	struct selection other = { };

	ASSERT_TRUE(selection_add_calls(&class, "shm"));
	ASSERT_TRUE(selection_add_calls(&other, "sem,msg"));
	EXPECT_TRUE(matches(&all, &event.header));
	EXPECT_TRUE(matches(&class, &event.header));
	EXPECT_FALSE(matches(&one, &event.header));
	EXPECT_FALSE(matches(&other, &event.header));
}

TEST(ipc_ns)
{
	struct ipctrace_call call = {
		.header.len = sizeof(call),
		.header.type = IPCTRACE_TYPE_CALL,
		.ipc_ns = 4026531839,
	};
	struct selection own = { .ipc_ns = 4026531839 };
	struct selection other = { .ipc_ns = 4026532000 };

	EXPECT_TRUE(matches(&own, &call.header));
	EXPECT_FALSE(matches(&other, &call.header));
}

/* ---- Cgroups: a tree of directories in place of the kernel's ---------------- */

#define HEX16	"0123456789abcdef"
#define HEX64	HEX16 HEX16 HEX16 HEX16

FIXTURE(cgroups) {
	char root[32];
	struct cgroups *cgroups;
	u64 id_root;
	u64 id_a;
	u64 id_b;
	u64 id_docker;
	u64 id_ab;
};

static u64 make_directory(const char *root, const char *path)
{
	struct stat stat_buf;
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	mkdir(whole, 0700);
	return stat(whole, &stat_buf) ? 0 : stat_buf.st_ino;
}

FIXTURE_SETUP(cgroups)
{
	strcpy(self->root, "/tmp/ipctrace-cg.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
	self->id_root = make_directory(self->root, "");
	self->id_a = make_directory(self->root, "/a");
	self->id_b = make_directory(self->root, "/a/b c");
	self->id_ab = make_directory(self->root, "/ab");
	make_directory(self->root, "/system");
	self->id_docker = make_directory(self->root,
					 "/system/docker-" HEX64 ".scope");
	self->cgroups = cgroups_new(self->root);
	ASSERT_NE(NULL, self->cgroups);
	named = self->cgroups;
}

FIXTURE_TEARDOWN(cgroups)
{
	char command[64];

	cgroups_free(self->cgroups);
	snprintf(command, sizeof(command), "rm -rf %s", self->root);
	EXPECT_EQ(0, system(command));
}

TEST_F(cgroups, paths)
{
	EXPECT_STREQ("/", cgroups_find(self->cgroups, self->id_root)->path);
	EXPECT_STREQ("/a", cgroups_find(self->cgroups, self->id_a)->path);
	EXPECT_STREQ("/a/b c", cgroups_find(self->cgroups, self->id_b)->path);
	EXPECT_EQ(NULL, cgroups_find(self->cgroups, self->id_b)->container);
	EXPECT_EQ(NULL, cgroups_find(self->cgroups, ~0ULL)->path);
	EXPECT_EQ(NULL, cgroups_find(self->cgroups, 0)->path);
}

/* Make all directories of a path, the last of which a user owns; its id. */
static u64 make_path(FIXTURE_DATA(cgroups) *self, const char *path, uid_t owner)
{
	char prefix[512], whole[600];
	const char *slash = path;
	u64 id = 0;

	while (*slash) {
		slash = strchrnul(slash + 1, '/');
		snprintf(prefix, sizeof(prefix), "%.*s", (int)(slash - path),
			 path);
		id = make_directory(self->root, prefix);
	}
	snprintf(whole, sizeof(whole), "%s%s", self->root, path);
	return chown(whole, owner, -1) ? 0 : id;
}

#define OTHER64	"fedcba9876543210" HEX16 HEX16 HEX16

TEST_F(cgroups, containers_by_runtime)
{
	static const struct {
		const char *path;
		bool container;
	} made[] = {
		{ "/docker/" HEX64, true },
		{ "/docker/" HEX64 "/sub/" OTHER64, true },
		{ "/system.slice/docker-" HEX64 ".scope", true },
		{ "/kubepods/burstable/pod1b2c/" HEX64, true },
		{ "/kubepods/besteffort/pod1b2d/crio-" HEX64, true },
		{ "/kubepods.slice/kubepods-pod1.slice/cri-containerd-" HEX64
		  ".scope", true },
		{ "/kubepods.slice/kubepods-pod2.slice/crio-" HEX64 ".scope",
		  true },
		{ "/machine.slice/libpod-" HEX64 ".scope/container", true },
		{ "/libpod_parent/libpod-" HEX64, true },
		{ "/system.slice/nerdctl-" HEX64 ".scope", true },
		/* forms of none */
		{ "/" HEX64, false },
		{ "/docker-other/" HEX64, false },
		{ "/a/my-" HEX64 ".scope", false },
		{ "/docker/" HEX64 "0", false },
		{ "/docker/" HEX16 HEX16 HEX16, false },
		{ "/system.slice/docker-" HEX64 ".service", false },
		{ "/machine.slice/libpod-conmon-" HEX64 ".scope", false },
	};
	const struct cgroup *cgroup;
	u64 id;
	size_t i;

	if (geteuid())
		SKIP(return, "only root can make what only root can have made");
	for (i = 0; i < ARRAY_SIZE(made); i++) {
		id = make_path(self, made[i].path, 0);
		cgroups_free(self->cgroups);
		self->cgroups = cgroups_new(self->root);
		cgroup = cgroups_find(self->cgroups, id);
		EXPECT_STREQ(made[i].path, cgroup->path);
		EXPECT_EQ(made[i].container, !!cgroup->container)
			TH_LOG("%s", made[i].path);
		if (cgroup->container)
			EXPECT_STREQ(HEX64, cgroup->container);
	}
}

/* What a user makes in a part of the tree that is his has no container. */
TEST_F(cgroups, containers_forged)
{
	u64 forged, below, given, nested;

	if (geteuid())
		SKIP(return, "only root can give a directory to a user");
	make_path(self, "/user.slice/user@1000.service", 1000);
	forged = make_path(self, "/user.slice/user@1000.service/docker/" HEX64,
			   1000);
	below = make_path(self, "/user.slice/user@1000.service/docker-" HEX64
			  ".scope/by-root", 0);
	/* a real one, whose inside the runtime gave away */
	given = make_path(self, "/docker/" HEX64, 1000);
	nested = make_path(self, "/docker/" HEX64 "/docker/" OTHER64, 1000);

	EXPECT_NE(NULL, cgroups_find(self->cgroups, forged)->path);
	EXPECT_EQ(NULL, cgroups_find(self->cgroups, forged)->container);
	EXPECT_EQ(NULL, cgroups_find(self->cgroups, below)->container);
	EXPECT_STREQ(HEX64, cgroups_find(self->cgroups, given)->container);
	EXPECT_STREQ(HEX64, cgroups_find(self->cgroups, nested)->container);
}

/* A name that was learned stays when the cgroup is gone. */
TEST_F(cgroups, gone)
{
	char path[64];

	cgroups_find(self->cgroups, self->id_b);
	snprintf(path, sizeof(path), "%s/a/b c", self->root);
	ASSERT_EQ(0, rmdir(path));
	EXPECT_STREQ("/a/b c", cgroups_find(self->cgroups, self->id_b)->path);
}

TEST_F(cgroups, later)
{
	u64 id;

	cgroups_find(self->cgroups, self->id_b);
	id = make_directory(self->root, "/later");
	EXPECT_EQ(NULL, cgroups_find(self->cgroups, id)->path);
	sleep(2);
	EXPECT_STREQ("/later", cgroups_find(self->cgroups, id)->path);
}

TEST_F(cgroups, filter)
{
	struct ipctrace_call call = {
		.header.len = sizeof(call),
		.header.type = IPCTRACE_TYPE_CALL,
	};
	struct selection selection = { };
	char text[32];

	close(STDERR_FILENO);	/* where the messages go */
	EXPECT_FALSE(selection_set_cgroup(&selection, self->cgroups, "/none"));
	EXPECT_FALSE(selection_set_cgroup(&selection, self->cgroups, ""));
	EXPECT_FALSE(selection_set_cgroup(&selection, self->cgroups, "0"));
	EXPECT_FALSE(selection_set_cgroup(&selection, self->cgroups,
					  "18446744073709551616"));

	/* A path is all below it, too */
	ASSERT_TRUE(selection_set_cgroup(&selection, self->cgroups, "/a"));
	call.cgroup = self->id_a;
	EXPECT_TRUE(matches(&selection, &call.header));
	call.cgroup = self->id_b;
	EXPECT_TRUE(matches(&selection, &call.header));
	call.cgroup = self->id_docker;
	EXPECT_FALSE(matches(&selection, &call.header));
	call.cgroup = self->id_ab;	/* begins like it */
	EXPECT_FALSE(matches(&selection, &call.header));
	call.cgroup = self->id_root;
	EXPECT_FALSE(matches(&selection, &call.header));
	ASSERT_TRUE(selection_set_cgroup(&selection, self->cgroups, "/"));
	EXPECT_TRUE(matches(&selection, &call.header));

	/* An id is itself */
	snprintf(text, sizeof(text), "%llu", (unsigned long long)self->id_a);
	ASSERT_TRUE(selection_set_cgroup(&selection, self->cgroups, text));
	call.cgroup = self->id_a;
	EXPECT_TRUE(matches(&selection, &call.header));
	call.cgroup = self->id_b;
	EXPECT_FALSE(matches(&selection, &call.header));
}

TEST_HARNESS_MAIN
