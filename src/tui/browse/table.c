/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/reports/retained.h"
#include "output/table.h"
#include "tui/browse/browse.h"
#include "tui/cells.h"
#include "tui/columns.h"

#define BAR_WIDTH 6

static const struct column all_columns[NR_BROWSE_COLUMNS] = {
	[BROWSE_BYTES] = { .head = "RETAINED", .width = 10, .right = true },
	[BROWSE_GROWTH] = { .head = "GROWTH", .width = 11, .right = true },
	[BROWSE_SHARE] = { .head = "SHARE", .width = 6, .right = true,
			   .from = 50 },
	[BROWSE_BAR] = { .head = "", .width = BAR_WIDTH, .bar = true,
			 .from = 70 },
	[BROWSE_OBJECTS] = { .head = "OBJECTS", .width = 9, .right = true,
			     .from = 60 },
	[BROWSE_NAME] = { .head = "NAME", .width = 10, .share = 3 },
	[BROWSE_TYPE] = { .head = "TYPE", .width = 8, .share = 1,
			  .from = 40 },
	[BROWSE_ADDRESS] = { .head = "ADDRESS", .width = 14, .from = 60 },
};

/* The sentences about suspects are long: on a narrow terminal, they are worth
 * more than what other columns say. */
#define SENTENCES_FROM 110

static bool has_column(const struct browse *b, const struct view *v,
		       enum browse_column c)
{
	if (v->kind == VIEW_TEXT)
		return c == BROWSE_NAME;
	if (c == BROWSE_GROWTH)
		return b->scene.gain &&
		       !(v->kind == VIEW_TYPES && v->holder != OID_NONE);
	if (c == BROWSE_ADDRESS)
		return v->kind == VIEW_GROUP;
	return c != BROWSE_TYPE || (v->kind != VIEW_SUSPECTS &&
				    v->kind != VIEW_TYPES);
}

/* On a narrow terminal, leave out what says least in this view. */
static unsigned int least_width(const struct view *v, enum browse_column c)
{
	if (v->kind == VIEW_SUSPECTS && (c == BROWSE_BAR ||
					 c == BROWSE_OBJECTS))
		return SENTENCES_FROM;
	/* All are of one type, which is in the line above. */
	if (v->kind == VIEW_GROUP && c == BROWSE_TYPE)
		return SENTENCES_FROM;
	return all_columns[c].from;
}

unsigned int browse_columns(struct browse *b, struct column *columns,
			    enum browse_column *which)
{
	const struct view *v = browse_view(b);
	unsigned int nr = 0;

	for (unsigned int i = 0; i < NR_BROWSE_COLUMNS; i++) {
		if (!has_column(b, v, i))
			continue;
		columns[nr] = all_columns[i];
		columns[nr].from = least_width(v, i);
		which[nr++] = i;
	}
	if (v->kind == VIEW_TEXT)
		columns[0].head = "";
	else if (v->kind == VIEW_TYPES)
		columns[0].head = "BYTES";
	if (v->kind == VIEW_TYPES)
		columns[nr - 1].head = "TYPE";
	return nr;
}

/* Do objects that are held in this way look alike, such as those of a set? */
static bool is_nameless(const struct browse *b, oid o)
{
	const struct reach *r = &b->scene.retained->reach;
	struct edge_name edge;
	enum edge_kind kind;

	if (r->parent[o] == OID_NONE)
		return false;
	heap_name_edges(b->scene.h, r->parent[o], r->edge[o], 1, &edge);
	kind = edge.kind;
	edge_name_release(&edge);
	return kind == EDGE_UNKNOWN || kind == EDGE_OFFSET ||
	       kind == EDGE_ELEMENT;
}

static void add_name(struct browse *b, const struct row *row, struct str *out)
{
	const struct view *v = browse_view(b);

	view_name(v, &b->scene, row, out);
	if (row->object == OID_NONE || row->name || v->kind == VIEW_GROUP ||
	    !is_nameless(b, row->object))
		return;
	str_add(out, " at ");
	format_address(out, b->scene.h->address[row->object]);
}

static void add_cell(struct browse *b, const struct row *row,
		     enum browse_column column, bool utf8, struct str *out)
{
	uint64_t all = b->scene.retained->dominators.all_bytes;
	bool is_place = row->object == OID_NONE && row->type == UINT32_MAX &&
			row->suspect == UINT32_MAX;

	if (is_place && column != BROWSE_NAME)
		return;
	switch (column) {
	case BROWSE_BYTES:
		format_bytes(out, row->sum.bytes);
		break;
	case BROWSE_GROWTH:
		format_bytes_growth(out, row->growth);
		break;
	case BROWSE_SHARE:
		retained_add_share(b->scene.retained, row->sum.bytes, out);
		break;
	case BROWSE_BAR:
		cells_bar(out, row->sum.bytes, all, BAR_WIDTH, utf8);
		break;
	case BROWSE_OBJECTS:
		format_count(out, row->sum.nr);
		break;
	case BROWSE_NAME:
		add_name(b, row, out);
		break;
	case BROWSE_ADDRESS:
		format_address(out, b->scene.h->address[row->object]);
		break;
	default:
		/* The name of several objects is that of their type. */
		if (row->object != OID_NONE)
			format_type(out, b->scene.h, row->object);
	}
}

void browse_cells(struct browse *b, size_t i, bool utf8, struct str *cells)
{
	struct column columns[NR_BROWSE_COLUMNS];
	enum browse_column which[NR_BROWSE_COLUMNS];
	unsigned int nr = browse_columns(b, columns, which);
	struct view *v = browse_view(b);
	struct row row;

	if (v->kind == VIEW_TEXT) {
		str_add(&cells[0], v->lines.v[i]);
		return;
	}
	row = view_row(v, &b->scene, i);
	for (unsigned int c = 0; c < nr; c++)
		add_cell(b, &row, which[c], utf8, &cells[c]);
}

/* --- the chosen row in full --- */

void browse_detail(struct browse *b, struct str *out)
{
	struct heap *h = b->scene.h;
	struct view *v = browse_view(b);
	struct row row;

	if (v->kind == VIEW_TEXT || v->list.at >= view_nr(v))
		return;
	row = view_row(v, &b->scene, v->list.at);
	view_name(v, &b->scene, &row, out);
	if (row.object == OID_NONE)
		return;
	str_add(out, row.suspect == UINT32_MAX ? ": " : " (");
	format_type(out, h, row.object);
	str_add(out, " at ");
	format_address(out, h->address[row.object]);
	if (row.suspect == UINT32_MAX) {
		str_add(out, ", ");
		format_bytes(out, heap_bytes(h, row.object));
		str_add(out, " itself");
	} else {
		str_add_char(out, ')');
	}
}

/* --- the view in a file --- */

static void add_lines(const struct view *v, struct str *out)
{
	for (size_t i = 0; i < v->lines.nr; i++)
		str_addf(out, "%s\n", v->lines.v[i]);
}

static void add_rows(struct browse *b, struct str *out)
{
	struct column columns[NR_BROWSE_COLUMNS];
	enum browse_column which[NR_BROWSE_COLUMNS] = { 0 };
	struct table_column heads[NR_BROWSE_COLUMNS];
	unsigned int nr = browse_columns(b, columns, which);
	size_t rows = view_nr(browse_view(b)), i;
	const struct format f = { .utf8 = true, .header = true };
	CLEANUP(table_release) struct table t = { heads, nr, 0, VEC_INIT };

	for (unsigned int c = 0; c < nr; c++)
		heads[c] = (struct table_column){ .head = columns[c].head,
						  .right = columns[c].right };
	for (i = 0; i < rows && i < BROWSE_WRITTEN_MAX; i++) {
		struct row row = view_row(browse_view(b), &b->scene, i);

		for (unsigned int c = 0; c < nr; c++)
			add_cell(b, &row, which[c], true, table_cell(&t));
	}
	table_print(&t, &f, out);
	if (i < rows) {
		str_add(out, "... and ");
		format_counted(out, rows - i, "more row");
		str_add_char(out, '\n');
	}
}

void browse_text(struct browse *b, struct str *out)
{
	browse_title(b, out);
	str_add_char(out, '\n');
	browse_where(b, out);
	str_add(out, "\n\n");
	if (browse_view(b)->kind == VIEW_TEXT)
		add_lines(browse_view(b), out);
	else
		add_rows(b, out);
}
