// SPDX-License-Identifier: GPL-2.0
/*
 * Print who removes which System V IPC object: of a capture, or as it happens.
 *
 *	cc removals.c -o removals $(pkg-config --cflags --libs libipctrace)
 *	./removals [FILE]
 */
#include <libipctrace.h>
#include <stdio.h>

static unsigned long long number(struct ipctrace_reader *reader, const char *name)
{
	struct ipctrace_value value;

	return ipctrace_reader_field(reader, name, &value) == 1 ? value.number : 0;
}

static const char *text(struct ipctrace_reader *reader, const char *name)
{
	struct ipctrace_value value;

	return ipctrace_reader_field(reader, name, &value) == 1 &&
	       value.type == IPCTRACE_VALUE_TEXT ? value.text : "?";
}

int main(int argc, char **argv)
{
	struct ipctrace_reader *reader = ipctrace_reader_open(argc > 1 ? argv[1] : NULL);
	int ret = -1;

	if (reader && !ipctrace_reader_ask(reader, "cmd == IPC_RMID and not failed"))
		while ((ret = ipctrace_reader_next(reader, -1)) > 0)
			printf("%s[%llu] removed %s %llu of user %llu\n",
			       text(reader, "comm"), number(reader, "pid"),
			       text(reader, "object.kind"), number(reader, "object.id"),
			       number(reader, "object.uid"));
	if (ret < 0)
		fprintf(stderr, "%s\n", ipctrace_error());
	ipctrace_reader_close(reader);
	return ret < 0;
}
