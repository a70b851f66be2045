// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: cgroups
 *
 * A record names a cgroup by its id, which is the inode number of its
 * directory. The directories are walked when an unknown id comes up, and what was
 * found is kept, so that a cgroup that is gone still has its name. An id that was not
 * found is only looked for again after a while.
 *
 * A capture contains the names of its cgroups: then only these are known.
 */
#define _GNU_SOURCE	/* tdestroy() */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "names/cgroups.h"
#include "names/containers.h"

#define SCAN_SECONDS	1	/* between two walks */
#define PATH_BYTES	4096

/**
 * struct node - a cgroup in the cache
 * @id: inode number of its directory
 * @cgroup: what is known
 * @path: holds cgroup.path
 * @text: holds cgroup.text
 * @container: holds cgroup.container
 */
struct node {
	u64 id;
	struct cgroup cgroup;
	char *path;
	char *text;
	char container[CONTAINER_DIGITS + 1];
};

/**
 * struct cgroups - the cgroups that have been seen
 * @root: directory that holds them, NULL: none does
 * @tree: struct node's by id
 * @last: looked up last
 * @scanned: when the directories were walked, seconds
 * @users: without @root: users of the records are those of this machine
 */
struct cgroups {
	char *root;
	void *tree;
	const struct node *last;
	time_t scanned;
	bool users;
};

static int compare(const void *a, const void *b)
{
	const struct node *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

static void fill(struct node *node, const char *path, size_t trusted)
{
	size_t len;

	if (!*path)
		path = "/";
	len = strlen(path);
	node->text = malloc(UTF8_GROWTH * len + 1);
	node->path = node->text ? strdup(path) : NULL;
	if (!node->path) {
		free(node->text);
		node->text = NULL;
		return;
	}
	node->cgroup.path = node->path;
	node->cgroup.text = utf8_text(node->text, path, len);
	node->cgroup.container = container_find(path, trusted,
						node->container) ?
				 node->container : NULL;
}

/* The node of an id, made if there is none; NULL without memory. */
static struct node *obtain(struct cgroups *cgroups, u64 id)
{
	struct node key = { .id = id }, *node, **found;

	found = tfind(&key, &cgroups->tree, compare);
	if (found)
		return *found;
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->id = id;
	if (!tsearch(node, &cgroups->tree, compare)) {
		free(node);
		return NULL;
	}
	return node;
}

/* An id is not used twice, and cgroups are not renamed. */
static void take(struct cgroups *cgroups, u64 id, const char *path,
		 size_t trusted)
{
	struct node *node = obtain(cgroups, id);

	if (node && !node->path)
		fill(node, path, trusted);
}

/*
 * Take directory @fd, which it closes, and all below. Only root can have made the
 * directories that the first @trusted of the @len bytes of @path name.
 */
static void walk(struct cgroups *cgroups, int fd, char *path, size_t len,
		 size_t trusted)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	struct stat stat;
	bool ours;

	if (!dir) {
		close(fd);
		return;
	}
	if (fstat(fd, &stat)) {
		closedir(dir);
		return;
	}
	take(cgroups, stat.st_ino, path, trusted);
	/* The owner of a directory can make anything in it. */
	ours = trusted == len && !stat.st_uid;
	while ((entry = readdir(dir))) {
		size_t name = strlen(entry->d_name);
		int below;

		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, "..") ||
		    len + 1 + name >= PATH_BYTES)
			continue;
		below = openat(fd, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0)
			continue;	/* gone meanwhile */
		path[len] = '/';
		memcpy(path + len + 1, entry->d_name, name + 1);
		walk(cgroups, below, path, len + 1 + name,
		     ours ? len + 1 + name : trusted);
		path[len] = '\0';
	}
	closedir(dir);
}

static void scan(struct cgroups *cgroups)
{
	char path[PATH_BYTES] = "";
	struct timespec now;
	int fd;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (cgroups->scanned && now.tv_sec < cgroups->scanned + SCAN_SECONDS)
		return;
	cgroups->scanned = now.tv_sec ? now.tv_sec : 1;
	fd = open(cgroups->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		walk(cgroups, fd, path, 0, 0);
}

/**
 * cgroups_new() - begin to name cgroups
 * @root: the directory that holds them, or NULL for that of version 2 on this machine
 *
 * Return: the cgroups, or NULL, with a message, when memory is short.
 */
struct cgroups *cgroups_new(const char *root)
{
	struct cgroups *cgroups = calloc(1, sizeof(*cgroups));

	if (!root)
		root = access("/sys/fs/cgroup/unified", F_OK) ?
		       "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
	if (cgroups)
		cgroups->root = strdup(root);
	if (cgroups && cgroups->root)
		return cgroups;
	free(cgroups);
	warnx("no memory for cgroups");
	return NULL;
}

/**
 * cgroups_new_empty() - begin to name cgroups that are not of this machine
 *
 * Return: no cgroups yet, or NULL, with a message, when memory is short.
 */
struct cgroups *cgroups_new_empty(void)
{
	struct cgroups *cgroups = calloc(1, sizeof(*cgroups));

	if (!cgroups)
		warnx("no memory for cgroups");
	return cgroups;
}

/**
 * cgroups_name() - name a cgroup, unless it has a name
 * @cgroups: keep a copy of @path
 * @id: as records have it: the inode of the directory
 * @path: its path below the root, "/" for the root
 * @container: a container that the path names can be believed: see containers.c
 */
void cgroups_name(struct cgroups *cgroups, u64 id, const char *path,
		  bool container)
{
	take(cgroups, id, path, container ? strlen(path) : 0);
}

/**
 * cgroups_of_machine() - are these the cgroups of this machine?
 * @cgroups: from cgroups_new(): yes; from cgroups_new_empty(): no
 */
bool cgroups_of_machine(const struct cgroups *cgroups)
{
	return cgroups->root;
}

/**
 * cgroups_know_users() - note that records with these cgroups have this machine's users
 * @cgroups: from cgroups_new_empty(); with others this is known
 */
void cgroups_know_users(struct cgroups *cgroups)
{
	cgroups->users = true;
}

/**
 * cgroups_knows_users() - may users be given the names that they have on this machine?
 * @cgroups: of the records
 */
bool cgroups_knows_users(const struct cgroups *cgroups)
{
	return cgroups->root || cgroups->users;
}

/**
 * cgroups_find() - what is known of a cgroup
 * @cgroups: those of this machine are looked for in the file system; what was found is
 *	kept
 * @id: as in records
 *
 * Return: the cgroup, without a path when there is none with that id. Valid until the
 * next call.
 */
const struct cgroup *cgroups_find(struct cgroups *cgroups, u64 id)
{
	static const struct cgroup unknown;
	const struct node *node = cgroups->last;

	if (node && node->id == id && node->path)
		return &node->cgroup;
	node = obtain(cgroups, id);
	if (!node)
		return &unknown;
	if (!node->path && cgroups->root)
		scan(cgroups);
	cgroups->last = node;
	return &node->cgroup;
}

/**
 * cgroups_id() - id of a cgroup
 * @cgroups: those of this machine, see cgroups_of_machine()
 * @path: its path, below the root or from the root of the file system
 * @id: out: as records have it; not changed on failure
 *
 * Return: false when there is none with that path.
 */
bool cgroups_id(const struct cgroups *cgroups, const char *path, u64 *id)
{
	size_t root = strlen(cgroups->root);
	char whole[PATH_BYTES];
	struct stat stat;
	int len;

	if (!strncmp(path, cgroups->root, root) &&
	    (path[root] == '/' || !path[root]))
		path += root;
	len = snprintf(whole, sizeof(whole), "%s/%s", cgroups->root, path);
	if (len < 0 || (size_t)len >= sizeof(whole) ||
	    lstat(whole, &stat) || !S_ISDIR(stat.st_mode))
		return false;
	*id = stat.st_ino;
	return true;
}

static void free_node(void *pointer)
{
	struct node *node = pointer;

	free(node->path);
	free(node->text);
	free(node);
}

/**
 * cgroups_free() - undo cgroups_new()
 * @cgroups: with all names that were found; or NULL
 */
void cgroups_free(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	tdestroy(cgroups->tree, free_node);
	free(cgroups->root);
	free(cgroups);
}
