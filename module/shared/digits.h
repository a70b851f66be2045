/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes numbers as digits, for text and JSON. Two decimal digits for each division,
 * since divisions are what takes time.
 */
#ifndef _IPCT_DIGITS_H
#define _IPCT_DIGITS_H

#include "portable.h"

#define DIGITS_BYTES	24	/* any number of 64 bits, in octal, or with a sign */

#define PAIRS(tens)							\
	tens "0" tens "1" tens "2" tens "3" tens "4"			\
	tens "5" tens "6" tens "7" tens "8" tens "9"

static const char digit_pairs[] =
	PAIRS("0") PAIRS("1") PAIRS("2") PAIRS("3") PAIRS("4")
	PAIRS("5") PAIRS("6") PAIRS("7") PAIRS("8") PAIRS("9");

#undef PAIRS

static inline unsigned int digit_bits(u64 value)
{
	return 64 - __builtin_clzll(value | 1);
}

/* Decimal digits of a number: 1233 / 4096 is about the logarithm of 2. */
static inline unsigned int decimal_digits(u64 value)
{
	static const u64 powers[] = {
		0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
		1000000000, 10000000000, 100000000000, 1000000000000,
		10000000000000, 100000000000000, 1000000000000000,
		10000000000000000, 100000000000000000, 1000000000000000000,
		10000000000000000000ULL,
	};
	unsigned int least = digit_bits(value) * 1233 >> 12;

	return least + (value >= powers[least]);
}

/* A number below 10,000, with zeroes before it */
static __always_inline void write_four(char *to, u32 value)
{
	u32 high = value / 100;

	memcpy(to, digit_pairs + 2 * high, 2);
	memcpy(to + 2, digit_pairs + 2 * (value - 100 * high), 2);
}

/*
 * A number of at most @n digits, with zeroes before it. No division waits for more
 * than two others where there are eight digits.
 */
static inline void write_decimal(char *to, u64 value, unsigned int n)
{
	u32 rest;

	while (n >= 8) {
		n -= 8;
		value = div_u64_rem(value, 100000000, &rest);
		write_four(to + n, rest / 10000);
		write_four(to + n + 4, rest % 10000);
	}
	for (rest = value; n >= 2; rest /= 100) {
		n -= 2;
		memcpy(to + n, digit_pairs + 2 * (rest % 100), 2);
	}
	if (n)
		to[0] = '0' + rest;
}

static inline void write_shifted(char *to, u64 value, unsigned int shift,
				 unsigned int n)
{
	while (n--) {
		to[n] = "0123456789abcdef"[value & ((1U << shift) - 1)];
		value >>= shift;
	}
}

/* How many digits a number has: at most DIGITS_BYTES. Most numbers are small. */
static __always_inline unsigned int number_digits(u64 value, unsigned int base)
{
	unsigned int shift = base == 16 ? 4 : 3;

	if (value < 8)
		return 1;
	return base == 10 ? decimal_digits(value) :
			    (digit_bits(value) + shift - 1) / shift;
}

/* Writes a number of @n digits. */
static __always_inline void write_digits(char *to, u64 value, unsigned int base,
					 unsigned int n)
{
	if (n == 1)
		*to = "0123456789abcdef"[value];
	else if (base == 10)
		write_decimal(to, value, n);
	else
		write_shifted(to, value, base == 16 ? 4 : 3, n);
}

/* Writes a number of at most DIGITS_BYTES; returns its length. */
static __always_inline unsigned int write_number(char *to, u64 value,
						 unsigned int base)
{
	unsigned int n = number_digits(value, base);

	write_digits(to, value, base, n);
	return n;
}

#endif /* _IPCT_DIGITS_H */
