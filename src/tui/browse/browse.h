/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/browse/browse.h - the explorer of a heap: views on a stack, and what each
 * key does.  It knows no terminal; run.h draws it.
 */
#ifndef TUI_BROWSE_BROWSE_H
#define TUI_BROWSE_BROWSE_H

#include "tui/browse/search.h"
#include "tui/browse/view.h"
#include "tui/prompt.h"

enum browse_asks { ASKS_NOTHING, ASKS_SEARCH, ASKS_REPLACE };

struct browse {
	struct scene scene;
	struct view_vec views;	/* the last one is seen; never empty */
	struct search search;	/* for the last VIEW_FOUND */
	bool by_growth;
	/* What the terminal can show; set at any time. */
	unsigned int width;	/* in columns */
	bool utf8;
	enum browse_asks asks;	/* what the prompt is for */
	struct prompt prompt;
	char *file;		/* owned; to write to, or NULL */
	char *message;		/* owned; shown until the next key; or NULL */
	bool done;
	/* Have a person type the path of a file, which is then freed; NULL or
	 * "": none. */
	char *(*type_file)(void);
	/*
	 * Write `text` into a file, which was typed and which named_file() does
	 * not refuse.  If it exists, it is to be replaced.  Errors are shown.
	 */
	struct error *(*write)(const char *file, const struct str *text);
};

/* `scene` is copied; what it points to must outlive `b`. */
void browse_init(struct browse *b, const struct scene *scene,
		 char *(*type_file)(void),
		 struct error *(*write)(const char *, const struct str *));
void browse_release(struct browse *b);

/* Take a key; b->done is true when it was the last one. */
void browse_key(struct browse *b, uint32_t key);

/* Is there something to do while nothing is typed?  Do some of it. */
bool browse_is_busy(const struct browse *b);
void browse_work(struct browse *b);

/* The view that is seen. */
struct view *browse_view(struct browse *b);

/* Add the first line: the process and its memory. */
void browse_title(const struct browse *b, struct str *out);
/* Add where the view is: the path of its holder. */
void browse_where(struct browse *b, struct str *out);
/* Add what the keys do here, the message, or the prompt. */
void browse_foot(const struct browse *b, struct str *out);

/* --- table.c --- */

enum browse_column {
	BROWSE_BYTES,
	BROWSE_GROWTH,
	BROWSE_SHARE,
	BROWSE_BAR,
	BROWSE_OBJECTS,
	BROWSE_NAME,
	BROWSE_TYPE,
	BROWSE_ADDRESS,
	NR_BROWSE_COLUMNS,
};

struct column;
/* The columns of the view that is seen, NR_BROWSE_COLUMNS or fewer; and which
 * each of them is. */
unsigned int browse_columns(struct browse *b, struct column *columns,
			    enum browse_column *which);
/* Add the cells of row `i`. */
void browse_cells(struct browse *b, size_t i, bool utf8, struct str *cells);
/* Add a sentence about the chosen row: its whole name, which may have been cut,
 * and its object's type, address and own bytes; nothing if there is no row. */
void browse_detail(struct browse *b, struct str *out);
/* Add the whole view as text, at most BROWSE_WRITTEN_MAX rows of it. */
#define BROWSE_WRITTEN_MAX 10000
void browse_text(struct browse *b, struct str *out);

#endif
