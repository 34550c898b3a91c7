/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/emit.h"
#include "output/reports/garbage.h"
#include "output/path.h"
#include "output/table.h"
#include "output/tally.h"


/* --- text --- */

static void add_tally(struct str *out, uint64_t nr, uint64_t bytes)
{
	format_counted(out, nr, "object");
	str_add(out, ", ");
	format_bytes(out, bytes);
}

static void add_finalizers(const struct collect *c, struct str *out)
{
	if (c->finalizers) {
		str_add(out, "finalizers of ");
		format_counted(out, c->finalizers, "object");
		str_add(out, " are called first, and may resurrect what they"
			" reach\n");
	}
	if (c->finalized) {
		str_add(out, "finalizers of ");
		format_counted(out, c->finalized, "object");
		str_add(out, " have run already and will not run again\n");
	}
	if (c->callbacks) {
		format_counted(out, c->callbacks, "callback");
		str_add(out, " of weak references will be called\n");
	}
}

static void add_collectors(const struct heap *h, bool any, struct str *out)
{
	for (size_t i = 0; i < h->interpreters.nr; i++) {
		const struct heap_interpreter *it = &h->interpreters.v[i];

		if (it->garbage > 0) {
			str_add(out, "gc.garbage has ");
			format_counted(out, (uint64_t)it->garbage, "object");
			str_add(out, ", which nothing frees\n");
		}
		if (any && !it->gc_enabled)
			str_add(out, "the collector is disabled: nothing frees"
				" garbage but gc.collect()\n");
	}
}

static void add_garbage_head(const struct heap *h, const struct garbage *g,
			     const struct collect *c, const struct format *f,
			     struct str *out)
{
	CLEANUP(str_release) struct str title = STR_INIT;

	str_add(&title, "garbage: ");
	add_tally(&title, g->objects.nr, g->bytes);
	if (c->nr_components) {
		str_add(&title, ", in ");
		format_counted(&title, c->nr_components, "component");
	}
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add_char(out, '\n');
	if (c->untracked.nr) {
		str_add(out, "freed with it, though the collector does not look"
			" at it: ");
		add_tally(out, c->untracked.nr, c->untracked.bytes);
		str_add_char(out, '\n');
	}
	add_finalizers(c, out);
	if (c->uncollectable.nr) {
		str_add(out, "of it can't be collected, as a class has tp_del: ");
		add_tally(out, c->uncollectable.nr, c->uncollectable.bytes);
		str_add_char(out, '\n');
	}
	add_collectors(h, g->objects.nr, out);
}

static void add_garbage_types(const struct heap *h, const struct garbage *g,
			      uint64_t limit, const struct format *f,
			      struct str *out)
{
	static const struct table_column columns[] = {
		{ "COUNT", .right = true }, { "BYTES", .right = true },
		{ "TYPE", .shrinks = true },
	};
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;
	CLEANUP(table_release) struct table t = TABLE(columns);

	tally_types(h, g->objects.v, g->objects.nr, &types);
	if (!types.nr)
		return;
	for (size_t i = 0; i < types.nr && (!limit || i < limit); i++) {
		format_count(table_cell(&t), types.v[i].sum.nr);
		format_count(table_cell(&t), types.v[i].sum.bytes);
		str_add(table_cell(&t), h->types.v[types.v[i].type].name);
	}
	str_add_char(out, '\n');
	table_print(&t, f, out);
	if (!limit || types.nr <= limit)
		return;
	str_add(out, "... and ");
	format_counted(out, types.nr - limit, "more type");
	str_add(out, ", see --limit\n");
}

static void add_garbage_loop(struct heap *h, const struct collect *c,
			     const struct collect_group *g,
			     const struct format *f, struct str *out)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };

	collect_loop(h, c, g, &path);
	if (!path.nr)
		return;
	trail_init(&t, h, NULL, &path);
	str_add_char(out, '\n');
	trail_tree(&t, f, 4, out);
}

static void add_group(struct heap *h, const struct collect *c,
		      const struct collect_group *g, const struct format *f,
		      struct str *out)
{
	CLEANUP(str_release) struct str title = STR_INIT;

	if (g->nr > 1)
		format_count(&title, g->nr);
	str_add(&title, g->nr > 1 ? " similar components: "
				  : "component: ");
	add_tally(&title, g->objects.nr, g->objects.bytes);
	str_add_char(out, '\n');
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add_char(out, '\n');
	tally_text(h, c->members.v + g->first, g->nr_members,
		   g->nr > 1 ? "  each: " : "  types: ", f, out);
	if (g->finalizers) {
		str_add(out, "  with finalizers: ");
		format_counted(out, g->finalizers, "object");
		str_add_char(out, '\n');
	}
	if (g->callbacks) {
		str_add(out, "  with weakref callbacks: ");
		format_count(out, g->callbacks);
		str_add_char(out, '\n');
	}
	if (g->uncollectable) {
		str_add(out, "  can't be collected: ");
		format_counted(out, g->uncollectable, "object");
		str_add_char(out, '\n');
	}
	add_garbage_loop(h, c, g, f, out);
}

void garbage_text(struct heap *h, const struct garbage *g,
		  const struct collect *c, uint64_t limit,
		  const struct format *f, struct str *out)
{
	add_garbage_head(h, g, c, f, out);
	if (c->scanned) {
		str_add(out, "there may be more: the references of ");
		format_counted(out, c->scanned, "object");
		str_add(out, " are unknown\n");
	}
	add_garbage_types(h, g, limit, f, out);
	for (size_t i = 0; i < c->groups.nr && (!limit || i < limit); i++)
		add_group(h, c, &c->groups.v[i], f, out);
	if (!limit || c->groups.nr <= limit)
		return;
	str_add(out, "\n... and ");
	format_counted(out, c->groups.nr - limit, "more kind");
	str_add(out, " of component, see --limit\n");
}

/* --- JSON --- */

static json_t *tally_of(uint64_t nr, uint64_t bytes)
{
	json_t *ret = json_object();

	emit_put(ret, "objects", emit_count(nr));
	emit_put(ret, "bytes", emit_count(bytes));
	return ret;
}

static json_t *garbage_types_json(const struct heap *h, const struct garbage *g)
{
	CLEANUP(tally_type_vec_release) struct tally_type_vec types = VEC_INIT;
	json_t *ret = json_array();

	tally_types(h, g->objects.v, g->objects.nr, &types);
	for (size_t i = 0; i < types.nr; i++) {
		json_t *type = json_object();

		emit_put(type, "type",
			 emit_text(h->types.v[types.v[i].type].name));
		emit_put(type, "count", emit_count(types.v[i].sum.nr));
		emit_put(type, "bytes", emit_count(types.v[i].sum.bytes));
		emit_put(type, "size", emit_count(types.v[i].sum.bytes));
		emit_push(ret, type);
	}
	return ret;
}

static json_t *addresses_json(const struct heap *h, const oid *objects,
			      size_t nr)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < nr; i++)
		emit_push(ret, emit_address(h->address[objects[i]]));
	return ret;
}

static json_t *group_json(struct heap *h, const struct collect *c,
			  const struct collect_group *g)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };
	const oid *members = c->members.v + g->first;
	json_t *ret = json_object();

	collect_loop(h, c, g, &path);
	trail_init(&t, h, NULL, &path);
	emit_put(ret, "count", emit_count(g->nr));
	emit_put(ret, "objects", emit_count(g->objects.nr));
	emit_put(ret, "bytes", emit_count(g->objects.bytes));
	emit_put(ret, "finalizers", emit_count(g->finalizers));
	emit_put(ret, "weakref_callbacks", emit_count(g->callbacks));
	emit_put(ret, "uncollectable", emit_count(g->uncollectable));
	emit_put(ret, "types", tally_json(h, members, g->nr_members));
	emit_put(ret, "loop", trail_steps_json(&t));
	emit_put(ret, "members",
		 addresses_json(h, members,
				MIN(g->nr_members, EMIT_MEMBERS_MAX)));
	return ret;
}

json_t *garbage_json(struct heap *h, const struct garbage *g,
		     const struct collect *c, uint64_t limit)
{
	json_t *ret = json_object(), *groups = json_array();

	for (size_t i = 0; i < c->groups.nr && (!limit || i < limit); i++)
		emit_push(groups, group_json(h, c, &c->groups.v[i]));
	emit_put(ret, "objects", emit_count(g->objects.nr));
	emit_put(ret, "bytes", emit_count(g->bytes));
	emit_put(ret, "types", garbage_types_json(h, g));
	emit_put(ret, "addresses",
		 addresses_json(h, g->objects.v, g->objects.nr));
	emit_put(ret, "untracked",
		 tally_of(c->untracked.nr, c->untracked.bytes));
	emit_put(ret, "finalizers", emit_count(c->finalizers));
	emit_put(ret, "finalized", emit_count(c->finalized));
	emit_put(ret, "weakref_callbacks", emit_count(c->callbacks));
	emit_put(ret, "uncollectable",
		 tally_of(c->uncollectable.nr, c->uncollectable.bytes));
	emit_put(ret, "not_known", emit_count(c->scanned));
	emit_put(ret, "nr_components", emit_count(c->nr_components));
	emit_put(ret, "components", groups);
	emit_put(ret, "interpreters", emit_interpreters(h));
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
