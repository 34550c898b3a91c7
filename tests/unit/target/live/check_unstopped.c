/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of processes that nobody stops: which way a snapshot goes.
 */
#include <check.h>
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "child.h"
#include "suite.h"

static const struct snapshot_options never = { .stop = STOP_NEVER,
					       .patience_ms = 50 };

START_TEST(process_at_rest_is_not_stopped)
{
	pid_t pid = child_start(child_waiting);
	struct target *t;

	child_settle(pid);
	t = child_open(pid);
	child_snapshot(t, NULL);
	ck_assert_int_eq(t->stopped, STOPPED_NONE);
	ck_assert_uint_eq(t->pause_ns, 0);
	ck_assert_uint_gt(t->memory.bytes_copied, 0);
	ck_assert_uint_eq(t->threads.nr, 1);
	child_snapshot(t, &child_stopped);
	ck_assert_int_eq(t->stopped, STOPPED_ALL);
	ck_assert_uint_gt(t->pause_ns, 0);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(process_that_works_is_stopped)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);

	child_snapshot(t, NULL);
	ck_assert_int_eq(t->stopped, STOPPED_ALL);
	ck_assert_uint_gt(t->pause_ns, 0);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(never_is_never)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);

	expect_error(target_snapshot(t, &never), ERR_SYSTEM, "too busy");
	ck_assert_uint_ge(clock_ns(CLOCK_MONOTONIC) - begun, 50000000);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* Two words, so far apart that there is time between the copies of the one and
 * the other. */
#define APART (48UL << 20)
static volatile uint64_t *first_word, *last_word;

/* Changes both words now and then. */
static void change_now_and_then(void)
{
	static const struct timespec between = { 0, 60000000 };

	child_ready();
	for (;;) {
		nanosleep(&between, NULL);
		++*first_word;
		++*last_word;
	}
}

START_TEST(copy_of_a_process_that_wakes_up_is_one_moment)
{
	struct snapshot_options patient = { .stop = STOP_NEVER };
	struct target *t;
	pid_t pid;

	uint8_t *area = mmap(NULL, APART, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(area, 0, APART);
	first_word = (volatile uint64_t *)area;
	last_word = (volatile uint64_t *)(area + APART) - 1;
	pid = child_start(change_now_and_then);
	t = child_open(pid);
	for (int i = 0; i < 20; i++) {
		child_snapshot(t, &patient);
		ck_assert_uint_eq(child_copied(t, first_word),
				  child_copied(t, last_word));
	}
	target_close(t);
	child_finish(pid);
}
END_TEST

#if defined(__x86_64__)
/* As a thread whose libc is not glibc, and has told the kernel no list. */
static void hide_its_tls(void)
{
	syscall(SYS_set_robust_list, NULL, sizeof(struct robust_list_head));
	child_waiting();
}

START_TEST(without_tls_it_is_stopped)
{
	pid_t pid = child_start(hide_its_tls);
	struct target *t;

	child_settle(pid);
	t = child_open(pid);
	child_snapshot(t, NULL);
	ck_assert_int_eq(t->stopped, STOPPED_ALL);
	ck_assert_uint_ne(t->threads.v[0].fs_base, 0);
	child_snapshot(t, &never);
	ck_assert_int_eq(t->stopped, STOPPED_NONE);
	ck_assert_uint_eq(t->threads.v[0].fs_base, 0);
	target_close(t);
	child_finish(pid);
}
END_TEST
#endif

/* Drops its pages when it gets SIGUSR1. */
#define DROPPED (64UL << 12)
static uint8_t *dropped;
static pid_t dropping;
static int nr_dropped;

static void drop_pages(int number)
{
	(void)number;
	madvise(dropped, DROPPED, MADV_DONTNEED);
}

static void have_pages_to_drop(void)
{
	memset(dropped, 0xaa, DROPPED);
	signal(SIGUSR1, drop_pages);
	child_waiting();
}

/* When the first copy is there: so that it does not count. */
static void let_drop(const char *moment)
{
	uint64_t word = 1;

	if (strcmp(moment, "copied") || nr_dropped++)
		return;
	kill(dropping, SIGUSR1);
	while (word) {
		struct iovec local = { &word, sizeof(word) };
		struct iovec remote = { dropped, sizeof(word) };

		ck_assert_int_eq(process_vm_readv(dropping, &local, 1, &remote,
						  1, 0), sizeof(word));
	}
	child_settle(dropping);
}

/* With the second way that it goes then. */
START_TEST(nothing_is_left_of_a_copy_that_did_not_count)
{
	const struct snapshot_options options = {
		.stop = _i ? STOP_NEVER : STOP_AUTO,
		.at = let_drop,
		.patience_ms = _i ? 10000 : 1,
	};
	struct target *t;

	dropped = mmap(NULL, DROPPED, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	dropping = child_start(have_pages_to_drop);
	child_settle(dropping);
	t = child_open(dropping);
	child_snapshot(t, &options);
	ck_assert_int_ge(nr_dropped, 2);
	ck_assert_int_eq(t->stopped, _i ? STOPPED_NONE : STOPPED_ALL);
	for (size_t i = 0; i < DROPPED; i += 4096)
		ck_assert_uint_eq(child_copied(t, dropped + i), 0);
	target_close(t);
	child_finish(dropping);
}
END_TEST

static volatile uint32_t gate_flag = 1;

START_TEST(closed_gate_is_waited_for)
{
	struct snapshot_options options = never;
	struct target *t;
	pid_t pid;

	options.gate.word = child_address(&gate_flag);
	pid = child_start(child_waiting);
	child_settle(pid);
	t = child_open(pid);
	expect_error(target_snapshot(t, &options), ERR_SYSTEM,
		     "within a collection");
	target_close(t);
	child_finish(pid);
}
END_TEST

static bool given_up;

static bool is_given_up(void)
{
	return given_up;
}

START_TEST(user_ends_it)
{
	struct snapshot_options options = { .stop = STOP_NEVER,
					    .is_given_up = is_given_up };
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);

	given_up = true;
	expect_error(target_snapshot(t, &options), ERR_SYSTEM, "interrupted");
	ck_assert_uint_lt(clock_ns(CLOCK_MONOTONIC) - begun, 5000000000);
	target_close(t);
	child_finish(pid);
}
END_TEST

const char suite_name[] = "unstopped";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, process_at_rest_is_not_stopped);
	tcase_add_test(tc, process_that_works_is_stopped);
	tcase_add_test(tc, never_is_never);
	tcase_add_test(tc, copy_of_a_process_that_wakes_up_is_one_moment);
#if defined(__x86_64__)
	tcase_add_test(tc, without_tls_it_is_stopped);
#endif
	tcase_add_loop_test(tc, nothing_is_left_of_a_copy_that_did_not_count, 0,
			    2);
	tcase_add_test(tc, closed_gate_is_waited_for);
	tcase_add_test(tc, user_ends_it);
}
