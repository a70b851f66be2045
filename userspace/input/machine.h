/* SPDX-License-Identifier: GPL-2.0 */
/* What a capture says about the origin of its records; see machine.c. */
#ifndef _IPCTRACE_MACHINE_H
#define _IPCTRACE_MACHINE_H

#include "capture/blocks_write.h"

struct source;

/**
 * struct machine - what the header of a capture is to say
 * @about: that, as captures take it
 * @texts: the texts of @about that take memory
 */
struct machine {
	struct blocks_about about;
	char *texts[__IPCTRACE_CAPTURE_TEXT_MAX];
};

void machine_ask(struct machine *machine, const struct source *source);
void machine_free(struct machine *machine);

#endif /* _IPCTRACE_MACHINE_H */
