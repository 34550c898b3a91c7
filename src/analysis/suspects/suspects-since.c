/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/find/suspects-sets.h"
#include "analysis/suspects/suspects-since.h"
#include "analysis/suspects/find/suspects-types.h"

/* Old objects that stayed may have grown, too: a list has a larger table. */
static uint64_t bytes_grown(const struct suspects *s, const struct heap *older,
			    const struct match *match, oid o)
{
	oid then = match->old_of[o];
	uint64_t bytes = heap_bytes(s->heap, o);
	uint64_t old = then == OID_NONE ? 0 : heap_bytes(older, then);

	return bytes > old ? bytes - old : 0;
}

static void note_oldest(struct suspects *s, const struct heap *older,
			const struct match *match)
{
	const struct heap *h = s->heap;
	uint64_t was = 0;

	for (oid o = 0; o < older->nr_objects; o++)
		was += heap_bytes(older, o);
	s->heap_growth = tally_growth(was, s->dominators.all_bytes);
	if (!match->same_process)
		return;
	s->grown = xcalloc((size_t)h->nr_objects + 1, sizeof(*s->grown));
	s->came = bits_new(h->nr_objects);
	for (oid o = 0; o < h->nr_objects; o++) {
		s->grown[o] = bytes_grown(s, older, match, o);
		if (match->old_of[o] == OID_NONE)
			bits_set(s->came, o);
	}
}

void suspects_since_note(struct suspects *s, const struct heap *older,
			 const struct match *match)
{
	struct since since = { .grown = VEC_INIT };

	if (!s->nr_compared)
		note_oldest(s, older, match);
	if (match->same_process) {
		since.type_growth = suspects_types_growth(s, older);
		since.lost = suspects_sets_lost(s, older);
	}
	for (oid o = 0; s->nr_compared && match->same_process &&
			o < s->heap->nr_objects; o++) {
		struct object_grown grown = {
			o, bytes_grown(s, older, match, o) };

		if (grown.bytes)
			object_grown_vec_push(&since.grown, grown);
	}
	since_vec_push(&s->since, since);
}

uint64_t suspects_since_bytes(const struct suspects *s,
			      const struct suspect *suspect, size_t older)
{
	const struct since *since = &s->since.v[older];
	const struct heap *h = s->heap;
	CLEANUP(freep) uint64_t *by_type = NULL;
	uint64_t sum = 0;

	if (suspect->lost.nr && since->lost) {
		uint64_t then = since->lost[suspect->entry_type].bytes;

		sum = suspect->lost.bytes - MIN(suspect->lost.bytes, then);
	}
	if (!since->type_growth)
		return sum;
	by_type = xcalloc((size_t)h->types.nr + 1, sizeof(*by_type));
	if (!older)
		BITS_EACH(o, suspect->members, h->nr_objects)
			by_type[h->type[o]] += s->grown[o];
	for (size_t i = 0; i < since->grown.nr; i++) {
		const struct object_grown *x = &since->grown.v[i];

		if (bits_get(suspect->members, x->object))
			by_type[h->type[x->object]] += x->bytes;
	}
	for (uint32_t i = 0; i < h->types.nr; i++)
		if (since->type_growth[i] > 0)
			sum += MIN(by_type[i], (uint64_t)since->type_growth[i]);
	return sum;
}

bool suspects_since_is_known(const struct suspects *s,
			     const struct suspect *suspect, size_t older)
{
	const struct since *since = &s->since.v[older];

	return !suspect->lost.nr || since->lost || !since->type_growth;
}

void suspects_since_release(struct suspects *s)
{
	for (size_t i = 0; i < s->since.nr; i++) {
		object_grown_vec_release(&s->since.v[i].grown);
		free(s->since.v[i].type_growth);
		free(s->since.v[i].lost);
	}
	since_vec_release(&s->since);
	free(s->grown);
	free(s->came);
}
