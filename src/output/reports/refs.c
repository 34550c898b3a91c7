/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "output/emit.h"
#include "output/reports/refs.h"
#include "output/table.h"

#define EXAMPLES 3
#define EXAMPLES_JSON 10
#define PREVIEW_MAX 60
#define LEAST_PREVIEW 8
/* The column of the types, if the numbers are not wider than their heads. */
#define TYPE_COLUMN 21

/* --- text --- */

static void add_references(struct str *out, uint64_t references, uint64_t nr)
{
	format_counted(out, references, "reference");
	str_add(out, " to ");
	format_counted(out, nr, "object");
}

static void add_refs_head(const struct audit *a, const struct format *f,
			  struct str *out)
{
	CLEANUP(str_release) struct str title = STR_INIT;

	add_references(&title, a->counted, a->nr);
	str_add(&title, " are counted, ");
	format_count(&title, a->explained);
	str_add(&title, " of them explained");
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add(out, "\nheld by native code, or leaked by it: ");
	add_references(out, a->unexplained, a->nr_unexplained);
	str_add(out, "\nmore explained than counted: ");
	if (a->nr_over) {
		add_references(out, a->over, a->nr_over);
		str_add(out, ", a bug in pyheld: please report it");
	} else {
		str_add(out, "none");
	}
	str_add(out, "\nleft out: ");
	format_counted(out, a->immortal, "immortal object");
	str_add(out, ", whose reference count means nothing\n");
	if (!a->atoms)
		return;
	str_add(out, "also left out: ");
	format_counted(out, a->atoms, "object");
	str_add(out, ", strings and other atoms: an older capture does not"
		" record what holds them\n");
}

/* If the line is too long, shorten the preview: the counts matter most. */
static void add_object(struct heap *h, const struct audit_object *x,
		       const struct format *f, struct table *t)
{
	CLEANUP(str_release) struct str preview = STR_INIT;
	struct str *cell;
	unsigned int used;

	table_cell(t);
	table_cell(t);
	cell = table_cell(t);
	heap_preview(h, x->object, PREVIEW_MAX, &preview);
	str_addf(cell, "  0x%" PRIx64 "  counted %" PRIu32
		 ", found %" PRIu32 "  ", h->address[x->object], x->count,
		 x->found);
	used = TYPE_COLUMN + format_width(cell->s);
	format_fit(cell, preview.s, !f->width ? 0 :
		   MAX(f->width, used + LEAST_PREVIEW) - used, f->utf8);
}

static void add_refs_types(struct heap *h, const struct audit *a,
			   uint64_t limit, const struct format *f,
			   struct str *out)
{
	static const struct table_column columns[] = {
		{ "REFERENCES", .right = true }, { "OBJECTS", .right = true },
		{ "TYPE", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);

	if (!a->types.nr)
		return;
	for (size_t i = 0; i < a->types.nr && (!limit || i < limit); i++) {
		const struct audit_type *type = &a->types.v[i];

		format_count(table_cell(&t), type->references);
		format_count(table_cell(&t), type->nr);
		str_add(table_cell(&t), h->types.v[type->type].name);
		for (size_t k = 0; k < type->nr && k < EXAMPLES; k++)
			add_object(
				h, &a->unexplained_objects.v[type->first + k],
				f, &t);
	}
	str_add_char(out, '\n');
	table_print(&t, f, out);
	if (!limit || a->types.nr <= limit)
		return;
	str_add(out, "... and ");
	format_counted(out, a->types.nr - limit, "more type");
	str_add(out, ", see --limit\n");
}

static void add_over(struct heap *h, const struct audit *a,
		     const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ "COUNTED", .right = true }, { "FOUND", .right = true },
		{ .head = "ADDRESS" }, { "TYPE", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	size_t nr = MIN(a->over_objects.nr, (size_t)EXAMPLES_JSON);

	for (size_t i = 0; i < nr; i++) {
		const struct audit_object *x = &a->over_objects.v[i];

		format_count(table_cell(&t), x->count);
		format_count(table_cell(&t), x->found);
		format_address(table_cell(&t), h->address[x->object]);
		str_add(table_cell(&t), heap_type_of(h, x->object)->name);
	}
	if (!nr)
		return;
	str_add(out, "\nMore explained than counted:\n");
	table_print(&t, f, out);
}

void refs_text(struct heap *h, const struct audit *a, uint64_t limit,
	       const struct format *f, struct str *out)
{
	add_refs_head(a, f, out);
	add_refs_types(h, a, limit, f, out);
	add_over(h, a, f, out);
}

/* --- JSON --- */

static json_t *object_json(const struct heap *h, const struct audit_object *x)
{
	json_t *ret = json_object();

	emit_put(ret, "address", emit_address(h->address[x->object]));
	emit_put(ret, "type", emit_text(heap_type_of(h, x->object)->name));
	emit_put(ret, "refcount", emit_count(x->count));
	emit_put(ret, "found", emit_count(x->found));
	return ret;
}

static json_t *type_json(const struct heap *h, const struct audit *a,
			 const struct audit_type *type)
{
	json_t *ret = json_object(), *examples = json_array();

	for (size_t i = 0; i < type->nr && i < EXAMPLES_JSON; i++)
		emit_push(examples, object_json(
			h, &a->unexplained_objects.v[type->first + i]));
	emit_put(ret, "type", emit_text(h->types.v[type->type].name));
	emit_put(ret, "count", emit_count(type->nr));
	emit_put(ret, "references", emit_count(type->references));
	emit_put(ret, "examples", examples);
	return ret;
}

json_t *refs_json(struct heap *h, const struct audit *a, uint64_t limit)
{
	json_t *ret = json_object(), *types = json_array();
	json_t *over = json_array();

	for (size_t i = 0; i < a->types.nr && (!limit || i < limit); i++)
		emit_push(types, type_json(h, a, &a->types.v[i]));
	for (size_t i = 0; i < a->over_objects.nr && i < EXAMPLES_JSON; i++)
		emit_push(over, object_json(h, &a->over_objects.v[i]));
	emit_put(ret, "objects", emit_count(a->nr));
	emit_put(ret, "immortal", emit_count(a->immortal));
	emit_put(ret, "left_out", emit_count(a->atoms));
	emit_put(ret, "references", emit_count(a->counted));
	emit_put(ret, "explained", emit_count(a->explained));
	emit_put(ret, "unexplained", emit_count(a->unexplained));
	emit_put(ret, "unexplained_objects", emit_count(a->nr_unexplained));
	emit_put(ret, "over_explained", emit_count(a->over));
	emit_put(ret, "over_explained_objects", emit_count(a->nr_over));
	emit_put(ret, "types", types);
	emit_put(ret, "over_explained_examples", over);
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
