// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: block_records
 *
 * The records of one block after the other. Damage is reported, with its place and
 * the time that is missing, and reading goes on with the blocks after it.
 */
#include <err.h>
#include <stdio.h>

#include "capture/block_records.h"
#include "capture/kinds.h"

/**
 * block_records_time() - a time of a record for people, as in lines of text
 * @time_ns: the time, CLOCK_MONOTONIC
 * @text: out: the text
 * @bytes: room for it
 */
void block_records_time(u64 time_ns, char *text, size_t bytes)
{
	snprintf(text, bytes, "%llu.%09llu",
		 (unsigned long long)time_ns / 1000000000,
		 (unsigned long long)time_ns % 1000000000);
}

static void tell(struct block_records *records, const struct blocks_damage *damage)
{
	char from[32] = "the beginning", until[32] = "the end";

	records->damages++;
	spans_add(&records->spans, damage->from_ns, damage->until_ns);
	if (damage->from_ns)
		block_records_time(damage->from_ns, from, sizeof(from));
	if (damage->until_ns != ~0ULL)
		block_records_time(damage->until_ns, until, sizeof(until));
	warnx("%s: offset %llu to %llu: %s; what may be missing is from %s to %s",
	      records->blocks.name, (unsigned long long)damage->begin,
	      (unsigned long long)damage->end, damage->what, from, until);
}

/* The sum of the block is right, so it was written like that. */
static void tell_not_record(struct block_records *records, const char *what)
{
	const struct ipctrace_capture_facts *facts = &records->blocks.facts;
	struct blocks_damage damage = {
		.what = what,
		.begin = facts->offset,
		.end = records->blocks.at,
		.from_ns = facts->first_ns,
		.until_ns = facts->last_ns,
	};

	tell(records, &damage);
	records->at = records->end;
}

/* The record at the place; NULL: the rest of the block is not a record. */
static const struct ipctrace_header *take(struct block_records *records)
{
	u32 rest = records->end - records->at;
	const struct ipctrace_header *record =
		(const void *)(records->blocks.records + records->at);

	if (rest < sizeof(*record) || !capture_is_record(record) ||
	    record->len > rest || record->type == IPCTRACE_CAPTURE_END) {
		tell_not_record(records, "damaged: not a record");
		return NULL;
	}
	records->at += record->len;
	records->records++;
	return record;
}

/**
 * block_records_next() - next record
 * @records: its @blocks must be open; a damaged block gets a message and is skipped
 *
 * Return: the record, of a type that the recorder has, one that is not known, or
 * IPCTRACE_CAPTURE_SETTLED; 8-byte aligned, valid until the next call. NULL where
 * there is no more: @records->last tells why. After BLOCKS_CUT the next call looks
 * again.
 */
const struct ipctrace_header *block_records_next(struct block_records *records)
{
	const struct ipctrace_header *record;

	for (;;) {
		while (records->at < records->end) {
			record = take(records);
			if (!record)
				break;
			if (record->type != IPCTRACE_CAPTURE_CGROUP)
				return record;
			if (!capture_take_cgroup(records->cgroups,
						 (const void *)record))
				tell_not_record(records,
						"damaged: not the name of a cgroup");
		}
		records->last = blocks_next(&records->blocks);
		switch (records->last) {
		case BLOCKS_BLOCK:
			records->at = 0;
			records->end = records->blocks.facts.bytes;
			break;
		case BLOCKS_DAMAGE:
			tell(records, &records->blocks.damage);
			break;
		default:
			return NULL;
		}
	}
}
