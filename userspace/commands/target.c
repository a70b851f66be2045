// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: target
 *
 * Objects as people name them: by id, 32769, or by key, 0x5047; with the kind before
 * it where that matters, shm:32769. One name may mean several objects: a key that was
 * used again, an id of each kind, the same in two namespaces.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands/target.h"
#include "shared/syscalls.h"

#define ALL_FAMILIES	(1 << IPCTRACE_MSG | 1 << IPCTRACE_SEM | 1 << IPCTRACE_SHM)

/* Which kind comes before the colon; where the number begins */
static const char *take_family(struct target *target, const char *text)
{
	size_t len = strcspn(text, ":");
	u8 family;

	target->families = ALL_FAMILIES;
	if (!text[len])
		return text;
	for (family = 0; family < IPCTRACE_ANY; family++) {
		if (strlen(ipct_family_names[family]) != len ||
		    strncmp(ipct_family_names[family], text, len))
			continue;
		target->families = 1U << family;
		return text + len + 1;
	}
	return NULL;
}

/**
 * target_parse() - which objects are meant
 * @target: out: that
 * @text: what somebody said; must outlive @target
 * @ipc_ns: only in that namespace; 0: in any
 *
 * Return: false, with a message, when that makes no sense.
 */
bool target_parse(struct target *target, const char *text, u32 ipc_ns)
{
	const char *number;
	long long value = 0;
	char *end = NULL;

	*target = (struct target){ .text = text, .ipc_ns = ipc_ns };
	number = take_family(target, text);
	errno = 0;
	if (number)
		value = strtoll(number, &end, 0);
	if (!number || end == number || *end || errno || value < -2147483648LL ||
	    value > 0xffffffffLL) {
		warnx("'%s' names no object; accepted: an id (32769), a key (0x5047), or with the kind (msg:0, sem:0x5047, shm:32769)",
		      text);
		return false;
	}
	target->by_key = !strncmp(number, "0x", 2) || !strncmp(number, "0X", 2);
	target->number = (s32)(u32)value;
	return true;
}

/**
 * target_is() - is that one of them?
 * @target: which are meant
 * @object: any
 */
bool target_is(const struct target *target, const struct model_object *object)
{
	return target->families & 1U << object->family &&
	       (!target->ipc_ns || target->ipc_ns == object->ipc_ns) &&
	       (target->by_key ? object->key : object->id) == target->number;
}

/**
 * target_kind() - what an object is, for people
 * @family: enum ipctrace_family
 */
const char *target_kind(u8 family)
{
	return family == IPCTRACE_MSG ? "message queue" :
	       family == IPCTRACE_SEM ? "semaphore set" : "shared memory segment";
}
