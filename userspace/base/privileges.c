// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: privileges
 *
 * To open the device takes a capability; to read what it gives takes none. What
 * is read comes from all processes of the machine, so whoever goes on for long
 * gives its capabilities up first.
 */
#include <err.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/privileges.h"

/**
 * privileges_drop() - give up all capabilities, for good
 *
 * Files that are open stay so, and files of the user remain its own.
 *
 * Return: false, with a message, when that cannot be done.
 */
bool privileges_drop(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { };

	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	    !syscall(SYS_capset, &header, none))
		return true;
	warn("cannot give up capabilities");
	return false;
}
