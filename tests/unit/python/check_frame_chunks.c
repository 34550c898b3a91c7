/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/memory/frame-chunks.h: chunks of thread states, right ones and damaged
 * ones.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-process.h"
#include "python/memory/frame-chunks.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define AREA UINT64_C(0x7f1000000000)
#define CHUNK 16384

/* Pages of the area: an interpreter and two threads, then chunks. */
#define INTERPRETER AREA
#define THREAD(i) (AREA + 256 + 256 * (raddr)(i))
#define CHUNK_AT(i) (AREA + 4 * PAGE + CHUNK * (raddr)(i))

#define NEXT 8
#define HEAD 16
#define DATASTACK 32
#define CACHED (DATASTACK + 24)

const char suite_name[] = "frame-chunks";

static struct fake_process p;
static struct python py;

static void begin(void)
{
	struct interpreter interpreter = { .address = INTERPRETER };

	fake_process_init(&p);
	fake_process_map(&p, AREA, 64, "rw-p", "");
	fake_process_touch(&p, AREA, 64);
	py = (struct python){
		.target = &p.target,
		.memory = &p.target.memory,
		.hexversion = 0x030e05f0,
	};
	py.layout.thread_datastack_chunk = DATASTACK;
	py.layout.thread_next = NEXT;
	py.layout.interp_threads = HEAD;
	interpreter_vec_push(&py.interpreters, interpreter);
	fake_process_put(&p, INTERPRETER + HEAD, THREAD(0));
	fake_process_put(&p, THREAD(0) + NEXT, THREAD(1));
}

static void put_chunk(raddr chunk, raddr previous, uint64_t size, uint64_t top)
{
	fake_process_put(&p, chunk, previous);
	fake_process_put(&p, chunk + 8, size);
	fake_process_put(&p, chunk + 16, top);
}

static void expect_claimed(raddr start, raddr end)
{
	const struct region *r = native_region(&p.native, start);

	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->start, start);
	ck_assert_uint_eq(r->end, end);
	ck_assert_int_eq(r->kind, REGION_FRAMES);
}

static void end(void)
{
	interpreter_vec_release(&py.interpreters);
	fake_process_release(&p);
}

START_TEST(all_chunks_of_all_threads_are_claimed)
{
	begin();
	put_chunk(CHUNK_AT(0), CHUNK_AT(1), 2 * CHUNK, 5);
	/* Its predecessor touches it from behind. */
	put_chunk(CHUNK_AT(2), 0, CHUNK, 5);
	fake_process_put(&p, CHUNK_AT(0), CHUNK_AT(2));
	put_chunk(CHUNK_AT(4), 0, CHUNK, 0);
	put_chunk(CHUNK_AT(6), 0, CHUNK, 0);
	fake_process_put(&p, THREAD(0) + DATASTACK, CHUNK_AT(0));
	fake_process_put(&p, THREAD(1) + DATASTACK, CHUNK_AT(4));
	fake_process_put(&p, THREAD(1) + CACHED, CHUNK_AT(6));
	fake_process_ready(&p);
	if (_i)
		py.hexversion = 0x030d00f0;
	frame_chunks_claim(&py, &p.native);
	expect_claimed(CHUNK_AT(0), CHUNK_AT(2));
	expect_claimed(CHUNK_AT(2), CHUNK_AT(3));
	expect_claimed(CHUNK_AT(4), CHUNK_AT(5));
	/* 3.13 has no chunk in reserve. */
	if (_i)
		ck_assert_ptr_null(native_region(&p.native, CHUNK_AT(6)));
	else
		expect_claimed(CHUNK_AT(6), CHUNK_AT(7));
	ck_assert_uint_eq(p.native.regions.nr, _i ? 3 : 4);
	end();
}
END_TEST

/* A chunk that is none: its address and its size. */
static const struct {
	raddr chunk;
	uint64_t size;
} bad[] = {
	{ CHUNK_AT(0) + 8, CHUNK },
	{ CHUNK_AT(0), 0 },
	{ CHUNK_AT(0), CHUNK + 8 },
	{ CHUNK_AT(0), UINT64_MAX - 4095 },
	{ CHUNK_AT(0), UINT64_C(1) << 46 },
	{ AREA + 64 * PAGE, CHUNK },
};

START_TEST(damaged_chunks_are_not_claimed)
{
	begin();
	if (bad[_i].chunk < AREA + 64 * PAGE)
		put_chunk(bad[_i].chunk, 0, bad[_i].size, 0);
	fake_process_put(&p, THREAD(0) + DATASTACK, bad[_i].chunk);
	fake_process_ready(&p);
	frame_chunks_claim(&py, &p.native);
	ck_assert_uint_eq(p.native.regions.nr, 0);
	end();
}
END_TEST

START_TEST(circles_end)
{
	begin();
	put_chunk(CHUNK_AT(0), CHUNK_AT(1), CHUNK, 0);
	put_chunk(CHUNK_AT(1), CHUNK_AT(0), CHUNK, 0);
	fake_process_put(&p, THREAD(0) + DATASTACK, CHUNK_AT(0));
	fake_process_put(&p, THREAD(1) + NEXT, THREAD(0));
	fake_process_ready(&p);
	frame_chunks_claim(&py, &p.native);
	ck_assert_uint_eq(p.native.regions.nr, 2);
	end();
}
END_TEST

START_TEST(lost_chunks_are_found_by_their_header)
{
	begin();
	put_chunk(CHUNK_AT(0), CHUNK_AT(1), CHUNK, 2045);
	put_chunk(CHUNK_AT(1), 0, 2 * CHUNK, 4093);
	/* One word too much; not a power of two; longer than the mapping. */
	put_chunk(CHUNK_AT(4), 0, CHUNK, 2046);
	put_chunk(CHUNK_AT(5), 0, CHUNK + PAGE, 0);
	put_chunk(CHUNK_AT(13), 0, 4 * CHUNK, 0);
	put_chunk(CHUNK_AT(7), 8, CHUNK, 0);
	fake_process_ready(&p);
	frame_chunks_claim_lost(&py, &p.native);
	expect_claimed(CHUNK_AT(0), CHUNK_AT(1));
	expect_claimed(CHUNK_AT(1), CHUNK_AT(3));
	ck_assert_uint_eq(p.native.regions.nr, 2);
	end();
}
END_TEST

START_TEST(versions_without_chunks_have_none)
{
	begin();
	put_chunk(CHUNK_AT(0), 0, CHUNK, 0);
	fake_process_put(&p, THREAD(0) + DATASTACK, CHUNK_AT(0));
	py.layout.thread_datastack_chunk = LAYOUT_NONE;
	fake_process_ready(&p);
	frame_chunks_claim(&py, &p.native);
	frame_chunks_claim_lost(&py, &p.native);
	ck_assert_uint_eq(p.native.regions.nr, 0);
	end();
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, all_chunks_of_all_threads_are_claimed, 0, 2);
	tcase_add_loop_test(tc, damaged_chunks_are_not_claimed, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tc, circles_end);
	tcase_add_test(tc, lost_chunks_are_found_by_their_header);
	tcase_add_test(tc, versions_without_chunks_have_none);
}
