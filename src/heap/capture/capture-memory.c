/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/capture/capture-memory.h"

uint64_t memory_rows(enum table table, const struct heap_memory *m)
{
	switch (table) {
	case TABLE_MEMORY:
		return heap_memory_is_known(m);
	case TABLE_LINES:
		return m->lines.nr;
	case TABLE_UNOWNED:
		return m->unowned.nr;
	case TABLE_ARENAS:
		return m->arenas.nr;
	case TABLE_MALLOCS:
		return m->mallocs.nr;
	default:
		return 0;
	}
}

/* --- the sums --- */

static void write_sums(const struct heap_memory *m, struct str *row)
{
	row_put_number(row, m->basis);
	row_put_number(row, m->resident);
	row_put_number(row, m->swapped);
	row_put_number(row, m->page_tables);
	row_put_number(row, m->guessed);
	row_put_number(row, m->nr_damaged);
	row_put_number(row, m->mmapped);
	row_put_number(row, m->nr_mmapped);
	row_put_number(row, m->knows_mmapped);
	row_put_number(row, m->own_mmapped);
	row_put_number(row, m->own_nr_mmapped);
	row_put_number(row, m->forked_shared);
	row_put_number(row, m->forked_copied);
	row_put_number(row, m->nr_parts);
}

static void read_sums(struct row *r, struct heap_memory *m)
{
	uint32_t basis = row_get_u32(r);

	/* What a newer one has is at least the kernel's word. */
	m->basis = basis <= MEMORY_CORE ? (enum memory_basis)basis :
					  MEMORY_SMAPS;
	m->resident = row_get_number(r);
	m->swapped = row_get_number(r);
	m->page_tables = row_get_number(r);
	m->guessed = row_get_number(r);
	m->nr_damaged = row_get_number(r);
	m->mmapped = row_get_number(r);
	m->nr_mmapped = row_get_number(r);
	m->knows_mmapped = row_get_bool(r);
	m->own_mmapped = row_get_number(r);
	m->own_nr_mmapped = row_get_number(r);
	m->forked_shared = row_get_number(r);
	m->forked_copied = row_get_number(r);
	m->nr_parts = row_get_u32(r);
}

/* --- lines --- */

static void write_line(const struct heap_memory_line *l, struct str *row)
{
	row_put_number(row, l->part);
	row_put_oid(row, l->type);
	row_put_text(row, l->name);
	row_put_number(row, l->bytes);
	row_put_number(row, l->count);
}

static void read_line(struct row *r, struct heap_memory *m)
{
	struct heap_memory_line l = { .part = PART_OBJECTS };
	uint32_t part = row_get_u32(r);

	l.type = row_get_oid(r);
	l.name = row_get_text(r);
	l.bytes = row_get_number(r);
	l.count = row_get_number(r);
	/* The bytes of a part that only a newer one knows are unexplained. */
	if (part >= NR_MEMORY_PARTS) {
		free(l.name);
		return;
	}
	l.part = (enum memory_part)part;
	heap_memory_line_vec_push(&m->lines, l);
}

/* --- blocks without an owner --- */

static void write_unowned(const struct heap_memory_unowned *u, struct str *row)
{
	row_put_number(row, u->allocator);
	row_put_number(row, u->size);
	row_put_number(row, u->count);
	row_put_number(row, u->bytes);
	for (unsigned int i = 0; i < MEMORY_SAMPLES; i++)
		row_put_number(row, u->samples[i]);
}

static void read_unowned(struct row *r, struct heap_memory *m)
{
	struct heap_memory_unowned u = { .size = 0 };
	uint32_t allocator = row_get_u32(r);

	u.size = row_get_number(r);
	u.count = row_get_number(r);
	u.bytes = row_get_number(r);
	for (unsigned int i = 0; i < MEMORY_SAMPLES; i++)
		u.samples[i] = row_get_number(r);
	/* That of a newer one has no name here. */
	if (allocator >= NR_MEMORY_ALLOCATORS)
		return;
	u.allocator = (enum memory_allocator)allocator;
	heap_memory_unowned_vec_push(&m->unowned, u);
}

/* --- arenas --- */

static void write_arena(const struct heap_memory_arena *a, struct str *row)
{
	row_put_number(row, a->address);
	row_put_number(row, a->size);
	row_put_number(row, a->blocks);
	row_put_number(row, a->bytes);
	row_put_number(row, a->used);
	row_put_oid(row, a->object);
}

static void read_arena(struct row *r, struct heap_memory *m)
{
	struct heap_memory_arena a = { .address = row_get_number(r) };

	a.size = row_get_number(r);
	a.blocks = row_get_number(r);
	a.bytes = row_get_number(r);
	a.used = row_get_number(r);
	a.object = row_get_oid(r);
	heap_memory_arena_vec_push(&m->arenas, a);
}

static void write_malloc(const struct heap_memory_malloc *a, struct str *row)
{
	row_put_number(row, a->address);
	row_put_number(row, a->system);
	row_put_number(row, a->used);
	row_put_number(row, a->free);
	row_put_number(row, a->top);
	row_put_number(row, a->nr_free);
	row_put_number(row, a->fast);
	row_put_number(row, a->nr_fast);
	row_put_number(row, a->cached);
	row_put_number(row, a->nr_cached);
	row_put_number(row, a->overhead);
	row_put_number(row, a->whole);
}

static void read_malloc(struct row *r, struct heap_memory *m)
{
	struct heap_memory_malloc a = { .address = row_get_number(r) };

	a.system = row_get_number(r);
	a.used = row_get_number(r);
	a.free = row_get_number(r);
	a.top = row_get_number(r);
	a.nr_free = row_get_number(r);
	a.fast = row_get_number(r);
	a.nr_fast = row_get_number(r);
	a.cached = row_get_number(r);
	a.nr_cached = row_get_number(r);
	a.overhead = row_get_number(r);
	a.whole = row_get_bool(r);
	heap_memory_malloc_vec_push(&m->mallocs, a);
}

/* --- all of them --- */

void memory_write_row(enum table table, const struct heap_memory *m,
		      uint64_t i, struct str *row)
{
	switch (table) {
	case TABLE_MEMORY:
		write_sums(m, row);
		break;
	case TABLE_LINES:
		write_line(&m->lines.v[i], row);
		break;
	case TABLE_UNOWNED:
		write_unowned(&m->unowned.v[i], row);
		break;
	case TABLE_ARENAS:
		write_arena(&m->arenas.v[i], row);
		break;
	default:
		write_malloc(&m->mallocs.v[i], row);
	}
}

void memory_read_row(enum table table, struct row *r, struct heap *h)
{
	struct heap_memory *m = &h->memory;

	switch (table) {
	case TABLE_MEMORY:
		read_sums(r, m);
		break;
	case TABLE_LINES:
		read_line(r, m);
		break;
	case TABLE_UNOWNED:
		read_unowned(r, m);
		break;
	case TABLE_ARENAS:
		read_arena(r, m);
		break;
	default:
		read_malloc(r, m);
	}
}

bool memory_settle(struct heap *h)
{
	struct heap_memory *m = &h->memory;
	uint64_t bytes = 0;

	if (!heap_memory_is_known(m)) {
		heap_memory_release(m);
		return true;
	}
	for (size_t i = 0; i < m->lines.nr; i++) {
		const struct heap_memory_line *l = &m->lines.v[i];

		if ((l->type != OID_NONE && l->type >= h->types.nr) ||
		    __builtin_add_overflow(bytes, l->bytes, &bytes))
			return false;
	}
	for (size_t i = 0; i < m->arenas.nr; i++) {
		oid o = m->arenas.v[i].object;

		if (o != OID_NONE && o >= h->nr_objects)
			return false;
	}
	if (bytes > INT64_MAX || m->resident > INT64_MAX ||
	    m->forked_shared > m->resident ||
	    m->forked_copied > m->resident - m->forked_shared)
		return false;
	m->unexplained = (int64_t)(m->resident - bytes);
	return true;
}
