/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a truncated core lacks: which objects are known to be missing, each
 * counted once.  The core is a fake CPython, part of whose addresses are said
 * to be missing.
 */
#include <check.h>
#include <stdlib.h>

#include "fake-values.h"
#include "python/state/truncated.h"
#include "suite.h"

static struct fake f;
static raddr missing_start, missing_end;

static bool is_missing(struct target *t, raddr addr)
{
	(void)t;
	return addr >= missing_start && addr < missing_end;
}

static const struct target_source source = { .is_missing = is_missing };

/* Say that so many bytes from `start` on are missing. */
static void begin(raddr start, uint64_t len)
{
	static char core;

	missing_start = start;
	missing_end = start + len;
	f.target.core = (struct core *)(void *)&core;
	f.target.missing = len;
	f.target.source = &source;
	fake_ready(&f);
	truncated_init(&f.py);
	ck_assert_ptr_nonnull(f.py.truncated);
}

static void end(void)
{
	truncated_release(&f.py);
	ck_assert_ptr_null(f.py.truncated);
	f.target.core = NULL;
	mapping_vec_release(&f.target.mappings);
	fake_release(&f);
}

START_TEST(whole_cores_and_processes_lack_nothing)
{
	static char core;
	raddr obj;

	fake_init(&f, fake_rows[_i]);
	obj = fake_int(&f, 1);
	fake_ready(&f);
	truncated_init(&f.py);
	ck_assert_ptr_null(f.py.truncated);
	f.target.core = (struct core *)(void *)&core;
	truncated_init(&f.py);
	ck_assert_ptr_null(f.py.truncated);
	f.target.core = NULL;
	ck_assert(!truncated_lacks(&f.py, obj));
	ck_assert(!truncated_may_be_file(&f.py, 0x7f0000000000));
	ck_assert(!truncated_note_object(&f.py, obj));
	truncated_note_list(&f.py);
	ck_assert_uint_eq(truncated_nr_objects(&f.py), 0);
	truncated_release(&f.py);
	fake_release(&f);
}
END_TEST

START_TEST(missing_objects_are_counted_once)
{
	raddr here;

	fake_init(&f, fake_rows[_i]);
	here = fake_int(&f, 1);
	begin(0x100000, 0x1000);
	ck_assert_uint_eq(truncated_nr_objects(&f.py), 0);
	ck_assert(!truncated_note_object(&f.py, here));
	ck_assert(truncated_note_object(&f.py, 0x100000));
	ck_assert(truncated_note_object(&f.py, 0x100020));
	ck_assert(truncated_note_object(&f.py, 0x100000));
	ck_assert(truncated_note_object(&f.py, 0x100ff8));
	ck_assert_uint_eq(truncated_nr_objects(&f.py), 3);
	ck_assert(truncated_note_object(&f.py, 0x100020));
	ck_assert(truncated_note_object(&f.py, 0x100010));
	ck_assert_uint_eq(truncated_nr_objects(&f.py), 4);
	/* What is no object's address. */
	ck_assert(!truncated_note_object(&f.py, 0));
	ck_assert(!truncated_note_object(&f.py, 0x100021));
	ck_assert(!truncated_note_object(&f.py, 0x101000));
	ck_assert_uint_eq(truncated_nr_objects(&f.py), 4);
	end();
}
END_TEST

/* References to a few objects that are missing take no memory each. */
START_TEST(many_references_take_little_memory)
{
	fake_init(&f, fake_rows[_i]);
	begin(0x100000, 0x1000);
	for (unsigned int i = 0; i < 300000; i++)
		truncated_note_object(&f.py, 0x100000 + i % 10 * 16);
	ck_assert_uint_lt(f.py.truncated->away.nr, 70000);
	ck_assert_uint_eq(truncated_nr_objects(&f.py), 10);
	end();
}
END_TEST

/* Without its class, or the class's class, nobody knows what it is. */
START_TEST(objects_without_their_class_are_missing)
{
	const struct layout *l = &f.py.layout;
	raddr class, obj, meta, other, instance;

	fake_init(&f, fake_rows[_i]);
	class = fake_type(&f, &(struct fake_type){ .name = "app.Class",
						   .basicsize = 32 });
	obj = fake_object(&f, class, 32);
	meta = fake_type(&f, &(struct fake_type){ .name = "app.Meta",
						  .base = f.py.known.type });
	other = fake_type(&f, &(struct fake_type){ .name = "app.Other" });
	fake_put(&f, other, l->object_type, meta);
	instance = fake_object(&f, other, 32);
	begin(class + l->type_size - 8, 8);
	ck_assert(truncated_note_object(&f.py, obj));
	ck_assert(!truncated_note_object(&f.py, instance));
	missing_start = class;
	missing_end = class + 8;
	ck_assert(truncated_note_object(&f.py, obj));
	missing_start = meta;
	missing_end = meta + 8;
	ck_assert(truncated_note_object(&f.py, instance));
	ck_assert(!truncated_note_object(&f.py, obj));
	/* The end of its own head. */
	missing_start = obj + l->object_size - 1;
	missing_end = missing_start + 1;
	ck_assert(truncated_note_object(&f.py, obj));
	ck_assert_uint_eq(truncated_nr_objects(&f.py), 2);
	end();
}
END_TEST

START_TEST(broken_lists_are_remembered)
{
	fake_init(&f, fake_rows[_i]);
	begin(0x100000, 0x1000);
	ck_assert(!f.py.truncated->broken);
	truncated_note_list(&f.py);
	ck_assert(f.py.truncated->broken);
	end();
}
END_TEST

/* gcore writes the list of files last: where it lacks, any address that no
 * segment has may be a file's. */
START_TEST(files_may_be_where_nothing_is_known)
{
	fake_init(&f, fake_rows[_i]);
	mapping_vec_push(&f.target.mappings, (struct mapping){
		.start = 0x200000, .end = 0x201000 });
	begin(0x100000, 0x1000);
	ck_assert(f.py.truncated->no_files);
	ck_assert(truncated_may_be_file(&f.py, 0x300000));
	ck_assert(truncated_may_be_file(&f.py, 65536));
	ck_assert(!truncated_may_be_file(&f.py, 65535));
	ck_assert(!truncated_may_be_file(&f.py, 0x200000));
	ck_assert(!truncated_may_be_file(&f.py, UINT64_C(1) << 63));
	end();
}
END_TEST

START_TEST(files_that_are_listed_are_all)
{
	fake_init(&f, fake_rows[_i]);
	mapping_vec_push(&f.target.mappings, (struct mapping){
		.start = 0x200000, .end = 0x201000, .inode = 1 });
	begin(0x100000, 0x1000);
	ck_assert(!f.py.truncated->no_files);
	ck_assert(!truncated_may_be_file(&f.py, 0x300000));
	end();
}
END_TEST

const char suite_name[] = "truncated";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		whole_cores_and_processes_lack_nothing,
		missing_objects_are_counted_once,
		many_references_take_little_memory,
		objects_without_their_class_are_missing,
		broken_lists_are_remembered,
		files_may_be_where_nothing_is_known,
		files_that_are_listed_are_all,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
