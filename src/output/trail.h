/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/trail.h - a path through the graph, with the names of its edges.
 */
#ifndef OUTPUT_TRAIL_H
#define OUTPUT_TRAIL_H

#include "analysis/graph/path.h"
#include "analysis/graph/roots.h"

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

/* The heap's root that the path begins with.  NULL: none is known. */
const struct heap_root *trail_place(const struct trail *t);

#endif
