// SPDX-License-Identifier: GPL-2.0
/*
 * A program started by child.c is as if a shell had started it: exit status, signals,
 * job control, files. This program is also the one that starts ("run") and the one
 * that is started ("count", which notes each signal that it gets).
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/child.h"
#include "base/privileges.h"

#define SELF		"/proc/self/exe"
#define PATIENCE_MS	20000
#define NONE_MORE_MS	300

static const int relayed[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP,
	SIGCONT,
};

static void pause_ms(int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&time, &time))
		continue;
}

/* ---- What this program is when it is started by itself ---------------------- */

static int notes;

static void note(int number)
{
	char line[32];
	int len = sprintf(line, "%s\n", sigabbrev_np(number));

	if (write(notes, line, len) != len)
		abort();
}

/* count FILE: a line for "ready", then one for each signal. KILL ends it. */
__attribute__((noreturn))
static void count_signals(const char *file)
{
	struct sigaction action = { .sa_handler = note };
	size_t i;

	notes = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	sigfillset(&action.sa_mask);
	for (i = 0; i < ARRAY_SIZE(relayed); i++)
		sigaction(relayed[i], &action, NULL);
	dprintf(notes, "ready %d\n", getpid());
	for (;;)
		pause();
}

static void say_interrupted(void)
{
	_exit(42);
}

/* run PROGRAM ARG...: as ipctrace run does, but for the recording */
static int run(char **argv)
{
	struct child_events events = { .interrupted = say_interrupted };
	int status;

	if (child_hold(argv, &events) < 0)
		return 1;
	setpriority(PRIO_PROCESS, 0, 5);
	privileges_drop();
	status = child_release();
	if (status)
		return child_end_alike();
	child_wait();
	if (getenv("CHILD_LINGERS"))
		pause_ms(PATIENCE_MS);
	return child_end_alike();
}

static int cancel(char **argv)
{
	struct child_events events = { };

	if (child_hold(argv, &events) < 0)
		return 1;
	child_cancel();
	/* Nobody is left. */
	return waitpid(-1, NULL, 0) < 0 ? 0 : 1;
}

__attribute__((constructor))
static void other_main(int argc, char **argv)
{
	if (argc < 3)
		return;
	if (!strcmp(argv[1], "count"))
		count_signals(argv[2]);
	if (!strcmp(argv[1], "run"))
		exit(run(argv + 2));
	if (!strcmp(argv[1], "cancel"))
		exit(cancel(argv + 2));
}

/* ---- To start it ------------------------------------------------------------ */

FIXTURE(child) {
	char directory[32];
	char notes[64];
	char output[64];
	char self[256];
	pid_t pid;
	pid_t program;
	int master;
	char seen[16384];
	size_t nr_seen;
};

FIXTURE_SETUP(child)
{
	ssize_t n = readlink(SELF, self->self, sizeof(self->self) - 1);

	ASSERT_LT(0, n);
	self->self[n] = '\0';
	strcpy(self->directory, "/tmp/unit-child-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->directory));
	sprintf(self->notes, "%s/notes", self->directory);
	sprintf(self->output, "%s/output", self->directory);
	self->master = -1;
}

FIXTURE_TEARDOWN(child)
{
	char command[64];

	if (self->program)
		kill(self->program, SIGKILL);
	if (self->pid)
		kill(self->pid, SIGKILL);
	sprintf(command, "rm -rf %s", self->directory);
	EXPECT_EQ(0, system(command));
}

/* A process group of its own, as a shell gives to a job */
static pid_t start(FIXTURE_DATA(child) *self, char *const *argv)
{
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		execv(self->self, argv);
		_exit(99);
	}
	setpgid(pid, pid);
	self->pid = pid;
	return pid;
}

static int ended(FIXTURE_DATA(child) *self)
{
	int status = -1;

	waitpid(self->pid, &status, 0);
	self->pid = 0;
	return status;
}

/* "run sh -c SCRIPT"; its wait status */
static int run_script(FIXTURE_DATA(child) *self, const char *script)
{
	start(self, (char *[]){ "x", "run", "sh", "-c", (char *)script, NULL });
	return ended(self);
}

static void read_notes(FIXTURE_DATA(child) *self, char *text, size_t size)
{
	int fd = open(self->notes, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n] = '\0';
	close(fd);
}

/* The notes but for the first line are so in the end. */
static bool noted(FIXTURE_DATA(child) *self, const char *expected)
{
	char text[65536] = "", *rest = NULL;
	int left = PATIENCE_MS / 10;

	for (; left; left--, pause_ms(10)) {
		read_notes(self, text, sizeof(text));
		rest = strchr(text, '\n');
		if (rest && strlen(rest + 1) >= strlen(expected))
			break;
	}
	if (rest && !strcmp(rest + 1, expected))
		return true;
	fprintf(stderr, "# notes are: %s\n", text);
	return false;
}

/* And stay so. */
static bool only_noted(FIXTURE_DATA(child) *self, const char *expected)
{
	if (!noted(self, expected))
		return false;
	pause_ms(NONE_MORE_MS);
	return noted(self, expected);
}

static void forget_notes(FIXTURE_DATA(child) *self)
{
	int fd = open(self->notes, O_WRONLY | O_TRUNC);

	if (write(fd, "\n", 1) != 1)
		abort();
	close(fd);
}

static bool find_program(FIXTURE_DATA(child) *self)
{
	char text[256];

	if (!noted(self, ""))
		return false;
	read_notes(self, text, sizeof(text));
	return sscanf(text, "ready %d", &self->program) == 1;
}

static bool start_counting(FIXTURE_DATA(child) *self)
{
	start(self, (char *[]){ "x", "run", self->self, "count", self->notes, NULL });
	return find_program(self);
}

static char state_of(pid_t pid)
{
	char path[64], state = 0;
	FILE *file;

	sprintf(path, "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state;
}

static bool becomes(pid_t pid, bool stopped)
{
	int left = PATIENCE_MS / 10;

	for (; left; left--, pause_ms(10))
		if ((state_of(pid) == 'T') == stopped)
			return true;
	return false;
}

/* ---- How it ends ------------------------------------------------------------ */

TEST_F(child, exit_status)
{
	EXPECT_EQ(0, run_script(self, "exit 0"));
	EXPECT_EQ(3, WEXITSTATUS(run_script(self, "exit 3")));
	EXPECT_EQ(255, WEXITSTATUS(run_script(self, "exit 255")));
}

TEST_F(child, not_executed)
{
	static const char *const programs[] = {
		"no-such-program", "./none", "./text", "./directory", "/",
	};
	char command[256];
	size_t i;
	int fd;

	ASSERT_EQ(0, chdir(self->directory));
	ASSERT_EQ(0, mkdir("directory", 0700));
	fd = open("text", O_WRONLY | O_CREAT, 0600);
	ASSERT_LE(0, fd);
	close(fd);
	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		sprintf(command, "%s 2>/dev/null", programs[i]);
		start(self, (char *[]){ "x", "run", (char *)programs[i], NULL });
		EXPECT_EQ(WEXITSTATUS(system(command)), WEXITSTATUS(ended(self)));
	}
}

/* Nor is anything run that was held and let go. */
TEST_F(child, cancelled)
{
	start(self, (char *[]){ "x", "cancel", "touch", self->notes, NULL });
	EXPECT_EQ(0, ended(self));
	EXPECT_NE(0, access(self->notes, F_OK));
}

TEST_F(child, dies_of_the_signal)
{
	const int deadly[] = {
		SIGTERM, SIGKILL, SIGSEGV, SIGQUIT, SIGABRT, SIGINT, SIGRTMIN + 3,
	};
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	char script[64];
	size_t i;
	int status;

	ASSERT_EQ(0, chdir(self->directory));
	setrlimit(RLIMIT_CORE, &all);
	for (i = 0; i < ARRAY_SIZE(deadly); i++) {
		sprintf(script, "kill -%d $$", deadly[i]);
		status = run_script(self, script);
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(deadly[i], WTERMSIG(status));
		EXPECT_FALSE(WCOREDUMP(status));
	}
}

/* ---- Signals ---------------------------------------------------------------- */

static const char *name_line(int number)
{
	static char line[32];

	sprintf(line, "%s\n", sigabbrev_np(number));
	return line;
}

TEST_F(child, signals_to_us_come_once)
{
	size_t i;

	ASSERT_TRUE(start_counting(self));
	for (i = 0; i < ARRAY_SIZE(relayed); i++) {
		forget_notes(self);
		kill(self->pid, relayed[i]);
		EXPECT_TRUE(only_noted(self, name_line(relayed[i])));
	}
	EXPECT_NE('T', state_of(self->pid));
}

TEST_F(child, signals_to_the_group_come_once)
{
	size_t i;

	ASSERT_TRUE(start_counting(self));
	for (i = 0; i < ARRAY_SIZE(relayed); i++) {
		forget_notes(self);
		kill(-self->pid, relayed[i]);
		EXPECT_TRUE(only_noted(self, name_line(relayed[i])));
	}
}

/*
 * In turn: what was for the group says nothing of the next one. It has to be seen
 * before that comes: two that wait are one.
 */
TEST_F(child, many_signals_each_once)
{
	char expected[400 * 8] = "";
	int i;

	ASSERT_TRUE(start_counting(self));
	forget_notes(self);
	for (i = 0; i < 400; i++) {
		kill(i & 1 ? self->pid : -self->pid, SIGUSR1);
		strcat(expected, "USR1\n");
		ASSERT_TRUE(noted(self, expected));
		pause_ms(5);
	}
	EXPECT_TRUE(only_noted(self, expected));
}

/* It may leave the group, and is then as alone with it as without us. */
TEST_F(child, none_for_another_group)
{
	char *const argv[] = { "x", "run", "setsid", self->self, "count", self->notes, NULL };

	start(self, argv);
	ASSERT_TRUE(find_program(self));
	forget_notes(self);
	kill(-self->pid, SIGUSR1);
	EXPECT_TRUE(only_noted(self, ""));
	kill(self->pid, SIGUSR2);
	EXPECT_TRUE(only_noted(self, "USR2\n"));
}

TEST_F(child, after_its_end_signals_are_for_us)
{
	setenv("CHILD_LINGERS", "1", 1);
	start(self, (char *[]){ "x", "run", self->self, "count", self->notes, NULL });
	ASSERT_TRUE(find_program(self));
	kill(self->program, SIGKILL);
	while (!kill(self->program, 0))
		pause_ms(10);
	self->program = 0;
	kill(self->pid, SIGWINCH);
	kill(self->pid, SIGTERM);
	EXPECT_EQ(42, WEXITSTATUS(ended(self)));
}

/* What it stops of, we stop of, and whoever continues either continues both. */
TEST_F(child, stops_and_goes_on)
{
	int status = 0;

	ASSERT_TRUE(start_counting(self));
	kill(self->program, SIGSTOP);
	ASSERT_EQ(self->pid, waitpid(self->pid, &status, WUNTRACED));
	EXPECT_TRUE(WIFSTOPPED(status));
	EXPECT_EQ(SIGSTOP, WSTOPSIG(status));
	forget_notes(self);
	kill(self->pid, SIGCONT);
	EXPECT_TRUE(becomes(self->program, false));
	EXPECT_TRUE(only_noted(self, "CONT\n"));

	kill(self->program, SIGSTOP);
	ASSERT_TRUE(becomes(self->pid, true));
	forget_notes(self);
	kill(self->program, SIGCONT);
	EXPECT_TRUE(becomes(self->pid, false));
	EXPECT_TRUE(only_noted(self, "CONT\n"));

	kill(-self->pid, SIGSTOP);
	EXPECT_TRUE(becomes(self->pid, true));
	forget_notes(self);
	kill(self->pid, SIGCONT);
	EXPECT_TRUE(becomes(self->program, false));
	forget_notes(self);
	kill(self->pid, SIGUSR1);
	kill(self->program, SIGUSR2);
	EXPECT_TRUE(becomes(self->pid, false));
}

/* ---- On a terminal ---------------------------------------------------------- */

static pid_t on_terminal(FIXTURE_DATA(child) *self, char *const *argv)
{
	self->pid = forkpty(&self->master, NULL, NULL, NULL);
	if (!self->pid) {
		setenv("PS1", "", 1);
		setenv("SELF", self->self, 1);
		setenv("NOTES", self->notes, 1);
		execvp(argv[0], argv);
		_exit(99);
	}
	return self->pid;
}

static void type(FIXTURE_DATA(child) *self, const char *text)
{
	if (write(self->master, text, strlen(text)) < 0)
		abort();
}

/* Text comes to the terminal, which has no echo; what comes after it is for later. */
static bool shown(FIXTURE_DATA(child) *self, const char *text)
{
	struct pollfd pollfd = { .fd = self->master, .events = POLLIN };
	char *end;
	ssize_t n;

	for (;;) {
		self->seen[self->nr_seen] = '\0';
		end = strstr(self->seen, text);
		if (end)
			break;
		n = -1;
		if (poll(&pollfd, 1, PATIENCE_MS) == 1)
			n = read(self->master, self->seen + self->nr_seen,
				 sizeof(self->seen) - 1 - self->nr_seen);
		if (n <= 0) {
			fprintf(stderr, "# no '%s' in: %s\n", text, self->seen);
			return false;
		}
		self->nr_seen += n;
	}
	end += strlen(text);
	self->nr_seen -= end - self->seen;
	memmove(self->seen, end, self->nr_seen);
	return true;
}

TEST_F(child, keys_come_once)
{
	char *const argv[] = { self->self, "run", self->self, "count", self->notes, NULL };
	struct winsize size = { .ws_row = 40, .ws_col = 100 };

	on_terminal(self, argv);
	ASSERT_TRUE(find_program(self));
	forget_notes(self);
	type(self, "\003");
	EXPECT_TRUE(only_noted(self, "INT\n"));
	type(self, "\034");
	EXPECT_TRUE(only_noted(self, "INT\nQUIT\n"));
	ioctl(self->master, TIOCSWINSZ, &size);
	EXPECT_TRUE(only_noted(self, "INT\nQUIT\nWINCH\n"));
	type(self, "\032");
	EXPECT_TRUE(only_noted(self, "INT\nQUIT\nWINCH\nTSTP\n"));
	EXPECT_NE('T', state_of(self->pid));
	forget_notes(self);
	close(self->master);
	/* The leader of the session gets both. */
	EXPECT_TRUE(noted(self, "HUP\nCONT\n") || noted(self, "CONT\nHUP\n"));
}

static void shell(FIXTURE_DATA(child) *self)
{
	char *const argv[] = { "bash", "--norc", "--noprofile", "--noediting", "-i", NULL };

	on_terminal(self, argv);
	type(self, "stty -echo; echo be''gin\n");
}

TEST_F(child, job_control)
{
	shell(self);
	ASSERT_TRUE(shown(self, "begin"));
	/* A shell that was about to vfork() would be stuck there. */
	type(self, "$SELF run sh -c 'echo on; exec sleep 60'\n");
	ASSERT_TRUE(shown(self, "on"));
	type(self, "\032");
	ASSERT_TRUE(shown(self, "Stopped"));
	type(self, "echo status=$?\n");
	ASSERT_TRUE(shown(self, "status=148"));
	type(self, "bg; sleep 0.3; jobs; echo li''sted\n");
	ASSERT_TRUE(shown(self, "Running"));
	ASSERT_TRUE(shown(self, "listed"));
	type(self, "fg\n");
	ASSERT_TRUE(shown(self, "$SELF run"));
	pause_ms(NONE_MORE_MS);
	type(self, "\003");
	type(self, "echo status=$?\n");
	ASSERT_TRUE(shown(self, "status=130"));
	type(self, "jobs; exit 7\n");
	EXPECT_EQ(7, WEXITSTATUS(ended(self)));
}

/* In the background it may not read; in the foreground it gets what is typed. */
TEST_F(child, background_reads)
{
	shell(self);
	ASSERT_TRUE(shown(self, "begin"));
	type(self, "$SELF run cat &\n");
	type(self, "while ! jobs | grep -q Stopped; do sleep 0.1; done; jobs -l\n");
	ASSERT_TRUE(shown(self, "Stopped (tty input)"));
	type(self, "fg\n");
	ASSERT_TRUE(shown(self, "run cat"));
	type(self, "typed\n");
	ASSERT_TRUE(shown(self, "typed"));
	type(self, "\004");
	type(self, "echo status=$?; kill -9 %1; exit\n");
	ASSERT_TRUE(shown(self, "status=0"));
}

TEST_F(child, kill_of_a_job_comes_once)
{
	shell(self);
	ASSERT_TRUE(shown(self, "begin"));
	type(self, "$SELF run $SELF count $NOTES &\n");
	ASSERT_TRUE(find_program(self));
	forget_notes(self);
	type(self, "kill -TERM %1\n");
	EXPECT_TRUE(only_noted(self, "TERM\n"));
	type(self, "kill -USR1 $!\n");
	EXPECT_TRUE(only_noted(self, "TERM\nUSR1\n"));
	kill(self->program, SIGKILL);
	type(self, "wait %1; echo status=$?\n");
	EXPECT_TRUE(shown(self, "status=137"));
}

/* ---- What it has ------------------------------------------------------------ */

/* What it prints with and without us is the same. */
static bool same_output(FIXTURE_DATA(child) *self, const char *before,
			const char *script)
{
	char command[2048];

	sprintf(command,
		"cd %s; %s\n"
		"export SCRIPT='%s'\n"
		"sh -c \"$SCRIPT\" >without\n"
		"\"%s\" run sh -c \"$SCRIPT\" >with\n"
		"test -s with && diff without with | sed 's/^/# /'; cmp -s without with",
		self->directory, before, script, self->self);
	return !system(command);
}

TEST_F(child, has_what_it_had)
{
	EXPECT_TRUE(same_output(self, "trap '' HUP INT USR1 PIPE",
				"grep -E \"^(Sig[BIC]|Cap|NoNew|Seccomp|Uid|Gid|Groups|Umask)\" /proc/self/status"));
	EXPECT_TRUE(same_output(self, "trap - PIPE",
				"grep SigIgn /proc/self/status; nice; ulimit -a"));
	EXPECT_TRUE(same_output(self, "exec 7</dev/null 9>&1",
				"ls /proc/self/fd; cat /proc/self/limits; pwd"));
	EXPECT_TRUE(same_output(self, ":",
				"cut -d\" \" -f5-8 /proc/self/stat"));
	EXPECT_TRUE(same_output(self, "exec <without; echo input >without",
				"readlink /proc/self/fd/0"));
}

TEST_F(child, blocked_signals_stay_blocked)
{
	char *const argv[] = { "x", "run", "grep", "-q", "^SigBlk:.*14000$",
			 "/proc/self/status", NULL };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	start(self, argv);
	EXPECT_EQ(0, ended(self));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* SIGCHLD that was ignored tells nobody of children. */
TEST_F(child, children_ignored)
{
	signal(SIGCHLD, SIG_IGN);
	start(self, (char *[]){ "x", "run", "sh", "-c", "exit 5", NULL });
	signal(SIGCHLD, SIG_DFL);
	EXPECT_EQ(5, WEXITSTATUS(ended(self)));
}

/* What it closes is closed, though we go on. */
TEST_F(child, its_output_ends_with_it)
{
	char byte, command[256];
	int fds[2], other[2];

	ASSERT_EQ(0, pipe(fds));
	ASSERT_EQ(0, pipe(other));
	sprintf(command, "exec %d>&- >&-; echo ready $$ >%s; exec sleep 60", other[1],
		self->notes);
	self->pid = fork();
	if (!self->pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[1]);
		close(fds[0]);
		close(other[0]);
		execl(self->self, "x", "run", "sh", "-c", command, NULL);
		_exit(99);
	}
	close(fds[1]);
	close(other[1]);
	EXPECT_EQ(0, read(fds[0], &byte, 1));
	EXPECT_EQ(0, read(other[0], &byte, 1));
	ASSERT_TRUE(find_program(self));
	EXPECT_EQ(0, kill(self->program, SIGTERM));
	self->program = 0;
	EXPECT_EQ(SIGTERM, WTERMSIG(ended(self)));
}

/* Who is the parent of all that we leave behind sees that there is nobody. */
TEST_F(child, leaves_nobody_behind)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	EXPECT_EQ(0, run_script(self, "exit 0"));
	EXPECT_EQ(-1, waitpid(-1, NULL, 0));
	run_script(self, "kill -9 $$");
	EXPECT_EQ(-1, waitpid(-1, NULL, 0));
}

TEST_HARNESS_MAIN
