/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <time.h>

#include "python/emulator/emulator.h"
#include "suite.h"

/* Fake memory: x86-64 code by hand, objects, and room to count visits by. */
#define CODE 0x400000
#define DATA 0x500000
#define SMALL 0x10000
#define BIG 0x10000000
#define BIG_SIZE (16 << 20)
#define NOWHERE 0x7000000
#define LAZY 0x20000000

static struct memory memory;
static struct emulator *emulator;
static struct raddr_vec visited;
static uint8_t *code, *data;
static raddr next_code;

static void segment_free_bytes(struct segment *s)
{
	free(s->bytes);
}

static uint8_t *add_segment(raddr start, uint64_t size, unsigned int prot)
{
	struct segment s = {
		.start = start,
		.end = start + size,
		.bytes = xcalloc(1, size),
		.prot = prot,
		.release = segment_free_bytes,
	};

	memory_add(&memory, &s);
	return s.bytes;
}

/* Call where all segments are there. */
static void start(raddr fs_base)
{
	const char *why_not;

	ck_assert_ptr_null(memory_sort(&memory));
	emulator = emulator_new(&memory, fs_base, &why_not);
	ck_assert_msg(emulator, "%s", why_not);
}

static void setup(void)
{
	code = add_segment(CODE, SMALL, SEGMENT_READ | SEGMENT_EXEC);
	data = add_segment(DATA, SMALL, SEGMENT_READ | SEGMENT_WRITE);
	add_segment(BIG, BIG_SIZE, SEGMENT_READ);
	next_code = CODE;
}

static void teardown(void)
{
	emulator_free(emulator);
	raddr_vec_release(&visited);
	memory_release(&memory);
}

static raddr add_code(const void *bytes, size_t len)
{
	raddr at = next_code;

	memcpy(code + (at - CODE), bytes, len);
	next_code += (len + 15) & ~15UL;
	return at;
}

#define ASM(...)                                                               \
	add_code((const uint8_t[]){ __VA_ARGS__ },                             \
		 sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void put_word(raddr addr, uint64_t value)
{
	memcpy(data + (addr - DATA), &value, 8);
}

/* An object that visit_three() visits the words of. */
static raddr add_object(unsigned int n)
{
	raddr object = DATA + n * 64;

	for (unsigned int i = 0; i < 3; i++)
		put_word(object + 16 + i * 8, n * 10 + i + 1);
	return object;
}

static raddr visit_three(void)
{
	return ASM(0x53,			/* push rbx */
		   0x55,			/* push rbp */
		   0x48, 0x83, 0xec, 0x08,	/* sub rsp, 8 */
		   0x48, 0x89, 0xfb,		/* mov rbx, rdi */
		   0x48, 0x89, 0xf5,		/* mov rbp, rsi */
		   0x48, 0x8b, 0x7b, 0x10,	/* mov rdi, [rbx + 16] */
		   0xff, 0xd5,			/* call rbp */
		   0x48, 0x8b, 0x7b, 0x18,	/* mov rdi, [rbx + 24] */
		   0xff, 0xd5,			/* call rbp */
		   0x48, 0x8b, 0x7b, 0x20,	/* mov rdi, [rbx + 32] */
		   0xff, 0xd5,			/* call rbp */
		   0x48, 0x83, 0xc4, 0x08,	/* add rsp, 8 */
		   0x5d, 0x5b,			/* pop rbp; pop rbx */
		   0x31, 0xc0, 0xc3);		/* xor eax, eax; ret */
}

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

static struct emulator_call run_one(raddr object, raddr traverse)
{
	struct emulator_call call = { .object = object,
				      .traverse = traverse };

	visited.nr = 0;
	emulator_run(emulator, &call, 1, &visited);
	ck_assert_uint_eq(call.nr, visited.nr);
	return call;
}

static void check_three(const struct emulator_call *call, unsigned int n)
{
	ck_assert_msg(!call->failed, "%s", call->failed);
	ck_assert_uint_eq(call->nr, 3);
	ck_assert_uint_le(call->first + 3, visited.nr);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_uint_eq(visited.v[call->first + i], n * 10 + i + 1);
}

/* The one fails, and those before and after it are as if it were not there. */
static void check_bad(const char *name, raddr bad)
{
	raddr good = visit_three();
	struct emulator_call calls[3] = {
		{ .object = add_object(1), .traverse = good },
		{ .object = add_object(2), .traverse = bad },
		{ .object = add_object(3), .traverse = good },
	};

	visited.nr = 0;
	emulator_run(emulator, calls, 3, &visited);
	check_three(&calls[0], 1);
	ck_assert_msg(calls[1].failed, "%s: not found out", name);
	ck_assert_uint_eq(calls[1].nr, 0);
	check_three(&calls[2], 3);
	ck_assert_uint_eq(visited.nr, 6);
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

static const struct {
	const char *name;
	unsigned int len;
	uint8_t code[24];
} bad[] = {
	{ "recursion", 5, { 0xe8, 0xfb, 0xff, 0xff, 0xff } },
	{ "jump to 0", 4, { 0x31, 0xc0, 0xff, 0xe0 } },
	{ "jump to data", 2, { 0xff, 0xe7 } },
	{ "jump to the stack", 2, { 0xff, 0xe4 } },
	{ "jump to the cell", 2, { 0xff, 0xe2 } },
	{ "write to its code", 8, { 0x48, 0x89, 0x05, 0, 0, 0, 0, 0xc3 } },
	{ "write to visit", 4, { 0x48, 0x89, 0x3e, 0xc3 } },
	{ "write to the cell", 4, { 0x48, 0x89, 0x3a, 0xc3 } },
	{ "write below the stack", 8,
	  { 0x48, 0x89, 0xbc, 0x24, 0, 0, 0xf0, 0xff } },
	{ "write to nowhere", 5, { 0x31, 0xc0, 0x88, 0x00, 0xc3 } },
	{ "read at 16", 9, { 0x48, 0x8b, 0x04, 0x25, 0x10, 0, 0, 0, 0xc3 } },
	{ "read beyond all", 14,
	  { 0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x48, 0x8b, 0x00, 0xc3 } },
	{ "read across the end", 9,
	  { 0x48, 0x8b, 0x87, 0x7c, 0xff, 0, 0, 0xc3 } },
	{ "ud2", 2, { 0x0f, 0x0b } },
	{ "AVX2", 5, { 0xc5, 0xf5, 0x74, 0xc2, 0xc3 } },
	{ "AVX-512", 7, { 0x62, 0xe2, 0x7d, 0x28, 0x7a, 0xce, 0xc3 } },
	{ "syscall", 3, { 0x0f, 0x05, 0xc3 } },
	{ "sysenter", 3, { 0x0f, 0x34, 0xc3 } },
	{ "int 0x80", 3, { 0xcd, 0x80, 0xc3 } },
	{ "int3", 2, { 0xcc, 0xc3 } },
	{ "hlt", 2, { 0xf4, 0xc3 } },
	{ "division by 0", 5, { 0x31, 0xc9, 0xf7, 0xf1, 0xc3 } },
	{ "visit, then ud2", 4, { 0xff, 0xd6, 0x0f, 0x0b } },
	{ "return to 0", 9,
	  { 0x48, 0xc7, 0x04, 0x24, 0, 0, 0, 0, 0xc3 } },
	{ "return to visit", 5, { 0x48, 0x89, 0x34, 0x24, 0xc3 } },
	{ "return too high", 5, { 0x48, 0x83, 0xc4, 0x08, 0xc3 } },
	{ "return with a lost word", 3, { 0x58, 0x50, 0xff } },
	{ "jump behind the call", 6, { 0x48, 0x8d, 0x46, 0xe8, 0xff, 0xe0 } },
	{ "jump to the loop's end", 6, { 0x48, 0x8d, 0x46, 0xf1, 0xff, 0xe0 } },
	{ "call behind the call", 6, { 0x48, 0x8d, 0x46, 0xe8, 0xff, 0xd0 } },
	{ "another stack", 6, { 0x48, 0x89, 0xfc, 0x50, 0xc3 } },
};

START_TEST(bad_code_ends_only_its_own_call)
{
	raddr traverse = add_code(bad[_i].code, bad[_i].len);

	start(0);
	check_bad(bad[_i].name, traverse);
	/* And again, when all is translated and mapped. */
	check_bad(bad[_i].name, traverse);
}
END_TEST

/* The object's word 16 chooses among good and all bad ones. */
START_TEST(good_and_bad_may_take_turns)
{
	raddr good = visit_three();
	struct emulator_call calls[300];
	raddr traverse[ARRAY_SIZE(bad)];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		traverse[i] = add_code(bad[i].code, bad[i].len);
	start(0);
	for (unsigned int i = 0; i < 300; i++)
		calls[i] = (struct emulator_call){
			.object = add_object(i),
			.traverse = i % 3 ? good
					  : traverse[i / 3 % ARRAY_SIZE(bad)],
		};
	emulator_run(emulator, calls, 300, &visited);
	for (unsigned int i = 0; i < 300; i++) {
		if (i % 3)
			check_three(&calls[i], i);
		else
			ck_assert_ptr_nonnull(calls[i].failed);
	}
	ck_assert_uint_eq(visited.nr, 600);
}
END_TEST

START_TEST(lost_registers_hurt_nobody)
{
	raddr good = visit_three();
	raddr traverse = ASM(0x31, 0xdb, 0x31, 0xed,	/* rbx, rbp */
			     0x4d, 0x31, 0xe4, 0x4d, 0x31, 0xed,
			     0x4d, 0x31, 0xf6, 0x4d, 0x31, 0xff,
			     0xfd, 0xc3);		/* std; ret */
	struct emulator_call calls[2] = {
		{ .object = add_object(1), .traverse = traverse },
		{ .object = add_object(2), .traverse = good },
	};

	start(0);
	emulator_run(emulator, calls, 2, &visited);
	ck_assert_ptr_null(calls[0].failed);
	ck_assert_uint_eq(calls[0].nr, 0);
	check_three(&calls[1], 2);
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

/* Unicorn 2.0.1 would run it, and compute something else. */
#define VPADDB 0xc5, 0xf1, 0xfc, 0xc2	/* vpaddb xmm0, xmm1, xmm2 */

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

START_TEST(code_can_be_replaced)
{
	raddr from = ASM(VPADDB, 0xc3), three = visit_three();
	uint64_t ret;

	start(0);
	ck_assert_ptr_nonnull(run_one(add_object(3), from).failed);
	ck_assert_uint_eq(emulator_misread(emulator), from);
	ck_assert_uint_eq(emulator_misread(emulator), 0);
	emulator_redirect(emulator, from, three);
	emulator_forgive(emulator);
	for (unsigned int i = 0; i < 3; i++) {
		struct emulator_call call = run_one(add_object(3), from);

		check_three(&call, 3);
	}
	ck_assert(!emulator_call(emulator, NOWHERE, 0, 0, &ret));
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

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void check_endless(raddr traverse)
{
	double then;

	check_bad("endless", traverse);
	check_bad("endless", traverse);
	/* It is given up: others of its kind cost nothing. */
	then = seconds();
	for (unsigned int i = 0; i < 20; i++)
		check_bad("endless", traverse);
	ck_assert_double_lt(seconds() - then, 1);
}

START_TEST(misread_code_is_a_failure)
{
	raddr first = ASM(VPADDB, 0xc3);
	raddr later = ASM(0x31, 0xc0, 0x74, 0x01, 0xcc,	/* je over int3 */
			  0x48, 0x8d, 0x05, 3, 0, 0, 0,	/* lea rax, 1f */
			  0xff, 0xe0, 0xcc,		/* jmp rax */
			  VPADDB, 0xc3);

	start(0);
	for (unsigned int i = 0; i < 4; i++) {
		check_bad("vpaddb", first);
		check_bad("vpaddb behind jumps", later);
	}
}
END_TEST

START_TEST(known_code_is_trusted)
{
	raddr known = ASM(0xc5, 0xf9, 0xef, 0xc0,  /* vpxor xmm0 thrice */
			  0xc5, 0xfa, 0x6f, 0x07,  /* vmovdqu xmm0, [rdi] */
			  0x48, 0x89, 0xc5,	   /* mov rbp, rax */
			  0xc4, 0xe2, 0xf9, 0xf7, 0xc0,	/* shlx */
			  0xb8, 0xc5, 0xf1, 0xfc, 0xc2,	/* mov eax, imm32 */
			  0xc5, 0xf8, 0x77, 0xc3); /* vzeroupper */

	start(0);
	ck_assert_ptr_null(run_one(DATA, known).failed);
}
END_TEST

/* Unicorn 2.0.1 aborts at these. */
START_TEST(aborts_are_survived)
{
	raddr far_call = ASM(0xff, 0xd8);
	raddr lock = ASM(0xf0, 0x39, 0x07);
	uint64_t ret;

	start(0);
	for (unsigned int i = 0; i < 3; i++) {
		check_bad("far call", far_call);
		check_bad("lock cmp", lock);
	}
	ck_assert(!emulator_call(emulator, lock, DATA, 0, &ret));
	check_bad("lock cmp", lock);
}
END_TEST

START_TEST(an_endless_loop_ends)
{
	raddr traverse = ASM(0xeb, 0xfe);

	start(0);
	check_endless(traverse);
}
END_TEST

/* Starts the loop again, with itself: from there, all looks right. */
START_TEST(a_jump_to_the_loop_ends)
{
	raddr traverse = ASM(0x48, 0x8d, 0x46, 0xc0, 0xff, 0xe0);

	start(0);
	check_endless(traverse);
}
END_TEST

START_TEST(a_function_that_always_fails_is_given_up)
{
	struct emulator_call calls[2000];
	raddr traverse = ASM(0x0f, 0x0b);

	for (unsigned int i = 0; i < 2000; i++)
		calls[i] = (struct emulator_call){ .object = DATA,
						   .traverse = traverse };
	start(0);
	emulator_run(emulator, calls, 2000, &visited);
	ck_assert_str_ne(calls[999].failed, calls[1000].failed);
	ck_assert_str_eq(calls[1000].failed, calls[1999].failed);
	ck_assert_uint_eq(visited.nr, 0);
}
END_TEST

START_TEST(nothing_to_call_is_a_failure)
{
	start(0);
	ck_assert_ptr_nonnull(run_one(0, CODE).failed);
	ck_assert_ptr_nonnull(run_one(DATA, 0).failed);
	ck_assert_ptr_nonnull(run_one(DATA, NOWHERE).failed);
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
	ck_assert_uint_eq(visited.nr, nr);
	for (unsigned int i = 0; i < nr; i++) {
		ck_assert_ptr_null(calls[i].failed);
		ck_assert_uint_eq(calls[i].nr, 1);
		ck_assert_uint_eq(visited.v[calls[i].first], calls[i].object);
	}
	free(calls);
}
END_TEST

/* A supervisor's instructions: no result counts, but we are still there. */
START_TEST(privileged_code_is_survived)
{
	static const uint8_t privileged[][12] = {
		{ 0x31, 0xc0, 0x0f, 0x22, 0xd8, 0xc3 },	/* cr3 = 0 */
		{ 0x31, 0xc0, 0x0f, 0x22, 0xc0, 0xc3 },	/* cr0 = 0 */
		{ 0x0f, 0x01, 0x17, 0xc3 },		/* lgdt [rdi] */
		{ 0x0f, 0x01, 0x1f, 0xc3 },		/* lidt [rdi] */
		{ 0x0f, 0x30, 0xc3 },			/* wrmsr */
		{ 0x8e, 0xe7, 0xc3 },			/* mov fs, edi */
		{ 0xe4, 0x60, 0xc3 },			/* in al, 0x60 */
		{ 0xe6, 0x60, 0xc3 },			/* out 0x60, al */
		{ 0x0f, 0xa2, 0xc3 },			/* cpuid */
		{ 0x0f, 0x31, 0xc3 },			/* rdtsc */
		{ 0x6a, 0x23, 0x57, 0x48, 0xcb },	/* far return */
		{ 0x48, 0xcf },				/* iretq */
		{ 0x0f, 0xaa, 0xc3 },			/* rsm */
		{ 0xfa, 0xc3 },				/* cli */
	};
	raddr traverse = add_code(privileged[_i], sizeof(privileged[_i]));

	start(0);
	run_one(DATA, traverse);
	run_one(DATA, traverse);
}
END_TEST

const char suite_name[] = "emulator";

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, traverse_visits_in_order);
	tcase_add_test(tc, null_is_not_visited);
	tcase_add_test(tc, results_are_appended);
	tcase_add_test(tc, a_million_visits_arrive);
	tcase_add_test(tc, visits_have_an_end);
	tcase_add_loop_test(tc, bad_code_ends_only_its_own_call, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tc, good_and_bad_may_take_turns);
	tcase_add_test(tc, lost_registers_hurt_nobody);
	tcase_add_test(tc, writes_are_seen_by_their_own_call_alone);
	tcase_add_test(tc, writes_of_all_sizes_are_read_back);
	tcase_add_test(tc, writing_has_an_end);
	tcase_add_test(tc, only_writable_memory_is_written);
	tcase_add_test(tc, many_objects_can_be_written_to);
	tcase_add_test(tc, code_can_be_replaced);
	tcase_add_test(tc, memory_can_be_blanked);
	tcase_add_test(tc, misread_code_is_a_failure);
	tcase_add_test(tc, known_code_is_trusted);
	tcase_add_test(tc, aborts_are_survived);
	tcase_add_test(tc, an_endless_loop_ends);
	tcase_add_test(tc, a_jump_to_the_loop_ends);
	tcase_add_test(tc, a_function_that_always_fails_is_given_up);
	tcase_add_test(tc, nothing_to_call_is_a_failure);
	tcase_add_test(tc, functions_can_be_called);
	tcase_add_test(tc, thread_locals_are_the_targets);
	tcase_add_test(tc, borders_need_not_be_page_borders);
	tcase_add_test(tc, what_is_not_readable_is_not_read);
	tcase_add_test(tc, lazy_segments_are_filled);
	tcase_add_test(tc, lazy_segments_may_become_whole);
	tcase_add_test(tc, many_segments_can_be_touched);
	tcase_add_loop_test(tc, privileged_code_is_survived, 0, 14);
}
