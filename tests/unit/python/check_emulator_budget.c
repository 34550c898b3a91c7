/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all calls of a run may take together. */
#include <check.h>
#include <string.h>
#include <time.h>

#include "machine-code.h"
#include "suite.h"

/* Counts down from the word at object + 16, visits the object as often as the
 * word at object + 24 says. */
static raddr spin_and_visit(void)
{
	return ASM(0x53, 0x41, 0x54, 0x55,	/* push rbx, r12, rbp */
		   0x48, 0x8b, 0x4f, 0x10,	/* mov rcx, [rdi + 16] */
		   0x48, 0x8b, 0x5f, 0x18,	/* mov rbx, [rdi + 24] */
		   0x49, 0x89, 0xf4,		/* mov r12, rsi */
		   0x48, 0x89, 0xfd,		/* mov rbp, rdi */
		   0x48, 0xff, 0xc9,		/* 1: dec rcx */
		   0x75, 0xfb,			/* jnz 1b */
		   0x48, 0x85, 0xdb,		/* 2: test rbx, rbx */
		   0x74, 0x0b,			/* jz 3f */
		   0x48, 0x89, 0xef,		/* mov rdi, rbp */
		   0x41, 0xff, 0xd4,		/* call r12 */
		   0x48, 0xff, 0xcb,		/* dec rbx */
		   0xeb, 0xf0,			/* jmp 2b */
		   0x5d, 0x41, 0x5c, 0x5b,	/* 3: pop */
		   0xc3);
}

static raddr add_worker(unsigned int n, uint64_t spins, uint64_t visits)
{
	raddr object = add_object(n);

	put_word(object + 16, spins);
	put_word(object + 24, visits);
	return object;
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Each call is short enough to be none that is slow. */
START_TEST(a_function_has_a_budget_of_time)
{
	raddr traverse = spin_and_visit(), other = visit_three();
	raddr object = add_worker(1, 4000000, 0);
	double then = cpu_seconds();
	struct emulator_call call;
	unsigned int nr = 0;

	start(0);
	do {
		call = run_one(object, traverse);
		ck_assert_uint_lt(++nr, 100000);
	} while (!call.failed);
	ck_assert_double_ge(cpu_seconds() - then, 1.5);
	ck_assert_double_lt(cpu_seconds() - then, 10);
	ck_assert_ptr_nonnull(strstr(call.failed, "too long"));
	emulator_forgive(emulator);
	ck_assert_ptr_nonnull(run_one(object, traverse).failed);
	call = run_one(add_object(5), other);
	check_three(&call, 5);
}
END_TEST

/* Cheap calls are not made to pay, however many they are. */
START_TEST(honest_calls_have_no_budget)
{
	static struct emulator_call calls[30000];
	raddr traverse = visit_three(), object = add_object(1);

	start(0);
	for (unsigned int round = 0; round < 10; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
			calls[i] = (struct emulator_call){
				.object = object,
				.traverse = traverse,
			};
		visited.nr = 0;
		emulator_run(emulator, calls, ARRAY_SIZE(calls), &visited);
		for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
			check_three(&calls[i], 1);
	}
}
END_TEST

/* There is room for some 1,050,000 visits, and a quarter more. */
START_TEST(visits_have_a_budget)
{
	raddr traverse = spin_and_visit(), other = visit_three();
	raddr object = add_worker(1, 1, 200000);
	struct emulator_call call;
	uint64_t nr = 0;

	start(0);
	for (unsigned int i = 0; i < 40; i++) {
		call = run_one(object, traverse);
		nr += call.nr;
		if (i < 4)
			ck_assert_ptr_null(call.failed);
	}
	ck_assert_ptr_nonnull(strstr(call.failed, "more than there can be"));
	ck_assert_uint_lt(nr, 2000000);
	call = run_one(add_object(5), other);
	check_three(&call, 5);
}
END_TEST

/* The one that took most is given up, not the one that came last. */
START_TEST(who_visits_most_is_given_up)
{
	raddr greedy = spin_and_visit(), other = spin_and_visit();
	raddr large = add_worker(1, 1, 300000);
	raddr small = add_worker(2, 1, 2000);
	unsigned int nr_failed = 0;

	start(0);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_ptr_null(run_one(large, greedy).failed);
	for (unsigned int i = 0; i < 150; i++)
		nr_failed += !!run_one(small, other).failed;
	ck_assert_uint_eq(nr_failed, 1);
	ck_assert_ptr_nonnull(run_one(large, greedy).failed);
	ck_assert_ptr_null(run_one(small, other).failed);
}
END_TEST

START_TEST(all_functions_together_have_a_budget)
{
	raddr large = add_worker(1, 1, 100000), traverse;
	struct emulator_call call;
	uint64_t nr = 0;

	start(0);
	for (unsigned int i = 0; i < 40; i++) {
		traverse = spin_and_visit();
		call = run_one(large, traverse);
		nr += call.nr;
	}
	ck_assert_ptr_nonnull(strstr(call.failed, "all functions together"));
	ck_assert_uint_lt(nr, 3000000);
}
END_TEST

/* What is read again, for names, is not kept. */
START_TEST(the_budget_ends_with_the_run)
{
	raddr traverse = spin_and_visit();
	raddr object = add_worker(1, 1, 200000);

	start(0);
	emulator_end_budget(emulator);
	for (unsigned int i = 0; i < 20; i++)
		ck_assert_ptr_null(run_one(object, traverse).failed);
}
END_TEST

const char suite_name[] = "emulator_budget";

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, machine_code_setup,
				  machine_code_teardown);
	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, a_function_has_a_budget_of_time);
	tcase_add_test(tc, honest_calls_have_no_budget);
	tcase_add_test(tc, visits_have_a_budget);
	tcase_add_test(tc, who_visits_most_is_given_up);
	tcase_add_test(tc, all_functions_together_have_a_budget);
	tcase_add_test(tc, the_budget_ends_with_the_run);
}
