/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "cli/sampling/wait.h"
#include "cli/top/view.h"
#include "output/format.h"
#include "tui/columns.h"
#include "tui/screen.h"

#define KEYS "q quit  s sort  space freeze  c capture  ? help"
#define FEW_KEYS "q quit  s sort  c capture  ? help"

/* From so many rows on, empty ones stand between the parts. */
#define ROOMY 20

/* The screen from its top on; the last row is the foot's. */
struct page {
	unsigned int row, rows;
	struct str line;
};

static void put(struct page *page, const char *text, enum screen_style style)
{
	if (page->row + 1 < page->rows)
		screen_put(page->row++, 0, screen_columns(), text, style);
}

static void put_line(struct page *page, enum screen_style style)
{
	put(page, page->line.s, style);
	str_cut(&page->line, 0);
}

static void put_cells(struct page *page, const struct column *columns,
		      unsigned int nr, const struct str *cells,
		      enum screen_style style)
{
	const char *texts[COLUMNS_MAX];

	for (unsigned int i = 0; i < nr; i++)
		texts[i] = cells[i].s;
	columns_row(columns, nr, screen_columns(), texts, screen_utf8(),
		    &page->line);
	put_line(page, style);
}

static void put_heads(struct page *page, const struct column *columns,
		      unsigned int nr)
{
	columns_heads(columns, nr, screen_columns(), screen_utf8(),
		      &page->line);
	put_line(page, SCREEN_HEADING);
}

static void put_gap(struct page *page)
{
	if (page->rows >= ROOMY)
		page->row++;
}

/* --- processes --- */

enum { PID, RESIDENT, OBJECTS, BYTES, RATE, PAUSE, TREND, COMMAND,
       NR_PROCESS_COLUMNS };

static const struct column process_columns[NR_PROCESS_COLUMNS] = {
	[PID] = { .head = "PID", .width = 7, .right = true },
	[RESIDENT] = { .head = "RESIDENT", .width = 10, .right = true },
	[OBJECTS] = { .head = "OBJECTS", .width = 10, .right = true },
	[BYTES] = { .head = "BYTES", .width = 10, .right = true, .from = 64 },
	[RATE] = { .head = "BYTES/MIN", .width = 11, .right = true,
		   .from = 54 },
	[PAUSE] = { .head = "PAUSE", .width = 8, .right = true, .from = 76 },
	[TREND] = { .head = "TREND", .width = 8, .share = 1 },
	[COMMAND] = { .head = "COMMAND", .width = 20, .share = 1,
		      .from = 110 },
};

/* The columns that TREND has now. */
static unsigned int trend_width(void)
{
	unsigned int widths[COLUMNS_MAX];

	columns_layout(process_columns, NR_PROCESS_COLUMNS, screen_columns(),
		       widths);
	return widths[TREND];
}

static void put_process(struct page *page, const struct process *process,
			enum screen_style style)
{
	struct str cells[NR_PROCESS_COLUMNS];
	const struct live *live = &process->live;
	double rate;

	for (unsigned int i = 0; i < NR_PROCESS_COLUMNS; i++)
		cells[i] = (struct str)STR_INIT;
	str_add(&cells[PID], process->name);
	str_add(&cells[COMMAND], process->command);
	if (live->nr_points) {
		const struct live_point *last = live_last(live);

		format_bytes(&cells[RESIDENT], last->resident);
		format_count(&cells[OBJECTS], last->objects);
		format_bytes(&cells[BYTES], last->bytes);
		format_duration(&cells[PAUSE], last->pause_ns);
	}
	if (live_rate(live, &rate))
		format_bytes_growth(&cells[RATE], (int64_t)rate);
	if (process->ended)
		str_add(&cells[TREND], "ended");
	else if (process->trouble)
		str_add(&cells[TREND], "no sample");
	else if (!live->nr_points)
		str_add(&cells[TREND], "waits");
	else
		live_spark(live, trend_width(), screen_utf8(), &cells[TREND]);
	put_cells(page, process_columns, NR_PROCESS_COLUMNS, cells, style);
	for (unsigned int i = 0; i < NR_PROCESS_COLUMNS; i++)
		str_release(&cells[i]);
}

static void put_processes(struct page *page, struct view *v,
			  const struct processes *p)
{
	unsigned int most = page->rows / 3;

	list_fit(&v->list, MIN(MAX(most, 1), p->v.nr));
	put_heads(page, process_columns, NR_PROCESS_COLUMNS);
	for (size_t i = 0; i < list_seen(&v->list); i++) {
		size_t at = v->list.top + i;

		put_process(page, &p->v.v[at], at == v->list.at ?
					       SCREEN_CHOSEN : SCREEN_PLAIN);
	}
}

/* --- the chosen one --- */

/* Add `more` if the screen is wide enough for all of it. */
static void add_if_it_fits(struct str *line, const char *more)
{
	if (format_width(line->s) + format_width(more) <= screen_columns())
		str_add(line, more);
}

static void add_growth(const struct live *live, struct str *out)
{
	const struct live_point *last = live_last(live);
	CLEANUP(str_release) struct str objects = STR_INIT, pause = STR_INIT;

	format_counted(out, live->nr_samples, "sample");
	str_add(&pause, ", longest pause ");
	format_duration(&pause, live->worst_pause_ns);
	if (live->nr_samples < 2) {
		add_if_it_fits(out, pause.s);
		return;
	}
	str_add(out, " in ");
	format_seconds(out, (last->at_ms - live->first.at_ms) / 1000);
	str_add(out, ": ");
	format_bytes_growth(out, (int64_t)(last->resident -
					   live->first.resident));
	add_if_it_fits(out, " resident");
	str_add(&objects, ", ");
	format_growth(&objects, (int64_t)(last->objects -
					  live->first.objects));
	str_add(&objects, " objects");
	add_if_it_fits(out, objects.s);
	add_if_it_fits(out, pause.s);
}

static void put_state(struct page *page, const struct process *process)
{
	const struct live *live = &process->live;

	put_gap(page);
	str_addf(&page->line, "%s %s", process->name, process->command);
	put_line(page, SCREEN_HEADING);
	if (process->trouble) {
		put(page, process->trouble, SCREEN_GROWTH);
		return;
	}
	if (!live->nr_points) {
		put(page, "the first sample is being taken", SCREEN_QUIET);
		return;
	}
	add_growth(live, &page->line);
	if (process->partial)
		add_if_it_fits(&page->line, "; partly unreadable");
	put_line(page, SCREEN_PLAIN);
}

enum { GREW, HAS, COUNT_GREW, COUNT, NAME, NR_ITEM_COLUMNS };

static const struct column holder_columns[NR_ITEM_COLUMNS] = {
	[GREW] = { .head = "GREW BY", .width = 11, .right = true },
	[HAS] = { .head = "KEEPS", .width = 10, .right = true, .from = 54 },
	[COUNT_GREW] = { .head = "GREW BY", .width = 10, .right = true },
	[COUNT] = { .head = "ENTRIES", .width = 10, .right = true,
		    .from = 66 },
	[NAME] = { .head = "HOLDER", .width = 10, .share = 1 },
};

static const struct column type_columns[NR_ITEM_COLUMNS] = {
	[GREW] = { .head = "GREW BY", .width = 11, .right = true },
	[HAS] = { .head = "BYTES", .width = 10, .right = true, .from = 54 },
	[COUNT_GREW] = { .head = "GREW BY", .width = 10, .right = true },
	[COUNT] = { .head = "OBJECTS", .width = 10, .right = true,
		    .from = 66 },
	[NAME] = { .head = "TYPE", .width = 10, .share = 1 },
};

static void put_item(struct page *page, const struct column *columns,
		     const struct live_item *item)
{
	struct str cells[NR_ITEM_COLUMNS];
	int64_t growth = live_bytes_growth(item);

	for (unsigned int i = 0; i < NR_ITEM_COLUMNS; i++)
		cells[i] = (struct str)STR_INIT;
	format_bytes_growth(&cells[GREW], growth);
	format_bytes(&cells[HAS], item->bytes);
	format_growth(&cells[COUNT_GREW], live_count_growth(item));
	format_count(&cells[COUNT], item->count);
	str_add(&cells[NAME], item->name);
	put_cells(page, columns, NR_ITEM_COLUMNS, cells,
		  growth > 0 ? SCREEN_GROWTH :
		  growth < 0 ? SCREEN_SHRINKING : SCREEN_PLAIN);
	for (unsigned int i = 0; i < NR_ITEM_COLUMNS; i++)
		str_release(&cells[i]);
}

static void put_items(struct page *page, const struct column *columns,
		      const struct live_row_vec *rows, size_t max,
		      const char *empty)
{
	put_gap(page);
	put_heads(page, columns, NR_ITEM_COLUMNS);
	if (!rows->nr && max)
		put(page, empty, SCREEN_QUIET);
	for (size_t i = 0; i < rows->nr && i < max; i++)
		put_item(page, columns, rows->v[i]);
}

static void put_growing(struct page *page, const struct live *live,
			enum live_sort sort)
{
	CLEANUP(live_row_vec_release) struct live_row_vec holders, types;
	const char *empty = live->nr_samples < 2 ?
			    "growth shows from the second sample on" :
			    "none grew since the first sample";
	/* Two heads, the foot, and the gaps. */
	unsigned int fixed = page->row + 3 + (page->rows >= ROOMY ? 2 : 0);
	size_t left = page->rows > fixed ? page->rows - fixed : 0;
	size_t some, least;

	live_rows(&live->holders, sort, &holders);
	live_rows(&live->types, sort, &types);
	/* Half for each, and what the one does not need for the other. */
	least = MIN(MAX(types.nr, 1), left / 2);
	some = MIN(MAX(holders.nr, 1), left - least);
	put_items(page, holder_columns, &holders, some, empty);
	put_items(page, type_columns, &types, left - some, empty);
}

/* --- the whole screen --- */

static void add_title(const struct view *v, const struct processes *p,
		      struct str *out)
{
	str_add(out, "pyheld top");
	if (p->frozen)
		str_add(out, "  FROZEN");
	str_addf(out, "  by %s", live_sort_names[v->sort]);
	if (p->sampler.spawned.pid && (!p->frozen || p->file)) {
		uint64_t ms = wait_now_ms() - p->started_ms;

		if (ms >= 1000 || p->file)
			str_addf(out, "  %s %s, %" PRIu64 " s", p->file ?
				 "writes a capture of" : "looks at",
				 p->v.v[p->at].name, ms / 1000);
	}
}

static const char *const help[] = {
	"q          quit",
	"up, down   choose a process",
	"s          sort by another column: growth of bytes, growth of",
	"           objects, bytes, objects, name",
	"space      freeze: no new samples until the next space",
	"c          write a capture of the chosen process",
	"?          this help, and back",
	"",
	"KEEPS is what would be freed with a holder's entries.  TREND is the",
	"resident memory at the last samples, from its least to its most.",
	"BYTES/MIN is how the objects grew over these samples.",
};

static void put_all(struct page *page, struct view *v,
		    const struct processes *p)
{
	const struct process *chosen;
	const char *keys;

	v->list.nr = p->v.nr;
	list_choose(&v->list, v->list.at);
	add_title(v, p, &page->line);
	put_line(page, SCREEN_TITLE);
	if (v->help) {
		for (size_t i = 0; i < ARRAY_SIZE(help); i++)
			put(page, help[i], SCREEN_PLAIN);
	} else {
		put_processes(page, v, p);
		chosen = &p->v.v[v->list.at];
		put_state(page, chosen);
		put_growing(page, &chosen->live, v->sort);
	}
	keys = screen_columns() < sizeof(KEYS) ? FEW_KEYS : KEYS;
	screen_put(page->rows - 1, 0, screen_columns(),
		   v->message ? v->message : keys, SCREEN_TITLE);
}

void view_draw(struct view *v, const struct processes *p)
{
	struct page page = { .line = STR_INIT };

	if (screen_begin()) {
		page.rows = screen_rows();
		put_all(&page, v, p);
	}
	screen_show();
	str_release(&page.line);
}
