/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/emit.h"
#include "output/reports/cycles.h"
#include "output/path.h"
#include "output/tally.h"


static bool is_shown(const struct heap *h, const struct cycles *c,
		     const struct cycle *cycle,
		     const struct cycles_shown *shown)
{
	const oid *members = &c->members.v[cycle->first];

	if (shown->garbage && cycle->state != CYCLE_GARBAGE)
		return false;
	/* Classes that are garbage are unusual: show them. */
	if (!shown->machinery && cycle->kind == CYCLE_MACHINERY &&
	    cycle->state != CYCLE_GARBAGE)
		return false;
	if (!shown->types)
		return true;
	for (uint32_t i = 0; i < cycle->nr; i++)
		if (shown->types[h->type[members[i]]])
			return true;
	return false;
}

/* --- text --- */

static void add_title(const struct cycle *cycle, uint64_t number,
		      const struct format *f, struct str *out)
{
	static const char *const states[NR_CYCLE_STATES] = {
		[CYCLE_GARBAGE] = "garbage, which the next full collection"
				  " frees",
		[CYCLE_HELD] = "held",
		[CYCLE_LOST] = "held by no root, yet the collector will not"
			       " free it",
	};
	CLEANUP(str_release) struct str title = STR_INIT;

	str_add(&title, "cycle ");
	format_count(&title, number);
	str_add(&title, ": ");
	format_counted(&title, cycle->nr, "object");
	str_add(&title, ", ");
	format_bytes(&title, cycle->bytes);
	str_addf(&title, ", %s",
		 cycle->state == CYCLE_GARBAGE &&
		 cycle->flags & CYCLE_LEGACY_DEL ?
		 "garbage that can't be collected" : states[cycle->state]);
	format_styled(out, title.s, STYLE_HEADING, f);
	str_add_char(out, '\n');
	if (cycle->kind == CYCLE_MACHINERY)
		str_add(out, "  of classes and modules, which is usual\n");
	if (cycle->flags & (CYCLE_HAS_DEL | CYCLE_LEGACY_DEL))
		str_add(out, "  a class in it has __del__\n");
	if (cycle->flags & CYCLE_FINALIZED)
		str_add(out, "  finalizers in it have run already\n");
	if (cycle->flags & CYCLE_SCANNED)
		str_add(out, "  some of its references are a guess\n");
}

static void add_cycles_loop(struct heap *h, const struct cycles *c,
			    const struct cycle *cycle, const struct format *f,
			    struct str *out)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };

	cycles_loop(h, c, cycle, &path);
	trail_init(&t, h, NULL, &path);
	trail_tree(&t, f, 4, out);
}

static void add_holder(struct heap *h, const struct reach *reach,
		       const struct cycle *cycle, const struct format *f,
		       struct str *out)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };
	CLEANUP(str_release) struct str place = STR_INIT;
	const struct root *root;

	if (cycle->state != CYCLE_HELD)
		return;
	root = reach_path(reach, cycle->entry, &path);
	trail_init(&t, h, root, &path);
	str_add(&place, "held by: ");
	trail_readable(&t, &place);
	str_add(out, "\n  ");
	format_words(out, place.s, 2, 4, f);
	str_add_char(out, '\n');
	trail_tree(&t, f, 4, out);
}

static void add_cycles_head(const struct heap *h, const struct cycles *c,
			    const struct cycles_shown *shown, struct str *out)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < c->all.nr; i++)
		nr += is_shown(h, c, &c->all.v[i], shown);
	format_counted(out, nr, "cycle");
	if (shown->limit && nr > shown->limit) {
		str_add(out, ", the largest ");
		format_count(out, shown->limit);
		str_add(out, " of them (see --limit)");
	}
	str_add(out, "\ngarbage in cycles: ");
	format_counted(out, c->garbage_objects, "object");
	str_add(out, ", ");
	format_bytes(out, c->garbage_bytes);
	str_add(out, ", in ");
	format_counted(out, c->nr_garbage, "cycle");
	str_add_char(out, '\n');
	for (size_t i = 0; c->nr_garbage && i < h->interpreters.nr; i++)
		if (!h->interpreters.v[i].gc_enabled)
			str_add(out, "the collector is disabled: nothing frees"
				" them but gc.collect()\n");
}

void cycles_text(struct heap *h, const struct cycles *c,
		 const struct reach *reach, const struct cycles_shown *shown,
		 const struct format *f, struct str *out)
{
	uint64_t nr = 0;

	add_cycles_head(h, c, shown, out);
	for (size_t i = 0; i < c->all.nr; i++) {
		const struct cycle *cycle = &c->all.v[i];

		if (!is_shown(h, c, cycle, shown))
			continue;
		if (shown->limit && nr >= shown->limit)
			break;
		str_add_char(out, '\n');
		add_title(cycle, ++nr, f, out);
		tally_text(h, &c->members.v[cycle->first], cycle->nr,
			   "  types: ", f, out);
		str_add_char(out, '\n');
		add_cycles_loop(h, c, cycle, f, out);
		add_holder(h, reach, cycle, f, out);
	}
}

/* --- JSON --- */

static json_t *members_json(const struct heap *h, const struct cycles *c,
			    const struct cycle *cycle)
{
	json_t *ret = json_array();

	for (uint32_t i = 0; i < cycle->nr && i < EMIT_MEMBERS_MAX; i++)
		emit_push(ret, emit_address(
			h->address[c->members.v[cycle->first + i]]));
	return ret;
}

static json_t *loop_json(struct heap *h, const struct cycles *c,
			 const struct cycle *cycle)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };

	cycles_loop(h, c, cycle, &path);
	trail_init(&t, h, NULL, &path);
	return trail_steps_json(&t);
}

static json_t *holder_json(struct heap *h, const struct reach *reach,
			   const struct cycle *cycle)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail t = { 0 };
	const struct root *root;

	if (cycle->state != CYCLE_HELD)
		return json_null();
	root = reach_path(reach, cycle->entry, &path);
	trail_init(&t, h, root, &path);
	return trail_json(&t);
}

static json_t *cycle_json(struct heap *h, const struct cycles *c,
			  const struct reach *reach,
			  const struct cycle *cycle)
{
	json_t *ret = json_object();
	unsigned int flags = cycle->flags;

	emit_put(ret, "objects", emit_count(cycle->nr));
	emit_put(ret, "bytes", emit_count(cycle->bytes));
	emit_put(ret, "kind", emit_text(cycle_kind_names[cycle->kind]));
	emit_put(ret, "state", emit_text(cycle_state_names[cycle->state]));
	emit_put(ret, "has_del",
		 json_boolean(flags & (CYCLE_HAS_DEL | CYCLE_LEGACY_DEL)));
	emit_put(ret, "uncollectable",
		 json_boolean(flags & CYCLE_LEGACY_DEL));
	emit_put(ret, "finalized", json_boolean(flags & CYCLE_FINALIZED));
	emit_put(ret, "guessed", json_boolean(flags & CYCLE_SCANNED));
	emit_put(ret, "types",
		 tally_json(h, &c->members.v[cycle->first], cycle->nr));
	emit_put(ret, "loop", loop_json(h, c, cycle));
	emit_put(ret, "held_by", holder_json(h, reach, cycle));
	emit_put(ret, "members", members_json(h, c, cycle));
	return ret;
}

json_t *cycles_json(struct heap *h, const struct cycles *c,
		    const struct reach *reach,
		    const struct cycles_shown *shown)
{
	json_t *ret = json_object(), *cycles = json_array();
	json_t *garbage = json_object();
	uint64_t nr = 0;

	for (size_t i = 0; i < c->all.nr; i++) {
		if (!is_shown(h, c, &c->all.v[i], shown) ||
		    (nr++ >= shown->limit && shown->limit))
			continue;
		emit_push(cycles, cycle_json(h, c, reach, &c->all.v[i]));
	}
	emit_put(garbage, "cycles", emit_count(c->nr_garbage));
	emit_put(garbage, "objects", emit_count(c->garbage_objects));
	emit_put(garbage, "bytes", emit_count(c->garbage_bytes));
	emit_put(ret, "nr_cycles", emit_count(nr));
	emit_put(ret, "garbage", garbage);
	emit_put(ret, "cycles", cycles);
	emit_put(ret, "warnings", emit_warnings(h));
	return ret;
}
