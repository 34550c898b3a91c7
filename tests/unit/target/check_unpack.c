/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "forge.h"
#include "target/core/unpack.h"
#include "suite.h"

#define LEN 20000
#define PACKED_MAX (2 * LEN)

static uint8_t core[LEN];

/* An ELF file that does not pack well, with zeros in its midst. */
static void make_core(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < LEN; i++) {
		x = x * 1103515245 + 12345;
		core[i] = i > 4096 && i < 16384 ? 0 : (uint8_t)(x >> 16);
	}
	memcpy(core, "\177ELF", 4);
}

/* --- the other way --- */

static size_t pack_zstd(const uint8_t *p, size_t len, uint8_t *to)
{
	return ZSTD_compress(to, PACKED_MAX, p, len, 1);
}

static size_t pack_lz4(const uint8_t *p, size_t len, uint8_t *to)
{
	return LZ4F_compressFrame(to, PACKED_MAX, p, len, NULL);
}

static size_t pack_xz(const uint8_t *p, size_t len, uint8_t *to)
{
	size_t at = 0;

	ck_assert_int_eq(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, p,
						 len, to, &at, PACKED_MAX),
			 LZMA_OK);
	return at;
}

static size_t pack_gzip(const uint8_t *p, size_t len, uint8_t *to)
{
	CLEANUP(freep) uint8_t *copy = xmalloc(len);
	z_stream z = { .next_in = copy, .avail_in = (unsigned int)len,
		       .next_out = to, .avail_out = PACKED_MAX };

	memcpy(copy, p, len);
	ck_assert_int_eq(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static const struct {
	const char *name;
	size_t (*pack)(const uint8_t *p, size_t len, uint8_t *to);
} formats[] = {
	{ "zstd", pack_zstd },
	{ "lz4", pack_lz4 },
	{ "xz", pack_xz },
	{ "gzip", pack_gzip },
};

/* --- unpack() --- */

/* What came out, mapped; 0 bytes: it was refused. */
struct unpacked {
	const uint8_t *bytes;
	size_t len;
	int64_t blocks;
	bool damaged;
};

static struct unpacked unpack_bytes(const uint8_t *packed, size_t len)
{
	int fd = forge_open(packed, len), out = -1;
	struct unpacked u = { 0 };
	struct error *err;
	struct stat st;
	void *p;

	if (!unpack_format(fd)) {
		close(fd);
		return u;
	}
	err = unpack(fd, "name", &out, &u.damaged);
	close(fd);
	if (err) {
		ck_assert_msg(strstr(err->message, "but not of a core"), "%s",
			      err->message);
		error_free(err);
		return u;
	}
	ck_assert_int_eq(fstat(out, &st), 0);
	ck_assert_int_eq(st.st_nlink, 0);
	u.len = (size_t)st.st_size;
	u.blocks = st.st_blocks;
	p = mmap(NULL, u.len, PROT_READ, MAP_PRIVATE, out, 0);
	ck_assert_ptr_ne(p, MAP_FAILED);
	u.bytes = p;
	close(out);
	return u;
}

static void forget(struct unpacked *u)
{
	if (u->bytes)
		munmap((void *)(uintptr_t)u->bytes, u->len);
}

static void expect_core(const uint8_t *packed, size_t len, bool damaged)
{
	struct unpacked u = unpack_bytes(packed, len);

	ck_assert_uint_eq(u.len, LEN);
	ck_assert_int_eq(memcmp(u.bytes, core, LEN), 0);
	ck_assert_int_eq(u.damaged, damaged);
	forget(&u);
}

START_TEST(unpack_gives_what_was_packed)
{
	uint8_t packed[PACKED_MAX];

	expect_core(packed, formats[_i].pack(core, LEN, packed), false);
}
END_TEST

START_TEST(unpack_takes_many_frames)
{
	uint8_t packed[2 * PACKED_MAX];
	size_t len = 0, at = 0;

	for (; at < LEN; at += 5000)
		len += formats[_i].pack(core + at, MIN(5000, LEN - at),
					packed + len);
	expect_core(packed, len, false);
	/* One of nothing is none the less one. */
	len += formats[_i].pack(core, 0, packed + len);
	expect_core(packed, len, false);
}
END_TEST

START_TEST(unpack_passes_over_skipped_frames)
{
	static const uint8_t skipped[] = { 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0,
					   1, 2, 3, 4 };
	uint8_t packed[PACKED_MAX + 2 * sizeof(skipped)];
	size_t len;

	memcpy(packed, skipped, sizeof(skipped));
	memcpy(packed + sizeof(skipped), skipped, sizeof(skipped));
	len = 2 * sizeof(skipped);
	len += formats[_i].pack(core, LEN, packed + len);
	expect_core(packed, len, false);
}
END_TEST

START_TEST(unpack_bears_every_cut)
{
	uint8_t packed[PACKED_MAX];
	size_t whole = formats[_i].pack(core, LEN, packed), step = 1;

	for (size_t len = 0; len < whole; len += step) {
		struct unpacked u = unpack_bytes(packed, len);

		ck_assert_uint_le(u.len, LEN);
		/* libzstd may give all before it has seen the checksum. */
		ck_assert_msg(!u.len || u.damaged, "%zu of %zu", len, whole);
		if (u.len)
			ck_assert_int_eq(memcmp(u.bytes, core, u.len), 0);
		forget(&u);
		step = len > 100 && len + 100 < whole ? 37 : 1;
	}
}
END_TEST

START_TEST(unpack_bears_other_bytes)
{
	uint8_t packed[PACKED_MAX];
	size_t len = formats[_i].pack(core, LEN, packed);

	for (size_t i = 0; i < len; i += i < 100 ? 1 : 61) {
		uint8_t was = packed[i];

		for (unsigned int x = 1; x < 256; x += 50) {
			struct unpacked u;

			packed[i] = (uint8_t)(was ^ x);
			u = unpack_bytes(packed, len);
			forget(&u);
		}
		packed[i] = was;
	}
}
END_TEST

/* All was there before what is no frame: it is said, and taken. */
START_TEST(unpack_tells_of_what_follows)
{
	uint8_t packed[PACKED_MAX];
	size_t len = formats[_i].pack(core, LEN, packed);

	memcpy(packed + len, "more than that", 14);
	expect_core(packed, len + 14, true);
}
END_TEST

START_TEST(unpack_writes_no_zeros)
{
	static uint8_t large[1 << 20], packed[1 << 20];
	struct unpacked u;
	size_t len;

	memcpy(large, core, 4096);
	len = ZSTD_compress(packed, sizeof(packed), large, sizeof(large), 1);
	u = unpack_bytes(packed, len);
	ck_assert_uint_eq(u.len, sizeof(large));
	ck_assert_int_eq(memcmp(u.bytes, large, u.len), 0);
	ck_assert_int_lt(u.blocks * 512, 65536);
	forget(&u);
}
END_TEST

START_TEST(unpack_needs_a_place)
{
	uint8_t packed[PACKED_MAX];
	size_t len = pack_zstd(core, LEN, packed);
	int fd = forge_open(packed, len), out;
	struct error *err;
	bool damaged;

	setenv("TMPDIR", "/proc/nothing", 1);
	err = unpack(fd, "name", &out, &damaged);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	ck_assert_ptr_nonnull(strstr(err->message, "TMPDIR"));
	error_free(err);
	close(fd);
	unsetenv("TMPDIR");
}
END_TEST

const char suite_name[] = "unpack";

void suite_add_tests(TCase *tc)
{
	int nr = ARRAY_SIZE(formats);

	make_core();
	tcase_add_loop_test(tc, unpack_gives_what_was_packed, 0, nr);
	tcase_add_loop_test(tc, unpack_takes_many_frames, 0, nr);
	/* zstd and lz4 alone have these. */
	tcase_add_loop_test(tc, unpack_passes_over_skipped_frames, 0, 2);
	tcase_add_loop_test(tc, unpack_bears_every_cut, 0, nr);
	tcase_add_loop_test(tc, unpack_bears_other_bytes, 0, nr);
	tcase_add_loop_test(tc, unpack_tells_of_what_follows, 0, nr);
	tcase_add_test(tc, unpack_writes_no_zeros);
	tcase_add_test(tc, unpack_needs_a_place);
}
