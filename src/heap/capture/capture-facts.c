/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/capture/capture-facts.h"

static void write_fact(const struct heap_fact *f, struct str *row)
{
	row_put_oid(row, f->object);
	row_put_number(row, f->kind);
	row_put_signed(row, f->bound);
	row_put_signed(row, f->length);
	row_put_number(row, f->hits);
	row_put_number(row, f->misses);
}

static void read_fact(struct row *r, struct heap *h)
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

static void write_text_hash(const struct heap_text_hash *t, struct str *row)
{
	row_put_oid(row, t->object);
	row_put_number(row, t->hash);
}

static void read_text_hash(struct row *r, struct heap *h)
{
	struct heap_text_hash t = { .object = row_get_oid(r) };

	t.hash = row_get_number(r);
	heap_text_hash_vec_push(&h->text_hashes, t);
}

static void write_code(const struct heap_code *c, struct str *row)
{
	row_put_oid(row, c->object);
	row_put_text(row, c->function);
	row_put_text(row, c->file);
}

static void read_code(struct row *r, struct heap *h)
{
	struct heap_code c = { .object = row_get_oid(r) };

	c.function = row_get_text(r);
	c.file = row_get_text(r);
	heap_code_vec_push(&h->codes, c);
}

static void write_generator(const struct heap_generator *g, struct str *row)
{
	row_put_oid(row, g->object);
	row_put_number(row, g->state);
	row_put_number(row, g->code);
	row_put_signed(row, g->line);
	row_put_oid(row, g->awaits);
	row_put_signed(row, g->frame);
}

static void read_generator(struct row *r, struct heap *h)
{
	struct heap_generator g = { .object = row_get_oid(r) };
	uint32_t state = row_get_u32(r);

	g.state = state < NR_GENERATOR_STATES ? (enum generator_state)state :
						GENERATOR_SUSPENDED;
	g.code = row_get_u32(r);
	g.line = row_get_i32(r);
	g.awaits = row_get_oid(r);
	g.frame = row_get_i32(r);
	heap_generator_vec_push(&h->generators, g);
}

static void write_future(const struct heap_future *f, struct str *row)
{
	row_put_oid(row, f->object);
	row_put_number(row, f->is_task);
	row_put_number(row, f->state);
	row_put_oid(row, f->callback);
	row_put_oid(row, f->callbacks);
	row_put_oid(row, f->awaited_by);
	row_put_oid(row, f->coroutine);
	row_put_oid(row, f->waits_for);
	row_put_text(row, f->name);
}

static void read_future(struct row *r, struct heap *h)
{
	struct heap_future f = { .object = row_get_oid(r) };
	uint32_t state;

	f.is_task = row_get_bool(r);
	state = row_get_u32(r);
	f.state = state < NR_FUTURE_STATES ? (enum future_state)state :
					     FUTURE_UNKNOWN;
	f.callback = row_get_oid(r);
	f.callbacks = row_get_oid(r);
	f.awaited_by = row_get_oid(r);
	f.coroutine = row_get_oid(r);
	f.waits_for = row_get_oid(r);
	f.name = row_get_text(r);
	heap_future_vec_push(&h->futures, f);
}

static void write_pointed(const struct heap_pointed *p, struct str *row)
{
	row_put_oid(row, p->object);
	row_put_number(row, p->first);
	row_put_number(row, p->nr);
	row_put_number(row, p->at);
	row_put_number(row, p->step);
	row_put_number(row, p->size);
}

static void read_pointed(struct row *r, struct heap *h)
{
	struct heap_pointed p = { .object = row_get_oid(r) };

	p.first = row_get_u32(r);
	p.nr = row_get_u32(r);
	p.at = row_get_number(r);
	p.step = row_get_number(r);
	p.size = row_get_number(r);
	heap_pointed_vec_push(&h->pointed, p);
}

static void write_lump(const struct heap *h, const struct heap_lump *l,
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

static void read_lump(struct row *r, struct heap *h)
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

/* --- facts, by table --- */

uint64_t facts_rows(enum table table, const struct heap *h)
{
	switch (table) {
	case TABLE_FACTS:
		return h->facts.nr;
	case TABLE_TEXT_HASHES:
		return h->text_hashes.nr;
	case TABLE_CODES:
		return h->codes.nr;
	case TABLE_GENERATORS:
		return h->generators.nr;
	case TABLE_FUTURES:
		return h->futures.nr;
	case TABLE_POINTED:
		return h->pointed.nr;
	default:
		return h->lumps.nr;
	}
}

void facts_write_row(enum table table, const struct heap *h, uint64_t i,
		     struct str *row)
{
	switch (table) {
	case TABLE_FACTS:
		write_fact(&h->facts.v[i], row);
		break;
	case TABLE_TEXT_HASHES:
		write_text_hash(&h->text_hashes.v[i], row);
		break;
	case TABLE_CODES:
		write_code(&h->codes.v[i], row);
		break;
	case TABLE_GENERATORS:
		write_generator(&h->generators.v[i], row);
		break;
	case TABLE_FUTURES:
		write_future(&h->futures.v[i], row);
		break;
	case TABLE_POINTED:
		write_pointed(&h->pointed.v[i], row);
		break;
	default:
		write_lump(h, &h->lumps.v[i], row);
		break;
	}
}

void facts_read_row(enum table table, struct row *r, struct heap *h)
{
	switch (table) {
	case TABLE_FACTS:
		read_fact(r, h);
		break;
	case TABLE_TEXT_HASHES:
		read_text_hash(r, h);
		break;
	case TABLE_CODES:
		read_code(r, h);
		break;
	case TABLE_GENERATORS:
		read_generator(r, h);
		break;
	case TABLE_FUTURES:
		read_future(r, h);
		break;
	case TABLE_POINTED:
		read_pointed(r, h);
		break;
	default:
		read_lump(r, h);
		break;
	}
}

/* --- allocations --- */

uint64_t allocations_rows(enum table table, const struct heap_allocations *a)
{
	switch (table) {
	case TABLE_TRACING:
		return a->known;
	case TABLE_SOURCES:
		return a->files.nr;
	case TABLE_TRACEBACKS:
		return a->tracebacks.nr;
	default:
		return a->v.nr;
	}
}

static void write_traceback(const struct heap_allocations *a,
			    const struct heap_traceback *t, struct str *row)
{
	row_put_number(row, t->total);
	row_put_number(row, t->nr);
	for (uint32_t i = 0; i < t->nr; i++) {
		row_put_number(row, a->sites.v[t->first + i].file);
		row_put_number(row, a->sites.v[t->first + i].line);
	}
}

static void read_traceback(struct row *r, struct heap_allocations *a)
{
	struct heap_traceback t = { .first = a->sites.nr };

	t.total = row_get_u32(r);
	t.nr = row_get_u32(r);
	/* Each site takes two bytes at least. */
	if (t.nr > (size_t)(r->end - r->p) / 2) {
		r->bad = true;
		return;
	}
	for (uint32_t i = 0; i < t.nr; i++) {
		struct heap_site site = { .file = row_get_u32(r) };

		site.line = row_get_u32(r);
		heap_site_vec_push(&a->sites, site);
	}
	heap_traceback_vec_push(&a->tracebacks, t);
}

/* What the address of the next row is the difference to. */
static uint64_t last_address(const struct heap_allocations *a, uint64_t i)
{
	return i ? a->v.v[i - 1].address : 0;
}

static void write_allocation(const struct heap_allocations *a, uint64_t i,
			     struct str *row)
{
	const struct heap_allocation *from = &a->v.v[i];

	row_put_signed(row, (int64_t)(from->address - last_address(a, i)));
	row_put_number(row, from->size);
	row_put_number(row, from->traceback);
	row_put_number(row, from->domain);
}

static void read_allocation(struct row *r, struct heap_allocations *a)
{
	struct heap_allocation to = {
		.address = last_address(a, a->v.nr) +
			   (uint64_t)row_get_signed(r),
	};

	to.size = row_get_number(r);
	to.traceback = row_get_u32(r);
	to.domain = row_get_u32(r);
	heap_allocation_vec_push(&a->v, to);
}

void allocations_write_row(enum table table, const struct heap_allocations *a,
			   uint64_t i, struct str *row)
{
	switch (table) {
	case TABLE_TRACING:
		row_put_number(row, a->traced);
		break;
	case TABLE_SOURCES:
		row_put_text(row, a->files.v[i]);
		break;
	case TABLE_TRACEBACKS:
		write_traceback(a, &a->tracebacks.v[i], row);
		break;
	default:
		write_allocation(a, i, row);
		break;
	}
}

void allocations_read_row(enum table table, struct row *r,
			  struct heap_allocations *a)
{
	switch (table) {
	case TABLE_TRACING:
		a->known = true;
		a->traced = row_get_bool(r);
		break;
	case TABLE_SOURCES:
		str_vec_push(&a->files, row_get_text(r));
		break;
	case TABLE_TRACEBACKS:
		read_traceback(r, a);
		break;
	default:
		read_allocation(r, a);
		break;
	}
}
