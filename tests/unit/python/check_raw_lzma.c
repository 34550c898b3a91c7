/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compressors of liblzma own, in fake CPythons: structs as liblzma 5.4
 * has them, and those that are none.
 */
#include <check.h>

#include "owners.h"
#include "suite.h"

/* A struct, or the beginning of a large block. */
static raddr block(void)
{
	return fake_block(&f, 192);
}

/* lzma_next_coder at that word of `from`. */
static void next_coder(raddr from, uint32_t word, raddr coder)
{
	fake_put(&f, from, 8 * word, coder);
	fake_put(&f, from, 8 * word + 8, UINT64_MAX);
	for (uint32_t i = 2; i <= 4; i++)
		fake_put(&f, from, 8 * (word + i), fake_function(&f));
}

/* internal, a stream's coder, a block's coder, and `last`. */
static void expect_chain(raddr internal, raddr last)
{
	raddr stream = block(), of_block = block();

	next_coder(internal, 0, stream);
	next_coder(stream, 1, of_block);
	next_coder(of_block, 0, last);
	expect(internal, 0, RAW_STATE, 0);
	expect(stream, 0, RAW_STATE, 0);
	expect(of_block, 0, RAW_STATE, 0);
	expect(last, 0, RAW_STATE, 0);
}

static raddr compressor(raddr internal)
{
	raddr obj = instance("_lzma.LZMACompressor");

	fake_put(&f, obj, f.py.layout.lzmacompressor_state, internal);
	return obj;
}

static raddr decompressor(raddr internal)
{
	raddr obj = instance("_lzma.LZMADecompressor");

	fake_put(&f, obj, f.py.layout.lzmadecompressor_state, internal);
	return obj;
}

enum { LZMA2, LZMA1, WINDOW, HASH, SON, NR_LARGE };

/* The last coder of a compressor with `find` at that word. */
static raddr encoder(const raddr large[NR_LARGE], uint32_t find)
{
	raddr coder = block();

	fake_put(&f, coder, 0, large[LZMA2]);
	for (uint32_t i = 1; i <= 3; i++)
		fake_put(&f, coder, 8 * i, fake_function(&f));
	fake_put(&f, coder, 8 * (find - 6), large[WINDOW]);
	fake_put(&f, coder, 8 * find, fake_function(&f));
	fake_put(&f, coder, 8 * (find + 1), fake_function(&f));
	fake_put(&f, coder, 8 * (find + 2), large[HASH]);
	fake_put(&f, coder, 8 * (find + 3), large[SON]);
	return coder;
}

static void expect_leaf(raddr address, enum raw_field field)
{
	expect(address, 0, field, RAW_LEAF);
}

/* LZMA1 alone has a number where LZMA2 has a pointer to its coder of LZMA1. */
static void expect_encoder(uint32_t find, bool is_alone)
{
	raddr internal = block(), large[NR_LARGE];

	for (int i = 0; i < NR_LARGE; i++)
		large[i] = block();
	fake_put(&f, large[LZMA2], 8, is_alone ? 1 : large[LZMA1]);
	/* What was there before is not looked at. */
	fake_put(&f, large[LZMA2], 16, large[SON]);
	fake_put(&f, large[WINDOW], 0, large[SON]);
	expect_chain(internal, encoder(large, find));
	expect_leaf(large[LZMA2], RAW_STATE);
	if (!is_alone)
		expect_leaf(large[LZMA1], RAW_STATE);
	expect_leaf(large[WINDOW], RAW_BUFFER);
	expect_leaf(large[HASH], RAW_TABLE);
	expect_leaf(large[SON], RAW_TABLE);
	expect_of(compressor(internal), true);
}

START_TEST(large_blocks_of_a_compressor)
{
	fake_init(&f, fake_rows[_i]);
	expect_encoder(11, false);
	/* liblzma 5.2 has one function less. */
	expect_encoder(10, false);
	expect_encoder(11, true);
	check_all();
}
END_TEST

START_TEST(the_window_of_a_decompressor)
{
	raddr internal, coder, lz, lzma1, window;

	fake_init(&f, fake_rows[_i]);
	internal = block();
	coder = block();
	lz = block();
	lzma1 = block();
	window = block();
	fake_put(&f, coder, 0, window);
	fake_put(&f, coder, 8, 4096);
	fake_put(&f, coder, 48, lz);
	fake_put(&f, coder, 56, fake_function(&f));
	fake_put(&f, coder, 80, fake_function(&f));
	fake_put(&f, lz, 8, lzma1);
	expect_chain(internal, coder);
	expect_leaf(window, RAW_BUFFER);
	expect_leaf(lz, RAW_STATE);
	expect_leaf(lzma1, RAW_STATE);
	expect_of(decompressor(internal), true);
	check_all();
}
END_TEST

/* Words beside which there are no functions lead nowhere, and what leads to
 * itself is visited once. */
START_TEST(other_words_and_circles)
{
	raddr internal, coder, other;

	fake_init(&f, fake_rows[_i]);
	internal = block();
	coder = block();
	other = block();
	next_coder(internal, 0, coder);
	next_coder(coder, 1, internal);
	fake_put(&f, coder, 0, other);
	fake_put(&f, coder, 64, other);
	/* A third place, where none has its next coder. */
	next_coder(coder, 10, other);
	expect(internal, 0, RAW_STATE, 0);
	expect(coder, 0, RAW_STATE, 0);
	expect_of(compressor(internal), true);
	expect_of(compressor(0), true);

	internal = block();
	coder = block();
	next_coder(internal, 0, coder);
	/* No decoder begins with a lzma_next_coder. */
	fake_put(&f, internal, 56, other);
	fake_put(&f, internal, 64, fake_function(&f));
	fake_put(&f, coder, 0, other);
	fake_put(&f, coder, 16, fake_function(&f));
	expect(internal, 0, RAW_STATE, 0);
	expect(coder, 0, RAW_STATE, 0);
	expect_of(compressor(internal), true);
	check_all();
}
END_TEST

/* Many compressors may all claim the same coders. */
START_TEST(words_are_claimed)
{
	raddr internal, coder, stream;

	fake_init(&f, fake_rows[_i]);
	internal = block();
	stream = block();
	coder = block();
	next_coder(internal, 0, stream);
	next_coder(stream, 0, coder);
	expect(internal, 0, RAW_STATE, 0);
	expect(stream, 0, RAW_STATE, 0);
	expect_of(compressor(internal), true);
	check_each(30);
	check_done();
}
END_TEST

const char suite_name[] = "raw_lzma";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, large_blocks_of_a_compressor, 0, fake_nr_rows);
	tcase_add_loop_test(tc, the_window_of_a_decompressor, 0, fake_nr_rows);
	tcase_add_loop_test(tc, other_words_and_circles, 0, fake_nr_rows);
	tcase_add_loop_test(tc, words_are_claimed, 0, fake_nr_rows);
}
