/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "output/format.h"
#include "tui/cells.h"

/* Add valid UTF-8. */
static void add_ascii(struct str *s, const struct str *text)
{
	for (size_t at = 0; at < text->len;) {
		uint32_t code = 0;

		at += MAX(str_decode(text->s + at, text->len - at, &code), 1);
		if (code < 0x80)
			str_add_char(s, (char)code);
		else
			str_add_escaped(s, code);
	}
}

/* A name may have a million bytes, and this many code points are seen. */
#define MAX_BYTES 8192

void cells_fit(struct str *s, const char *text, unsigned int width, bool right,
	       bool utf8)
{
	CLEANUP(str_release) struct str safe = STR_INIT;
	CLEANUP(str_release) struct str plain = STR_INIT;
	CLEANUP(str_release) struct str fit = STR_INIT;
	unsigned int columns;

	str_add_safe(&safe, text, strnlen(text, MAX_BYTES));
	if (!utf8)
		add_ascii(&plain, &safe);
	if (width)
		format_fit(&fit, utf8 ? safe.s : plain.s, width, utf8);
	str_cut(&fit, format_head(fit.s, width));
	columns = format_width(fit.s);
	if (right)
		format_pad(s, width - columns);
	str_add(s, fit.s);
	if (!right)
		format_pad(s, width - columns);
}

void cells_bar(struct str *s, uint64_t part, uint64_t whole,
	       unsigned int width, bool utf8)
{
	unsigned int units = utf8 ? 8 : 1, filled = 0, i;

	part = MIN(part, whole);
	if (part) {
		double share = (double)part / (double)whole;

		filled = (unsigned int)(share * width * units + 0.5);
		filled = MIN(MAX(filled, 1), width * units);
	}
	for (i = 0; i < filled / units; i++)
		str_add(s, utf8 ? "\xe2\x96\x88" : "#");
	/* U+2588 is the full block; U+2589 to U+258F are 7 to 1 eighths. */
	if (filled % units) {
		str_add_codepoint(s, 0x2590 - filled % units);
		i++;
	}
	format_pad(s, width - i);
}
