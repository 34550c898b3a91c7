/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/path.h - a path through the graph as a tree, as Python and as JSON.
 *
 * Everything here appends to `out`, which the caller owns, or returns what the
 * caller has to free.
 */
#ifndef OUTPUT_PATH_H
#define OUTPUT_PATH_H

#include <jansson.h>

#include "output/format.h"
#include "output/trail.h"

/* Add the root in words, e.g. "module app". */
void trail_add_root(const struct trail *t, struct str *out);

/*
 * Add the root and, below it, a line for each step, all indented by `indent`
 * columns.  Of steps that are repeated the first and the last are shown, and of
 * a long path only both ends.
 */
void trail_tree(const struct trail *t, const struct format *f,
		unsigned int indent, struct str *out);

/*
 * Add the whole path in one line, for people: "app.leaky_list[512].reference".
 * A step that Python has no expression for is written in words, and what is
 * repeated once: "app.error -> .tb_next x 50 -> .tb_frame".
 */
void trail_readable(const struct trail *t, struct str *out);

/*
 * The same, to stand within a sentence: one space instead of two is before
 * "in f()", which names the function whose local the path begins with.
 */
void trail_within_sentence(const struct trail *t, struct str *out);

/*
 * Add the path without its first object: ".sessions['a']",
 * "element -> .name".
 */
void trail_relative(const struct trail *t, struct str *out);

/*
 * Python that gives the last object of the path if it is evaluated in the
 * target after `import sys`.  The caller frees it.  NULL: none is known.
 */
char *trail_expression(const struct trail *t);

/*
 * {"root", "steps", "repeats", "expression"}, a new reference.  Without a root,
 * "root" and "expression" are null.  "steps" has all steps; "repeats" says
 * which of them the texts write once (output/path-unit.h).
 */
json_t *trail_json(const struct trail *t);
/* [{"address", "type", "name", "guessed", "found"}], a new reference. */
json_t *trail_steps_json(const struct trail *t);

#endif
