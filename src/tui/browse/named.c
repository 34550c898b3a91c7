/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
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
	struct stat st;
	bool found;

	if (!strcmp(typed, "-"))
		return error_new(ERR_USAGE, "the terminal is in use: name a"
				 " file (./- is one)");
	/* What can't be reached, writing it will say. */
	found = !stat(whole, &st) || !lstat(whole, &st);
	if (found && S_ISDIR(st.st_mode))
		return error_new(ERR_USAGE, "%s is a folder", whole);
	if (found && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return error_new(ERR_USAGE, "%s is no regular file", whole);
	*exists = found;
	*path = whole;
	whole = NULL;
	return NULL;
}
