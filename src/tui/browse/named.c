/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/files/input.h"
#include "tui/browse/named.h"

static char *whole_path(const char *typed)
{
	const char *home = getenv("HOME");

	if (strncmp(typed, "~/", 2) || !home || !*home)
		return xstrdup(typed);
	return xasprintf("%s%s", home, typed + 1);
}

struct error *named_file(const char *typed, char **path, bool *exists)
{
	CLEANUP(freep) char *whole = whole_path(typed);
	enum input_kind kind;

	if (!strcmp(typed, "-"))
		return error_new(ERR_USAGE, "the terminal is in use: name a"
				 " file (./- is one)");
	/* What can't be reached, writing it will say. */
	kind = input_kind(whole);
	if (kind == INPUT_FOLDER)
		return error_new(ERR_USAGE, "%s is a folder", whole);
	if (kind == INPUT_SPECIAL)
		return error_new(ERR_USAGE, "%s is no regular file", whole);
	*exists = kind != INPUT_MISSING;
	*path = whole;
	whole = NULL;
	return NULL;
}
