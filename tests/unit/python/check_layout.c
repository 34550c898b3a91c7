/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "python/layout/debug-offsets.h"
#include "python/layout/layout-choose.h"
#include "python/layout/member-names.h"
#include "suite.h"

static const struct layout_row *row_named(const char *name)
{
	for (unsigned int i = 0; i < nr_layout_rows; i++)
		if (strcmp(layout_rows[i].name, name) == 0)
			return &layout_rows[i];
	ck_abort_msg("no row %s", name);
	return NULL;
}

static uint32_t field(const struct layout *l, unsigned int i)
{
	return ((const uint32_t *)l)[i];
}

/* What the tables themselves must be. */

static void check_inside(const struct layout_row *row, const char *prefix,
			 uint32_t size)
{
	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		const char *name = layout_field_names[i];
		uint32_t value = field(&row->layout, i);

		if (strncmp(name, prefix, strlen(prefix)) != 0 ||
		    strcmp(name + strlen(prefix), "size") == 0 ||
		    value == LAYOUT_NONE)
			continue;
		ck_assert_msg(value < size, "%s: %s is %u, of %u", row->name,
			      name, value, size);
	}
}

START_TEST(rows_keep_members_inside_their_structs)
{
	const struct layout_row *row = &layout_rows[_i];
	const struct layout *l = &row->layout;

	check_inside(row, "runtime_", l->runtime_size);
	check_inside(row, "interp_", l->interp_size);
	check_inside(row, "gc_", l->gc_size);
	check_inside(row, "generation_", l->generation_size);
	check_inside(row, "frame_", l->frame_size + 1);
	check_inside(row, "type_", l->type_size);
	check_inside(row, "heaptype_", l->heaptype_size);
	check_inside(row, "static_type_", l->static_type_size);
	check_inside(row, "dict_", l->dict_size);
	check_inside(row, "set_", l->set_size);
	check_inside(row, "code_", l->code_size + 1);
	check_inside(row, "member_", l->member_size);
	check_inside(row, "str_", l->str_size);
	ck_assert_uint_eq(l->object_type, row->free_threaded ? 24 : 8);
	ck_assert_int_eq(l->object_refcount == LAYOUT_NONE,
			 row->free_threaded);
	ck_assert_int_eq(l->object_gc_bits != LAYOUT_NONE, row->free_threaded);
	ck_assert_uint_lt(l->type_size, l->heaptype_size);
	ck_assert_uint_lt(l->ascii_size, l->compact_size);
	ck_assert(l->interp_gc != LAYOUT_NONE || l->runtime_gc != LAYOUT_NONE);
}
END_TEST

START_TEST(rows_have_one_way_to_the_essentials)
{
	const struct layout *l = &layout_rows[_i].layout;
	uint32_t minor = layout_rows[_i].hexversion >> 16 & 0xff;

	/* The frame of a thread, the collector's lists, a dict's size. */
	ck_assert_int_eq((l->thread_frame != LAYOUT_NONE) +
			 (l->cframe_current_frame != LAYOUT_NONE) +
			 (l->thread_current_frame != LAYOUT_NONE), 1);
	ck_assert_int_ne(l->gc_generations == LAYOUT_NONE,
			 l->gc_young == LAYOUT_NONE);
	ck_assert_int_ne(l->keys_size == LAYOUT_NONE,
			 l->keys_log2_size == LAYOUT_NONE);
	ck_assert_int_eq(l->iframe_size != LAYOUT_NONE, minor >= 11);
	ck_assert_int_eq(l->long_tag != LAYOUT_NONE, minor >= 12);
	ck_assert_int_eq(l->static_type_size != LAYOUT_NONE, minor >= 12);
	ck_assert_uint_ne(l->long_digit, LAYOUT_NONE);
	ck_assert_uint_ne(l->deque_size, LAYOUT_NONE);
	ck_assert_uint_ne(l->odict_first, LAYOUT_NONE);
	ck_assert_uint_ne(l->lru_cache_root, LAYOUT_NONE);
	ck_assert_uint_ne(l->range_start, LAYOUT_NONE);
	ck_assert_uint_ne(l->datetime_tzinfo, LAYOUT_NONE);
	ck_assert_uint_ne(l->mappingproxy_mapping, LAYOUT_NONE);
}
END_TEST

/* A misspelt type or member in layout.def would be in no version. */
START_TEST(every_field_is_in_some_row)
{
	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		bool found = false;

		for (unsigned int k = 0; k < nr_layout_rows; k++)
			found |= field(&layout_rows[k].layout, i) !=
				 LAYOUT_NONE;
		ck_assert_msg(found, "%s", layout_field_names[i]);
	}
}
END_TEST

static void check_sorted(const struct member_name *rows, unsigned int nr)
{
	for (unsigned int i = 1; i < nr; i++) {
		const struct member_name *a = &rows[i - 1], *b = a + 1;
		int order = strcmp(a->type, b->type);

		ck_assert(order < 0 ||
			  (order == 0 && (a->offset < b->offset ||
					  (a->offset == b->offset &&
					   a->until <= b->from))));
	}
}

static const char *find_name(uint32_t hexversion, const char *type,
			     uint32_t offset)
{
	return member_names_find(hexversion, false, type, offset);
}

START_TEST(member_names_are_sorted_and_found)
{
	check_sorted(member_names, nr_member_names);
	check_sorted(member_names_free_threaded,
		     nr_member_names_free_threaded);
	ck_assert_str_eq(find_name(0x030812f0, "functools.partial", 16),
			 "func");
	ck_assert_str_eq(find_name(0x030f00f0, "itertools.chain", 24),
			 "active");
	ck_assert_str_eq(find_name(0x030b07f0, "longrange_iterator", 16),
			 "index");
	ck_assert_str_eq(find_name(0x030c01f0, "longrange_iterator", 16),
			 "start");
	ck_assert_str_eq(member_names_find(0x030d05f0, true,
					   "longrange_iterator", 32),
			 "start");
	ck_assert_ptr_null(find_name(0x030f00f0, "functools.partial", 17));
	ck_assert_ptr_null(find_name(0x030f00f0, "app.User", 16));
	ck_assert_ptr_null(find_name(0x030f00f0, "", 0));
}
END_TEST

/* Choosing. */

static void check_choice(const struct layout_query *q, const char *source,
			 struct layout *ret)
{
	CLEANUP(freep) char *got = NULL;
	struct error *err = layout_choose(q, ret, &got);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	ck_assert_str_eq(got, source);
}

static void check_refusal(const struct layout_query *q, const char *part)
{
	CLEANUP(error_freep) struct error *err = NULL;
	char *source = NULL;
	struct layout l;

	err = layout_choose(q, &l, &source);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_UNSUPPORTED);
	ck_assert_msg(strstr(err->message, part), "%s", err->message);
	ck_assert_ptr_null(source);
}

/* Upstream and Debian 3.13 differ in nothing that a query could tell. */
static bool is_debian_3_13(const struct layout_row *row)
{
	return strcmp(row->name, "3.13.15 (Debian)") == 0;
}

/* Counts in `context` how often it was asked. */
static struct debuginfo *no_debuginfo(void *context)
{
	++*(int *)context;
	return NULL;
}

START_TEST(choose_picks_the_very_build)
{
	const struct layout_row *row = &layout_rows[_i];
	CLEANUP(freep) char *source = xasprintf("table %s", row->name);
	int asked = 0;
	struct layout l;

	if (row->layout.runtime_size == LAYOUT_NONE)
		return;		/* never measured */
	if (is_debian_3_13(row))
		return;
	check_choice(&(struct layout_query){
		.hexversion = row->hexversion,
		.free_threaded = row->free_threaded, .debug = row->debug,
		.runtime_size = row->layout.runtime_size,
		.find_debuginfo = no_debuginfo, .context = &asked,
	}, source, &l);
	ck_assert_mem_eq(&l, &row->layout, sizeof(l));
	ck_assert_int_eq(asked, 0);
}
END_TEST

static void check_nearest(uint32_t hexversion, const char *source,
			  const char *row)
{
	int asked = 0;
	struct layout l;

	check_choice(&(struct layout_query){
		.hexversion = hexversion, .runtime_size = 12345,
		.find_debuginfo = no_debuginfo, .context = &asked,
	}, source, &l);
	ck_assert_mem_eq(&l, &row_named(row)->layout, sizeof(l));
	ck_assert_int_eq(asked, 1);
}

START_TEST(choose_takes_the_nearest_of_a_series)
{
	check_nearest(0x030801f0, "table 3.8.18, the nearest to 3.8.1",
		      "3.8.18");
	check_nearest(0x030814f0, "table 3.8.18, the nearest to 3.8.20",
		      "3.8.18");
	check_nearest(0x030d02f0, "table 3.13.5, the nearest to 3.13.2",
		      "3.13.5");
	check_nearest(0x030e00f0,
		      "table 3.14.0 to 3.14.4, the nearest to 3.14.0",
		      "3.14.0 to 3.14.4");
	check_nearest(0x030e05f0,
		      "table 3.14.8 (Debian), the nearest to 3.14.5",
		      "3.14.8 (Debian)");
	check_nearest(0x031000f0, "table 3.15.0, the nearest to 3.16.0, which "
		      "is newer than pyheld: don't rely on what it says, "
		      "debug symbols of Python would help", "3.15.0");
}
END_TEST

START_TEST(choose_tells_a_version_by_the_size_of_the_runtime)
{
	struct layout l;

	check_choice(&(struct layout_query){ .runtime_size = 672 },
		     "table 3.10.13", &l);
	check_refusal(&(struct layout_query){ .runtime_size = 673 },
		      "which version");
}
END_TEST

START_TEST(choose_refuses_what_it_can_not_read)
{
	check_refusal(&(struct layout_query){ .hexversion = 0x030710f0 },
		      "3.7.16");
	check_refusal(&(struct layout_query){ .hexversion = 0x02071200 },
		      "2.7.18");
}
END_TEST

/* Rows of the other kind are never taken, whatever their version. */
START_TEST(choose_keeps_free_threaded_builds_apart)
{
	struct layout l;

	check_choice(&(struct layout_query){
		.hexversion = 0x030d0ff0, .free_threaded = true,
	}, "table 3.13.5t, the nearest to 3.13.15", &l);
	ck_assert_uint_eq(l.object_size, 32);
	check_choice(&(struct layout_query){
		.hexversion = 0x030e02f0, .free_threaded = true,
	}, "table 3.14.10t, the nearest to 3.14.2", &l);
	ck_assert_uint_eq(l.tuple_item, 48);
	check_choice(&(struct layout_query){
		.hexversion = 0x030f03f0, .free_threaded = true,
	}, "table 3.15.2t, the nearest to 3.15.3", &l);
	ck_assert_uint_eq(l.module_state, 40);
}
END_TEST

/* Debug offsets. */

struct offsets {
	uint8_t bytes[DEBUG_OFFSETS_MAX];
	size_t len;
};

static void put_word(struct offsets *o, uint64_t value)
{
	ck_assert_uint_le(o->len + 8, sizeof(o->bytes));
	memcpy(o->bytes + o->len, &value, 8);
	o->len += 8;
}

/* As the build of `l` would have them. */
static void make_offsets(struct offsets *o, uint32_t hexversion,
			 const struct layout *l)
{
	unsigned int version = hexversion >> 16 & 0xff;

	memcpy(o->bytes, "xdebugpy", 8);
	o->len = 8;
	put_word(o, hexversion);
	put_word(o, 0);
#define SIZE(minor, name, field) if (minor <= version) put_word(o, l->field);
#define WORD(minor, name, field) if (minor <= version) put_word(o, l->field);
#define BOUND(minor, name) if (minor <= version) put_word(o, 4096);
#define SKIP(minor, name) if (minor <= version) put_word(o, 0);
#include "python/layout/debug-offsets.def"
#undef SIZE
#undef WORD
#undef BOUND
#undef SKIP
}

START_TEST(debug_offsets_are_as_long_as_the_versions)
{
	struct offsets o;

	make_offsets(&o, 0x030d00f0, &row_named("3.13.0")->layout);
	ck_assert_uint_eq(o.len, 584);
	make_offsets(&o, 0x030e08f0, &row_named("3.14.8 (Debian)")->layout);
	ck_assert_uint_eq(o.len, 760);
	make_offsets(&o, 0x030f00f0, &row_named("3.15.0")->layout);
	ck_assert_uint_eq(o.len, 888);
}
END_TEST

START_TEST(debug_offsets_win)
{
	const struct layout_row *row = row_named("3.14.8 (Debian)");
	struct layout changed = row->layout, l;
	struct offsets o;
	struct layout_query q = {
		.hexversion = 0x030e08f0,
		.runtime_size = row->layout.runtime_size,
		.debug_offsets = o.bytes,
	};

	make_offsets(&o, row->hexversion, &changed);
	q.debug_offsets_len = o.len;
	check_choice(&q, "table 3.14.8 (Debian) with debug offsets", &l);
	ck_assert_mem_eq(&l, &row->layout, sizeof(l));

	changed.tuple_item = 48;
	changed.interp_sysdict += 16;
	changed.thread_size += 8;
	make_offsets(&o, row->hexversion, &changed);
	check_choice(&q, "table 3.14.8 (Debian) with debug offsets "
		     "(3 corrected)", &l);
	/* What follows the PyThreadState in its struct moves with its size. */
	changed.thread_running_loop += 8;
	changed.thread_running_task += 8;
	ck_assert_mem_eq(&l, &changed, sizeof(l));
}
END_TEST

/* Without them 3.14.4 and 3.14.5 could only be told apart by number. */
START_TEST(debug_offsets_choose_the_collector)
{
	const struct layout_row *old = row_named("3.14.0 to 3.14.4");
	struct layout told = old->layout, l;
	struct offsets o;

	told.runtime_size = 316000;
	make_offsets(&o, 0x030e07f0, &told);
	check_choice(&(struct layout_query){
		.hexversion = 0x030e07f0, .runtime_size = 316000,
		.debug_offsets = o.bytes, .debug_offsets_len = o.len,
	}, "table 3.14.0 to 3.14.4, the nearest to 3.14.7 with debug offsets "
	   "(1 corrected)", &l);
	ck_assert_uint_eq(l.gc_young, 24);
	ck_assert_uint_eq(l.gc_generations, LAYOUT_NONE);
}
END_TEST

static void put_at(struct offsets *o, size_t at, uint64_t value)
{
	memcpy(o->bytes + at, &value, 8);
}

START_TEST(hostile_debug_offsets_are_ignored)
{
	const struct layout_row *row = row_named("3.13.0");
	static const struct { size_t at; uint64_t value; } lies[] = {
		{ 0, 0 },			/* the cookie */
		{ 8, 0x030e00f0 },		/* another version */
		{ 8, 0x1030d00f0 }, { 8, 0 },
		{ 16, 1 }, { 16, 2 },		/* free-threaded */
		{ 24, 0 }, { 24, UINT64_MAX },	/* runtime_state.size */
		{ 24, 1 << 20 },
		{ 40, 283320 }, { 40, UINT32_MAX }, /* interpreters_head */
		{ 64, UINT64_MAX }, { 64, 1ull << 32 | 7264 },
	};
	struct offsets o;
	struct layout l;
	struct layout_query q = {
		.hexversion = row->hexversion,
		.runtime_size = row->layout.runtime_size,
		.debug_offsets = o.bytes,
	};

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		make_offsets(&o, row->hexversion, &row->layout);
		q.debug_offsets_len = o.len;
		put_at(&o, lies[i].at, lies[i].value);
		check_choice(&q, "table 3.13.0", &l);
		ck_assert_mem_eq(&l, &row->layout, sizeof(l));
	}
	make_offsets(&o, row->hexversion, &row->layout);
	for (q.debug_offsets_len = 0; q.debug_offsets_len < o.len;
	     q.debug_offsets_len++)
		check_choice(&q, "table 3.13.0", &l);
	ck_assert_uint_eq(debug_offsets_version(NULL, 0), 0);
}
END_TEST

const char suite_name[] = "layout";

void suite_add_tests(TCase *tc)
{
	int nr = (int)nr_layout_rows;

	tcase_add_loop_test(tc, rows_keep_members_inside_their_structs, 0, nr);
	tcase_add_loop_test(tc, rows_have_one_way_to_the_essentials, 0, nr);
	tcase_add_test(tc, every_field_is_in_some_row);
	tcase_add_test(tc, member_names_are_sorted_and_found);
	tcase_add_loop_test(tc, choose_picks_the_very_build, 0, nr);
	tcase_add_test(tc, choose_takes_the_nearest_of_a_series);
	tcase_add_test(tc, choose_tells_a_version_by_the_size_of_the_runtime);
	tcase_add_test(tc, choose_refuses_what_it_can_not_read);
	tcase_add_test(tc, choose_keeps_free_threaded_builds_apart);
	tcase_add_test(tc, debug_offsets_are_as_long_as_the_versions);
	tcase_add_test(tc, debug_offsets_win);
	tcase_add_test(tc, debug_offsets_choose_the_collector);
	tcase_add_test(tc, hostile_debug_offsets_are_ignored);
}
