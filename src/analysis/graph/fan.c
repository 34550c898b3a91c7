/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/graph/fan.h"

bool fan_hangs(const struct fan *f, oid o)
{
	return f->reach->parent[o] != OID_NONE &&
	       !bits_get(f->dominators->roots, o);
}

void fan_build(const struct reach *reach, const struct dominators *dominators,
	       struct fan *ret)
{
	size_t nr = reach->nr_objects;

	*ret = (struct fan){ .reach = reach, .dominators = dominators };
	ret->nr = xcalloc(nr, sizeof(*ret->nr));
	ret->objects = xcalloc(nr, sizeof(*ret->objects));
	ret->bytes = xcalloc(nr, sizeof(*ret->bytes));
	ret->largest = xcalloc(nr, sizeof(*ret->largest));
	for (oid o = 0; o < nr; o++) {
		oid holder = reach->parent[o];

		if (!fan_hangs(ret, o))
			continue;
		ret->nr[holder]++;
		ret->objects[holder] += dominators->objects[o];
		ret->bytes[holder] += dominators->bytes[o];
		ret->largest[holder] = MAX(ret->largest[holder],
					   dominators->bytes[o]);
	}
}

void fan_release(struct fan *f)
{
	free(f->nr);
	free(f->objects);
	free(f->bytes);
	free(f->largest);
	memset(f, 0, sizeof(*f));
}
