/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "native/mappings.h"
#include "python/memory/frame-chunks.h"
#include "python/state/words.h"

#define MAX_THREADS 65536

/* struct _stack_chunk { previous, size in bytes, top, data[] } */
#define CHUNK_PREVIOUS 0
#define CHUNK_SIZE 8
#define CHUNK_TOP 16
#define CHUNK_HEADER 24

/* No chunk is larger: the arguments of one call have to fit. */
#define MAX_CHUNK (1ULL << 40)

/* Bytes of the first chunk of a thread; others have twice that, and so on. */
#define FIRST_CHUNK 16384

/* Behind datastack_chunk come datastack_top and _limit, and since 3.14.5 and
 * 3.15 datastack_cached_chunk, a chunk without frames. */
#define CACHED_CHUNK 24
#define HAS_CACHED_CHUNK 0x030e0500

/*
 * Claim a chunk; false: it is none, or was claimed before.  Its size is the
 * target's word, but what is not mapped has no resident bytes.
 */
static bool claim_chunk(struct python *py, struct native *n, raddr chunk)
{
	uint64_t size;

	if (!chunk || chunk % MEMORY_PAGE ||
	    !memory_u64(py->memory, chunk + CHUNK_SIZE, &size) ||
	    !size || size % MEMORY_PAGE || size > MAX_CHUNK ||
	    chunk > MEMORY_ADDRESS_END - size)
		return false;
	return native_claim(n, chunk, chunk + size, REGION_FRAMES, 0);
}

/* A chunk that comes up twice ends the walk, as it can't be claimed again. */
static void claim_thread(struct python *py, struct native *n, raddr thread)
{
	raddr at = thread + py->layout.thread_datastack_chunk;
	raddr chunk = word_at(py, thread, py->layout.thread_datastack_chunk);

	while (claim_chunk(py, n, chunk))
		chunk = word_at(py, chunk, CHUNK_PREVIOUS);
	if (py->hexversion >= HAS_CACHED_CHUNK)
		claim_chunk(py, n, word_at(py, at, CACHED_CHUNK));
}

void frame_chunks_claim(struct python *py, struct native *n)
{
	const struct layout *l = &py->layout;

	if (l->thread_datastack_chunk == LAYOUT_NONE)
		return;
	for (size_t i = 0; i < py->interpreters.nr; i++) {
		raddr thread = word_at(py, py->interpreters.v[i].address,
				       l->interp_threads);

		for (int j = 0; thread && j < MAX_THREADS; j++) {
			claim_thread(py, n, thread);
			thread = word_at(py, thread, l->thread_next);
		}
	}
}

/* The size of the chunk that seems to be at `addr`, at most `most`; 0: none. */
static uint64_t chunk_at(struct python *py, raddr addr, uint64_t most)
{
	const uint8_t *p = memory_at(py->memory, addr, CHUNK_HEADER);
	uint64_t size = p ? get_u64(p + CHUNK_SIZE) : 0;

	if (size < FIRST_CHUNK || size > most || size & (size - 1) ||
	    get_u64(p + CHUNK_PREVIOUS) % MEMORY_PAGE ||
	    get_u64(p + CHUNK_TOP) > (size - CHUNK_HEADER) / 8)
		return 0;
	return size;
}

void frame_chunks_claim_lost(struct python *py, struct native *n)
{
	CLEANUP(range_vec_release) struct range_vec unknown = VEC_INIT;

	if (py->layout.thread_datastack_chunk == LAYOUT_NONE)
		return;
	mappings_free(n, &unknown);
	for (size_t i = 0; i < unknown.nr; i++) {
		struct range r = unknown.v[i];
		raddr end = r.end;

		if (maps_find(&n->target->mappings, r.start)->shared)
			continue;
		for (; native_narrow(n, &r); r.end = end) {
			uint64_t size = chunk_at(py, r.start, end - r.start);

			if (size)
				native_claim(n, r.start, r.start + size,
					     REGION_FRAMES, 0);
			r.start += MAX(size, MEMORY_PAGE);
		}
	}
}
