/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/format.h - numbers, names and lines that are easy to read.
 *
 * Everything here appends to a string that the caller owns.
 */
#ifndef OUTPUT_FORMAT_H
#define OUTPUT_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "heap/heap.h"

/* What a text means; terminals show it as colour or bold face. */
enum style {
	STYLE_PLAIN,
	STYLE_HEADING,
	STYLE_GROWTH,		/* more than there was: maybe a leak */
	NR_STYLES,
};

/* What the terminal or file that gets the text can show: see cli/terminal.h. */
struct format {
	unsigned int width;	/* columns of the terminal; 0: no limit */
	bool utf8;		/* tree lines and ellipses beyond ASCII */
	bool header;		/* column heads */
	/*
	 * styles[i] is the escape sequence before text of style i; that of
	 * STYLE_PLAIN stands behind it.  NULL: no escape sequences.
	 */
	const char *const *styles;
};

/* Add `text`, which has no newline in it, in the given style. */
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
/* "+8.3%"; adds nothing if `old` is 0 */
void format_percent_growth(struct str *s, uint64_t old, uint64_t new);
/* "3 s", "5 min", "2 h 5 min", "3 d 4 h" */
void format_seconds(struct str *s, uint64_t seconds);
/* "2026-03-01 12:00:00 UTC", of seconds since the epoch */
void format_time(struct str *s, uint64_t seconds);
/* "83.1 ms" */
void format_duration(struct str *s, uint64_t ns);
/* "0x7f3a2c0b5d90" */
void format_address(struct str *s, uint64_t address);

/* How many columns of a terminal `text`, which is valid UTF-8, takes. */
unsigned int format_width(const char *text);
/* How many bytes has the longest prefix of `text`, which is valid UTF-8, that
 * takes at most `max` columns? */
size_t format_head(const char *text, unsigned int max);
/* Add so many spaces. */
void format_pad(struct str *s, unsigned int columns);

/*
 * Add `text` in at most `max` columns (0: no limit).  The middle of a longer
 * text is replaced by an ellipsis, because both ends of a dotted name matter.
 */
void format_fit(struct str *s, const char *text, unsigned int max, bool utf8);

/*
 * Add the words of `text` in lines of the terminal's width; the last line is
 * ended, too.  The first line begins at `column`, where the caller's text ends;
 * the others are indented by `indent` columns.  A word that is longer than a
 * line is shortened like format_fit() does.
 */
void format_words(struct str *s, const char *text, unsigned int column,
		  unsigned int indent, const struct format *f);

/* Add the type of `o`, and its length if it has one: "list of 98,113". */
void format_type(struct str *s, struct heap *h, oid o);

/*
 * Add `name` as a branch of a tree; depth 0 is the top.  Branches that are too
 * deep all start at the same column.
 */
void format_branch(struct str *s, unsigned int depth, const char *name,
		   bool utf8);

/* Remove the spaces at the end of the last line and add a newline. */
void format_end_line(struct str *s);

#endif
