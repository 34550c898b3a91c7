/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/referrers.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "output/reports/object.h"
#include "output/reports/retained.h"
#include "output/site.h"
#include "output/table.h"
#include "output/words.h"

#define PREVIEW_MAX 60
#define PREVIEW_MAX_JSON 1000

/* A reference from the object, or to it. */
struct neighbour {
	oid object;
	char *name;		/* of the reference */
	bool guess;		/* found by a scan of memory */
	bool visited;		/* by the tp_traverse of who has it */
	const char *found;	/* coverage_found() */
};
VEC_DEFINE(neighbour_vec, struct neighbour);

static void neighbours_release(struct neighbour_vec *v)
{
	for (size_t i = 0; i < v->nr; i++)
		free(v->v[i].name);
	neighbour_vec_release(v);
}

/* The caller frees it. */
static char *words_of(const struct edge_name *n)
{
	CLEANUP(str_release) struct str words = STR_INIT;

	words_edge(n, &words);
	return xstrndup(words.s, words.len);
}

static void find_references(struct heap *h, oid o, uint64_t limit,
			    struct neighbour_vec *ret)
{
	struct heap_edges edges = heap_edges(h, o);
	uint32_t nr = edges.nr;
	CLEANUP(freep) struct edge_name *names = NULL;

	if (limit && limit < nr)
		nr = (uint32_t)limit;
	/* In one call: each call may read all references of the object. */
	names = xcalloc(nr, sizeof(*names));
	heap_name_edges(h, o, 0, nr, names);
	for (uint32_t i = 0; i < nr; i++) {
		neighbour_vec_push(ret, (struct neighbour){
			edges.to[i], words_of(&names[i]),
			heap_is_guess(h, o, i), i < heap_nr_visited(h, o),
			coverage_found(h, o, i) });
		edge_name_release(&names[i]);
	}
}

static void name_referrers(struct heap *h, const struct referrers *r,
			   struct neighbour_vec *ret)
{
	for (size_t i = 0; i < r->v.nr; i++) {
		const struct referrer *from = &r->v.v[i];
		struct edge_name name;

		heap_name_edges(h, from->from, from->edge, 1, &name);
		neighbour_vec_push(ret, (struct neighbour){
			from->from, words_of(&name),
			heap_is_guess(h, from->from, from->edge),
			from->edge < heap_nr_visited(h, from->from),
			coverage_found(h, from->from, from->edge) });
		edge_name_release(&name);
	}
}

static const char *read_how(const struct heap *h, oid o)
{
	if (h->flags[o] & OBJECT_UNREAD)
		return "unread";
	if (h->flags[o] & OBJECT_SCANNED)
		return "scanned";
	return h->flags[o] & OBJECT_EMULATED ? "emulated" : "native";
}

/* --- text --- */

static void add_generation(const struct heap *h, oid o, struct str *out)
{
	if (h->generation[o] == GENERATION_UNTRACKED)
		str_add(out, "does not track it");
	else if (h->generation[o] == GENERATION_PERMANENT)
		str_add(out, "ignores it: frozen by gc.freeze()");
	else
		str_addf(out, "tracks it in generation %u", h->generation[o]);
	if (h->flags[o] & OBJECT_FINALIZED)
		str_add(out, "; its finalizer has run");
	if (heap_type_of(h, o)->flags & (TYPE_HAS_DEL | TYPE_LEGACY_DEL))
		str_add(out, "; its class has __del__");
}

static void add_amount(const char *label, uint64_t bytes, struct str *out)
{
	str_addf(out, "\n  %-12s", label);
	format_counted(out, bytes, "byte");
	if (bytes >= 1024) {
		str_add(out, ", ");
		format_bytes(out, bytes);
	}
}

/* The most recent call last. */
static void add_allocated(const struct heap *h, oid o, struct str *out)
{
	CLEANUP(str_release) struct str sites = STR_INIT;
	static const char indent[] = "              ";

	site_add_traceback(h, o, indent, &sites);
	if (sites.len)
		str_addf(out, "  allocated   %s", sites.s + strlen(indent));
}

static void add_facts(const struct retained_view *v, oid o,
		      const struct format *f, struct str *out)
{
	struct heap *h = v->h;
	CLEANUP(str_release) struct str preview = STR_INIT, title = STR_INIT;

	format_type(&title, h, o);
	str_add(&title, " at ");
	format_address(&title, h->address[o]);
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add(out, "\n\n  repr        ");
	heap_preview(h, o, PREVIEW_MAX_JSON, &preview);
	format_fit(out, preview.s, f->width > 40 ? f->width - 14 : 0, f->utf8);
	if (heap_size_is_known(h, o))
		add_amount("size", h->size[o], out);
	else
		str_add(out, "\n  size        unknown");
	if (h->bytes)
		add_amount("bytes", h->bytes[o], out);
	str_add(out, "\n  retained    ");
	retained_add_amount(v, o, out);
	str_add(out, "\n  way         ");
	retained_add_way(v, OID_NONE, o, out);
	str_add(out, "\n  refcount    ");
	if (h->refcount[o] == REFCOUNT_IMMORTAL)
		str_add(out, "immortal");
	else
		format_count(out, h->refcount[o]);
	if (h->flags[o] & OBJECT_WEAK_REFERENT)
		str_add(out, ", and weak references point to it");
	str_add(out, "\n  collector   ");
	add_generation(h, o, out);
	str_add_char(out, '\n');
	add_allocated(h, o, out);
	if (h->flags[o] & OBJECT_SCANNED)
		str_add(out, "  references  found by a scan for pointers: some"
			     " may not exist\n");
	if (h->flags[o] & OBJECT_UNREAD)
		str_add(out, "  references  could not be read\n");
}

static void add_roots(const struct heap *h, const struct referrers *r,
		      struct str *out)
{
	if (!r->roots.nr && !r->surplus)
		return;
	str_add(out, "\nis held from outside the heap by\n");
	for (size_t i = 0; i < r->roots.nr; i++) {
		const struct heap_root *root = &h->roots.v[r->roots.v[i]];

		str_addf(out, "  %s ", root_kind_names[root->kind]);
		words_root(h, root, out);
		if (root->expression)
			str_addf(out, "  %s", root->expression);
		format_end_line(out);
	}
	if (!r->surplus)
		return;
	str_addf(out, "  %s, by ", root_kind_names[ROOT_NATIVE]);
	format_counted(out, r->surplus, "reference");
	str_add(out, " that no object accounts for\n");
}

static void add_neighbours(struct heap *h, const char *title,
			   const struct neighbour_vec *v, uint64_t nr,
			   const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ .head = "NAME", .shrinks = true },
		{ .head = "TYPE", .shrinks = true },
		{ .head = "ADDRESS" },
		{ .head = "REPR", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	CLEANUP(str_release) struct str heading = STR_INIT;
	struct format plain = *f;
	bool marked = false;

	str_addf(&heading, "%s ", title);
	format_counted(&heading, nr, "object");
	str_add_char(out, '\n');
	format_styled(out, heading.s, STYLE_HEADING, f);
	str_add_char(out, '\n');
	t.indent = 2;
	plain.header = false;
	for (size_t i = 0; i < v->nr; i++) {
		oid o = v->v[i].object;

		str_addf(table_cell(&t), "%s%s",
			 v->v[i].name ? v->v[i].name : "",
			 v->v[i].guess ? COVERAGE_MARK : "");
		marked |= v->v[i].guess;
		format_type(table_cell(&t), h, o);
		format_address(table_cell(&t), h->address[o]);
		heap_preview(h, o, PREVIEW_MAX, table_cell(&t));
	}
	table_print(&t, &plain, out);
	if (marked)
		coverage_add_legend(t.indent, out);
	if (nr > v->nr) {
		str_add(out, "  ... and ");
		format_count(out, nr - v->nr);
		str_add(out, " more\n");
	}
}

void object_text(const struct retained_view *v, oid o, uint64_t limit,
		 const struct format *f, struct str *out)
{
	struct heap *h = v->h;
	CLEANUP(neighbours_release) struct neighbour_vec to = VEC_INIT;
	CLEANUP(neighbours_release) struct neighbour_vec from = VEC_INIT;
	CLEANUP(referrers_release) struct referrers r;

	referrers_build(h, o, limit ? limit : SIZE_MAX, &r);
	name_referrers(h, &r, &from);
	find_references(h, o, limit, &to);
	add_facts(v, o, f, out);
	add_roots(h, &r, out);
	add_neighbours(h, "is referred to by", &from, r.total, f, out);
	add_neighbours(h, "refers to", &to, h->edge_nr[o], f, out);
}

/* --- JSON --- */

static json_t *neighbours_json(struct heap *h, const char *key,
			       const struct neighbour_vec *v)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < v->nr; i++) {
		oid o = v->v[i].object;
		json_t *item = json_object();

		emit_put(item, key, emit_address(h->address[o]));
		emit_put(item, "type", emit_text(heap_type_of(h, o)->name));
		emit_put(item, "name", emit_text(v->v[i].name));
		emit_put(item, "guessed", json_boolean(v->v[i].guess));
		emit_put(item, "visited", json_boolean(v->v[i].visited));
		emit_put(item, "found", emit_text(v->v[i].found));
		emit_push(ret, item);
	}
	return ret;
}

static json_t *roots_json(const struct heap *h, const struct referrers *r)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < r->roots.nr; i++)
		emit_push(ret, emit_root(h, &h->roots.v[r->roots.v[i]]));
	return ret;
}

static json_t *facts_json(const struct retained_view *v, oid o)
{
	struct heap *h = v->h;
	CLEANUP(str_release) struct str preview = STR_INIT;
	int64_t length = heap_length(h, o);
	json_t *ret = emit_object_of(h, o);

	heap_preview(h, o, PREVIEW_MAX_JSON, &preview);
	emit_put(ret, "repr", emit_text(preview.s));
	emit_put(ret, "length",
		 length < 0 ? json_null() : json_integer(length));
	emit_put(ret, "finalized",
		 json_boolean(h->flags[o] & OBJECT_FINALIZED));
	emit_put(ret, "weakly_referenced",
		 json_boolean(h->flags[o] & OBJECT_WEAK_REFERENT));
	emit_put(ret, "read", emit_text(read_how(h, o)));
	emit_put(ret, "allocated", site_json_of(h, o));
	emit_put(ret, "traceback", site_traceback_json(h, o));
	retained_put(v, o, ret);
	return ret;
}

json_t *object_json(const struct retained_view *v, oid o, uint64_t limit)
{
	struct heap *h = v->h;
	CLEANUP(neighbours_release) struct neighbour_vec to = VEC_INIT;
	CLEANUP(neighbours_release) struct neighbour_vec from = VEC_INIT;
	CLEANUP(referrers_release) struct referrers r;
	json_t *ret = facts_json(v, o);

	referrers_build(h, o, limit ? limit : SIZE_MAX, &r);
	name_referrers(h, &r, &from);
	find_references(h, o, limit, &to);
	emit_put(ret, "roots", roots_json(h, &r));
	emit_put(ret, "unaccounted_references", emit_count(r.surplus));
	emit_put(ret, "nr_references", emit_count(h->edge_nr[o]));
	emit_put(ret, "references", neighbours_json(h, "to", &to));
	emit_put(ret, "nr_referrers", emit_count(r.total));
	emit_put(ret, "referrers", neighbours_json(h, "from", &from));
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
