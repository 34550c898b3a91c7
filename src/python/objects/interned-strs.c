/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/objects/interned-strs.h"
#include "python/values/text.h"

void interned_strs_release(struct interned_strs *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->of); i++)
		oid_vec_release(&s->of[i]);
}

void interned_strs_note(struct python *py, oid o, struct interned_strs *s)
{
	const uint8_t *p = memory_at(py->memory, py->heap->address[o],
				     py->layout.ascii_size);
	unsigned int state = p ? text_interned(py, p) : TEXT_NOT_INTERNED;

	/* From 3.12 on there are two immortal states: allocated, and static. */
	if (state != TEXT_NOT_INTERNED)
		oid_vec_push(&s->of[state == TEXT_INTERNED_MORTAL ?
				    INTERNED_MORTAL : INTERNED_IMMORTAL], o);
}

void interned_strs_sum(const struct interned_strs *s, struct heap *h)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->of); i++) {
		struct heap_interned *to = &h->info.interned[i];

		to->nr = s->of[i].nr;
		for (size_t n = 0; n < s->of[i].nr; n++) {
			to->size += h->size[s->of[i].v[n]];
			to->bytes += heap_bytes(h, s->of[i].v[n]);
		}
	}
	h->info.interned_known = true;
}
