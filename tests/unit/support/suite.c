/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "suite.h"

#ifdef __SANITIZE_ADDRESS__

#include <sanitizer/lsan_interface.h>

/* sanitizer/allocator_interface.h, which gcc does not have. */
size_t __sanitizer_get_current_allocated_bytes(void);

/* Allocated when the test began: by this process, and by those before it. */
static size_t allocated;

static void note_allocated(void)
{
	allocated = __sanitizer_get_current_allocated_bytes();
}

/*
 * LeakSanitizer asks when a process ends.  Its search takes longer than most
 * tests; where no more is allocated than when the test began, there is no leak,
 * unless the test freed what was there before it.
 */
int __lsan_is_turned_off(void)
{
	return __sanitizer_get_current_allocated_bytes() <= allocated;
}

#else

static void note_allocated(void)
{
}

#endif

int main(void)
{
	Suite *s = suite_create(suite_name);
	TCase *tc = tcase_create(suite_name);
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, note_allocated, NULL);
	suite_add_tests(tc);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
