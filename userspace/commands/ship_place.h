/* SPDX-License-Identifier: GPL-2.0 */
/* What kinds of places for lines have in common. */
#ifndef _IPCTRACE_SHIP_PLACE_H
#define _IPCTRACE_SHIP_PLACE_H

#include "commands/ship_position.h"

struct ship_lines;
struct ship_to;

/**
 * enum ship_state - how it goes on
 * @SHIP_ON: it does
 * @SHIP_CLOSED: nobody reads it any more
 * @SHIP_FAILED: it cannot; a message was given
 */
enum ship_state {
	SHIP_ON,
	SHIP_CLOSED,
	SHIP_FAILED,
};

/**
 * struct ship_to_ops - a kind of place
 * @add: a line more, with its end
 * @pump: send what can be sent now; returns enum ship_state
 * @is_full: would lines go if there were more? NULL: it waits by itself
 * @wait: for what was sent to arrive, for a tenth of a second; returns how many lines
 *	have not arrived. NULL: none
 * @mark: the last record of a CPU that was sent before, NULL: there is none. NULL:
 *	that is not known
 * @set_mark: all lines of a record were added. NULL with @mark
 * @end: send what can be sent in a moment; false, with a message, when lines were lost
 *	that nobody was told of, or, with @whole, any are left
 */
struct ship_to_ops {
	void (*add)(struct ship_to *to, const char *line, size_t len);
	enum ship_state (*pump)(struct ship_to *to);
	bool (*is_full)(struct ship_to *to);
	u64 (*wait)(struct ship_to *to);
	const struct ship_position *(*mark)(struct ship_to *to, u32 cpu);
	void (*set_mark)(struct ship_to *to, u32 cpu,
			 const struct ship_position *position);
	bool (*end)(struct ship_to *to, bool whole);
};

/**
 * struct ship_to - a place, first in what each kind of them has
 * @ops: the kind
 * @name: as in --to
 * @lines: makes lines, to tell of others
 * @fd: it is over when nobody reads that any more; /dev/null where that cannot be
 */
struct ship_to {
	const struct ship_to_ops *ops;
	const char *name;
	struct ship_lines *lines;
	int fd;
};

#endif /* _IPCTRACE_SHIP_PLACE_H */
