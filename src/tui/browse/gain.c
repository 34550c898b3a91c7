/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tui/browse/gain.h"

static void match_types(struct gain *s, const struct heap *old)
{
	const struct heap *now = s->now->h;
	CLEANUP(freep) uint32_t *a = tally_types_by_name(old);
	CLEANUP(freep) uint32_t *b = tally_types_by_name(now);
	size_t j = 0;

	s->type_now = xcalloc(old->types.nr, sizeof(*s->type_now));
	for (size_t i = 0; i < old->types.nr; i++) {
		const char *name = old->types.v[a[i]].name;
		int order = -1;

		while (j < now->types.nr &&
		       (order = strcmp(now->types.v[b[j]].name, name)) < 0)
			j++;
		s->type_now[a[i]] = j < now->types.nr && !order ? b[j] :
								  UINT32_MAX;
	}
}

static void sum_types(struct gain *s, const struct heap *old, size_t nr)
{
	CLEANUP(freep) struct tally *all = tally_heap(old);
	CLEANUP(freep) struct tally *retained = retained_by_type(&s->then);

	s->then_of_type = xcalloc(nr, sizeof(*s->then_of_type));
	s->retained_of_type = xcalloc(nr, sizeof(*s->retained_of_type));
	for (size_t i = 0; i < old->types.nr; i++) {
		uint32_t now = s->type_now[i];

		if (now == UINT32_MAX)
			continue;
		s->then_of_type[now] += all[i].bytes;
		s->retained_of_type[now] += retained[i].bytes;
	}
}

void gain_build(struct gain *s, struct heap *old, struct retained_view *now)
{
	s->now = now;
	retained_build(old, &s->then);
	match_build(old, now->h, &s->match);
	match_types(s, old);
	sum_types(s, old, now->h->types.nr);
}

void gain_release(struct gain *s)
{
	if (!s->now)
		return;
	retained_release(&s->then);
	match_release(&s->match);
	free(s->type_now);
	free(s->then_of_type);
	free(s->retained_of_type);
}

static oid then_of(const struct gain *s, oid o)
{
	return s->match.same_process ? s->match.old_of[o] : OID_NONE;
}

int64_t gain_of(const struct gain *s, oid o)
{
	oid then = then_of(s, o);

	return tally_growth(then == OID_NONE ? 0 :
			    s->then.dominators.bytes[then],
			    s->now->dominators.bytes[o]);
}

void gain_gone(struct gain *s, oid holder, uint64_t *gone)
{
	CLEANUP(oid_vec_release) struct oid_vec below = VEC_INIT;
	oid then = holder == OID_NONE ? OID_NONE : then_of(s, holder);

	if (!s->match.same_process || (holder != OID_NONE && then == OID_NONE))
		return;
	retained_below(&s->then, then, &below);
	for (size_t i = 0; i < below.nr; i++) {
		uint32_t type = s->type_now[s->then.h->type[below.v[i]]];

		if (type != UINT32_MAX && match_is_gone(&s->match, below.v[i]))
			gone[type] += s->then.dominators.bytes[below.v[i]];
	}
}
