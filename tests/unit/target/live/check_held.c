/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies for which only the thread that holds a lock stands still: what they
 * hold, and for how long. */
#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "child.h"
#include "holding.h"
#include "suite.h"

START_TEST(what_the_lock_guards_is_one_moment)
{
	struct snapshot_options options;
	struct target *t;
	pid_t pid;

	form = (enum form)_i;
	options = holding_options(form);
	holding_map_words();
	pid = child_start(compete);
	t = child_open(pid);
	for (int i = 0; i < 15; i++) {
		child_snapshot(t, &options);
		ck_assert_int_eq(t->stopped, STOPPED_HOLDER);
		ck_assert_uint_gt(t->pause_ns, 0);
		ck_assert_uint_eq(t->threads.nr, 3);
		/* The holder may stand between the two. */
		ck_assert_uint_le(child_copied(t, first_word) -
				  child_copied(t, last_word), 1);
	}
	child_expect_untraced(pid);
	target_close(t);
	child_finish(pid);
}
END_TEST

static struct target *watched;
static pid_t held_tid;

/* While the holder stands still, the word that nothing guards changes. */
static void watch(const char *moment)
{
	uint64_t before = child_peek(watched, &free_word);

	if (strcmp(moment, "held"))
		return;
	held_tid = 0;
	for (int i = 0; i < 2; i++)
		if (child_peek(watched, &holder) == child_address(&records[i]))
			held_tid = (pid_t)child_peek(watched, &records[i].tid);
	while (child_peek(watched, &free_word) == before)
		sleep_ms(1);
}

START_TEST(other_threads_go_on)
{
	struct snapshot_options options = holding_options(CURRENT);
	const struct thread *t;
	pid_t pid;

	form = CURRENT;
	holding_map_words();
	options.at = watch;
	pid = child_start(compete_beside_another);
	watched = child_open(pid);
	child_snapshot(watched, &options);
	/* Of the holder, the registers are known. */
	ck_assert_int_ne(held_tid, 0);
	for (size_t i = 0; i < watched->threads.nr; i++) {
		t = &watched->threads.v[i];
		ck_assert_uint_ne(t->fs_base, 0);
		if (t->tid == held_tid)
			ck_assert_uint_ne(t->sp, 0);
	}
	target_close(watched);
	child_finish(pid);
}
END_TEST

START_TEST(holder_that_sleeps_is_not_stopped)
{
	struct snapshot_options options = holding_options(FLAGGED);
	struct target *t;
	pid_t pid;

	form = FLAGGED;
	pid = child_start(hold_asleep);
	t = child_open(pid);
	child_snapshot(t, &options);
	ck_assert_int_eq(t->stopped, STOPPED_HOLDER);
	ck_assert_uint_eq(t->pause_ns, 0);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(by_default_it_comes_between)
{
	struct snapshot_options options = holding_options(FLAGGED);
	struct target *t;
	pid_t pid;

	form = FLAGGED;
	holding_map_words();
	pid = child_start(compete);
	t = child_open(pid);
	options.stop = STOP_AUTO;
	child_snapshot(t, &options);
	ck_assert_int_eq(t->stopped, STOPPED_HOLDER);
	for (size_t i = 0; i < t->threads.nr; i++)
		ck_assert_uint_ne(t->threads.v[i].sp, 0);
	/* Nothing says who holds. */
	options.words.holder = 0;
	child_snapshot(t, &options);
	ck_assert_int_eq(t->stopped, STOPPED_ALL);
	options.stop = STOP_HOLDER;
	expect_error(target_snapshot(t, &options), ERR_UNSUPPORTED, "no GIL");
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(native_code_that_runs_makes_it_a_stop_of_all)
{
	struct snapshot_options options = holding_options(FLAGGED);
	struct target *t;
	pid_t pid;

	form = FLAGGED;
	holding_map_words();
	pid = child_start(compete_beside_another);
	t = child_open(pid);
	options.stop = STOP_AUTO;
	child_snapshot(t, &options);
	ck_assert_int_eq(t->stopped, STOPPED_ALL);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* Signals are sent one after the other while the thread is stopped again and
 * again; each must arrive before the next is sent. */
#define NR_SIGNALS 4000

/* 0: all have arrived. */
static int send_signals(pid_t pid, struct target *t)
{
	pid_t tid = (pid_t)child_peek(t, &records[0].tid);

	for (uint64_t i = 1; i <= NR_SIGNALS; i++) {
		uint64_t begun = clock_ns(CLOCK_MONOTONIC);

		syscall(SYS_tgkill, pid, tid, SIGUSR1);
		while (child_peek(t, &child_nr_signals) < i)
			if (clock_ns(CLOCK_MONOTONIC) - begun > 10000000000)
				return 1;
	}
	return 0;
}

START_TEST(signals_of_the_holder_arrive)
{
	struct snapshot_options options = holding_options(FLAGGED);
	struct target *t;
	pid_t pid, sender, ended;
	int status;

	form = FLAGGED;
	pid = child_start(hold_running);
	t = child_open(pid);
	sender = fork();
	if (!sender)
		_exit(send_signals(pid, t));
	do {
		child_snapshot(t, &options);
		ended = waitpid(sender, &status, WNOHANG);
	} while (!ended);
	ck_assert_int_eq(ended, sender);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(child_peek(t, &child_nr_signals), NR_SIGNALS);
	child_expect_untraced(pid);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(patience_is_for_tries)
{
	struct snapshot_options options = holding_options(FLAGGED);
	struct target *t;
	pid_t pid;

	form = FLAGGED;
	holding_map_words();
	/* Less than it takes to prepare the copy. */
	options.patience_ms = 1;
	options.max_pause_ms = 60000;
	pid = child_start(hold_running);
	t = child_open(pid);
	child_snapshot(t, &options);
	ck_assert_int_eq(t->stopped, STOPPED_HOLDER);
	target_close(t);
	child_finish(pid);
}
END_TEST

static int nr_held;

static void count_held(const char *moment)
{
	nr_held += !strcmp(moment, "held");
}

START_TEST(pause_may_be_limited)
{
	struct snapshot_options options = holding_options(FLAGGED);
	struct target *t;
	pid_t pid;

	form = FLAGGED;
	holding_map_words();
	options.max_pause_ms = 1;
	options.at = count_held;
	nr_held = 0;
	pid = child_start(hold_running);
	t = child_open(pid);
	for (int i = 0; i < 2; i++) {
		options.stop = i ? STOP_ALWAYS : STOP_HOLDER;
		expect_error(target_snapshot(t, &options), ERR_SYSTEM,
			     "would stand still for about");
		ck_assert_int_eq(nr_held, 0);
		child_expect_untraced(pid);
	}
	target_close(t);
	child_finish(pid);
}
END_TEST

/* A stop that takes longer than was thought is ended. */
static void dally(const char *moment)
{
	if (!strcmp(moment, "held") || !strcmp(moment, "stopped"))
		sleep_ms(400);
}

START_TEST(pause_that_becomes_too_long_is_ended)
{
	struct snapshot_options options = holding_options(FLAGGED);
	struct target *t;
	pid_t pid;

	form = FLAGGED;
	options.max_pause_ms = 390;
	options.at = dally;
	pid = child_start(hold_running);
	t = child_open(pid);
	for (int i = 0; i < 2; i++) {
		options.stop = i ? STOP_ALWAYS : STOP_HOLDER;
		expect_error(target_snapshot(t, &options), ERR_SYSTEM,
			     "it runs again, and there is no copy");
		child_expect_untraced(pid);
	}
	target_close(t);
	child_finish(pid);
}
END_TEST

const char suite_name[] = "held";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, what_the_lock_guards_is_one_moment, 0,
			    NR_FORMS);
	tcase_add_test(tc, other_threads_go_on);
	tcase_add_test(tc, holder_that_sleeps_is_not_stopped);
	tcase_add_test(tc, by_default_it_comes_between);
	tcase_add_test(tc, native_code_that_runs_makes_it_a_stop_of_all);
	tcase_add_test(tc, signals_of_the_holder_arrive);
	tcase_add_test(tc, patience_is_for_tries);
	tcase_add_test(tc, pause_may_be_limited);
	tcase_add_test(tc, pause_that_becomes_too_long_is_ended);
}
