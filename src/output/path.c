/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "output/coverage.h"
#include "output/emit.h"
#include "output/path.h"
#include "output/path-unit.h"
#include "output/table.h"
#include "output/words.h"

/* Of a longer path only both ends are shown. */
#define TREE_MAX_LINES ((size_t)40)
#define READABLE_MAX 400
/*
 * CPython's compiler recurses over an expression: some versions refuse more
 * than 1500 steps.  The tokenizer of 3.8 refuses 100 nested parentheses.
 */
#define EXPRESSION_MAX_STEPS 800
#define EXPRESSION_MAX_PREFIXES 50

/* The kind of the root.  Garbage has no root: it is its own kind. */
static const char *kind_of(const struct trail *t)
{
	bool is_garbage = t->root->place == ROOT_NO_PLACE && !t->root->surplus;

	return is_garbage ? "garbage" : root_kind_names[t->root->kind];
}

static void add_name(const struct trail *t, size_t i, struct str *out)
{
	if (i)
		words_edge(&t->names[i], out);
	else
		str_add(out, t->first);
}

/* --- the tree --- */

void trail_add_root(const struct trail *t, struct str *out)
{
	const struct heap_root *place = trail_place(t);

	if (!place) {
		str_add(out, kind_of(t));
		if (roots_is_interned(t->heap, t->root->object)) {
			str_add(out, ", or the interned strings: it is"
				" immortal");
		} else if (!t->root->surplus) {
			str_add(out, ", which nothing holds");
		} else if (t->root->surplus == REFCOUNT_IMMORTAL) {
			str_add(out, ", or nobody: it is immortal");
		} else {
			str_add(out, ", by ");
			format_counted(out, t->root->surplus, "reference");
			str_add(out, " that no object accounts for");
		}
		return;
	}
	if (place->kind == ROOT_FRAME && place->frame >= 0) {
		words_root_frame(t->heap, place, out);
		return;
	}
	if (place->kind != ROOT_FRAME)
		str_addf(out, "%s ", root_kind_names[place->kind]);
	words_root(t->heap, place, out);
}

static void add_line(const struct trail *t, size_t i, unsigned int depth,
		     const char *name, const struct format *f,
		     struct table *table)
{
	oid o = t->path->v[i].object;

	format_branch(table_cell(table), depth, *name ? name : "?", f->utf8);
	format_type(table_cell(table), t->heap, o);
	format_address(table_cell(table), t->heap->address[o]);
}

/* The root is a module and the first object is that module: one line. */
static bool root_is_object(const struct trail *t)
{
	return t->root && t->root->kind == ROOT_MODULE && trail_place(t);
}

/* Is the reference that leads to step `i` a guess? */
static bool is_guess(const struct trail *t, size_t i)
{
	return i && coverage_is_guess(t->heap, t->path->v[i - 1].object);
}

/* A line of the tree: a unit of steps, or repetitions that are left out. */
struct tree_line {
	size_t step;
	struct unit_repeat left_out;	/* .times 0: it is a unit */
};
VEC_DEFINE(tree_line_vec, struct tree_line);

/* Add a line for each unit of steps `i` to `end` - 1. */
static size_t plan_units(const struct trail *t, size_t i, size_t end,
			 struct tree_line_vec *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	while (i < end) {
		tree_line_vec_push(ret, (struct tree_line){ i, { 0, 0 } });
		i += unit_is_attribute(t, i, &text) ? 2 : 1;
	}
	return i;
}

/* Of what is repeated, the first and the last time are shown. */
static void plan_tree(const struct trail *t, struct tree_line_vec *ret)
{
	size_t i = plan_units(t, 0, 1, ret);

	while (i < t->path->nr) {
		struct unit_repeat r = unit_repeat_at(t, i);

		if (!r.times) {
			i = plan_units(t, i, i + 1, ret);
			continue;
		}
		plan_units(t, i, i + r.steps, ret);
		i += r.steps;
		r.times -= 2;
		tree_line_vec_push(ret, (struct tree_line){ i, r });
		i = plan_units(t, i + r.steps * r.times,
			       i + r.steps * (r.times + 1), ret);
	}
}

/* "... 3 steps ..." */
static void add_elision(const struct str *what, unsigned int depth,
			const struct format *f, struct table *table)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_addf(&text, "... %s ...", what->s);
	format_branch(table_cell(table), depth, text.s, f->utf8);
	table_cell(table);
	table_cell(table);
}

/* "... .next x 48 ..." */
static void add_left_out(const struct trail *t, const struct tree_line *line,
			 unsigned int depth, const struct format *f,
			 struct table *table)
{
	CLEANUP(str_release) struct str what = STR_INIT;

	unit_add_repeat(t, line->step, &line->left_out, &what);
	add_elision(&what, depth, f, table);
}

/* Returns true if the step was marked as a guess. */
static bool add_unit(const struct trail *t, size_t i, unsigned int depth,
		     const struct format *f, struct table *table)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	bool guess = is_guess(t, i);

	if (!i && root_is_object(t))
		trail_add_root(t, &name);
	else if (i || t->root)
		add_name(t, i, &name);
	else
		str_add(&name, "from");
	if (unit_is_attribute(t, i, &name))
		guess |= is_guess(t, ++i);
	if (guess)
		str_addf(&name, "%s" COVERAGE_MARK, *name.s ? "" : "?");
	add_line(t, i, depth, name.s, f, table);
	return guess;
}

/* Returns true if a step was marked as a guess. */
static bool add_steps(const struct trail *t, const struct format *f,
		      struct table *table)
{
	CLEANUP(tree_line_vec_release) struct tree_line_vec lines = VEC_INIT;
	CLEANUP(str_release) struct str what = STR_INIT;
	unsigned int depth = t->root ? !root_is_object(t) : 0;
	size_t half = TREE_MAX_LINES / 2;
	bool marked = false;

	plan_tree(t, &lines);
	for (size_t i = 0; i < lines.nr; i++, depth++) {
		const struct tree_line *line = &lines.v[i];

		if (lines.nr > 2 * TREE_MAX_LINES && i == half) {
			i = lines.nr - half;
			format_counted(&what, lines.v[i].step - line->step,
				       "step");
			add_elision(&what, UINT_MAX, f, table);
			line = &lines.v[i];
		}
		if (line->left_out.times)
			add_left_out(t, line, depth, f, table);
		else
			marked |= add_unit(t, line->step, depth, f, table);
	}
	return marked;
}

void trail_tree(const struct trail *t, const struct format *f,
		unsigned int indent, struct str *out)
{
	static const struct table_column columns[] = {
		{ .shrinks = true }, { .shrinks = true }, { 0 },
	};
	CLEANUP(table_release) struct table table = TABLE(columns);
	CLEANUP(str_release) struct str root = STR_INIT;
	struct format plain = *f;
	bool marked;

	if (t->root && !root_is_object(t)) {
		trail_add_root(t, &root);
		format_pad(out, indent);
		format_words(out, root.s, indent, indent + 2, f);
	}
	table.indent = indent;
	plain.header = false;
	marked = add_steps(t, f, &table);
	table_print(&table, &plain, out);
	if (marked)
		coverage_add_legend(indent, out);
}

/* --- Python --- */

static void add_bracketed(const struct heap *h, const struct heap_root *place,
			  struct str *out)
{
	str_add_char(out, '<');
	words_root(h, place, out);
	str_add_char(out, '>');
}

/* `sys.modules['app']` is written as `app`, as in the program's source. */
static void add_readable_root(const struct trail *t, struct str *out)
{
	const struct heap_root *place = trail_place(t);

	if (!place)
		str_addf(out, "<%s>", t->root ? kind_of(t) : "");
	else if (place->kind == ROOT_MODULE)
		str_add(out, place->name);
	else if (place->slot == SLOT_LOCAL)
		words_local(place, out);
	else if (place->expression)
		str_add(out, place->expression);
	else
		add_bracketed(t->heap, place, out);
}

/* Turn `s` into prefix + s + suffix. */
static void wrap(struct str *s, const struct edge_name *n)
{
	CLEANUP(freep) char *inner = NULL;

	if (*n->prefix) {
		inner = str_take(s);
		str_add(s, n->prefix);
		str_add(s, inner);
	}
	str_add(s, n->suffix);
}

static bool has_expression(const struct edge_name *n)
{
	return n->prefix && n->suffix;
}

/*
 * As Python, up to the first step that has no expression or is repeated; words
 * with arrows from there on.
 */
static void add_readable_steps(const struct trail *t, struct str *out)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	bool is_python = true, after_repeat = false;
	size_t steps;

	for (size_t i = 1; i < t->path->nr;) {
		struct unit_repeat r = unit_repeat_at(t, i);

		if (r.times) {
			is_python = false;
			str_add(out, " -> ");
			i = unit_add_repeat(t, i, &r, out);
			after_repeat = true;
			continue;
		}
		steps = unit_steps(t, i, &text);
		if (steps > 1 && !after_repeat) {
			str_add(out, text.s);
		} else if (is_python && has_expression(&t->names[i])) {
			wrap(out, &t->names[i]);
		} else {
			is_python = false;
			str_add(out, " -> ");
			unit_add_words(t, i, i + steps, out);
		}
		after_repeat = false;
		i += steps;
	}
}

static void add_readable(const struct trail *t, const char *gap,
			 struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	const struct heap_root *place = trail_place(t);

	add_readable_root(t, &line);
	add_readable_steps(t, &line);
	format_fit(out, line.s, READABLE_MAX, false);
	if (place && place->frame >= 0 &&
	    (size_t)place->frame < t->heap->frames.nr)
		str_addf(out, "%sin %s()", gap,
			 t->heap->frames.v[place->frame].function);
}

void trail_readable(const struct trail *t, struct str *out)
{
	add_readable(t, "  ", out);
}

void trail_within_sentence(const struct trail *t, struct str *out)
{
	add_readable(t, " ", out);
}

void trail_relative(const struct trail *t, struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	size_t start = 1, i = 1;

	while (i < t->path->nr) {
		CLEANUP(str_release) struct str text = STR_INIT;
		struct unit_repeat r = unit_repeat_at(t, i);

		if (!r.times) {
			i += unit_steps(t, i, &text);
			continue;
		}
		unit_add_words(t, start, i, &line);
		str_add(&line, line.len ? " -> " : "");
		i = start = unit_add_repeat(t, i, &r, &line);
		str_add(&line, i < t->path->nr ? " -> " : "");
	}
	unit_add_words(t, start, i, &line);
	format_fit(out, line.s, READABLE_MAX, false);
}

static bool is_keyword(const char *name)
{
	static const char *const keywords[] = {
		"False", "None", "True", "and", "as", "assert", "async",
		"await", "break", "class", "continue", "def", "del", "elif",
		"else", "except", "finally", "for", "from", "global", "if",
		"import", "in", "is", "lambda", "nonlocal", "not", "or",
		"pass", "raise", "return", "try", "while", "with", "yield",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (!strcmp(keywords[i], name))
			return true;
	return false;
}

/*
 * A name in a module is written as sys.modules['app'].name.  That finds the
 * name in the module's dict, as the type `module` itself has only dunder names.
 */
static bool is_module_name(const struct trail *t, size_t i, struct str *ret)
{
	oid holder = t->path->v[i - 1].object;

	return heap_kind_of(t->heap, holder) == TYPE_KIND_MODULE &&
	       unit_is_attribute(t, i, ret) && strncmp(ret->s, ".__", 3) &&
	       !is_keyword(ret->s + 1);
}

char *trail_expression(const struct trail *t)
{
	CLEANUP(str_release) struct str s = STR_INIT, fold = STR_INIT;
	const struct heap_root *place = trail_place(t);
	unsigned int nr_prefixes = 0;

	if (!place || !place->expression ||
	    t->path->nr > EXPRESSION_MAX_STEPS)
		return NULL;
	str_add(&s, place->expression);
	if (t->names[t->path->nr - 1].stand_in)
		return NULL;
	for (size_t i = 1; i < t->path->nr; i++) {
		if (!has_expression(&t->names[i]))
			return NULL;
		nr_prefixes += *t->names[i].prefix != '\0';
		if (is_module_name(t, i, &fold)) {
			/* A reference from a dict to a key has one, always. */
			str_add(&s, fold.s);
			i++;
		} else {
			wrap(&s, &t->names[i]);
		}
	}
	return nr_prefixes > EXPRESSION_MAX_PREFIXES ? NULL : str_take(&s);
}

/* --- JSON --- */

static json_t *root_json(const struct trail *t)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	json_t *ret;

	if (trail_place(t))
		return emit_root(t->heap, trail_place(t));
	trail_add_root(t, &name);
	ret = json_object();
	emit_put(ret, "kind", emit_text(kind_of(t)));
	emit_put(ret, "name", emit_text(name.s));
	emit_put(ret, "expression", json_null());
	return ret;
}

/* How the reference to step `i` is known; null: a root leads to it. */
static json_t *found_json(const struct trail *t, size_t i)
{
	const struct step *steps = t->path->v;

	return i ? emit_text(coverage_found(t->heap, steps[i - 1].object,
					    steps[i].edge)) : json_null();
}

json_t *trail_steps_json(const struct trail *t)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < t->path->nr; i++) {
		oid o = t->path->v[i].object;
		CLEANUP(str_release) struct str name = STR_INIT;
		json_t *step = json_object();

		add_name(t, i, &name);
		emit_put(step, "address", emit_address(t->heap->address[o]));
		emit_put(step, "type",
			 emit_text(heap_type_of(t->heap, o)->name));
		emit_put(step, "name", emit_text(name.s));
		emit_put(step, "guessed", json_boolean(is_guess(t, i)));
		emit_put(step, "found", found_json(t, i));
		emit_push(ret, step);
	}
	return ret;
}

/* Where the texts fold the steps, all of which "steps" has. */
static json_t *repeats_json(const struct trail *t)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *ret = json_array();

	for (size_t i = 1; i < t->path->nr;) {
		struct unit_repeat r = unit_repeat_at(t, i);
		json_t *repeat;

		if (!r.times) {
			i += unit_steps(t, i, &text);
			continue;
		}
		repeat = json_object();
		emit_put(repeat, "first", emit_count(i));
		emit_put(repeat, "steps", emit_count(r.steps));
		emit_put(repeat, "times", emit_count(r.times));
		emit_push(ret, repeat);
		i += r.steps * r.times;
	}
	return ret;
}

json_t *trail_json(const struct trail *t)
{
	CLEANUP(freep) char *expression = trail_expression(t);
	json_t *ret = json_object();

	emit_put(ret, "root", root_json(t));
	emit_put(ret, "steps", trail_steps_json(t));
	emit_put(ret, "repeats", repeats_json(t));
	emit_put(ret, "expression", emit_text(expression));
	return ret;
}
