/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What code that the emulator runs visits, reads, writes and returns. */
#include <check.h>
#include <stdlib.h>

#include "machine-code.h"
#include "suite.h"

/* Visits n, n - 1 ... 1 for the n at object + 16. */
static raddr visit_down(void)
{
	return ASM(0x53, 0x41, 0x54,		/* push rbx; push r12 */
		   0x48, 0x83, 0xec, 0x08,	/* sub rsp, 8 */
		   0x48, 0x8b, 0x5f, 0x10,	/* mov rbx, [rdi + 16] */
		   0x49, 0x89, 0xf4,		/* mov r12, rsi */
		   0x48, 0x89, 0xdf,		/* 1: mov rdi, rbx */
		   0x41, 0xff, 0xd4,		/* call r12 */
		   0x48, 0xff, 0xcb,		/* dec rbx */
		   0x75, 0xf5,			/* jnz 1b */
		   0x48, 0x83, 0xc4, 0x08,	/* add rsp, 8 */
		   0x41, 0x5c, 0x5b,		/* pop r12; pop rbx */
		   0xc3);
}

START_TEST(traverse_visits_in_order)
{
	raddr traverse = visit_three();
	struct emulator_call call;

	start(0);
	call = run_one(add_object(7), traverse);
	check_three(&call, 7);
}
END_TEST

START_TEST(null_is_not_visited)
{
	raddr traverse = visit_three(), object = add_object(7);
	struct emulator_call call;

	start(0);
	put_word(object + 24, 0);
	call = run_one(object, traverse);
	ck_assert_ptr_null(call.failed);
	ck_assert_uint_eq(call.nr, 2);
	ck_assert_uint_eq(visited.v[0], 71);
	ck_assert_uint_eq(visited.v[1], 73);
}
END_TEST

START_TEST(results_are_appended)
{
	raddr traverse = visit_three();
	struct emulator_call call = { .object = add_object(1),
				      .traverse = traverse };

	start(0);
	raddr_vec_push(&visited, 99);
	emulator_run(emulator, &call, 1, &visited);
	ck_assert_uint_eq(call.first, 1);
	ck_assert_uint_eq(visited.v[0], 99);
	check_three(&call, 1);
}
END_TEST

START_TEST(a_million_visits_arrive)
{
	raddr traverse = visit_down();
	const uint32_t nr = 1000000;
	struct emulator_call call;

	start(0);
	put_word(DATA + 16, nr);
	call = run_one(DATA, traverse);
	ck_assert_ptr_null(call.failed);
	ck_assert_uint_eq(call.nr, nr);
	for (uint32_t i = 0; i < nr; i++)
		ck_assert_uint_eq(visited.v[i], nr - i);
}
END_TEST

START_TEST(visits_have_an_end)
{
	raddr traverse = visit_down();

	start(0);
	put_word(add_object(2) + 16, UINT64_C(1) << 60);
	ck_assert_ptr_nonnull(run_one(DATA + 128, traverse).failed);
	ck_assert_uint_eq(visited.nr, 0);
}
END_TEST

/* mov rax, [rdi]; ret */
static raddr load_word(void)
{
	return ASM(0x48, 0x8b, 0x07, 0xc3);
}

static bool word_is(raddr load, raddr addr, uint64_t value)
{
	uint64_t ret = 0;

	return emulator_call(emulator, load, addr, 0, &ret) && ret == value;
}

/* Adds 1 to the object's first word, visits what it then is. */
static raddr count_and_visit(void)
{
	return ASM(0xf0, 0x48, 0xff, 0x07,	/* lock inc qword [rdi] */
		   0x48, 0x8b, 0x3f,		/* mov rdi, [rdi] */
		   0x48, 0x83, 0xec, 0x08,	/* sub rsp, 8 */
		   0xff, 0xd6,			/* call rsi */
		   0x48, 0x83, 0xc4, 0x08,	/* add rsp, 8 */
		   0xc3);
}

START_TEST(writes_are_seen_by_their_own_call_alone)
{
	raddr traverse = count_and_visit(), three = visit_three();
	struct emulator_call calls[6];

	put_word(DATA, 41);
	start(0);
	for (unsigned int i = 0; i < 6; i++)
		calls[i] = (struct emulator_call){
			.object = i % 3 ? DATA : add_object(5),
			.traverse = i % 3 ? traverse : three,
		};
	emulator_run(emulator, calls, 6, &visited);
	for (unsigned int i = 0; i < 6; i++) {
		ck_assert_ptr_null(calls[i].failed);
		if (i % 3 == 0) {
			check_three(&calls[i], 5);
			continue;
		}
		ck_assert_uint_eq(calls[i].nr, 1);
		ck_assert_uint_eq(visited.v[calls[i].first], 42);
	}
	ck_assert_uint_eq(data[0], 41);
}
END_TEST

/* Bytes, and words that lie across others. */
START_TEST(writes_of_all_sizes_are_read_back)
{
	raddr write = ASM(0x48, 0xb8, 8, 7, 6, 5, 4, 3, 2, 1, /* mov rax, */
			  0x48, 0x89, 0x47, 0x05,	/* mov [rdi+5], rax */
			  0xc6, 0x47, 0x08, 0x99,	/* mov byte [rdi+8], */
			  0x66, 0xc7, 0x47, 0x0f, 0xee, 0xff,
			  0x48, 0x8b, 0x47, 0x08,	/* mov rax, [rdi+8] */
			  0x48, 0x33, 0x47, 0x05,	/* xor rax, [rdi+5] */
			  0xc3);
	uint64_t ret;

	put_word(DATA + 8, UINT64_C(0x1111111111111111));
	put_word(DATA + 16, UINT64_C(0x2222222222222222));
	start(0);
	ck_assert(emulator_call(emulator, write, DATA, 0, &ret));
	ck_assert_uint_eq(ret, UINT64_C(0xee11110102030499) ^
				       UINT64_C(0x0102030499060708));
	ck_assert_uint_eq(data[8], 0x11);
}
END_TEST

/* Writes as many words as the object says. */
static raddr write_words(void)
{
	return ASM(0x48, 0x8b, 0x4f, 0x10,	/* mov rcx, [rdi + 16] */
		   0x48, 0x89, 0x4f, 0x20,	/* 1: mov [rdi + 32], rcx */
		   0x48, 0x83, 0xc7, 0x08,	/* add rdi, 8 */
		   0x48, 0xff, 0xc9,		/* dec rcx */
		   0x75, 0xf3,			/* jnz 1b */
		   0xc3);
}

START_TEST(writing_has_an_end)
{
	raddr traverse = write_words();

	start(0);
	put_word(DATA + 16, 1000);
	ck_assert_ptr_null(run_one(DATA, traverse).failed);
	put_word(DATA + 16, 5000);
	ck_assert_ptr_nonnull(run_one(DATA, traverse).failed);
	put_word(DATA + 16, 1000);
	ck_assert_ptr_null(run_one(DATA, traverse).failed);
}
END_TEST

START_TEST(only_writable_memory_is_written)
{
	raddr traverse = count_and_visit();

	add_segment(0x600000, 0x1000, SEGMENT_READ);
	add_segment(0x610000, 0x1000, SEGMENT_READ | SEGMENT_WRITE |
				      SEGMENT_EXEC);
	start(0);
	ck_assert_ptr_nonnull(run_one(0x600000, traverse).failed);
	ck_assert_ptr_nonnull(run_one(0x610000, traverse).failed);
	ck_assert_ptr_nonnull(run_one(BIG, traverse).failed);
	ck_assert_ptr_null(run_one(DATA, traverse).failed);
}
END_TEST

/* Each has its mark: what is written to becomes ever larger. */
START_TEST(many_objects_can_be_written_to)
{
	const unsigned int nr = 40000, size = 16 << 10;
	raddr traverse = count_and_visit();
	struct emulator_call *calls = xcalloc(nr, sizeof(*calls));

	add_segment(LAZY, (uint64_t)nr * size, SEGMENT_READ | SEGMENT_WRITE);
	start(0);
	for (unsigned int i = 0; i < nr; i++)
		calls[i] = (struct emulator_call){
			.object = LAZY + (uint64_t)i * size,
			.traverse = traverse,
		};
	emulator_run(emulator, calls, nr, &visited);
	for (unsigned int i = 0; i < nr; i++)
		ck_assert_ptr_null(calls[i].failed);
	ck_assert_uint_eq(visited.nr, nr);
	free(calls);
}
END_TEST

START_TEST(memory_can_be_blanked)
{
	raddr load = load_word();

	put_word(DATA + 0x1000, 7);
	put_word(DATA + 0x2000, 8);
	start(0);
	ck_assert(word_is(load, DATA + 0x1000, 7));
	emulator_blank(emulator, DATA + 0x1000, DATA + 0x1008);
	ck_assert(word_is(load, DATA + 0x1000, 0));
	ck_assert(word_is(load, DATA + 0x2000, 8));
	emulator_blank(emulator, 0, 0);
	ck_assert(word_is(load, DATA + 0x1000, 7));
}
END_TEST

START_TEST(functions_can_be_called)
{
	raddr add = ASM(0x48, 0x8d, 0x04, 0x37, 0xc3);
	raddr ud2 = ASM(0x0f, 0x0b);
	raddr visits = ASM(0x48, 0x83, 0xec, 0x08, 0xff, 0xd6);
	uint64_t ret = 0;

	start(0);
	ck_assert(emulator_call(emulator, add, 40, 2, &ret));
	ck_assert_uint_eq(ret, 42);
	ck_assert(!emulator_call(emulator, ud2, 40, 2, &ret));
	ck_assert(!emulator_call(emulator, visits, 40, 2, &ret));
	ck_assert(!emulator_call(emulator, NOWHERE, 40, 2, &ret));
	ck_assert(emulator_call(emulator, add, UINT64_MAX, 2, &ret));
	ck_assert_uint_eq(ret, 1);
}
END_TEST

START_TEST(thread_locals_are_the_targets)
{
	raddr load = ASM(0x64, 0x48, 0x8b, 0x04, 0x25, 0xf0, 0xff, 0xff,
			 0xff, 0xc3);	/* mov rax, fs:[-16]; ret */
	uint64_t ret = 0;

	start(DATA + 0x100);
	put_word(DATA + 0xf0, 77);
	ck_assert(emulator_call(emulator, load, 0, 0, &ret));
	ck_assert_uint_eq(ret, 77);
}
END_TEST

START_TEST(borders_need_not_be_page_borders)
{
	raddr load = load_word();
	uint8_t *first = add_segment(0x600010, 0x1ff0, SEGMENT_READ);
	uint8_t *second = add_segment(0x602000, 0x30, SEGMENT_READ);
	uint8_t *third = add_segment(0x602040, 0x3000, SEGMENT_READ);

	first[0] = 1;
	first[0x1fec] = 2;
	second[0x20] = 3;
	third[0] = 4;
	third[0x1000] = 5;
	third[0x2ff8] = 6;
	start(0);
	ck_assert(word_is(load, 0x600010, 1));
	ck_assert(word_is(load, 0x601ffc, 2));	/* in two segments */
	ck_assert(word_is(load, 0x602020, 3));
	ck_assert(word_is(load, 0x602040, 4));
	ck_assert(word_is(load, 0x603040, 5));
	ck_assert(word_is(load, 0x605038, 6));
	ck_assert(!word_is(load, 0x606000, 0));
	ck_assert(!word_is(load, 0x5ffff8, 0));
}
END_TEST

START_TEST(what_is_not_readable_is_not_read)
{
	raddr load = load_word();

	add_segment(0x600000, 0x1000, SEGMENT_WRITE);
	start(0);
	ck_assert(!word_is(load, 0x600000, 0));
}
END_TEST

#define NR_CHUNKS 80
#define HOLE 5
#define LATE 40

static bool late_is_there;

/* Each chunk holds its number; one can't be read, one not at first. */
static bool fill(struct segment *s, uint64_t offset, uint64_t len)
{
	uint64_t chunk = offset / SEGMENT_CHUNK;

	if (chunk == HOLE || (chunk == LATE && !late_is_there))
		return false;
	ck_assert_uint_le(offset + len, s->end - s->start);
	s->bytes[offset] = (uint8_t)chunk;
	s->bytes[offset + len - 8] = (uint8_t)chunk;
	return true;
}

static void add_lazy(uint64_t size)
{
	struct segment s = {
		.start = LAZY,
		.end = LAZY + size,
		.bytes = xcalloc(1, size),
		.prot = SEGMENT_READ,
		.filled = xcalloc(1, NR_CHUNKS / 8 + 1),
		.fill = fill,
		.release = segment_free_bytes,
	};

	memory_add(&memory, &s);
}

START_TEST(lazy_segments_are_filled)
{
	raddr load = load_word();

	late_is_there = false;
	add_lazy(NR_CHUNKS * SEGMENT_CHUNK - 0x1000);
	start(0);
	for (unsigned int n = 0; n < 2; n++) {
		for (unsigned int i = 0; i < NR_CHUNKS; i++) {
			raddr at = LAZY + i * SEGMENT_CHUNK;
			uint64_t size = SEGMENT_CHUNK -
					(i == NR_CHUNKS - 1 ? 0x1000 : 0);
			bool there = i != HOLE && (i != LATE || n);

			ck_assert(word_is(load, at + size - 8, i) == there);
			ck_assert(word_is(load, at, i) == there);
		}
		late_is_there = true;
	}
}
END_TEST

/* Filled behind the emulator's back, it is no longer lazy. */
START_TEST(lazy_segments_may_become_whole)
{
	raddr load = load_word();

	add_lazy(HOLE * SEGMENT_CHUNK);
	memory.segments[memory.nr_segments - 1].start = LAZY;
	start(0);
	ck_assert(word_is(load, LAZY, 0));
	ck_assert_ptr_nonnull(memory_at(&memory, LAZY, HOLE * SEGMENT_CHUNK));
	for (unsigned int i = 0; i < HOLE; i++)
		ck_assert(word_is(load, LAZY + i * SEGMENT_CHUNK, i));
}
END_TEST

START_TEST(many_segments_can_be_touched)
{
	const unsigned int nr = 1500;
	raddr traverse = visit_three();
	struct emulator_call *calls = xcalloc(nr, sizeof(*calls));

	for (unsigned int i = 0; i < nr; i++) {
		raddr at = LAZY + i * UINT64_C(0x3000);
		uint8_t *bytes = add_segment(at, 0x1000, SEGMENT_READ);

		memcpy(bytes + 16, &at, sizeof(at));
		calls[i].object = at;
		calls[i].traverse = traverse;
	}
	start(0);
	emulator_run(emulator, calls, nr, &visited);
	for (unsigned int i = 0; i < nr; i++) {
		ck_assert_pstr_eq(calls[i].failed, NULL);
		ck_assert_uint_eq(calls[i].nr, 1);
		ck_assert_uint_eq(visited.v[calls[i].first], calls[i].object);
	}
	ck_assert_uint_eq(visited.nr, nr);
	free(calls);
}
END_TEST

const char suite_name[] = "emulator";

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, machine_code_setup,
				  machine_code_teardown);
	tcase_add_test(tc, traverse_visits_in_order);
	tcase_add_test(tc, null_is_not_visited);
	tcase_add_test(tc, results_are_appended);
	tcase_add_test(tc, a_million_visits_arrive);
	tcase_add_test(tc, visits_have_an_end);
	tcase_add_test(tc, writes_are_seen_by_their_own_call_alone);
	tcase_add_test(tc, writes_of_all_sizes_are_read_back);
	tcase_add_test(tc, writing_has_an_end);
	tcase_add_test(tc, only_writable_memory_is_written);
	tcase_add_test(tc, many_objects_can_be_written_to);
	tcase_add_test(tc, memory_can_be_blanked);
	tcase_add_test(tc, functions_can_be_called);
	tcase_add_test(tc, thread_locals_are_the_targets);
	tcase_add_test(tc, borders_need_not_be_page_borders);
	tcase_add_test(tc, what_is_not_readable_is_not_read);
	tcase_add_test(tc, lazy_segments_are_filled);
	tcase_add_test(tc, lazy_segments_may_become_whole);
	tcase_add_test(tc, many_segments_can_be_touched);
}
