/* SPDX-License-Identifier: GPL-2.0 */
/* Records from the recorder into captures; see write.c. */
#ifndef _IPCTRACE_WRITE_H
#define _IPCTRACE_WRITE_H

#include "base/progress.h"
#include "capture/blocks_write.h"
#include "capture/create.h"
#include "capture/rotate.h"
#include "select/wanted.h"
#include "shared/portable.h"

struct options;
struct source;

/**
 * struct write - what is written
 * @name: file to write
 * @wanted: which records
 * @quiet: nobody is told how far it is
 * @enough: all that were wanted are there
 * @until_ns: take records up to that time
 * @busy: there were records when the rings were looked at last
 * @alone: there is one CPU to run on
 * @flush_ns: when what gathers is to be written, 0: when there is something
 * @rotation: captures one after the other, if @rotates
 * @rotates: there is to be more than one
 * @file: the capture that is being written
 * @writer: and what writes it
 * @ended: there is none any more: the next one could not be made
 * @records: of the captures before
 * @lost: records that were lost in these
 * @gaps: records of gaps in these
 * @progress: for whoever watches
 */
struct write {
	const char *name;
	struct wanted wanted;
	bool quiet;
	bool enough;
	u64 until_ns;
	bool busy;
	bool alone;
	u64 flush_ns;
	struct rotation rotation;
	bool rotates;
	struct capture_file file;
	struct blocks_writer writer;
	bool ended;
	u64 records;
	u64 lost;
	u64 gaps;
	struct progress progress;
};

bool write_asked(struct write *write, const struct options *options);
bool write_begin(struct write *write, struct source *source);
bool write_records(struct write *write, struct source *source);
bool write_end(struct write *write, bool good);
void write_free(struct write *write);

#endif /* _IPCTRACE_WRITE_H */
