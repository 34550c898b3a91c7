/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "analysis/limits/pattern.h"
#include "output/leaks/advice.h"

/* Of a longer way only the end is looked at. */
#define STEPS_MAX ((size_t)64)
/* At most so many entries and references are looked at. */
#define ENTRIES_MAX ((uint32_t)2000)
#define SAMPLE_MIN 8
#define GLOB_MAX 120
#define CLASS_MAX 200
/* Its type, its own name if it is a class, its name if it is a module. */
#define OWNERS_MAX 3

enum advice_test {
	ADVICE_ANY,
	ADVICE_EMPTY,		/* most mutable entries are empty */
	ADVICE_VIEWS,		/* most arrays refer to another array */
};

struct advice_facts {
	const char *owner, *attribute, *object, *entry, *keeps;
	enum advice_test test;
};

static const struct advice {
	struct advice_facts facts;
	const char *fix;
} advices[] = {
#define ADVICE(...) { __VA_ARGS__ },
#include "output/leaks/advice.def"
#undef ADVICE
};

/* A step of the way: who has the attribute, by up to OWNERS_MAX names. */
struct advice_step {
	const char *owners[OWNERS_MAX];
	struct str class;	/* owned; owners[1] */
	struct edge_name name;	/* owned; EDGE_UNKNOWN: of the last object */
	bool of_names;		/* it is a key of a module's or object's dict */
};
VEC_DEFINE(advice_step_vec, struct advice_step);

struct advice_finder {
	const struct suspects *s;
	struct heap *h;
	const struct suspect *suspect;
	oid object;		/* OID_NONE: there is no way */
	size_t last;		/* the last step that is an attribute */
	struct path path;
	const struct root *root;
	struct advice_step_vec steps;
};

/* --- the way --- */

/* Add the name of the class `o`, if it is one.  A class without instances has
 * no row in heap.types, but a repr: <class 'app.Cache'>. */
static void add_class(struct heap *h, oid o, struct str *ret)
{
	static const char start[] = "<class '", end[] = "'>";
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!(heap_type_of(h, o)->flags & TYPE_IS_TYPE))
		return;
	for (size_t t = 0; t < h->types.nr; t++)
		if (h->types.v[t].object == o) {
			str_add(ret, h->types.v[t].name);
			return;
		}
	heap_preview(h, o, CLASS_MAX, &text);
	if (strncmp(text.s, start, strlen(start)) ||
	    text.len < strlen(start) + strlen(end))
		return;
	str_cut(&text, text.len - strlen(end));
	str_add(ret, text.s + strlen(start));
}

/* The name of the module at the start of the way, if step `i` is that. */
static const char *module_of(const struct advice_finder *f, size_t i)
{
	if (i || f->root->kind != ROOT_MODULE ||
	    f->root->place == ROOT_NO_PLACE)
		return NULL;
	return f->h->roots.v[f->root->place].name;
}

static bool is_names(const struct advice_finder *f, size_t i)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };

	if (!i)
		return false;
	heap_name_edges(f->h, f->path.v[i - 1].object, f->path.v[i].edge, 1,
			&name);
	return name.kind == EDGE_DICT;
}

/* Step `i` of the way, and what it leads to; the last has no name. */
static void add_step(struct advice_finder *f, size_t i)
{
	struct advice_step step = { .owners = { NULL } };
	oid owner;

	if (i + 1 < f->path.nr)
		heap_name_edges(f->h, f->path.v[i].object,
				f->path.v[i + 1].edge, 1, &step.name);
	/* An attribute in a dict of names belongs to who has the dict. */
	step.of_names = is_names(f, i);
	if (step.of_names)
		i--;
	owner = f->path.v[i].object;
	step.owners[0] = heap_type_of(f->h, owner)->name;
	step.class = (struct str)STR_INIT;
	add_class(f->h, owner, &step.class);
	step.owners[1] = step.class.len ? step.class.s : NULL;
	step.owners[2] = module_of(f, i);
	advice_step_vec_push(&f->steps, step);
}

/* Is it an attribute?  A dict has items of the same kind. */
static bool is_named(const struct advice_finder *f, size_t i)
{
	const struct edge_name *name = &f->steps.v[i].name;

	return edge_is_attribute(name) ||
	       (name->kind == EDGE_NAMED_VALUE && f->steps.v[i].of_names);
}

static void find_steps(struct advice_finder *f)
{
	size_t first;

	if (f->object == OID_NONE || !reach_has(&f->s->reach, f->object))
		return;
	f->root = reach_path(&f->s->reach, f->object, &f->path);
	first = f->path.nr - MIN(f->path.nr, STEPS_MAX);
	for (size_t i = first; i < f->path.nr; i++)
		add_step(f, i);
	f->last = f->steps.nr;
	for (size_t i = 0; i < f->steps.nr; i++)
		if (is_named(f, i))
			f->last = i;
}

static void release_finder(struct advice_finder *f)
{
	for (size_t i = 0; i < f->steps.nr; i++) {
		edge_name_release(&f->steps.v[i].name);
		str_release(&f->steps.v[i].class);
	}
	advice_step_vec_release(&f->steps);
	path_release(&f->path);
}

/* --- tests of the entries --- */

static bool is_mutable(enum type_kind kind)
{
	return kind == TYPE_KIND_LIST || kind == TYPE_KIND_DICT ||
	       kind == TYPE_KIND_SET || kind == TYPE_KIND_DEQUE ||
	       kind == TYPE_KIND_DEFAULT_DICT ||
	       kind == TYPE_KIND_ORDERED_DICT;
}

/* Keys are hashable, so they are none of these containers. */
static bool are_empty(const struct advice_finder *f)
{
	struct heap_edges edges = heap_edges(f->h, f->object);
	uint32_t nr = 0, empty = 0;

	for (uint32_t i = 0; i < MIN(edges.nr, ENTRIES_MAX); i++) {
		if (!is_mutable(heap_kind_of(f->h, edges.to[i])))
			continue;
		nr++;
		empty += heap_length(f->h, edges.to[i]) == 0;
	}
	return nr >= SAMPLE_MIN && empty > nr / 2;
}

static bool is_array(const struct heap *h, oid o)
{
	const char *name = heap_type_of(h, o)->name;

	return name && !strcmp(name, "numpy.ndarray");
}

/* An array refers to the one whose memory it shows: its base. */
static bool are_views(const struct advice_finder *f)
{
	struct heap_edges edges = heap_edges(f->h, f->object);
	uint32_t nr = 0, views = 0;

	for (uint32_t i = 0; i < MIN(edges.nr, ENTRIES_MAX); i++) {
		struct heap_edges of = heap_edges(f->h, edges.to[i]);

		if (!is_array(f->h, edges.to[i]))
			continue;
		nr++;
		for (uint32_t k = 0; k < MIN(of.nr, (uint32_t)4); k++)
			if (is_array(f->h, of.to[k])) {
				views++;
				break;
			}
	}
	return nr >= SAMPLE_MIN && views > nr / 2;
}

/* --- a row --- */

/* Does one of the globs, which have | between them, match `name`? */
static bool matches(const char *globs, const char *name)
{
	while (name) {
		size_t len = strcspn(globs, "|");
		char glob[GLOB_MAX];

		assert(len < sizeof(glob));
		memcpy(glob, globs, len);
		glob[len] = '\0';
		if (pattern_match(glob, name))
			return true;
		if (!globs[len])
			break;
		globs += len + 1;
	}
	return false;
}

static bool matches_step(const struct advice_facts *a,
			 const struct advice_step *step)
{
	bool is_owner = !a->owner;

	if (a->attribute && !matches(a->attribute, step->name.name))
		return false;
	for (size_t i = 0; i < OWNERS_MAX && !is_owner; i++)
		is_owner = matches(a->owner, step->owners[i]);
	return is_owner;
}

/* An attribute must be the last one on the way: what hangs on an object deeper
 * in it leaks for a reason of its own. */
static bool matches_way(const struct advice_finder *f,
			const struct advice_facts *a)
{
	if (a->attribute)
		return f->last < f->steps.nr &&
		       matches_step(a, &f->steps.v[f->last]);
	if (!a->owner)
		return true;
	for (size_t i = 0; i < f->steps.nr; i++)
		if (matches_step(a, &f->steps.v[i]))
			return true;
	return false;
}

static bool keeps(const struct advice_finder *f, const char *globs)
{
	const struct suspect *suspect = f->suspect;
	const struct heap *h = f->h;
	uint64_t least = MAX(suspect->entries / 2, 1);

	for (size_t i = 0; i < suspect->types.nr; i++)
		if (suspect->types.v[i].sum.nr >= least &&
		    matches(globs, h->types.v[suspect->types.v[i].type].name))
			return true;
	return false;
}

static bool matches_entries(const struct advice_finder *f,
			    const struct advice_facts *a)
{
	uint32_t type = f->suspect->entry_type;

	if (a->entry && (type == UINT32_MAX ||
			 !matches(a->entry, f->h->types.v[type].name)))
		return false;
	if (a->keeps && !keeps(f, a->keeps))
		return false;
	if (a->object && (f->object == OID_NONE ||
			  !matches(a->object,
				   heap_type_of(f->h, f->object)->name)))
		return false;
	return true;
}

static bool passes_test(const struct advice_finder *f, enum advice_test test)
{
	switch (test) {
	case ADVICE_ANY:
		return true;
	case ADVICE_EMPTY:
		return f->object != OID_NONE && are_empty(f);
	case ADVICE_VIEWS:
		return f->object != OID_NONE && are_views(f);
	}
	return false;
}

/* Is it of a kind for which a library's advice says more than the kind does?
 * What garbage and native code keep is no library's habit. */
static bool takes_advice(enum suspect_kind kind)
{
	switch (kind) {
	case SUSPECT_LRU_CACHE:
	case SUSPECT_EXCEPTION:
	case SUSPECT_GC_GARBAGE:
	case SUSPECT_GARBAGE:
	case SUSPECT_GC_DISABLED:
	case SUSPECT_FROZEN:
	case SUSPECT_NATIVE:
	case SUSPECT_ATEXIT:
	case SUSPECT_SPARSE:
		return false;
	default:
		return true;
	}
}

const char *advice_find(const struct suspects *s, const struct suspect *suspect)
{
	struct advice_finder f = {
		.s = s,
		.h = s->heap,
		.suspect = suspect,
		/* Equal strings have no way of their own. */
		.object = suspect->kind == SUSPECT_DUPLICATES ? suspect->via :
								suspect->object,
	};
	const char *ret = NULL;

	if (!takes_advice(suspect->kind))
		return NULL;
	find_steps(&f);
	for (size_t i = 0; i < ARRAY_SIZE(advices) && !ret; i++) {
		const struct advice_facts *a = &advices[i].facts;

		if (matches_entries(&f, a) && matches_way(&f, a) &&
		    passes_test(&f, a->test))
			ret = advices[i].fix;
	}
	release_finder(&f);
	return ret;
}
