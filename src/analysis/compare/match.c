/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/match.h"
#include "analysis/graph/bits.h"
#include "analysis/variables.h"
#include "heap/capture/identity.h"

/* At most MAX_COMPARED references of an object are compared; FEW_COMPARED if
 * the other object has more than MANY. */
#define MAX_COMPARED 32
#define FEW_COMPARED 4
#define MANY 4096
#define PREVIEW_MAX 48
/* Of objects that hold objects that were replaced; that deep. */
#define MAX_PASSES 16
#define START_TOLERANCE 2

/* How two objects at one address are compared. */
enum comparison {
	COMPARE_OTHER,
	COMPARE_NUMBER,		/* immutable, refers to nothing */
	COMPARE_BYTES,
	COMPARE_STR,		/* ... may grow */
	COMPARE_TUPLE,		/* immutable, refers to others */
	COMPARE_FROZEN,
	COMPARE_FUNCTION,
	COMPARE_DICT,
	COMPARE_LASTING,	/* known by its name, whatever it holds */
};

/* By enum type_kind. */
static const uint8_t comparisons[NR_TYPE_KINDS] = {
	[TYPE_KIND_INT] = COMPARE_NUMBER,
	[TYPE_KIND_FLOAT] = COMPARE_NUMBER,
	[TYPE_KIND_COMPLEX] = COMPARE_NUMBER,
	[TYPE_KIND_BYTES] = COMPARE_BYTES,
	[TYPE_KIND_STR] = COMPARE_STR,
	[TYPE_KIND_TUPLE] = COMPARE_TUPLE,
	[TYPE_KIND_FROZENSET] = COMPARE_FROZEN,
	[TYPE_KIND_METHOD] = COMPARE_FROZEN,
	[TYPE_KIND_BUILTIN_FUNCTION] = COMPARE_FROZEN,
	[TYPE_KIND_METHOD_WRAPPER] = COMPARE_FROZEN,
	[TYPE_KIND_SLICE] = COMPARE_FROZEN,
	[TYPE_KIND_RANGE] = COMPARE_FROZEN,
	[TYPE_KIND_FUNCTION] = COMPARE_FUNCTION,
	[TYPE_KIND_DICT] = COMPARE_DICT,
	[TYPE_KIND_MODULE] = COMPARE_LASTING,
};

struct matcher {
	struct heap *old, *new;
	struct match *m;
	uint32_t *same_type;	/* of old types: index in new, UINT32_MAX */
	uint8_t *comparison;	/* of new types: enum comparison */
	bool flips;		/* generations 1 and 2 are one: see match.h */
	bool untracks;		/* dicts leave the collector's lists */
	uint64_t *variables;	/* of new: see variables.h */
	struct str text[2];
};

/* --- types --- */

static uint8_t comparison_of(const struct heap_type *t)
{
	return t->flags & TYPE_IS_TYPE ? COMPARE_LASTING : comparisons[t->kind];
}

struct type_key {
	uint64_t address;
	const char *name;
	uint32_t index;
};

static int compare_keys(const void *a, const void *b)
{
	const struct type_key *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return strcmp(x->name, y->name);
}

static struct type_key *sorted_types(const struct heap *h)
{
	struct type_key *keys = xreallocarray(NULL, h->types.nr,
					      sizeof(*keys));

	for (size_t i = 0; i < h->types.nr; i++)
		keys[i] = (struct type_key){
			h->types.v[i].address,
			h->types.v[i].name ? h->types.v[i].name : "",
			(uint32_t)i };
	qsort(keys, h->types.nr, sizeof(*keys), compare_keys);
	return keys;
}

static void match_types(struct matcher *s)
{
	CLEANUP(freep) struct type_key *of_old = sorted_types(s->old);
	CLEANUP(freep) struct type_key *of_new = sorted_types(s->new);
	size_t nr_old = s->old->types.nr, nr_new = s->new->types.nr;

	s->same_type = xreallocarray(NULL, nr_old, sizeof(*s->same_type));
	s->comparison = xcalloc(nr_new, sizeof(*s->comparison));
	for (size_t i = 0; i < nr_new; i++)
		s->comparison[i] = comparison_of(&s->new->types.v[i]);
	for (size_t i = 0, j = 0; i < nr_old; i++) {
		int order = 1;

		while (j < nr_new &&
		       (order = compare_keys(&of_old[i], &of_new[j])) > 0)
			j++;
		s->same_type[of_old[i].index] =
			j < nr_new && !order ? of_new[j].index : UINT32_MAX;
	}
}

/* --- are `a` of old and `b` of new, at one address, of one type, the same? */

static bool generation_fits(const struct matcher *s, oid a, oid b,
			    enum comparison how)
{
	uint8_t was = s->old->generation[a], is = s->new->generation[b];

	if (how == COMPARE_TUPLE || (how == COMPARE_DICT && s->untracks))
		return true;
	if (was == GENERATION_UNTRACKED || is >= GENERATION_PERMANENT ||
	    s->new->flags[b] & OBJECT_FINALIZED)
		return true;
	if (s->flips)
		return is > 0 || was == 0;
	/* gc.unfreeze() puts into the oldest. */
	return is >= MIN(was, 2);
}

static bool is_same_str(const struct str s[2])
{
	return s[0].len == s[1].len && !memcmp(s[0].s, s[1].s, s[0].len);
}

static bool same_preview(struct matcher *s, oid a, oid b)
{
	if (s->old->refcount[a] == REFCOUNT_IMMORTAL &&
	    s->new->refcount[b] == REFCOUNT_IMMORTAL)
		return true;
	str_cut(&s->text[0], 0);
	str_cut(&s->text[1], 0);
	if (heap_text(s->old, a, &s->text[0]) &&
	    heap_text(s->new, b, &s->text[1]) && is_same_str(s->text))
		return true;
	/* What is shown of them may be the same. */
	str_cut(&s->text[0], 0);
	str_cut(&s->text[1], 0);
	heap_preview(s->old, a, PREVIEW_MAX, &s->text[0]);
	heap_preview(s->new, b, PREVIEW_MAX, &s->text[1]);
	return !strcmp(s->text[0].s, s->text[1].s);
}

static bool same_contents(struct matcher *s, oid a, oid b, enum comparison how)
{
	const struct heap *old = s->old, *new = s->new;

	switch (how) {
	case COMPARE_NUMBER:
	case COMPARE_BYTES:
		return old->size[a] == new->size[b] && same_preview(s, a, b);
	case COMPARE_STR:
		return old->size[a] <= new->size[b] && same_preview(s, a, b);
	case COMPARE_TUPLE:
	case COMPARE_FROZEN:
		return old->edge_nr[a] == new->edge_nr[b] &&
		       old->size[a] == new->size[b];
	default:
		return true;
	}
}

static bool is_same_object(struct matcher *s, oid a, oid b)
{
	uint32_t type = s->same_type[s->old->type[a]];
	enum comparison how;

	if (type != s->new->type[b])
		return false;
	if (s->old->refcount[a] == REFCOUNT_IMMORTAL &&
	    s->new->refcount[b] != REFCOUNT_IMMORTAL)
		return false;
	if (s->old->flags[a] & ~s->new->flags[b] & OBJECT_FINALIZED)
		return false;
	how = (enum comparison)s->comparison[type];
	return generation_fits(s, a, b, how) && same_contents(s, a, b, how);
}

/* --- all of them --- */

static void match_objects(struct matcher *s)
{
	const struct heap *old = s->old, *new = s->new;
	struct match *m = s->m;
	oid next = 0;		/* both heaps are much in the same order */

	for (oid a = 0; a < old->nr_objects; a++) {
		oid b = next < new->nr_objects &&
			new->address[next] == old->address[a] ?
			next : heap_find(s->new, old->address[a]);

		if (b == OID_NONE)
			continue;
		next = b + 1;
		if (m->old_of[b] == OID_NONE && is_same_object(s, a, b)) {
			m->old_of[b] = a;
			m->new_of[a] = b;
			m->nr_stayed++;
		} else {
			m->nr_replaced++;
		}
	}
}

/* --- what refers to other objects than before --- */

/* Do the first `nr` references lead to the same objects? */
static bool same_references(const struct matcher *s, oid a, oid b, uint32_t nr)
{
	struct heap_edges was = heap_edges(s->old, a);
	struct heap_edges is = heap_edges(s->new, b);

	for (uint32_t i = 0; i < nr; i++)
		if (s->m->old_of[is.to[i]] != was.to[i])
			return false;
	return true;
}

/* Does the reference from old's object `a` to `o` identify `a`?  Not if many
 * objects refer to `o`, or if `o` is replaced all the time. */
static bool is_telling_reference(const struct matcher *s, oid a, oid o)
{
	const struct heap *h = s->old;
	uint32_t type = s->same_type[h->type[o]];

	return h->refcount[o] != REFCOUNT_IMMORTAL &&
	       heap_type_of(h, a)->object != o &&
	       !(type != UINT32_MAX && s->comparison[type] == COMPARE_NUMBER);
}

/* The keys of dicts that nobody visits are attributes' names and the like:
 * another dict has the same ones. */
static struct heap_edges own_references(const struct heap *h, oid o)
{
	return heap_type_of(h, o)->flags & TYPE_IS_DICT ? heap_visited(h, o) :
							  heap_edges(h, o);
}

static bool refers_to(const struct heap *h, oid o, oid what)
{
	struct heap_edges edges = own_references(h, o);

	for (uint32_t i = 0; i < edges.nr; i++)
		if (edges.to[i] == what)
			return true;
	return false;
}

/*
 * Does `b` refer to what `a` referred to?  Of many references some are asked
 * for, from all over: the first to come may be the first to go.
 */
static bool shares_references(const struct matcher *s, oid a, oid b)
{
	struct heap_edges edges = own_references(s->old, a);
	uint32_t nr = own_references(s->new, b).nr;
	uint32_t most = nr > MANY ? FEW_COMPARED : MAX_COMPARED;
	uint32_t step = edges.nr > most ? edges.nr / most : 1;
	bool told = false;

	if (!nr)
		return true;
	for (uint32_t i = 0; i < edges.nr; i += step) {
		oid same = s->m->new_of[edges.to[i]];

		if (!is_telling_reference(s, a, edges.to[i]))
			continue;
		if (same != OID_NONE && refers_to(s->new, b, same))
			return true;
		told = true;
	}
	return !told;
}

static bool refers_as_before(const struct matcher *s, oid a, oid b)
{
	uint32_t nr = MIN(s->old->edge_nr[a], s->new->edge_nr[b]);

	switch ((enum comparison)s->comparison[s->new->type[b]]) {
	case COMPARE_NUMBER:
	case COMPARE_BYTES:
	case COMPARE_STR:
	case COMPARE_LASTING:
		return true;
	case COMPARE_TUPLE:
	case COMPARE_FROZEN:
		return same_references(s, a, b, nr);
	case COMPARE_FUNCTION:
		return same_references(s, a, b, MIN(nr, 1));
	default:
		return bits_get(s->variables, b) || shares_references(s, a, b);
	}
}

/* What holds other objects is another object itself, and so who holds it. */
static bool replace_holders(struct matcher *s)
{
	struct match *m = s->m;
	bool changed = false;

	for (oid b = 0; b < s->new->nr_objects; b++) {
		oid a = m->old_of[b];

		if (a == OID_NONE || refers_as_before(s, a, b))
			continue;
		m->old_of[b] = OID_NONE;
		m->new_of[a] = OID_NONE;
		m->nr_stayed--;
		m->nr_replaced++;
		changed = true;
	}
	return changed;
}

static bool is_same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/*
 * The start of a process is computed from the time when the machine was booted.
 * That time comes from a clock which people and NTP set: allow for seconds.
 */
static bool same_start(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= START_TOLERANCE;
}

bool match_same_version(const struct heap_info *a, const struct heap_info *b)
{
	return a->hexversion == b->hexversion && a->debug == b->debug &&
	       is_same_text(a->version, b->version) &&
	       is_same_text(a->build, b->build);
}

/* --- the process of a core, which has neither host nor start time --- */

VEC_DEFINE(mapped_file_vec, const struct heap_mapping *);

/* gdb writes paths into a core as it sees them itself: of a process in another
 * root, only the last part is the same. */
static const char *mapped_name(const struct heap_mapping *m)
{
	return strrchr(m->path, '/') + 1;
}

static int compare_mapped_files(const void *pa, const void *pb)
{
	const struct heap_mapping *a = *(const struct heap_mapping *const *)pa;
	const struct heap_mapping *b = *(const struct heap_mapping *const *)pb;
	int order = strcmp(mapped_name(a), mapped_name(b));

	return order ? order : (a->start > b->start) - (a->start < b->start);
}

/* Where each file begins that is mapped, by name. */
static void find_mapped_files(const struct heap_info *info,
			      struct mapped_file_vec *ret)
{
	size_t nr = 0;

	for (size_t i = 0; i < info->mappings.nr; i++)
		if (info->mappings.v[i].path[0] == '/' &&
		    !info->mappings.v[i].offset)
			mapped_file_vec_push(ret, &info->mappings.v[i]);
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), compare_mapped_files);
	for (size_t i = 0; i < ret->nr; i++)
		if (!nr ||
		    strcmp(mapped_name(ret->v[nr - 1]), mapped_name(ret->v[i])))
			ret->v[nr++] = ret->v[i];
	ret->nr = nr;
}

/*
 * Every process has its libraries at other addresses (ASLR), but for what it
 * shares with its parent, which has another PID.  What was loaded meanwhile is
 * in one of the two alone, or may have moved.
 */
static bool has_same_places(const struct heap_info *a,
			    const struct heap_info *b)
{
	CLEANUP(mapped_file_vec_release) struct mapped_file_vec of_a = VEC_INIT;
	CLEANUP(mapped_file_vec_release) struct mapped_file_vec of_b = VEC_INIT;
	size_t i = 0, j = 0, same = 0, moved = 0;

	find_mapped_files(a, &of_a);
	find_mapped_files(b, &of_b);
	while (i < of_a.nr && j < of_b.nr) {
		int order = strcmp(mapped_name(of_a.v[i]),
				   mapped_name(of_b.v[j]));

		if (!order && of_a.v[i]->start == of_b.v[j]->start)
			same++;
		else if (!order)
			moved++;
		i += order <= 0;
		j += order >= 0;
	}
	return same > moved;
}

static bool unknown_or_same(const char *a, const char *b)
{
	return !a || !*a || !b || !*b || !strcmp(a, b);
}

/*
 * Where both know their PID namespace, the PIDs there decide: from within a
 * container a process has another PID than from outside.  The kernel gives a
 * core the PID that the process has in its own namespace.
 */
static bool same_pid(const struct heap_info *a, const struct heap_info *b)
{
	int64_t inner_a = identity_pid(a), inner_b = identity_pid(b);

	if (a->pid_namespace && b->pid_namespace)
		return inner_a == inner_b &&
		       a->pid_namespace == b->pid_namespace;
	return a->pid == b->pid || inner_a == inner_b;
}

static bool same_identity(const struct heap_info *a, const struct heap_info *b)
{
	CLEANUP(str_release) struct str x = STR_INIT, y = STR_INIT;

	identity_add(a, &x);
	identity_add(b, &y);
	return !strcmp(x.s, y.s);
}

bool match_same_process(const struct heap_info *a, const struct heap_info *b)
{
	bool known = identity_is_known(a) && identity_is_known(b);

	if (!a->pid || !b->pid)
		return false;
	if (a->hexversion && b->hexversion && !match_same_version(a, b))
		return false;
	if (known && (identity_is_hidden(a) || identity_is_hidden(b)))
		return same_identity(a, b);
	if (!same_pid(a, b))
		return false;
	if (known)
		return !strcmp(a->boot, b->boot) &&
		       a->start_ticks == b->start_ticks;
	if (!unknown_or_same(a->host, b->host))
		return false;
	if (a->start_time && b->start_time)
		return same_start(a->start_time, b->start_time);
	return has_same_places(a, b);
}

static oid *no_oids(uint32_t nr)
{
	oid *v = xreallocarray(NULL, nr, sizeof(*v));

	memset(v, 0xff, nr * sizeof(*v));
	return v;
}

void match_build(struct heap *old, struct heap *new, struct match *ret)
{
	uint32_t version = new->info.hexversion >> 16;
	struct matcher s = {
		.old = old, .new = new, .m = ret,
		.flips = version == 0x030e, .untracks = version < 0x030e,
		.text = { STR_INIT, STR_INIT },
	};

	memset(ret, 0, sizeof(*ret));
	ret->same_process = match_same_process(&old->info, &new->info);
	if (!ret->same_process)
		return;
	ret->new_of = no_oids(old->nr_objects);
	ret->old_of = no_oids(new->nr_objects);
	match_types(&s);
	match_objects(&s);
	s.variables = variables_find(old, new, ret->old_of);
	for (int i = 0; i < MAX_PASSES && replace_holders(&s); i++)
		;
	free(s.same_type);
	free(s.comparison);
	free(s.variables);
	str_release(&s.text[0]);
	str_release(&s.text[1]);
}

void match_release(struct match *m)
{
	free(m->new_of);
	free(m->old_of);
	memset(m, 0, sizeof(*m));
}
