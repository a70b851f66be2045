/* SPDX-License-Identifier: GPL-2.0 */
/* What rules find in a capture, on the way into its model; see found.c. */
#ifndef _IPCTRACE_COMMANDS_FOUND_H
#define _IPCTRACE_COMMANDS_FOUND_H

#include <ipctrace/ipctrace.h>

#include "watch/finding.h"
#include "watch/rules.h"

struct engine;
struct evidence;
struct model_event;
struct observer;

/* Takes a finding, with a value for each of finding_columns. */
typedef void (*found_take_t)(void *context, const struct value *row);

/**
 * struct found - rules at work on a capture
 * @evidence: the capture
 * @rules: the rules
 * @observer: feeds @engine
 * @engine: NULL: no record has come yet
 * @failed: a message was given
 * @take: takes what is found
 * @context: for @take
 */
struct found {
	const struct evidence *evidence;
	struct rules rules;
	struct observer *observer;
	struct engine *engine;
	bool failed;
	found_take_t take;
	void *context;
};

bool found_begin(struct found *found, const struct evidence *evidence,
		 found_take_t take, void *context);
void found_record(struct found *found, const struct ipctrace_header *record);
void found_event(struct found *found, const struct model_event *event);
bool found_end(struct found *found);
void found_free(struct found *found);

#endif /* _IPCTRACE_COMMANDS_FOUND_H */
