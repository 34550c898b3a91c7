/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a report: what it is made of, and that its data stays data. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/retained-cut.h"
#include "base/alloc.h"
#include "expect.h"
#include "graph.h"
#include "output/html/frames.h"
#include "output/html/report.h"
#include "output/html/tree.h"
#include "suite.h"

static char *page_of(const char *json)
{
	CLEANUP(error_freep) struct error *err = NULL;
	json_t *data = json_loads(json, 0, NULL);
	char *ret = NULL;
	size_t len;
	FILE *page = open_memstream(&ret, &len);

	ck_assert_ptr_nonnull(data);
	err = report_write(data, page);
	ck_assert_ptr_null(err);
	ck_assert_int_eq(fclose(page), 0);
	json_decref(data);
	return ret;
}

static size_t count(const char *text, const char *what)
{
	size_t ret = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		ret++;
	return ret;
}

START_TEST(html_has_data_that_ends_no_script)
{
	CLEANUP(freep) char *plain = page_of("{\"a\": \"b\"}");
	CLEANUP(freep) char *page = page_of(
		"{\"a\": \"</script><script>x</script>\", \"<!--\": 1}");

	ck_assert_ptr_nonnull(strstr(page,
		">{\"a\":\"\\u003c/script>\\u003cscript>x\\u003c/script>\","
		"\"\\u003c!--\":1}</script>"));
	ck_assert_uint_eq(count(page, "</script"), count(plain, "</script"));
	ck_assert_uint_eq(count(page, "<!--"), count(plain, "<!--"));
}
END_TEST

/* What a policy allows is named by a number that is another each time. */
START_TEST(html_runs_its_own_scripts_alone)
{
	CLEANUP(freep) char *page = page_of("{}");
	CLEANUP(freep) char *other = page_of("{}");
	CLEANUP(freep) char *nonce = NULL;
	const char *policy = strstr(page, "default-src 'none'");
	char number[33];

	ck_assert_ptr_nonnull(policy);
	ck_assert_int_eq(sscanf(policy, "default-src 'none'; script-src"
				" 'nonce-%32[0-9a-f]'", number), 1);
	ck_assert_uint_eq(strlen(number), 32);
	ck_assert_int_ge(asprintf(&nonce, "<script nonce=\"%s\">", number),
			 0);
	ck_assert_uint_ge(count(page, nonce), 8);
	/* The data is the one script without it: no browser runs it. */
	ck_assert_uint_eq(count(page, "<script") - count(page, nonce), 1);
	ck_assert_ptr_null(strstr(other, number));
}
END_TEST

START_TEST(html_says_that_it_cannot_be_written)
{
	CLEANUP(error_freep) struct error *err = NULL;
	json_t *data = json_object();
	FILE *full = fopen("/dev/full", "w");

	ck_assert_ptr_nonnull(full);
	err = report_write(data, full);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	json_decref(data);
	fclose(full);
}
END_TEST

START_TEST(html_tree_names_ways_and_groups)
{
	CLEANUP(cut_node_vec_release) struct cut_node_vec nodes = VEC_INIT;
	CLEANUP(retained_release) struct retained_view v;
	CLEANUP(freep) char *got = NULL;
	json_t *tree;

	expect_begin("m->m.d m.d->.cache .cache->x#3; root m:m; type module m;"
		     " type dict/dict m.d .cache; type app.Node x#3;"
		     " size m=0 .cache=90000 x#3=300;");
	retained_build(&heap, &v);
	retained_cut(&v, 99, &nodes);
	tree = tree_json(&v, &nodes);
	json_object_del(tree, "address");
	got = json_dumps(tree, JSON_COMPACT);
	json_decref(tree);
	ck_assert_str_eq(got,
		"{\"types\":[\"module\",\"dict\",\"app.Node\"],"
		"\"above\":[-1,0,1,2],\"type\":[-1,0,1,2],"
		"\"count\":[0,1,1,3],"
		"\"name\":[null,\"m\",\"__dict__.cache\",null],"
		"\"objects\":[6,6,4,3],"
		"\"bytes\":[90916,90916,90900,900],"
		"\"opened\":[true,true,true,true]}");
	str_add(&out, "");
	expect("");
}
END_TEST

const char suite_name[] = "html";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, html_has_data_that_ends_no_script);
	tcase_add_test(tc, html_runs_its_own_scripts_alone);
	tcase_add_test(tc, html_says_that_it_cannot_be_written);
	tcase_add_test(tc, html_tree_names_ways_and_groups);
}
