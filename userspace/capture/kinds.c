// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_kinds
 *
 * What can be a record of a capture, and the names of cgroups, which only captures
 * have.
 */
#include "capture/kinds.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"

static_assert(sizeof(struct ipctrace_capture_cgroup) % 8 == 0);
static_assert(IPCTRACE_CAPTURE_PATH_BYTES % 8 == 0);

/* The least bytes of a record of that type */
static size_t smallest(u8 type)
{
	switch (type) {
	case IPCTRACE_CAPTURE_CGROUP:
		return sizeof(struct ipctrace_capture_cgroup) + 8;
	case IPCTRACE_CAPTURE_END:
		return sizeof(struct ipctrace_capture_end);
	default:
		return ipct_type_min_bytes(type);
	}
}

static size_t largest(u8 type)
{
	return type < IPCTRACE_CAPTURE_CGROUP ? IPCTRACE_RECORD_MAX_BYTES :
						0xffff;
}

/**
 * capture_is_record() - may this be a record?
 * @record: a header of any bytes; what follows it is not looked at
 *
 * Return: false when no record of its type has such a length.
 */
bool capture_is_record(const struct ipctrace_header *record)
{
	return record->len % 8 == 0 && record->len >= smallest(record->type) &&
	       record->len <= largest(record->type) &&
	       record->type != IPCTRACE_TYPE_PAD;
}

/**
 * capture_name_cgroup() - the record that names a cgroup
 * @cgroups: a struct cgroups; void, so that it fits @name_cgroup of struct
 *	blocks_writer
 * @id: of the cgroup, as records have it
 * @room: out: the record; room for BLOCKS_NAME_MAX_BYTES
 *
 * Return: its bytes, 0 when the name is not known.
 */
size_t capture_name_cgroup(void *cgroups, u64 id, void *room)
{
	const struct cgroup *named = cgroups_find(cgroups, id);
	struct ipctrace_capture_cgroup *cgroup = room;
	size_t bytes;

	if (!named->path || strlen(named->path) >= IPCTRACE_CAPTURE_PATH_BYTES)
		return 0;
	bytes = (strlen(named->path) + 8) / 8 * 8;
	*cgroup = (struct ipctrace_capture_cgroup){
		.header.len = sizeof(*cgroup) + bytes,
		.header.type = IPCTRACE_CAPTURE_CGROUP,
		.header.flags = named->container ?
				IPCTRACE_CAPTURE_F_CONTAINER : 0,
		.id = id,
	};
	memset(cgroup + 1, 0, bytes);
	memcpy(cgroup + 1, named->path, strlen(named->path));
	return cgroup->header.len;
}

/**
 * capture_take_cgroup() - learn a name
 * @cgroups: gets a copy of the name, unless it has one for that id
 * @cgroup: the record, whose length is right
 *
 * Return: false when it is not a name.
 */
bool capture_take_cgroup(struct cgroups *cgroups,
			 const struct ipctrace_capture_cgroup *cgroup)
{
	const char *path = (const char *)(cgroup + 1);
	size_t room = cgroup->header.len - sizeof(*cgroup);

	if (room > IPCTRACE_CAPTURE_PATH_BYTES || path[0] != '/' ||
	    path[room - 1])
		return false;
	cgroups_name(cgroups, cgroup->id, path,
		     cgroup->header.flags & IPCTRACE_CAPTURE_F_CONTAINER);
	return true;
}
