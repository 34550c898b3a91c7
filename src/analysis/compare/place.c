/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/place.h"

#define MAX_EDGES 100000	/* looked at in search of a name */
#define MAX_STEPS 1000
#define BATCH 256

uint32_t place_edge(struct heap *h, oid o, const struct edge_name *name)
{
	struct edge_name names[BATCH];
	uint32_t nr = h->edge_nr[o], found = UINT32_MAX;

	if (nr > MAX_EDGES || name->kind == EDGE_UNKNOWN)
		return UINT32_MAX;
	for (uint32_t i = 0; i < nr && found == UINT32_MAX; i += BATCH) {
		uint32_t some = MIN(nr - i, (uint32_t)BATCH);

		memset(names, 0, sizeof(names));
		heap_name_edges(h, o, i, some, names);
		for (uint32_t j = 0; j < some; j++) {
			if (found == UINT32_MAX &&
			    edge_is_same(&names[j], name))
				found = i + j;
			edge_name_release(&names[j]);
		}
	}
	return found;
}

static bool same_but_digits(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (isdigit((unsigned char)*a))
			a++;
		while (isdigit((unsigned char)*b))
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

/* Threads and lines are others in another process. */
static bool is_same_frame(const struct heap *ha, const struct heap_root *a,
			  const struct heap *hb, const struct heap_root *b)
{
	const struct heap_frame *fa, *fb;

	if (a->likely != b->likely || !same_but_digits(a->name, b->name))
		return false;
	if (a->frame < 0 || b->frame < 0)
		return a->frame == b->frame;
	fa = &ha->frames.v[a->frame];
	fb = &hb->frames.v[b->frame];
	return !fa->line == !fb->line &&
	       same_but_digits(fa->function, fb->function) &&
	       same_but_digits(fa->file, fb->file);
}

static bool is_same_thread(const struct heap_thread *a,
			   const struct heap_thread *b)
{
	return a->native_id == b->native_id && !strcmp(a->name, b->name);
}

static bool is_same_root(const struct heap *ha, const struct heap_root *a,
			 const struct heap *hb, const struct heap_root *b)
{
	if (a->kind != b->kind || a->slot != b->slot)
		return false;
	if (a->kind == ROOT_FRAME)
		return is_same_frame(ha, a, hb, b);
	return !strcmp(a->name, b->name) &&
	       (a->slot != SLOT_THREAD ||
		is_same_thread(&ha->threads.v[a->thread],
			       &hb->threads.v[b->thread]));
}

static oid find_root(const struct heap *from, const struct root *root,
		     const struct heap *to)
{
	if (root->place == ROOT_NO_PLACE)
		return OID_NONE;
	for (size_t i = 0; i < to->roots.nr; i++)
		if (to->roots.v[i].object < to->nr_objects &&
		    is_same_root(from, &from->roots.v[root->place],
				 to, &to->roots.v[i]))
			return to->roots.v[i].object;
	return OID_NONE;
}

oid place_find(struct heap *from, const struct reach *reach, oid o,
	       struct heap *to)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	const struct root *root;
	oid at;

	if (!reach_has(reach, o))
		return OID_NONE;
	root = reach_path(reach, o, &path);
	at = path.nr > MAX_STEPS ? OID_NONE : find_root(from, root, to);
	for (size_t i = 1; i < path.nr && at != OID_NONE; i++) {
		struct edge_name name = { 0 };
		uint32_t edge;

		heap_name_edges(from, path.v[i - 1].object, path.v[i].edge, 1,
				&name);
		edge = place_edge(to, at, &name);
		at = edge == UINT32_MAX ? OID_NONE :
		     heap_edges(to, at).to[edge];
		edge_name_release(&name);
	}
	return at;
}

void place_last_edge(struct heap *h, const struct reach *reach, oid o,
		     struct edge_name *ret)
{
	*ret = (struct edge_name){ 0 };
	if (reach_has(reach, o) && reach->parent[o] != OID_NONE)
		heap_name_edges(h, reach->parent[o], reach->edge[o], 1, ret);
}
