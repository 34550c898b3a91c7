/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <string.h>

#include "analysis/limits/similar.h"
#include "base/str.h"
#include "graph.h"
#include "suite.h"

/* Without a band, after its definition. */
static unsigned int plain_distance(const char *a, const char *b)
{
	unsigned int d[16][16];
	size_t la = strlen(a), lb = strlen(b);

	for (size_t i = 0; i <= la; i++)
		for (size_t j = 0; j <= lb; j++) {
			unsigned int best = (unsigned int)(i + j);

			if (i && j)
				best = MIN(d[i - 1][j - 1] +
					   (a[i - 1] != b[j - 1]),
					   MIN(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				best = MIN(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[la][lb];
}

/* All texts of up to 5 of two letters. */
static void text_of(unsigned int number, char *ret)
{
	for (; number > 1; number /= 2)
		*ret++ = number & 1 ? 'a' : 'b';
	*ret = '\0';
}

START_TEST(distance_is_that_of_its_definition)
{
	for (unsigned int i = 1; i < 64; i++)
		for (unsigned int j = 1; j < 64; j++) {
			char a[8], b[8];

			text_of(i, a);
			text_of(j, b);
			for (unsigned int max = 1; max <= SIMILAR_MAX; max++)
				ck_assert_msg(similar_distance(a, b, max) ==
					      MIN(plain_distance(a, b),
						  max + 1),
					      "%s %s %u", a, b, max);
		}
}
END_TEST

START_TEST(distance_takes_long_names)
{
	char a[1000], b[1000];

	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	b[5] = 'y';
	ck_assert_uint_eq(similar_distance(a, b, 2), 1);
	ck_assert_uint_eq(similar_distance(a, "x", 2), 3);
	ck_assert_uint_eq(similar_distance("Article", "aRTCILE", 2), 1);
}
END_TEST

static void expect_similar(const char *typed, const char *expected)
{
	CLEANUP(oid_vec_release) struct oid_vec types = VEC_INIT;
	CLEANUP(str_release) struct str s = STR_INIT;
	struct heap h;

	graph_build(&h, "a b c d; type app.Article/heap a;"
		    " type app.Articles/heap b; type collections.OrderedDict c;"
		    " type app.models.User/heap d");
	similar_types(&h, typed, 3, &types);
	for (size_t i = 0; i < types.nr; i++)
		str_addf(&s, "%s%s", i ? " " : "",
			 h.types.v[types.v[i]].name);
	ck_assert_str_eq(s.s, expected);
	heap_release(&h);
}

START_TEST(similar_names_are_found)
{
	expect_similar("Artcile", "app.Article app.Articles");
	expect_similar("app.Artciles", "app.Articles app.Article");
	expect_similar("ordereddict", "collections.OrderedDict");
	expect_similar("Order", "collections.OrderedDict");
	expect_similar("app.models.Usre*", "app.models.User");
	expect_similar("nothing", "");
	expect_similar("*", "");
	expect_similar("", "");
}
END_TEST

const char suite_name[] = "similar";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, distance_is_that_of_its_definition);
	tcase_add_test(tc, distance_takes_long_names);
	tcase_add_test(tc, similar_names_are_found);
}
