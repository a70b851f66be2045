// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: guard
 *
 * A program that draws on the full screen changes the terminal, and may die at any
 * moment. So a child does that: its parent has noted how the terminal was, passes signals
 * on, and restores it when the child is killed, even by SIGKILL or SIGSEGV. The parent
 * then ends as the child did. If the parent is killed, the child gets SIGTERM.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "view/guard.h"

/* For the handler, too */
static struct termios before;
static const char *restore_text;
static pid_t child;

/* Signals from a user or a program, or from a fault of our own */
static const int deadly[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGABRT,
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGXCPU, SIGPIPE,
};

/* Restore the terminal, calling only what a signal handler may call. */
static void set_back(void)
{
	sigset_t output;
	ssize_t n;

	/* A shell may have taken the terminal already: then this would stop us. */
	sigemptyset(&output);
	sigaddset(&output, SIGTTOU);
	sigprocmask(SIG_BLOCK, &output, NULL);
	n = write(STDOUT_FILENO, restore_text, strlen(restore_text));
	(void)n;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

static bool is_asked_to_end(int number)
{
	return number == SIGHUP || number == SIGINT || number == SIGTERM;
}

/*
 * The child ends in order when it is asked to, and then its parent does. Any other
 * signal kills both.
 */
static void pass_on(int number)
{
	int status;

	kill(child, is_asked_to_end(number) ? number : SIGKILL);
	if (is_asked_to_end(number))
		return;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	set_back();
	signal(number, SIG_DFL);
	raise(number);
}

static void catch(void)
{
	struct sigaction action = { .sa_handler = pass_on };
	struct sigaction now;
	size_t i;

	sigfillset(&action.sa_mask);
	action.sa_flags = SA_RESTART;
	for (i = 0; i < ARRAY_SIZE(deadly); i++)
		if (!sigaction(deadly[i], NULL, &now) &&
		    now.sa_handler != SIG_IGN)
			sigaction(deadly[i], &action, NULL);
}

/* The status to end with: that of the child */
static int wait_for_child(void)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILURE;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	set_back();
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	return EXIT_FAILURE;
}

/**
 * guard_terminal() - do something that changes the terminal
 * @work: does it, in a child; returns its exit status. It has to restore the terminal
 *	itself when it ends by itself, or by SIGHUP, SIGINT or SIGTERM
 * @context: for @work
 * @restore: what to write to a terminal to have it as before
 *
 * Return: exit status; if the child was killed, the caller dies by the same signal.
 */
int guard_terminal(int (*work)(void *context), void *context, const char *restore)
{
	pid_t parent = getpid();
	sigset_t all, mask;
	pid_t pid;

	if (tcgetattr(STDIN_FILENO, &before)) {
		warn("standard input");
		return EXIT_FAILURE;
	}
	restore_text = restore;
	/* No signal may come before the handlers know the child. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &mask);
	pid = fork();
	if (pid < 0) {
		warn("fork");
		sigprocmask(SIG_SETMASK, &mask, NULL);
		return EXIT_FAILURE;
	}
	if (!pid) {
		sigprocmask(SIG_SETMASK, &mask, NULL);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			raise(SIGTERM);
		exit(work(context));
	}
	child = pid;
	catch();
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return wait_for_child();
}
