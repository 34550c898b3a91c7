/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code that the emulator must not believe: what fails, ends no other call, and
 * is given up when it costs too much.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine-code.h"
#include "suite.h"

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
	{ "xsave", 5, { 0x0f, 0xae, 0x24, 0x24, 0xc3 } },
	{ "xrstor", 5, { 0x0f, 0xae, 0x2c, 0x24, 0xc3 } },
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

/* Unicorn 2.0.1 would run it, and compute something else. */
#define VPADDB 0xc5, 0xf1, 0xfc, 0xc2	/* vpaddb xmm0, xmm1, xmm2 */

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

/* Unicorn 2.0.1 says "tcg fatal error" before it does. */
START_TEST(aborts_are_not_shown)
{
	raddr far_call = ASM(0xff, 0xd8);
	FILE *const was = stderr;
	FILE *shown = tmpfile();
	int saved = dup(STDERR_FILENO);

	ck_assert_ptr_nonnull(shown);
	start(0);
	dup2(fileno(shown), STDERR_FILENO);
	check_bad("far call", far_call);
	dup2(saved, STDERR_FILENO);
	close(saved);
	ck_assert_ptr_eq(stderr, was);
	ck_assert_int_eq(lseek(fileno(shown), 0, SEEK_END), 0);
	fclose(shown);
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

/* Not for user code, or not for a tp_traverse: refused before they run. */
static const uint8_t no_place[][12] = {
	{ 0x31, 0xc0, 0x0f, 0x22, 0xd8, 0xc3 },	/* cr3 = 0 */
	{ 0x31, 0xc0, 0x0f, 0x22, 0xc0, 0xc3 },	/* cr0 = 0 */
	{ 0x31, 0xc0, 0x0f, 0x23, 0xf8, 0xc3 },	/* dr7 = 0 */
	{ 0x0f, 0x21, 0xf8, 0xc3 },		/* rax = dr7 */
	{ 0x0f, 0x01, 0x17, 0xc3 },		/* lgdt [rdi] */
	{ 0x0f, 0x01, 0x1f, 0xc3 },		/* lidt [rdi] */
	{ 0x0f, 0x30, 0xc3 },			/* wrmsr */
	{ 0x0f, 0x32, 0xc3 },			/* rdmsr */
	{ 0x8e, 0xe7, 0xc3 },			/* mov fs, edi */
	{ 0x8c, 0xe0, 0xc3 },			/* mov eax, fs */
	{ 0x0f, 0xa0, 0x58, 0xc3 },		/* push fs; pop rax */
	{ 0x57, 0x0f, 0xa9, 0xc3 },		/* push rdi; pop gs */
	{ 0xe4, 0x60, 0xc3 },			/* in al, 0x60 */
	{ 0xe6, 0x60, 0xc3 },			/* out 0x60, al */
	{ 0x0f, 0x31, 0xc3 },			/* rdtsc */
	{ 0x6a, 0x23, 0x57, 0x48, 0xcb },	/* far return */
	{ 0x48, 0xcf },				/* iretq */
	{ 0x0f, 0xaa, 0xc3 },			/* rsm */
	{ 0xfa, 0xc3 },				/* cli */
	{ 0x9c, 0x9d, 0xc3 },			/* pushf; popf */
	{ 0x0f, 0x01, 0xd0, 0xc3 },		/* xgetbv */
	{ 0x0f, 0x01, 0xf8, 0xc3 },		/* swapgs */
};

START_TEST(what_has_no_place_is_refused)
{
	raddr traverse = add_code(no_place[_i], sizeof(no_place[_i]));
	struct emulator_call call;

	start(0);
	for (unsigned int i = 0; i < 3; i++) {
		call = run_one(DATA, traverse);
		ck_assert_ptr_nonnull(call.failed);
		if (i < 2)
			ck_assert_msg(strstr(call.failed, "has no place"),
				      "%s", call.failed);
		ck_assert_uint_eq(emulator_misread(emulator), 0);
	}
}
END_TEST

/* What comes before it in its block does not run, either. */
START_TEST(a_block_is_refused_before_it_runs)
{
	raddr traverse = ASM(0xff, 0xd6,		/* call rsi */
			     0x48, 0xc7, 0x04, 0x25, 0, 0, 0, 0, 0, 0, 0, 0,
			     0x0f, 0x23, 0xff);		/* [0] = 0; dr7 = rdi */
	struct emulator_call call;

	start(0);
	call = run_one(DATA, traverse);
	ck_assert_ptr_nonnull(call.failed);
	ck_assert_ptr_nonnull(strstr(call.failed, "has no place"));
}
END_TEST

/* Decoded, or remembered from the last time, in another engine, too. */
START_TEST(the_same_code_is_refused_again)
{
	raddr good = visit_three(), syscall = ASM(0x0f, 0x05, 0xc3);
	struct emulator_call call;

	start(0);
	for (unsigned int i = 0; i < 20; i++) {
		call = run_one(DATA, syscall);
		ck_assert_ptr_nonnull(call.failed);
		emulator_forgive(emulator);
		call = run_one(add_object(4), good);
		check_three(&call, 4);
	}
}
END_TEST

const char suite_name[] = "emulator_failures";

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, machine_code_setup,
				  machine_code_teardown);
	tcase_add_loop_test(tc, bad_code_ends_only_its_own_call, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tc, good_and_bad_may_take_turns);
	tcase_add_test(tc, lost_registers_hurt_nobody);
	tcase_add_test(tc, code_can_be_replaced);
	tcase_add_test(tc, misread_code_is_a_failure);
	tcase_add_test(tc, known_code_is_trusted);
	tcase_add_test(tc, aborts_are_survived);
	tcase_add_test(tc, aborts_are_not_shown);
	tcase_add_test(tc, an_endless_loop_ends);
	tcase_add_test(tc, a_jump_to_the_loop_ends);
	tcase_add_test(tc, a_function_that_always_fails_is_given_up);
	tcase_add_test(tc, nothing_to_call_is_a_failure);
	tcase_add_loop_test(tc, what_has_no_place_is_refused, 0,
			    ARRAY_SIZE(no_place));
	tcase_add_test(tc, a_block_is_refused_before_it_runs);
	tcase_add_test(tc, the_same_code_is_refused_again);
}
