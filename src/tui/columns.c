/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "output/format.h"
#include "tui/cells.h"
#include "tui/columns.h"

/* The columns of the terminal that are in use, with those between. */
static unsigned int used(const unsigned int *widths, unsigned int nr)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < nr; i++)
		if (widths[i])
			sum += widths[i] + !!sum;
	return sum;
}

/* From the last one on, take away what is too much. */
static void narrow(unsigned int *widths, unsigned int nr, unsigned int total)
{
	for (unsigned int i = nr; i-- > 0 && used(widths, nr) > total;) {
		unsigned int over = used(widths, nr) - total;

		widths[i] = widths[i] > over ? widths[i] - over : 0;
	}
}

void columns_layout(const struct column *columns, unsigned int nr,
		    unsigned int total, unsigned int *widths)
{
	unsigned int shares = 0, left;

	assert(nr <= COLUMNS_MAX);
	for (unsigned int i = 0; i < nr; i++) {
		widths[i] = total >= columns[i].from ? columns[i].width : 0;
		if (widths[i])
			shares += columns[i].share;
	}
	narrow(widths, nr, total);
	left = total - used(widths, nr);
	for (unsigned int i = 0; i < nr && shares; i++) {
		unsigned int part;

		if (!widths[i] || !columns[i].share)
			continue;
		part = left * columns[i].share / shares;
		widths[i] += part;
		left -= part;
		shares -= columns[i].share;
	}
}

void columns_row(const struct column *columns, unsigned int nr,
		 unsigned int total, const char *const *cells, bool utf8,
		 struct str *out)
{
	unsigned int widths[COLUMNS_MAX], at = 0;

	columns_layout(columns, nr, total, widths);
	for (unsigned int i = 0; i < nr; i++) {
		if (!widths[i])
			continue;
		if (at) {
			str_add_char(out, ' ');
			at++;
		}
		cells_fit(out, cells[i] ? cells[i] : "", widths[i],
			  columns[i].right, utf8);
		at += widths[i];
	}
	format_pad(out, total - at);
}

void columns_heads(const struct column *columns, unsigned int nr,
		   unsigned int total, bool utf8, struct str *out)
{
	const char *heads[COLUMNS_MAX];

	for (unsigned int i = 0; i < nr; i++)
		heads[i] = columns[i].head;
	columns_row(columns, nr, total, heads, utf8, out);
}
