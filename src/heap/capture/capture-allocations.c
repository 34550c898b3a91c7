/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/capture/capture-allocations.h"

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
