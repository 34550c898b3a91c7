/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "target/memory.h"
#include "target/range.h"
#include "suite.h"

#define PAGE 4096UL

/* `len` bytes 0, 1, 2 ... right before a page that can't be touched. */
static uint8_t *guarded(size_t len)
{
	uint8_t *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	ck_assert_int_eq(mprotect(p + PAGE, PAGE, PROT_NONE), 0);
	p += PAGE - len;
	for (size_t i = 0; i < len; i++)
		p[i] = i;
	return p;
}

static void add(struct memory *m, raddr start, uint64_t len)
{
	struct segment s = { .start = start, .end = start + len };

	s.bytes = guarded(len);
	s.prot = SEGMENT_READ;
	memory_add(m, &s);
}

static void sort(struct memory *m)
{
	struct error *err = memory_sort(m);

	ck_assert_ptr_null(err);
}

static void expect_fault(struct error *err)
{
	ck_assert_ptr_eq(err, &error_fault);
}

static bool narrow(struct memory *m, raddr start, raddr end,
		   struct range *ret)
{
	*ret = (struct range){ start, end };
	return range_narrow(ret, m);
}

START_TEST(a_range_is_narrowed_to_its_first_segment)
{
	struct memory m = MEMORY_INIT;
	struct range r;

	add(&m, 0x1000, 100);
	add(&m, 0x3000, 100);
	sort(&m);
	/* The whole of what a hostile core may claim. */
	ck_assert(narrow(&m, 0, UINT64_MAX, &r));
	ck_assert_uint_eq(r.start, 0x1000);
	ck_assert_uint_eq(r.end, 0x1000 + 100);
	ck_assert(narrow(&m, r.end, UINT64_MAX, &r));
	ck_assert_uint_eq(r.start, 0x3000);
	ck_assert_uint_eq(r.end, 0x3000 + 100);
	ck_assert(!narrow(&m, r.end, UINT64_MAX, &r));
	ck_assert(narrow(&m, 0x1010, 0x1020, &r));
	ck_assert_uint_eq(r.start, 0x1010);
	ck_assert_uint_eq(r.end, 0x1020);
	ck_assert(!narrow(&m, 0x1010, 0x1010, &r));
	ck_assert(!narrow(&m, 0x2000, 0x3000, &r));
	memory_release(&m);
}
END_TEST

START_TEST(memory_at_ends_where_the_segment_ends)
{
	struct memory m = MEMORY_INIT;

	add(&m, 0x1000, 100);
	sort(&m);
	ck_assert_ptr_nonnull(memory_at(&m, 0x1000, 100));
	ck_assert_ptr_null(memory_at(&m, 0x1000, 101));
	ck_assert_ptr_nonnull(memory_at(&m, 0x1000 + 99, 1));
	ck_assert_uint_eq(*memory_at(&m, 0x1000 + 99, 1), 99);
	ck_assert_ptr_null(memory_at(&m, 0x1000 + 100, 1));
	ck_assert_ptr_null(memory_at(&m, 0xfff, 1));
	ck_assert_ptr_null(memory_at(&m, 0x1000, UINT64_MAX));
	ck_assert_ptr_null(memory_at(&m, UINT64_MAX, 1));
	memory_release(&m);
}
END_TEST

START_TEST(memory_at_of_nothing_asks_whether_it_is_mapped)
{
	struct memory m = MEMORY_INIT;

	ck_assert_ptr_null(memory_at(&m, 0x1000, 0));
	add(&m, 0x1000, 100);
	sort(&m);
	ck_assert_ptr_nonnull(memory_at(&m, 0x1000, 0));
	ck_assert_ptr_nonnull(memory_at(&m, 0x1063, 0));
	ck_assert_ptr_null(memory_at(&m, 0x1064, 0));
	memory_release(&m);
}
END_TEST

START_TEST(memory_find_sees_every_segment)
{
	struct memory m = MEMORY_INIT;

	/* Added from the last to the first, with and without gaps. */
	for (int i = 99; i >= 0; i--)
		add(&m, 0x10000 + i * 64, i % 3 ? 64 : 32);
	sort(&m);
	ck_assert_uint_eq(m.nr_segments, 100);
	for (int i = 0; i < 100; i++) {
		const struct segment *s;

		s = memory_find(&m, 0x10000 + i * 64 + 31);
		ck_assert_ptr_nonnull(s);
		ck_assert_uint_eq(s->index, i);
		s = memory_find(&m, 0x10000 + i * 64 + 32);
		ck_assert(!s == !(i % 3));
	}
	memory_release(&m);
}
END_TEST

/* memory.recent has one place for all of them. */
START_TEST(memory_find_tells_addresses_with_the_same_bits_apart)
{
	const uint64_t step = UINT64_C(1) << 26;
	struct memory m = MEMORY_INIT;

	for (uint64_t i = 1; i <= 4; i++)
		add(&m, i * step + 0x1000, 100);
	sort(&m);
	for (uint64_t k = 0; k < 32; k++) {
		uint64_t i = k * 7 % 5;
		const struct segment *s = memory_find(&m, i * step + 0x1063);

		if (!i) {
			ck_assert_ptr_null(s);
			continue;
		}
		ck_assert_ptr_eq(s, &m.segments[i - 1]);
		ck_assert_ptr_eq(m.last, s);
		ck_assert_ptr_null(memory_find(&m, i * step + 0x1064));
	}
	memory_release(&m);
}
END_TEST

START_TEST(memory_read_crosses_segments_that_touch)
{
	struct memory m = MEMORY_INIT;
	uint8_t buf[40];

	add(&m, 0x1000, 20);
	add(&m, 0x1014, 20);
	add(&m, 0x1030, 8);
	sort(&m);
	ck_assert_ptr_null(memory_read(&m, 0x1000, buf, 40));
	ck_assert_uint_eq(buf[19], 19);
	ck_assert_uint_eq(buf[20], 0);
	ck_assert_uint_eq(buf[39], 19);
	ck_assert_ptr_null(memory_read(&m, 0, buf, 0));
	expect_fault(memory_read(&m, 0x1000, buf, 41));
	expect_fault(memory_read(&m, 0x1028, buf, 1));
	expect_fault(memory_read(&m, 0xfff, buf, 2));
	memory_release(&m);
}
END_TEST

START_TEST(memory_words_fault_at_the_edge)
{
	struct memory m = MEMORY_INIT;
	uint64_t x = 42;
	uint32_t y = 42;

	add(&m, 0x1000, 8);
	sort(&m);
	ck_assert(memory_u64(&m, 0x1000, &x));
	ck_assert_uint_eq(x, 0x0706050403020100);
	ck_assert(memory_u32(&m, 0x1004, &y));
	ck_assert_uint_eq(y, 0x07060504);
	ck_assert(!memory_u64(&m, 0x1001, &x));
	ck_assert(!memory_u32(&m, 0x1005, &y));
	ck_assert_uint_eq(x, 0x0706050403020100);
	memory_release(&m);
}
END_TEST

START_TEST(memory_has_array_survives_impossible_lengths)
{
	struct memory m = MEMORY_INIT;

	add(&m, 0x1000, 64);
	add(&m, 0x1040, 64);
	sort(&m);
	ck_assert(memory_has_array(&m, 0x1000, 8, 8));
	ck_assert(memory_has_array(&m, 0x1000, 16, 8));
	ck_assert(!memory_has_array(&m, 0x1000, 17, 8));
	ck_assert(!memory_has_array(&m, 0x1000, UINT64_MAX, 8));
	ck_assert(!memory_has_array(&m, 0x1000, 1ULL << 61, 8));
	ck_assert(!memory_has_array(&m, 0x1000, (1ULL << 61) + 1, 8));
	ck_assert(!memory_has_array(&m, 0x1000, UINT64_MAX, UINT64_MAX));
	ck_assert(!memory_has_array(&m, 0x1000, UINT64_MAX, 1));
	ck_assert(memory_has_array(&m, 0x9000, 0, 8));
	ck_assert(!memory_has_array(&m, 0x9000, 1, 8));
	memory_release(&m);
}
END_TEST

START_TEST(memory_in_last_knows_one_segment)
{
	struct memory m = MEMORY_INIT;

	add(&m, 0x1000, 64);
	add(&m, 0x1040, 64);
	sort(&m);
	ck_assert(!memory_in_last(&m, 0x1000, 0));
	ck_assert_ptr_nonnull(memory_find(&m, 0x1000));
	ck_assert(memory_in_last(&m, 0x1000, 64));
	ck_assert(memory_in_last(&m, 0x103f, 0));
	ck_assert(!memory_in_last(&m, 0x1000, 65));
	ck_assert(!memory_in_last(&m, 0x103f, UINT64_MAX));
	ck_assert(!memory_in_last(&m, 0x1040, 0));
	ck_assert(!memory_in_last(&m, 0xfff, 1));
	ck_assert_ptr_nonnull(memory_find(&m, 0x1040));
	ck_assert(memory_in_last(&m, 0x1040, 64));
	memory_release(&m);
}
END_TEST

START_TEST(memory_string_needs_its_end)
{
	struct memory m = MEMORY_INIT;
	struct segment s = { .start = 0x1000, .end = 0x1008 };

	s.bytes = guarded(8);
	memcpy(s.bytes, "abc\0defg", 8);
	memory_add(&m, &s);
	sort(&m);
	ck_assert_str_eq(memory_string(&m, 0x1000, 3), "abc");
	ck_assert_str_eq(memory_string(&m, 0x1000, UINT64_MAX), "abc");
	ck_assert_str_eq(memory_string(&m, 0x1003, 0), "");
	ck_assert_ptr_null(memory_string(&m, 0x1000, 2));
	ck_assert_ptr_null(memory_string(&m, 0x1004, 100));
	ck_assert_ptr_null(memory_string(&m, 0x1008, 100));
	memory_release(&m);
}
END_TEST

static unsigned int released;

static void count_release(struct segment *s)
{
	ck_assert_ptr_nonnull(s->bytes);
	released++;
}

START_TEST(memory_sort_cuts_the_later_of_two)
{
	struct memory m = MEMORY_INIT;
	struct error *err;

	add(&m, 0x1010, 32);
	add(&m, 0x1000, 32);
	add(&m, 0x1008, 8);	/* wholly inside */
	add(&m, 0x1000, 16);	/* begins where another does */
	err = memory_sort(&m);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_CORRUPT);
	error_free(err);
	ck_assert_uint_eq(m.nr_segments, 2);
	ck_assert_uint_eq(*memory_at(&m, 0x101f, 1), 0x1f);
	ck_assert_uint_eq(*memory_at(&m, 0x1020, 1), 0x10);
	ck_assert_uint_eq(*memory_at(&m, 0x102f, 1), 0x1f);
	ck_assert_ptr_null(memory_at(&m, 0x1030, 1));
	memory_release(&m);
}
END_TEST

START_TEST(memory_sort_drops_and_releases_what_is_owned)
{
	struct memory m = MEMORY_INIT;
	struct segment s = { .start = 0x1010, .end = 0x1030 };
	struct segment empty = { .start = 0x5000, .end = 0x4000 };

	released = 0;
	s.bytes = empty.bytes = guarded(32);
	s.release = empty.release = count_release;
	add(&m, 0x1000, 32);
	memory_add(&m, &s);
	memory_add(&m, &empty);
	error_free(memory_sort(&m));
	ck_assert_uint_eq(released, 2);
	ck_assert_uint_eq(m.nr_segments, 1);
	memory_release(&m);
	ck_assert_uint_eq(released, 2);
}
END_TEST

/* A lazy segment whose fills are counted; one chunk can't be filled. */
struct lazy_test {
	unsigned int fills;
	uint64_t bad;	/* the offset of the chunk that fails */
};

static bool fill(struct segment *s, uint64_t offset, uint64_t len)
{
	struct lazy_test *t = s->fill_context;

	ck_assert_uint_eq(offset % SEGMENT_CHUNK, 0);
	ck_assert(len == SEGMENT_CHUNK || offset + len == s->end - s->start);
	t->fills++;
	if (offset == t->bad)
		return false;
	memset(s->bytes + offset, 'a' + offset / SEGMENT_CHUNK, len);
	return true;
}

static void free_bytes(struct segment *s)
{
	free(s->bytes);
}

static void add_lazy(struct memory *m, struct lazy_test *t, uint64_t len)
{
	struct segment s = { .start = 0x10000, .end = 0x10000 + len };

	s.bytes = xcalloc(len, 1);
	s.filled = xcalloc(len / SEGMENT_CHUNK / 8 + 1, 1);
	s.fill = fill;
	s.fill_context = t;
	s.release = free_bytes;
	memory_add(m, &s);
	sort(m);
}

START_TEST(lazy_chunks_come_once)
{
	struct lazy_test t = { .bad = UINT64_MAX };
	struct memory m = MEMORY_INIT;
	uint64_t len = 3 * SEGMENT_CHUNK + 5;

	add_lazy(&m, &t, len);
	ck_assert_ptr_nonnull(memory_at(&m, 0x10000, 0));
	ck_assert_uint_eq(t.fills, 0);
	ck_assert_int_eq(*memory_at(&m, 0x10000 + len - 1, 1), 'd');
	ck_assert_uint_eq(t.fills, 1);
	/* Across a border: both sides. */
	ck_assert_int_eq(*memory_at(&m, 0x10000 + SEGMENT_CHUNK - 1, 2), 'a');
	ck_assert_uint_eq(t.fills, 3);
	ck_assert_int_eq(*memory_at(&m, 0x10000 + SEGMENT_CHUNK, 1), 'b');
	ck_assert_uint_eq(t.fills, 3);
	ck_assert_ptr_nonnull(memory_at(&m, 0x10000, len));
	ck_assert_uint_eq(t.fills, 4);
	/* All is there: it is like any other one now. */
	ck_assert_ptr_null(m.segments[0].filled);
	ck_assert_ptr_null(memory_at(&m, 0x10000, len + 1));
	memory_release(&m);
}
END_TEST

START_TEST(lazy_chunk_that_fails_is_unmapped)
{
	struct lazy_test t = { .bad = SEGMENT_CHUNK };
	struct memory m = MEMORY_INIT;
	uint64_t len = 3 * SEGMENT_CHUNK;
	uint8_t buf[2];

	add_lazy(&m, &t, len);
	ck_assert_ptr_null(memory_at(&m, 0x10000 + SEGMENT_CHUNK, 1));
	ck_assert_ptr_null(memory_at(&m, 0x10000, len));
	ck_assert_ptr_null(memory_at(&m, 0x10000 + SEGMENT_CHUNK - 1, 2));
	expect_fault(memory_read(&m, 0x10000 + SEGMENT_CHUNK - 1, buf, 2));
	ck_assert_int_eq(*memory_at(&m, 0x10000 + SEGMENT_CHUNK - 1, 1), 'a');
	ck_assert_int_eq(*memory_at(&m, 0x10000 + 2 * SEGMENT_CHUNK, 1), 'c');
	/* Without its end in what can be read, a string is none. */
	ck_assert_ptr_null(memory_string(&m, 0x10000, UINT64_MAX));
	memory_release(&m);
}
END_TEST

const char suite_name[] = "memory";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, a_range_is_narrowed_to_its_first_segment);
	tcase_add_test(tc, memory_at_ends_where_the_segment_ends);
	tcase_add_test(tc, memory_at_of_nothing_asks_whether_it_is_mapped);
	tcase_add_test(tc, memory_find_sees_every_segment);
	tcase_add_test(tc,
		       memory_find_tells_addresses_with_the_same_bits_apart);
	tcase_add_test(tc, memory_read_crosses_segments_that_touch);
	tcase_add_test(tc, memory_words_fault_at_the_edge);
	tcase_add_test(tc, memory_has_array_survives_impossible_lengths);
	tcase_add_test(tc, memory_in_last_knows_one_segment);
	tcase_add_test(tc, memory_string_needs_its_end);
	tcase_add_test(tc, memory_sort_cuts_the_later_of_two);
	tcase_add_test(tc, memory_sort_drops_and_releases_what_is_owned);
	tcase_add_test(tc, lazy_chunks_come_once);
	tcase_add_test(tc, lazy_chunk_that_fails_is_unmapped);
}
