/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "output/trail.h"
#include "output/words.h"

const struct heap_root *trail_place(const struct trail *t)
{
	if (!t->root || t->root->place == ROOT_NO_PLACE)
		return NULL;
	return &t->heap->roots.v[t->root->place];
}

/* How a root names its object: "local request" of a frame, else the expression
 * or the whole name. */
static char *first_name(const struct heap *h, const struct heap_root *place)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	if (!place)
		return xstrdup("");
	if (place->expression)
		return xstrdup(place->expression);
	if (place->kind == ROOT_FRAME)
		words_root_slot(place, &name);
	else
		words_root(h, place, &name);
	return xstrdup(name.s);
}

void trail_init(struct trail *t, struct heap *h, const struct root *root,
		const struct path *path)
{
	const struct step *steps = path->v;

	*t = (struct trail){ .heap = h, .root = root, .path = path };
	t->names = xcalloc(path->nr, sizeof(*t->names));
	t->first = first_name(h, trail_place(t));
	for (size_t i = 1; i < path->nr; i++)
		heap_name_edges(h, steps[i - 1].object, steps[i].edge, 1,
				&t->names[i]);
}

void trail_release(struct trail *t)
{
	for (size_t i = 0; t->names && i < t->path->nr; i++)
		edge_name_release(&t->names[i]);
	free(t->names);
	free(t->first);
	t->names = NULL;
	t->first = NULL;
}
