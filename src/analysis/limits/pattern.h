/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/limits/pattern.h - which types a user means.
 *
 * A pattern is a name or a glob: `*` is any text, `?` is one character, `[a-z]`
 * is one character of a set, `[!a-z]` is one that is not in the set.  It is
 * compared with the full name of a type and with what follows the last dot of
 * it: `User` means `app.User`.  Types whose full name is the pattern win over
 * those whose last part is the pattern, and these win over types that match it
 * as a glob: `list` is only the built-in type.
 */
#ifndef ANALYSIS_LIMITS_PATTERN_H
#define ANALYSIS_LIMITS_PATTERN_H

#include "heap/heap.h"

/* Does the glob match all of `name`?  Both are UTF-8. */
bool pattern_match(const char *pattern, const char *name);

/* What follows the last dot of `name` that is not within `[]` or `<>` and not
 * its last character; all of `name` if there is no such dot. */
const char *pattern_last_part(const char *name);

/*
 * Which of heap.types a pattern means: an array with an entry for each, which
 * the caller frees.  `*ret_nr` is how many entries are true.
 */
bool *pattern_types(const struct heap *h, const char *pattern,
		    uint32_t *ret_nr);

/* Append the objects of the types for which `types` has true, ascending. */
void pattern_objects(const struct heap *h, const bool *types,
		     struct oid_vec *ret);

#endif
