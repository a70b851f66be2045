// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: access
 *
 * Records tell what all processes of the machine do, so the mode of a file is
 * not enough: whoever may mount a file system could make another file, and root
 * of a container is not root of the machine. To open a file for reading takes
 * CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace, as for perf events
 * of the whole machine, or membership in the group that the administrator chose.
 *
 * Whoever pauses, clears or filters decides what all readers get to see, and
 * could hide their own calls. So that takes CAP_SYS_ADMIN, also in the initial
 * user namespace.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/uidgid.h>

#include "access.h"

/* Set before there is a file to open. */
static kgid_t readers;

/**
 * ipct_access_init() - set the group that may read
 * @group: in the initial user namespace, -1: none
 *
 * Context: any.
 * Return: 0, or -EINVAL if there can be no such group.
 */
int ipct_access_init(int group)
{
	readers = INVALID_GID;
	if (group == -1)
		return 0;
	readers = make_kgid(&init_user_ns, group);
	return group >= 0 && gid_valid(readers) ? 0 : -EINVAL;
}

/**
 * ipct_access_mode() - the mode of files that may be read
 *
 * A device has no group before udev gives it one, so with a group the mode
 * leaves it to ipct_access_read().
 */
umode_t ipct_access_mode(void)
{
	return gid_valid(readers) ? 0444 : 0400;
}

/**
 * ipct_access_read() - may the calling task read records and statistics?
 *
 * Context: open.
 * Return: 0 or -EPERM.
 */
int ipct_access_read(void)
{
	if (gid_valid(readers) && in_group_p(readers))
		return 0;
	return perfmon_capable() ? 0 : -EPERM;
}

/**
 * ipct_access_control() - may the calling task control the recorder?
 *
 * Context: any in which it may be refused.
 * Return: 0 or -EPERM.
 */
int ipct_access_control(void)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}
