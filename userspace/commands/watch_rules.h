/* SPDX-License-Identifier: GPL-2.0 */
/* What can be asked about the rules of ipctrace watch; see watch_rules.c. */
#ifndef _IPCTRACE_WATCH_RULES_COMMAND_H
#define _IPCTRACE_WATCH_RULES_COMMAND_H

#include "view/output.h"
#include "watch/engine.h"
#include "watch/rules.h"

struct learning;
struct why_not;

bool watch_rules_read(struct rules *rules, const char *directory);
int watch_rules_check(struct rules *rules, struct output *output);
int watch_rules_explain(const struct rules *rules, const char *id,
			struct output *output);

struct why_not *why_not_new(const struct rules *rules, const char *id);
void why_not_look(struct why_not *why, enum rule_on on,
		  const struct ipctrace_header *record, const struct facts *facts);
void why_not_print(const struct why_not *why, struct output *output);
void why_not_free(struct why_not *why);

struct learning *learning_new(void);
void learning_take(struct learning *learning, const struct finding *finding);
void learning_print(struct learning *learning, struct output *output);
void learning_free(struct learning *learning);

#endif /* _IPCTRACE_WATCH_RULES_COMMAND_H */
