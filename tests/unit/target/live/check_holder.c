/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a lock, as its process says: what happens between the questions,
 * and a process that lies. */
#include <check.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "child.h"
#include "holding.h"
#include "suite.h"
#include "target/live/snapshot/holder.h"

/* One thread holds all the time, and runs or sleeps.  At a moment, something is
 * changed in its process, so often. */
static struct {
	const char *moment;
	int times;
	void (*change)(void);
} meddling;
static struct target *meddled;
static int nr_found, nr_held;

static void poke(const volatile void *p, uint64_t word, size_t size)
{
	struct iovec local = { &word, size };
	struct iovec remote = { (void *)(uintptr_t)p, size };

	ck_assert_int_eq(process_vm_writev(meddled->pid, &local, 1, &remote, 1,
					   0), (ssize_t)size);
}

static void meddle(const char *moment)
{
	nr_found += !strcmp(moment, "found");
	nr_held += !strcmp(moment, "held");
	if (!meddling.times || strcmp(moment, meddling.moment))
		return;
	meddling.times--;
	meddling.change();
}

static void name_another(void)
{
	poke(&holder, child_address(&records[1]), 8);
}

static void name_nobody(void)
{
	poke(&holder, 0, 8);
}

static void unlock(void)
{
	poke(&locked, 0, 4);
}

static void clear_flag(void)
{
	poke(&records[0].holds, 0, 4);
}

/* The record is another thread's now. */
static void change_number(void)
{
	poke(&records[0].tid, (uint64_t)meddled->pid, 8);
}

static volatile uint32_t gate_flag;

static void close_gate(void)
{
	poke(&gate_flag, 1, 4);
}

static void wake(void)
{
	uint64_t before = child_peek(meddled, &child_nr_signals);

	syscall(SYS_tgkill, meddled->pid,
		(pid_t)child_peek(meddled, &records[0].tid), SIGUSR1);
	while (child_peek(meddled, &child_nr_signals) == before)
		sleep_ms(1);
}

/* Snapshots end without a copy; *held: so many copies were begun. */
static void expect_no_copy(void (*body)(void), const char *moment,
			   void (*change)(void), const char *why, int held)
{
	struct snapshot_options options = holding_options(FLAGGED);
	pid_t pid;

	form = FLAGGED;
	options.at = meddle;
	options.patience_ms = 100;
	options.gate.word = child_address(&gate_flag);
	meddling.moment = moment;
	meddling.times = 1;
	meddling.change = change;
	nr_found = nr_held = 0;
	pid = child_start(body);
	meddled = child_open(pid);
	expect_error(target_snapshot(meddled, &options), ERR_SYSTEM, why);
	ck_assert_int_ge(nr_found, 1);
	ck_assert_int_eq(nr_held, held);
	child_expect_untraced(pid);
	target_close(meddled);
	child_finish(pid);
}

static void (*const lets_go[])(void) = {
	name_another, name_nobody, unlock, clear_flag, change_number,
};

/* Before it is stopped, and while it is copied: by a sleeper, too. */
START_TEST(who_lets_go_meanwhile_is_not_copied)
{
	void (*change)(void) = lets_go[_i];

	expect_no_copy(hold_running, "found", change, "no thread", 0);
	expect_no_copy(hold_running, "held", change, "no thread", 1);
	expect_no_copy(hold_asleep, "found", change, "no thread", 0);
	expect_no_copy(hold_asleep, "held", change, "no thread", 1);
}
END_TEST

START_TEST(gate_is_asked_under_the_stop)
{
	expect_no_copy(hold_running, "found", close_gate, "collection", 0);
	expect_no_copy(hold_asleep, "found", close_gate, "collection", 0);
}
END_TEST

/* While it is copied, and before it is asked for the last time. */
START_TEST(sleeper_that_wakes_is_copied_again)
{
	const char *const moments[] = { "held", "copied" };
	struct snapshot_options options = holding_options(FLAGGED);
	pid_t pid;

	form = FLAGGED;
	options.at = meddle;
	meddling.moment = moments[_i];
	meddling.times = 1;
	meddling.change = wake;
	nr_held = 0;
	pid = child_start(hold_asleep);
	meddled = child_open(pid);
	child_snapshot(meddled, &options);
	ck_assert_int_eq(meddled->stopped, STOPPED_HOLDER);
	ck_assert_int_eq(nr_held, 2);
	target_close(meddled);
	child_finish(pid);
}
END_TEST

START_TEST(thread_must_say_so_itself)
{
	struct snapshot_options options = holding_options(FLAGGED);
	pid_t pid;

	form = FLAGGED;
	options.at = meddle;
	options.patience_ms = 50;
	meddling.times = 0;
	nr_found = nr_held = 0;
	pid = child_start(hold_for_another);
	meddled = child_open(pid);
	expect_error(target_snapshot(meddled, &options), ERR_SYSTEM,
		     "no thread");
	ck_assert_int_ge(nr_found, 1);
	ck_assert_int_eq(nr_held, 0);
	options.stop = STOP_AUTO;
	child_snapshot(meddled, &options);
	ck_assert_int_eq(meddled->stopped, STOPPED_ALL);
	target_close(meddled);
	child_finish(pid);
}
END_TEST

/* A process whose memory says something else each time, or nonsense. */
static pid_t somebody;

static void lie(void)
{
	records[0].tid = (uint64_t)somebody;
	records[0].holds = 1;
	locked = 1;
	holder = &records[0];
	start(count_freely, NULL);
	child_ready();
	for (;;)
		;
}

static const struct holder_words *odd_words(int i)
{
	static struct holder_words w[8];

	for (size_t k = 0; k < 8; k++)
		w[k] = holding_words(FLAGGED);
	w[1].holder = 8;
	w[2].locked = UINT64_MAX - 2;
	w[3].flag = UINT64_MAX / 2;
	w[4].tid = UINT64_MAX - 100;
	w[5].tid_is_pointer = true;
	w[6].tid = offsetof(struct record, holds);	/* 1 */
	w[7].locked = child_address(&free_word) + (1UL << 46);
	return &w[i];
}

START_TEST(words_that_lie_stop_nobody)
{
	const pid_t numbers[] = { getpid(), 1, 0, -1, INT32_MAX };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct snapshot_options options = {
			.stop = STOP_HOLDER, .patience_ms = 20,
			.words = *odd_words(_i),
		};
		struct holder who;
		struct target *t;
		pid_t pid;

		somebody = numbers[i];
		pid = child_start(lie);
		t = child_open(pid);
		ck_assert(!holder_find(t, &options.words, &who));
		expect_error(target_snapshot(t, &options), ERR_SYSTEM,
			     "no thread");
		options.stop = STOP_AUTO;
		child_snapshot(t, &options);
		ck_assert_int_eq(t->stopped, STOPPED_ALL);
		child_expect_untraced(pid);
		target_close(t);
		child_finish(pid);
	}
}
END_TEST

static volatile uint32_t closed_flag = 1;

START_TEST(closed_gate_is_waited_for)
{
	struct snapshot_options options = holding_options(CURRENT);
	struct target *t;
	uint64_t begun;
	pid_t pid;

	form = CURRENT;
	holding_map_words();
	options.gate.word = child_address(&closed_flag);
	options.patience_ms = 1000;
	pid = child_start(compete);
	t = child_open(pid);
	begun = clock_ns(CLOCK_MONOTONIC);
	expect_error(target_snapshot(t, &options), ERR_SYSTEM,
		     "within a collection");
	ck_assert_uint_ge(clock_ns(CLOCK_MONOTONIC) - begun, 1000000000);
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
	struct snapshot_options options = holding_options(CURRENT);
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);

	options.is_given_up = is_given_up;
	given_up = true;
	expect_error(target_snapshot(t, &options), ERR_SYSTEM, "interrupted");
	ck_assert_uint_lt(clock_ns(CLOCK_MONOTONIC) - begun, 5000000000);
	target_close(t);
	child_finish(pid);
}
END_TEST

const char suite_name[] = "holder";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, who_lets_go_meanwhile_is_not_copied, 0,
			    sizeof(lets_go) / sizeof(*lets_go));
	tcase_add_test(tc, gate_is_asked_under_the_stop);
	tcase_add_loop_test(tc, sleeper_that_wakes_is_copied_again, 0, 2);
	tcase_add_test(tc, thread_must_say_so_itself);
	tcase_add_loop_test(tc, words_that_lie_stop_nobody, 0, 8);
	tcase_add_test(tc, closed_gate_is_waited_for);
	tcase_add_test(tc, user_ends_it);
}
