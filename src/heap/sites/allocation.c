/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
#include "heap/sites/allocation.h"

/* A PyGC_Head and pointers to a managed dict and to weak references, or the
 * header of a debug build's list of all objects. */
#define MOST_BEFORE_OBJECT 32

void heap_allocations_release(struct heap_allocations *a)
{
	heap_allocation_vec_release(&a->v);
	heap_traceback_vec_release(&a->tracebacks);
	heap_site_vec_release(&a->sites);
	str_vec_free(&a->files);
	memset(a, 0, sizeof(*a));
}

static int compare(const void *x, const void *y)
{
	const struct heap_allocation *a = x, *b = y;

	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

uint64_t heap_allocations_sort(struct heap_allocations *a)
{
	struct heap_allocation_vec *v = &a->v;
	size_t nr = 0, dropped;

	if (!v->nr)
		return 0;
	qsort(v->v, v->nr, sizeof(*v->v), compare);
	for (size_t i = 0; i < v->nr; i++)
		if (!nr || compare(&v->v[nr - 1], &v->v[i]))
			v->v[nr++] = v->v[i];
	dropped = v->nr - nr;
	v->nr = nr;
	return dropped;
}

bool heap_allocations_fit(const struct heap_allocations *a)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < a->sites.nr; i++)
		if (a->sites.v[i].file >= a->files.nr)
			return false;
	for (size_t i = 0; i < a->tracebacks.nr; i++) {
		const struct heap_traceback *t = &a->tracebacks.v[i];

		if (!t->nr || t->nr > t->total || t->first > a->sites.nr ||
		    t->nr > a->sites.nr - t->first)
			return false;
	}
	for (size_t i = 0; i < a->v.nr; i++)
		if (a->v.v[i].traceback >= a->tracebacks.nr ||
		    __builtin_add_overflow(bytes, a->v.v[i].size, &bytes) ||
		    bytes > INT64_MAX ||
		    (i && compare(&a->v.v[i - 1], &a->v.v[i]) >= 0))
			return false;
	return true;
}

const struct heap_allocation *
heap_allocations_find(const struct heap_allocations *a, uint64_t address)
{
	size_t behind = SEARCH_FIRST(a->v.nr, i, a->v.v[i].domain ||
				     a->v.v[i].address > address);
	const struct heap_allocation *found;

	if (!behind)
		return NULL;
	found = &a->v.v[behind - 1];
	if (address - found->address > MOST_BEFORE_OBJECT ||
	    address - found->address >= found->size)
		return NULL;
	return found;
}
