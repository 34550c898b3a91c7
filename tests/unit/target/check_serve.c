/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done with processes for a worker that may be anybody's:
 * target/remote/serve.h. */
#include <signal.h>
#include <sys/mman.h>

#include "base/broker/task.h"
#include "base/clock.h"
#include "child.h"
#include "target/live/live-data.h"
#include "target/remote/serve.h"
#include "suite.h"

const char suite_name[] = "serve";

static pid_t allowed;

static bool may(void *context, pid_t pid)
{
	(void)context;
	return pid == allowed;
}

static bool may_list(void *context, const struct census_query *q)
{
	(void)context;
	return q->below && q->below == allowed;
}

static struct server server = { .may = may, .may_list = may_list };

/* Serve the request; the error's code + 1, -1: betrayal. */
static int ask_packet(const struct packet *request)
{
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;

	if (!serve_request(&server, request, &reply))
		return -1;
	r = packet_read(&reply);
	return (int)packet_get(&r);
}

/* The same with one of these numbers. */
static int ask(uint32_t kind, const uint64_t *numbers, size_t nr)
{
	CLEANUP(packet_release) struct packet request = PACKET_OF(kind);

	for (size_t i = 0; i < nr; i++)
		packet_add(&request, numbers[i]);
	return ask_packet(&request);
}
#define ASK(kind, ...) \
	ask(kind, (const uint64_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))
/* A process's number, a gate, nobody who holds, retries and the way. */
#define SNAPSHOT_BY(way, number, word, list, next, flag, retries) \
	ASK(TASK_PROCESS_SNAPSHOT, number, word, list, next, flag, 0, 0, 0, 0, \
	    0, 0, 0, retries, way, 0, 0, 0)
#define SNAPSHOT(...) SNAPSHOT_BY(STOP_ALWAYS, __VA_ARGS__)

START_TEST(numbers_are_those_of_open_processes)
{
	static const uint64_t numbers[] = { 1, SERVE_MAX - 1, SERVE_MAX,
					    UINT64_MAX, INT64_MAX,
					    UINT64_C(1) << 32 };

	allowed = child_start(child_waiting);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, 8, 1), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, numbers[i], 8, 1), -1);
		ck_assert_int_eq(ASK(TASK_PROCESS_FILE, numbers[i], 0, 0, 0, 0),
				 -1);
		ck_assert_int_eq(SNAPSHOT(numbers[i], 0, 0, 0, 0, 0), -1);
		ck_assert_int_eq(ASK(TASK_PROCESS_CLOSE, numbers[i]), -1);
	}
	ck_assert_int_eq(ASK(TASK_PROCESS_CLOSE, 0), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_CLOSE, 0), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, 8, 1), -1);
	child_finish(allowed);
}
END_TEST

START_TEST(fields_are_checked)
{
	allowed = child_start(child_waiting);
	ck_assert_int_eq(ask(TASK_PROCESS_OPEN, NULL, 0), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed, 1), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, 8), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, 8, 1, 1), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, 8, SERVE_PEEK_MAX + 1), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, 8, UINT64_MAX), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, 8, SERVE_PEEK_MAX),
			 ERR_FAULT + 1);
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, UINT64_MAX, 0), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_FILE, 0, 1, 2, 3), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_FILE, 0, 1, 2, 3, 4, 5), -1);
	/* One less, and one more. */
	ck_assert_int_eq(ASK(TASK_PROCESS_SNAPSHOT, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			     0, 0, 0, 0, STOP_ALWAYS, 0, 0), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_SNAPSHOT, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			     0, 0, 0, 0, STOP_ALWAYS, 0, 0, 0, 0), -1);
	ck_assert_int_eq(SNAPSHOT_BY(NR_STOP_WHEN, 0, 0, 0, 0, 0, 0), -1);
	ck_assert_int_eq(SNAPSHOT_BY(UINT64_MAX, 0, 0, 0, 0, 0, 0), -1);
	/* It would be stopped again and again. */
	ck_assert_int_eq(SNAPSHOT(0, 0, 0, 0, 0, 1000000), -1);
	ck_assert_int_eq(SNAPSHOT(0, 0, 0, 0, 0, UINT64_MAX), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_CHILDREN, (uint64_t)allowed), -1);
	child_finish(allowed);
	serve_end(&server);
}
END_TEST

/* A list of flags that leads back to itself. */
START_TEST(gate_of_a_worker_does_not_hold_the_target)
{
	static uint64_t node[2];
	uint64_t list = child_address(node);

	node[0] = list;
	allowed = child_start(child_waiting);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	ck_assert_int_eq(SNAPSHOT(0, 0, list, 0, 8, 1), 0);
	ck_assert_int_eq(SNAPSHOT(0, UINT64_MAX, 0, 0, 0, 1),
			 ERR_FAULT + 1);
	ck_assert_int_eq(SNAPSHOT(0, 0, list, UINT64_MAX, 8, 1),
			 ERR_FAULT + 1);
	child_expect_untraced(allowed);
	serve_end(&server);
	child_finish(allowed);
}
END_TEST

static uint64_t now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

static uint64_t snapshot_takes_ms(void)
{
	uint64_t begun = now_ms();

	ck_assert_int_eq(SNAPSHOT(0, 0, 0, 0, 0, 1), 0);
	return now_ms() - begun;
}

/* However often a worker asks, the process runs most of the time. */
START_TEST(process_rests_between_snapshots)
{
	struct serve_rest *rest = &server.rests[0];
	sigset_t set;

	allowed = child_start(child_waiting);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	snapshot_takes_ms();
	ck_assert_int_eq(rest->pid, allowed);
	ck_assert_uint_eq(rest->nr, 1);
	ck_assert_uint_gt(rest->until_ns, 0);
	/* The first ones come at once. */
	rest->until_ns = clock_ns(CLOCK_MONOTONIC) + UINT64_C(100000000000);
	while (rest->nr < SERVE_SNAPSHOTS) {
		uint64_t until = rest->until_ns;

		snapshot_takes_ms();
		ck_assert_uint_ne(rest->until_ns, until);
		rest->until_ns = until;
	}
	/* To open it again is of no use. */
	ck_assert_int_eq(ASK(TASK_PROCESS_CLOSE, 0), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	rest->until_ns = clock_ns(CLOCK_MONOTONIC) + UINT64_C(300000000);
	ck_assert_uint_ge(snapshot_takes_ms(), 299);
	/* Nobody who gives up has to wait. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	rest->until_ns = clock_ns(CLOCK_MONOTONIC) + UINT64_C(100000000000);
	ck_assert_int_ne(SNAPSHOT(0, 0, 0, 0, 0, 1), -1);
	serve_end(&server);
	child_finish(allowed);
}
END_TEST

START_TEST(processes_are_few_at_once)
{
	allowed = child_start(child_waiting);
	for (int i = 0; i < SERVE_MAX; i++)
		ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_CLOSE, 5), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	serve_end(&server);
	for (int i = 0; i < SERVE_MAX; i++)
		ck_assert_ptr_null(server.targets[i]);
	child_finish(allowed);
}
END_TEST

/* The number of another process may become that of what was opened. */
START_TEST(process_that_was_replaced_is_gone)
{
	pid_t other = child_start(child_waiting);

	allowed = child_start(child_waiting);
	ck_assert_int_eq(ASK(TASK_PROCESS_OPEN, (uint64_t)allowed), 0);
	child_finish(allowed);
	server.targets[0]->live->pid = other;
	ck_assert_int_eq(ASK(TASK_PROCESS_PEEK, 0, child_address(&server), 8),
			 ERR_GONE + 1);
	serve_end(&server);
	child_finish(other);
}
END_TEST

static int list_below(pid_t pid)
{
	CLEANUP(packet_release) struct packet request =
		PACKET_OF(TASK_PROCESS_CENSUS);

	packet_add(&request, (uint64_t)pid);
	packet_add_text(&request, NULL);
	return ask_packet(&request);
}

START_TEST(details_are_of_processes_that_were_listed)
{
	pid_t other = child_start(child_waiting);

	allowed = child_start(child_waiting);
	ck_assert_int_eq(ASK(TASK_PROCESS_DETAILS, (uint64_t)allowed), -1);
	ck_assert_int_eq(list_below(other), ERR_PERMISSION + 1);
	ck_assert_int_eq(list_below(allowed), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_DETAILS, (uint64_t)allowed), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_DETAILS, (uint64_t)allowed, 1), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_DETAILS, (uint64_t)other), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_DETAILS, (uint64_t)allowed |
			     UINT64_C(1) << 32), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_MAPPED, (uint64_t)allowed, 0), 0);
	ck_assert_int_eq(ASK(TASK_PROCESS_MAPPED, (uint64_t)allowed, 2), -1);
	ck_assert_int_eq(ASK(TASK_PROCESS_MAPPED, (uint64_t)other, 0), -1);
	/* It has ended, and its PID may be that of another one. */
	child_finish(allowed);
	ck_assert_int_eq(ASK(TASK_PROCESS_DETAILS, (uint64_t)allowed),
			 ERR_GONE + 1);
	ck_assert_int_eq(ASK(TASK_PROCESS_MAPPED, (uint64_t)allowed, 0),
			 ERR_SYSTEM + 1);
	serve_end(&server);
	child_finish(other);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, details_are_of_processes_that_were_listed);
	tcase_add_test(tc, numbers_are_those_of_open_processes);
	tcase_add_test(tc, fields_are_checked);
	tcase_add_test(tc, gate_of_a_worker_does_not_hold_the_target);
	tcase_add_test(tc, process_rests_between_snapshots);
	tcase_add_test(tc, processes_are_few_at_once);
	tcase_add_test(tc, process_that_was_replaced_is_gone);
}
