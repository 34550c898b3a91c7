/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/report/self-checks.h"

void self_checks_readers(struct python *py)
{
	const struct heap_sample_vec *v = &py->heap->info.samples;
	uint64_t compared = 0, differing = 0;

	if (!py->emulator)
		return;
	heap_note(py->heap, true, "the emulator works", "it runs a function of"
		  " its own and what that calls");
	for (size_t i = 0; i < v->nr; i++) {
		compared += v->v[i].compared;
		differing += v->v[i].differing;
	}
	heap_note(py->heap, !differing, "readers agree with the types' own"
		  " tp_traverse, emulated", "%" PRIu64 " objects of %zu types"
		  " compared, %" PRIu64 " differ", compared, v->nr, differing);
}

static void check_whole(struct heap *h)
{
	static const char name[] = "all of the target could be read";
	const struct heap_info *info = &h->info;

	if (info->nr_lost_bytes || !heap_is_partial(h))
		heap_note(h, !heap_is_partial(h), name, "%" PRIu64 " bytes lost",
			  info->nr_lost_bytes);
	else if (info->nr_unread)
		heap_note(h, false, name, "the references of %" PRIu64
			  " objects could not", info->nr_unread);
	else
		heap_note(h, false, name, "the warnings say what could not");
}

void self_checks_graph(struct python *py)
{
	struct heap *h = py->heap;
	const struct heap_info *info = &h->info;
	uint64_t tracked = 0;

	for (oid o = 0; o < h->nr_objects; o++)
		tracked += h->generation[o] != GENERATION_UNTRACKED;
	heap_note(h, tracked > 0, "the collector's objects are found",
		  "%" PRIu64 " of them", tracked);
	heap_note(h, !info->nr_bad_pointers, "references lead to objects",
		  "%zu do, %" PRIu64 " do not", h->edges.nr,
		  info->nr_bad_pointers);
	heap_note(h, !info->nr_unread, "objects can be read",
		  "%" PRIu32 " objects, of %" PRIu64 " the references can't be",
		  h->nr_objects, info->nr_unread);
	check_whole(h);
}

/* --- memory --- */

static void check_malloc(struct heap *h)
{
	const struct heap_memory *m = &h->memory;
	uint64_t nr_whole = 0, used = 0;

	if (!m->mallocs.nr)
		return;
	for (size_t i = 0; i < m->mallocs.nr; i++) {
		nr_whole += m->mallocs.v[i].whole;
		used += m->mallocs.v[i].used;
	}
	heap_note(h, nr_whole == m->mallocs.nr, "the arenas of malloc are"
		  " walked to their ends, and add up to what they have from"
		  " the kernel", "%" PRIu64 " of %zu, %" PRIu64 " bytes in use",
		  nr_whole, m->mallocs.nr, used);
	/* Not by bytes: those of glibc 2.43 drift after mremap(). */
	if (m->knows_mmapped)
		heap_note(h, m->nr_mmapped == m->own_nr_mmapped, "chunks of"
			  " malloc with own mappings are as many as malloc"
			  " itself counts", "%" PRIu64 " and %" PRIu64,
			  m->nr_mmapped, m->own_nr_mmapped);
}

/* More than that is no rounding, but something that nobody has looked at. */
#define UNEXPLAINED_MAX_PERCENT 5.0

static void check_ledger(struct heap *h)
{
	const struct heap_memory *m = &h->memory;
	double percent = m->resident ? 100 * (double)m->unexplained /
					       (double)m->resident : 0;

	heap_note(h, percent <= UNEXPLAINED_MAX_PERCENT &&
		     percent >= -UNEXPLAINED_MAX_PERCENT,
		  "the resident memory is explained", "%.2f %% of %" PRIu64
		  " bytes is not", percent, m->resident);
}

void self_checks_memory(struct python *py)
{
	struct heap *h = py->heap;

	if (!heap_memory_is_known(&h->memory))
		return;
	heap_note(h, !h->memory.nr_damaged, "what allocators say of their"
		  " blocks agrees", "%" PRIu64 " place%s", h->memory.nr_damaged,
		  h->memory.nr_damaged == 1 ? " does not" : "s do not");
	check_malloc(h);
	check_ledger(h);
}
