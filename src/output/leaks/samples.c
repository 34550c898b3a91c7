/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "output/format.h"
#include "output/leaks/samples.h"

#define SAMPLE_MAX 40
/* So many of the last references are looked at: a dict has keys, too. */
#define LOOK_AT 16

/* Add the key that edge `n` leads to, or by which it leads to a value; false:
 * it is no such edge, or the key is not known. */
static bool add_key(const struct edge_name *n, struct str *out)
{
	bool is_named = n->kind == EDGE_NAMED_VALUE;

	if (!is_named && n->kind != EDGE_VALUE && n->kind != EDGE_KEY)
		return false;
	if (!*n->name || *n->name == '?' || *n->name == '<')
		return false;
	if (is_named)
		str_addf(out, "'%s'", n->name);
	else
		str_add(out, n->name);
	return true;
}

/* Add the text of an entry of a list or a set. */
static bool add_item(struct heap *h, oid o, struct str *out)
{
	size_t before = out->len;

	switch (heap_kind_of(h, o)) {
	case TYPE_KIND_STR:
	case TYPE_KIND_BYTES:
	case TYPE_KIND_INT:
	case TYPE_KIND_FLOAT:
	case TYPE_KIND_TUPLE:
		heap_preview(h, o, SAMPLE_MAX, out);
		/* A redacted capture has an address instead. */
		return out->len > before && out->s[before] != '<';
	default:
		return false;
	}
}

/* Add the text of edge `i` of the container. */
static bool add_sample(struct heap *h, oid o, uint32_t i, struct str *out)
{
	CLEANUP(edge_name_release) struct edge_name name = { 0 };

	if (!(heap_type_of(h, o)->flags & TYPE_IS_DICT))
		return add_item(h, heap_edges(h, o).to[i], out);
	heap_name_edges(h, o, i, 1, &name);
	return add_key(&name, out);
}

void samples_find(struct heap *h, oid o, struct samples *ret)
{
	uint32_t nr = o == OID_NONE ? 0 : heap_edges(h, o).nr;
	uint32_t end = nr - MIN(nr, (uint32_t)LOOK_AT);
	struct str text[SAMPLES_MAX];
	unsigned int found = 0;

	for (uint32_t i = nr; i-- > end && found < SAMPLES_MAX;) {
		CLEANUP(str_release) struct str one = STR_INIT;

		/* A dict's key and its value have the same text. */
		if (!add_sample(h, o, i, &one) ||
		    (found && !strcmp(text[found - 1].s, one.s)))
			continue;
		text[found] = (struct str)STR_INIT;
		str_add(&text[found++], one.s);
	}
	*ret = (struct samples){ .nr = found };
	while (found--) {
		struct str *to = &ret->text[ret->nr - 1 - found];

		*to = (struct str)STR_INIT;
		format_fit(to, text[found].s, SAMPLE_MAX, false);
		str_release(&text[found]);
	}
}

void samples_clear(struct samples *s)
{
	while (s->nr)
		str_release(&s->text[--s->nr]);
}
