/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a core's process: found, compared with the core, used, missed.
 * A core is forged whose process had mapped a library that is made by hand.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library-core.h"
#include "suite.h"
#include "target/module-data.h"

#define ID_PATH "/.build-id/b2/b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"

/* --- folders and files --- */

static char folder[64];

static void make_folder(void)
{
	strcpy(folder, "/tmp/check-files-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
	CLEANUP(freep) char *command = xasprintf("rm -r '%s'", folder);

	ck_assert_int_eq(system(command), 0);
}

/* Write a file of that path below `folder`, with all folders to it. */
static char *put_file(const char *path, const void *bytes, size_t len)
{
	char *whole = xasprintf("%s%s", folder, path);
	FILE *f;

	for (char *p = whole + strlen(folder) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(whole, 0700);
		*p = '/';
	}
	f = fopen(whole, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	fclose(f);
	return whole;
}

static char *put_library(const char *path, enum library_kind kind, uint8_t id)
{
	uint8_t bytes[LIBRARY_LEN];

	library_make(bytes, kind, id);
	return put_file(path, bytes, sizeof(bytes));
}

static bool warns(const struct target *t, const char *words)
{
	for (size_t i = 0; i < t->warnings.nr; i++)
		if (strstr(t->warnings.v[i], words))
			return true;
	return false;
}

static void expect_text(struct target *t, bool there)
{
	const uint8_t *p = memory_at(&t->memory, BIAS + LIBRARY_TEXT, 16);

	ck_assert_int_eq(p != NULL, there);
	if (p)
		ck_assert_uint_eq(p[15], 0xc3);
}

/* --- the very file --- */

START_TEST(file_of_the_same_id_is_used)
{
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/library.so", LIBRARY_WHOLE, ID);
	library_core_forge(&f, path, ID, HAS_FIRST_PAGE | HAS_DATA);
	t = library_core_open(&f, NULL);
	ck_assert_uint_eq(t->warnings.nr, 0);
	ck_assert_uint_eq(t->modules.nr, 1);
	expect_text(t, true);
	library_core_has(t, "library_function", BIAS + LIBRARY_FUNCTION, 32);
	library_core_has(t, "library_object", BIAS + LIBRARY_OBJECT, 16);
	library_core_lacks(t, "library_elsewhere");
	ck_assert_uint_eq(t->modules.v[0].bias, BIAS);
	ck_assert_ptr_eq(modules_at(t, BIAS + LIBRARY_DATA), &t->modules.v[0]);
	ck_assert_ptr_null(modules_at(t, BIAS - 1));
	/* The core's own data, not the file's. */
	ck_assert_uint_eq(*memory_at(&t->memory, BIAS + LIBRARY_KEPT, 1), 1);
	target_close(t);
	remove_folder();
}
END_TEST

START_TEST(file_of_another_id_is_refused)
{
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/library.so", LIBRARY_WHOLE, ID + 1);
	library_core_forge(&f, path, ID, HAS_FIRST_PAGE);
	t = library_core_open(&f, NULL);
	ck_assert(warns(t, "another build-id"));
	ck_assert(!warns(t, "can't be found"));
	expect_text(t, false);
	target_close(t);
	remove_folder();
}
END_TEST

START_TEST(file_that_cant_be_compared_is_used_with_a_warning)
{
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/library.so", LIBRARY_WHOLE, ID);
	library_core_forge(&f, path, ID, HAS_DATA);
	t = library_core_open(&f, NULL);
	ck_assert(warns(t, "lacks the first pages"));
	expect_text(t, true);
	target_close(t);
	remove_folder();
}
END_TEST

START_TEST(file_that_is_not_there_is_warned_of_once)
{
	struct forge f = FORGE_INIT;
	struct target *t;

	library_core_forge(&f, "/nowhere/library.so", ID, HAS_FIRST_PAGE);
	for (unsigned int i = 0; i < 4; i++) {
		CLEANUP(freep) char *path = xasprintf("/nowhere/%u.so", i);
		raddr at = BIAS + (i + 1) * UINT64_C(0x100000);

		forge_load(&f, at, LIBRARY_PAGE, PF_R | PF_X, NULL, 0);
		forge_file(&f, at, at + LIBRARY_PAGE, 0, path);
	}
	t = library_core_open(&f, NULL);
	ck_assert_uint_eq(t->warnings.nr, 1);
	ck_assert(warns(t, "5 of the process's files can't be found: "
			   "/nowhere/library.so, /nowhere/0.so, /nowhere/1.so,"
			   " ..."));
	target_close(t);
}
END_TEST

/* --- other places --- */

START_TEST(file_is_found_below_sysroot)
{
	struct core_options options = { .sysroot = folder };
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/lib/library.so", LIBRARY_WHOLE, ID);
	library_core_forge(&f, "/lib/library.so", ID, HAS_FIRST_PAGE);
	t = library_core_open(&f, &options);
	expect_text(t, true);
	library_core_has(t, "library_function", BIAS + LIBRARY_FUNCTION, 32);
	target_close(t);
	remove_folder();
}
END_TEST

/* As distributions have it: below the folder of build-ids. */
START_TEST(file_is_found_by_its_id)
{
	static const char *const paths[] = {
		"/usr/lib/debug" ID_PATH, "/usr/lib" ID_PATH,
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct core_options options = { .sysroot = folder };
		CLEANUP(freep) char *path = NULL;
		struct forge f = FORGE_INIT;
		struct target *t;

		make_folder();
		path = put_library(paths[i], LIBRARY_WHOLE, ID);
		library_core_forge(&f, "/lib/gone.so", ID, HAS_FIRST_PAGE);
		t = library_core_open(&f, &options);
		expect_text(t, true);
		target_close(t);
		remove_folder();
	}
}
END_TEST

START_TEST(debug_information_gives_symbols_alone)
{
	struct core_options options = { .sysroot = folder };
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/usr/lib/debug" ID_PATH ".debug", LIBRARY_DEBUG,
			   ID);
	library_core_forge(&f, "/lib/gone.so", ID, HAS_FIRST_PAGE);
	t = library_core_open(&f, &options);
	ck_assert(warns(t, "1 of the process's files can't be found"));
	ck_assert(warns(t, "there is debug information"));
	expect_text(t, false);
	library_core_has(t, "library_function", BIAS + LIBRARY_FUNCTION, 32);
	target_close(t);
	remove_folder();
}
END_TEST

START_TEST(debug_information_of_another_id_is_refused)
{
	struct core_options options = { .sysroot = folder };
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/usr/lib/debug" ID_PATH ".debug", LIBRARY_DEBUG,
			   ID + 1);
	library_core_forge(&f, "/lib/gone.so", ID, HAS_FIRST_PAGE);
	t = library_core_open(&f, &options);
	ck_assert(warns(t, "another build-id"));
	target_close(t);
	remove_folder();
}
END_TEST

/* --- debuginfod --- */

#ifdef HAVE_DEBUGINFOD
/* A server that is a folder, which libdebuginfod can read as well. */
static void use_server(const char *url_end)
{
	CLEANUP(freep) char *url = xasprintf("file://%s%s", folder, url_end);
	CLEANUP(freep) char *cache = xasprintf("%s/cache", folder);

	setenv("DEBUGINFOD_URLS", url, 1);
	setenv("DEBUGINFOD_CACHE_PATH", cache, 1);
}

START_TEST(file_is_fetched_by_its_id)
{
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/buildid/b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2/"
			   "executable", LIBRARY_WHOLE, ID);
	use_server("");
	library_core_forge(&f, "/lib/gone.so", ID, HAS_FIRST_PAGE);
	t = library_core_open(&f, NULL);
	expect_text(t, true);
	library_core_has(t, "library_function", BIAS + LIBRARY_FUNCTION, 32);
	ck_assert_uint_eq(t->warnings.nr, 0);
	target_close(t);
	remove_folder();
}
END_TEST

/* What it gives is believed no more than any other file. */
START_TEST(fetched_file_of_another_id_is_refused)
{
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/buildid/b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2/"
			   "executable", LIBRARY_WHOLE, ID + 1);
	use_server("");
	library_core_forge(&f, "/lib/gone.so", ID, HAS_FIRST_PAGE);
	t = library_core_open(&f, NULL);
	expect_text(t, false);
	ck_assert(warns(t, "from the debuginfod server is not the file"));
	target_close(t);
	remove_folder();
}
END_TEST
#endif

/* --- --executable --- */

START_TEST(executable_is_used_for_the_program_alone)
{
	const uint64_t auxv[] = { AT_ENTRY, BIAS + LIBRARY_FUNCTION,
				  AT_NULL, 0 };
	struct core_options options = { .executable = NULL };
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT, g = FORGE_INIT;
	struct target *t;

	make_folder();
	path = put_library("/program", LIBRARY_WHOLE, ID);
	options.executable = path;
	library_core_forge(&f, "/usr/bin/gone", ID, HAS_FIRST_PAGE);
	forge_note(&f, NT_AUXV, auxv, sizeof(auxv));
	t = library_core_open(&f, &options);
	expect_text(t, true);
	ck_assert_str_eq(t->executable, "/usr/bin/gone");
	target_close(t);
	library_core_forge(&g, "/usr/bin/gone", ID, HAS_FIRST_PAGE);
	t = library_core_open(&g, &options);
	expect_text(t, false);
	ck_assert(warns(t, "--executable is not used"));
	target_close(t);
	remove_folder();
}
END_TEST

static void refuse(const char *executable, const char *sysroot,
		   const char *words)
{
	const struct core_options options = { executable, sysroot };
	struct target *t = NULL;
	struct error *err = target_open_core("/proc/self/exe", &options, &t);

	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_UNSUPPORTED);
	ck_assert_msg(strstr(err->message, words), "%s", err->message);
	error_free(err);
}

START_TEST(options_are_checked)
{
	CLEANUP(freep) char *script = NULL, *text = NULL;

	make_folder();
	script = put_file("/script", "#!/bin/sh\n", 10);
	text = put_file("/text", "text", 4);
	refuse("/nowhere/program", NULL, "can't be opened");
	refuse("/dev/zero", NULL, "can't be opened");
	refuse(script, NULL, "is a script");
	refuse(text, NULL, "64-bit ELF program");
	refuse(NULL, "/nowhere/at/all", "--sysroot: '/nowhere/at/all'");
	refuse(NULL, text, "--sysroot: '");
	remove_folder();
}
END_TEST

/* --- data of a truncated core --- */

static struct target *open_truncated(const char *path)
{
	struct forge f = FORGE_INIT;

	library_core_forge(&f, path, ID, HAS_FIRST_PAGE | HAS_DATA);
	forge_finish(&f);
	f.file.nr -= LIBRARY_PAGE;
	return library_core_open(&f, NULL);
}

START_TEST(data_that_is_missing_comes_from_the_file)
{
	CLEANUP(freep) char *path = NULL;
	struct target *t;
	uint64_t bytes = 0, word;
	struct module *module;

	make_folder();
	path = put_library("/library.so", LIBRARY_WHOLE, ID);
	t = open_truncated(path);
	ck_assert_uint_eq(t->missing, LIBRARY_PAGE);
	ck_assert(target_is_missing(t, BIAS + LIBRARY_DATA));
	ck_assert(!target_is_missing(t, BIAS));
	ck_assert(!target_is_missing(t, BIAS - LIBRARY_PAGE));
	module = modules_at(t, BIAS);
	ck_assert(module_data_is_missing(t, module));
	ck_assert_ptr_null(module_data_restore(t, module, &bytes));
	ck_assert_uint_eq(bytes, LIBRARY_DATA_END - LIBRARY_DATA);
	ck_assert(memory_u64(&t->memory, BIAS + LIBRARY_RELATIVE, &word));
	ck_assert_uint_eq(word, BIAS + LIBRARY_FUNCTION);
	ck_assert(memory_u64(&t->memory, BIAS + LIBRARY_KEPT, &word));
	ck_assert_uint_eq(word, LIBRARY_WORD);
	ck_assert(!target_is_missing(t, BIAS + LIBRARY_DATA));
	/* .bss is in no file. */
	ck_assert(target_is_missing(t, BIAS + LIBRARY_DATA_END));
	target_close(t);
	remove_folder();
}
END_TEST

START_TEST(data_that_is_missing_stays_so_without_a_file)
{
	struct target *t = open_truncated("/nowhere/library.so");
	struct module *module = modules_at(t, BIAS);
	uint64_t bytes = 1;

	ck_assert(module_data_is_missing(t, module));
	ck_assert_ptr_null(module_data_restore(t, module, &bytes));
	ck_assert_uint_eq(bytes, 0);
	ck_assert(target_is_missing(t, BIAS + LIBRARY_DATA));
	target_close(t);
}
END_TEST

START_TEST(data_that_is_there_is_not_restored)
{
	CLEANUP(freep) char *path = NULL;
	struct forge f = FORGE_INIT;
	struct target *t;
	uint64_t bytes = 1;

	make_folder();
	path = put_library("/library.so", LIBRARY_WHOLE, ID);
	library_core_forge(&f, path, ID, HAS_FIRST_PAGE | HAS_DATA);
	t = library_core_open(&f, NULL);
	ck_assert(!module_data_is_missing(t, &t->modules.v[0]));
	ck_assert_ptr_null(module_data_restore(t, &t->modules.v[0], &bytes));
	ck_assert_uint_eq(bytes, 0);
	ck_assert_uint_eq(*memory_at(&t->memory, BIAS + LIBRARY_KEPT, 1), 1);
	target_close(t);
	remove_folder();
}
END_TEST

/* --- the snapshot of a core --- */

/* A flag that the process has set, in the data of the library. */
START_TEST(snapshot_of_a_core_is_one_check)
{
	struct snapshot_options options = { .retries = 0 };
	struct forge f = FORGE_INIT;
	struct error *err;
	struct target *t;

	library_core_forge(&f, "/nowhere/library.so", ID, HAS_DATA);
	t = library_core_open(&f, NULL);
	ck_assert_ptr_null(target_snapshot(t, NULL));
	ck_assert_ptr_null(target_snapshot(t, &options));
	ck_assert(!warns(t, "collection"));
	options.gate.word = BIAS + LIBRARY_KEPT;
	ck_assert_ptr_null(target_snapshot(t, &options));
	ck_assert(warns(t, "made while a collection was running"));
	options.gate.word = 8;
	err = target_snapshot(t, &options);
	ck_assert_ptr_eq(err, &error_fault);
	target_close(t);
	/* In a truncated core, what the check reads may be missing. */
	t = open_truncated("/nowhere/library.so");
	ck_assert_ptr_null(target_snapshot(t, &options));
	target_close(t);
}
END_TEST

const char suite_name[] = "core_files";

void suite_add_tests(TCase *tc)
{
	unsetenv("DEBUGINFOD_URLS");
	tcase_add_test(tc, file_of_the_same_id_is_used);
	tcase_add_test(tc, file_of_another_id_is_refused);
	tcase_add_test(tc, file_that_cant_be_compared_is_used_with_a_warning);
	tcase_add_test(tc, file_that_is_not_there_is_warned_of_once);
	tcase_add_test(tc, file_is_found_below_sysroot);
	tcase_add_test(tc, file_is_found_by_its_id);
	tcase_add_test(tc, debug_information_gives_symbols_alone);
	tcase_add_test(tc, debug_information_of_another_id_is_refused);
#ifdef HAVE_DEBUGINFOD
	tcase_add_test(tc, file_is_fetched_by_its_id);
	tcase_add_test(tc, fetched_file_of_another_id_is_refused);
#endif
	tcase_add_test(tc, executable_is_used_for_the_program_alone);
	tcase_add_test(tc, options_are_checked);
	tcase_add_test(tc, data_that_is_missing_comes_from_the_file);
	tcase_add_test(tc, data_that_is_missing_stays_so_without_a_file);
	tcase_add_test(tc, data_that_is_there_is_not_restored);
	tcase_add_test(tc, snapshot_of_a_core_is_one_check);
}
