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
	heap_note(h, !heap_is_partial(h), "all of the target could be read",
		  "%" PRIu64 " bytes lost", info->nr_lost_bytes);
}
