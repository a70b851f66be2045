/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that filters and questions are made of: names, numbers, signs, and text in
 * quotation marks; and the units of time. Both parsers read them, so that what the
 * recorder accepts means the same to the reader.
 *
 * Context: any.
 */
#ifndef _IPCT_WORDS_H
#define _IPCT_WORDS_H

#include "portable.h"

/**
 * struct ipct_word - a piece of a text
 * @at: where it begins
 * @len: its length, 0 at the end of the text
 * @quoted: it stood in quotation marks, which are not in it
 */
struct ipct_word {
	const char *at;
	u32 len;
	bool quoted;
};

#define IPCT_UNITS	"ns, us, ms, s, m, h or d"

/* What stands between words */
static inline bool ipct_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

const char *ipct_word_next(const char *text, struct ipct_word *word);
bool ipct_word_is(const struct ipct_word *word, const char *text);
bool ipct_word_is_sign(const struct ipct_word *word, const char *text);
u64 ipct_unit_ns(const char *unit, u32 len);

#endif /* _IPCT_WORDS_H */
