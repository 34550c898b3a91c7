/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/limits/limit.h"
#include "books.h"
#include "graph.h"
#include "output/limit.h"
#include "suite.h"

static struct limit parse(const char *text)
{
	struct limit l;
	struct error *err = limit_parse(text, &l);

	ck_assert_msg(!err, "%s: %s", text, err ? err->message : "");
	ck_assert_str_eq(l.text, text);
	return l;
}

static void check_parse(const char *text, enum limit_metric metric,
			enum limit_kind kind, double value,
			const char *pattern)
{
	struct limit l = parse(text);

	ck_assert_int_eq(l.metric, metric);
	ck_assert_int_eq(l.kind, kind);
	ck_assert_double_eq(l.value, value);
	ck_assert_pstr_eq(l.pattern, pattern);
	ck_assert(limit_compares(&l) == (kind == LIMIT_GROWTH ||
					 kind == LIMIT_PERCENT));
	limit_release(&l);
}

START_TEST(limit_reads_its_grammar)
{
	check_parse("objects>0", LIMIT_OBJECTS, LIMIT_NOW, 0, NULL);
	check_parse("bytes>10%", LIMIT_BYTES, LIMIT_PERCENT, 10, NULL);
	check_parse("bytes>+2.5%", LIMIT_BYTES, LIMIT_PERCENT, 2.5, NULL);
	check_parse("objects>+5000", LIMIT_OBJECTS, LIMIT_GROWTH, 5000, NULL);
	check_parse(" rss > 1.5k ", LIMIT_RSS, LIMIT_NOW, 1536, NULL);
	check_parse("rss>2K", LIMIT_RSS, LIMIT_NOW, 2048, NULL);
	check_parse("garbage>+1M", LIMIT_GARBAGE, LIMIT_GROWTH, 1048576, NULL);
	check_parse("uncollectable>1G", LIMIT_UNCOLLECTABLE, LIMIT_NOW,
		    1073741824, NULL);
	check_parse("bytes>1T", LIMIT_BYTES, LIMIT_NOW, 1099511627776, NULL);
	check_parse("type:app.Session count>1000", LIMIT_COUNT, LIMIT_NOW,
		    1000, "app.Session");
	check_parse("type:app.* bytes>+1M", LIMIT_BYTES, LIMIT_GROWTH, 1048576,
		    "app.*");
	/* Names of types may have about anything in them. */
	check_parse("type:f.<locals>.C d count>1%", LIMIT_COUNT, LIMIT_PERCENT,
		    1, "f.<locals>.C d");
}
END_TEST

static void check_lines(const char *text, enum limit_kind kind, double value,
			const char *name, const char *pattern)
{
	struct limit l = parse(text);

	ck_assert_str_eq(lines_name(&l.lines), name);
	ck_assert_pstr_eq(l.lines.pattern, pattern);
	limit_release(&l);
	check_parse(text, LIMIT_LINES, kind, value, NULL);
}

START_TEST(limit_reads_lines)
{
	check_lines("unowned>100M", LIMIT_NOW, 104857600, "unowned", NULL);
	check_lines(" free > 50%", LIMIT_SHARE, 50, "free", NULL);
	check_lines("free>+50%", LIMIT_PERCENT, 50, "free", NULL);
	check_lines("raw:numpy.ndarray>+1k", LIMIT_GROWTH, 1024, "raw",
		    "numpy.ndarray");
	check_lines("objects:C>x>1", LIMIT_NOW, 1, "objects", "C>x");
	check_lines("swapped>0", LIMIT_NOW, 0, "swapped", NULL);
	check_lines("unexplained>1%", LIMIT_SHARE, 1, "unexplained", NULL);
	/* The number of objects, as ever. */
	check_parse("objects>1", LIMIT_OBJECTS, LIMIT_NOW, 1, NULL);
}
END_TEST

START_TEST(limit_refuses_all_else)
{
	static const char *const wrong[] = {
		"", ">", "bytes", "bytes>", "bytes>x", "bytes>1x", "bytes>1kk",
		"bytes>1%%", "bytes>%", "bytes>+", "bytes>-1", "bytes>.5",
		"bytes>1.", "bytes>1 k", "bytes>inf", "bytes>0x10",
		"bytes>1e3", "bytes<1", "bytes>=1", "bytes >> 1", ">1",
		"Bytes>1", "byte>1", "count>1", "type:", "type:>1",
		"type: count>1", "type:count>1", "type:x objects>1",
		"type:x rss>1", "type:x  >1", "type:x count", "bytes>1 2",
		"type bytes>1", "raw:>1", ":x>1", "swapped:x>1", "nothing:x>1",
		"Free>1", "unexplained:x>1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct limit l = { .text = NULL };
		struct error *err = limit_parse(wrong[i], &l);

		ck_assert_msg(err != NULL, "'%s' was taken", wrong[i]);
		ck_assert_int_eq(err->code, ERR_USAGE);
		ck_assert_ptr_null(l.text);
		error_free(err);
	}
}
END_TEST

/* "crossed old new", and for what is crossed the text. */
static void check(const char *text, const struct heap *old,
		  const struct heap *new, const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct limit l = parse(text);
	struct limit_result r;
	struct error *err = limit_check(&l, old, new, &r);

	ck_assert_ptr_null(err);
	str_addf(&s, "%d %d %d", r.crossed, (int)r.old, (int)r.new);
	if (r.crossed) {
		str_add(&s, " | ");
		limit_text(&l, &r, &s);
	}
	ck_assert_str_eq(s.s, expected);
	limit_release(&l);
}

static void build(struct heap *old, struct heap *new)
{
	graph_build(old, "r->a r->b; root m:r f:c; type app.A a b;"
			 " type app.B c; size r=100 a=10 b=10 c=1000");
	graph_build(new, "r->a r->b r->c x->y y->x; root m:r; type app.A a b c;"
			 " type app.B x; size r=100 a=10 b=10 c=1000 x=1 y=1");
	old->info.resident = 4096;
	new->info.resident = 8192;
}

START_TEST(limit_is_crossed_by_more)
{
	struct heap old, new;

	build(&old, &new);
	check("objects>6", NULL, &new, "0 0 6");
	check("objects>5.9", NULL, &new, "1 0 6 | limit 'objects>5.9' is"
	      " crossed: objects is 6: 1 more than the limit");
	check("bytes>+2", &old, &new, "0 1120 1122");
	check("bytes>+1", &old, &new, "1 1120 1122 | limit 'bytes>+1' is"
	      " crossed: bytes grew by 2, from 1,120 to 1,122: 1 more than the"
	      " limit");
	check("objects>50%", &old, &new, "0 4 6");
	check("objects>40%", &old, &new, "1 4 6 | limit 'objects>40%' is"
	      " crossed: objects grew by 50.0%, from 4 to 6: 10.0% more than"
	      " the limit");
	check("bytes>+1", &new, &old, "0 1122 1120");
	check("bytes>0%", &new, &old, "0 1122 1120");
	check("garbage>1", &old, &new, "1 0 2 | limit 'garbage>1' is crossed:"
	      " garbage is 2: 1 more than the limit");
	check("garbage>1000%", &old, &new, "1 0 2 | limit 'garbage>1000%' is"
	      " crossed: garbage grew, from 0 to 2");
	check("rss>+1k", &old, &new, "1 4096 8192 | limit 'rss>+1k' is"
	      " crossed: rss grew by 4,096, from 4,096 to 8,192: 3,072 more"
	      " than the limit (3.0 KiB)");
	check("uncollectable>0", &old, &new, "0 0 0");
	heap_release(&old);
	heap_release(&new);
}
END_TEST

START_TEST(limit_sums_over_types)
{
	struct heap old, new;

	build(&old, &new);
	check("type:app.A count>3", &old, &new, "0 2 3");
	check("type:A bytes>+1k", &old, &new, "0 20 1020");
	check("type:app.* count>+0", &old, &new, "1 3 4 | limit 'type:app.*"
	      " count>+0' is crossed: count grew by 1, from 3 to 4: 1 more"
	      " than the limit");
	check("type:nothing count>0", &old, &new, "0 0 0");
	heap_release(&old);
	heap_release(&new);
}
END_TEST

START_TEST(limit_sums_over_lines)
{
	struct heap old, new;

	build(&old, &new);
	books_line(&old, PART_FREE_TOP, NULL, 100, 1);
	books_close(&old, 1000);
	books_line(&new, PART_OBJECTS, "app.A", 1000, 3);
	books_line(&new, PART_RAW, "app.A", 300, 3);
	books_line(&new, PART_RAW, "app.B", 30, 3);
	books_line(&new, PART_RAW_LIBRARY, "/usr/lib/libssl.so.3", 3, 3);
	books_line(&new, PART_FREE_TOP, NULL, 200, 1);
	books_line(&new, PART_FREE_CHUNKS, NULL, 20, 1);
	books_close(&new, 2000);
	new.memory.swapped = 77;
	check("raw>333", NULL, &new, "0 0 333");
	check("raw>332", NULL, &new, "1 0 333 | limit 'raw>332' is crossed:"
	      " raw is 333: 1 more than the limit");
	check("raw:app.*>329", NULL, &new, "1 0 330 | limit 'raw:app.*>329' is"
	      " crossed: raw:app.* is 330: 1 more than the limit");
	check("raw:A>300", NULL, &new, "0 0 300");
	check("raw:libssl*>3", NULL, &new, "0 0 3");
	check("raw:/usr/lib/*>3", NULL, &new, "0 0 3");
	check("raw:library>3", NULL, &new, "0 0 0");
	check("raw:raw-library>3", NULL, &new, "0 0 3");
	check("free:free-top>200", NULL, &new, "0 0 200");
	check("free>11%", NULL, &new, "0 0 220");
	check("free>10%", NULL, &new, "1 0 220 | limit 'free>10%' is crossed:"
	      " free is 11.0% of the resident memory (220 bytes): 1.0% more"
	      " than the limit");
	check("free>+119", &old, &new, "1 100 220 | limit 'free>+119' is"
	      " crossed: free grew by 120, from 100 to 220: 1 more than the"
	      " limit");
	check("unexplained>447", &old, &new, "0 900 447");
	check("swapped>77", &old, &new, "0 0 77");
	check("stack>0", &old, &new, "0 0 0");
	new.memory.unexplained = -5;
	check("unexplained>0", &old, &new, "0 900 0");
	heap_release(&old);
	heap_release(&new);
}
END_TEST

static void check_unknown(const char *text)
{
	struct limit l = parse(text);
	struct limit_result r;
	struct error *err;
	struct heap h;

	graph_build(&h, "a");
	err = limit_check(&l, NULL, &h, &r);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_NOT_FOUND);
	error_free(err);
	limit_release(&l);
	heap_release(&h);
}

START_TEST(limit_says_what_nobody_knows)
{
	check_unknown("rss>1");
	check_unknown("free>1");
}
END_TEST

const char suite_name[] = "limit";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, limit_reads_its_grammar);
	tcase_add_test(tc, limit_reads_lines);
	tcase_add_test(tc, limit_refuses_all_else);
	tcase_add_test(tc, limit_is_crossed_by_more);
	tcase_add_test(tc, limit_sums_over_types);
	tcase_add_test(tc, limit_sums_over_lines);
	tcase_add_test(tc, limit_says_what_nobody_knows);
}
