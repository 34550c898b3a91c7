/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/path.h - a path through the graph as a tree, as Python and as JSON.
 *
 * A trail is a path with the names of its edges.  Everything here appends to
 * `out`, which the caller owns, or returns what the caller has to free.
 */
#ifndef OUTPUT_PATH_H
#define OUTPUT_PATH_H

#include <jansson.h>

#include "analysis/graph/path.h"
#include "analysis/graph/roots.h"
#include "output/format.h"

struct trail {
	struct heap *heap;
	const struct root *root;	/* NULL: the path has none (a loop) */
	const struct path *path;
	/*
	 * names[i] is the name of the edge into step i, owned; names[0] is not
	 * used: `first` is how the root calls its object, owned.
	 */
	struct edge_name *names;
	char *first;
};

/*
 * Name the edges of `path`.  `root`, NULL if it has none, is where it starts.
 * `h`, `root` and `path` must outlive the trail.
 */
void trail_init(struct trail *t, struct heap *h, const struct root *root,
		const struct path *path);
void trail_release(struct trail *t);

/* Add the root in words, e.g. "module app". */
void trail_add_root(const struct trail *t, struct str *out);

/*
 * Add the root and, below it, a line for each step, all indented by `indent`
 * columns.  Of a long path only both ends are shown.
 */
void trail_tree(const struct trail *t, const struct format *f,
		unsigned int indent, struct str *out);

/*
 * Add the whole path in one line, for people: "app.leaky_list[512].reference".
 * A step that Python has no expression for is written in words.
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
 * {"root", "steps", "expression"}, a new reference.  Without a root, "root" and
 * "expression" are null.
 */
json_t *trail_json(const struct trail *t);
/* [{"address", "type", "name", "guessed", "found"}], a new reference. */
json_t *trail_steps_json(const struct trail *t);

#endif
