/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/capture/capture-facts.h"

void capture_fact_write(const struct heap_fact *f, struct str *row)
{
	row_put_oid(row, f->object);
	row_put_number(row, f->kind);
	row_put_signed(row, f->bound);
	row_put_signed(row, f->length);
	row_put_number(row, f->hits);
	row_put_number(row, f->misses);
}

void capture_fact_read(struct row *r, struct heap *h)
{
	struct heap_fact f = { .object = row_get_oid(r) };
	uint32_t kind = row_get_u32(r);

	f.kind = (enum fact_kind)kind;
	f.bound = row_get_signed(r);
	f.length = row_get_signed(r);
	f.hits = row_get_number(r);
	f.misses = row_get_number(r);
	/* Those of a newer one say nothing to us. */
	if (kind < NR_FACT_KINDS)
		heap_fact_vec_push(&h->facts, f);
}

void capture_text_hash_write(const struct heap_text_hash *t, struct str *row)
{
	row_put_oid(row, t->object);
	row_put_number(row, t->hash);
}

void capture_text_hash_read(struct row *r, struct heap *h)
{
	struct heap_text_hash t = { .object = row_get_oid(r) };

	t.hash = row_get_number(r);
	heap_text_hash_vec_push(&h->text_hashes, t);
}

void capture_lump_write(const struct heap *h, const struct heap_lump *l,
			struct str *row)
{
	row_put_number(row, l->bytes);
	row_put_number(row, l->nr);
	for (uint32_t i = 0; i < l->nr; i++) {
		const struct heap_lump_holder *holder =
			&h->lump_holders.v[l->first + i];

		row_put_oid(row, holder->object);
		row_put_number(row, holder->lump);
	}
}

void capture_lump_read(struct row *r, struct heap *h)
{
	struct heap_lump l = { .first = h->lump_holders.nr };

	l.bytes = row_get_number(r);
	l.nr = row_get_u32(r);
	/* Each holder takes two bytes at least. */
	if (l.nr > (size_t)(r->end - r->p) / 2) {
		r->bad = true;
		return;
	}
	for (uint32_t i = 0; i < l.nr; i++) {
		struct heap_lump_holder holder = { row_get_oid(r), 0 };

		holder.lump = row_get_u32(r);
		heap_lump_holder_vec_push(&h->lump_holders, holder);
	}
	heap_lump_vec_push(&h->lumps, l);
}
