/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "heap/async/async.h"

static int compare_oids(oid a, oid b)
{
	return (a > b) - (a < b);
}

static int compare_generators(const void *a, const void *b)
{
	const struct heap_generator *x = a, *y = b;

	return compare_oids(x->object, y->object);
}

static int compare_futures(const void *a, const void *b)
{
	const struct heap_future *x = a, *y = b;

	return compare_oids(x->object, y->object);
}

const struct heap_generator *async_generator_of(const struct heap *h, oid o)
{
	const struct heap_generator key = { .object = o };

	return !h->generators.nr ? NULL :
	       bsearch(&key, h->generators.v, h->generators.nr, sizeof(key),
		       compare_generators);
}

const struct heap_future *async_future_of(const struct heap *h, oid o)
{
	const struct heap_future key = { .object = o };

	return !h->futures.nr ? NULL :
	       bsearch(&key, h->futures.v, h->futures.nr, sizeof(key),
		       compare_futures);
}

static bool is_oid(const struct heap *h, oid o)
{
	return o < h->nr_objects;
}

static bool is_oid_or_none(const struct heap *h, oid o)
{
	return o == OID_NONE || is_oid(h, o);
}

static bool generators_fit(const struct heap *h)
{
	for (size_t i = 0; i < h->codes.nr; i++)
		if (!is_oid_or_none(h, h->codes.v[i].object))
			return false;
	for (size_t i = 0; i < h->generators.nr; i++) {
		const struct heap_generator *g = &h->generators.v[i];

		if (!is_oid(h, g->object) || !is_oid_or_none(h, g->awaits) ||
		    g->code >= h->codes.nr || g->frame < -1 ||
		    g->frame >= (int64_t)h->frames.nr ||
		    (i && g[-1].object >= g->object))
			return false;
	}
	return true;
}

static bool futures_fit(const struct heap *h)
{
	for (size_t i = 0; i < h->futures.nr; i++) {
		const struct heap_future *f = &h->futures.v[i];

		if (!is_oid(h, f->object) || !is_oid_or_none(h, f->callback) ||
		    !is_oid_or_none(h, f->callbacks) ||
		    !is_oid_or_none(h, f->awaited_by) ||
		    !is_oid_or_none(h, f->coroutine) ||
		    !is_oid_or_none(h, f->waits_for) ||
		    (i && f[-1].object >= f->object))
			return false;
	}
	return true;
}

bool async_fit(const struct heap *h)
{
	return generators_fit(h) && futures_fit(h);
}
