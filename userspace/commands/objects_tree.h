/* SPDX-License-Identifier: GPL-2.0 */
/* Objects below their namespaces, containers and creators; see objects_tree.c. */
#ifndef _IPCTRACE_OBJECTS_TREE_H
#define _IPCTRACE_OBJECTS_TREE_H

#include "shared/portable.h"

struct evidence;
struct options;
struct output;

bool objects_tree_print(const struct evidence *evidence,
			const struct options *options, struct output *output);

#endif /* _IPCTRACE_OBJECTS_TREE_H */
