/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/browse/named.h - the file that a person names to write a view to. */
#ifndef TUI_BROWSE_NAMED_H
#define TUI_BROWSE_NAMED_H

#include <stdbool.h>

#include "base/error.h"

/*
 * `*exists` says whether a file is there; it is untouched on error.
 *
 * ERR_USAGE: `path` can't be written to without harm to the screen: "-" is the
 * terminal, and to open a pipe or a device may wait without end.
 */
struct error *named_file(const char *path, bool *exists) MUST_CHECK;

#endif
