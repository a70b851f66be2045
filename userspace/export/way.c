// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: way
 *
 * The ways out: what holds for each format. What needs a library is there where this
 * program was built with that; where not, its name is, and what to do about it.
 */
#include <err.h>

#include "export/way.h"

/**
 * way_works() - can this program write that format?
 * @ops: the format
 *
 * Return: false, with a message, when it was built without a library for it.
 */
bool way_works(const struct way_ops *ops)
{
	if (!ops->lacks)
		return true;
	warnx("this ipctrace was built without %s; install %s and build it again",
	      ops->lacks, ops->install);
	return false;
}
