// SPDX-License-Identifier: GPL-2.0
/*
 * Any text as a question, to any bytes as a record: it is refused with a place in
 * it, or can be asked, and can be taken apart into what the recorder's filter
 * reads and what the reader reads. What the filter reads is a question.
 */
#include <stdlib.h>

#include "ask/ask.h"
#include "ask/narrow.h"
#include "fuzz.h"
#include "names/cgroups.h"
#include "shared/expression.h"
#include "shared/syscalls.h"
#include "unit_records.h"

static void check_narrow(const struct ask *ask)
{
	static struct ipct_expr expr;
	struct ask_error error;
	struct narrow narrow;
	const char *message;
	struct ask *rest;

	CHECK(narrow_new(&narrow, ask));
	CHECK(!ipct_expr_parse(&expr, narrow.filter, &message));
	rest = ask_new(narrow.rest, &error);
	CHECK(rest);
	ask_free(rest);
	narrow_free(&narrow);
}

/* What is left of the input, as long as a record of that type must be */
static void ask_bytes(struct ask *ask, const u8 *data, size_t size)
{
	struct ipctrace_header *header;
	u32 len = size & ~7UL;

	if (len < sizeof(*header))
		return;
	header = aligned_alloc(8, len);
	memcpy(header, data, len);
	header->len = len;
	if (header->type >= __IPCTRACE_TYPE_MAX)
		header->type %= __IPCTRACE_TYPE_MAX;
	ask_holds(ask, header);
	free(header);
}

static void check_question(const char *text, const u8 *data, size_t size)
{
	static struct ipct_expr expr;
	static struct cgroups *cgroups;
	struct unit_records records = { .seed = size };
	struct ask_error error;
	const char *message;
	struct ask *ask = ask_new(text, &error);
	bool once, twice;
	int i;

	if (!cgroups)
		cgroups = cgroups_new_empty();
	if (!ask) {
		CHECK(*error.message && error.at <= strlen(text));
		CHECK(ipct_expr_parse(&expr, text, &message));
		return;
	}
	ask->cgroups = cgroups;
	check_narrow(ask);
	for (i = 0; i < 8; i++) {
		const struct ipctrace_call *call = unit_record(&records);

		once = ask_holds(ask, &call->header);
		twice = ask_holds(ask, &call->header);
		CHECK(once == twice);
	}
	ask_bytes(ask, data, size);
	ask_free(ask);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t len = strnlen((const char *)data, size);
	char *text = malloc(len + 1);

	memcpy(text, data, len);
	text[len] = '\0';
	len += len < size;
	check_question(text, data + len, size - len);
	free(text);
	return 0;
}
