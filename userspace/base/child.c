// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: child
 *
 * Starts a program, and stays out of its way: it has the standard input and output,
 * the terminal, the process group and everything else that it would have had without
 * us, and whoever deals with us deals with it. It also gets the signals that we get;
 * when it stops, we stop, so that a shell sees that; and we end as it ended.
 *
 * The child is held before it becomes the program, until its parent is ready to watch.
 *
 * Terminals and shells send signals to a process group. The program is in ours, so it
 * has got such a signal already, and must not get it twice. Nothing that comes with a
 * signal tells whether it was for the group. So there is a witness: another child,
 * which blocks all signals and is asked which it got. The kernel gives a signal to
 * the youngest of a group first, so the witness has a signal for the group before us.
 *
 * The witness also looks after us while we are stopped: if somebody continues the
 * program alone, it continues us.
 *
 * There is only one program, since signals are for a process.
 */
#define _GNU_SOURCE	/* sigtimedwait(), close_range() */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "shared/portable.h"

#define NOT_EXECUTABLE	126	/* exit statuses of shells */
#define NOT_FOUND	127
#define KILLED		128	/* and the signal: for one that does not kill us */

#define WITNESS_MS	1000	/* has answered by then, or is stopped */
#define LOOK_MS		100	/* at the program, while we are stopped */
#define WE_STOP		0	/* to the witness, where signals are otherwise */
#define WE_GO_ON	(-1)

/* Signals that the program gets when we do */
static const int relayed[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP,
	SIGCONT,
};

/* Other signals that must not end or stop us. For the program they are as before. */
static const int ignored[] = { SIGPIPE, SIGTTIN, SIGTTOU };

/**
 * struct question - to the witness, and its answer
 * @number: a signal
 * @order: which question it is
 * @got: the answer
 */
struct question {
	int number;
	unsigned int order;
	bool got;
};

/*
 * the - program, all of it for signal handlers, too
 *
 * @name: the name that was asked for
 * @pid: its process
 * @witness: the other child
 * @witness_fd: a socket to it
 * @asked: questions to it
 * @hold_fd: a pipe at which it waits
 * @exec_fd: a pipe that says why it could not be executed
 * @events: what to call
 * @mask: signals that were blocked before
 * @before: how signals were handled before
 * @ended: it has ended
 * @code: how: CLD_EXITED, CLD_KILLED or CLD_DUMPED
 * @status: exit status, or signal
 */
static struct {
	const char *name;
	pid_t pid;
	pid_t witness;
	int witness_fd;
	unsigned int asked;
	int hold_fd;
	int exec_fd;
	struct child_events events;
	sigset_t mask;
	struct sigaction before[NSIG];
	int ended;
	int code;
	int status;
} the;

/* ---- The witness ------------------------------------------------------------ */

/* 'T' for a process that is stopped, 0 where that is not known */
static char state_of(pid_t pid)
{
	char path[64], line[512];
	const char *end;
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, line, sizeof(line) - 1);
		close(fd);
	}
	if (n <= 0)
		return 0;
	line[n] = '\0';
	/* The name may hold anything. */
	end = strrchr(line, ')');
	return end && end[1] ? end[2] : 0;
}

/* Look after the parent until it goes on. */
static void look_after(int fd, pid_t parent, pid_t program)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char state;

	while (!poll(&pollfd, 1, LOOK_MS)) {
		state = state_of(program);
		if (state && state != 'T' && state_of(parent) == 'T')
			kill(parent, SIGCONT);
	}
}

/* Has it got that signal? Takes all of them; those from its parent do not count. */
static bool has_got(int number, pid_t parent)
{
	const struct timespec now = { };
	siginfo_t info;
	bool got = false;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	while (sigtimedwait(&set, &info, &now) == number)
		got |= info.si_pid != parent;
	return got;
}

__attribute__((noreturn))
static void be_witness(int fd, pid_t parent, pid_t program)
{
	struct question question;

	/* Whoever waits for the end of what others write must not wait for us. */
	if (dup2(fd, 0) < 0)
		_exit(EXIT_FAILURE);
	close_range(1, ~0U, 0);
	while (recv(0, &question, sizeof(question), 0) == sizeof(question)) {
		if (question.number == WE_STOP)
			look_after(0, parent, program);
		if (question.number == WE_STOP || question.number == WE_GO_ON)
			continue;
		question.got = has_got(question.number, parent);
		send(0, &question, sizeof(question), MSG_NOSIGNAL);
	}
	_exit(EXIT_SUCCESS);
}

static void tell_witness(struct question question)
{
	send(the.witness_fd, &question, sizeof(question),
	     MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Was a signal for the process group? Without an answer, as @otherwise says. */
static bool for_group(int number, bool otherwise)
{
	struct pollfd pollfd = { .fd = the.witness_fd, .events = POLLIN };
	struct question question = { number, ++the.asked, false }, answer;

	tell_witness(question);
	while (poll(&pollfd, 1, WITNESS_MS) == 1 &&
	       recv(the.witness_fd, &answer, sizeof(answer), MSG_DONTWAIT) ==
	       sizeof(answer))
		if (answer.order == question.order)
			return answer.got;
	/* Any other answer came late: the witness may have been stopped. */
	kill(the.witness, SIGCONT);
	return otherwise;
}

static bool start_witness(void)
{
	pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return false;
	the.witness = fork();
	if (!the.witness)
		be_witness(fds[1], parent, the.pid);
	close(fds[1]);
	the.witness_fd = fds[0];
	return the.witness > 0;
}

static void end_witness(void)
{
	close(the.witness_fd);
	if (the.witness <= 0)
		return;
	kill(the.witness, SIGKILL);
	waitpid(the.witness, NULL, 0);
	the.witness = 0;
}

/* ---- Signals ---------------------------------------------------------------- */

/*
 * Stop as the program did. We go on from here when somebody continues us. If somebody
 * has already, we are about to continue the program.
 */
static void stop_alike(int number)
{
	struct sigaction stops = { .sa_handler = SIG_DFL }, before;
	sigset_t set;

	if (!sigpending(&set) && sigismember(&set, SIGCONT))
		return;
	tell_witness((struct question){ .number = WE_STOP });
	if (number == SIGSTOP) {
		raise(SIGSTOP);
	} else {
		sigemptyset(&set);
		sigaddset(&set, number);
		sigaction(number, &stops, &before);
		raise(number);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		sigprocmask(SIG_BLOCK, &set, NULL);
		sigaction(number, &before, NULL);
	}
	tell_witness((struct question){ .number = WE_GO_ON });
}

static void see_child(void)
{
	siginfo_t info = { };

	while (!the.ended && !waitid(P_PID, the.pid, &info,
				     WEXITED | WSTOPPED | WNOHANG)) {
		if (!info.si_pid)
			return;
		if (info.si_code == CLD_STOPPED) {
			stop_alike(info.si_status);
		} else if (info.si_code != CLD_TRAPPED) {
			the.code = info.si_code;
			the.status = info.si_status;
			WRITE_ONCE(the.ended, 1);
			if (the.events.ended)
				the.events.ended();
		}
		info.si_pid = 0;
	}
}

/* Pass a signal on to the program, or to ourselves once that has ended. */
static void relay(int number, const siginfo_t *info)
{
	bool known = number == SIGCONT && info->si_pid == the.witness;
	bool is_end = number == SIGINT || number == SIGTERM ||
		      number == SIGHUP || number == SIGQUIT;

	if (!the.ended) {
		if (!known && !for_group(number, info->si_code == SI_KERNEL))
			kill(the.pid, number);
	} else if (is_end && the.before[number].sa_handler != SIG_IGN &&
		   the.events.interrupted) {
		the.events.interrupted();
	}
}

/* Other signals are blocked meanwhile. */
static void handle(int number, siginfo_t *info, void *context)
{
	int error = errno;

	(void)context;
	if (number == SIGCHLD)
		see_child();
	else
		relay(number, info);
	errno = error;
}

static void remember_signals(void)
{
	int number;

	for (number = 1; number < NSIG; number++)
		sigaction(number, NULL, &the.before[number]);
}

static void catch_signals(void)
{
	struct sigaction action = {
		.sa_sigaction = handle,
		.sa_flags = SA_SIGINFO | SA_RESTART,
	};
	sigset_t open;
	size_t i;

	sigfillset(&action.sa_mask);
	sigemptyset(&open);
	sigaddset(&open, SIGCHLD);
	sigaction(SIGCHLD, &action, NULL);
	for (i = 0; i < ARRAY_SIZE(relayed); i++) {
		sigaction(relayed[i], &action, NULL);
		sigaddset(&open, relayed[i]);
	}
	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigprocmask(SIG_SETMASK, &the.mask, NULL);
	sigprocmask(SIG_UNBLOCK, &open, NULL);
}

/* ---- Its start -------------------------------------------------------------- */

static int not_executed(int error)
{
	return error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}

/* In the child: as if we had never been. */
__attribute__((noreturn))
static void become(char *const *argv, int hold, int exec)
{
	int error;
	char go;

	if (read(hold, &go, 1) != 1)
		_exit(EXIT_FAILURE);
	sigprocmask(SIG_SETMASK, &the.mask, NULL);
	execvp(argv[0], argv);
	error = errno;
	if (write(exec, &error, sizeof(error)) != sizeof(error))
		_exit(NOT_EXECUTABLE);
	_exit(not_executed(error));
}

/*
 * Files that we inherited are the program's: close them. They can be told from those
 * that we opened ourselves because only ours are marked to be closed at exec.
 */
static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	DIR *fds = opendir("/proc/self/fd");
	const struct dirent *entry;
	int fd;

	while (fds && (entry = readdir(fds))) {
		fd = atoi(entry->d_name);
		if (fd > STDERR_FILENO && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			close(fd);
	}
	if (fds)
		closedir(fds);
	if (null > STDERR_FILENO) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		close(null);
	}
}

static pid_t fork_program(char *const *argv)
{
	int hold[2], exec[2];
	pid_t pid;

	if (pipe2(hold, O_CLOEXEC))
		return -1;
	if (pipe2(exec, O_CLOEXEC)) {
		close(hold[0]);
		close(hold[1]);
		return -1;
	}
	pid = fork();
	if (!pid) {
		close(hold[1]);
		become(argv, hold[0], exec[1]);
	}
	close(hold[0]);
	close(exec[1]);
	the.hold_fd = hold[1];
	the.exec_fd = exec[0];
	return pid;
}

/**
 * child_hold() - make the process that will be the program
 * @argv: name of the program, looked for in PATH, and its arguments; then NULL
 * @events: what to call
 *
 * Before this call nothing may have been changed that the program should not see:
 * signals, priority, capabilities, files that stay open across exec. After it such
 * changes affect only us; standard input and output are the program's alone.
 *
 * Return: its number, or -1 with a message.
 */
pid_t child_hold(char *const *argv, const struct child_events *events)
{
	sigset_t all;

	the.name = argv[0];
	the.events = *events;
	the.witness_fd = -1;
	remember_signals();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &the.mask);
	the.pid = fork_program(argv);
	if (the.pid < 0 || !start_witness()) {
		warn("%s: cannot be started", argv[0]);
		if (the.pid > 0)
			child_cancel();
		sigprocmask(SIG_SETMASK, &the.mask, NULL);
		return -1;
	}
	let_go();
	catch_signals();
	return the.pid;
}

/**
 * child_release() - let it become the program
 *
 * Return: 0, or on failure, with a message, the exit status to end with: 127 if there
 * is no such program, 126 if there is.
 */
int child_release(void)
{
	ssize_t n;
	int error;

	n = write(the.hold_fd, "", 1);
	close(the.hold_fd);
	do
		n = read(the.exec_fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	close(the.exec_fd);
	if (n != sizeof(error))
		return 0;
	errno = error;
	warn("%s: cannot be run", the.name);
	child_wait();
	return not_executed(error);
}

/**
 * child_cancel() - let it never become the program
 */
void child_cancel(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	close(the.hold_fd);
	close(the.exec_fd);
	waitpid(the.pid, NULL, 0);
	end_witness();
}

/**
 * child_ended() - has the program ended?
 */
bool child_ended(void)
{
	return READ_ONCE(the.ended);
}

/**
 * child_wait() - wait until the program has ended
 */
void child_wait(void)
{
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	while (!child_ended())
		sigsuspend(&before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/**
 * child_end_alike() - end as the program ended
 *
 * One core file is enough: we leave none.
 *
 * Return: its exit status; does not return where it was killed.
 */
int child_end_alike(void)
{
	const struct rlimit none = { };
	sigset_t set;

	end_witness();
	if (the.code == CLD_EXITED)
		return the.status;
	setrlimit(RLIMIT_CORE, &none);
	/* The limit does not hold for programs that take cores from a pipe. */
	prctl(PR_SET_DUMPABLE, 0);
	signal(the.status, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, the.status);
	raise(the.status);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(KILLED + the.status);
}
