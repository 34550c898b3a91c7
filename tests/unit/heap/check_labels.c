/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KEY=VALUE, as users say it and as a hostile capture may. */
#include <string.h>

#include "base/str.h"
#include "heap/labels.h"
#include "suite.h"

const char suite_name[] = "labels";

START_TEST(what_is_a_label)
{
	char key[66];

	ck_assert(labels_is_one("release=1.4.2"));
	ck_assert(labels_is_one("_A9="));
	ck_assert(labels_is_one("k=a=b"));
	ck_assert(!labels_is_one(""));
	ck_assert(!labels_is_one("="));
	ck_assert(!labels_is_one("k"));
	ck_assert(!labels_is_one("1k=v"));
	ck_assert(!labels_is_one("a b=v"));
	ck_assert(!labels_is_one("\xc3\xa9=v"));
	memset(key, 'k', sizeof(key));
	key[63] = '=';
	key[64] = '\0';
	ck_assert(labels_is_one(key));
	key[63] = 'k';
	key[64] = '=';
	key[65] = '\0';
	ck_assert(!labels_is_one(key));
}
END_TEST

START_TEST(each_key_is_there_once)
{
	struct str_vec labels = VEC_INIT;

	ck_assert(labels_set(&labels, "a=1"));
	ck_assert(labels_set(&labels, "ab=2"));
	ck_assert(labels_set(&labels, "a=3\n"));
	ck_assert(!labels_set(&labels, "3"));
	ck_assert_uint_eq(labels.nr, 2);
	ck_assert_str_eq(labels.v[0], "a=3\\n");
	ck_assert_str_eq(labels.v[1], "ab=2");
	str_vec_free(&labels);
}
END_TEST

START_TEST(there_are_not_too_many)
{
	struct str_vec labels = VEC_INIT;

	for (int i = 0; i < LABELS_MAX + 2; i++) {
		CLEANUP(freep) char *text = xasprintf("k%d=v", i);

		ck_assert_int_eq(labels_set(&labels, text), i < LABELS_MAX);
	}
	ck_assert(labels_set(&labels, "k0=w"));
	ck_assert_uint_eq(labels.nr, LABELS_MAX);
	str_vec_free(&labels);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, what_is_a_label);
	tcase_add_test(tc, each_key_is_there_once);
	tcase_add_test(tc, there_are_not_too_many);
}
