/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct gc_generation_stats of Include/internal/pycore_gc.h; from 3.14 on, of
 * pycore_interp_structs.h.
 */
#include "python/locate/gc-stats.h"
#include "python/state/words.h"

/* The latest of a ring of them; 0: its index is none of it. */
static raddr latest(struct python *py, raddr ring, uint32_t index)
{
	int8_t i = (int8_t)byte_at(py, ring, index);

	return i < 0 || (uint32_t)i >= index / py->layout.stats_size ? 0 :
	       ring + (uint64_t)i * py->layout.stats_size;
}

/*
 * The statistics of a generation; 0: unknown.  An array of them is before
 * `collecting` until 3.14.  3.15 has a pointer to rings of them there, in which
 * each sums up all before.
 */
static raddr find_stats(struct python *py, raddr state, unsigned int generation)
{
	const struct layout *l = &py->layout;
	raddr rings;

	if (l->stats_size == LAYOUT_NONE || l->stats_collections == LAYOUT_NONE)
		return 0;
	if (py->minor < 15)
		return state + l->gc_collecting -
		       (uint64_t)(3 - generation) * l->stats_size;
	rings = word_at(py, state, l->gc_stats);
	if (!rings || l->stats_young == LAYOUT_NONE ||
	    l->stats_old_size == LAYOUT_NONE)
		return 0;
	if (!generation)
		return latest(py, rings + l->stats_young, l->stats_young_index);
	return latest(py, rings + l->stats_old +
		      (uint64_t)(generation - 1) * l->stats_old_size,
		      l->stats_old_index);
}

static int64_t nanoseconds(double seconds)
{
	return seconds >= 0 && seconds < 9e9 ? (int64_t)(seconds * 1e9) : 0;
}

static bool load_stats(struct python *py, raddr at, struct heap_collections *to)
{
	const struct layout *l = &py->layout;

	if (!at || !memory_at(py->memory, at, l->stats_size))
		return false;
	to->nr = (int64_t)word_at(py, at, l->stats_collections);
	to->collected = (int64_t)word_at(py, at, l->stats_collected);
	to->uncollectable = (int64_t)word_at(py, at, l->stats_uncollectable);
	if (l->stats_duration != LAYOUT_NONE) {
		to->candidates = (int64_t)word_at(py, at, l->stats_candidates);
		to->nanoseconds =
			nanoseconds(double_at(py, at, l->stats_duration));
	}
	return heap_collections_can_be(to);
}

void gc_stats_load(struct python *py, raddr state, struct heap_interpreter *hi)
{
	struct heap_collections done[3] = { 0 };

	for (unsigned int i = 0; i < 3; i++)
		if (!load_stats(py, find_stats(py, state, i), &done[i]))
			return;
	for (unsigned int i = 0; i < 3; i++)
		hi->generations[i].done = done[i];
	hi->collections_known = true;
	hi->durations_known = py->layout.stats_duration != LAYOUT_NONE;
}
