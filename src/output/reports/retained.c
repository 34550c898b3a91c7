/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/retained-tree.h"
#include "output/emit.h"
#include "output/memory/explained.h"
#include "output/path.h"
#include "output/reports/retained.h"
#include "output/site.h"
#include "output/table.h"

#define TYPES_SHOWN 6
#define TYPES_MAX_JSON 20
/* How many of the objects that retain a single object are named. */
#define ABOVE_SHOWN 10
#define ABOVE_MAX_JSON 1000
#define MAX_STEPS 1000

void retained_add_share(const struct retained_view *v, uint64_t bytes,
			struct str *out)
{
	uint64_t all = v->dominators.all_bytes;

	str_addf(out, "%.1f%%",
		 all ? 100 * (double)bytes / (double)all : 0.0);
}

/* All garbage: the objects that no root reaches. */
static struct tally garbage(const struct retained_view *v)
{
	const struct dominators *d = &v->dominators;
	struct tally ret = { 0, 0 };

	for (oid o = 0; o < v->h->nr_objects; o++)
		if (d->holder[o] == HOLDER_GARBAGE)
			tally_add(&ret, heap_bytes(v->h, o));
	return ret;
}

/* Is the path so long that its names would take long to make? */
static bool is_far(const struct retained_view *v, oid from, oid o)
{
	const oid *parent = v->reach.parent;
	uint32_t steps = 0;

	for (; o != from && parent[o] != OID_NONE; o = parent[o])
		if (++steps > MAX_STEPS)
			return true;
	return false;
}

/* Add the path to an object: from a root, or from the line above it. */
void retained_add_way(const struct retained_view *v, oid from, oid o,
		      struct str *out)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };
	const struct root *root;

	if (is_far(v, from, o)) {
		str_add(out, "... more than ");
		format_counted(out, MAX_STEPS, "step");
		return;
	}
	root = retained_path(v, from, o, &path);
	trail_init(&t, v->h, root, &path);
	if (root)
		trail_readable(&t, out);
	else
		trail_relative(&t, out);
}

/* --- text --- */

/* "1.2 GiB (71.2%) in 2,943,390 objects" */
static void add_amount(struct str *out, const struct retained_view *v,
		       const struct tally *sum)
{
	format_bytes(out, sum->bytes);
	str_add(out, " (");
	retained_add_share(v, sum->bytes, out);
	str_add(out, ") in ");
	format_counted(out, sum->nr, "object");
}

void retained_add_amount(const struct retained_view *v, oid o,
			 struct str *out)
{
	const struct dominators *d = &v->dominators;
	const struct tally sum = { d->objects[o], d->bytes[o] };

	add_amount(out, v, &sum);
}

static void add_line(const struct retained_view *v,
		     const struct retained_line *line, const struct format *f,
		     bool addresses, struct table *t)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	bool is_object = line->object != OID_NONE;
	struct str *cell;

	format_bytes(table_cell(t), line->sum.bytes);
	retained_add_share(v, line->sum.bytes, table_cell(t));
	format_count(table_cell(t), line->sum.nr);
	if (is_object) {
		retained_add_way(v, line->above, line->object, &name);
	} else {
		format_count(&name, line->nr);
		str_addf(&name, " %s", v->h->types.v[line->type].name);
	}
	format_branch(table_cell(t), line->depth, name.s, f->utf8);
	cell = table_cell(t);
	if (is_object)
		format_type(cell, v->h, line->object);
	if (!addresses)
		return;
	cell = table_cell(t);
	if (is_object)
		format_address(cell, v->h->address[line->object]);
}

static bool try_table(const struct retained_view *v,
		      const struct retained_line_vec *lines, bool addresses,
		      const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ "RETAINED", .right = true }, { "SHARE", .right = true },
		{ "OBJECTS", .right = true }, { "HOLDER", .shrinks = true },
		{ "TYPE", .shrinks = true }, { "ADDRESS", .right = false },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);

	t.indent = 2;
	if (!addresses)
		t.nr_columns--;
	for (size_t i = 0; i < lines->nr; i++)
		add_line(v, &lines->v[i], f, addresses, &t);
	if (addresses && f->width && table_width(&t, f) > f->width)
		return false;
	table_print(&t, f, out);
	return true;
}

/* The column of addresses is left out if the terminal is too narrow. */
static void add_table(const struct retained_view *v,
		      const struct retained_line_vec *lines,
		      const struct format *f, struct str *out)
{
	if (!try_table(v, lines, true, f, out))
		try_table(v, lines, false, f, out);
}

static void add_retained_types(const struct retained_view *v, oid o,
			       struct str *out)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types =
		VEC_INIT;

	retained_types(v, o, &types);
	str_add(out, "  types: ");
	for (size_t i = 0; i < types.nr && i < TYPES_SHOWN; i++) {
		str_addf(out, "%s%s ", i ? ", " : "",
			 v->h->types.v[types.v[i].type].name);
		format_count(out, types.v[i].sum.nr);
		str_add(out, " (");
		format_bytes(out, types.v[i].sum.bytes);
		str_add_char(out, ')');
	}
	if (types.nr > TYPES_SHOWN) {
		str_add(out, " and ");
		format_counted(out, types.nr - TYPES_SHOWN, "more type");
	}
	str_add_char(out, '\n');
}

static void add_above(struct retained_view *v, oid o, const struct format *f,
		      struct str *out)
{
	CLEANUP(retained_line_vec_release) struct retained_line_vec lines =
		VEC_INIT;
	const struct dominators *d = &v->dominators;
	oid above = retained_above(v, o);

	if (above == OID_NONE) {
		str_add(out, "\nNo other object retains it: ");
		str_add(out, d->holder[o] == HOLDER_GARBAGE ?
			"it is garbage.\n" :
			"a root holds it, or more than one object does.\n");
		return;
	}
	str_add(out, "\nIt would also be freed with each of these, the nearest"
		     " first:\n\n");
	for (; above != OID_NONE && lines.nr < ABOVE_SHOWN;
	     above = retained_above(v, above))
		retained_line_vec_push(&lines, (struct retained_line){
						       .object = above,
						       .above = OID_NONE,
						       .sum = {
							d->objects[above],
							d->bytes[above] } });
	add_table(v, &lines, f, out);
	if (above != OID_NONE)
		str_add(out, "  ... and more\n");
}

static void add_single(const struct retained_view *v, oid o,
		       const struct format *f, struct str *out)
{
	CLEANUP(str_release) struct str title = STR_INIT;

	format_type(&title, v->h, o);
	str_add(&title, " at ");
	format_address(&title, v->h->address[o]);
	str_add(&title, " (");
	format_bytes(&title, heap_bytes(v->h, o));
	str_add(&title, ") retains ");
	retained_add_amount(v, o, &title);
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add(out, "\n\n  ");
	retained_add_way(v, OID_NONE, o, out);
	str_add_char(out, '\n');
	add_retained_types(v, o, out);
}

static void add_of_type(const struct retained_view *v,
			const struct retained_shown *shown, struct str *out)
{
	format_counted(out, shown->nr_of_type, "object");
	str_addf(out, " of %s, ", shown->type);
	format_bytes(out, shown->size_of_type);
	str_add(out, "; without them ");
	add_amount(out, v, &shown->sum);
	str_add(out, " would be freed\n");
}

/* What the objects that are shown retain; none of them is part of another. */
static uint64_t shown_bytes(const struct retained_view *v,
			    const struct retained_shown *shown)
{
	uint64_t bytes = 0;

	if (shown->type)
		return shown->sum.bytes;
	for (size_t i = 0; i < shown->objects.nr; i++)
		bytes += v->dominators.bytes[shown->objects.v[i]];
	return bytes;
}

static const char *explains(const struct retained_shown *shown)
{
	return shown->single ? "this object explains" :
	       shown->type ? "these objects explain" :
			     "the holders below explain";
}

static void add_explained(const struct retained_view *v,
			  const struct retained_shown *shown,
			  const struct format *f, struct str *out)
{
	struct explained e = explained_of(v->h, shown_bytes(v, shown));

	explained_text(&e, explains(shown), v->h, f, out);
}

/* --- memory that several objects hold --- */

/* Of the bytes of all objects, a lump that is shown has one in so many. */
#define LUMP_SHARE 100

static bool is_lump_shown(const struct retained_view *v,
			  const struct heap_lump *lump)
{
	return lump->nr && lump->bytes &&
	       lump->bytes >= v->dominators.all_bytes / LUMP_SHARE;
}

/* By lump: the first object that holds it, or OID_NONE.  The caller frees
 * it. */
static oid *holders_of_lumps(const struct heap *h)
{
	oid *ret = xcalloc(h->lumps.nr, sizeof(*ret));

	for (size_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];
		const struct heap_lump_holder *holder;

		ret[i] = OID_NONE;
		if (!lump->nr)
			continue;
		holder = &h->lump_holders.v[lump->first];
		ret[i] = holder->object != OID_NONE ? holder->object :
						      ret[holder->lump];
	}
	return ret;
}

static const char *type_of_holder(const struct heap *h, oid o)
{
	return o == OID_NONE ? "" : heap_type_of(h, o)->name;
}

static void add_lump_lines(const struct retained_view *v, struct str *out)
{
	const struct heap *h = v->h;
	CLEANUP(freep) oid *holders = holders_of_lumps(h);

	for (size_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];

		if (!is_lump_shown(v, lump))
			continue;
		format_bytes(out, lump->bytes);
		str_add(out, " in raw blocks are held by ");
		str_add(out, type_of_holder(h, holders[i]));
		str_add(out, " and ");
		format_count(out, lump->nr - 1);
		str_add(out, " more, by none of them alone\n");
	}
}

static json_t *lumps_json(const struct retained_view *v)
{
	const struct heap *h = v->h;
	CLEANUP(freep) oid *holders = holders_of_lumps(h);
	json_t *ret = json_array();

	for (size_t i = 0; i < h->lumps.nr; i++) {
		const struct heap_lump *lump = &h->lumps.v[i];
		json_t *item;

		if (!is_lump_shown(v, lump))
			continue;
		item = json_object();
		emit_put(item, "bytes", emit_count(lump->bytes));
		emit_put(item, "type",
			 emit_text(type_of_holder(h, holders[i])));
		emit_put(item, "holders", emit_count(lump->nr));
		emit_push(ret, item);
	}
	return ret;
}

static void add_retained_head(const struct retained_view *v,
			      const struct retained_shown *shown,
			      struct str *out)
{
	struct tally of_garbage = garbage(v);

	format_counted(out, v->h->nr_objects, "object");
	str_add(out, ", ");
	format_bytes(out, v->dominators.all_bytes);
	if (of_garbage.nr) {
		str_add(out, "; of them garbage, which nothing holds: ");
		format_count(out, of_garbage.nr);
		str_add(out, ", ");
		format_bytes(out, of_garbage.bytes);
	}
	str_add_char(out, '\n');
	add_lump_lines(v, out);
	if (shown->type)
		add_of_type(v, shown, out);
	if (shown->nr <= shown->objects.nr)
		return;
	format_count(out, shown->objects.nr);
	str_add(out, " of ");
	format_count(out, shown->nr);
	str_add(out, " are shown (see --limit)\n");
}

void retained_text(struct retained_view *v, const struct retained_shown *shown,
		   const struct format *f, struct str *out)
{
	CLEANUP(retained_line_vec_release) struct retained_line_vec lines =
		VEC_INIT;

	for (size_t i = 0; i < shown->objects.nr; i++)
		retained_tree(v, shown->objects.v[i], shown->depth, &lines);
	if (shown->single)
		add_single(v, shown->objects.v[0], f, out);
	else
		add_retained_head(v, shown, out);
	add_explained(v, shown, f, out);
	str_add_char(out, '\n');
	add_table(v, &lines, f, out);
	if (shown->single)
		add_above(v, shown->objects.v[0], f, out);
}

/* --- JSON --- */

static json_t *sum_json(const struct tally *sum)
{
	json_t *ret = json_object();

	emit_put(ret, "objects", emit_count(sum->nr));
	emit_put(ret, "bytes", emit_count(sum->bytes));
	return ret;
}

void retained_put(const struct retained_view *v, oid o, json_t *ret)
{
	const struct dominators *d = &v->dominators;
	const struct tally sum = { d->objects[o], d->bytes[o] };
	CLEANUP(str_release) struct str readable = STR_INIT;

	retained_add_way(v, OID_NONE, o, &readable);
	emit_put(ret, "place", emit_text(readable.s));
	emit_put(ret, "readable", emit_text(readable.s));
	emit_put(ret, "retained", sum_json(&sum));
}

static json_t *retained_types_json(const struct retained_view *v, oid o)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types =
		VEC_INIT;
	json_t *ret = json_array();

	retained_types(v, o, &types);
	for (size_t i = 0; i < types.nr && i < TYPES_MAX_JSON; i++) {
		json_t *type = sum_json(&types.v[i].sum);

		emit_put(type, "count", emit_count(types.v[i].sum.nr));
		emit_put(type, "type",
			 emit_text(v->h->types.v[types.v[i].type].name));
		emit_push(ret, type);
	}
	return ret;
}

static json_t *length_json(struct heap *h, oid o)
{
	int64_t length = heap_length(h, o);

	return length < 0 ? json_null() : emit_count((uint64_t)length);
}

static json_t *chain_json_of(const struct retained_view *v,
			     const struct retained_line *line)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };
	const struct root *root;

	if (line->above != OID_NONE || is_far(v, OID_NONE, line->object))
		return json_null();
	root = retained_path(v, OID_NONE, line->object, &path);
	trail_init(&t, v->h, root, &path);
	return trail_json(&t);
}

static void put_object(struct retained_view *v,
		       const struct retained_line *line, json_t *ret)
{
	CLEANUP(str_release) struct str readable = STR_INIT;
	const struct dominators *d = &v->dominators;
	oid o = line->object;

	if (o == OID_NONE) {
		emit_put(ret, "address", json_null());
		emit_put(ret, "length", json_null());
		emit_put(ret, "size", json_null());
		emit_put(ret, "bytes", json_null());
		emit_put(ret, "holder", json_null());
		emit_put(ret, "place", json_null());
		emit_put(ret, "readable", json_null());
		emit_put(ret, "chain", json_null());
		emit_put(ret, "allocated", json_null());
		return;
	}
	retained_add_way(v, line->above, o, &readable);
	emit_put(ret, "address", emit_address(v->h->address[o]));
	emit_put(ret, "length", length_json(v->h, o));
	emit_put(ret, "size", emit_size(v->h, o));
	emit_put(ret, "bytes", v->h->bytes ? emit_count(v->h->bytes[o]) :
					     json_null());
	emit_put(ret, "holder",
		 emit_text(dominators_holder_names[d->holder[o]]));
	emit_put(ret, "place", emit_text(readable.s));
	emit_put(ret, "readable", emit_text(readable.s));
	emit_put(ret, "chain", chain_json_of(v, line));
	emit_put(ret, "allocated", site_json_of(v->h, o));
}

static json_t *line_json(struct retained_view *v,
			 const struct retained_line *line)
{
	json_t *ret = json_object();

	emit_put(ret, "depth", emit_count(line->depth));
	emit_put(ret, "count", emit_count(line->nr));
	emit_put(ret, "type", emit_text(v->h->types.v[line->type].name));
	put_object(v, line, ret);
	emit_put(ret, "retained", sum_json(&line->sum));
	emit_put(ret, "types", line->depth || line->object == OID_NONE ?
		 json_null() : retained_types_json(v, line->object));
	return ret;
}

static json_t *lines_json(struct retained_view *v,
			  const struct retained_shown *shown)
{
	CLEANUP(retained_line_vec_release) struct retained_line_vec lines =
		VEC_INIT;
	json_t *ret = json_array();

	for (size_t i = 0; i < shown->objects.nr; i++)
		retained_tree(v, shown->objects.v[i], shown->depth, &lines);
	for (size_t i = 0; i < lines.nr; i++)
		emit_push(ret, line_json(v, &lines.v[i]));
	return ret;
}

static json_t *of_type_json(const struct retained_shown *shown)
{
	json_t *ret;

	if (!shown->type)
		return json_null();
	ret = json_object();
	emit_put(ret, "pattern", emit_text(shown->type));
	emit_put(ret, "count", emit_count(shown->nr_of_type));
	emit_put(ret, "bytes", emit_count(shown->size_of_type));
	emit_put(ret, "size", emit_count(shown->size_of_type));
	emit_put(ret, "retained", sum_json(&shown->sum));
	return ret;
}

/* The addresses of the objects that retain it, the nearest first. */
static json_t *above_json(struct retained_view *v,
			  const struct retained_shown *shown)
{
	const struct dominators *d = &v->dominators;
	json_t *ret;
	oid o;

	if (!shown->single)
		return json_null();
	ret = json_array();
	o = d->parent[shown->objects.v[0]];
	for (uint32_t i = 0; o != OID_NONE && i < ABOVE_MAX_JSON;
	     i++, o = d->parent[o])
		emit_push(ret, emit_address(v->h->address[o]));
	return ret;
}

json_t *retained_json(struct retained_view *v,
		      const struct retained_shown *shown)
{
	struct explained e = explained_of(v->h, shown_bytes(v, shown));
	struct tally of_garbage = garbage(v);
	json_t *ret = json_object();

	emit_put(ret, "objects", emit_count(v->h->nr_objects));
	emit_put(ret, "bytes", emit_count(v->dominators.all_bytes));
	emit_put(ret, "garbage", sum_json(&of_garbage));
	emit_put(ret, "lumps", lumps_json(v));
	emit_put(ret, "of_type", of_type_json(shown));
	emit_put(ret, "retained_by", above_json(v, shown));
	emit_put(ret, "lines", lines_json(v, shown));
	explained_json(&e, ret);
	explained_guessed_json(v->h, ret);
	emit_put(ret, "warnings", emit_warnings(v->h));
	return ret;
}
