/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <wchar.h>

#include "output/format.h"
#include "tui/cells.h"

/* The bytes of the code point that valid UTF-8 begins with. */
static size_t codepoint_bytes(const char *text)
{
	unsigned char c = (unsigned char)*text;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static uint32_t codepoint_of(const char *text, size_t bytes)
{
	uint32_t code = (unsigned char)text[0];

	if (bytes > 1)
		code &= 0x7fu >> bytes;
	for (size_t i = 1; i < bytes; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	return code;
}

static void add_ascii(struct str *s, const char *text)
{
	while (*text) {
		size_t bytes = codepoint_bytes(text);
		uint32_t code = codepoint_of(text, bytes);

		if (code < 0x80)
			str_add_char(s, (char)code);
		else
			str_addf(s, code < 0x100 ? "\\x%02x" :
				    code < 0x10000 ? "\\u%04x" : "\\U%08x",
				 code);
		text += bytes;
	}
}

/* Keep the first code points that fit into `width` columns. */
static void cut(struct str *s, unsigned int width)
{
	unsigned int columns = 0;
	size_t at = 0;

	while (at < s->len) {
		size_t bytes = codepoint_bytes(s->s + at);
		CLEANUP(str_release) struct str one = STR_INIT;

		str_add_bytes(&one, s->s + at, bytes);
		columns += format_width(one.s);
		if (columns > width)
			break;
		at += bytes;
	}
	str_cut(s, at);
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
		add_ascii(&plain, safe.s);
	if (width)
		format_fit(&fit, utf8 ? safe.s : plain.s, width, utf8);
	cut(&fit, width);
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
