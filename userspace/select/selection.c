// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: selection
 *
 * Which records a reader wants, from options that each say a part of it. Together
 * they are one question, which could as well have been asked at once.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/ask.h"
#include "names/cgroups.h"
#include "select/selection.h"
#include "shared/syscalls.h"

#define CALL_BIT(call)	(1ULL << (call))

static void refuse(const char *name, size_t len)
{
	char accepted[512] = "";
	u32 i;

	for (i = 0; i < __IPCTRACE_FAMILY_MAX; i++) {
		strcat(accepted, " ");
		strcat(accepted, ipct_family_names[i]);
	}
	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		strcat(accepted, " ");
		strcat(accepted, ipct_syscalls[i].name);
	}
	warnx("unknown call '%.*s'; accepted:%s", (int)len, name, accepted);
}

/**
 * selection_add_calls() - let calls through
 * @selection: zeroed, or with some calls already, which are also let through
 * @names: of calls or families, with commas between, as in "msgsnd,sem"
 *
 * Return: false, with a message, for an unknown name.
 */
bool selection_add_calls(struct selection *selection, const char *names)
{
	for (;;) {
		size_t len = strcspn(names, ",");
		u64 calls = ipct_calls_named(names, len);

		if (!calls) {
			refuse(names, len);
			return false;
		}
		selection->calls |= calls;
		if (!names[len])
			return true;
		names += len + 1;
	}
}

/**
 * selection_set_cgroup() - let one cgroup through
 * @selection: an earlier cgroup in it is forgotten
 * @cgroups: names of cgroups; must outlive @selection
 * @name: an id, or a path, which also stands for all below it; must outlive
 *	@selection
 *
 * Return: false, with a message, when there is no such cgroup.
 */
bool selection_set_cgroup(struct selection *selection, struct cgroups *cgroups,
			  const char *name)
{
	const struct cgroup *cgroup;

	if (*name && !name[strspn(name, "0123456789")]) {
		errno = 0;
		selection->cgroup = strtoull(name, NULL, 10);
		selection->cgroup_path = NULL;
		if (!errno && selection->cgroup)
			return true;
	} else if (!cgroups_of_machine(cgroups)) {
		/* It is not known yet which ids have that path. */
		selection->cgroup = 0;
		selection->cgroup_path = name;
		if (*name == '/')
			return true;
	} else if (*name && cgroups_id(cgroups, name, &selection->cgroup)) {
		cgroup = cgroups_find(cgroups, selection->cgroup);
		selection->cgroup_path = cgroup->path;
		return true;
	}
	warnx("--cgroup: '%s' is neither a cgroup's id, a whole number, nor its path, as in /proc/PID/cgroup",
	      name);
	return false;
}

static bool no_memory(void)
{
	warnx("no memory for what to select");
	return false;
}

/**
 * selection_add() - let through only what a question holds for
 * @selection: what it has already stays: both have to hold
 * @option: the option that @question comes from, as messages name it: "-e"
 * @question: its text, which is copied; white space alone adds nothing
 *
 * Return: false, with a message, when it is not a question.
 */
bool selection_add(struct selection *selection, const char *option,
		   const char *question)
{
	struct ask_error error;
	struct ask *ask = ask_new(question, &error);
	bool is_or;
	char *more;

	if (!ask) {
		warnx("%s: byte %zu of '%.100s': %s", option, error.at + 1,
		      question, error.message);
		return false;
	}
	is_or = ask->nr_nodes && ask->nodes[ask->root].kind == ASK_OR;
	ask_free(ask);
	if (!question[strspn(question, " \t\n")])
		return true;
	if (asprintf(&more, "%s%s%s%s%s",
		     selection->question ? selection->question : "",
		     selection->question ? " and " : "", is_or ? "(" : "",
		     question, is_or ? ")" : "") < 0)
		return no_memory();
	free(selection->question);
	selection->question = more;
	return true;
}

/*
 * Quotation marks for a text, empty if it needs none. Nothing quotes the marks
 * themselves: false if the text has both kinds.
 */
static bool mark_for(const char *text, size_t len, const char **mark)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/";

	if (len && strspn(text, plain) >= len) {
		*mark = "";
		return true;
	}
	*mark = memchr(text, '"', len) ? "'" : "\"";
	return !memchr(text, **mark, len);
}

/**
 * selection_add_quoted() - the same for a text that may hold anything
 * @selection: as for selection_add()
 * @option: as for selection_add()
 * @before: a field and an operator, such as "comm == "
 * @value: is put in quotation marks if it needs them; it cannot have both kinds
 *
 * Return: false, with a message, when that is not a question.
 */
bool selection_add_quoted(struct selection *selection, const char *option,
			  const char *before, const char *value)
{
	const char *mark;
	char *question;
	bool good;

	if (!mark_for(value, strlen(value), &mark)) {
		warnx("%s: '%s' has quotation marks of both kinds", option,
		      value);
		return false;
	}
	if (asprintf(&question, "%s%s%s%s", before, mark, value, mark) < 0)
		return no_memory();
	good = selection_add(selection, option, question);
	free(question);
	return good;
}

/**
 * selection_add_list() - the same for a list of texts
 * @selection: as for selection_add()
 * @option: as for selection_add()
 * @before: a field and an operator that takes a list, such as "user in "
 * @values: with commas between; each as for selection_add_quoted(), less than 1 KiB
 *	in total
 *
 * Return: false, with a message, when that is not a question.
 */
bool selection_add_list(struct selection *selection, const char *option,
			const char *before, const char *values)
{
	char list[1024] = "", *question;
	size_t used = 0, len;
	const char *mark;
	bool good;

	for (;;) {
		len = strcspn(values, ",");
		if (!mark_for(values, len, &mark) || used + len + 8 > sizeof(list)) {
			warnx("%s: '%.100s': too long, or quotation marks of both kinds",
			      option, values);
			return false;
		}
		used += snprintf(list + used, sizeof(list) - used, "%s%s%.*s%s",
				 used ? ", " : "", mark, (int)len, values, mark);
		if (!values[len])
			break;
		values += len + 1;
	}
	if (asprintf(&question, "%s(%s)", before, list) < 0)
		return no_memory();
	good = selection_add(selection, option, question);
	free(question);
	return good;
}

/* ---- As one question -------------------------------------------------------- */

/* Add a part; @question becomes NULL when memory is short. */
static void put(char **question, const char *format, ...)
{
	char *part, *more = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = *question ? vasprintf(&part, format, args) : -1;
	va_end(args);
	if (len >= 0) {
		if (asprintf(&more, "%s%s%s", *question,
			     **question ? " and " : "", part) < 0)
			more = NULL;
		free(part);
	}
	free(*question);
	*question = more;
}

static void put_calls(char **question, u64 calls)
{
	char names[512] = "";
	u32 i;

	for (i = 0; i < IPCTRACE_NR_CALLS; i++) {
		if (!(calls & CALL_BIT(i)))
			continue;
		if (*names)
			strcat(names, ", ");
		strcat(names, ipct_syscalls[i].name);
	}
	put(question, "call in (%s)", names);
}

/* A path as a pattern that matches what is below it; false: too long */
static bool below(const char *path, size_t len, char *pattern, size_t size)
{
	size_t i;

	for (i = 0; i < len; i++) {
		bool special = strchr("*?[", path[i]);

		if (size < 8)
			return false;
		size -= snprintf(pattern, size, special ? "[%c]" : "%c", path[i]);
		pattern += special ? 3 : 1;
	}
	strcpy(pattern, "/*");
	return true;
}

static void put_cgroup(char **question, const struct selection *selection)
{
	const char *path = selection->cgroup_path;
	char pattern[3 * 4096 + 8], id[64] = "";
	const char *mark;
	size_t len;

	if (!path) {
		put(question, "cgroup == %llu",
		    (unsigned long long)selection->cgroup);
		return;
	}
	len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;		/* of the root nothing is left */
	/* The pattern needs some. */
	mark = strchr(path, '"') ? "'" : "\"";
	if (strchr(path, *mark) ||
	    !below(path, len, pattern, sizeof(pattern))) {
		free(*question);
		*question = NULL;
		return;
	}
	/* If the cgroup is gone, its id is still known. */
	if (selection->cgroup)
		snprintf(id, sizeof(id), "cgroup == %llu or ",
			 (unsigned long long)selection->cgroup);
	put(question, "(%scgroup_path == %s%.*s%s or cgroup_path ~ %s%s%s)", id,
	    mark, len ? (int)len : 1, len ? path : "/", mark, mark, pattern,
	    mark);
}

/**
 * selection_question() - a selection as a question
 * @selection: all of it counts, @question and the other members
 *
 * Return: the question, to be freed; empty for everything; NULL when memory is
 * short, or the path of the cgroup cannot be written.
 */
char *selection_question(const struct selection *selection)
{
	char *question = strdup("");

	if (selection->pid)
		put(&question, selection->forks ? "pid == %u" : "tgid == %u",
		    selection->pid);
	if (selection->calls)
		put_calls(&question, selection->calls);
	if (selection->ipc_ns)
		put(&question, "ipc_ns == %u", selection->ipc_ns);
	if (question && (selection->cgroup || selection->cgroup_path))
		put_cgroup(&question, selection);
	if (selection->question)
		put(&question, "%s", selection->question);
	return question;
}

/**
 * selection_ask() - ready to be asked
 * @selection: not needed any more on return
 * @cgroups: gives the paths that the question is about; must outlive what is
 *	returned
 *
 * Return: the question, or NULL, with a message.
 */
struct ask *selection_ask(const struct selection *selection,
			  struct cgroups *cgroups)
{
	char *question = selection_question(selection);
	struct ask_error error = { .message = "no memory, or no path of a cgroup" };
	struct ask *ask = question ? ask_new(question, &error) : NULL;

	if (ask)
		ask->cgroups = cgroups;
	else
		warnx("cannot ask '%s': %s", question ? question : "",
		      error.message);
	free(question);
	return ask;
}

/**
 * selection_free() - free the memory of a selection
 * @selection: zeroed or filled; the names and paths in it stay with their owners
 */
void selection_free(struct selection *selection)
{
	free(selection->question);
}
