/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `pyheld top` knows without a terminal: samples, growth, rates and
 * sparklines; the text of a sample; the child that takes it.
 */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/top/look.h"
#include "cli/top/processes.h"
#include "suite.h"

/* --- samples --- */

static struct live live;

static void begin(void)
{
	live_release(&live);
	live = (struct live){ 0 };
}

/* Add "name count bytes" to `items`, for each of the `nr` names. */
static void add_item(struct live_item_vec *items, const char *name,
		     uint64_t count, uint64_t bytes)
{
	live_item_vec_push(items, (struct live_item){ .name = xstrdup(name),
						      .count = count,
						      .bytes = bytes });
}

/* A sample with one type (unless NULL) and one holder (unless NULL). */
static void sample(uint64_t at_ms, uint64_t bytes, const char *type,
		   uint64_t count, const char *holder, uint64_t entries)
{
	struct live_point point = { .at_ms = at_ms, .resident = bytes,
				    .objects = count, .bytes = bytes,
				    .pause_ns = at_ms };
	struct live_item_vec types = VEC_INIT, holders = VEC_INIT;

	if (type)
		add_item(&types, type, count, bytes);
	if (holder)
		add_item(&holders, holder, entries, entries * 10);
	live_add(&live, &point, &types, true, &holders);
	ck_assert_uint_eq(types.nr + holders.nr, 0);
}

START_TEST(rate_is_by_the_minute)
{
	double rate = 7;

	begin();
	ck_assert(!live_rate(&live, &rate));
	sample(1000, 100, NULL, 0, NULL, 0);
	ck_assert(!live_rate(&live, &rate));
	sample(1000, 100, NULL, 0, NULL, 0);
	ck_assert(!live_rate(&live, &rate));
	ck_assert(rate == 7);
	sample(31000, 400, NULL, 0, NULL, 0);
	ck_assert(live_rate(&live, &rate));
	ck_assert(rate == 600);
	sample(61000, 40, NULL, 0, NULL, 0);
	ck_assert(live_rate(&live, &rate));
	ck_assert(rate == -60);
	ck_assert_uint_eq(live.worst_pause_ns, 61000);
	ck_assert_uint_eq(live_last(&live)->bytes, 40);
	begin();
}
END_TEST

START_TEST(old_points_are_dropped_but_for_the_first)
{
	double rate;

	begin();
	for (unsigned int i = 0; i <= LIVE_POINTS; i++)
		sample(i * 60000, i < 2 ? 0 : 100, NULL, 0, NULL, 0);
	ck_assert_uint_eq(live.nr_points, LIVE_POINTS);
	ck_assert_uint_eq(live.nr_samples, LIVE_POINTS + 1);
	ck_assert_uint_eq(live.first.at_ms, 0);
	ck_assert_uint_eq(live.points[0].at_ms, 60000);
	ck_assert(live_rate(&live, &rate));
	ck_assert(rate > 0.8 && rate < 0.9);
	begin();
}
END_TEST

static const struct live_item *only(const struct live_item_vec *items,
				    enum live_sort sort)
{
	CLEANUP(live_row_vec_release) struct live_row_vec rows;

	live_rows(items, sort, &rows);
	ck_assert_uint_eq(rows.nr, 1);
	return rows.v[0];
}

START_TEST(types_grow_from_nothing_holders_do_not)
{
	CLEANUP(live_row_vec_release) struct live_row_vec rows;

	begin();
	sample(0, 100, "int", 10, NULL, 0);
	live_rows(&live.types, LIVE_BY_GROWTH, &rows);
	ck_assert_uint_eq(rows.nr, 0);
	sample(1, 100, "str", 10, "a (list)", 50);
	ck_assert_str_eq(only(&live.types, LIVE_BY_GROWTH)->name, "str");
	ck_assert_int_eq(live_count_growth(only(&live.types, LIVE_BY_GROWTH)),
			 10);
	ck_assert_int_eq(live_count_growth(only(&live.holders, LIVE_BY_COUNT)),
			 0);
	sample(2, 100, "str", 8, "a (list)", 70);
	ck_assert_int_eq(live_count_growth(only(&live.holders,
						LIVE_BY_GROWTH)), 20);
	ck_assert_int_eq(live_bytes_growth(only(&live.holders,
						LIVE_BY_GROWTH)), 200);
	begin();
}
END_TEST

/* A sample with the largest types alone: one that comes later was there. */
START_TEST(types_that_were_left_out_grow_from_then_on)
{
	struct live_item_vec types = VEC_INIT, holders = VEC_INIT;

	begin();
	add_item(&types, "a", 5, 50);
	live_add(&live, &(struct live_point){ 0 }, &types, false, &holders);
	add_item(&types, "b", 9, 90);
	live_add(&live, &(struct live_point){ 0 }, &types, true, &holders);
	ck_assert_int_eq(live_count_growth(only(&live.types, LIVE_BY_COUNT)),
			 0);
	add_item(&types, "b", 9, 90);
	add_item(&types, "c", 7, 70);
	live_add(&live, &(struct live_point){ 0 }, &types, true, &holders);
	ck_assert_str_eq(only(&live.types, LIVE_BY_GROWTH)->name, "c");
	ck_assert_int_eq(live_bytes_growth(only(&live.types, LIVE_BY_GROWTH)),
			 70);
	begin();
}
END_TEST

/* Names that a program makes up must not fill our memory. */
START_TEST(what_is_not_seen_any_more_is_forgotten)
{
	begin();
	for (unsigned int i = 0; i < 100; i++) {
		CLEANUP(freep) char *name = xasprintf("type%u", i);

		sample(i, 100, name, 10, name, 50);
		ck_assert_str_eq(only(&live.types, LIVE_BY_COUNT)->name, name);
	}
	ck_assert_uint_eq(live.types.nr, LIVE_FORGET + 1);
	ck_assert_uint_eq(live.holders.nr, LIVE_FORGET + 1);
	begin();
}
END_TEST

START_TEST(items_of_one_name_are_one)
{
	struct live_item_vec types = VEC_INIT, holders = VEC_INIT;

	begin();
	add_item(&types, "b", 1, 10);
	add_item(&types, "a", 2, 20);
	add_item(&types, "b", 3, 30);
	live_add(&live, &(struct live_point){ 0 }, &types, true, &holders);
	ck_assert_uint_eq(live.types.nr, 2);
	ck_assert_str_eq(live.types.v[1].name, "b");
	ck_assert_uint_eq(live.types.v[1].count, 4);
	ck_assert_uint_eq(live.types.v[1].bytes, 40);
	begin();
}
END_TEST

/* The names in the order of a sort. */
static void expect_order(enum live_sort sort, const char *names)
{
	CLEANUP(live_row_vec_release) struct live_row_vec rows;
	CLEANUP(str_release) struct str s = STR_INIT;

	live_rows(&live.types, sort, &rows);
	for (size_t i = 0; i < rows.nr; i++)
		str_add(&s, rows.v[i]->name);
	ck_assert_str_eq(s.s, names);
}

START_TEST(rows_are_sorted)
{
	struct live_item_vec types = VEC_INIT, holders = VEC_INIT;

	begin();
	add_item(&types, "a", 1, 100);
	add_item(&types, "b", 5, 10);
	add_item(&types, "c", 9, 90);
	live_add(&live, &(struct live_point){ 0 }, &types, true, &holders);
	add_item(&types, "a", 2, 150);
	add_item(&types, "b", 9, 20);
	add_item(&types, "c", 8, 80);
	live_add(&live, &(struct live_point){ 0 }, &types, true, &holders);
	expect_order(LIVE_BY_GROWTH, "ab");
	expect_order(LIVE_BY_COUNT_GROWTH, "ba");
	expect_order(LIVE_BY_BYTES, "acb");
	expect_order(LIVE_BY_COUNT, "bca");
	expect_order(LIVE_BY_NAME, "abc");
	begin();
}
END_TEST

static void expect_spark(unsigned int width, bool utf8, const char *text)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	live_spark(&live, width, utf8, &s);
	ck_assert_str_eq(s.s, text);
}

START_TEST(sparkline)
{
	begin();
	expect_spark(10, true, "");
	sample(0, 100, NULL, 0, NULL, 0);
	expect_spark(10, true, "▁");
	sample(1, 170, NULL, 0, NULL, 0);
	sample(2, 110, NULL, 0, NULL, 0);
	expect_spark(10, true, "▁█▂");
	expect_spark(10, false, "_#.");
	expect_spark(2, true, "█▁");
	expect_spark(0, true, "");
	/* The largest numbers that there are. */
	sample(3, UINT64_MAX, NULL, 0, NULL, 0);
	sample(4, 0, NULL, 0, NULL, 0);
	expect_spark(2, false, "#_");
	begin();
}
END_TEST

/* --- the text of a sample --- */

static const char text[] =
	"{\"start_time\": 1, \"start_ticks\": 2, \"taken_at\": 3,"
	" \"pause_ns\": 4, \"resident\": 5, \"objects\": 6, \"bytes\": 7,"
	" \"partial\": true, \"command\": \"x y\", \"version\": \"3.11.2\","
	" \"types\": [[\"int\", 8, 9], [\"str\", 10, 11]],"
	" \"holders\": [[\"a (list)\", 12, 13], [], 7, [8]]}";

START_TEST(sample_is_read)
{
	struct look look;

	ck_assert_ptr_null(look_read(text, strlen(text), &look));
	ck_assert_uint_eq(look.sampling.start_ticks, 2);
	ck_assert_uint_eq(look.sampling.taken_at, 3);
	ck_assert_uint_eq(look.point.resident, 5);
	ck_assert_uint_eq(look.point.bytes, 7);
	ck_assert(look.partial);
	ck_assert_str_eq(look.command, "x y");
	ck_assert_uint_eq(look.types.nr, 2);
	ck_assert_str_eq(look.types.v[1].name, "str");
	ck_assert_uint_eq(look.types.v[1].bytes, 11);
	/* What has no name is left out. */
	ck_assert_uint_eq(look.holders.nr, 1);
	look_release(&look);
}
END_TEST

START_TEST(what_is_no_sample_is_refused)
{
	struct error *err;
	struct look look;

	for (size_t len = 0; len < strlen(text); len++) {
		err = look_read(text, len, &look);
		ck_assert_ptr_nonnull(err);
		ck_assert_int_eq(err->code, ERR_CORRUPT);
		error_free(err);
	}
	err = look_read("[]", 2, &look);
	ck_assert_ptr_nonnull(err);
	error_free(err);
	ck_assert_ptr_null(look_read("{}", 2, &look));
	ck_assert_str_eq(look.command, "");
	look_release(&look);
}
END_TEST

/* An error is a field: nothing is looked for in its words. */
START_TEST(trouble_is_read)
{
	static const char gone[] = "{\"trouble\": \"x\", \"gone\": true}";
	static const char other[] =
		"{\"trouble\": \"another one has its PID\", \"pause_ns\": 7,"
		" \"gone\": false, \"ended_ms\": 9}";
	struct look look;

	ck_assert_ptr_null(look_read(gone, strlen(gone), &look));
	ck_assert_str_eq(look.trouble, "x");
	ck_assert(look.gone);
	ck_assert(look.point.pause_ns == LOOK_UNKNOWN);
	look_release(&look);
	ck_assert_ptr_null(look_read(other, strlen(other), &look));
	ck_assert(!look.gone);
	ck_assert_uint_eq(look.point.pause_ns, 7);
	ck_assert_uint_eq(look.ended_ms, 9);
	look_release(&look);
	ck_assert_ptr_null(look_read(text, strlen(text), &look));
	ck_assert_ptr_null(look.trouble);
	look_release(&look);
}
END_TEST

/* --- when --- */

START_TEST(process_runs_most_of_the_time)
{
	/* The interval, from the begin of a sample. */
	ck_assert_uint_eq(processes_due(1000, 100, 4000000, 2000), 3000);
	/* A pause of 500 ms: 5 % of 10 s. */
	ck_assert_uint_eq(processes_due(1000, 700, 500000000, 2000), 11000);
	/* Work for 30 s, and rest as long. */
	ck_assert_uint_eq(processes_due(1000, 30000, 500000000, 2000), 61000);
}
END_TEST

/* --- the child --- */

static int say_much(void *argument)
{
	for (unsigned int i = 0; i < 100000; i++)
		printf("%s", (const char *)argument);
	fprintf(stderr, "pyheld: and that\n");
	return 3;
}

static int wait_long(void *argument UNUSED)
{
	pause();
	return 0;
}

static int abort_it(void *argument UNUSED)
{
	raise(SIGKILL);
	return 0;
}

static int wait_for(struct sampler *s)
{
	int status;

	while (!sampler_poll(s, &status))
		poll(NULL, 0, 1);
	return status;
}

START_TEST(child_says_more_than_a_pipe_holds)
{
	struct sampler s = SAMPLER_INIT;

	ck_assert(spawn_start(&s.spawned, say_much, unconst("0123456789")));
	ck_assert_int_eq(wait_for(&s), 3);
	ck_assert_uint_eq(s.text.len, 1000000);
	ck_assert_str_eq(s.message.s, "pyheld: and that\n");
	sampler_stop(&s);
	ck_assert_uint_eq(s.text.len, 0);
}
END_TEST

static int say_without_end(void *argument UNUSED)
{
	for (;;)
		if (puts("0123456789") < 0)
			return 0;
}

START_TEST(child_that_never_stops_talking_is_ended)
{
	struct sampler s = SAMPLER_INIT;

	ck_assert(spawn_start(&s.spawned, say_without_end, NULL));
	ck_assert_int_eq(wait_for(&s), -1);
	ck_assert_uint_ge(s.text.len, SAMPLER_MAX);
	ck_assert_uint_lt(s.text.len, UINT64_C(5) << 20);
	sampler_stop(&s);
}
END_TEST

START_TEST(child_is_ended)
{
	struct sampler s = SAMPLER_INIT;
	int status;
	pid_t pid;

	ck_assert(spawn_start(&s.spawned, wait_long, NULL));
	pid = s.spawned.pid;
	ck_assert(!sampler_poll(&s, &status));
	/* It has a process group of its own, soon. */
	for (int i = 0; i < 5000 && getpgid(pid) != pid; i++)
		poll(NULL, 0, 1);
	ck_assert_int_eq(getpgid(pid), pid);
	sampler_stop(&s);
	ck_assert_int_eq(kill(pid, 0), -1);
	ck_assert_int_eq(errno, ESRCH);
	/* A second time, nothing happens. */
	sampler_stop(&s);
}
END_TEST

START_TEST(child_that_is_killed)
{
	struct sampler s = SAMPLER_INIT;

	ck_assert(spawn_start(&s.spawned, abort_it, NULL));
	ck_assert_int_eq(wait_for(&s), -1);
	sampler_stop(&s);
}
END_TEST

/* However its parent ends. */
START_TEST(child_ends_with_its_parent)
{
	struct sampler s = SAMPLER_INIT;
	int ends[2];
	pid_t pid, child;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		if (!spawn_start(&s.spawned, wait_long, NULL))
			_exit(1);
		child = s.spawned.pid;
		if (write(ends[1], &child, sizeof(child)) != sizeof(child))
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ends[0], &child, sizeof(child)), sizeof(child));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* The pipe's last writer is the child: it is at its end then. */
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &child, 1), 0);
	close(ends[0]);
}
END_TEST

const char suite_name[] = "top";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, rate_is_by_the_minute);
	tcase_add_test(tc, old_points_are_dropped_but_for_the_first);
	tcase_add_test(tc, types_grow_from_nothing_holders_do_not);
	tcase_add_test(tc, types_that_were_left_out_grow_from_then_on);
	tcase_add_test(tc, what_is_not_seen_any_more_is_forgotten);
	tcase_add_test(tc, items_of_one_name_are_one);
	tcase_add_test(tc, rows_are_sorted);
	tcase_add_test(tc, sparkline);
	tcase_add_test(tc, sample_is_read);
	tcase_add_test(tc, what_is_no_sample_is_refused);
	tcase_add_test(tc, trouble_is_read);
	tcase_add_test(tc, process_runs_most_of_the_time);
	tcase_add_test(tc, child_says_more_than_a_pipe_holds);
	tcase_add_test(tc, child_that_never_stops_talking_is_ended);
	tcase_add_test(tc, child_is_ended);
	tcase_add_test(tc, child_that_is_killed);
	tcase_add_test(tc, child_ends_with_its_parent);
}
