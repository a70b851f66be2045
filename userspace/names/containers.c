// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: containers
 *
 * The kernel knows no containers, only cgroups, and anybody to whom a part of the
 * tree is delegated can make directories with any name in it. So a name is
 * believed only if it has the form that a runtime gives it, and nobody but root can
 * have made it: all directories above belong to root. The owner of a delegated part
 * owns its directories, and cgroups are neither renamed nor moved.
 *
 * Containers of runtimes that run without root are in delegated parts. Their names
 * there are up to their users, so they have no id here.
 *
 * The forms, ID being 64 hexadecimal digits:
 *
 *	Docker, moby's daemon		docker/ID		docker-ID.scope
 *	containerd for Kubernetes	pod.../ID		cri-containerd-ID.scope
 *	CRI-O				pod.../crio-ID		crio-ID.scope
 *	Podman, libpod			libpod-ID		libpod-ID.scope
 *	nerdctl						nerdctl-ID.scope
 *
 * Those of the driver "cgroupfs" are on the left, those of "systemd" on the right.
 */
#include <string.h>

#include "names/containers.h"

/**
 * struct form - how a runtime names a cgroup
 * @parent: how the name of the directory above begins; "": any
 * @before: what comes before the id
 * @after: what comes after it
 */
static const struct form {
	const char *parent;
	const char *before;
	const char *after;
} forms[] = {
	{ "docker/", "", "" },
	{ "pod", "", "" },
	{ "pod", "crio-", "" },
	{ "", "libpod-", "" },
	{ "", "docker-", ".scope" },
	{ "", "cri-containerd-", ".scope" },
	{ "", "crio-", ".scope" },
	{ "", "libpod-", ".scope" },
	{ "", "nerdctl-", ".scope" },
};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* The id in @name, of @len bytes, below @parent; NULL when it does not have that form */
static const char *id_in(const struct form *form, const char *parent,
			 const char *name, size_t len)
{
	size_t before = strlen(form->before);

	if (len != before + CONTAINER_DIGITS + strlen(form->after) ||
	    !begins(parent, form->parent) || !begins(name, form->before) ||
	    strspn(name + before, "0123456789abcdef") < CONTAINER_DIGITS ||
	    !begins(name + before + CONTAINER_DIGITS, form->after))
		return NULL;
	return name + before;
}

/**
 * container_find() - the container that a cgroup belongs to
 * @path: path of the cgroup, from the root of its hierarchy
 * @trusted: bytes at the beginning of @path that name directories which only root
 *	can have made
 * @container: out: id of the outermost container, CONTAINER_DIGITS and a NUL
 *
 * Return: false when it belongs to none, or to none that can be believed.
 */
bool container_find(const char *path, size_t trusted, char *container)
{
	const char *parent = "", *name = path, *id;
	size_t i, len;

	for (; *name; parent = name, name += len) {
		name += *name == '/';
		len = strcspn(name, "/");
		for (i = 0; i < ARRAY_SIZE(forms); i++) {
			id = id_in(&forms[i], parent, name, len);
			if (!id)
				continue;
			memcpy(container, id, CONTAINER_DIGITS);
			container[CONTAINER_DIGITS] = '\0';
			return (size_t)(name + len - path) <= trusted;
		}
	}
	return false;
}
