/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compressors own, in fake CPythons.
 */
#include <check.h>

#include "owners.h"
#include "suite.h"

/* An object whose stream, with its pointer to the state `in_stream` bytes
 * behind its start, is known to the state. */
static raddr stream(const char *type, uint32_t offset, uint32_t in_stream,
		    raddr state)
{
	raddr obj = instance(type);

	fake_put(&f, obj, offset, state);
	fake_put(&f, state, 0, obj + offset - in_stream);
	return obj;
}

/* A state that does not look like one that is known. */
static void expect_unknown(raddr obj, raddr state)
{
	expect(state, 0, RAW_STATE, 0);
	expect_of(obj, true);
}

static raddr deflate_state(const raddr tables[4], uint32_t mask)
{
	raddr state = fake_block(&f, 128);

	fake_put32(&f, state, 8, 113);
	fake_put(&f, state, 16, tables[0]);
	fake_put32(&f, state, 80, 32768);
	fake_put32(&f, state, 84, 15);
	fake_put32(&f, state, 88, mask);
	fake_put(&f, state, 96, tables[1]);
	fake_put(&f, state, 112, tables[2]);
	fake_put(&f, state, 120, tables[3]);
	return state;
}

START_TEST(tables_of_deflate)
{
	raddr obj, state, tables[4];
	uint32_t offset;

	fake_init(&f, fake_rows[_i]);
	offset = f.py.layout.zlib_state;
	for (int i = 0; i < 4; i++)
		tables[i] = fake_block(&f, 64);
	state = deflate_state(tables, 32767);
	obj = stream("zlib.Compress", offset, 56, state);
	expect(tables[0], 0, RAW_BUFFER, RAW_LEAF);
	expect(tables[1], 0, RAW_BUFFER, RAW_LEAF);
	expect(tables[2], 0, RAW_TABLE, RAW_LEAF);
	expect(tables[3], 0, RAW_TABLE, RAW_LEAF);
	expect(state, 0, RAW_STATE, RAW_REFERENCES);
	expect_of(obj, true);
	/* Another library's state. */
	state = deflate_state(tables, 32768);
	expect_unknown(stream("zlib.Compress", offset, 56, state), state);
	/* It does not point back. */
	state = deflate_state(tables, 32767);
	expect_unknown(stream("zlib.Compress", offset, 64, state), state);
	check_all();
}
END_TEST

static raddr inflate_state(raddr window, uint32_t mode)
{
	raddr state = fake_block(&f, 80);

	fake_put32(&f, state, 8, mode);
	fake_put32(&f, state, 56, 15);
	fake_put32(&f, state, 60, 32768);
	fake_put(&f, state, 72, window);
	return state;
}

static void expect_inflate(const char *type, uint32_t offset, raddr window)
{
	raddr state = inflate_state(window, 16191);
	raddr obj = stream(type, offset, 56, state);

	expect(window, 0, RAW_BUFFER, RAW_LEAF);
	expect(state, 0, RAW_STATE, RAW_REFERENCES);
	expect_of(obj, true);
	/* There is no such mode. */
	state = inflate_state(window, 16179);
	expect_unknown(stream(type, offset, 56, state), state);
}

START_TEST(the_window_of_inflate)
{
	const struct layout *l = &f.py.layout;
	raddr window;

	fake_init(&f, fake_rows[_i]);
	window = fake_block(&f, 64);
	expect_inflate("zlib.Decompress", l->zlib_state, window);
	if (has(l->zlibreader_state))
		expect_inflate("zlib._ZlibDecompressor", l->zlibreader_state,
			       window);
	check_all();
}
END_TEST

static raddr bz2_encoder(const raddr arrays[3], raddr block)
{
	raddr state = fake_block(&f, 96);

	fake_put32(&f, state, 8, 2);
	for (uint32_t i = 0; i < 3; i++)
		fake_put(&f, state, 24 + 8 * i, arrays[i]);
	fake_put(&f, state, 56, arrays[0]);
	fake_put(&f, state, 64, block);
	fake_put(&f, state, 72, arrays[0]);
	return state;
}

static raddr bz2_decoder(raddr array, raddr small)
{
	raddr state = fake_block(&f, 3176);

	fake_put32(&f, state, 8, 14);
	fake_put(&f, state, 3152, array);
	fake_put(&f, state, 3160, small);
	return state;
}

START_TEST(arrays_of_bz2)
{
	const char *const c = "_bz2.BZ2Compressor";
	const char *const d = "_bz2.BZ2Decompressor";
	const struct layout *l = &f.py.layout;
	raddr obj, state, arrays[3];

	fake_init(&f, fake_rows[_i]);
	for (int i = 0; i < 3; i++)
		arrays[i] = fake_block(&f, 64);
	state = bz2_encoder(arrays, arrays[1]);
	obj = stream(c, l->bz2compressor_state, 48, state);
	expect(arrays[0], 0, RAW_BUFFER, RAW_LEAF);
	expect(arrays[1], 0, RAW_BUFFER, RAW_LEAF);
	expect(arrays[2], 0, RAW_TABLE, RAW_LEAF);
	expect(state, 0, RAW_STATE, RAW_REFERENCES);
	expect_of(obj, true);
	state = bz2_encoder(arrays, arrays[0]);
	expect_unknown(stream(c, l->bz2compressor_state, 48, state), state);

	state = bz2_decoder(arrays[0], 0);
	obj = stream(d, l->bz2decompressor_state, 48, state);
	expect(arrays[0], 0, RAW_STATE, RAW_LEAF);
	expect(state, 0, RAW_STATE, RAW_REFERENCES);
	expect_of(obj, true);
	state = bz2_decoder(arrays[0], arrays[0]);
	expect_unknown(stream(d, l->bz2decompressor_state, 48, state), state);
	check_all();
}
END_TEST

const char suite_name[] = "raw_compress";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, tables_of_deflate, 0, fake_nr_rows);
	tcase_add_loop_test(tc, the_window_of_inflate, 0, fake_nr_rows);
	tcase_add_loop_test(tc, arrays_of_bz2, 0, fake_nr_rows);
}
