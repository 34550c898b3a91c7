/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that is stopped, copied and let go: the moment, its threads and
 * signals, and that nothing is left of us.
 */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "entries.h"
#include "target/live/live-data.h"
#include "suite.h"

START_TEST(snapshot_is_one_moment)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);

	for (int round = 0; round < 20; round++) {
		child_snapshot(t, &child_stopped);
		child_expect_untraced(pid);
		for (size_t i = 0; i < CHILD_THREADS; i++) {
			uint64_t a = child_copied(t, &child_pairs[i].first);
			uint64_t b = child_copied(t, &child_pairs[i].second);

			ck_assert(a == b || a == b + 1);
		}
		child_expect_running(t);
	}
	ck_assert_uint_gt(t->pause_ns, 0);
	ck_assert_uint_gt(t->memory.bytes_copied, 0);
	target_close(t);
	child_finish(pid);
}
END_TEST

START_TEST(snapshot_knows_the_threads)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);

	child_snapshot(t, &child_stopped);
	ck_assert_uint_eq(t->threads.nr, CHILD_THREADS + 1);
	ck_assert_int_eq(t->threads.v[0].host_tid, pid);
	for (size_t i = 0; i < t->threads.nr; i++) {
		const struct thread *thread = &t->threads.v[i];

		ck_assert_str_eq(thread->name, t->threads.v[0].name);
		ck_assert_int_eq(thread->tid, thread->host_tid);
		ck_assert_ptr_nonnull(memory_at(&t->memory, thread->sp, 8));
		ck_assert_ptr_nonnull(memory_at(&t->memory, thread->pc, 1));
		ck_assert_ptr_nonnull(
			memory_at(&t->memory, thread->fs_base, 8));
	}
	target_close(t);
	child_finish(pid);
}
END_TEST

/* On a busy machine the child needs a moment until it gets there. */
static bool wait_for_state(pid_t pid, char state)
{
	for (int i = 0; i < 5000 && *child_status(pid, "State") != state; i++)
		sleep_ms(1);
	return *child_status(pid, "State") == state;
}

START_TEST(snapshot_leaves_a_stopped_process_stopped)
{
	pid_t pid = child_start(child_counting);
	struct target *t;
	int status;

	kill(pid, SIGSTOP);
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	t = child_open(pid);
	for (int i = 0; i < 5; i++) {
		uint64_t before = child_peek(t, &child_pairs[0].first);

		child_snapshot(t, &child_stopped);
		sleep_ms(5);
		child_expect_untraced(pid);
		ck_assert(wait_for_state(pid, 'T'));
		ck_assert_uint_eq(child_peek(t, &child_pairs[0].first), before);
	}
	kill(pid, SIGCONT);
	child_expect_running(t);
	target_close(t);
	child_finish(pid);
}
END_TEST

static pid_t signalled;

static void send_signal(const char *moment)
{
	if (!strcmp(moment, "stopped"))
		kill(signalled, SIGUSR1);
}

START_TEST(signal_during_the_stop_arrives)
{
	struct snapshot_options options = { .at = send_signal,
					    .stop = STOP_ALWAYS };
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);

	signalled = pid;
	for (uint64_t i = 1; i <= 20; i++) {
		child_snapshot(t, &options);
		for (int j = 0; j < 200 && child_peek(t, &child_nr_signals) < i;
		     j++)
			sleep_ms(1);
		ck_assert_uint_eq(child_peek(t, &child_nr_signals), i);
	}
	target_close(t);
	child_finish(pid);
}
END_TEST

static void *queue_signals(void *argument)
{
	union sigval one = { .sival_int = 1 };
	uint64_t *sent = argument;

	for (int i = 0; i < 4000; i++) {
		if (!sigqueue(signalled, SIGRTMIN, one))
			++*sent;
		if (i % 16 == 0)
			sleep_ms(1);
	}
	return NULL;
}

START_TEST(signals_that_meet_a_stop_are_given_back)
{
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	uint64_t sent = 0;
	pthread_t thread;

	signalled = pid;
	pthread_create(&thread, NULL, queue_signals, &sent);
	for (int i = 0; i < 50; i++)
		child_snapshot(t, &child_stopped);
	pthread_join(thread, NULL);
	for (int j = 0; j < 500 && child_peek(t, &child_nr_queued) < sent; j++)
		sleep_ms(2);
	ck_assert_uint_gt(sent, 0);
	ck_assert_uint_eq(child_peek(t, &child_nr_queued), sent);
	target_close(t);
	child_finish(pid);
}
END_TEST

static void kill_target(const char *moment)
{
	if (strcmp(moment, "stopped"))
		return;
	kill(signalled, SIGKILL);
	/* Until then its memory can be copied. */
	ck_assert(wait_for_state(signalled, 'Z'));
}

START_TEST(target_that_dies_is_gone)
{
	struct snapshot_options options = { .at = kill_target,
					    .stop = STOP_ALWAYS };
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	char c;

	signalled = pid;
	expect_error(target_snapshot(t, &options), ERR_GONE, "exited");
	expect_error(target_snapshot(t, &child_stopped), ERR_GONE, "exited");
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	expect_error(target_snapshot(t, &child_stopped), ERR_GONE, "exited");
	expect_error(target_peek(t, child_address(&child_pairs), &c, 1),
		     ERR_GONE, "exited");
	target_close(t);
}
END_TEST

static void *live_shortly(void *argument)
{
	return argument;
}

static void making_threads(void)
{
	child_ready();
	for (;;) {
		pthread_t threads[8];
		size_t nr = 0;

		while (nr < 8 &&
		       !pthread_create(&threads[nr], NULL, live_shortly, NULL))
			nr++;
		while (nr)
			pthread_join(threads[--nr], NULL);
		child_pairs[0].first++;
	}
}

START_TEST(threads_that_come_and_go_do_no_harm)
{
	pid_t pid = child_start(making_threads);
	struct target *t = child_open(pid);

	for (int i = 0; i < 100; i++) {
		child_snapshot(t, &child_stopped);
		ck_assert_uint_ge(t->threads.nr, 1);
		child_expect_untraced(pid);
	}
	child_expect_running(t);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* What the gates of the tests look at: a flag, and a list of two nodes. */
static volatile uint32_t closed_flag;
static struct node {
	struct node *next;
	volatile uint32_t flag;
} second_node, first_node = { &second_node, 0 }, *volatile nodes = &first_node;

static volatile uint32_t *closing;

/* Close a gate for 40 ms. */
static void closed_for_a_while(void)
{
	*closing = 1;
	child_ready();
	sleep_ms(40);
	*closing = 0;
	child_pairs[0].first = 1;
	pause();
}

static void closed_for_ever(void)
{
	*closing = 1;
	child_ready();
	for (;;)
		child_pairs[0].first++;
}

static const struct snapshot_options of_flag = {
	.gate.word = (uintptr_t)&closed_flag,
	.retries = 5,
	.stop = STOP_ALWAYS,
};
static const struct snapshot_options of_list = {
	.gate = { .list = (uintptr_t)&nodes,
		  .next = offsetof(struct node, next),
		  .flag = offsetof(struct node, flag) },
	.retries = 5,
	.stop = STOP_ALWAYS,
};

static void expect_gate(volatile uint32_t *flag,
			const struct snapshot_options *options)
{
	struct snapshot_options patient = *options;
	struct target *t;
	pid_t pid;

	closing = flag;
	patient.retries = 0;
	pid = child_start(closed_for_a_while);
	t = child_open(pid);
	child_snapshot(t, &patient);
	/* The copy is of a moment when the gate was open. */
	ck_assert_uint_eq(child_copied(t, flag) & UINT32_MAX, 0);
	ck_assert_uint_eq(child_copied(t, &child_pairs[0].first), 1);
	target_close(t);
	child_finish(pid);
	pid = child_start(closed_for_ever);
	t = child_open(pid);
	expect_error(target_snapshot(t, options), ERR_SYSTEM, "6 times");
	child_expect_untraced(pid);
	child_expect_running(t);
	target_close(t);
	child_finish(pid);
}

START_TEST(snapshot_waits_until_its_gate_is_open)
{
	expect_gate(&closed_flag, &of_flag);
	expect_gate(&first_node.flag, &of_list);
	expect_gate(&second_node.flag, &of_list);
}
END_TEST

START_TEST(gate_that_can_not_be_read_is_an_error)
{
	struct snapshot_options options = { .gate.word = 8,
					    .stop = STOP_ALWAYS };
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);

	expect_error(target_snapshot(t, &options), ERR_FAULT, "not mapped");
	options.gate = (struct gate){ .list = 8 };
	expect_error(target_snapshot(t, &options), ERR_FAULT, "not mapped");
	sleep_ms(5);
	child_expect_untraced(pid);
	child_expect_running(t);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* A list that never ends. */
START_TEST(gate_of_a_ring_ends)
{
	pid_t pid;
	struct target *t;

	second_node.next = &first_node;
	pid = child_start(child_counting);
	t = child_open(pid);
	child_snapshot(t, &of_list);
	target_close(t);
	child_finish(pid);
}
END_TEST

static void die_silently(const char *moment)
{
	if (!strcmp(moment, "stopped"))
		raise(SIGKILL);
}

START_TEST(target_runs_on_when_its_tracer_is_killed)
{
	struct snapshot_options options = { .at = die_silently,
					    .stop = STOP_ALWAYS };
	pid_t pid = child_start(child_counting);
	struct target *t = child_open(pid);
	pid_t tracer = fork();
	int status;

	if (!tracer) {
		error_free(target_snapshot(t, &options));
		_exit(0);
	}
	ck_assert_int_eq(waitpid(tracer, &status, 0), tracer);
	ck_assert(WIFSIGNALED(status));
	child_expect_running(t);
	child_expect_untraced(pid);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* Another traces only this thread: it says so by the byte. */
static void trace_for_ever(pid_t tid, int told)
{
	char byte = ptrace(PTRACE_SEIZE, tid, NULL, NULL) ? 'n' : 'y';

	ck_assert_int_eq(write(told, &byte, 1), 1);
	for (;;)
		pause();
}

START_TEST(who_traces_one_thread_is_named)
{
	pid_t pid = child_start(child_counting), tracer;
	struct target *t = child_open(pid);
	char who[64], byte;
	int told[2];

	child_snapshot(t, &child_stopped);
	ck_assert_int_eq(pipe(told), 0);
	tracer = fork();
	if (!tracer)
		trace_for_ever(t->threads.v[2].host_tid, told[1]);
	ck_assert_int_eq(read(told[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'y');
	/* And not a thread of ours, which traces the others by then. */
	snprintf(who, sizeof(who), "is traced by process %d", (int)tracer);
	expect_error(target_snapshot(t, &child_stopped), ERR_PERMISSION, who);
	kill(tracer, SIGKILL);
	ck_assert_int_eq(waitpid(tracer, NULL, 0), tracer);
	child_snapshot(t, &child_stopped);
	close(told[0]);
	close(told[1]);
	target_close(t);
	child_finish(pid);
}
END_TEST

static int count_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	int c, nr = 0;

	while ((c = getc(f)) != EOF)
		nr += c == '\n';
	fclose(f);
	return nr;
}

static void use_target(pid_t pid)
{
	struct target *t = child_open(pid);
	uint64_t size;
	raddr at;

	error_free(modules_symbol(t, NULL, "no_such_symbol", &at, &size));
	child_snapshot(t, &child_stopped);
	child_snapshot(t, &child_stopped);
	target_close(t);
}

#ifdef __SANITIZE_ADDRESS__
#define SLACK 500
#else
#define SLACK 4
#endif

START_TEST(nothing_is_left_open)
{
	pid_t pid = child_start(child_counting);
	unsigned int fds;
	int mappings;

	use_target(pid);
	fds = count_fds();
	mappings = count_mappings();
	for (int i = 0; i < 20; i++)
		use_target(pid);
	ck_assert_uint_eq(count_fds(), fds);
	/* AddressSanitizer keeps what was freed: a few for each round. */
	ck_assert_int_le(count_mappings(), mappings + SLACK);
	child_finish(pid);
}
END_TEST

const char suite_name[] = "stop";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, snapshot_is_one_moment);
	tcase_add_test(tc, snapshot_knows_the_threads);
	tcase_add_test(tc, snapshot_leaves_a_stopped_process_stopped);
	tcase_add_test(tc, signal_during_the_stop_arrives);
	tcase_add_test(tc, signals_that_meet_a_stop_are_given_back);
	tcase_add_test(tc, target_that_dies_is_gone);
	tcase_add_test(tc, threads_that_come_and_go_do_no_harm);
	tcase_add_test(tc, snapshot_waits_until_its_gate_is_open);
	tcase_add_test(tc, gate_that_can_not_be_read_is_an_error);
	tcase_add_test(tc, gate_of_a_ring_ends);
	tcase_add_test(tc, target_runs_on_when_its_tracer_is_killed);
	tcase_add_test(tc, who_traces_one_thread_is_named);
	tcase_add_test(tc, nothing_is_left_open);
}
