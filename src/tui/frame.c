/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "output/format.h"
#include "tui/cells.h"
#include "tui/frame.h"

#define HEAD_ROWS 3	/* title, where, heads */
#define FOOT_ROWS 1
#define DETAIL_ROWS 2
/* A name may have a million bytes, and two lines are seen. */
#define DETAIL_BYTES 8192

/* Draw the bars of a row once more, in their own style. */
static void draw_bars(const struct frame *f, const struct str *cells,
		      unsigned int row)
{
	unsigned int widths[COLUMNS_MAX], at = 0;

	columns_layout(f->columns, f->nr_columns, screen_columns(), widths);
	for (unsigned int c = 0; c < f->nr_columns; c++) {
		if (!widths[c])
			continue;
		if (f->columns[c].bar)
			screen_put(row, at, widths[c], cells[c].s, SCREEN_BAR);
		at += widths[c] + 1;
	}
}

static void draw_row(const struct frame *f, size_t i, unsigned int row)
{
	struct str cells[COLUMNS_MAX];
	const char *texts[COLUMNS_MAX];
	enum screen_style style = SCREEN_PLAIN;
	CLEANUP(str_release) struct str line = STR_INIT;

	for (unsigned int c = 0; c < f->nr_columns; c++)
		cells[c] = (struct str)STR_INIT;
	f->row(f->owner, i, cells, &style);
	for (unsigned int c = 0; c < f->nr_columns; c++)
		texts[c] = cells[c].s;
	columns_row(f->columns, f->nr_columns, screen_columns(), texts,
		    screen_utf8(), &line);
	if (i == f->list->at)
		style = SCREEN_CHOSEN;
	screen_put(row, 0, screen_columns(), line.s, style);
	if (style != SCREEN_CHOSEN)
		draw_bars(f, cells, row);
	for (unsigned int c = 0; c < f->nr_columns; c++)
		str_release(&cells[c]);
}

/*
 * Where the list is, and which of its rows is chosen if not all are seen: rows
 * beyond the screen would not be missed otherwise.
 */
static void draw_where(const struct frame *f, unsigned int row)
{
	CLEANUP(str_release) struct str place = STR_INIT;
	unsigned int columns = screen_columns(), width = 0;

	if (list_seen(f->list) < f->list->nr) {
		str_add_char(&place, ' ');
		format_count(&place, f->list->at + 1);
		str_add(&place, " of ");
		format_count(&place, f->list->nr);
		width = (unsigned int)place.len;
	}
	if (width * 2 > columns)
		width = 0;
	screen_put(row, 0, columns - width, f->where, SCREEN_PLAIN);
	if (width)
		screen_put(row, columns - width, width, place.s, SCREEN_PLAIN);
}

/* How many bytes of `text` are on the first line: whole words, if it has some
 * that fit. */
static size_t first_line(const char *text, unsigned int columns)
{
	size_t len = format_head(text, columns), word = len;

	if (!text[len])
		return len;
	while (word && text[word] != ' ')
		word--;
	return word > len / 2 ? word : len;
}

static void draw_detail(const struct frame *f, unsigned int row)
{
	unsigned int columns = screen_columns();
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(str_release) struct str line = STR_INIT;
	size_t len;

	str_add_safe(&text, f->detail, strnlen(f->detail, DETAIL_BYTES));
	len = first_line(text.s, columns);
	str_add_bytes(&line, text.s, len);
	screen_put(row, 0, columns, line.s, SCREEN_HEADING);
	len += strspn(text.s + len, " ");
	str_cut(&line, 0);
	cells_fit(&line, text.s + len, columns, false, screen_utf8());
	screen_put(row + 1, 0, columns, line.s, SCREEN_HEADING);
}

void frame_draw(const struct frame *f)
{
	bool detail = f->detail && screen_rows() >= FRAME_DETAIL_FROM;
	unsigned int below = FOOT_ROWS + (detail ? DETAIL_ROWS : 0);
	CLEANUP(str_release) struct str heads = STR_INIT;
	unsigned int rows = screen_rows(), columns = screen_columns();

	list_fit(f->list, rows > HEAD_ROWS + below ?
			  rows - HEAD_ROWS - below : 1);
	columns_heads(f->columns, f->nr_columns, columns, screen_utf8(),
		      &heads);
	screen_put(0, 0, columns, f->title, SCREEN_TITLE);
	draw_where(f, 1);
	screen_put(2, 0, columns, heads.s, SCREEN_HEADING);
	for (size_t i = 0; i < list_seen(f->list); i++)
		draw_row(f, f->list->top + i, HEAD_ROWS + (unsigned int)i);
	if (!f->list->nr && f->empty)
		screen_put(HEAD_ROWS, 1, columns - 1, f->empty, SCREEN_PLAIN);
	if (detail)
		draw_detail(f, rows - below);
	screen_put(rows - 1, 0, columns, f->foot, SCREEN_TITLE);
}
