/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/quantity.h - read numbers, sizes and durations as people type them.
 *
 * No function depends on the locale.  None accepts a sign, an exponent, a
 * hexadecimal number or spaces.
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Read the number that `text` begins with: digits, then perhaps a dot and more
 * digits.  `*end` points behind it.  False if there is no such number, if no
 * digit follows the dot, or if it is too large for a double; `*ret` and `*end`
 * are then undefined.
 */
bool quantity_number(const char *text, double *ret, const char **end);

/* 1024 for k and K, 1024^2 for M, 1024^3 for G, 1024^4 for T; 0 for any other
 * character. */
double quantity_factor(char unit);

/*
 * Read the number that `text` begins with and the unit that may follow it
 * directly: k, K, M, G or T as in quantity_factor(); "1.5G" is 1610612736.
 * `*end` points behind it.  False if there is no number or a letter follows
 * that is no unit; `*ret` and `*end` are then undefined.
 */
bool quantity_parse(const char *text, double *ret, const char **end);

/*
 * Read a duration, in milliseconds, from all of `text`: a number, then ms, s,
 * m, min, h or d; without a unit it is in seconds.  False if it is no
 * duration, shorter than a millisecond or longer than a hundred years; `*ret`
 * is then untouched.
 */
bool quantity_parse_duration(const char *text, uint64_t *ret_ms);

#endif
