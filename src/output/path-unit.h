/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/path-unit.h - the units in which people read the steps of a path.
 *
 * An object's __dict__ and an attribute in it are two steps, and one unit:
 * `.attribute`.  Units that are repeated (a linked list, nested tuples) are
 * written once, with how often they come.  JSON has each step, and says which
 * are repeated.
 */
#ifndef OUTPUT_PATH_UNIT_H
#define OUTPUT_PATH_UNIT_H

#include "output/format.h"
#include "output/trail.h"

/*
 * Is step `i` a `__dict__` and the next one an attribute in it?  *ret is then
 * how people write the two: `.attribute`, or `.__dict__['attribute']` if
 * `.attribute` would find something else.
 */
bool unit_is_attribute(const struct trail *t, size_t i, struct str *ret);

/*
 * How many steps the unit has that begins at step `i`, which is not the first
 * of the path: 1, or more, and then *ret is how people write them as one.
 */
size_t unit_steps(const struct trail *t, size_t i, struct str *ret);

/* Add the steps `i` to `end` - 1, whole units, as words: ".sessions['a']",
 * "element -> .name". */
void unit_add_words(const struct trail *t, size_t i, size_t end,
		    struct str *out);

/* Steps that come several times, one behind the other. */
struct unit_repeat {
	size_t steps;		/* of one time; 0: nothing is repeated */
	uint64_t times;		/* UNIT_REPEAT_MIN or more; or 0 */
};

#define UNIT_REPEAT_MIN 4
#define UNIT_REPEAT_STEPS 6	/* at most so many are repeated */

/*
 * What begins at step `i`, where a unit begins, and is repeated: steps of the
 * same names, each to an object of the same type, but for the last object of
 * the path, which may be of any.  Takes a time that does not
 * depend on the length of the path if nothing is repeated; else one that is
 * linear in the steps that are.
 */
struct unit_repeat unit_repeat_at(const struct trail *t, size_t i);

/* Add ".next x 50", of what is repeated from step `i` on.  Returns the step
 * behind it. */
size_t unit_add_repeat(const struct trail *t, size_t i,
		       const struct unit_repeat *r, struct str *out);

#endif
