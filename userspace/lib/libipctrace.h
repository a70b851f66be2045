/* SPDX-License-Identifier: GPL-2.0 */
/**
 * DOC: libipctrace
 *
 * Records of System V IPC calls, from the recorder or from a capture, for programs:
 *
 *	reader = ipctrace_reader_open(NULL)
 *		ipctrace_reader_ask(), for a part of them
 *		while ipctrace_reader_next() gives 1:
 *			ipctrace_reader_field(), _text(), _json(), _record()
 *	ipctrace_reader_close(reader)
 *
 * A reader is for one thread at a time; different readers are independent.
 * The library prints nothing, catches no signals and never ends the process. Link with
 * -lipctrace, or ask pkg-config for libipctrace.
 */
#ifndef _LIBIPCTRACE_H
#define _LIBIPCTRACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct ipctrace_header;
struct ipctrace_reader;

/**
 * enum ipctrace_value_type - what a value is
 * @IPCTRACE_VALUE_NULL: nothing: the field is there but has no value
 * @IPCTRACE_VALUE_NUMBER: a whole number
 * @IPCTRACE_VALUE_TEXT: a text
 * @IPCTRACE_VALUE_BOOL: true or false
 */
enum ipctrace_value_type {
	IPCTRACE_VALUE_NULL,
	IPCTRACE_VALUE_NUMBER,
	IPCTRACE_VALUE_TEXT,
	IPCTRACE_VALUE_BOOL,
};

/**
 * struct ipctrace_value - value of a field
 * @type: enum ipctrace_value_type
 * @negative: for a number: @number is to be read as int64_t
 * @number: for a number; 0 or 1 for a bool
 * @text: for a text, ended by NUL; valid until the record is gone
 */
struct ipctrace_value {
	int type;
	int negative;
	uint64_t number;
	const char *text;
};

/**
 * ipctrace_version() - version of the library, such as "0.1.0"
 */
const char *ipctrace_version(void);

/**
 * ipctrace_error() - what last went wrong in this thread
 *
 * Return: one line without its end; "" when nothing has. Valid until the next call of
 * the library in this thread.
 */
const char *ipctrace_error(void);

/**
 * ipctrace_reader_open() - begin to read
 * @path: a capture, "-" for standard input; NULL: the recorder, from the oldest
 *	record that it holds
 *
 * For the recorder this takes CAP_PERFMON, CAP_SYS_ADMIN or membership in the group
 * that the module was loaded with. The descriptor is closed on exec.
 *
 * Return: the reader, or NULL; ipctrace_error() says why.
 */
struct ipctrace_reader *ipctrace_reader_open(const char *path);

/**
 * ipctrace_reader_ask() - get only records for which an expression holds
 * @reader: open, and nothing has been read yet
 * @expression: see ipctrace-filter(7), such as "cmd == IPC_RMID"
 *
 * What is asked of the recorder is recorded whatever the machine's filter says. Records
 * of type "lost" and "gap" always come: they say what was not seen.
 *
 * Return: 0, or -1; ipctrace_error() says what is wrong with the expression, and where.
 */
int ipctrace_reader_ask(struct ipctrace_reader *reader, const char *expression);

/**
 * ipctrace_reader_next() - go to the next record
 * @reader: open; what was got from the record before is not valid any more
 * @timeout_ms: how long to wait for one at most; 0: not at all; negative: as long as it
 *	takes. A capture never has to be waited for.
 *
 * Return: 1 for a record; 0 for none: the time is up or a capture has ended, see
 * ipctrace_reader_ended(); -1 for a failure, for example when a capture is damaged:
 * the next call goes on after the damage.
 */
int ipctrace_reader_next(struct ipctrace_reader *reader, int timeout_ms);

/**
 * ipctrace_reader_ended() - will there be no more records?
 * @reader: open
 *
 * Return: 1 if so, else 0.
 */
int ipctrace_reader_ended(const struct ipctrace_reader *reader);

/**
 * ipctrace_reader_fd() - descriptor for poll(), readable when there may be records
 * @reader: open
 *
 * It must not be read from or closed. -1 for a capture.
 */
int ipctrace_reader_fd(const struct ipctrace_reader *reader);

/**
 * ipctrace_reader_field() - a field of the record, by its name in JSON
 * @reader: is at a record
 * @name: see ipctrace-fields(7): "pid", "object.key", "args.msgsz"; "args." may be left
 *	out
 * @value: out: its value, for a list the first one
 *
 * Return: 1; 0 when this record does not have it; -1 when there is no such field.
 */
int ipctrace_reader_field(struct ipctrace_reader *reader, const char *name,
			  struct ipctrace_value *value);

/**
 * ipctrace_reader_text() - the record as ipctrace prints it
 * @reader: is at a record
 *
 * Return: one line without its end; "" for a type that is not known.
 */
const char *ipctrace_reader_text(struct ipctrace_reader *reader);

/**
 * ipctrace_reader_json() - the record as ipctrace --json prints it
 * @reader: is at a record
 *
 * Return: one line without its end; "" for a type that is not known.
 */
const char *ipctrace_reader_json(struct ipctrace_reader *reader);

/**
 * ipctrace_reader_record() - the record as it was recorded
 * @reader: is at a record
 *
 * Return: the record, see <ipctrace/ipctrace.h>; valid until the next one.
 */
const struct ipctrace_header *
ipctrace_reader_record(const struct ipctrace_reader *reader);

/**
 * ipctrace_reader_close() - undo ipctrace_reader_open()
 * @reader: open, or NULL
 */
void ipctrace_reader_close(struct ipctrace_reader *reader);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* _LIBIPCTRACE_H */
