/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/pattern.h - which types a user means.
 *
 * A pattern is a name or a glob: `*` any text, `?` one character, `[a-z]` and
 * `[!a-z]` one of (not of) a set.  It is held against a type's full name and
 * against what follows its last dot: `User` means `app.User`.  A name that is
 * there as such wins over what it would mean as a glob, and a full name over
 * a last part: `list` is the builtin alone.
 */
#ifndef ANALYSIS_LIMITS_PATTERN_H
#define ANALYSIS_LIMITS_PATTERN_H

#include "heap/heap.h"

/* The glob against the whole of `name`. */
bool pattern_match(const char *pattern, const char *name);

/* What follows the last dot that is not within brackets or at an end. */
const char *pattern_last_part(const char *name);

/*
 * Which of heap.types are meant: an array of as many, the caller's to free.
 * `*ret_nr` is how many are.
 */
bool *pattern_types(const struct heap *h, const char *pattern,
		    uint32_t *ret_nr);

/* Add the objects of these types, ascending. */
void pattern_objects(const struct heap *h, const bool *types,
		     struct oid_vec *ret);

#endif
