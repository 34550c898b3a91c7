/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/log.h"
#include "native/pointed.h"

/* Words of libraries' data and of ranges that are looked at, in all. */
#define MAX_WORDS (64ULL << 20)
/* A larger range must be pointed to at its start, which is what mmap() gave,
 * and is not searched for more pointers. */
#define SMALL (1ULL << 20)

struct claimant {
	uint32_t nr;		/* words that point into the range; 0: none */
	uint32_t index;		/* mapping of the data that they are in */
};

struct search {
	struct native *n;
	const struct range_vec *unknown;
	struct claimant *best;	/* by range */
	uint32_t *now;		/* by range: words of the source that is being
				   searched */
	struct u32_vec touched;	/* ranges where `now` is not 0 */
	struct u32_vec found;	/* ranges that have a claimant */
	uint64_t words;		/* that may still be looked at */
};

/* The range that `addr` lies in, or nr. */
static size_t find(const struct range_vec *ranges, raddr addr)
{
	size_t i = RANGE_BEHIND(ranges, addr);

	return i < ranges->nr && ranges->v[i].start <= addr ? i : ranges->nr;
}

/* Count the words of [start, end) that point into the ranges. */
static void count_words(struct search *s, raddr start, raddr end)
{
	const struct range_vec *unknown = s->unknown;
	raddr low = unknown->v[0].start;
	raddr high = unknown->v[unknown->nr - 1].end;

	for (raddr at = start; at + 8 <= end && s->words; at += 8) {
		uint64_t word;
		size_t i;

		s->words--;
		if (!memory_u64(s->n->memory, at, &word) || word < low ||
		    word >= high)
			continue;
		i = find(unknown, word);
		if (i == unknown->nr ||
		    (word != unknown->v[i].start &&
		     unknown->v[i].end - unknown->v[i].start > SMALL))
			continue;
		if (!s->now[i]++)
			u32_vec_push(&s->touched, (uint32_t)i);
	}
}

/* The data at `index` has pointed to what is counted in s->now. */
static void take_count(struct search *s, uint32_t index)
{
	for (size_t i = 0; i < s->touched.nr; i++) {
		uint32_t range = s->touched.v[i];
		struct claimant *best = &s->best[range];

		if (!best->nr)
			u32_vec_push(&s->found, range);
		if (s->now[range] > best->nr)
			*best = (struct claimant){ s->now[range], index };
		s->now[range] = 0;
	}
	s->touched.nr = 0;
}

/* The thread-local storage of the program's own libraries is ld.so's: it lies
 * around the main thread's thread pointer, and everybody points to it. */
static void claim_tls(struct search *s, uint32_t index)
{
	const struct thread_vec *threads = &s->n->target->threads;
	size_t i = s->unknown->nr;

	if (threads->nr)
		i = find(s->unknown, threads->v[0].fs_base);
	if (i == s->unknown->nr)
		return;
	if (!s->best[i].nr)
		u32_vec_push(&s->found, (uint32_t)i);
	s->best[i] = (struct claimant){ UINT32_MAX, index };
}

static void search_libraries(struct search *s)
{
	const struct region_vec *regions = &s->n->regions;

	for (size_t i = 0; i < regions->nr; i++) {
		const struct region *r = &regions->v[i];

		if (r->kind != REGION_FILE)
			continue;
		if (native_is_linker(s->n->target->mappings.v[r->index].path))
			claim_tls(s, r->index);
		count_words(s, r->start, r->end);
		take_count(s, r->index);
	}
}

/* Claim what has a claimant, and what it points to in turn. */
static void claim_found(struct search *s)
{
	for (size_t i = 0; i < s->found.nr; i++) {
		uint32_t range = s->found.v[i];
		struct range r = s->unknown->v[range];
		uint32_t index = s->best[range].index;

		native_claim(s->n, r.start, r.end, REGION_FILE, index);
		log_detail("memory: 0x%" PRIx64 "-0x%" PRIx64 " is taken for "
			   "%s's, whose data points to it", r.start, r.end,
			   s->n->target->mappings.v[index].path);
		if (r.end - r.start > SMALL)
			continue;
		count_words(s, r.start, r.end);
		take_count(s, index);
	}
}

static void search_release(struct search *s)
{
	free(s->best);
	free(s->now);
	u32_vec_release(&s->touched);
	u32_vec_release(&s->found);
}

void pointed_claim(struct native *n, const struct range_vec *unknown)
{
	CLEANUP(search_release) struct search s = {
		.n = n,
		.unknown = unknown,
		.words = MAX_WORDS,
	};

	if (!unknown->nr)
		return;
	s.best = xcalloc(unknown->nr, sizeof(*s.best));
	s.now = xcalloc(unknown->nr, sizeof(*s.now));
	search_libraries(&s);
	claim_found(&s);
}
