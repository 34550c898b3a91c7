/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the explorer shows of its rows: columns, the chosen one, its bounds. */
#include <inttypes.h>
#include <string.h>

#include "graph-file.h"
#include "suite.h"
#include "terminal.h"
#include "tui/browse/browse.h"
#include "tui/columns.h"

const char suite_name[] = "rows";

/* A module with a list of Nodes, one of which is large. */
static const char heap[] =
	"m->list m->other; list->n#300; root m:m;"
	" type list/gc list other; type app.Node/heap n#300; size n7=100000";

static struct error *write_nothing(const char *file, const struct str *text)
{
	(void)file;
	(void)text;
	return NULL;
}

static char *type_nothing(void)
{
	return NULL;
}

struct explorer {
	struct heap heap;
	struct retained_view retained;
	struct browse b;
};

static void explorer_open(struct explorer *e, const char *text)
{
	struct scene scene = { .h = &e->heap, .retained = &e->retained };

	graph_build_process(&e->heap, text);
	retained_build(&e->heap, &e->retained);
	browse_init(&e->b, &scene, type_nothing, write_nothing);
}

static void explorer_close(struct explorer *e)
{
	browse_release(&e->b);
	retained_release(&e->retained);
	heap_release(&e->heap);
}

static void press(struct explorer *e, const char *keys)
{
	while (*keys)
		browse_key(&e->b, (uint32_t)*keys++);
}

/* The chosen row in full. */
static void expect_detail(struct explorer *e, const char *expected)
{
	CLEANUP(str_release) struct str detail = STR_INIT;

	browse_detail(&e->b, &detail);
	ck_assert_str_eq(detail.s, expected);
}

START_TEST(tells_of_the_chosen_row)
{
	CLEANUP(str_release) struct str expected = STR_INIT;
	struct explorer e;
	oid node;

	explorer_open(&e, heap); 
	press(&e, "\n\nj");
	expect_detail(&e, "299 app.Node");
	press(&e, "\nG");
	node = view_row(browse_view(&e.b), &e.b.scene, 298).object;
	str_addf(&expected, ": app.Node at 0x%" PRIx64 ", 16 bytes itself",
		 e.heap.address[node]);
	{
		CLEANUP(str_release) struct str detail = STR_INIT;

		browse_detail(&e.b, &detail);
		ck_assert_msg(strstr(detail.s, expected.s) != NULL, "%s",
			      detail.s);
		ck_assert_ptr_ne(detail.s, strstr(detail.s, expected.s));
	}
	press(&e, "?");
	expect_detail(&e, "");
	explorer_close(&e);
}
END_TEST

static void widths_of(struct explorer *e, unsigned int total,
		      unsigned int *by_column)
{
	struct column columns[NR_BROWSE_COLUMNS];
	enum browse_column which[NR_BROWSE_COLUMNS];
	unsigned int widths[NR_BROWSE_COLUMNS];
	unsigned int nr = browse_columns(&e->b, columns, which);

	memset(by_column, 0, NR_BROWSE_COLUMNS * sizeof(*by_column));
	columns_layout(columns, nr, total, widths);
	for (unsigned int i = 0; i < nr; i++)
		by_column[which[i]] = widths[i];
}

/* 80 columns are for what says most. */
START_TEST(narrow_terminals)
{
	unsigned int widths[NR_BROWSE_COLUMNS];
	struct explorer e;

	explorer_open(&e, heap);
	press(&e, "s");
	widths_of(&e, 80, widths);
	ck_assert_uint_ge(widths[BROWSE_NAME], 60);
	ck_assert_uint_eq(widths[BROWSE_OBJECTS], 0);
	widths_of(&e, 120, widths);
	ck_assert_uint_ne(widths[BROWSE_OBJECTS], 0);
	/* Objects of one type differ by their addresses. */
	press(&e, "h\n\nj\n");
	ck_assert_int_eq(browse_view(&e.b)->kind, VIEW_GROUP);
	widths_of(&e, 80, widths);
	ck_assert_uint_ge(widths[BROWSE_ADDRESS], 14);
	ck_assert_uint_eq(widths[BROWSE_TYPE], 0);
	widths_of(&e, 120, widths);
	ck_assert_uint_ne(widths[BROWSE_TYPE], 0);
	explorer_close(&e);
}
END_TEST

START_TEST(says_that_a_search_has_a_bound)
{
	CLEANUP(str_release) struct str where = STR_INIT;
	struct explorer e;

	explorer_open(&e, "m->list; list->n#1500; root m:m;"
		      " type app.Node/heap n#1500;");
	press(&e, "/*\n");
	while (browse_is_busy(&e.b))
		browse_work(&e.b);
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), SEARCH_ROWS_MAX);
	browse_where(&e.b, &where);
	ck_assert_msg(strstr(where.s, "search for '*': the first 1,000; ") ==
		      where.s, "%s", where.s);
	explorer_close(&e);
}
END_TEST

/* Every view has the same number of cells as it has columns. */
START_TEST(columns_have_cells)
{
	static const char *const keys[] = { "", "t", "hr", "ho", "hs", "h?" };
	struct explorer e;

	explorer_open(&e, heap);
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
		struct column columns[NR_BROWSE_COLUMNS];
		enum browse_column which[NR_BROWSE_COLUMNS];
		struct str cells[NR_BROWSE_COLUMNS];
		unsigned int nr;

		press(&e, keys[k]);
		nr = browse_columns(&e.b, columns, which);
		ck_assert_uint_ge(nr, 1);
		if (!view_nr(browse_view(&e.b)))
			continue;
		for (unsigned int i = 0; i < nr; i++)
			cells[i] = (struct str)STR_INIT;
		browse_cells(&e.b, 0, true, cells);
		ck_assert_uint_gt(cells[which[0] == BROWSE_NAME ? 0 :
					nr - 2].len, 0);
		for (unsigned int i = 0; i < nr; i++)
			str_release(&cells[i]);
	}
	explorer_close(&e);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, terminal_use_utf8, NULL);
	tcase_add_test(tc, says_that_a_search_has_a_bound);
	tcase_add_test(tc, tells_of_the_chosen_row);
	tcase_add_test(tc, narrow_terminals);
	tcase_add_test(tc, columns_have_cells);
}
