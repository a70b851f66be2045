// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: own
 *
 * What a reader is asked for is seen whatever filter the machine has: where it
 * has one, the reader subscribes to the part of the question that the recorder
 * can decide. And which processes descend from another only the recorder knows:
 * it sees all forks, records tell of those that made calls.
 */
#include <err.h>

#include "ask/ask.h"
#include "ask/narrow.h"
#include "input/own.h"
#include "input/recorder_filter.h"
#include "input/source.h"
#include "select/wanted.h"

/* What the recorder can decide nothing of has to be seen whole. */
#define EVERYTHING	"uid >= 0"

static bool subscribe(struct source *source, struct wanted *wanted,
		      const struct narrow *narrow)
{
	bool follows = narrow_follows(narrow, wanted->ask), filter;

	if (!recorder_filter_ask(source->fd, &filter))
		return false;
	if (!follows && !filter)
		return true;
	if (!source_subscribe(source, *narrow->filter ? narrow->filter :
						       EVERYTHING, false))
		return false;
	wanted->own = source->subscription;
	wanted->own_since_ns = source->since_ns;
	wanted->own_follows = follows;
	return true;
}

/**
 * own_subscribe() - see to it that what is asked for is recorded
 * @source: open
 * @wanted: what is asked for; learns which records are by the subscription
 *
 * A module that knows no subscriptions is taken as it is.
 *
 * Return: false, with a message.
 */
bool own_subscribe(struct source *source, struct wanted *wanted)
{
	struct narrow narrow;
	bool good;

	if (!wanted->ask || source->schema < SOURCE_SUBSCRIBES)
		return true;
	if (!narrow_new(&narrow, wanted->ask)) {
		warnx("no memory for the question");
		return false;
	}
	good = subscribe(source, wanted, &narrow);
	narrow_free(&narrow);
	return good;
}
