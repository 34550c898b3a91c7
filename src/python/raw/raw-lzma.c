/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compressors and decompressors of liblzma own: structs that lead to one
 * another, and large blocks of which little was ever written.  Nothing in the
 * large ones is to be taken for a pointer, and what else has an old pointer to
 * one does not own it.
 *
 * The structs are private to liblzma and differ between its versions, but each
 * coder is told by the functions beside the pointer to it, in 5.2, 5.4 and 5.8.
 * What is not found in the first words of a struct is left to the search for
 * pointers; it is small.
 */
#include "python/raw/raw-read.h"
#include "python/refs/refs.h"
#include "python/state/words.h"
#include "python/types/types.h"

#define WORDS 18		/* that are looked at: each struct has more */
#define MOST_CODERS 32		/* a chain has up to 4 filters */

/* common/common.h: lzma_next_coder; a pointer, a number, functions.  It is the
 * first member, or the second one behind a word. */
#define MOST_NEXT 1
#define NEXT_INIT 2
#define NEXT_CODE 3

/* lz/lz_encoder.c: lzma_coder is a lzma_lz_encoder with up to 4 functions, then
 * a lzma_mf (lz/lz_encoder.h), which has `find` between these words. */
#define LEAST_FIND 9
#define MOST_FIND 13
#define FIND_BUFFER 6		/* words before it: the window */
#define FIND_HASH 2		/* words behind it */
#define FIND_SON 3

/* lz/lz_decoder.c: lzma_coder is a lzma_dict, which begins with the window,
 * then between these words a lzma_lz_decoder. */
#define LEAST_LZ 5
#define MOST_LZ 12

/* lzma/lzma2_encoder.c, lzma/lzma2_decoder.c: the coder of LZMA1 that LZMA2
 * uses.  A coder of LZMA1 has a number there. */
#define LZMA2_LZMA1 1

struct lzma {
	struct raw_reader *r;
	uint64_t words[WORDS];	/* of the struct that is looked at */
	raddr coders[MOST_CODERS];
	unsigned int nr;
};

static bool is_function(struct lzma *z, unsigned int i)
{
	return z->words[i] && types_is_code(z->r->py, z->words[i]);
}

static bool is_data(struct lzma *z, uint64_t word)
{
	return word && word % 8 == 0 && memory_find(z->r->py->memory, word) &&
	       !types_is_code(z->r->py, word);
}

static void add_leaf(struct lzma *z, uint64_t word, enum raw_field field)
{
	if (is_data(z, word))
		raw_add(z->r, word, 0, field, RAW_LEAF);
}

static void add_coder(struct lzma *z, raddr coder)
{
	for (unsigned int i = 0; i < z->nr; i++)
		if (z->coders[i] == coder)
			return;
	if (z->nr == MOST_CODERS)
		return;
	z->coders[z->nr++] = coder;
	raw_add(z->r, coder, 0, RAW_STATE, 0);
}

/* What codes for a lzma_lz_encoder or a lzma_lz_decoder. */
static void add_lz(struct lzma *z, raddr coder)
{
	add_leaf(z, coder, RAW_STATE);
	add_leaf(z, word_at(z->r->py, coder, 8 * LZMA2_LZMA1), RAW_STATE);
}

static void add_encoder(struct lzma *z)
{
	for (unsigned int i = LEAST_FIND; i <= MOST_FIND; i++) {
		if (!is_function(z, i) || !is_function(z, i + 1))
			continue;
		add_lz(z, z->words[0]);
		add_leaf(z, z->words[i - FIND_BUFFER], RAW_BUFFER);
		add_leaf(z, z->words[i + FIND_HASH], RAW_TABLE);
		add_leaf(z, z->words[i + FIND_SON], RAW_TABLE);
		return;
	}
}

static void add_decoder(struct lzma *z)
{
	for (unsigned int i = LEAST_LZ; i <= MOST_LZ; i++) {
		if (!is_function(z, i + 1) || !is_data(z, z->words[i]))
			continue;
		add_leaf(z, z->words[0], RAW_BUFFER);
		add_lz(z, z->words[i]);
		return;
	}
}

/* The next coder, if the struct leads to one. */
static void add_next(struct lzma *z)
{
	for (unsigned int i = 0; i <= MOST_NEXT; i++)
		if (is_function(z, i + NEXT_CODE) &&
		    is_function(z, i + NEXT_INIT) && !is_function(z, i + 1) &&
		    is_data(z, z->words[i]))
			add_coder(z, z->words[i]);
}

static void read_coder(struct lzma *z, raddr coder)
{
	for (unsigned int i = 0; i < WORDS; i++)
		z->words[i] = word_at(z->r->py, coder, 8 * i);
	if (is_data(z, z->words[0])) {
		if (is_function(z, 1))
			add_encoder(z);
		else if (!is_function(z, NEXT_CODE))
			add_decoder(z);
	}
	add_next(z);
}

/* Modules/_lzmamodule.c: lzma_stream.internal is the first of the structs. */
static bool read_lzma(struct raw_reader *r, uint32_t offset, const char *type)
{
	struct lzma z = { .r = r };
	raddr internal = raw_word(r, offset);

	if (internal)
		add_coder(&z, internal);
	for (unsigned int i = 0; i < z.nr && refs_claim(r->py, WORDS); i++)
		read_coder(&z, z.coders[i]);
	raw_members_read(r, raw_members_find(type));
	return true;
}

bool raw_read_lzma_compressor(struct raw_reader *r)
{
	return read_lzma(r, r->py->layout.lzmacompressor_state,
			 "_lzma.LZMACompressor");
}

bool raw_read_lzma_decompressor(struct raw_reader *r)
{
	return read_lzma(r, r->py->layout.lzmadecompressor_state,
			 "_lzma.LZMADecompressor");
}
