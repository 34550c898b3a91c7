/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/table.h"

#define GAP 2			/* columns of the terminal between cells */
#define LEAST_SHRUNK 16		/* a shorter name says nothing */

struct str *table_cell(struct table *t)
{
	cell_vec_push(&t->cells, (struct cell){ STR_INIT, STYLE_PLAIN });
	return &t->cells.v[t->cells.nr - 1].text;
}

void table_style(struct table *t, enum style style)
{
	t->cells.v[t->cells.nr - 1].style = style;
}

void table_release(struct table *t)
{
	for (size_t i = 0; i < t->cells.nr; i++)
		str_release(&t->cells.v[i].text);
	cell_vec_release(&t->cells);
}

static void measure(const struct table *t, const struct format *f,
		    unsigned int *widths)
{
	for (unsigned int c = 0; c < t->nr_columns; c++)
		widths[c] = f->header ? format_width(t->columns[c].head) : 0;
	for (size_t i = 0; i < t->cells.nr; i++) {
		unsigned int c = i % t->nr_columns;

		widths[c] = MAX(widths[c], format_width(t->cells.v[i].text.s));
	}
}

static unsigned int add_up(const struct table *t, const unsigned int *widths)
{
	unsigned int sum = t->indent;

	for (unsigned int c = 0; c < t->nr_columns; c++)
		sum += widths[c] + (c ? GAP : 0);
	return sum;
}

unsigned int table_width(const struct table *t, const struct format *f)
{
	CLEANUP(freep) unsigned int *widths = xcalloc(t->nr_columns,
						      sizeof(*widths));

	measure(t, f, widths);
	return add_up(t, widths);
}

/* If the table is too wide for the terminal, make some columns narrower. */
static void shrink(const struct table *t, const struct format *f,
		   unsigned int *widths)
{
	unsigned int sum = add_up(t, widths);

	if (!f->width)
		return;
	for (unsigned int c = t->nr_columns; c-- && sum > f->width;) {
		unsigned int less = sum - f->width;

		if (!t->columns[c].shrinks || widths[c] <= LEAST_SHRUNK)
			continue;
		less = MIN(less, widths[c] - LEAST_SHRUNK);
		widths[c] -= less;
		sum -= less;
	}
}

static void print_cell(const struct table *t, const struct format *f,
		       unsigned int column, const char *text,
		       enum style style, unsigned int width, struct str *out)
{
	CLEANUP(str_release) struct str fit = STR_INIT;
	unsigned int used;

	format_fit(&fit, text, t->columns[column].shrinks ? width : 0,
		   f->utf8);
	used = format_width(fit.s);
	format_pad(out, column ? GAP : t->indent);
	if (t->columns[column].right && used < width)
		format_pad(out, width - used);
	format_styled(out, fit.s, style, f);
	if (!t->columns[column].right && used < width)
		format_pad(out, width - used);
	if (column + 1 == t->nr_columns)
		format_end_line(out);
}

void table_print(const struct table *t, const struct format *f,
		 struct str *out)
{
	CLEANUP(freep) unsigned int *widths = xcalloc(t->nr_columns,
						      sizeof(*widths));

	measure(t, f, widths);
	shrink(t, f, widths);
	for (unsigned int c = 0; f->header && c < t->nr_columns; c++)
		print_cell(t, f, c, t->columns[c].head, STYLE_HEADING,
			   widths[c], out);
	for (size_t i = 0; i < t->cells.nr; i++) {
		unsigned int c = i % t->nr_columns;

		print_cell(t, f, c, t->cells.v[i].text.s, t->cells.v[i].style,
			   widths[c], out);
	}
}
