/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/format.h - numbers and lines as a tired person reads them.
 *
 * Everything here appends to a string that the caller owns.
 */
#ifndef OUTPUT_FORMAT_H
#define OUTPUT_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "heap/heap.h"

/* What a text is, where the reader's end can show that. */
enum style {
	STYLE_PLAIN,
	STYLE_HEADING,
	STYLE_GROWTH,		/* more than there was: maybe a leak */
	NR_STYLES,
};

/* What the reader's end can show; see cli/terminal.c. */
struct format {
	unsigned int width;	/* columns of the terminal; 0: no limit */
	bool utf8;		/* tree lines and ellipses beyond ASCII */
	bool header;		/* column heads */
	/* What begins a text of each style, that of STYLE_PLAIN ends it; NULL:
	 * all look the same. */
	const char *const *styles;
};

/* Add `text`, which has no line's end in it. */
void format_styled(struct str *s, const char *text, enum style style,
		   const struct format *f);

/* "98,113" */
void format_count(struct str *s, uint64_t n);
/* "1 object", "98,113 objects" */
void format_counted(struct str *s, uint64_t n, const char *what);
/* "48 bytes", "12.0 KiB", "1.4 GiB" */
void format_bytes(struct str *s, uint64_t n);
/* "+98,113", "-3", "0" */
void format_growth(struct str *s, int64_t n);
/* "+12.0 KiB" */
void format_bytes_growth(struct str *s, int64_t n);
/* "+8.3%"; nothing where there was nothing */
void format_percent_growth(struct str *s, uint64_t old, uint64_t new);
/* "3 s", "5 min", "2 h 5 min", "3 d 4 h" */
void format_seconds(struct str *s, uint64_t seconds);
/* "2026-03-01 12:00:00 UTC" */
void format_time(struct str *s, uint64_t seconds);
/* "83.1 ms" */
void format_duration(struct str *s, uint64_t ns);
/* "0x7f3a2c0b5d90" */
void format_address(struct str *s, uint64_t address);

/* How many terminal columns valid UTF-8 takes. */
unsigned int format_width(const char *text);
void format_pad(struct str *s, unsigned int columns);

/*
 * Add `text` in at most `max` columns (0: no limit): what is longer loses
 * its middle, as both ends of a dotted name tell something.
 */
void format_fit(struct str *s, const char *text, unsigned int max, bool utf8);

/*
 * Add the words of `text` in lines of the terminal's width, and end the last:
 * the first line begins at `column`, the others `indent` columns from the left.
 * A word that has no room in a line loses its middle.
 */
void format_words(struct str *s, const char *text, unsigned int column,
		  unsigned int indent, const struct format *f);

/* "list of 98,113", "app.User": the type, with the length where it has one */
void format_type(struct str *s, struct heap *h, oid o);

/* `name` as a branch of a tree, 0: its top; from a depth on all start at one
 * column. */
void format_branch(struct str *s, unsigned int depth, const char *name,
		   bool utf8);

/* Cut the trailing spaces of the last line and end it. */
void format_end_line(struct str *s);

#endif
