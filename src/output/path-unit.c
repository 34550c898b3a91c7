/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/attribute.h"
#include "output/path-unit.h"
#include "output/words.h"

bool unit_is_attribute(const struct trail *t, size_t i, struct str *ret)
{
	const struct edge_name *key;

	if (!i || i + 1 >= t->path->nr || t->names[i].kind != EDGE_DICT)
		return false;
	key = &t->names[i + 1];
	if (key->kind != EDGE_NAMED_VALUE)
		return false;
	str_cut(ret, 0);
	if (attribute_is_hidden(t->heap, t->path->v[i - 1].object,
				key->name)) {
		str_add(ret, ".__dict__");
		words_edge(key, ret);
		return true;
	}
	str_addf(ret, ".%s", key->name);
	return true;
}

/*
 * Are steps `i` to i + 2 the way to an attribute of a threading.local?  It has
 * a dict for each thread, in a dict of its own.  In that thread the attribute
 * is written as `.attribute`, which *ret then is.
 */
static bool is_thread_local(const struct trail *t, size_t i, struct str *ret)
{
	const struct edge_name *key;
	enum type_kind kind;

	if (i + 2 >= t->path->nr)
		return false;
	key = &t->names[i + 2];
	kind = heap_kind_of(t->heap, t->path->v[i - 1].object);
	if (kind != TYPE_KIND_THREAD_LOCAL || key->kind != EDGE_NAMED_VALUE ||
	    (!edge_is(&t->names[i], EDGE_ATTRIBUTE, "dummies") &&
	     !edge_is(&t->names[i], EDGE_ATTRIBUTE, "localdicts")))
		return false;
	str_cut(ret, 0);
	str_addf(ret, ".%s", key->name);
	return true;
}

size_t unit_steps(const struct trail *t, size_t i, struct str *ret)
{
	if (unit_is_attribute(t, i, ret))
		return 2;
	return is_thread_local(t, i, ret) ? 3 : 1;
}

/* --- what is repeated --- */

static bool same_type(const struct trail *t, size_t i, size_t j)
{
	return heap_type_of(t->heap, t->path->v[i].object) ==
	       heap_type_of(t->heap, t->path->v[j].object);
}

/* What the path is about may be anything at the end of what is repeated. */
static bool is_same_step(const struct trail *t, size_t i, size_t j)
{
	const struct edge_name *a = &t->names[i], *b = &t->names[j];

	if (a->kind == EDGE_UNKNOWN)
		return b->kind == EDGE_UNKNOWN && same_type(t, i, j);
	return edge_is_same(a, b) &&
	       (j == t->path->nr - 1 || same_type(t, i, j));
}

/* How often steps `i` to i + steps - 1 come, one behind the other. */
static size_t times_of(const struct trail *t, size_t i, size_t steps)
{
	size_t same = 0;

	while (i + steps + same < t->path->nr &&
	       is_same_step(t, i + same, i + steps + same))
		same++;
	return 1 + same / steps;
}

/* Does a unit end with step i + steps - 1? */
static bool has_whole_units(const struct trail *t, size_t i, size_t steps)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	size_t end = i + steps;

	while (i < end)
		i += unit_steps(t, i, &text);
	return i == end;
}

struct unit_repeat unit_repeat_at(const struct trail *t, size_t i)
{
	for (size_t steps = 1; steps <= UNIT_REPEAT_STEPS; steps++) {
		uint64_t times = times_of(t, i, steps);

		if (times >= UNIT_REPEAT_MIN && has_whole_units(t, i, steps))
			return (struct unit_repeat){ steps, times };
	}
	return (struct unit_repeat){ 0, 0 };
}

/* --- words --- */

static void add_step(const struct trail *t, size_t i, struct str *out)
{
	if (t->names[i].kind == EDGE_UNKNOWN)
		str_add(out, heap_type_of(t->heap, t->path->v[i].object)->name);
	else
		words_edge(&t->names[i], out);
}

void unit_add_words(const struct trail *t, size_t i, size_t end,
		    struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	size_t start = out->len, steps;

	for (; i < end; i += steps) {
		steps = unit_steps(t, i, &text);
		if (out->len > start && steps == 1 &&
		    !edge_is_attribute(&t->names[i]) &&
		    !edge_is_item(&t->names[i]))
			str_add(out, " -> ");
		if (steps > 1)
			str_add(out, text.s);
		else
			add_step(t, i, out);
	}
}

size_t unit_add_repeat(const struct trail *t, size_t i,
		       const struct unit_repeat *r, struct str *out)
{
	unit_add_words(t, i, i + r->steps, out);
	str_add(out, " x ");
	format_count(out, r->times);
	return i + r->steps * r->times;
}
