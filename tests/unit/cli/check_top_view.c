/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `pyheld top` shows, and what it does with targets that are none. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "cli/top/view.h"
#include "suite.h"
#include "terminal.h"
#include "tui/screen.h"

const char suite_name[] = "top-view";

static struct terminal terminal;
static struct processes processes;
static struct view view;
static const char *const names[] = { "4242", "4243", "4244" };

static void add_item(struct live_item_vec *items, const char *name,
		     uint64_t count, uint64_t bytes)
{
	live_item_vec_push(items, (struct live_item){ .name = xstrdup(name),
						      .count = count,
						      .bytes = bytes });
}

/* A sample at a minute: a type and a holder have more at each. */
static void sample(struct process *p, uint64_t minute)
{
	struct live_item_vec types = VEC_INIT, holders = VEC_INIT;
	struct live_point point = {
		.at_ms = minute * 60000, .resident = (20 + minute) << 20,
		.objects = 1000 * (1 + minute), .bytes = (10 + minute) << 20,
		.pause_ns = 3000000 };

	add_item(&types, "shop.Session", 100 * (1 + minute),
		 (1 + minute) << 20);
	add_item(&types, "shrinking", 100 - minute, 5000 - minute);
	add_item(&holders, "the dict shop.sessions", 100 * (1 + minute),
		 (1 + minute) << 20);
	live_add(&p->live, &point, &types, true, &holders);
}

/* Draw, and expect each of the `nr` words to be on the terminal. */
static void expect(size_t nr, const char *const *words)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	view_draw(&view, &processes);
	terminal_read(&terminal, &out);
	for (size_t i = 0; i < nr; i++)
		ck_assert_msg(strstr(out.s, words[i]) != NULL,
			      "no '%s' in '%s'", words[i], out.s);
}

#define EXPECT(...) \
	expect(ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })), \
	       (const char *const[]){ __VA_ARGS__ })

/* Another size makes the screen draw everything. */
static void resize(unsigned short rows, unsigned short columns)
{
	terminal_resize(&terminal, rows, columns);
	ck_assert_uint_eq(screen_key(1000), INPUT_RESIZE);
}

START_TEST(growth_of_the_chosen_process)
{
	struct process *first = &processes.v.v[0];

	free(first->command);
	first->command = xstrdup("shop.py");
	EXPECT("pyheld top", "RESIDENT", "4242", "4244", "waits", "first",
	       "quit");
	sample(first, 0);
	resize(24, 100);
	EXPECT("20.0 MiB", "second");
	sample(first, 1);
	resize(30, 120);
	EXPECT("21.0 MiB", "2,000", "+1.0", "GREW", "HOLDER", "+100",
	       "shop.sessions", "shop.Session", "shop.py", "2 samples");
	view.sort = LIVE_BY_NAME;
	first->partial = true;
	processes.frozen = true;
	resize(30, 140);
	EXPECT("FROZEN", "name", "unreadable");
}
END_TEST

START_TEST(trouble_help_and_messages)
{
	processes.v.v[0].trouble = xstrdup("it-is-gone");
	processes.v.v[1].ended = true;
	EXPECT("it-is-gone", "ended");
	view.help = true;
	view.message = "captured-to-somewhere";
	resize(24, 81);
	EXPECT("choose", "freeze", "captured-to-somewhere");
}
END_TEST

START_TEST(small_screens)
{
	sample(&processes.v.v[0], 0);
	sample(&processes.v.v[0], 1);
	for (unsigned short rows = 1; rows < 12; rows++)
		for (unsigned short columns = 1; columns < 50; columns += 8) {
			resize(rows, columns);
			view_draw(&view, &processes);
		}
	resize(6, 32);
	EXPECT("4242", "21.0 MiB");
}
END_TEST

/* Wait until nothing is sampled: 10 s at most. */
static void step_until_trouble(void)
{
	for (int i = 0; i < 1000 && !processes.v.v[0].trouble; i++) {
		processes_step(&processes);
		poll(NULL, 0, 10);
	}
	ck_assert_ptr_nonnull(processes.v.v[0].trouble);
}

/* Look at `name`, which can't be looked at. */
static struct process *look_at(const char *name)
{
	processes_release(&processes);
	processes_init(&processes, &name, 1, 1000, NULL);
	step_until_trouble();
	ck_assert_uint_eq(processes.v.v[0].live.nr_points, 0);
	return &processes.v.v[0];
}

START_TEST(targets_that_are_none)
{
	CLEANUP(freep) char *self = xasprintf("%d", (int)getpid());
	struct process *process = look_at("2147483646");

	ck_assert_ptr_nonnull(strstr(process->trouble, "2147483646"));
	ck_assert(process->ended);
	EXPECT("ended", "2147483646");
	/* A process, but not a Python: it may become one. */
	process = look_at(self);
	ck_assert_ptr_nonnull(strstr(process->trouble, self));
	ck_assert(!process->ended);
	resize(24, 82);
	EXPECT("no sample", self);
}
END_TEST

static void sit_down(void)
{
	struct error *err;

	terminal_use_utf8();
	terminal_open(&terminal, 24, 80);
	processes_init(&processes, names, ARRAY_SIZE(names), 1000, NULL);
	err = screen_open(false);
	ck_assert_msg(!err, "%s", err ? err->message : "");
}

static void stand_up(void)
{
	screen_close();
	processes_release(&processes);
	terminal_close(&terminal);
}

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, sit_down, stand_up);
	tcase_add_test(tc, growth_of_the_chosen_process);
	tcase_add_test(tc, trouble_help_and_messages);
	tcase_add_test(tc, small_screens);
	tcase_add_test(tc, targets_that_are_none);
}
