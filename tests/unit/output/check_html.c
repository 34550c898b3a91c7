/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a report: what it is made of, and that its data stays data. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/retained-cut.h"
#include "analysis/suspects/suspects.h"
#include "analysis/suspects/tasks.h"
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

/* The names of the nodes of the tree. */
static void expect_names(const char *graph, const char *expected)
{
	CLEANUP(cut_node_vec_release) struct cut_node_vec nodes = VEC_INIT;
	CLEANUP(retained_release) struct retained_view v;
	CLEANUP(freep) char *got = NULL;
	json_t *tree;

	expect_begin(graph);
	retained_build(&heap, &v);
	retained_cut(&v, 99, &nodes);
	tree = tree_json(&v, &nodes);
	got = json_dumps(json_object_get(tree, "name"), JSON_COMPACT);
	json_decref(tree);
	ck_assert_str_eq(got, expected);
	str_add(&out, "");
	expect("");
}

START_TEST(html_tree_names_groups_that_are_held_alike)
{
	/* By an index, and each by an attribute. */
	expect_names("m->[#200] [0]->.v@0 [1]->.v@1 [199]->.v@2; root m:m;"
		     " type app.Key [#200]; type str .v@#3;"
		     " size m=90000 [#200]=300 .v@#3=900;",
		     "[null,\"m\",\"[...]\",\".v\"]");
	/* What comes after the index is the same. */
	expect_names("m->[#4] [0]->.x [1]->.x [2]->.x@1 [3]->.x@1; root m:m;"
		     " type app.Key [#4]; type str .x .x@1;"
		     " size m=900000 .x=900 .x@1=900;",
		     "[null,\"m\",\"[...].x\"]");
	/* By attributes that differ, or by roots: nothing in common. */
	expect_names("m->.x m->.y; root m:m; type str .x .y;"
		     " size m=900000 .x=900 .y=900;",
		     "[null,\"m\",null]");
	expect_names("a->b; root m:a m:c m:d; type str c d;"
		     " size a=900000 c=900 d=900;",
		     "[null,\"a\",null]");
}
END_TEST

/* --- all of it --- */

/* A thread that is so many frames deep; the innermost one has all roots of
 * kind frame. */
static void add_stack(uint32_t depth)
{
	heap_add_thread(&heap, (struct heap_thread){
		.native_id = 42, .name = xstrdup("worker") });
	for (uint32_t i = 0; i < depth; i++)
		heap_frame_vec_push(&heap.frames, (struct heap_frame){
			.function = xstrdup("work"), .file = xstrdup("app.py"),
			.line = 7, .code = OID_NONE });
	for (size_t i = 0; i < heap.roots.nr; i++)
		if (heap.roots.v[i].kind == ROOT_FRAME) {
			heap.roots.v[i].frame = 0;
			heap.roots.v[i].slot = SLOT_LOCAL;
		}
}

/* The report of `heap`, without older ones. */
static json_t *report_of_heap(void)
{
	const struct suspects_options options = SUSPECTS_OPTIONS_DEFAULT;
	CLEANUP(cut_node_vec_release) struct cut_node_vec nodes = VEC_INIT;
	CLEANUP(summary_release) struct summary summary = { 0 };
	CLEANUP(suspects_release) struct suspects suspects;
	CLEANUP(retained_release) struct retained_view view;
	CLEANUP(collect_release) struct collect collect;
	CLEANUP(garbage_release) struct garbage garbage;
	CLEANUP(cycles_release) struct cycles cycles;
	CLEANUP(tasks_release) struct tasks tasks;
	struct leaks_found leaks = { .suspects = &suspects, .tasks = &tasks };

	suspects_build(&heap, &options, 0, &suspects);
	suspects_finish(&suspects);
	tasks_build(&heap, NULL, &tasks);
	summary_build(&heap, NULL, SUMMARY_BY_BYTES, &summary);
	garbage_build(&heap, &garbage);
	collect_build(&heap, &garbage, &collect);
	cycles_build(&heap, &suspects.reach, &garbage, &cycles);
	retained_build(&heap, &view);
	retained_cut(&view, 99, &nodes);
	return report_json(&(struct report_found){
		.heap = &heap, .version = "9", .summary = &summary,
		.leaks = &leaks, .cycles = &cycles, .reach = &suspects.reach,
		.garbage = &garbage, .collect = &collect,
		.view = &view, .nodes = &nodes });
}

/* End the test unless the value at `path`, "key.key.3", is this JSON. */
static void expect_value(const json_t *of, const char *path,
			 const char *expected)
{
	CLEANUP(freep) char *keys = xstrdup(path);
	CLEANUP(freep) char *got = NULL;
	char *rest = keys, *key;

	while ((key = strsep(&rest, ".")))
		of = json_is_array(of) ? json_array_get(of, strtoul(key, NULL,
								    10)) :
					 json_object_get(of, key);
	ck_assert_msg(of, "no %s", path);
	got = json_dumps(of, JSON_COMPACT | JSON_ENCODE_ANY);
	ck_assert_str_eq(got, expected);
}

START_TEST(html_has_what_the_locals_of_frames_retain)
{
	json_t *data;

	expect_begin("f->x#30; root f:f f:t; type list f; type str t;"
		     " size f=100 x#30=1000 t=4095;");
	add_stack(2);
	data = report_of_heap();
	expect_value(data, "frames", "[{\"thread\":0,\"frame\":0,"
		     "\"name\":\"f\",\"type\":\"list\","
		     "\"address\":\"0x1000\",\"objects\":31,"
		     "\"bytes\":30100}]");
	json_decref(data);
	str_add(&out, "");
	expect("");
}
END_TEST

START_TEST(html_has_the_innermost_frames)
{
	json_t *data;

	expect_begin("f; root f:f;");
	add_stack(501);
	data = report_of_heap();
	expect_value(data, "summary.threads.0.nr_frames", "501");
	ck_assert_uint_eq(json_array_size(json_object_get(json_array_get(
		json_object_get(json_object_get(data, "summary"), "threads"),
		0), "frames")), 500);
	json_decref(data);
	str_add(&out, "");
	expect("");
}
END_TEST

START_TEST(html_has_the_reports_of_all_commands)
{
	json_t *data;

	expect_begin(HELD);
	heap.info.taken_at = 1000;
	data = report_of_heap();
	expect_value(data, "version", "\"9\"");
	expect_value(data, "captures", "[{\"taken_at\":1000,"
		     "\"resident\":null,\"objects\":5,\"bytes\":1072}]");
	expect_value(data, "summary.objects", "5");
	expect_value(data, "leaks.suspects", "[]");
	expect_value(data, "memory", "null");
	expect_value(data, "diff", "null");
	expect_value(data, "garbage.objects", "0");
	expect_value(data, "cycles.nr_cycles", "1");
	ck_assert_ptr_null(json_object_get(json_array_get(json_object_get(
		json_object_get(data, "cycles"), "cycles"), 0), "members"));
	ck_assert_ptr_null(json_object_get(json_object_get(data, "garbage"),
					   "addresses"));
	expect_value(data, "tree.bytes.0", "1072");
	json_decref(data);
	/* A core may not know when it was made. */
	heap.info.taken_at = 0;
	data = report_of_heap();
	expect_value(data, "captures.0.taken_at", "null");
	json_decref(data);
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
	tcase_add_test(tc, html_tree_names_groups_that_are_held_alike);
	tcase_add_test(tc, html_has_what_the_locals_of_frames_retain);
	tcase_add_test(tc, html_has_the_innermost_frames);
	tcase_add_test(tc, html_has_the_reports_of_all_commands);
}
