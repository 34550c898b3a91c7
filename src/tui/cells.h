/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/cells.h - text in exactly so many columns of a terminal.
 *
 * Texts come from a target, so they are hostile: control characters, bytes that
 * are no UTF-8, wide and combining characters.  Everything here appends valid
 * UTF-8 without control characters to a string that the caller owns.
 */
#ifndef TUI_CELLS_H
#define TUI_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * Add `text` in exactly `width` columns: filled up with spaces at its end (at
 * its begin if `right`), or with its middle replaced by an ellipsis, because
 * both ends of a dotted name matter.  A wide character that would only fit by
 * half is left out.  If not `utf8`, all is ASCII: the rest is escaped (\u00e9).
 */
void cells_fit(struct str *s, const char *text, unsigned int width, bool right,
	       bool utf8);

/*
 * Add a bar in exactly `width` columns, of which the share `part` of `whole` is
 * filled: in eighths of a column if `utf8`, else in columns of '#'.  A part
 * above `whole` fills it; a `whole` of 0 leaves it empty; a part above 0 shows.
 */
void cells_bar(struct str *s, uint64_t part, uint64_t whole,
	       unsigned int width, bool utf8);

#endif
