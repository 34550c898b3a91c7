/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/quantity.h - amounts as people type them.
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* Digits, which may have a fraction; `*end` is past them.  False: none. */
bool quantity_number(const char *text, double *ret, const char **end);

/* What k or K, M, G and T stand for: 1024 and so on; 0: no such unit. */
double quantity_factor(char unit);

/*
 * A number with at most one of k, M, G, T behind it (1024 each), which may
 * have a fraction: "1.5G".  `*end` is past it.  False: there is none.
 */
bool quantity_parse(const char *text, double *ret, const char **end);

/* "500ms", "10s", "10" (seconds), "5m", "2h", "1d", all of `text`. */
bool quantity_parse_duration(const char *text, uint64_t *ret_ms);

#endif
