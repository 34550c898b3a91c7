/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "find-suspects.h"
#include "graph.h"

const struct suspects_options find_suspects_low = { 5, 20, 20, 1 << 20, 100,
						    0 };

static const char *name_or_dash(const struct heap *h, oid o)
{
	return o == OID_NONE ? "-" : graph_name(h, o);
}

/* "kind object via", a suspect after the other. */
static char *describe(const struct suspects *s)
{
	struct str ret = STR_INIT;

	str_add(&ret, "");
	for (size_t i = 0; i < s->v.nr; i++) {
		const struct suspect *suspect = &s->v.v[i];

		str_addf(&ret, "%s%s %s %s", i ? ", " : "",
			 suspect_kind_names[suspect->kind],
			 name_or_dash(s->heap, suspect->object),
			 name_or_dash(s->heap, suspect->via));
	}
	return str_take(&ret);
}

void find_suspects(struct heap *h, const struct suspects_options *options,
		   struct suspects *ret)
{
	suspects_build(h, options, 0, ret);
	suspects_finish(ret);
}

void find_suspects_expect(struct heap *h, const char *expected)
{
	find_suspects_expect_by(h, &find_suspects_low, expected);
}

void find_suspects_expect_by(struct heap *h,
			     const struct suspects_options *options,
			     const char *expected)
{
	CLEANUP(freep) char *got = NULL;
	struct suspects s;

	find_suspects(h, options, &s);
	got = describe(&s);
	ck_assert_str_eq(got, expected);
	suspects_release(&s);
}
