/* SPDX-License-Identifier: GPL-2.0 */
/* Objects: found, made and gone; see objects.c. */
#ifndef _IPCTRACE_MODEL_OBJECTS_H
#define _IPCTRACE_MODEL_OBJECTS_H

#include "model/types.h"

struct model_object *model_object_find(const struct model *model, u32 ipc_ns,
				       u8 family, s32 id);
struct model_object *model_object_find_key(const struct model *model, u32 ipc_ns,
					   u8 family, s32 key);
struct model_object *model_object_new(struct model *model, u32 ipc_ns, u8 family,
				      const struct ipctrace_object *identity,
				      u64 time_ns);
struct model_object *model_object_shown(struct model *model, u32 ipc_ns, u8 family,
					const struct ipctrace_object *identity,
					u64 begin_ns, u64 time_ns);
struct model_object *model_object_made(struct model *model, u32 ipc_ns, u8 family,
				       const struct ipctrace_object *identity,
				       u64 begin_ns, u64 time_ns);
void model_object_perm(struct model *model, struct model_object *object,
		       const struct ipctrace_object *identity,
		       enum model_from from);
bool model_object_was_gone(const struct model_object *object, u64 begin_ns);
void model_object_goes(struct model *model, struct model_object *object,
		       enum model_state state);
void model_object_vanishes(struct model *model, struct model_object *object,
			   const struct ipctrace_call *record);
void model_objects_free(struct model *model);

#endif /* _IPCTRACE_MODEL_OBJECTS_H */
