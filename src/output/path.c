/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/attribute.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "output/path.h"
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

static const struct heap_root *place_of(const struct trail *t)
{
	if (!t->root || t->root->place == ROOT_NO_PLACE)
		return NULL;
	return &t->heap->roots.v[t->root->place];
}

/* The kind of the root.  Garbage has no root: it is its own kind. */
static const char *kind_of(const struct trail *t)
{
	bool is_garbage = t->root->place == ROOT_NO_PLACE && !t->root->surplus;

	return is_garbage ? "garbage" : root_kind_names[t->root->kind];
}

/* How a root names its object: "local request" of a frame, else the expression
 * or the whole name. */
static char *first_name(const struct heap *h, const struct heap_root *place)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	if (!place)
		return xstrdup("");
	if (place->expression)
		return xstrdup(place->expression);
	if (place->kind == ROOT_FRAME)
		words_root_slot(place, &name);
	else
		words_root(h, place, &name);
	return xstrdup(name.s);
}

void trail_init(struct trail *t, struct heap *h, const struct root *root,
		const struct path *path)
{
	const struct step *steps = path->v;

	*t = (struct trail){ .heap = h, .root = root, .path = path };
	t->names = xcalloc(path->nr, sizeof(*t->names));
	t->first = first_name(h, place_of(t));
	for (size_t i = 1; i < path->nr; i++)
		heap_name_edges(h, steps[i - 1].object, steps[i].edge, 1,
				&t->names[i]);
}

void trail_release(struct trail *t)
{
	for (size_t i = 0; t->names && i < t->path->nr; i++)
		edge_name_release(&t->names[i]);
	free(t->names);
	free(t->first);
	t->names = NULL;
	t->first = NULL;
}

static void add_name(const struct trail *t, size_t i, struct str *out)
{
	if (i)
		words_edge(&t->names[i], out);
	else
		str_add(out, t->first);
}

/*
 * Is step `i` a `__dict__` and the next one an attribute in it?  *ret is then
 * how people write the two: `.attribute`, or `.__dict__['attribute']` if
 * `.attribute` would find something else.
 */
static bool is_folded(const struct trail *t, size_t i, struct str *ret)
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

/* --- the tree --- */

void trail_add_root(const struct trail *t, struct str *out)
{
	const struct heap_root *place = place_of(t);

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
	return t->root && t->root->kind == ROOT_MODULE && place_of(t);
}

static void add_elision(size_t nr, const struct format *f,
			struct table *table)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	str_add(&text, "... ");
	format_counted(&text, nr, "step");
	str_add(&text, " ...");
	format_branch(table_cell(table), UINT_MAX, text.s, f->utf8);
	table_cell(table);
	table_cell(table);
}

/* Is the reference that leads to step `i` a guess? */
static bool is_guess(const struct trail *t, size_t i)
{
	return i && coverage_is_guess(t->heap, t->path->v[i - 1].object);
}

/* Returns true if a step was marked as a guess. */
static bool add_steps(const struct trail *t, const struct format *f,
		      struct table *table)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	unsigned int depth = t->root ? !root_is_object(t) : 0;
	size_t nr = t->path->nr, half = TREE_MAX_LINES / 2;
	bool marked = false;

	for (size_t i = 0; i < nr; i++, depth++) {
		if (nr > 2 * TREE_MAX_LINES && i == half) {
			add_elision(nr - 2 * half, f, table);
			i = nr - half;
		}
		bool guess;

		str_cut(&name, 0);
		if (!i && root_is_object(t))
			trail_add_root(t, &name);
		else if (i || t->root)
			add_name(t, i, &name);
		else
			str_add(&name, "from");
		guess = is_guess(t, i);
		if (is_folded(t, i, &name))
			guess |= is_guess(t, ++i);
		if (guess)
			str_addf(&name, "%s" COVERAGE_MARK,
				 *name.s ? "" : "?");
		marked |= guess;
		add_line(t, i, depth, name.s, f, table);
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
	const struct heap_root *place = place_of(t);

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

static void add_readable_steps(const struct trail *t, struct str *out)
{
	CLEANUP(str_release) struct str fold = STR_INIT;
	bool is_python = true;

	for (size_t i = 1; i < t->path->nr; i++) {
		if (is_folded(t, i, &fold)) {
			str_add(out, fold.s);
			i++;
		} else if (is_thread_local(t, i, &fold)) {
			str_add(out, fold.s);
			i += 2;
		} else if (is_python && has_expression(&t->names[i])) {
			wrap(out, &t->names[i]);
		} else {
			is_python = false;
			str_add(out, " -> ");
			if (t->names[i].kind != EDGE_UNKNOWN)
				add_name(t, i, out);
			else
				str_add(out, heap_type_of(t->heap,
						t->path->v[i].object)->name);
		}
	}
}

static void add_readable(const struct trail *t, const char *gap,
			 struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	const struct heap_root *place = place_of(t);

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
	CLEANUP(str_release) struct str fold = STR_INIT;

	for (size_t i = 1; i < t->path->nr; i++) {
		const struct edge_name *name = &t->names[i];

		if (is_folded(t, i, &fold)) {
			str_add(&line, fold.s);
			i++;
			continue;
		}
		if (line.len && !edge_is_attribute(name) &&
		    !edge_is_item(name))
			str_add(&line, " -> ");
		if (name->kind == EDGE_UNKNOWN)
			str_add_char(&line, '?');
		else
			add_name(t, i, &line);
	}
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
	       is_folded(t, i, ret) && strncmp(ret->s, ".__", 3) &&
	       !is_keyword(ret->s + 1);
}

char *trail_expression(const struct trail *t)
{
	CLEANUP(str_release) struct str s = STR_INIT, fold = STR_INIT;
	const struct heap_root *place = place_of(t);
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

	if (place_of(t))
		return emit_root(t->heap, place_of(t));
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

json_t *trail_json(const struct trail *t)
{
	CLEANUP(freep) char *expression = trail_expression(t);
	json_t *ret = json_object();

	emit_put(ret, "root", root_json(t));
	emit_put(ret, "steps", trail_steps_json(t));
	emit_put(ret, "expression", emit_text(expression));
	return ret;
}
