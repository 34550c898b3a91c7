/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/format.h"
#include "tui/browse/run.h"
#include "tui/frame.h"

static void draw_row(void *owner, size_t i, struct str *cells,
		     enum screen_style *style)
{
	struct browse *b = owner;

	browse_cells(b, i, screen_utf8(), cells);
	if (b->by_growth && browse_view(b)->kind != VIEW_TEXT &&
	    view_row(browse_view(b), &b->scene, i).growth > 0)
		*style = SCREEN_GROWTH;
}

static void draw(struct browse *b)
{
	struct column columns[NR_BROWSE_COLUMNS];
	enum browse_column which[NR_BROWSE_COLUMNS];
	CLEANUP(str_release) struct str title = STR_INIT;
	CLEANUP(str_release) struct str where = STR_INIT;
	CLEANUP(str_release) struct str foot = STR_INIT;
	CLEANUP(str_release) struct str detail = STR_INIT;
	struct view *v = browse_view(b);

	if (!screen_begin()) {
		screen_show();
		return;
	}
	b->width = screen_columns();
	b->utf8 = screen_utf8();
	browse_title(b, &title);
	browse_where(b, &where);
	browse_foot(b, &foot);
	browse_detail(b, &detail);
	frame_draw(&(struct frame){
		.title = title.s, .where = where.s, .foot = foot.s,
		.detail = v->kind == VIEW_TEXT ? NULL : detail.s,
		.columns = columns,
		.nr_columns = browse_columns(b, columns, which),
		.list = &v->list, .row = draw_row, .owner = b,
		.empty = browse_is_busy(b) ? "looking ..." :
			 v->kind == VIEW_SUSPECTS ? "nothing does" :
						    "nothing is here" });
	if (b->asks)
		screen_cursor(screen_rows() - 1, format_width(foot.s));
	screen_show();
}

void browse_run(struct browse *b)
{
	while (!b->done) {
		uint32_t key;

		draw(b);
		key = screen_key(browse_is_busy(b) ? 0 : -1);
		if (key == INPUT_NONE)
			browse_work(b);
		browse_key(b, key);
	}
}
