/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rows of many captures say of theirs, and where their files are. */
#include <stdlib.h>
#include <string.h>

#include "heap/labels.h"
#include "output/export/fleet.h"
#include "suite.h"

const char suite_name[] = "fleet";

static void expect_encoded(const char *value, const char *name)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	fleet_encode(value, &out);
	ck_assert_str_eq(out.s, name);
}

START_TEST(names_of_folders)
{
	expect_encoded("web1.example-2_x", "web1.example-2_x");
	expect_encoded("", "__HIVE_DEFAULT_PARTITION__");
	expect_encoded("a/b", "a%2Fb");
	expect_encoded("../..", "..%2F..");
	expect_encoded("a=b%c", "a%3Db%25c");
	expect_encoded("\"#'*:?\\{[]^\x7f\x01",
		       "%22%23%27%2A%3A%3F%5C%7B%5B%5D%5E%7F%01");
	/* Hive takes %C3%A9 for two characters. */
	expect_encoded("\xc3\xa9 +&}", "\xc3\xa9 +&}");
}
END_TEST

static void build(struct heap *h)
{
	heap_init(h);
	h->info.host = xstrdup("db/1");
	h->info.pid = 4242;
	h->info.start_time = 1700000000;
	h->info.taken_at = 1700000100;
	h->info.pause_ns = 1234567;
}

static void expect_value(const struct heap *h, enum fleet_column column,
			 const char *text)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	str_add(&out, "");
	fleet_value(h, column, &out);
	ck_assert_str_eq(out.s, text);
}

START_TEST(what_is_known_of_a_capture)
{
	struct heap h;

	build(&h);
	labels_set(&h.info.labels, "release=1.10");
	labels_set(&h.info.labels, "note=\"a\\b\"");
	expect_value(&h, FLEET_HOSTNAME, "db/1");
	expect_value(&h, FLEET_PID, "4242");
	expect_value(&h, FLEET_START_TIME, "2023-11-14T22:13:20Z");
	expect_value(&h, FLEET_TAKEN_AT, "2023-11-14T22:15:00Z");
	expect_value(&h, FLEET_LABELS,
		     "{\"release\":\"1.10\",\"note\":\"\\\"a\\\\b\\\"\"}");
	heap_release(&h);
}
END_TEST

/* A core of another machine, and a capture with any number for a time. */
START_TEST(what_is_not_known)
{
	CLEANUP(str_release) struct str folders = STR_INIT, file = STR_INIT;
	struct heap h;

	heap_init(&h);
	for (size_t i = 0; i < NR_FLEET_COLUMNS; i++)
		if (i != FLEET_CAPTURE)
			expect_value(&h, (enum fleet_column)i, "");
	h.info.taken_at = h.info.start_time = UINT64_MAX;
	expect_value(&h, FLEET_TAKEN_AT, "");
	expect_value(&h, FLEET_START_TIME, "");
	fleet_folders(&h, &folders);
	ck_assert_str_eq(folders.s, "host=__HIVE_DEFAULT_PARTITION__/"
				    "date=__HIVE_DEFAULT_PARTITION__");
	fleet_file(&h, &file);
	ck_assert_msg(!strncmp(file.s, "0-c", 3), "%s", file.s);
	h.info.taken_at = UINT64_C(253402300799);
	expect_value(&h, FLEET_TAKEN_AT, "9999-12-31T23:59:59Z");
	h.info.taken_at++;
	expect_value(&h, FLEET_TAKEN_AT, "");
	heap_release(&h);
}
END_TEST

START_TEST(where_files_are)
{
	CLEANUP(str_release) struct str folders = STR_INIT, file = STR_INIT;
	struct heap h;

	build(&h);
	fleet_folders(&h, &folders);
	ck_assert_str_eq(folders.s, "host=db%2F1/date=2023-11-14");
	fleet_file(&h, &file);
	ck_assert_uint_eq(file.len, strlen("4242-221500Z-c0123456789abcdef"));
	ck_assert_msg(!strncmp(file.s, "4242-221500Z-c", 14), "%s", file.s);
	heap_release(&h);
}
END_TEST

/* A capture may say anything. */
START_TEST(hosts_that_are_too_long)
{
	CLEANUP(str_release) struct str a = STR_INIT, b = STR_INIT;
	struct heap h;

	build(&h);
	free(h.info.host);
	h.info.host = xcalloc(1, 301);
	memset(h.info.host, '/', 300);
	fleet_folders(&h, &a);
	ck_assert_uint_eq(a.len, strlen("host=h0123456789abcdef"
					"/date=2023-11-14"));
	h.info.host[299] = 'x';
	fleet_folders(&h, &b);
	ck_assert_str_ne(a.s, b.s);
	expect_value(&h, FLEET_HOSTNAME, h.info.host);
	heap_release(&h);
}
END_TEST

static bool is_same(const struct heap *a, const struct heap *b,
		    enum fleet_column column)
{
	CLEANUP(str_release) struct str x = STR_INIT, y = STR_INIT;

	fleet_value(a, column, &x);
	fleet_value(b, column, &y);
	ck_assert_uint_eq(x.len, 17);
	ck_assert_uint_eq(y.len, 17);
	return !strcmp(x.s, y.s);
}

START_TEST(processes_and_captures)
{
	struct heap a, b;

	build(&a);
	build(&b);
	ck_assert(is_same(&a, &b, FLEET_PROCESS));
	ck_assert(is_same(&a, &b, FLEET_CAPTURE));
	/* Two in the same second. */
	b.info.pause_ns++;
	ck_assert(!is_same(&a, &b, FLEET_CAPTURE));
	ck_assert(is_same(&a, &b, FLEET_PROCESS));
	b.info.pause_ns--;
	ck_assert(is_same(&a, &b, FLEET_CAPTURE));
	/* A redacted copy has other rows. */
	b.info.redaction = REDACT_CONTENTS;
	ck_assert(!is_same(&a, &b, FLEET_CAPTURE));
	ck_assert(is_same(&a, &b, FLEET_PROCESS));
	/* An older capture knows the start by the clock alone. */
	b.info.start_time += 60;
	ck_assert(!is_same(&a, &b, FLEET_PROCESS));
	a.info.boot = xstrdup("0f5e1a2b-7c3d-4e8f-9a0b-1c2d3e4f5a6b");
	b.info.boot = xstrdup(a.info.boot);
	a.info.start_ticks = b.info.start_ticks = 1000;
	ck_assert(is_same(&a, &b, FLEET_PROCESS));
	b.info.start_ticks++;
	ck_assert(!is_same(&a, &b, FLEET_PROCESS));
	b.info.start_ticks--;
	/* In a container it is PID 1, from outside 4242. */
	a.info.inner_pid = b.info.inner_pid = 1;
	b.info.pid = 1;
	ck_assert(is_same(&a, &b, FLEET_PROCESS));
	b.info.pid_namespace++;
	ck_assert(!is_same(&a, &b, FLEET_PROCESS));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

/* No name is a column and the key of a folder. */
START_TEST(columns_that_are_left_out)
{
	ck_assert(fleet_replaces("host"));
	ck_assert(fleet_replaces("date"));
	ck_assert(fleet_replaces("pid"));
	ck_assert(fleet_replaces("taken_at"));
	ck_assert(!fleet_replaces("name"));
	for (size_t i = 0; i < NR_FLEET_COLUMNS; i++)
		ck_assert(strcmp(fleet_columns[i], "host") &&
			  strcmp(fleet_columns[i], "date"));
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, names_of_folders);
	tcase_add_test(tc, what_is_known_of_a_capture);
	tcase_add_test(tc, what_is_not_known);
	tcase_add_test(tc, where_files_are);
	tcase_add_test(tc, hosts_that_are_too_long);
	tcase_add_test(tc, processes_and_captures);
	tcase_add_test(tc, columns_that_are_left_out);
}
