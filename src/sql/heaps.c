/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/suspects/suspects.h"
#include "output/leaks/leaks.h"
#include "sql/heaps.h"

void sql_heaps_init(struct sql_heaps *ret, uint32_t nr)
{
	*ret = (struct sql_heaps){
		.v = xcalloc(nr, sizeof(*ret->v)),
		.nr = nr,
		.shows_capture = nr > 1,
	};
	for (uint32_t i = 0; i < nr; i++)
		ret->v[i].number = i;
}

static void free_suspects(struct sql_suspect_vec *suspects)
{
	for (size_t i = 0; suspects && i < suspects->nr; i++) {
		free(suspects->v[i].title);
		free(suspects->v[i].place);
	}
	if (suspects)
		sql_suspect_vec_release(suspects);
	free(suspects);
}

static void drop_dominators(struct sql_heap *heap)
{
	if (heap->dominators)
		dominators_release(heap->dominators);
	free(heap->dominators);
	heap->dominators = NULL;
}

static void heap_forget(struct sql_heap *heap)
{
	drop_dominators(heap);
	if (heap->view)
		retained_release(heap->view);
	free(heap->view);
	free(heap->roots);
	free(heap->by_type.object);
	free(heap->by_type.start);
	free(heap->types_by_name);
	free(heap->of_types);
	free(heap->refs.first);
	free(heap->refs.inbound);
	free(heap->refs.to);
	sql_names_release(&heap->names);
	free_suspects(heap->suspects);
}

void sql_heaps_release(struct sql_heaps *heaps)
{
	for (uint32_t i = 0; i < heaps->nr; i++)
		heap_forget(&heaps->v[i]);
	free(heaps->v);
	*heaps = (struct sql_heaps){ .v = NULL };
}

/* --- what keeps what alive --- */

const struct dominators *sql_heap_dominators(struct sql_heap *heap)
{
	if (heap->view)
		return &heap->view->dominators;
	if (!heap->dominators) {
		heap->dominators = xcalloc(1, sizeof(*heap->dominators));
		dominators_build(heap->h, heap->dominators);
	}
	return heap->dominators;
}

const struct retained_view *sql_heap_view(struct sql_heap *heap)
{
	if (!heap->view) {
		/* The view has dominators of its own. */
		drop_dominators(heap);
		heap->view = xcalloc(1, sizeof(*heap->view));
		retained_build(heap->h, heap->view);
	}
	return heap->view;
}

#define NO_ROOT UINT32_MAX
#define ROOT_NOT_ASKED (UINT32_MAX - 1)

/* The index in reach.roots of the root of `o`'s chain.  Whole chains are noted,
 * so each object is passed twice at most. */
static uint32_t find_root(const struct reach *r, uint32_t *roots, oid o)
{
	uint32_t ret;
	oid at = o;

	if (!reach_has(r, o))
		return NO_ROOT;
	while (roots[at] == ROOT_NOT_ASKED && r->parent[at] != OID_NONE)
		at = r->parent[at];
	ret = roots[at] == ROOT_NOT_ASKED ? r->edge[at] : roots[at];
	for (; roots[o] == ROOT_NOT_ASKED; o = r->parent[o]) {
		roots[o] = ret;
		if (r->parent[o] == OID_NONE)
			break;
	}
	return ret;
}

/* See reach_add_garbage(): such chains have no root in truth. */
static bool is_garbage(const struct root *root)
{
	return root->place == ROOT_NO_PLACE && !root->surplus;
}

const struct root *sql_heap_root(struct sql_heap *heap, oid o)
{
	const struct reach *r = &sql_heap_view(heap)->reach;
	uint32_t root;

	if (!heap->roots) {
		heap->roots = xcalloc(heap->h->nr_objects,
				      sizeof(*heap->roots));
		for (oid i = 0; i < heap->h->nr_objects; i++)
			heap->roots[i] = ROOT_NOT_ASKED;
	}
	root = find_root(r, heap->roots, o);
	return root == NO_ROOT || is_garbage(&r->roots.v[root]) ?
		       NULL : &r->roots.v[root];
}

/* --- types --- */

/* Turn counts into sums: v[i] becomes the sum of v[0] .. v[i - 1]. */
static void sum_up(uint32_t *v, size_t nr)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < nr; i++) {
		uint32_t count = v[i];

		v[i] = sum;
		sum += count;
	}
}

/* The sums have moved by one place: v[i] is the start of i + 1 now. */
static void move_back(uint32_t *v, size_t nr)
{
	memmove(v + 1, v, (nr - 1) * sizeof(*v));
	v[0] = 0;
}

const struct sql_by_type *sql_heap_by_type(struct sql_heap *heap)
{
	const struct heap *h = heap->h;
	struct sql_by_type *b = &heap->by_type;

	if (b->start)
		return b;
	b->start = xcalloc(h->types.nr + 1, sizeof(*b->start));
	b->object = xcalloc(h->nr_objects, sizeof(*b->object));
	for (oid o = 0; o < h->nr_objects; o++)
		b->start[h->type[o]]++;
	sum_up(b->start, h->types.nr + 1);
	for (oid o = 0; o < h->nr_objects; o++)
		b->object[b->start[h->type[o]]++] = o;
	move_back(b->start, h->types.nr + 1);
	return b;
}

const uint32_t *sql_heap_types_by_name(struct sql_heap *heap)
{
	if (!heap->types_by_name)
		heap->types_by_name = tally_types_by_name(heap->h);
	return heap->types_by_name;
}

const struct tally *sql_heap_tally(struct sql_heap *heap)
{
	if (!heap->of_types && heap->h->bytes)
		heap->of_types = tally_heap(heap->h);
	return heap->of_types;
}

/* --- references --- */

const struct sql_refs *sql_heap_refs(struct sql_heap *heap)
{
	const struct heap *h = heap->h;
	struct sql_refs *r = &heap->refs;
	uint64_t sum = 0;

	if (r->first)
		return r;
	r->first = xcalloc((size_t)h->nr_objects + 1, sizeof(*r->first));
	for (oid o = 0; o < h->nr_objects; o++) {
		r->first[o] = (uint32_t)sum;
		sum += h->edge_nr[o];
		if (sum >= UINT32_MAX)
			out_of_memory();
	}
	r->first[h->nr_objects] = (uint32_t)sum;
	return r;
}

const struct sql_refs *sql_heap_inbound(struct sql_heap *heap)
{
	const struct heap *h = heap->h;
	struct sql_refs *r = &heap->refs;

	sql_heap_refs(heap);
	if (r->to)
		return r;
	r->to = xcalloc((size_t)h->nr_objects + 1, sizeof(*r->to));
	r->inbound = xcalloc(r->first[h->nr_objects], sizeof(*r->inbound));
	for (oid o = 0; o < h->nr_objects; o++)
		for (uint32_t i = 0; i < h->edge_nr[o]; i++)
			r->to[heap_edges(h, o).to[i]]++;
	sum_up(r->to, (size_t)h->nr_objects + 1);
	for (oid o = 0; o < h->nr_objects; o++)
		for (uint32_t i = 0; i < h->edge_nr[o]; i++)
			r->inbound[r->to[heap_edges(h, o).to[i]]++] =
				r->first[o] + i;
	move_back(r->to, (size_t)h->nr_objects + 1);
	return r;
}

/* --- suspects --- */

static void add_suspect(const struct suspects *s, const struct suspect *found,
			struct sql_suspect_vec *ret)
{
	CLEANUP(str_release) struct str title = STR_INIT, place = STR_INIT;

	if (found->object != OID_NONE)
		leaks_add_place(s, found->object, &place);
	leaks_add_title(s, found, place.s, &title);
	sql_suspect_vec_push(ret, (struct sql_suspect){
		.kind = suspect_kind_names[found->kind],
		.fix = leaks_fix(s, found),
		.title = xstrdup(title.s),
		.place = found->object == OID_NONE ? NULL : xstrdup(place.s),
		.object = found->object,
		.entries = found->entries,
		.objects = found->objects,
		.bytes = found->bytes });
}

const struct sql_suspect_vec *sql_heap_suspects(struct sql_heap *heap)
{
	const struct suspects_options options = SUSPECTS_OPTIONS_DEFAULT;
	struct suspects s = { .heap = NULL };

	if (heap->suspects)
		return heap->suspects;
	heap->suspects = xcalloc(1, sizeof(*heap->suspects));
	suspects_build(heap->h, &options, 0, &s);
	suspects_finish(&s);
	for (size_t i = 0; i < s.v.nr; i++)
		add_suspect(&s, &s.v.v[i], heap->suspects);
	suspects_release(&s);
	return heap->suspects;
}
