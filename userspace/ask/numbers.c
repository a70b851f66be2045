// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ask_numbers
 *
 * Numbers as people write them: digits, units of time, names of constants, of
 * errors and of users. The field says what a number means.
 */
#define _GNU_SOURCE	/* strerrorname_np() */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "ask/ask.h"
#include "ask/numbers.h"
#include "shared/syscalls.h"
#include "shared/words.h"

#define MAX_ERRNO	4095
#define NAME_BYTES	64

/* Digits from @i on; false when there are none, or too many. */
static bool digits(const char *text, size_t len, u32 base, size_t *i,
		   u64 *number)
{
	size_t start = *i;
	u32 digit;

	for (*number = 0; *i < len; (*i)++) {
		char c = text[*i];

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (c >= 'a' && c <= 'f')
			digit = c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			digit = c - 'A' + 10;
		else
			break;
		if (digit >= base)
			break;
		if (__builtin_mul_overflow(*number, base, number) ||
		    __builtin_add_overflow(*number, digit, number))
			return false;
	}
	return *i > start;
}

static bool same(const char *text, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(text, name, len);
}

/* @number in that unit, as nanoseconds */
static bool in_unit(const char *unit, size_t len, u64 *number)
{
	u64 ns = ipct_unit_ns(unit, len);

	return ns && !__builtin_mul_overflow(*number, ns, number);
}

/**
 * ask_duration() - a time with its unit
 * @text: a number and a unit, not terminated
 * @len: bytes of it
 * @ns: out: nanoseconds
 *
 * Return: false when the text is not one.
 */
bool ask_duration(const char *text, size_t len, u64 *ns)
{
	size_t i = 0;

	return digits(text, len, 10, &i, ns) && in_unit(text + i, len - i, ns);
}

static bool in_range(const struct field *field, struct ask_value *value)
{
	if (field->format != SCHEMA_KEY)
		return true;
	/* JSON has it with a sign, lines of text without: both are accepted. */
	if (value->negative ? (s64)value->number < -0x80000000LL :
			      value->number > 0xffffffff)
		return false;
	value->number = (u32)value->number;
	value->negative = false;
	return true;
}

/**
 * ask_number() - a number
 * @value: out: the number and its sign
 * @field: what is compared with it: a duration in a question must have a unit
 * @text: not terminated
 * @len: bytes of it
 *
 * Return: NULL, or what is wrong; an empty string when the text does not begin like a
 * number.
 */
const char *ask_number(struct ask_value *value, const struct field *field,
		       const char *text, size_t len)
{
	bool only_units = field->asked && field->format == SCHEMA_NS;
	u32 base = 10;
	size_t i = 0;

	*value = (struct ask_value){ };
	if (len && text[0] == '-') {
		value->negative = true;
		i++;
	}
	if (len > i + 2 && text[i] == '0' && (text[i + 1] | 32) == 'x')
		base = 16;
	else if (len > i + 2 && text[i] == '0' && (text[i + 1] | 32) == 'o')
		base = 8;
	else if (len > i && (text[i] < '0' || text[i] > '9'))
		return "";
	i += base != 10 ? 2 : 0;
	if (!digits(text, len, base, &i, &value->number))
		return i < len && text[i] >= '0' && text[i] <= '9' ?
		       "too large a number" : "";
	if (field->format == SCHEMA_NS && (i < len || only_units)) {
		if (!in_unit(text + i, len - i, &value->number))
			return "not a time: 100us, 20ms, 3s, 5m";
		i = len;
	}
	if (i < len)
		return "not a number";
	if (field->format == SCHEMA_MODE && base == 10 && text[0] == '0' &&
	    len > 1)
		return "octal numbers begin with 0o";
	if (value->negative) {
		if (value->number > 1ULL << 63)
			return "too large a number";
		value->number = -value->number;
		value->negative = value->number != 0;
	}
	return in_range(field, value) ? NULL : "too large a number";
}

static bool constant_of(const struct ipct_constant *set, const char *name,
			size_t len, u64 *number)
{
	for (; set && set->name; set++) {
		if (!same(name, len, set->name))
			continue;
		*number = set->value;
		return true;
	}
	return false;
}

static bool errno_of(const char *name, size_t len, u64 *number)
{
	const char *known;
	int error;

	if (same(name, len, "EWOULDBLOCK"))
		name = "EAGAIN", len = 6;
	for (error = 1; error <= MAX_ERRNO; error++) {
		known = ipct_errno_name(error, NULL);
		if (!known)
			known = strerrorname_np(error);
		if (!known || !same(name, len, known))
			continue;
		*number = error;
		return true;
	}
	return false;
}

/* A constant that has a value of its own for each kind of argument */
static bool by_kind(struct ask_value *value, const struct field *field,
		    const char *name, size_t len)
{
	u64 number;
	u32 kinds = 0;
	u8 kind;

	for (kind = 0; kind < __IPCT_KIND_MAX; kind++) {
		if (!(field->kinds & 1U << kind) ||
		    !constant_of(field_constants(field, kind), name, len,
				 &number))
			continue;
		value->of_kind[kind] |= number;
		kinds |= 1U << kind;
	}
	value->kinds = value->by_kind ? value->kinds & kinds : kinds;
	value->by_kind = true;
	return kinds;
}

/**
 * ask_constant() - a number by name, or several of them with | between
 * @value: in: nothing, or what the earlier names stand for; out: all together
 * @field: what is compared with it; says which names there are
 * @text: one name, not terminated
 * @len: bytes of it
 *
 * Return: false when the field has none of that name.
 */
bool ask_constant(struct ask_value *value, const struct field *field,
		  const char *text, size_t len)
{
	u64 number;

	if (field->meaning == FIELD_ERRNO && errno_of(text, len, &number)) {
		value->number |= number;
		return true;
	}
	if (!strcmp(field->path, "ret") && len > 1 && text[0] == '-' &&
	    errno_of(text + 1, len - 1, &number)) {
		value->number = -number;
		value->negative = true;
		return true;
	}
	if (field->format != SCHEMA_KEY && field->kinds)
		return by_kind(value, field, text, len);
	if (!constant_of(field_constants(field, IPCT_KEY), text, len, &number))
		return false;
	value->number |= number;
	return true;
}

/**
 * ask_owner() - a user or a group by name
 * @value: out: number of the user or group
 * @field: what is compared with it; says which of the two it is
 * @text: not terminated
 * @len: bytes of it
 *
 * Names are those of this machine.
 *
 * Return: false when there is no such name, or the field has no owners.
 */
bool ask_owner(struct ask_value *value, const struct field *field,
	       const char *text, size_t len)
{
	const struct passwd *user;
	const struct group *group;
	char name[NAME_BYTES];

	if (!len || len >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	*value = (struct ask_value){ };
	if (field->format == SCHEMA_USER) {
		user = getpwnam(name);
		if (user)
			value->number = user->pw_uid;
		return user;
	}
	if (field->format == SCHEMA_GROUP) {
		group = getgrnam(name);
		if (group)
			value->number = group->gr_gid;
		return group;
	}
	return false;
}
