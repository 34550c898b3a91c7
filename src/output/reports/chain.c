/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/emit.h"
#include "output/reports/chain.h"
#include "output/path.h"
#include "output/site.h"

/* "app.User at 0x7f3a2c0b5d90 (48 bytes, 2 references)" */
static void add_object(struct heap *h, oid o, struct str *out)
{
	format_type(out, h, o);
	str_add(out, " at ");
	format_address(out, h->address[o]);
	str_add(out, " (");
	format_bytes(out, heap_bytes(h, o));
	str_add(out, ", ");
	if (h->refcount[o] == REFCOUNT_IMMORTAL)
		str_add(out, "immortal");
	else
		format_counted(out, h->refcount[o], "reference");
	str_add_char(out, ')');
}

static void add_retained(const struct dominators *d, oid o, struct str *out)
{
	str_add(out, "  it retains ");
	format_bytes(out, d->bytes[o]);
	str_add(out, " in ");
	format_counted(out, d->objects[o], "object");
	str_add_char(out, '\n');
}

static void add_chain(const struct chain_shown *shown, const struct chain *c,
		      const struct format *f, struct str *out)
{
	struct heap *h = shown->heap;
	oid o = c->steps.v[c->steps.nr - 1].object;
	CLEANUP(str_release) struct str title = STR_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };

	trail_init(&t, h, &c->root, &c->steps);
	add_object(h, o, &title);
	str_add(&title, " is held by");
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add(out, "\n\n");
	trail_tree(&t, f, 2, out);
	str_add_char(out, '\n');
	add_retained(shown->dominators, o, out);
	site_add_line(h, o, "  ", out);
	str_add(out, "  ");
	trail_readable(&t, out);
	str_add_char(out, '\n');
	if (c->nr_held < 2)
		return;
	str_add(out, "  and ");
	format_counted(out, c->nr_held - 1, "reference");
	str_add(out, " more to these from the same holder\n");
}

static void add_chain_loop(struct heap *h, const struct path *path,
			   const char *title, const struct format *f,
			   struct str *out)
{
	CLEANUP(trail_release) struct trail t = { 0 };

	if (!path->nr)
		return;
	trail_init(&t, h, NULL, path);
	str_addf(out, "\n%s\n\n", title);
	trail_tree(&t, f, 2, out);
}

static void add_holders(struct heap *h, const struct chains *c,
			struct str *out)
{
	const struct referrers *r = &c->holders;

	if (!r->v.nr)
		return;
	str_add(out, "\nIts holders, none of which is held by a root:\n\n");
	for (size_t i = 0; i < r->v.nr; i++) {
		str_add(out, "  ");
		add_object(h, r->v.v[i].from, out);
		str_add_char(out, '\n');
	}
	if (r->total <= r->v.nr)
		return;
	str_add(out, "  ... and ");
	format_count(out, r->total - r->v.nr);
	str_add(out, " more\n");
}

static void add_unreached(const struct chain_shown *shown,
			  const struct format *f, struct str *out)
{
	struct heap *h = shown->heap;
	const struct chains *c = shown->chains;
	CLEANUP(str_release) struct str title = STR_INIT;

	add_object(h, c->example, &title);
	str_add(&title, " is held by no root");
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add_char(out, '\n');
	add_retained(shown->dominators, c->example, out);
	site_add_line(h, c->example, "  ", out);
	add_chain_loop(h, &c->cycle,
		       "A cycle of garbage keeps it until the next"
		       " collection:", f, out);
	if (c->from_cycle.nr > 1)
		add_chain_loop(h, &c->from_cycle,
			       "From there, the chain to it:", f, out);
	if (!c->cycle.nr)
		add_holders(h, c, out);
}

static void add_chain_head(const struct chains *c, size_t nr_targets,
			   const char *what, struct str *out)
{
	if (nr_targets < 2)
		return;
	format_counted(out, nr_targets, "object");
	str_addf(out, " of %s, ", what);
	if (c->unreached) {
		str_add(out, "held by no root; one of them:\n\n");
		return;
	}
	format_counted(out, c->nr_holders, "holder");
	if (c->v.nr < c->nr_holders) {
		str_add(out, ", the nearest ");
		format_count(out, c->v.nr);
		str_add(out, " of them (see --limit)");
	}
	str_add(out, "\n\n");
}

void chain_text(const struct chain_shown *shown, const struct format *f,
		struct str *out)
{
	const struct chains *c = shown->chains;

	add_chain_head(c, shown->nr_targets, shown->what, out);
	if (c->unreached)
		add_unreached(shown, f, out);
	for (size_t i = 0; i < c->v.nr; i++) {
		if (i)
			str_add_char(out, '\n');
		add_chain(shown, &c->v.v[i], f, out);
	}
	if (c->most.steps.nr) {
		str_add(out, "\nMost are held by another holder, further from a"
			" root:\n\n");
		add_chain(shown, &c->most, f, out);
	}
}

/* --- JSON --- */

static json_t *loop_json(struct heap *h, const struct path *path)
{
	CLEANUP(trail_release) struct trail t = { 0 };

	trail_init(&t, h, NULL, path);
	return trail_steps_json(&t);
}

static json_t *retained_json_of(const struct dominators *d, oid o)
{
	json_t *ret = json_object();

	emit_put(ret, "objects", emit_count(d->objects[o]));
	emit_put(ret, "bytes", emit_count(d->bytes[o]));
	return ret;
}

static json_t *unreached_json(const struct chain_shown *shown)
{
	struct heap *h = shown->heap;
	const struct chains *c = shown->chains;
	json_t *ret, *holders;

	if (!c->unreached)
		return json_null();
	ret = json_object();
	holders = json_array();
	for (size_t i = 0; i < c->holders.v.nr; i++)
		emit_push(holders, emit_object_of(h, c->holders.v.v[i].from));
	emit_put(ret, "example", emit_object_of(h, c->example));
	emit_put(ret, "allocated", site_json_of(h, c->example));
	emit_put(ret, "retained",
		 retained_json_of(shown->dominators, c->example));
	emit_put(ret, "cycle", loop_json(h, &c->cycle));
	emit_put(ret, "from_cycle", loop_json(h, &c->from_cycle));
	emit_put(ret, "nr_holders", emit_count(c->holders.total));
	emit_put(ret, "holders", holders);
	return ret;
}

static json_t *one_json(const struct chain_shown *shown, const struct chain *c)
{
	CLEANUP(trail_release) struct trail t = { 0 };
	CLEANUP(str_release) struct str readable = STR_INIT;
	json_t *ret;

	trail_init(&t, shown->heap, &c->root, &c->steps);
	ret = trail_json(&t);
	trail_readable(&t, &readable);
	emit_put(ret, "place", emit_text(readable.s));
	emit_put(ret, "readable", emit_text(readable.s));
	emit_put(ret, "retained",
		 retained_json_of(shown->dominators,
				  c->steps.v[c->steps.nr - 1].object));
	emit_put(ret, "nr_held", emit_count(c->nr_held));
	emit_put(ret, "allocated",
		 site_json_of(shown->heap,
			      c->steps.v[c->steps.nr - 1].object));
	return ret;
}

json_t *chain_json(const struct chain_shown *shown)
{
	struct heap *h = shown->heap;
	const struct chains *c = shown->chains;
	json_t *ret = json_object(), *chains = json_array();

	for (size_t i = 0; i < c->v.nr; i++)
		emit_push(chains, one_json(shown, &c->v.v[i]));
	emit_put(ret, "chains", chains);
	emit_put(ret, "objects", emit_count(shown->nr_targets));
	emit_put(ret, "nr_holders", emit_count(c->nr_holders));
	emit_put(ret, "unreached", unreached_json(shown));
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
