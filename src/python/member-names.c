#include "python/member-names.h"

#include <stdbool.h>
#include <string.h>

static bool is_before(const struct member_name *m, const char *type,
		      uint32_t offset)
{
	int order = strcmp(m->type, type);

	return order < 0 || (order == 0 && m->offset < offset);
}

/* Index of the first row that is not before (type, offset). */
static unsigned int lower_bound(const char *type, uint32_t offset)
{
	unsigned int low = 0, high = nr_member_names;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (is_before(&member_names[middle], type, offset))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *member_names_find(uint32_t hexversion, const char *type,
			      uint32_t offset)
{
	if (!type)
		return NULL;
	for (unsigned int i = lower_bound(type, offset); i < nr_member_names;
	     i++) {
		const struct member_name *m = &member_names[i];

		if (m->offset != offset || strcmp(m->type, type) != 0)
			break;
		if (hexversion >= m->from && hexversion < m->until)
			return m->name;
	}
	return NULL;
}
