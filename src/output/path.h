/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/path.h - ways through the graph, as trees, Python and JSON.
 *
 * A trail is a path with the name of each of its edges.
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
	/* The way into each step; of the first, how the root names it. */
	struct edge_name *names;
};

/* `h`, `root` and `path` must outlive it. */
void trail_init(struct trail *t, struct heap *h, const struct root *root,
		const struct path *path);
void trail_release(struct trail *t);

/* "module app", "native code (2 references that nobody accounts for)" */
void trail_add_root(const struct trail *t, struct str *out);

/* The root and below it a line a step, `indent` columns from the left. */
void trail_tree(const struct trail *t, const struct format *f,
		unsigned int indent, struct str *out);

/*
 * One line for people: "app.leaky_list[512].reference".  Where Python has no
 * expression, it says in words how to go on.
 */
void trail_readable(const struct trail *t, struct str *out);

/* The way from its first object on: ".sessions['a']", "element -> .name". */
void trail_relative(const struct trail *t, struct str *out);

/*
 * Python that is the last object when it is evaluated in the target with
 * `sys` imported.  NULL: none is known.  The caller frees it.
 */
char *trail_expression(const struct trail *t);

/* {"root", "steps", "expression"}; a loop has no root and no expression. */
json_t *trail_json(const struct trail *t);
/* [{"address", "type", "name", "guessed"}] */
json_t *trail_steps_json(const struct trail *t);

#endif
