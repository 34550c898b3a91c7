/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/log.h"
#include "native/malloc/caches.h"
#include "native/malloc/heaps.h"
#include "native/malloc/malloc.h"

/* A line of ledger->mallocs for each arena. */
static void add_lines(struct native *n, const struct arenas *a)
{
	for (size_t i = 0; i < a->all.nr; i++)
		heap_memory_malloc_vec_push(&n->ledger->mallocs,
			(struct heap_memory_malloc){
				.address = a->all.v[i].address,
				.system = a->all.v[i].system,
				.whole = true,
			});
}

static void check_sums(struct native *n)
{
	for (size_t i = 0; i < n->ledger->mallocs.nr; i++) {
		struct heap_memory_malloc *m = &n->ledger->mallocs.v[i];

		/* An arena that has memory has a top. */
		if (m->used + m->free + m->top + m->overhead != m->system ||
		    !m->top != !m->system)
			m->whole = false;
		log_detail("malloc: arena 0x%" PRIx64 ": %" PRIu64 " bytes: %"
			   PRIu64 " in use, %" PRIu64 " free, %" PRIu64
			   " top, %" PRIu64 " overhead%s", m->address,
			   m->system, m->used, m->free, m->top, m->overhead,
			   m->whole ? "" : ": they do not add up");
	}
}

static void log_none(struct native *n, const struct arenas *a)
{
	const struct module *other = malloc_replaced(n);

	if (other)
		log_info("malloc: %s has replaced it", other->path);
	else
		log_info("malloc: %s: its heaps are not looked into",
			 a->libc.path ? "glibc's main_arena was not found" :
					"the process has no glibc");
}

void malloc_heaps(struct native *n)
{
	CLEANUP(arenas_release) struct arenas a;
	CLEANUP(chunks_release) struct chunks c;

	arenas_find(n, &a);
	chunks_init(&c, n, &a);
	if (!a.layout) {
		log_none(n, &a);
		return;
	}
	n->main_arena.start = a.all.v[0].address;
	n->main_arena.end = n->main_arena.start + a.layout->size;
	n->ledger->nr_damaged += a.is_damaged;
	add_lines(n, &a);
	heaps_walk(&c);
	chunks_sort(&c);
	caches_take(&c);
	chunks_drop_taken(&c);
	check_sums(n);
	n->ledger->knows_mmapped = a.knows_counters;
	n->ledger->own_mmapped = a.mapped;
	n->ledger->own_nr_mmapped = a.nr_mapped;
	log_info("malloc: glibc 2.%u (0: unknown), %zu arenas with %zu heaps, %"
		 PRIu64 " chunks", a.libc.minor, a.all.nr, c.heaps.nr, c.nr);
}
