/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of types: the table, and who sets them. */
#include <string.h>

#include "heap/heap.h"
#include "suite.h"

const char suite_name[] = "type-kinds";

START_TEST(a_name_of_the_table_has_its_kind)
{
	ck_assert_int_eq(type_kinds_find("str"), TYPE_KIND_STR);
	ck_assert_int_eq(type_kinds_find("functools._lru_list_elem"),
			 TYPE_KIND_LRU_LINK);
	ck_assert_int_eq(type_kinds_find("weakref"), TYPE_KIND_WEAK_REFERENCE);
	ck_assert_int_eq(type_kinds_find("weakref.ReferenceType"),
			 TYPE_KIND_WEAK_REFERENCE);
}
END_TEST

START_TEST(other_names_have_none)
{
	static const char *const names[] = {
		"", "app.User", "strx", "st", "app.str", "logging", "queue",
		"loggings.Logger", "xlogging.Logger", "asyncio.queue.Queue",
		"weakref.*x",
	};

	ck_assert_int_eq(type_kinds_find(NULL), TYPE_KIND_OTHER);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_msg(type_kinds_find(names[i]) == TYPE_KIND_OTHER,
			      "%s", names[i]);
}
END_TEST

START_TEST(a_module_has_the_types_that_no_line_names)
{
	ck_assert_int_eq(type_kinds_find("logging.LogRecord"),
			 TYPE_KIND_LOG_RECORD);
	ck_assert_int_eq(type_kinds_find("logging.Logger"), TYPE_KIND_LOGGING);
	ck_assert_int_eq(type_kinds_find("logging.handlers.SysLogHandler"),
			 TYPE_KIND_LOGGING);
	ck_assert_int_eq(type_kinds_find("queue.Queue"), TYPE_KIND_QUEUE);
	ck_assert_int_eq(type_kinds_find("_queue.SimpleQueue"),
			 TYPE_KIND_QUEUE);
	ck_assert_int_eq(type_kinds_find("asyncio.queues.Queue"),
			 TYPE_KIND_QUEUE);
}
END_TEST

/* A line that a line above it hides would never be found. */
START_TEST(each_line_is_found_by_its_names)
{
	static const struct {
		enum type_kind kind;
		const char *names[7];
	} kinds[] = {
#define TYPE_KIND(kind, ...) { TYPE_KIND_##kind, { __VA_ARGS__ } },
#include "heap/type-kinds.def"
#undef TYPE_KIND
	};

	ck_assert_uint_eq(ARRAY_SIZE(kinds) + 1, NR_TYPE_KINDS);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (size_t k = 0; kinds[i].names[k]; k++)
			ck_assert_msg(type_kinds_find(kinds[i].names[k]) ==
				      kinds[i].kind, "%s", kinds[i].names[k]);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, a_name_of_the_table_has_its_kind);
	tcase_add_test(tc, other_names_have_none);
	tcase_add_test(tc, a_module_has_the_types_that_no_line_names);
	tcase_add_test(tc, each_line_is_found_by_its_names);
}
