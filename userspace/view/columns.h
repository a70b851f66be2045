/* SPDX-License-Identifier: GPL-2.0 */
/* Fields of records as the columns of a table; see columns.c. */
#ifndef _IPCTRACE_COLUMNS_H
#define _IPCTRACE_COLUMNS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

struct columns;
struct sink;
struct sink_note;

/* The columns of a table if nobody says which */
#define COLUMNS_USUAL							\
	"time_ns,type,cpu,pid,tid,comm,uid,gid,call,ret,errno,duration_ns,"	\
	"object.kind,object.id,object.key,args"

struct columns *columns_new(const char *names);
bool columns_tell_losses(const struct columns *columns);
void columns_begin(struct sink *sink);
void columns_record(struct sink *sink, const struct ipctrace_header *record,
		    const struct sink_note *note);
void columns_free(struct columns *columns);

#endif /* _IPCTRACE_COLUMNS_H */
