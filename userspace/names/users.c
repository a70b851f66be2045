// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: users
 *
 * Names of users and groups on this machine. Looking one up may mean asking another
 * machine, so the result is kept, even if nothing was found.
 */
#include <err.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "names/users.h"

#define NR_KEPT		256	/* of users, and of groups */
#define ENTRY_BYTES	65536	/* a group may have many members */
#define ID_UNSET	0xffffffffU

/**
 * struct kept - a name that was looked up
 * @id: number of the user or group
 * @valid: it was looked up
 * @name: its name, "" when there is none
 */
struct kept {
	u32 id;
	bool valid;
	char name[USERS_NAME_BYTES];
};

/**
 * struct users - names that were looked up
 * @kept: of users, then of groups, each at a place that depends on its id
 * @entry: what the system's functions need
 */
struct users {
	struct kept kept[2][NR_KEPT];
	char entry[ENTRY_BYTES];
};

/**
 * users_new() - begin to name users
 *
 * Return: NULL, with a message, when memory is short.
 */
struct users *users_new(void)
{
	struct users *users = calloc(1, sizeof(*users));

	if (!users)
		warnx("no memory for names of users");
	return users;
}

/* Is it a name that cannot be taken for a number, an option or two words? */
static bool is_plain(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@$-";
	size_t len = strlen(name);

	return len && len < USERS_NAME_BYTES && *name != '-' &&
	       strspn(name, letters) == len &&
	       strspn(name, "0123456789") < len;
}

static void look_up(struct users *users, bool group, struct kept *kept)
{
	struct passwd passwd, *user = NULL;
	struct group entry, *found = NULL;
	const char *name = NULL;

	if (group && !getgrgid_r(kept->id, &entry, users->entry, ENTRY_BYTES,
				 &found) && found)
		name = found->gr_name;
	if (!group && !getpwuid_r(kept->id, &passwd, users->entry, ENTRY_BYTES,
				  &user) && user)
		name = user->pw_name;
	kept->valid = true;
	kept->name[0] = '\0';
	if (name && is_plain(name))
		strcpy(kept->name, name);
}

/**
 * users_find() - name of a user or a group
 * @users: keeps what was found
 * @group: it is a group
 * @id: its number
 *
 * Return: NULL when it has none; valid until the next call.
 */
const char *users_find(struct users *users, bool group, u32 id)
{
	struct kept *kept = &users->kept[group][id % NR_KEPT];

	if (id == ID_UNSET)
		return NULL;
	if (!kept->valid || kept->id != id) {
		kept->id = id;
		look_up(users, group, kept);
	}
	return kept->name[0] ? kept->name : NULL;
}

/**
 * users_free() - undo users_new()
 * @users: or NULL
 */
void users_free(struct users *users)
{
	free(users);
}
