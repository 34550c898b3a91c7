/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/compare/growth.h"

static bool has_text(const struct heap_type *t)
{
	return t->kind == TYPE_KIND_STR || t->kind == TYPE_KIND_BYTES ||
	       t->kind == TYPE_KIND_BYTEARRAY || t->kind == TYPE_KIND_INT;
}

int64_t growth_entries(struct heap *h, oid o)
{
	const struct heap_type *t;
	int64_t length;

	if (o == OID_NONE)
		return -1;
	t = heap_type_of(h, o);
	if (has_text(t) || t->flags & TYPE_IS_TYPE)
		return -1;
	length = heap_length(h, o);
	/* Of a subclass of str or bytes it is no number of entries. */
	if (length >= 0)
		return length <= (int64_t)h->edge_nr[o] ? length : -1;
	return -1;
}
