/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records as the recorder can leave them, of all types and with all parts, and
 * questions about such records; from a seed. Values are of few, so that
 * questions hold now and then.
 */
#ifndef _UNIT_RECORDS_H
#define _UNIT_RECORDS_H

#include <ipctrace/ipctrace.h>

#include "shared/portable.h"

/**
 * struct unit_records - where they come from
 * @seed: of what comes next
 * @record: the last one
 */
struct unit_records {
	u64 seed;
	u64 record[128];
};

const struct ipctrace_call *unit_record(struct unit_records *records);
void unit_question(struct unit_records *records, char *text, size_t size,
		   bool of_filter);

#endif /* _UNIT_RECORDS_H */
