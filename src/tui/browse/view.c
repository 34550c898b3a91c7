/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/referrers.h"
#include "output/reports/retained.h"
#include "output/words.h"
#include "tui/browse/view.h"

static void init(struct view *ret, enum view_kind kind, oid holder)
{
	*ret = (struct view){ .kind = kind, .holder = holder,
			      .list = LIST_INIT };
}

void view_release(struct view *v)
{
	for (size_t i = 0; i < v->rows.nr; i++)
		free(v->rows.v[i].name);
	row_vec_release(&v->rows);
	order_list_release(&v->order);
	str_vec_free(&v->lines);
	free(v->title);
}

size_t view_nr(const struct view *v)
{
	return v->kind == VIEW_TEXT ? v->lines.nr :
	       v->kind == VIEW_GROUP ? v->order.objects.nr : v->rows.nr;
}

struct row view_row_of(const struct scene *s, oid o)
{
	const struct dominators *d = &s->retained->dominators;

	return (struct row){
		.object = o, .type = s->h->type[o], .nr = 1,
		.sum = { d->objects[o], d->bytes[o] },
		.growth = s->gain ? gain_of(s->gain, o) : 0,
		.suspect = UINT32_MAX, .edge = UINT32_MAX,
	};
}

struct row view_row(struct view *v, struct scene *s, size_t i)
{
	if (v->kind == VIEW_GROUP)
		return view_row_of(s, order_list_at(&v->order, i));
	return v->rows.v[i];
}

/* "app.CACHE : ['key']": the referrer, and its reference. */
static void add_reference(const struct scene *s, const struct row *row,
			  struct str *out)
{
	struct edge_name edge;

	retained_add_way(s->retained, OID_NONE, row->object, out);
	str_add(out, " : ");
	heap_name_edges(s->h, row->object, row->edge, 1, &edge);
	words_edge(&edge, out);
	edge_name_release(&edge);
}

void view_name(const struct view *v, const struct scene *s,
	       const struct row *row, struct str *out)
{
	bool below = v->kind == VIEW_TREE || v->kind == VIEW_GROUP;

	if (row->name) {
		str_add(out, row->name);
	} else if (row->edge != UINT32_MAX) {
		add_reference(s, row, out);
	} else if (row->object != OID_NONE) {
		retained_add_way(s->retained, below ? v->holder : OID_NONE,
				 row->object, out);
	} else if (row->type != UINT32_MAX) {
		if (v->kind != VIEW_TYPES) {
			format_count(out, row->nr);
			str_add_char(out, ' ');
		}
		str_add(out, s->h->types.v[row->type].name);
	}
}

/* --- order --- */

static int compare_growth(const void *scene, oid a, oid b)
{
	const struct scene *s = scene;
	int64_t ga = gain_of(s->gain, a), gb = gain_of(s->gain, b);

	if (ga != gb)
		return ga > gb ? -1 : 1;
	return dominators_compare(&s->retained->dominators, a, b);
}

static int compare_bytes(const void *scene, oid a, oid b)
{
	const struct scene *s = scene;

	return dominators_compare(&s->retained->dominators, a, b);
}

static int compare_rows(const void *pa, const void *pb, void *by_growth)
{
	const struct row *a = pa, *b = pb;

	if (*(bool *)by_growth && a->growth != b->growth)
		return a->growth > b->growth ? -1 : 1;
	if (a->sum.bytes != b->sum.bytes)
		return a->sum.bytes > b->sum.bytes ? -1 : 1;
	if (a->sum.nr != b->sum.nr)
		return a->sum.nr > b->sum.nr ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return (a->object > b->object) - (a->object < b->object);
}

void view_sort(struct view *v, const struct scene *s)
{
	if (!s->gain)
		v->by_growth = false;
	if (v->rows.nr)
		qsort_r(v->rows.v, v->rows.nr, sizeof(*v->rows.v),
			compare_rows, &v->by_growth);
}

/* --- the tree --- */

/* The children of a holder, and which of them are rows of their own. */
struct children {
	struct oid_vec v;
	uint64_t least;		/* bytes of those that may be */
};

/* Of the objects that may be rows, the largest ones come first in c->v. */
static size_t find_single(struct children *c, const struct scene *s)
{
	const struct dominators *d = &s->retained->dominators;
	size_t nr = 0;

	for (size_t i = 0; i < c->v.nr; i++) {
		oid o = c->v.v[i];

		if (d->bytes[o] < c->least)
			continue;
		c->v.v[i] = c->v.v[nr];
		c->v.v[nr++] = o;
	}
	dominators_sort(d, c->v.v, nr);
	return MIN(nr, (size_t)VIEW_SINGLE_MAX);
}

/* Returns how many children have a row of their own; they come first. */
static size_t find_children(struct children *c, struct scene *s, oid holder)
{
	const struct dominators *d = &s->retained->dominators;
	uint64_t all = holder == OID_NONE ? d->all_bytes : d->bytes[holder];

	c->v = (struct oid_vec)VEC_INIT;
	c->least = MAX(all / VIEW_SINGLE_MAX, 1);
	retained_below(s->retained, holder, &c->v);
	return find_single(c, s);
}

static void add_groups(struct view *v, struct scene *s,
		       const struct children *c, size_t first)
{
	const struct heap *h = s->h;
	const struct dominators *d = &s->retained->dominators;
	CLEANUP(freep) struct row *by_type = xcalloc(h->types.nr,
						     sizeof(*by_type));
	CLEANUP(freep) uint64_t *gone = xcalloc(h->types.nr, sizeof(*gone));

	if (s->gain)
		gain_gone(s->gain, v->holder, gone);
	for (size_t i = first; i < c->v.nr; i++) {
		oid o = c->v.v[i];
		struct row *row = &by_type[h->type[o]];

		row->object = o;
		row->nr++;
		row->sum.nr += d->objects[o];
		row->sum.bytes += d->bytes[o];
		if (s->gain)
			row->growth += gain_of(s->gain, o);
	}
	for (uint32_t t = 0; t < h->types.nr; t++) {
		struct row *row = &by_type[t];

		if (!row->nr)
			continue;
		if (row->nr > 1)
			row->object = OID_NONE;
		row->growth -= row->nr > 1 ? (int64_t)gone[t] : 0;
		row->type = t;
		row->suspect = row->edge = UINT32_MAX;
		row_vec_push(&v->rows, *row);
	}
}

void view_tree(struct view *ret, struct scene *s, oid holder, bool by_growth)
{
	struct children c;
	size_t nr = find_children(&c, s, holder);

	init(ret, VIEW_TREE, holder);
	ret->by_growth = by_growth;
	for (size_t i = 0; i < nr; i++)
		row_vec_push(&ret->rows, view_row_of(s, c.v.v[i]));
	add_groups(ret, s, &c, nr);
	oid_vec_release(&c.v);
	view_sort(ret, s);
}

static void find_group(struct scene *s, oid holder, uint32_t type,
		       struct oid_vec *ret)
{
	struct children c;

	for (size_t i = find_children(&c, s, holder); i < c.v.nr; i++)
		if (s->h->type[c.v.v[i]] == type)
			oid_vec_push(ret, c.v.v[i]);
	oid_vec_release(&c.v);
}

/* In preorder, what is within an object of the type is passed over. */
static void find_all(const struct scene *s, oid holder, uint32_t type,
		     struct oid_vec *ret)
{
	const struct dominators *d = &s->retained->dominators;
	uint32_t i = holder == OID_NONE ? 0 : d->place[holder];
	uint32_t end = holder == OID_NONE ? s->h->nr_objects :
					    i + d->objects[holder];

	while (i < end) {
		oid o = d->order[i];
		bool found = s->h->type[o] == type && o != holder;

		if (found)
			oid_vec_push(ret, o);
		i += found ? d->objects[o] : 1;
	}
}

void view_group(struct view *ret, struct scene *s, oid holder, uint32_t type,
		bool all, bool by_growth)
{
	CLEANUP(oid_vec_release) struct oid_vec objects = VEC_INIT;

	init(ret, VIEW_GROUP, holder);
	ret->type = type;
	if (all)
		find_all(s, holder, type, &objects);
	else
		find_group(s, holder, type, &objects);
	ret->order.objects = objects;
	objects = (struct oid_vec)VEC_INIT;
	view_group_sort(ret, s, by_growth);
}

void view_group_sort(struct view *v, struct scene *s, bool by_growth)
{
	struct oid_vec objects = v->order.objects;

	v->by_growth = by_growth && s->gain;
	v->order.objects = (struct oid_vec)VEC_INIT;
	order_list_release(&v->order);
	order_list_init(&v->order, &objects,
			v->by_growth ? compare_growth : compare_bytes, s);
}

/* --- types --- */

void view_types(struct view *ret, struct scene *s, oid holder, bool by_growth)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;
	CLEANUP(freep) struct tally *all = NULL;

	init(ret, VIEW_TYPES, holder);
	if (holder != OID_NONE) {
		retained_types(s->retained, holder, &types);
	} else {
		all = tally_heap(s->h);
		tally_list(s->h, all, &types);
	}
	ret->by_growth = by_growth;
	for (size_t i = 0; i < types.nr; i++) {
		uint32_t type = types.v[i].type;
		const struct tally *sum = &types.v[i].sum;

		row_vec_push(&ret->rows, (struct row){
			.object = OID_NONE, .type = type, .nr = sum->nr,
			.sum = *sum, .suspect = UINT32_MAX, .edge = UINT32_MAX,
			.growth = s->gain && holder == OID_NONE ?
				  tally_growth(s->gain->then_of_type[type],
					       sum->bytes) : 0 });
	}
	view_sort(ret, s);
}

/* --- referrers --- */

static void add_place(struct view *v, char *name)
{
	row_vec_push(&v->rows, (struct row){
		.object = OID_NONE, .type = UINT32_MAX, .name = name,
		.suspect = UINT32_MAX, .edge = UINT32_MAX });
}

void view_referrers(struct view *ret, struct scene *s, oid o)
{
	struct referrers r;

	init(ret, VIEW_REFERRERS, o);
	referrers_build(s->h, o, VIEW_REFERRERS_MAX, &r);
	for (size_t i = 0; i < r.roots.nr && i < VIEW_REFERRERS_MAX; i++) {
		CLEANUP(str_release) struct str name = STR_INIT;

		str_add(&name, "root: ");
		words_root(s->h, &s->h->roots.v[r.roots.v[i]], &name);
		add_place(ret, str_take(&name));
	}
	for (size_t i = 0; i < r.v.nr; i++) {
		struct row row = view_row_of(s, r.v.v[i].from);

		row.edge = r.v.v[i].edge;
		row_vec_push(&ret->rows, row);
	}
	if (r.surplus) {
		CLEANUP(str_release) struct str name = STR_INIT;

		str_add(&name, "native code: ");
		format_counted(&name, r.surplus, "reference");
		add_place(ret, str_take(&name));
	}
	referrers_release(&r);
}

/* --- suspects and text --- */

void view_suspects(struct view *ret, struct scene *s)
{
	init(ret, VIEW_SUSPECTS, OID_NONE);
	for (uint32_t i = 0; s->leaks && i < s->leaks->suspects->v.nr; i++) {
		const struct suspect *each = &s->leaks->suspects->v.v[i];
		CLEANUP(str_release) struct str name = STR_INIT;
		CLEANUP(str_release) struct str place = STR_INIT;

		if (each->object != OID_NONE)
			leaks_add_place(s->leaks->suspects, each->object,
					&place);
		leaks_add_title(s->leaks->suspects, each, place.s, &name);
		row_vec_push(&ret->rows, (struct row){
			.object = each->object,
			.type = each->object == OID_NONE ? UINT32_MAX :
				s->h->type[each->object],
			.nr = 1, .sum = { each->objects, each->bytes },
			.growth = (int64_t)each->grown,
			.name = str_take(&name), .suspect = i,
			.edge = UINT32_MAX });
	}
}

void view_text(struct view *ret, const char *title, const char *text)
{
	init(ret, VIEW_TEXT, OID_NONE);
	ret->title = xstrdup(title);
	while (*text) {
		size_t len = strcspn(text, "\n");

		str_vec_push(&ret->lines, xstrndup(text, len));
		text += len + (text[len] == '\n');
	}
}
