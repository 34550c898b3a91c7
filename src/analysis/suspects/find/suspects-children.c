/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/suspects/find/suspects-children.h"

/* At most so many children of a holder are looked at. */
#define MAX_CHILDREN 4000
/* So many references of an exception, or of what has one in an attribute. */
#define MAX_REFERENCES ((uint32_t)16)

static bool is_logging(enum type_kind kind)
{
	return kind == TYPE_KIND_LOGGING || kind == TYPE_KIND_LOG_RECORD;
}

static bool is_atom_type(enum type_kind kind)
{
	switch (kind) {
	case TYPE_KIND_STR:
	case TYPE_KIND_BYTES:
	case TYPE_KIND_INT:
	case TYPE_KIND_FLOAT:
	case TYPE_KIND_BOOL:
	case TYPE_KIND_NONE:
	case TYPE_KIND_COMPLEX:
		return true;
	default:
		return false;
	}
}

bool suspects_children_have_traceback(const struct heap *h, oid o)
{
	struct heap_edges edges = heap_edges(h, o);
	uint32_t nr = MIN(edges.nr, MAX_REFERENCES);

	for (uint32_t i = 0; i < nr; i++)
		if (heap_kind_of(h, edges.to[i]) == TYPE_KIND_TRACEBACK)
			return true;
	return false;
}

/* Do most bytes of `owner` go with an exception that `o` refers to? */
static bool refers_to_raised(const struct suspects *s, oid owner, oid o)
{
	const struct dominators *d = &s->dominators;
	struct heap_edges edges = heap_edges(s->heap, o);
	uint32_t nr = MIN(edges.nr, MAX_REFERENCES);

	for (uint32_t i = 0; i < nr; i++) {
		oid to = edges.to[i];

		if (to != owner && dominators_retains(d, owner, to) &&
		    d->bytes[to] >= d->bytes[owner] / 2 &&
		    suspects_children_have_traceback(s->heap, to))
			return true;
	}
	return false;
}

/* Is it an exception, in an attribute of `owner`, that makes up most of it?  A
 * future that failed has one. */
static bool owns_raised(const struct suspects *s, oid owner)
{
	struct heap_edges edges = heap_edges(s->heap, owner);
	uint32_t nr = MIN(edges.nr, MAX_REFERENCES);

	if (refers_to_raised(s, owner, owner))
		return true;
	for (uint32_t i = 0; i < nr; i++)
		if (heap_kind_of(s->heap, edges.to[i]) == TYPE_KIND_DICT &&
		    dominators_retains(&s->dominators, owner, edges.to[i]) &&
		    refers_to_raised(s, owner, edges.to[i]))
			return true;
	return false;
}

static int kind_by_type(const struct heap_type *type)
{
	switch (type->kind) {
	case TYPE_KIND_FUNCTION:
	case TYPE_KIND_METHOD:
	case TYPE_KIND_BUILTIN_FUNCTION:
	case TYPE_KIND_METHOD_WRAPPER:
	case TYPE_KIND_PARTIAL:
	case TYPE_KIND_WEAK_METHOD:
		return SUSPECT_CALLBACKS;
	case TYPE_KIND_COROUTINE:
	case TYPE_KIND_ASYNC_GENERATOR:
		return SUSPECT_COROUTINE;
	case TYPE_KIND_GENERATOR:
		return SUSPECT_GENERATOR;
	case TYPE_KIND_TASK:
	case TYPE_KIND_TASK_IN_PYTHON:
	case TYPE_KIND_FUTURE:
	case TYPE_KIND_FUTURE_IN_PYTHON:
		return SUSPECT_TASKS;
	case TYPE_KIND_WEAK_REFERENCE:
	case TYPE_KIND_WEAK_KEYED:
		return SUSPECT_WEAK;
	case TYPE_KIND_TRACEBACK:
		return SUSPECT_EXCEPTION;
	default:
		break;
	}
	if (type->flags & TYPE_IS_TYPE)
		return SUSPECT_CLASSES;
	return is_logging(type->kind) ? SUSPECT_LOGGING : NR_SUSPECT_KINDS;
}

static int kind_of_child(const struct suspects *s, oid o, bool *owns)
{
	int kind = kind_by_type(heap_type_of(s->heap, o));

	/* An exception has others as its causes; a task may have a reference to
	 * the traceback, too. */
	if (kind == NR_SUSPECT_KINDS &&
	    suspects_children_have_traceback(s->heap, o))
		return SUSPECT_EXCEPTION;
	if ((kind == SUSPECT_TASKS || kind == NR_SUSPECT_KINDS) &&
	    owns_raised(s, o)) {
		*owns = true;
		return SUSPECT_EXCEPTION;
	}
	return kind;
}

/* Keys are often tuples, as many as there are values. */
static uint32_t weight_of(const struct heap *h, uint32_t type)
{
	return is_atom_type(h->types.v[type].kind) ? 1 :
	       suspect_tells(h, type) ? 2 * MAX_CHILDREN : MAX_CHILDREN;
}

enum suspect_kind suspects_children_kind(struct suspects *s,
					 struct suspect *suspect,
					 uint32_t *flags)
{
	struct heap *h = s->heap;
	oid holder = suspect->object;
	struct heap_edges edges = heap_edges(h, holder);
	CLEANUP(freep) uint32_t *types = xcalloc(h->types.nr, sizeof(*types));
	uint32_t kinds[NR_SUSPECT_KINDS + 1] = { 0 };
	uint32_t nr = 0, seen = 0, owners = 0, most_type = UINT32_MAX;
	int most = NR_SUSPECT_KINDS;

	for (uint32_t i = 0; i < edges.nr; i++) {
		oid to = edges.to[i];
		uint32_t of = h->type[to];
		bool owns = false;

		if (!fan_hangs_by(&s->fan, holder, i, to) ||
		    seen++ >= MAX_CHILDREN)
			continue;
		types[of] += weight_of(h, of);
		if (most_type == UINT32_MAX || types[of] > types[most_type])
			most_type = of;
		if (!is_atom_type(heap_kind_of(h, to))) {
			kinds[kind_of_child(s, to, &owns)]++;
			owners += owns;
			nr++;
		}
	}
	for (int k = 0; k < NR_SUSPECT_KINDS; k++)
		if (kinds[k] * 2 > nr)
			most = k;
	suspect->entry_type = most_type;
	*flags = most != SUSPECT_EXCEPTION ? 0 :
		 owners * 2 > kinds[most] ? SUSPECT_OWNS_EXCEPTIONS :
					    SUSPECT_TRACEBACKS;
	return (enum suspect_kind)most;
}
