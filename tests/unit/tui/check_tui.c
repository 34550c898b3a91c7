/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the terminal's views are made of: text in columns, lists, prompts. */
#include <string.h>

#include "output/format.h"
#include "suite.h"
#include "terminal.h"
#include "tui/cells.h"
#include "tui/columns.h"
#include "tui/list.h"
#include "tui/prompt.h"

const char suite_name[] = "tui";

#define ELLIPSIS "\xe2\x80\xa6"
#define FULL "\xe2\x96\x88"
#define HALF "\xe2\x96\x8c"

/* --- cells --- */

static void expect_fit(const char *text, unsigned int width, bool right,
		       bool utf8, const char *expected)
{
	struct str s = STR_INIT;

	str_add(&s, "|");
	cells_fit(&s, text, width, right, utf8);
	ck_assert_str_eq(s.s + 1, expected);
	ck_assert_uint_eq(format_width(s.s + 1), width);
	str_release(&s);
}

START_TEST(text_takes_exactly_its_columns)
{
	expect_fit("abc", 5, false, true, "abc  ");
	expect_fit("abc", 5, true, true, "  abc");
	expect_fit("", 3, false, true, "   ");
	expect_fit("abcdef", 6, false, true, "abcdef");
	expect_fit("package.module.Name", 9, false, true,
		   "pack" ELLIPSIS "Name");
	expect_fit("package.module.Name", 9, false, false, "pac...ame");
	expect_fit("abcdef", 2, false, true, "ab");
	expect_fit("abcdef", 1, true, false, "a");
	expect_fit("abcdef", 0, false, true, "");
}
END_TEST

START_TEST(hostile_text_is_escaped)
{
	expect_fit("a\033[2Jb\n", 13, false, true, "a\\x1b[2Jb\\n  ");
	expect_fit("\xff\xc3", 9, false, true, "\\xff\\xc3 ");
	expect_fit("\xe2\x80\xae", 7, false, true, "\\u202e ");
	expect_fit("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x90\x8d", 21, false, false,
		   "\\xe9\\u65e5\\U0001f40d ");
}
END_TEST

/* U+65E5 takes two columns: half of it is not shown. */
START_TEST(wide_characters_are_not_cut_in_half)
{
#define WIDE "\xe6\x97\xa5"
	expect_fit(WIDE WIDE, 4, false, true, WIDE WIDE);
	expect_fit(WIDE WIDE, 3, false, true, WIDE " ");
	expect_fit(WIDE WIDE, 1, false, true, " ");
	expect_fit(WIDE WIDE WIDE WIDE WIDE, 6, true, true,
		   " " WIDE ELLIPSIS WIDE);
	/* A combining character takes none. */
	expect_fit("e\xcc\x81", 2, false, true, "e\xcc\x81 ");
}
END_TEST

/* A million bytes are not looked at for eight columns. */
START_TEST(long_text)
{
	char *text = xmalloc(1000001);

	memset(text, '\033', 1000000);
	text[1000000] = '\0';
	expect_fit(text, 9, false, true, "\\x1b" ELLIPSIS "\\x1b");
	free(text);
}
END_TEST

static void expect_bar(uint64_t part, uint64_t whole, bool utf8,
		       const char *expected)
{
	struct str s = STR_INIT;

	cells_bar(&s, part, whole, 4, utf8);
	ck_assert_str_eq(s.s, expected);
	str_release(&s);
}

START_TEST(bars)
{
	expect_bar(0, 8, true, "    ");
	expect_bar(3, 8, true, FULL HALF "  ");
	expect_bar(8, 8, true, FULL FULL FULL FULL);
	expect_bar(9, 8, true, FULL FULL FULL FULL);
	expect_bar(1, UINT64_MAX, true, "\xe2\x96\x8f   ");
	expect_bar(UINT64_MAX, UINT64_MAX, true, FULL FULL FULL FULL);
	expect_bar(5, 0, true, "    ");
	expect_bar(2, 4, false, "##  ");
	expect_bar(1, 1000, false, "#   ");
}
END_TEST

/* --- columns --- */

static const struct column columns[] = {
	{ .head = "BYTES", .width = 6, .right = true },
	{ .head = "BAR", .width = 4, .from = 30 },
	{ .head = "NAME", .width = 5, .share = 2 },
	{ .head = "TYPE", .width = 4, .share = 1 },
};

static void expect_widths(unsigned int total, unsigned int bytes,
			  unsigned int bar, unsigned int name,
			  unsigned int type)
{
	unsigned int widths[ARRAY_SIZE(columns)];

	columns_layout(columns, ARRAY_SIZE(columns), total, widths);
	ck_assert_uint_eq(widths[0], bytes);
	ck_assert_uint_eq(widths[1], bar);
	ck_assert_uint_eq(widths[2], name);
	ck_assert_uint_eq(widths[3], type);
}

START_TEST(columns_share_what_is_left)
{
	expect_widths(22, 6, 0, 8, 6);
	expect_widths(30, 6, 4, 10, 7);
	expect_widths(17, 6, 0, 5, 4);
	expect_widths(15, 6, 0, 5, 2);
	expect_widths(9, 6, 0, 2, 0);
	expect_widths(3, 3, 0, 0, 0);
	expect_widths(0, 0, 0, 0, 0);
}
END_TEST

START_TEST(rows)
{
	static const char *const cells[] = { "12", NULL, "app.Session", "x" };
	struct str s = STR_INIT;

	columns_heads(columns, 4, 24, true, &s);
	ck_assert_str_eq(s.s, " BYTES NAME      TYPE   ");
	str_cut(&s, 0);
	columns_row(columns, 4, 24, cells, true, &s);
	ck_assert_str_eq(s.s, "    12 app." ELLIPSIS "sion x      ");
	str_release(&s);
	/* Too narrow for anything but numbers, and still of that width. */
	columns_row(columns, 4, 8, cells, true, &s);
	ck_assert_uint_eq(format_width(s.s), 8);
	str_release(&s);
}
END_TEST

/* --- lists --- */

static void expect_list(const struct list *l, size_t at, size_t top)
{
	ck_assert_uint_eq(l->at, at);
	ck_assert_uint_eq(l->top, top);
	ck_assert(!l->nr || l->at < l->nr);
	ck_assert_uint_le(l->top + list_seen(l), l->nr);
}

START_TEST(list_moves)
{
	struct list l = LIST_INIT;

	l.nr = 10000000;
	list_fit(&l, 10);
	ck_assert_uint_eq(list_seen(&l), 10);
	ck_assert(list_key(&l, INPUT_UP));
	expect_list(&l, 0, 0);
	ck_assert(list_key(&l, 'j'));
	ck_assert(list_key(&l, INPUT_PAGE_DOWN));
	expect_list(&l, 11, 2);
	ck_assert(list_key(&l, 'k'));
	expect_list(&l, 10, 2);
	ck_assert(list_key(&l, 'G'));
	expect_list(&l, 9999999, 9999990);
	ck_assert(list_key(&l, INPUT_DOWN) && list_key(&l, ' '));
	expect_list(&l, 9999999, 9999990);
	ck_assert(list_key(&l, INPUT_PAGE_UP));
	expect_list(&l, 9999989, 9999989);
	ck_assert(list_key(&l, INPUT_HOME));
	expect_list(&l, 0, 0);
	ck_assert(!list_key(&l, 'q') && !list_key(&l, INPUT_RIGHT));
}
END_TEST

/* The terminal and the list change at any time. */
START_TEST(list_fits_again)
{
	struct list l = LIST_INIT;

	ck_assert_uint_eq(list_seen(&l), 0);
	ck_assert(list_key(&l, INPUT_DOWN) && list_key(&l, 'G'));
	expect_list(&l, 0, 0);
	l.nr = 20;
	list_choose(&l, 17);
	list_fit(&l, 5);
	expect_list(&l, 17, 15);
	list_fit(&l, 100);
	expect_list(&l, 17, 0);
	ck_assert_uint_eq(list_seen(&l), 20);
	list_fit(&l, 0);
	expect_list(&l, 17, 17);
	l.nr = 3;
	list_fit(&l, 2);
	expect_list(&l, 2, 1);
	l.nr = 0;
	list_fit(&l, 2);
	expect_list(&l, 0, 0);
	ck_assert_uint_eq(list_seen(&l), 0);
}
END_TEST

/* --- prompts --- */

START_TEST(prompt)
{
	struct prompt p = PROMPT_INIT;

	ck_assert_int_eq(prompt_key(&p, 'a'), PROMPT_TYPING);
	ck_assert_int_eq(prompt_key(&p, 0x65e5), PROMPT_TYPING);
	ck_assert_int_eq(prompt_key(&p, INPUT_UP), PROMPT_TYPING);
	ck_assert_int_eq(prompt_key(&p, INPUT_TAB), PROMPT_TYPING);
	ck_assert_str_eq(p.text.s, "a\xe6\x97\xa5");
	ck_assert_int_eq(prompt_key(&p, INPUT_BACKSPACE), PROMPT_TYPING);
	ck_assert_str_eq(p.text.s, "a");
	ck_assert_int_eq(prompt_key(&p, INPUT_ENTER), PROMPT_DONE);
	ck_assert_int_eq(prompt_key(&p, 0x15), PROMPT_TYPING);
	ck_assert_str_eq(p.text.s, "");
	ck_assert_int_eq(prompt_key(&p, INPUT_BACKSPACE), PROMPT_CANCELLED);
	ck_assert_int_eq(prompt_key(&p, INPUT_ESCAPE), PROMPT_CANCELLED);
	for (int i = 0; i < 2000; i++)
		prompt_key(&p, 'x');
	ck_assert_uint_eq(p.text.len, PROMPT_MAX);
	prompt_release(&p);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, terminal_use_utf8, NULL);
	tcase_add_test(tc, text_takes_exactly_its_columns);
	tcase_add_test(tc, hostile_text_is_escaped);
	tcase_add_test(tc, wide_characters_are_not_cut_in_half);
	tcase_add_test(tc, long_text);
	tcase_add_test(tc, bars);
	tcase_add_test(tc, columns_share_what_is_left);
	tcase_add_test(tc, rows);
	tcase_add_test(tc, list_moves);
	tcase_add_test(tc, list_fits_again);
	tcase_add_test(tc, prompt);
}
