// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: objects_tree
 *
 * Objects below who made them, these below their containers, and these below IPC
 * namespaces. Who made an object, and in which container that was, is known from
 * records; of a segment that is older the kernel knows the process.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/evidence.h"
#include "commands/objects_tree.h"
#include "commands/options.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "view/output.h"

/**
 * struct leaf - an object, and what it is below
 * @object: the object
 * @container: id of the creator's container; NULL: none, or not known
 */
struct leaf {
	const struct model_object *object;
	const char *container;
};

static int compare_numbers(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

/* What is not known comes last. */
static int compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return !a - !b;
	return strcmp(a, b);
}

static const char *exe_of(const struct model_who *made)
{
	return made->origin && *made->origin->exe ? made->origin->exe : NULL;
}

static int compare_makers(const struct model_who *a, const struct model_who *b)
{
	if (!a->from || !b->from)
		return !a->from - !b->from;
	return compare_texts(a->comm, b->comm) ?:
	       compare_numbers(a->tgid, b->tgid) ?:
	       compare_texts(exe_of(a), exe_of(b));
}

static int is_recorded(const struct leaf *leaf)
{
	return leaf->object->made.from == MODEL_RECORDED;
}

/* Up to which level two are below the same: of namespaces, containers, creators */
static int compare_level(const struct leaf *a, const struct leaf *b, int level)
{
	int order = compare_numbers(a->object->ipc_ns, b->object->ipc_ns);

	if (!order && level > 0)
		order = compare_texts(a->container, b->container) ?:
			is_recorded(b) - is_recorded(a);
	if (!order && level > 1)
		order = compare_makers(&a->object->made, &b->object->made);
	return order;
}

static int compare(const void *left, const void *right)
{
	const struct leaf *a = left, *b = right;

	return compare_level(a, b, 2) ?:
	       compare_numbers(a->object->family, b->object->family) ?:
	       compare_numbers(a->object->serial, b->object->serial);
}

/* ---- Lines ------------------------------------------------------------------------------ */

static void put_namespace(struct output *output, const struct leaf *leaf,
			  size_t nr)
{
	output_print(output, "IPC namespace %u: %zu %s\n", leaf->object->ipc_ns, nr,
		     nr == 1 ? "object" : "objects");
}

static void put_container(struct output *output, const struct leaf *leaf)
{
	if (leaf->container)
		output_print(output, "  Container %.12s\n", leaf->container);
	else
		output_print(output, "  %s\n", is_recorded(leaf) ?
			     "No container" : "Container not recorded");
}

static void put_maker(struct output *output, const struct leaf *leaf)
{
	const struct model_who *made = &leaf->object->made;
	const char *exe = exe_of(made);

	if (made->from == MODEL_RECORDED)
		output_print(output, "    Made by %s (pid %u)%s%s\n",
			     *made->comm ? made->comm : "?", made->tgid,
			     exe ? ", " : "", exe ?: "");
	else if (made->from)
		output_print(output, "    Made by pid %u, as the kernel says\n",
			     made->tgid);
	else
		output_print(output, "    Who made them is not recorded\n");
}

static void put_content(struct output *output, const struct model_object *object)
{
	if (object->family == IPCTRACE_SHM) {
		if (object->size_from)
			output_print(output, ", %llu bytes",
				     (unsigned long long)object->size);
		if (object->nr_attached || object->made.from == MODEL_RECORDED)
			output_print(output, ", attached %u times",
				     object->nr_attached);
	} else if (object->family == IPCTRACE_SEM) {
		if (object->size_from)
			output_print(output, ", %llu semaphores",
				     (unsigned long long)object->size);
		if (object->nr_holds)
			output_print(output, ", held %u times", object->nr_holds);
	} else if (object->stat.from == MODEL_KERNEL) {
		output_print(output, ", %llu messages",
			     (unsigned long long)object->stat.qnum);
	} else if (object->queue_known) {
		output_print(output, ", %u messages", object->nr_messages);
	}
}

static void put_object(struct output *output, const struct model_object *object)
{
	output_print(output, "      %s %d", ipct_family_names[object->family],
		     object->id);
	if (object->key)
		output_print(output, ", key 0x%08x", object->key);
	put_content(output, object);
	if (object->nr_waits)
		output_print(output, ", %u wait", object->nr_waits);
	if (model_has_gone(object))
		output_print(output, ", gone");
	else if (object->state == MODEL_MARKED)
		output_print(output, ", to go with the last detach");
	output_print(output, "\n");
}

static size_t below_namespace(const struct leaf *leaves, size_t i, size_t nr)
{
	size_t end = i;

	while (end < nr && !compare_level(&leaves[i], &leaves[end], 0))
		end++;
	return end - i;
}

static void put_all(struct output *output, const struct leaf *leaves, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!i || compare_level(&leaves[i - 1], &leaves[i], 0))
			put_namespace(output, &leaves[i],
				      below_namespace(leaves, i, nr));
		if (!i || compare_level(&leaves[i - 1], &leaves[i], 1))
			put_container(output, &leaves[i]);
		if (!i || compare_level(&leaves[i - 1], &leaves[i], 2))
			put_maker(output, &leaves[i]);
		put_object(output, leaves[i].object);
		if (output_room(output) != OUTPUT_OK)
			return;
	}
}

/* ---- All ---------------------------------------------------------- */

static size_t gather(struct leaf *leaves, const struct model_objects *objects,
		     const struct evidence *evidence, const struct options *options)
{
	const struct model_object *object;
	size_t nr = 0;

	TAILQ_FOREACH(object, objects, all) {
		if (options->ipc_ns && object->ipc_ns != options->ipc_ns)
			continue;
		leaves[nr++] = (struct leaf){
			.object = object,
			.container = object->made.from == MODEL_RECORDED ?
				     cgroups_find(evidence->cgroups,
						  object->made.cgroup)->container :
				     NULL,
		};
	}
	return nr;
}

/**
 * objects_tree_print() - print objects below who made them
 * @evidence: what is known of them
 * @options: of objects
 * @output: where to; not flushed
 *
 * Return: false, with a message, when memory is short.
 */
bool objects_tree_print(const struct evidence *evidence,
			const struct options *options, struct output *output)
{
	const struct model_sums *sums = model_sums(evidence->model);
	struct leaf *leaves = calloc(sums->objects + sums->gone + 1,
				     sizeof(*leaves));
	size_t nr;

	if (!leaves) {
		warnx("no memory for a tree");
		return false;
	}
	nr = gather(leaves, model_objects(evidence->model), evidence, options);
	if (options->removed)
		nr += gather(leaves + nr, model_gone(evidence->model), evidence,
			     options);
	qsort(leaves, nr, sizeof(*leaves), compare);
	put_all(output, leaves, nr);
	free(leaves);
	return true;
}
