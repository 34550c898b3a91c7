/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "output/format.h"

/* Deeper lines of a tree start at the column of this depth. */
#define TREE_MAX_DEPTH 16u

void format_count(struct str *s, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			str_add_char(s, ',');
		str_add_char(s, digits[i]);
	}
}

void format_counted(struct str *s, uint64_t n, const char *what)
{
	format_count(s, n);
	str_addf(s, " %s%s", what, n == 1 ? "" : "s");
}

void format_bytes(struct str *s, uint64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB",
					     "EiB" };
	double size = (double)n / 1024;
	size_t unit = 0;

	if (n < 1024) {
		format_counted(s, n, "byte");
		return;
	}
	/* 1023.95 would be printed as 1024.0. */
	while (size >= 1023.95 && unit + 1 < ARRAY_SIZE(units)) {
		size /= 1024;
		unit++;
	}
	str_addf(s, "%.1f %s", size, units[unit]);
}

static uint64_t magnitude(int64_t n)
{
	return n < 0 ? -(uint64_t)n : (uint64_t)n;
}

static void add_sign(struct str *s, int64_t n)
{
	if (n)
		str_add_char(s, n < 0 ? '-' : '+');
}

void format_growth(struct str *s, int64_t n)
{
	add_sign(s, n);
	format_count(s, magnitude(n));
}

void format_bytes_growth(struct str *s, int64_t n)
{
	add_sign(s, n);
	format_bytes(s, magnitude(n));
}

void format_percent_growth(struct str *s, uint64_t old, uint64_t new)
{
	if (old)
		str_addf(s, "%+.1f%%",
			 100 * ((double)new - (double)old) / (double)old);
}

void format_seconds(struct str *s, uint64_t seconds)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60;

	if (seconds < 120)
		str_addf(s, "%" PRIu64 " s", seconds);
	else if (minutes < 120)
		str_addf(s, "%" PRIu64 " min", minutes);
	else if (hours < 48)
		str_addf(s, "%" PRIu64 " h %" PRIu64 " min", hours,
			 minutes % 60);
	else
		str_addf(s, "%" PRIu64 " d %" PRIu64 " h", hours / 24,
			 hours % 24);
}

void format_time(struct str *s, uint64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[64];
	struct tm tm;

	/* A capture may have any number as its time. */
	if (!gmtime_r(&t, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm))
		str_addf(s, "%" PRIu64 " s", seconds);
	else
		str_add(s, text);
}

void format_duration(struct str *s, uint64_t ns)
{
	double ms = (double)ns / 1e6;

	if (ms >= 10000)
		str_addf(s, "%.1f s", ms / 1000);
	else if (ms >= 100)
		str_addf(s, "%.0f ms", ms);
	else
		str_addf(s, "%.1f ms", ms);
}

void format_address(struct str *s, uint64_t address)
{
	str_addf(s, "0x%" PRIx64, address);
}

void format_styled(struct str *s, const char *text, enum style style,
		   const struct format *f)
{
	bool is_styled = f->styles && style != STYLE_PLAIN && *text;

	if (is_styled)
		str_add(s, f->styles[style]);
	str_add(s, text);
	if (is_styled)
		str_add(s, f->styles[STYLE_PLAIN]);
}

/*
 * Decode one code point of valid UTF-8.  mbrtowc() goes by the locale, but our
 * text is always UTF-8.
 */
static const char *next_codepoint(const char *p, uint32_t *ret)
{
	unsigned char first = (unsigned char)*p++;
	unsigned int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 :
			    first >= 0xc0 ? 1 : 0;
	uint32_t c = more ? first & (0x3f >> more) : first;

	while (more-- && ((unsigned char)*p & 0xc0) == 0x80)
		c = c << 6 | ((unsigned char)*p++ & 0x3f);
	*ret = c;
	return p;
}

static unsigned int codepoint_width(uint32_t c)
{
	int width;

	if (c < 0x80)
		return 1;
	/* -1: the locale does not know it; count it as one column. */
	width = wcwidth((wchar_t)c);
	return width < 0 ? 1 : (unsigned int)width;
}

unsigned int format_width(const char *text)
{
	unsigned int width = 0;
	uint32_t c;

	while (*text) {
		text = next_codepoint(text, &c);
		width += codepoint_width(c);
	}
	return width;
}

void format_pad(struct str *s, unsigned int columns)
{
	while (columns--)
		str_add_char(s, ' ');
}

size_t format_head(const char *text, unsigned int max)
{
	unsigned int width = 0;
	const char *end = text, *next;
	uint32_t c;

	for (; *end; end = next) {
		next = next_codepoint(end, &c);
		width += codepoint_width(c);
		if (width > max)
			break;
	}
	return (size_t)(end - text);
}

void format_fit(struct str *s, const char *text, unsigned int max, bool utf8)
{
	unsigned int width = format_width(text), dots = utf8 ? 1 : 3, head;
	const char *tail = text;
	uint32_t c;

	if (!max || width <= max || max <= dots + 2) {
		str_add(s, text);
		return;
	}
	head = (max - dots) / 2;
	str_add_bytes(s, text, format_head(text, head));
	str_add(s, utf8 ? "\xe2\x80\xa6" : "...");
	while (width > max - dots - head) {
		tail = next_codepoint(tail, &c);
		width -= codepoint_width(c);
	}
	str_add(s, tail);
}

void format_words(struct str *s, const char *text, unsigned int column,
		  unsigned int indent, const struct format *f)
{
	unsigned int room = f->width > indent ? f->width - indent : 0;
	unsigned int gap = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		CLEANUP(str_release) struct str all = STR_INIT;
		CLEANUP(str_release) struct str word = STR_INIT;
		unsigned int columns;

		str_add_bytes(&all, text, len);
		format_fit(&word, all.s, room, f->utf8);
		columns = format_width(word.s);
		if (f->width && column > indent &&
		    column + gap + columns > f->width) {
			format_end_line(s);
			format_pad(s, indent);
			column = indent;
		} else {
			format_pad(s, gap);
			column += gap;
		}
		str_add(s, word.s);
		column += columns;
		gap = (unsigned int)strspn(text + len, " ");
		text += len + gap;
	}
	format_end_line(s);
}

void format_type(struct str *s, struct heap *h, oid o)
{
	int64_t length = heap_length(h, o);

	str_add(s, heap_type_of(h, o)->name);
	if (length < 0)
		return;
	str_add(s, " of ");
	format_count(s, (uint64_t)length);
}

void format_branch(struct str *s, unsigned int depth, const char *name,
		   bool utf8)
{
	depth = MIN(depth, TREE_MAX_DEPTH);
	if (depth) {
		format_pad(s, 3 * (depth - 1));
		str_add(s, utf8 ? "\xe2\x94\x94\xe2\x94\x80 " : "`- ");
	}
	str_add(s, name);
}

void format_end_line(struct str *s)
{
	size_t len = s->len;

	while (len && s->s[len - 1] == ' ')
		len--;
	str_cut(s, len);
	str_add_char(s, '\n');
}
