/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/refs/borrowed.h"
#include "python/types/types.h"

static void borrow(struct heap *h, oid o, uint32_t edge, uint32_t nr)
{
	struct heap_borrowed_vec *v = &h->borrowed;
	struct heap_borrowed *last = v->nr ? &v->v[v->nr - 1] : NULL;

	if (!nr)
		return;
	h->flags[o] |= OBJECT_BORROWS;
	if (last && last->object == o && last->first + last->nr == edge) {
		last->nr += nr;
		return;
	}
	heap_borrowed_vec_push(&h->borrowed,
			       (struct heap_borrowed){ o, edge, nr });
}

/* None, True, False or Ellipsis.  If a program takes the address of one, the
 * linker may copy it from libpython into the program's .bss. */
static bool is_singleton(const struct python *py, raddr type)
{
	const struct known_types *k = &py->known;

	return type && (type == k->none_type || type == k->bool_ ||
			type == k->ellipsis);
}

/* Frozen modules of 3.11 are static data of the program, with
 * REFCOUNT_FROZEN.  They refer to None and other static objects without
 * owning a reference. */
static void borrow_frozen(struct python *py, oid o)
{
	struct heap *h = py->heap;
	struct heap_edges edges = heap_edges(h, o);

	for (uint32_t i = 0; i < edges.nr; i++) {
		oid to = edges.to[i];
		bool is_static = h->address[to] >= py->runtime_module_start &&
				 h->address[to] < py->runtime_module_end;

		if (h->refcount[to] < REFCOUNT_FROZEN &&
		    (is_static || is_singleton(py, types_of(py, to)->address)))
			borrow(h, o, i, 1);
	}
}

void borrowed_note(struct python *py, oid o, const struct u32_vec *borrowed,
		   const oid *kept)
{
	struct heap *h = py->heap;
	uint32_t edge = 0;
	size_t next = 0;

	if (py->minor == 11 && h->refcount[o] >= REFCOUNT_FROZEN) {
		borrow_frozen(py, o);
	} else if (raddr_vec_has(&py->interned, h->address[o])) {
		borrow(h, o, 0, h->edge_nr[o]);
		h->flags[o] |= OBJECT_KEEPS_NOTHING;
	}
	for (size_t i = 0; next < borrowed->nr; i++) {
		bool is_one = borrowed->v[next] == i;

		next += is_one;
		if (kept[i] == OID_NONE)
			continue;
		if (is_one)
			borrow(h, o, edge, 1);
		edge++;
	}
}
