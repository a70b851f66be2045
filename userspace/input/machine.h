/* SPDX-License-Identifier: GPL-2.0 */
/* What a capture says of where its records are from; see machine.c. */
#ifndef _IPCTRACE_MACHINE_H
#define _IPCTRACE_MACHINE_H

#include "capture/blocks_write.h"

struct source;

/**
 * struct machine - what there is to say
 * @about: the same, for a capture
 * @texts: those of @about that need room
 */
struct machine {
	struct blocks_about about;
	char *texts[__IPCTRACE_CAPTURE_TEXT_MAX];
};

void machine_ask(struct machine *machine, const struct source *source);
void machine_free(struct machine *machine);

#endif /* _IPCTRACE_MACHINE_H */
