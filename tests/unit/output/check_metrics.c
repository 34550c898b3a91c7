/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text that `watch --metrics` keeps for Prometheus.
 */
#include <check.h>
#include <string.h>

#include "books.h"
#include "expect.h"
#include "output/watch/metrics.h"
#include "suite.h"

static const struct sample sample = {
	.resident = 39 * MIB, .objects = 150, .bytes = 9000,
};

static void say(const struct metrics *m)
{
	metrics_text(m, &out);
}

START_TEST(metrics_of_a_sample)
{
	char name[] = "a\"b\\c\nd";
	const struct trend_type type = { name, 10, 17 };
	const struct trend_type *top[] = { &type };

	expect_begin(HELD);
	heap.info.pause_ns = 1500000;
	say(&(struct metrics){ .process = "4242", .heap = &heap,
			       .sample = &sample, .taken_at = 1700000000,
			       .nr_samples = 3, .nr_captures = 1, .top = top,
			       .nr_top = 1 });
	EXPECT_LINES(
		"# TYPE pyheld_up gauge",
		"pyheld_up{pid=\"4242\"} 1",
		"# UNIT pyheld_sample_timestamp_seconds seconds",
		"pyheld_sample_timestamp_seconds{pid=\"4242\"} 1700000000",
		"pyheld_samples{pid=\"4242\"} 3",
		"pyheld_captures{pid=\"4242\"} 1",
		"pyheld_resident_bytes{pid=\"4242\"} 40894464",
		"pyheld_objects{pid=\"4242\"} 150",
		"pyheld_objects_bytes{pid=\"4242\"} 9000",
		"pyheld_pause_seconds{pid=\"4242\"} 0.0015",
		"pyheld_growing_type_objects{pid=\"4242\","
		"type=\"a\\\"b\\\\c\\nd\"} 17",
		"pyheld_growing_type_growth_objects{pid=\"4242\","
		"type=\"a\\\"b\\\\c\\nd\"} 7",
		"# EOF");
}
END_TEST

START_TEST(metrics_of_the_ledger)
{
	expect_begin(HELD);
	books_line(&heap, PART_OBJECTS, "dict", 3 * MIB, 9000);
	books_line(&heap, PART_RAW, "app.Node", MIB, 9000);
	/* Two parts of one owner are one series. */
	books_line(&heap, PART_RAW, "dict", MIB, 9000);
	books_line(&heap, PART_RAW_SHARED, "dict", MIB, 9000);
	books_line(&heap, PART_RAW_PYTHON, NULL, MIB, 20);
	books_line(&heap, PART_RAW_LIBRARY, "/usr/lib/libssl.so.3", KIB, 1);
	books_close(&heap, 39 * MIB);
	say(&(struct metrics){ .process = "1", .heap = &heap,
			       .sample = &sample });
	ck_assert(!strstr(out.s, "growing"));
	EXPECT_LINES(
		"pyheld_memory_bytes{pid=\"1\",part=\"objects\"} 3145728",
		"pyheld_memory_bytes{pid=\"1\",part=\"raw\"} 2097152",
		"pyheld_memory_bytes{pid=\"1\",part=\"raw-shared\"} 1048576",
		"pyheld_raw_bytes{pid=\"1\",owner=\"dict\"} 2097152",
		"pyheld_raw_bytes{pid=\"1\",owner=\"app.Node\"} 1048576",
		"pyheld_raw_bytes{pid=\"1\",owner=\"/usr/lib/libssl.so.3\"}"
		" 1024",
		"# EOF");
}
END_TEST

START_TEST(metrics_are_bounded)
{
	const char *at;
	unsigned int nr = 0;

	expect_begin(HELD);
	for (unsigned int i = 0; i < 2 * METRICS_RAW; i++) {
		CLEANUP(freep) char *name = xasprintf("/lib/%u.so", i);

		books_line(&heap, PART_RAW_LIBRARY, name, KIB, 1);
	}
	books_close(&heap, 39 * MIB);
	say(&(struct metrics){ .process = "1", .heap = &heap,
			       .sample = &sample });
	for (at = out.s; (at = strstr(at, "pyheld_raw_bytes{")); at++)
		nr++;
	ck_assert_uint_eq(nr, METRICS_RAW);
	EXPECT_LINES("# EOF");
}
END_TEST

START_TEST(metrics_of_a_process_that_has_ended)
{
	expect_begin(HELD);
	say(&(struct metrics){ .process = "4\"2", .nr_samples = 3,
			       .taken_at = 1700000000 });
	expect("# TYPE pyheld_up gauge\n"
	       "# HELP pyheld_up 1: the process could be sampled; 0: it has"
	       " ended or can't be read.\n"
	       "pyheld_up{pid=\"4\\\"2\"} 0\n"
	       "# TYPE pyheld_sample_timestamp_seconds gauge\n"
	       "# UNIT pyheld_sample_timestamp_seconds seconds\n"
	       "# HELP pyheld_sample_timestamp_seconds When the last sample was"
	       " taken.\n"
	       "pyheld_sample_timestamp_seconds{pid=\"4\\\"2\"} 1700000000\n"
	       "# TYPE pyheld_samples gauge\n"
	       "# HELP pyheld_samples Samples that this watch has taken.\n"
	       "pyheld_samples{pid=\"4\\\"2\"} 3\n"
	       "# TYPE pyheld_captures gauge\n"
	       "# HELP pyheld_captures Captures that this watch has written.\n"
	       "pyheld_captures{pid=\"4\\\"2\"} 0\n"
	       "# EOF\n");
}
END_TEST

const char suite_name[] = "metrics";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, metrics_of_a_sample);
	tcase_add_test(tc, metrics_of_the_ledger);
	tcase_add_test(tc, metrics_are_bounded);
	tcase_add_test(tc, metrics_of_a_process_that_has_ended);
}
