// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: options
 *
 * Numbers, refusals and the texts of --help and --version, the same for every
 * command. A refusal is one line that names what was wrong and what would be
 * accepted.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ipctrace/ipctrace.h>

#include "base/options.h"
#include "shared/version.h"

/**
 * option_number() - the number that an option was given
 * @name: name of the option, for the message
 * @arg: its argument
 * @max: largest number accepted; the smallest is 1
 * @number: out: the number
 *
 * Return: false, with a message, when it is not such a number.
 */
bool option_number(const char *name, const char *arg, u64 max, u64 *number)
{
	bool digits = *arg && arg[strspn(arg, "0123456789")] == '\0';

	errno = 0;
	*number = digits ? strtoull(arg, NULL, 10) : 0;
	if (!errno && *number >= 1 && *number <= max)
		return true;
	warnx("%s: '%s' is not a whole number from 1 to %llu", name, arg,
	      (unsigned long long)max);
	return false;
}

/* The long option that getopt_long() gave back as @val, NULL if there is none */
static const struct option *find_option(const struct option *options, int val)
{
	for (; options->name; options++)
		if (options->val == val)
			return options;
	return NULL;
}

/**
 * option_refused() - say what getopt_long() did not like
 * @what: what it returned: ':' or '?'
 * @argv: the arguments
 * @options: the long options
 * @accepted: list of the options for the message
 *
 * Return: EXIT_USAGE
 */
int option_refused(int what, char **argv, const struct option *options,
		   const char *accepted)
{
	const struct option *option = find_option(options, optopt);

	if (what == ':' && option)
		warnx("option --%s needs a value; accepted: %s", option->name,
		      accepted);
	else if (option)
		warnx("option --%s takes no value; accepted: %s", option->name,
		      accepted);
	else if (optopt)
		warnx("unknown option '-%c'; accepted: %s", optopt, accepted);
	else
		warnx("unknown option '%s'; accepted: %s", argv[optind - 1],
		      accepted);
	return EXIT_USAGE;
}

/**
 * option_unexpected() - say that there is an argument too many
 * @argument: the argument
 * @accepted: list of the options for the message
 *
 * Return: EXIT_USAGE
 */
int option_unexpected(const char *argument, const char *accepted)
{
	warnx("unexpected argument '%s'; accepted: %s", argument, accepted);
	return EXIT_USAGE;
}

/**
 * option_json() - read the arguments of a command that only takes --json
 * @argc: number of arguments
 * @argv: arguments, the first one is skipped
 * @help: text of --help
 * @json: out: --json was there
 *
 * Return: exit status to end with, or -1 to go on.
 */
int option_json(int argc, char **argv, const char *help, bool *json)
{
	static const char accepted[] = "--json --help (-h)";
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	int option;

	*json = false;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h')
			return print_text(help);
		if (option != 'j')
			return option_refused(option, argv, options, accepted);
		*json = true;
	}
	if (optind < argc)
		return option_unexpected(argv[optind], accepted);
	return -1;
}

/**
 * print_text() - print what was asked for
 * @text: the text
 *
 * Return: exit status
 */
int print_text(const char *text)
{
	if (fputs(text, stdout) < 0 || fflush(stdout)) {
		warn("cannot write output");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/**
 * print_version() - print the versions of the program and of its ABI
 *
 * Return: exit status
 */
int print_version(void)
{
	char text[128];

	snprintf(text, sizeof(text), "ipctrace %s\ntransport %d, schema %d\n",
		 IPCT_VERSION, IPCTRACE_TRANSPORT, IPCTRACE_SCHEMA);
	return print_text(text);
}
