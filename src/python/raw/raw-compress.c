/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compressors of zlib and bz2 own.  These libraries take hundreds of
 * kilobytes from malloc() and write little of it, so that most of it holds what
 * was there before: nothing in it is to be taken for a pointer.
 *
 * The structs are private to the libraries, but their first members have been
 * the same for many years.  A state is read only if it looks like such a struct
 * in every part that is known.  One of another library with the same API, such
 * as zlib-ng, is left to the search for pointers.
 */
#include "python/raw/raw-read.h"
#include "python/state/words.h"

/* zlib.h: z_stream.state.  bzlib.h: bz_stream.state. */
#define ZLIB_STATE 56
#define BZ2_STATE 48

/* deflate.h of zlib 1.2.0 to 1.3.1: deflate_state */
#define DEFLATE_STATUS 8
#define DEFLATE_PENDING_BUF 16
#define DEFLATE_W_SIZE 80
#define DEFLATE_W_BITS 84
#define DEFLATE_W_MASK 88
#define DEFLATE_WINDOW 96
#define DEFLATE_PREV 112
#define DEFLATE_HEAD 120
#define DEFLATE_LEAST_STATUS 42		/* INIT_STATE */
#define DEFLATE_MOST_STATUS 666		/* FINISH_STATE */

/* inflate.h of zlib 1.2.11 to 1.3.1: struct inflate_state */
#define INFLATE_MODE 8
#define INFLATE_WBITS 56
#define INFLATE_WSIZE 60
#define INFLATE_WINDOW 72
#define INFLATE_FIRST_MODE 16180	/* HEAD */
#define INFLATE_LAST_MODE 16211		/* SYNC */
#define MOST_WBITS 15

/* bzlib_private.h of bzip2 1.0: EState */
#define EBZ2_MODE 8
#define EBZ2_ARR1 24
#define EBZ2_ARR2 32
#define EBZ2_FTAB 40
#define EBZ2_PTR 56
#define EBZ2_BLOCK 64
#define EBZ2_MTFV 72
#define EBZ2_LAST_MODE 4		/* BZ_M_FINISHING */

/* bzlib_private.h of bzip2 1.0: DState */
#define DBZ2_STATE 8
#define DBZ2_SMALL 44			/* CPython sets it to 0 */
#define DBZ2_TT 3152
#define DBZ2_LL16 3160
#define DBZ2_LL4 3168
#define DBZ2_LAST_STATE 50		/* BZ_X_CCRC_4 */

/* The state of a stream in the object whose pointer to it is at `offset` in the
 * object and at `in_stream` in the stream.  0: it does not point back. */
static raddr state_at(struct raw_reader *r, uint32_t offset, uint32_t in_stream)
{
	raddr state = raw_word(r, offset);
	raddr stream = r->obj + offset - in_stream;

	return state && word_at(r->py, state, 0) == stream ? state : 0;
}

static uint32_t u32_at(struct raw_reader *r, raddr state, uint32_t offset)
{
	return (uint32_t)int_at(r->py, state, offset);
}

static void add_table(struct raw_reader *r, raddr state, uint32_t offset)
{
	raw_add(r, word_at(r->py, state, offset), 0, RAW_TABLE, RAW_LEAF);
}

static void add_buffer(struct raw_reader *r, raddr state, uint32_t offset)
{
	raw_add(r, word_at(r->py, state, offset), 0, RAW_BUFFER, RAW_LEAF);
}

/* The state and, from raw-members.c, the rest of what the type has.  A state
 * that is not known is to be searched for pointers. */
static bool add_rest(struct raw_reader *r, uint32_t offset, bool known,
		     const char *type)
{
	raw_add_word(r, offset, RAW_STATE, known ? RAW_REFERENCES : 0);
	raw_members_read(r, raw_members_find(type));
	return true;
}

static bool is_deflate(struct raw_reader *r, raddr s)
{
	uint32_t status = u32_at(r, s, DEFLATE_STATUS);
	uint32_t bits = u32_at(r, s, DEFLATE_W_BITS);
	uint32_t size = u32_at(r, s, DEFLATE_W_SIZE);

	return s && status >= DEFLATE_LEAST_STATUS &&
	       status <= DEFLATE_MOST_STATUS && bits <= MOST_WBITS &&
	       size == UINT32_C(1) << bits &&
	       u32_at(r, s, DEFLATE_W_MASK) == size - 1;
}

bool raw_read_zlib_compress(struct raw_reader *r)
{
	uint32_t offset = r->py->layout.zlib_state;
	raddr s = state_at(r, offset, ZLIB_STATE);
	bool known = is_deflate(r, s);

	if (known) {
		add_buffer(r, s, DEFLATE_PENDING_BUF);
		add_buffer(r, s, DEFLATE_WINDOW);
		add_table(r, s, DEFLATE_PREV);
		add_table(r, s, DEFLATE_HEAD);
	}
	return add_rest(r, offset, known, "zlib.Compress");
}

static bool is_inflate(struct raw_reader *r, raddr s)
{
	uint32_t mode = u32_at(r, s, INFLATE_MODE);
	uint32_t bits = u32_at(r, s, INFLATE_WBITS);
	uint32_t size = u32_at(r, s, INFLATE_WSIZE);

	return s && mode >= INFLATE_FIRST_MODE && mode <= INFLATE_LAST_MODE &&
	       bits <= MOST_WBITS && (!size || size == UINT32_C(1) << bits);
}

static bool read_inflate(struct raw_reader *r, uint32_t offset,
			 const char *type)
{
	raddr s = state_at(r, offset, ZLIB_STATE);
	bool known = is_inflate(r, s);

	if (known)
		add_buffer(r, s, INFLATE_WINDOW);
	return add_rest(r, offset, known, type);
}

bool raw_read_zlib_decompress(struct raw_reader *r)
{
	return read_inflate(r, r->py->layout.zlib_state, "zlib.Decompress");
}

bool raw_read_zlib_reader(struct raw_reader *r)
{
	return read_inflate(r, r->py->layout.zlibreader_state,
			    "zlib._ZlibDecompressor");
}

static bool is_bz2_encoder(struct raw_reader *r, raddr s)
{
	uint32_t mode = u32_at(r, s, EBZ2_MODE);
	raddr first = word_at(r->py, s, EBZ2_ARR1);

	return s && mode && mode <= EBZ2_LAST_MODE && first &&
	       word_at(r->py, s, EBZ2_PTR) == first &&
	       word_at(r->py, s, EBZ2_MTFV) == first &&
	       word_at(r->py, s, EBZ2_BLOCK) == word_at(r->py, s, EBZ2_ARR2);
}

bool raw_read_bz2_compressor(struct raw_reader *r)
{
	uint32_t offset = r->py->layout.bz2compressor_state;
	raddr s = state_at(r, offset, BZ2_STATE);
	bool known = is_bz2_encoder(r, s);

	if (known) {
		add_buffer(r, s, EBZ2_ARR1);
		add_buffer(r, s, EBZ2_ARR2);
		add_table(r, s, EBZ2_FTAB);
	}
	return add_rest(r, offset, known, "_bz2.BZ2Compressor");
}

static bool is_bz2_decoder(struct raw_reader *r, raddr s)
{
	uint32_t state = u32_at(r, s, DBZ2_STATE);

	return s && state && state <= DBZ2_LAST_STATE &&
	       !byte_at(r->py, s, DBZ2_SMALL) &&
	       !word_at(r->py, s, DBZ2_LL16) && !word_at(r->py, s, DBZ2_LL4);
}

bool raw_read_bz2_decompressor(struct raw_reader *r)
{
	uint32_t offset = r->py->layout.bz2decompressor_state;
	raddr s = state_at(r, offset, BZ2_STATE);
	bool known = is_bz2_decoder(r, s);

	/* CPython gives no allocator here: the library takes malloc()'s. */
	if (known)
		raw_add(r, word_at(r->py, s, DBZ2_TT), 0, RAW_STATE, RAW_LEAF);
	return add_rest(r, offset, known, "_bz2.BZ2Decompressor");
}
