// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: spans
 *
 * Times of which records are missing, so that nothing is concluded from their absence.
 */
#include "capture/spans.h"

/**
 * spans_add() - add a time
 * @spans: get it; if there is no room for it, the last one grows
 * @from_ns: since when
 * @until_ns: until when, ~0: not known
 */
void spans_add(struct spans *spans, u64 from_ns, u64 until_ns)
{
	struct span *last;

	if (spans->nr < SPANS_MAX) {
		spans->span[spans->nr++] = (struct span){
			.from_ns = from_ns,
			.until_ns = until_ns,
		};
		return;
	}
	last = &spans->span[SPANS_MAX - 1];
	last->from_ns = min_t(u64, last->from_ns, from_ns);
	if (last->until_ns < until_ns)
		last->until_ns = until_ns;
}
