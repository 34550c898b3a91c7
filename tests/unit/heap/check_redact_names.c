/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which text can be a name in a program's source, and which types are Python's
 * own. */
#include <string.h>

#include "base/alloc.h"
#include "heap/redact/redact-files.h"
#include "heap/redact/redact-names.h"
#include "heap/redact/redact-own.h"
#include "suite.h"

const char suite_name[] = "redact-names";

static bool is_odd_type(const void *context, const char *name, size_t len)
{
	const char *type = context;

	return len == strlen(type) && !memcmp(name, type, len);
}

static bool is_named(const char *text)
{
	return redact_is_named(text, strlen(text), is_odd_type,
			       "symtable entry");
}

#define ALL(words, fn, expected) \
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) \
		ck_assert_msg((fn) == (expected), "%s", words[i])

START_TEST(names_are_identifiers)
{
	static const char *const good[] = {
		"a", "_", "app.User", "f.<locals>.<lambda>", "<module>",
		"C9.m_1", "<generic parameters of f>", "f.<locals>.<genexpr>",
	};
	static const char *const bad[] = {
		"", ".", "a.", ".a", "a..b", "9a", "a b", "a-b", "a.9",
		"<secret>", "<locals", "f<locals>", "a\xc3\xa9", "a\nb",
		"<generic parameters of a secret>", "a.b ", "'a'",
		"<generic parameters of f", "a (interpreter 2)",
	};

	ALL(good, redact_is_name(good[i], strlen(good[i])), true);
	ALL(bad, redact_is_name(bad[i], strlen(bad[i])), false);
	/* The length decides, not the NUL. */
	ck_assert(redact_is_name("a b", 1));
}
END_TEST

START_TEST(modules_may_tell_the_interpreter)
{
	static const char *const good[] = {
		"app", "app.views", "app (interpreter 12)",
	};
	static const char *const bad[] = {
		"", "app (interpreter )", "app (interpreter 1", "tenant 9921",
		"app (interpreter 1) x", "app (interpreter x)", "my-app",
	};

	ALL(good, redact_is_module(good[i]), true);
	ALL(bad, redact_is_module(bad[i]), false);
}
END_TEST

START_TEST(files_are_paths)
{
	static const char *const good[] = {
		"/srv/app.py", "/srv/an app", "app.py", "<string>", "<stdin>",
		"<frozen importlib._bootstrap>",
	};
	static const char *const bad[] = {
		"", "a secret", "<a secret>", "<frozen a secret>", "<string",
		"<x>.py", "<frozen os", "app.pyx",
	};

	ALL(good, redact_is_file(good[i], strlen(good[i])), true);
	ALL(bad, redact_is_file(bad[i], strlen(bad[i])), false);
}
END_TEST

START_TEST(mappings_have_the_kernels_names)
{
	static const char *const good[] = { "", "[heap]", "[vdso]" };
	static const char *const bad[] = {
		"[anon:secret]", "[heap", "secret", "/lib/x.so",
		"[anon_shmem:x]",
	};

	ALL(good, redact_is_kernels_mapping(good[i]), true);
	ALL(bad, redact_is_kernels_mapping(bad[i]), false);
}
END_TEST

START_TEST(texts_of_objects_have_their_form)
{
	static const char *const good[] = {
		"<class 'app.User'>", "<class 'symtable entry'>",
		"<function f.<locals>.g at 0x7f12>", "<module app>",
		"<built-in function len>", "<code f (/srv/a (b):c.py:12)>",
		"<built-in method append of list at 0x7f12>",
		"<built-in method m of symtable entry at 0x7f12>",
		"<bound method C.m of 0x7f12>", "<code <module> (<string>:1)>",
	};
	static const char *const bad[] = {
		"", "<", "<>", "<class 'a secret'>", "<class 'app.User'",
		"<function a secret at 0x7f12>", "<function f at 0x7f12",
		"<function f at a secret>", "<function f at 0x>",
		"<function f at 0x7f12>, a secret", "<module a secret>",
		"<module 'app'>", "<code f (a secret:12)>", "<code f (:1)>",
		"<code a secret (/srv/app.py:12)>", "<code f (", "<code f ()>",
		"<built-in function a secret>", "<built-in method f of >",
		"<built-in method a secret of list at 0x7f12>",
		"<built-in method f of a secret at 0x7f12>",
		"<built-in method f of list at a secret>",
		"<built-in method f of list at 0x7f12",
		"<bound method a secret of 0x7f12>", "<bound method f of 0x12",
		"<bound method f of a secret>", "<ContextVar name='x' at 0x1>",
		"<a secret>", "'a secret'", "=range(0, 3, 1)",
	};

	ALL(good, is_named(good[i]), true);
	ALL(bad, is_named(bad[i]), false);
}
END_TEST

/* --- files and types --- */

static void add_mapping(struct heap *h, uint64_t start, uint32_t flags,
			const char *path)
{
	heap_mapping_vec_push(&h->info.mappings, (struct heap_mapping){
		start, start + 0x1000, flags, 0, xstrdup(path) });
}

static void add_mappings(struct heap *h)
{
	h->info.executable = xstrdup("/opt/app/server");
	add_mapping(h, 0x1000, MAPPING_EXECUTE, "/opt/app/server");
	add_mapping(h, 0x2000, MAPPING_WRITE, "/opt/app/server");
	add_mapping(h, 0x3000, MAPPING_WRITE, "[anon:a secret]");
	add_mapping(h, 0x4000, MAPPING_WRITE, "/opt/app/secret.db");
	add_mapping(h, 0x5000, MAPPING_EXECUTE, "/lib/libpython3.13.so.1.0");
	add_mapping(h, 0x6000, MAPPING_EXECUTE, "/lib/secret.so");
	add_mapping(h, 0x7000, MAPPING_EXECUTE,
		    "/lib/python3.13/lib-dynload/_x.so");
}

START_TEST(own_types_lie_in_pythons_files)
{
	CLEANUP(redact_own_release) struct redact_own own = { VEC_INIT };
	CLEANUP(redact_own_release) struct redact_own none = { VEC_INIT };
	CLEANUP(heap_release) struct heap h = { 0 }, empty = { 0 };

	add_mappings(&h);
	redact_own_find(&own, &h);
	ck_assert(redact_own_has(&own, "dict", 0x2010, false));
	ck_assert(redact_own_has(&own, "dict", 0x5fff, false));
	ck_assert(redact_own_has(&own, "datetime.date", 0x7000, false));
	ck_assert(!redact_own_has(&own, "app.User", 0x2010, true));
	ck_assert(!redact_own_has(&own, "secret", 0x6010, false));
	ck_assert(!redact_own_has(&own, "secret", 0x3000, false));
	ck_assert(!redact_own_has(&own, "secret", 0xfff, false));
	ck_assert(!redact_own_has(&own, "secret", 0x8000, false));
	ck_assert(!redact_own_has(&own, "", 0x2010, false));
	redact_own_find(&none, &empty);
	ck_assert(redact_own_has(&none, "dict", 0x2010, false));
	ck_assert(!redact_own_has(&none, "secret.Type", 0x2010, false));
	ck_assert(!redact_own_has(&none, "secret", 0x2010, true));
}
END_TEST

static const char *path_of(const struct heap_info *info, size_t i)
{
	return info->mappings.v[i].path;
}

START_TEST(programs_and_libraries_keep_their_names)
{
	CLEANUP(heap_release) struct heap h = { 0 }, some = { 0 }, all = { 0 };

	add_mappings(&h);
	redact_mappings(&h.info, false, &some.info);
	redact_mappings(&h.info, true, &all.info);
	ck_assert_str_eq(path_of(&some.info, 0), "/opt/app/server");
	ck_assert_str_eq(path_of(&some.info, 1), "/opt/app/server");
	ck_assert_str_eq(path_of(&some.info, 2), "");
	ck_assert_str_eq(path_of(&some.info, 3), "");
	ck_assert_str_eq(path_of(&some.info, 5), "/lib/secret.so");
	for (size_t i = 0; i < all.info.mappings.nr; i++)
		ck_assert_str_eq(path_of(&all.info, i), "");
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, names_are_identifiers);
	tcase_add_test(tc, modules_may_tell_the_interpreter);
	tcase_add_test(tc, files_are_paths);
	tcase_add_test(tc, mappings_have_the_kernels_names);
	tcase_add_test(tc, texts_of_objects_have_their_form);
	tcase_add_test(tc, own_types_lie_in_pythons_files);
	tcase_add_test(tc, programs_and_libraries_keep_their_names);
}
