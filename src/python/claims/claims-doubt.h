/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-doubt.h - which words of raw blocks need not be
 * pointers.
 *
 * Nobody knows the type of a raw block.  A word in it may be a number, or what
 * was there before the block was given out: malloc() does not clear memory, and
 * programs don't write all of it.  Such words look like pointers to whatever is
 * at that address today.
 *
 *  - Small blocks of one size are mostly of few C structs.  A word that holds
 *    something else than a pointer in more than every tenth of them is doubtful
 *    in all of them (claims-fields.h has that rule for types).
 *  - In a large block the first words are taken for members of a struct.  The
 *    rest is a buffer or a table: a page of it in which most words are no
 *    pointers has none that is sure.  A table may lead to what is inside of
 *    blocks, but then as far behind the start of each (sqlite's pages have
 *    their heads at the end); what is left of others leads anywhere.
 *
 * A doubtful word is not ignored.  In a small block it counts less than others
 * if it leads to the start of a block, as several structs may have that size.
 * All other doubtful words count where nothing else has led (native/owners.h).
 */
#ifndef PYTHON_CLAIMS_CLAIMS_DOUBT_H
#define PYTHON_CLAIMS_CLAIMS_DOUBT_H

#include "python/claims/claims-data.h"

/* Blocks of more bytes are large. */
#define DOUBT_SMALL 1024
/* The first bytes of a large block. */
#define DOUBT_HEAD 256

/* By size of a small block, in words: a bit for each of its words. */
struct claims_doubt {
	uint64_t bits[DOUBT_SMALL / 8 + 1][DOUBT_SMALL / 8 / 64];
};

/* Look at a sample of the small blocks whose flags have none of `known`. */
void claims_doubt_count(struct claims *c, unsigned int known,
			struct claims_doubt *ret);

/* Is the word `offset` bytes behind the start of a small block doubtful?  Of a
 * block that is not small: no. */
static inline bool claims_doubt_small(const struct claims_doubt *d,
				      uint64_t size, uint64_t offset)
{
	return size <= DOUBT_SMALL &&
	       d->bits[size / 8][offset / 512] >> offset / 8 % 64 & 1;
}

/* How many words of [start, end), which has at most a page, are not 0. */
uint32_t claims_doubt_set(struct claims *c, raddr start, raddr end);

/* Of the words of a page `set` are not 0, and of these `alive` point to blocks:
 * are they doubtful? */
static inline bool claims_doubt_sparse(uint32_t set, uint32_t alive)
{
	return alive * UINT64_C(2) < set;
}

#endif
