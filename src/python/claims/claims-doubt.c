/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "python/claims/claims-doubt.h"
#include "python/claims/claims-fields.h"

#define SIZES (DOUBT_SMALL / 8 + 1)
/* So many blocks of a size are enough. */
#define SAMPLE 512

/* What is counted for the words of the blocks of one size. */
struct counts {
	uint32_t nr;		/* blocks of that size */
	uint32_t seen;
	struct claims_field words[DOUBT_SMALL / 8];
};

static struct counts *counts_of(struct claims *c, struct counts *all,
				unsigned int known, uint32_t node)
{
	uint64_t size = claims_block(c, node).size;

	return size > DOUBT_SMALL || c->flags[node] & known ? NULL :
							      &all[size / 8];
}

static void count_block(struct claims *c, struct counts *s, uint32_t node)
{
	const struct block b = claims_block(c, node);
	uint32_t own = blocks_find(&c->native->blocks, b.start);
	const uint8_t *p = memory_at(c->py->memory, b.start, b.size);

	for (uint64_t i = 0; p && i < b.size / 8; i++) {
		uint64_t word = get_u64(p + i * 8);

		if (!word)
			continue;
		s->words[i].set++;
		s->words[i].alive += claims_fields_alive(c, word, own);
	}
}

static void decide(const struct counts *all, struct claims_doubt *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned int s = 0; s < SIZES; s++)
		for (unsigned int i = 0; i < s; i++)
			if (claims_fields_no_pointer(&all[s].words[i]))
				ret->bits[s][i / 64] |= UINT64_C(1) << i % 64;
}

void claims_doubt_count(struct claims *c, unsigned int known,
			struct claims_doubt *ret)
{
	CLEANUP(freep) struct counts *all = xcalloc(SIZES, sizeof(*all));
	struct counts *s;

	for (uint32_t n = 0; n < c->owners.nr; n++)
		if ((s = counts_of(c, all, known, n)))
			s->nr++;
	for (uint32_t n = 0; n < c->owners.nr; n++) {
		s = counts_of(c, all, known, n);
		if (s && s->seen++ % (s->nr / SAMPLE + 1) == 0)
			count_block(c, s, n);
	}
	decide(all, ret);
}

uint32_t claims_doubt_set(struct claims *c, raddr start, raddr end)
{
	uint32_t set = 0;

	start = (start + 7) & ~UINT64_C(7);
	for (raddr at = start; at + 8 <= end; at += 8) {
		uint64_t word;

		if (!memory_u64(c->py->memory, at, &word))
			break;
		set += word != 0;
	}
	return set;
}
