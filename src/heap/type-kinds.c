/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "heap/type.h"

#define MAX_NAMES 6		/* of one kind */

static const struct {
	enum type_kind kind;
	const char *names[MAX_NAMES + 1];
} kinds[] = {
#define TYPE_KIND(kind, ...) { TYPE_KIND_##kind, { __VA_ARGS__ } },
#include "heap/type-kinds.def"
#undef TYPE_KIND
};

/* Is it the name, or that of a type in "module.*"? */
static bool fits(const char *name, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len > 2 && pattern[len - 1] == '*')
		return !strncmp(name, pattern, len - 1);
	return !strcmp(name, pattern);
}

enum type_kind type_kinds_find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(kinds); i++)
		for (size_t k = 0; kinds[i].names[k]; k++)
			if (fits(name, kinds[i].names[k]))
				return kinds[i].kind;
	return TYPE_KIND_OTHER;
}
