/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/browse/search.h - look for a word in the names of types and of objects.
 *
 * Types come first, and at once.  The name of an object is that of the
 * reference through which it is reached; to make a name takes long, so the
 * objects that retain the most are looked at first, in slices, while the screen
 * shows what was found.
 */
#ifndef TUI_BROWSE_SEARCH_H
#define TUI_BROWSE_SEARCH_H

#include "tui/browse/view.h"

/* So many objects are looked at, and so many rows are found, at most. */
#define SEARCH_OBJECTS_MAX 200000
#define SEARCH_ROWS_MAX 1000

struct search {
	char *word;		/* owned; NULL: there is no search */
	struct order_list order; /* all objects that have a chance */
	size_t next;		/* of them the one to look at */
	bool stopped;		/* set by who wants no more */
	bool full;		/* SEARCH_ROWS_MAX rows were found: it ends */
};

/*
 * Look for `word`: a glob as in analysis/limits/pattern.h, or a part of a name,
 * whatever the case of its letters.  Fills `view`, a VIEW_FOUND that the caller
 * releases, with the types; the caller releases `q` by search_release().
 */
void search_start(struct search *q, struct scene *s, const char *word,
		  struct view *view);
/* Look at some objects, for about `ms` milliseconds. */
void search_go_on(struct search *q, struct scene *s, struct view *view,
		  unsigned int ms);
bool search_is_done(const struct search *q);
void search_release(struct search *q);

/* Does the name of a type or of a reference match the word? */
bool search_match(const char *word, const char *name);

#endif
