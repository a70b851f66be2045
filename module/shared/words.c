// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: words
 *
 * Cut the text of a filter or a question into words, and read units of time.
 */
#include "words.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
	       c == '/' || c == ':' || c == '+' || c == '@';
}

static u32 sign_bytes(const char *at)
{
	if (!*at)
		return 0;
	if (*at == '!' && at[1] == '~')
		return 2;
	return (*at == '=' || *at == '!' || *at == '<' || *at == '>') &&
	       at[1] == '=' ? 2 : 1;
}

/**
 * ipct_word_next() - the next word
 * @text: terminated, from where it is still to be read
 * @word: out: the word
 *
 * Return: where the text goes on after it; NULL when @word is a quotation mark without
 * its other.
 */
const char *ipct_word_next(const char *text, struct ipct_word *word)
{
	const char *at = text;
	u32 len = 0;

	while (ipct_is_space(*at))
		at++;
	*word = (struct ipct_word){ .at = at };
	if (*at == '"' || *at == '\'') {
		while (at[1 + len] && at[1 + len] != *at)
			len++;
		if (!at[1 + len])
			return NULL;
		*word = (struct ipct_word){ at + 1, len, true };
		return at + 2 + len;
	}
	while (is_letter(at[len]))
		len++;
	word->len = len ?: sign_bytes(at);
	return at + word->len;
}

/**
 * ipct_word_is() - is it that, in quotation marks or not?
 * @word: a word
 * @text: what it is compared with
 *
 * Return: whether it is.
 */
bool ipct_word_is(const struct ipct_word *word, const char *text)
{
	return strlen(text) == word->len && !memcmp(word->at, text, word->len);
}

/**
 * ipct_word_is_sign() - is it that, and not in quotation marks?
 * @word: a word
 * @text: a sign or a word of the language
 *
 * Return: whether it is.
 */
bool ipct_word_is_sign(const struct ipct_word *word, const char *text)
{
	return !word->quoted && ipct_word_is(word, text);
}

/**
 * ipct_unit_ns() - a unit of time
 * @unit: its name, one of IPCT_UNITS, not terminated
 * @len: bytes of that
 *
 * Return: nanoseconds, 0 when there is no such unit.
 */
u64 ipct_unit_ns(const char *unit, u32 len)
{
	static const struct {
		const char *name;
		u64 ns;
	} units[] = {
		{ "ns", 1 },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", 1000000000 },
		{ "m", 60ULL * 1000000000 },
		{ "h", 3600ULL * 1000000000 },
		{ "d", 86400ULL * 1000000000 },
	};
	const struct ipct_word word = { .at = unit, .len = len };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (ipct_word_is(&word, units[i].name))
			return units[i].ns;
	return 0;
}
