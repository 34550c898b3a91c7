/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that are not listed: output/reports/ps.h. */
#include <string.h>

#include "output/reports/ps.h"
#include "suite.h"

const char suite_name[] = "ps";

#define NONE "no CPython runs here, as far as can be seen\n"

static void expect_text(const struct ps *p, bool header, const char *text)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	const struct format f = { .header = header };

	ps_text(p, 0, &f, &out);
	ck_assert_str_eq(out.s ? out.s : "", text);
}

static void expect_json(const struct ps *p, const char *key, json_int_t n)
{
	json_t *j = ps_json(p, 0);

	ck_assert_int_eq(json_integer_value(json_object_get(j, key)), n);
	json_decref(j);
}

START_TEST(processes_that_were_not_looked_at)
{
	struct ps p = { .nr_left_out = 1 };

	expect_text(&p, true, NONE "\n1 other process was not looked at: there"
		    " are too many\n");
	expect_text(&p, false, "");
	expect_json(&p, "nr_left_out", 1);
	p.nr_left_out = 65536;
	p.nr_hidden = 2;
	expect_text(&p, true, NONE "\n2 other processes can't be looked into\n"
		    "\n65,536 other processes were not looked at: there are too"
		    " many\n");
	expect_json(&p, "nr_left_out", 65536);
	expect_json(&p, "nr_hidden", 2);
	p.nr_left_out = 0;
	expect_text(&p, true, NONE "\n2 other processes can't be looked into"
		    "\n");
	expect_json(&p, "nr_left_out", 0);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, processes_that_were_not_looked_at);
}
