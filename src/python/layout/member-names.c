/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/search.h"
#include "python/layout/member-names.h"

#include <string.h>

static bool is_before(const struct member_name *m, const char *type,
		      uint32_t offset)
{
	int order = strcmp(m->type, type);

	return order < 0 || (order == 0 && m->offset < offset);
}

/* The index of the first row at or after (type, offset). */
static unsigned int lower_bound(const struct member_name *rows,
				unsigned int nr, const char *type,
				uint32_t offset)
{
	return (unsigned int)SEARCH_FIRST(nr, i,
					  !is_before(&rows[i], type, offset));
}

const char *member_names_find(uint32_t hexversion, bool free_threaded,
			      const char *type, uint32_t offset)
{
	const struct member_name *rows =
		free_threaded ? member_names_free_threaded : member_names;
	unsigned int nr = free_threaded ? nr_member_names_free_threaded :
					  nr_member_names;

	if (!type)
		return NULL;
	for (unsigned int i = lower_bound(rows, nr, type, offset); i < nr;
	     i++) {
		const struct member_name *m = &rows[i];

		if (m->offset != offset || strcmp(m->type, type) != 0)
			break;
		if (hexversion >= m->from && hexversion < m->until)
			return m->name;
	}
	return NULL;
}
