/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a Python programmer calls a holder is seen from what hangs on it and
 * from the reference chain to it.  The nearest step that says something
 * decides.  A traceback or a thread's local decides from any distance, if it
 * alone keeps the holder alive.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/path.h"
#include "analysis/suspects/find/suspects-children.h"
#include "analysis/suspects/find/suspects-kind.h"

/* At most so many attributes are looked at. */
#define MAX_ATTRIBUTES 1000
/* Nearer to a bound than this it counts as bounded. */
#define BOUND_RATIO 10
#define MAX_NUMBER 24
/* A smaller number in a class is there for something else. */
#define MIN_REACHED 100

/* --- names --- */

/* Has `name` one of the words in it, in any case? */
static bool has_word(const char *name, const char *const *words)
{
	for (; *words; words++)
		for (const char *p = name; *p; p++)
			if (!strncasecmp(p, *words, strlen(*words)))
				return true;
	return false;
}

/* Has the edge's name one of the words in it? */
static bool is_called_by(const struct edge_name *n, const char *const *words)
{
	if (n->kind == EDGE_CACHE_KEY || n->kind == EDGE_CACHE_RESULT)
		return has_word("cache", words) ||
		       has_word(n->name ? n->name : "", words);
	return n->name && has_word(n->name, words);
}

/* --- bounds --- */

/* The value of an int; -1: it is none. */
static int64_t number_of(struct heap *h, oid o)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	char *end;
	long long x;

	if (heap_kind_of(h, o) != TYPE_KIND_INT)
		return -1;
	heap_preview(h, o, MAX_NUMBER, &text);
	x = strtoll(text.s, &end, 0);
	return end != text.s && !*end && x >= 0 ? x : -1;
}

/* One more than its bound it may have for a moment.  Both are the target's
 * words: nothing here may overflow. */
static bool is_within(int64_t bound, int64_t length)
{
	return bound >= 0 && length >= 0 && length - 1 <= bound;
}

static bool is_near(int64_t bound, int64_t length)
{
	return is_within(bound, length) && length >= bound / BOUND_RATIO;
}

/* Of a module's names only one that is just reached says something. */
static bool is_bound(int64_t bound, int64_t length, bool of_module)
{
	return of_module ? is_within(bound, length) &&
			   length >= bound - bound / 10
			 : is_near(bound, length);
}

/* Is there a number beside it that is called the most it may have? */
static bool has_bound_beside(struct suspects *s, oid holder, int64_t length)
{
	static const char *const words[] = { "max", "limit", "capacity",
					     "bound", NULL };
	struct heap *h = s->heap;
	oid o = s->reach.parent[holder];
	struct heap_edges edges;
	bool found = false, of_module = false;

	if (o == OID_NONE)
		return false;
	edges = heap_edges(h, o);
	for (size_t i = 0; i < s->reach.namespaces.nr; i++)
		of_module |= s->reach.namespaces.v[i].object == o;
	edges.nr = MIN(edges.nr, MAX_ATTRIBUTES);
	for (uint32_t i = 0; i < edges.nr && !found; i++) {
		CLEANUP(edge_name_release) struct edge_name name = { 0 };
		int64_t x = number_of(h, edges.to[i]);

		if (x < 0 || !is_bound(x, length, of_module))
			continue;
		heap_name_edges(h, o, i, 1, &name);
		found = is_called_by(&name, words);
	}
	return found;
}

/* --- a bound in a class --- */

/* A number that says nothing else: just reached, and not a small one. */
static bool is_reached(int64_t bound, int64_t length)
{
	return bound >= MIN_REACHED && length >= bound - 1 &&
	       length <= bound + 1;
}

static bool has_reached(struct heap *h, oid o, int64_t length)
{
	struct heap_edges edges = heap_edges(h, o);
	uint32_t nr = MIN(edges.nr, MAX_ATTRIBUTES);

	for (uint32_t i = 0; i < nr; i++)
		if (is_reached(number_of(h, edges.to[i]), length))
			return true;
	return false;
}

/*
 * Is the number in a default or a constant of the function, as in
 * `def put(self, x, limit=2000)` or `if len(self) > 2000`?
 */
static bool function_has(struct heap *h, oid function, int64_t length)
{
	struct heap_edges edges = heap_edges(h, function);
	uint32_t nr = MIN(edges.nr, MAX_ATTRIBUTES);

	for (uint32_t i = 0; i < nr; i++) {
		enum type_kind kind = heap_kind_of(h, edges.to[i]);
		struct heap_edges of = heap_edges(h, edges.to[i]);

		if (kind == TYPE_KIND_TUPLE &&
		    has_reached(h, edges.to[i], length))
			return true;
		for (uint32_t k = 0; kind == TYPE_KIND_CODE &&
		     k < MIN(of.nr, MAX_ATTRIBUTES); k++)
			if (heap_kind_of(h, of.to[k]) == TYPE_KIND_TUPLE &&
			    has_reached(h, of.to[k], length))
				return true;
	}
	return false;
}

/* Does the object's class have the number: an attribute, or in a method? */
static bool class_has(struct heap *h, oid o, int64_t length)
{
	oid class = heap_type_of(h, o)->object;
	oid names = OID_NONE;
	struct heap_edges edges;

	if (!(heap_type_of(h, o)->flags & TYPE_IS_HEAP) || class == OID_NONE)
		return false;
	edges = heap_edges(h, class);
	for (uint32_t i = 0; i < edges.nr && names == OID_NONE; i++)
		if (heap_kind_of(h, edges.to[i]) == TYPE_KIND_DICT)
			names = edges.to[i];
	if (names == OID_NONE)
		return false;
	edges = heap_edges(h, names);
	edges.nr = MIN(edges.nr, MAX_ATTRIBUTES);
	for (uint32_t i = 0; i < edges.nr; i++) {
		oid to = edges.to[i];

		if (is_reached(number_of(h, to), length) ||
		    (heap_kind_of(h, to) == TYPE_KIND_FUNCTION &&
		     function_has(h, to, length)))
			return true;
	}
	return false;
}

/* The container's own class, or that of the instance that has it. */
static bool has_bound_in_class(struct suspects *s, oid holder, int64_t length)
{
	oid owner = s->reach.parent[holder];

	if (owner != OID_NONE &&
	    heap_kind_of(s->heap, owner) == TYPE_KIND_DICT)
		owner = s->reach.parent[owner];
	return class_has(s->heap, holder, length) ||
	       (owner != OID_NONE && class_has(s->heap, owner, length));
}

/* Without a maxsize a functools.lru_cache has its results in a dict, which is
 * all of the cache. */
static oid whole_cache(const struct suspects *s, oid o)
{
	oid holder = s->reach.parent[o];
	const struct heap_fact *fact = holder == OID_NONE ? NULL :
				       heap_fact_of(s->heap, holder);

	return fact && fact->kind == FACT_LRU_CACHE ? holder : o;
}

bool suspects_kind_is_bounded(struct suspects *s, oid holder, uint32_t nr)
{
	oid whole = whole_cache(s, holder);
	const struct heap_fact *fact = heap_fact_of(s->heap, whole);
	int64_t length = heap_length(s->heap, holder);

	if (fact && fact->bound >= 0)
		return is_near(fact->bound, fact->length);
	return length > 0 && (has_bound_beside(s, holder, length) ||
			      (nr < SUSPECTS_FEW &&
			       has_bound_in_class(s, holder, length)));
}

/* --- by the chain to it --- */

struct kind_chain {
	struct suspects *s;
	struct heap *h;
	struct path path;
	const struct root *root;
};

static enum type_kind kind_at(const struct kind_chain *w, size_t i)
{
	return heap_kind_of(w->h, w->path.v[i].object);
}

/* How step `i` is called in what it hangs on. */
static void name_step(const struct kind_chain *w, size_t i,
		      struct edge_name *ret)
{
	heap_name_edges(w->h, w->path.v[i - 1].object, w->path.v[i].edge, 1,
			ret);
}

/* The exception to which the traceback at step `i` belongs; else the first
 * traceback of the row. */
static oid exception_of(const struct kind_chain *w, size_t i)
{
	while (i && kind_at(w, i - 1) == TYPE_KIND_TRACEBACK)
		i--;
	if (i && suspects_children_have_traceback(w->h,
						  w->path.v[i - 1].object))
		i--;
	return w->path.v[i].object;
}

/* By an object on the chain that alone keeps `object` alive, however far. */
static bool kind_from_afar(const struct kind_chain *w, struct suspect *suspect)
{
	const struct dominators *d = &w->s->dominators;

	for (size_t i = 0; i < w->path.nr; i++) {
		oid o = w->path.v[i].object;
		enum type_kind kind = kind_at(w, i);

		if (!dominators_retains(d, o, suspect->object))
			continue;
		if (kind == TYPE_KIND_TRACEBACK) {
			suspect->kind = SUSPECT_EXCEPTION;
			suspect->via = exception_of(w, i);
			return true;
		}
		if (kind == TYPE_KIND_THREAD_LOCAL) {
			suspect->kind = SUSPECT_THREAD_LOCAL;
			suspect->via = o;
			return true;
		}
	}
	return false;
}

static enum suspect_kind kind_of_function(const struct kind_chain *w, size_t i)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };

	name_step(w, i, &name);
	if (edge_is(&name, EDGE_ATTRIBUTE, "__closure__"))
		return SUSPECT_CLOSURE;
	if (edge_is(&name, EDGE_ATTRIBUTE, "__defaults__") ||
	    edge_is(&name, EDGE_ATTRIBUTE, "__kwdefaults__"))
		return SUSPECT_DEFAULT;
	return SUSPECT_ATTRIBUTE;
}

/* The kind by step `i` and its holder, step i - 1; NR_SUSPECT_KINDS: this step
 * says nothing. */
static enum suspect_kind kind_by_step(const struct kind_chain *w, size_t i)
{
	const struct heap_type *type =
		heap_type_of(w->h, w->path.v[i - 1].object);

	if (type->kind == TYPE_KIND_FUNCTION)
		return kind_of_function(w, i);
	if (type->flags & TYPE_IS_TYPE)
		return SUSPECT_CLASS;
	switch (type->kind) {
	case TYPE_KIND_GENERATOR:
		return SUSPECT_GENERATOR;
	case TYPE_KIND_COROUTINE:
	case TYPE_KIND_ASYNC_GENERATOR:
		return SUSPECT_COROUTINE;
	case TYPE_KIND_MODULE:
		return SUSPECT_CONTAINER;
	case TYPE_KIND_LOG_RECORD:
	case TYPE_KIND_LOGGING:
		return SUSPECT_LOGGING;
	case TYPE_KIND_QUEUE:
		return SUSPECT_QUEUE;
	case TYPE_KIND_LRU_CACHE:
		return SUSPECT_LRU_CACHE;
	case TYPE_KIND_DICT:
	case TYPE_KIND_LIST:
	case TYPE_KIND_TUPLE:
	case TYPE_KIND_SET:
	case TYPE_KIND_FROZENSET:
	case TYPE_KIND_CELL:
	case TYPE_KIND_FRAME:
	case TYPE_KIND_MAPPINGPROXY:
	case TYPE_KIND_DEQUE:
	case TYPE_KIND_ORDERED_DICT:
	case TYPE_KIND_DEFAULT_DICT:
		return NR_SUSPECT_KINDS;
	default:
		return SUSPECT_ATTRIBUTE;
	}
}

/* Since 3.14 the callbacks are in a list. */
static bool is_atexit_chain(const struct kind_chain *w)
{
	const struct root *root = w->root;

	return root->kind == ROOT_INTERPRETER &&
	       root->place != ROOT_NO_PLACE &&
	       w->h->roots.v[root->place].slot == SLOT_ATEXIT;
}

static void kind_by_chain(const struct kind_chain *w, struct suspect *suspect)
{
	enum suspect_kind kind = NR_SUSPECT_KINDS;
	size_t i = w->path.nr;

	while (kind == NR_SUSPECT_KINDS && --i)
		kind = kind_by_step(w, i);
	if (kind != NR_SUSPECT_KINDS) {
		suspect->kind = kind;
		suspect->via = w->path.v[i - 1].object;
	} else if (w->root->kind == ROOT_FRAME) {
		suspect->kind = SUSPECT_FRAME;
	} else if (is_atexit_chain(w)) {
		suspect->kind = SUSPECT_ATEXIT;
	} else {
		suspect->kind = SUSPECT_CONTAINER;
	}
}

/* Does the nearest real name on the chain have one of these words in it? */
static bool is_called_like(const struct kind_chain *w, const char *const *words)
{
	for (size_t i = w->path.nr; --i;) {
		CLEANUP(edge_name_release) struct edge_name name = { 0 };

		name_step(w, i, &name);
		if (is_called_by(&name, words))
			return true;
		/* The nearest real name. */
		if (name.kind == EDGE_ATTRIBUTE && strncmp(name.name, "__", 2))
			return false;
	}
	return false;
}

static bool is_refinable(enum suspect_kind kind)
{
	return kind == SUSPECT_CONTAINER || kind == SUSPECT_ATTRIBUTE ||
	       kind == SUSPECT_CLASS;
}

static void refine_by_name(const struct kind_chain *w, struct suspect *suspect)
{
	static const char *const caches[] = { "cache", "memo", NULL };
	static const char *const callbacks[] = {
		"callback", "listener", "observer", "subscriber", "receiver",
		"handler", "hook", NULL,
	};
	const struct heap_fact *fact = heap_fact_of(w->h, suspect->object);

	if (!is_refinable(suspect->kind))
		return;
	if ((fact && fact->kind == FACT_DEQUE) ||
	    heap_kind_of(w->h, suspect->object) == TYPE_KIND_QUEUE)
		suspect->kind = SUSPECT_QUEUE;
	else if (is_called_like(w, caches))
		suspect->kind = SUSPECT_CACHE;
	else if (is_called_like(w, callbacks))
		suspect->kind = SUSPECT_CALLBACKS;
}

/* --- all of it --- */

static bool is_garbage_list(const struct heap *h, oid o)
{
	for (size_t i = 0; i < h->interpreters.nr; i++)
		if (h->interpreters.v[i].garbage_list == o)
			return true;
	return false;
}

/* A cached function that a class has: each entry's key has a self in it. */
static bool is_cached_method(struct suspects *s, oid o)
{
	oid holder = s->reach.parent[o];

	/* A class has its attributes in a dict of its own. */
	if (holder != OID_NONE &&
	    heap_kind_of(s->heap, holder) == TYPE_KIND_DICT)
		holder = s->reach.parent[holder];
	return holder != OID_NONE &&
	       heap_type_of(s->heap, holder)->flags & TYPE_IS_TYPE;
}

static void classify_holder(struct suspects *s, struct suspect *suspect)
{
	struct kind_chain w = { s, s->heap, VEC_INIT, NULL };
	uint32_t flags;
	enum suspect_kind kind = suspects_children_kind(s, suspect, &flags);

	if (is_garbage_list(s->heap, suspect->object)) {
		suspect->kind = SUSPECT_GC_GARBAGE;
		return;
	}
	if (suspect->fact && suspect->fact->kind == FACT_LRU_CACHE) {
		suspect->kind = SUSPECT_LRU_CACHE;
		if (is_cached_method(s, suspect->object))
			suspect->flags |= SUSPECT_OF_METHOD;
		return;
	}
	w.root = reach_path(&s->reach, suspect->object, &w.path);
	if (!kind_from_afar(&w, suspect))
		kind_by_chain(&w, suspect);
	if (kind != NR_SUSPECT_KINDS && suspect->kind != SUSPECT_EXCEPTION) {
		suspect->flags |= flags;
		suspect->kind = kind;
		suspect->via = OID_NONE;
	}
	refine_by_name(&w, suspect);
	path_release(&w.path);
}

void suspects_kind_set(struct suspects *s, struct suspect *suspect)
{
	/* The others have been made as what they are. */
	if (suspect->kind != SUSPECT_CONTAINER)
		return;
	suspect->object = whole_cache(s, suspect->object);
	suspect->fact = heap_fact_of(s->heap, suspect->object);
	classify_holder(s, suspect);
}
