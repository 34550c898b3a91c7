/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/browse/named.h - the file that a person names to write a view to. */
#ifndef TUI_BROWSE_NAMED_H
#define TUI_BROWSE_NAMED_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Set `*path` to the path that `typed` means, which the caller frees: "~/" is
 * the folder that HOME names, as in a shell.  `*exists` says whether a file is
 * there.  On error both are untouched.
 *
 * ERR_USAGE: it can't be written to without harm to the screen: "-" is the
 * terminal, and to open a pipe or a device may wait without end.
 */
struct error *named_file(const char *typed, char **path, bool *exists)
	MUST_CHECK;

#endif
