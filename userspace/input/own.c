// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: own
 *
 * A reader sees what it is asked for whatever filter the machine has: if there is
 * one, the reader subscribes to the part of the question that the recorder can
 * decide. It also subscribes to learn which processes descend from another: only the
 * recorder sees all forks, while records tell only of processes that made calls.
 */
#include <err.h>

#include "ask/ask.h"
#include "ask/narrow.h"
#include "input/own.h"
#include "input/recorder_filter.h"
#include "input/source.h"
#include "select/wanted.h"

/* If the recorder can decide nothing of the question, all records are needed. */
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
 * own_subscribe() - make sure that what is asked for is recorded
 * @source: open
 * @wanted: what is asked for; learns which records are due to the subscription
 *
 * With a module that knows no subscriptions nothing is done.
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
