/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as people write them; see ask/numbers.c. */
#ifndef _IPCTRACE_ASK_NUMBERS_H
#define _IPCTRACE_ASK_NUMBERS_H

#include "fields/fields.h"
#include "shared/portable.h"

struct ask_value;

const char *ask_number(struct ask_value *value, const struct field *field,
		       const char *text, size_t len);
bool ask_constant(struct ask_value *value, const struct field *field,
		  const char *text, size_t len);
bool ask_owner(struct ask_value *value, const struct field *field,
	       const char *text, size_t len);
bool ask_duration(const char *text, size_t len, u64 *ns);

#endif /* _IPCTRACE_ASK_NUMBERS_H */
