/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzers share; see fuzz.c. */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <stdint.h>

#include "shared/portable.h"

/* What must hold for every input: where it does not, the input is kept. */
#define CHECK(condition) do {						\
	if (!(condition))						\
		fuzz_failed(__FILE__, __LINE__, #condition);		\
} while (0)

void fuzz_failed(const char *file, int line, const char *condition);
bool fuzz_is_json(const char *line, size_t len);
bool fuzz_is_printable(const char *line, size_t len);
void fuzz_right_sums(u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* _FUZZ_H */
