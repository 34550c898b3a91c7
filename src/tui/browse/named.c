/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/files/input.h"
#include "tui/browse/named.h"

struct error *named_file(const char *path, bool *exists)
{
	enum input_kind kind;

	if (!strcmp(path, "-"))
		return error_new(ERR_USAGE, "the terminal is in use: name a"
				 " file (./- is one)");
	/* What can't be reached, writing it will say. */
	kind = input_kind(path);
	if (kind == INPUT_FOLDER)
		return error_new(ERR_USAGE, "%s is a folder", path);
	if (kind == INPUT_SPECIAL)
		return error_new(ERR_USAGE, "%s is no regular file", path);
	*exists = kind != INPUT_MISSING;
	return NULL;
}
