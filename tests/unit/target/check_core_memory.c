/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the memory of a core tells without the files of its process: symbols, as
 * in a core that gcore wrote, and the command line.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "library-core.h"
#include "suite.h"

/* --- symbols from the core itself, as gcore writes it --- */

START_TEST(symbols_come_from_memory_without_a_file)
{
	struct forge f = FORGE_INIT;
	struct target *t;

	library_core_forge(&f, "/nowhere/library.so", ID,
			   HAS_FIRST_PAGE | HAS_DATA);
	t = library_core_open(&f, NULL);
	ck_assert_ptr_null(modules_image(t, &t->modules.v[0]));
	library_core_has(t, "library_function", BIAS + LIBRARY_FUNCTION, 32);
	library_core_has(t, "library_object", BIAS + LIBRARY_OBJECT, 16);
	library_core_lacks(t, "library_elsewhere");
	library_core_lacks(t, "library_tls");
	library_core_lacks(t, "no_such_symbol");
	target_close(t);
}
END_TEST

/* glibc adds the bias to the pointers of .dynamic in place. */
START_TEST(symbols_come_from_memory_that_was_relocated)
{
	struct forge f = FORGE_INIT;
	struct target *t;
	uint8_t *data;

	library_core_forge(&f, "/nowhere/library.so", ID,
			   HAS_FIRST_PAGE | HAS_DATA);
	forge_finish(&f);
	data = f.file.v + forge_phdr(&f, 3)->p_offset;
	for (size_t at = 0; at < LIBRARY_PAGE; at += 16) {
		uint64_t tag = get_u64(data + at);
		uint64_t value = get_u64(data + at + 8) + BIAS;

		if (at >= 0x400 && (tag == DT_SYMTAB || tag == DT_STRTAB))
			memcpy(data + at + 8, &value, sizeof(value));
	}
	t = library_core_open(&f, NULL);
	library_core_has(t, "library_function", BIAS + LIBRARY_FUNCTION, 32);
	target_close(t);
}
END_TEST

START_TEST(symbols_are_not_found_without_their_tables)
{
	struct forge f = FORGE_INIT, g = FORGE_INIT;
	struct target *t;

	/* .dynamic was left out, then the headers. */
	library_core_forge(&f, "/nowhere/library.so", ID, HAS_FIRST_PAGE);
	t = library_core_open(&f, NULL);
	library_core_lacks(t, "library_function");
	target_close(t);
	library_core_forge(&g, "/nowhere/library.so", ID, HAS_DATA);
	t = library_core_open(&g, NULL);
	library_core_lacks(t, "library_function");
	target_close(t);
}
END_TEST

/* --- the command line, from the stack --- */

#define STACK UINT64_C(0x7ffd00000000)

/* argc, argv, NULL, envp, NULL, auxv, strings; the auxv is a note as well. */
static void forge_stack(struct forge *f, uint64_t argc)
{
	uint64_t words[] = {
		argc, STACK + 0x200, STACK + 0x208, STACK + 0x210, 0,
		STACK + 0x220, 0,
		AT_PAGESZ, LIBRARY_PAGE, AT_EXECFN, STACK + 0x240, AT_NULL, 0,
	};
	uint8_t page[LIBRARY_PAGE] = { 0 };

	memcpy(page + 0x100, words, sizeof(words));
	strcpy((char *)page + 0x200, "python");
	strcpy((char *)page + 0x208, "-m");
	strcpy((char *)page + 0x210, "app");
	strcpy((char *)page + 0x220, "A=1");
	strcpy((char *)page + 0x240, "/usr/bin/python");
	forge_process(f, 42, "python3", "python -m");
	forge_load(f, STACK, LIBRARY_PAGE, PF_R | PF_W, page, sizeof(page));
	forge_note(f, NT_AUXV, words + 7, sizeof(words) - 7 * 8);
}

START_TEST(command_comes_from_the_stack)
{
	struct forge f = FORGE_INIT, g = FORGE_INIT;
	struct target *t;

	forge_stack(&f, 3);
	t = library_core_open(&f, NULL);
	ck_assert_str_eq(t->command, "python -m app");
	target_close(t);
	/* Where the count is not that of the words the note's is kept. */
	forge_stack(&g, 4);
	t = library_core_open(&g, NULL);
	ck_assert_str_eq(t->command, "python -m");
	target_close(t);
}
END_TEST

START_TEST(command_bears_a_broken_stack)
{
	for (size_t at = 0x100; at < 0x168; at += 8) {
		struct forge f = FORGE_INIT;
		struct target *t;

		forge_stack(&f, 3);
		forge_finish(&f);
		memset(f.file.v + forge_phdr(&f, 1)->p_offset + at, 0xff, 8);
		t = library_core_open(&f, NULL);
		/* The environment's words do not matter. */
		ck_assert_msg(!strncmp(t->command, "python", 6) ||
			      !strcmp(t->command, ""), "%s", t->command);
		ck_assert_int_eq(!strcmp(t->command, "python -m app"),
				 at == 0x128 || at == 0x130);
		target_close(t);
	}
}
END_TEST

const char suite_name[] = "core_memory";

void suite_add_tests(TCase *tc)
{
	unsetenv("DEBUGINFOD_URLS");
	tcase_add_test(tc, symbols_come_from_memory_without_a_file);
	tcase_add_test(tc, symbols_come_from_memory_that_was_relocated);
	tcase_add_test(tc, symbols_are_not_found_without_their_tables);
	tcase_add_test(tc, command_comes_from_the_stack);
	tcase_add_test(tc, command_bears_a_broken_stack);
}
