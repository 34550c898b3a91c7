/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lost objects: the ledger has them, the heap does not. */
#include <check.h>
#include <string.h>

#include "analysis/suspects/suspects-since.h"

#include "books.h"
#include "find-suspects.h"
#include "same-process.h"
#include "suite.h"

#define BASE "m->a; root m:m; type module m; type bytes a; size a=50000;"

static void build(struct heap *h, uint64_t bytes, uint64_t count)
{
	same_process_build(h, BASE);
	/* Something else points to these. */
	books_line(h, PART_HIDDEN_OBJECTS, "bytes", MIB, 1000);
	if (count)
		books_line(h, PART_LOST_OBJECTS, "bytes", bytes, count);
	books_close(h, 2 * MIB);
}

START_TEST(lost_objects_are_a_suspect)
{
	const struct suspect *suspect;
	struct suspects s;
	struct heap h;

	build(&h, 30000, 300);
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	suspect = &s.v.v[0];
	ck_assert_int_eq(suspect->kind, SUSPECT_NATIVE);
	ck_assert_uint_eq(suspect->object, OID_NONE);
	ck_assert_uint_eq(suspect->entries, 300);
	ck_assert_uint_eq(suspect->objects, 300);
	ck_assert_uint_eq(suspect->bytes, 30000);
	ck_assert_uint_eq(suspect->types.nr, 1);
	ck_assert_uint_eq(suspect->types.v[0].sum.bytes, 30000);
	ck_assert_uint_eq(suspects_bytes(&s, 0, false), 30000);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(few_lost_objects_are_none)
{
	static const struct tally few[] = { { 0, 0 }, { 19, 30000 },
					    { 300, 1000 } };

	for (size_t i = 0; i < ARRAY_SIZE(few); i++) {
		struct heap h;

		build(&h, few[i].bytes, few[i].nr);
		find_suspects_expect(&h, "");
		heap_release(&h);
	}
}
END_TEST

/* What native code holds of the same type is the same suspect. */
START_TEST(lost_objects_join_those_that_the_heap_has)
{
	struct suspects s;
	struct heap h;

	graph_build(&h, "m->a; root m:m; type module m; type list n#40;"
			" refs n#40=1; size n#40=500; n#40");
	books_line(&h, PART_LOST_OBJECTS, "list", 10000, 60);
	books_close(&h, MIB);
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_NATIVE);
	ck_assert_uint_eq(s.v.v[0].entries, 100);
	ck_assert_uint_eq(s.v.v[0].objects, 100);
	ck_assert_uint_eq(s.v.v[0].bytes, 30000);
	ck_assert_uint_eq(s.v.v[0].types.v[0].sum.nr, 100);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

START_TEST(lost_objects_are_compared_by_type)
{
	static const uint64_t then[] = { 0, 100, 300, 400 };

	for (size_t i = 0; i < ARRAY_SIZE(then); i++) {
		struct suspects s;
		struct heap h, old;

		build(&old, then[i] * 100, then[i]);
		build(&h, 30000, 300);
		suspects_build(&h, &find_suspects_low, 1, &s);
		suspects_compare(&s, &old);
		suspects_finish(&s);
		ck_assert_uint_eq(s.v.nr, then[i] < 300);
		if (s.v.nr) {
			ck_assert_uint_eq(s.v.v[0].came, 300 - then[i]);
			ck_assert_uint_eq(s.v.v[0].came_bytes,
					  (300 - then[i]) * 100);
		}
		suspects_release(&s);
		heap_release(&h);
		heap_release(&old);
	}
}
END_TEST

/* The older ledger is of a pyheld that did not look for lost objects. */
START_TEST(lost_objects_of_an_older_pyheld_are_not_known)
{
	struct suspects s;
	struct heap h, old;

	build(&old, 0, 0);
	old.memory.nr_parts = PART_LOST_OBJECTS;
	build(&h, 30000, 300);
	suspects_build(&h, &find_suspects_low, 1, &s);
	suspects_compare(&s, &old);
	suspects_finish(&s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert(!suspects_since_is_known(&s, &s.v.v[0], 0));
	ck_assert_uint_eq(s.v.v[0].came, 0);
	suspects_release(&s);
	heap_release(&h);
	heap_release(&old);
}
END_TEST

/* Two classes of one name, at their addresses. */
START_TEST(lost_objects_are_of_the_class_at_their_address)
{
	static const uint64_t then[] = { 300, 100 }, now[] = { 300, 200 };
	struct suspects s;
	struct heap h, old;

	same_process_build(&old, BASE "type x.Row r; type x.Row2 q;");
	same_process_build(&h, BASE "type x.Row r; type x.Row2 q;");
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "x.Row2" : "x.Row";

		books_line(&old, PART_LOST_OBJECTS, name, then[i] * 100,
			   then[i]);
		books_line(&h, PART_LOST_OBJECTS, name, now[i] * 100, now[i]);
	}
	books_close(&old, MIB);
	books_close(&h, MIB);
	for (uint32_t i = 0; i < h.types.nr; i++) {
		if (strcmp(h.types.v[i].name, "x.Row2"))
			continue;
		h.types.v[i].name[5] = '\0';
		old.types.v[i].name[5] = '\0';
	}
	suspects_build(&h, &find_suspects_low, 1, &s);
	suspects_compare(&s, &old);
	suspects_finish(&s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_uint_eq(s.v.v[0].entries, 200);
	ck_assert_uint_eq(s.v.v[0].came, 100);
	suspects_release(&s);
	heap_release(&h);
	heap_release(&old);
}
END_TEST

#define HELD(nr) "m->a; root m:m; type module m; type bytes a;" \
	" size a=50000; type list n#" nr "; refs n#" nr "=1;" \
	" size n#" nr "=500; n#" nr

/* What is no holder has a value of its own in each older heap. */
START_TEST(native_objects_are_compared_with_each_older_heap)
{
	const char *const then[] = { HELD("10"), HELD("25"), HELD("35") };
	struct suspects s;
	struct heap h;

	same_process_build(&h, HELD("40"));
	books_line(&h, PART_LOST_OBJECTS, "list", 6000, 60);
	books_close(&h, MIB);
	suspects_build(&h, &find_suspects_low, ARRAY_SIZE(then), &s);
	for (size_t i = 0; i < ARRAY_SIZE(then); i++) {
		struct heap old;

		same_process_build(&old, then[i]);
		books_line(&old, PART_LOST_OBJECTS, "list", i * 1000, i * 10);
		books_close(&old, MIB);
		suspects_compare(&s, &old);
		heap_release(&old);
	}
	suspects_finish(&s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_NATIVE);
	ck_assert_uint_eq(s.v.v[0].bytes, 26000);
	ck_assert_uint_eq(s.v.v[0].old_bytes[0], 5000);
	ck_assert_uint_eq(s.v.v[0].old_bytes[1], 13500);
	ck_assert_uint_eq(s.v.v[0].old_bytes[2], 19500);
	ck_assert_uint_eq(s.v.v[0].grown, 21000);
	suspects_release(&s);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "suspects-lost";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, lost_objects_are_a_suspect);
	tcase_add_test(tc, few_lost_objects_are_none);
	tcase_add_test(tc, lost_objects_of_an_older_pyheld_are_not_known);
	tcase_add_test(tc, lost_objects_are_of_the_class_at_their_address);
	tcase_add_test(tc, lost_objects_join_those_that_the_heap_has);
	tcase_add_test(tc, lost_objects_are_compared_by_type);
	tcase_add_test(tc, native_objects_are_compared_with_each_older_heap);
}
