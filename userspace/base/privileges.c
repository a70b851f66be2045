// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: privileges
 *
 * Opening the device takes a capability; reading from it takes none. What is
 * read comes from all processes of the machine, so a command that goes on for long
 * first gives its capabilities up.
 */
#include <err.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/privileges.h"
#include "shared/portable.h"

/* @kept: the capabilities to keep, only such as there are */
static bool drop(struct __user_cap_data_struct *kept)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	    !syscall(SYS_capset, &header, kept))
		return true;
	warn("cannot give up capabilities");
	return false;
}

/**
 * privileges_drop() - give up all capabilities, for good
 *
 * Files that are open stay open, and the user's files stay accessible.
 *
 * Return: false, with a message, when that cannot be done.
 */
bool privileges_drop(void)
{
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { };

	return drop(none);
}

/**
 * privileges_drop_but() - the same, except for one
 * @capability: stays, if it is there
 *
 * Return: as privileges_drop()
 */
bool privileges_drop_but(unsigned int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { };
	u32 i;

	if (syscall(SYS_capget, &header, data)) {
		warn("cannot tell capabilities");
		return false;
	}
	for (i = 0; i < ARRAY_SIZE(data); i++) {
		u32 bit = i == CAP_TO_INDEX(capability) ?
				  CAP_TO_MASK(capability) : 0;

		data[i].permitted &= bit;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return drop(data);
}
