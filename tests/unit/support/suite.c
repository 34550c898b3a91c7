/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "suite.h"

int main(void)
{
	Suite *s = suite_create(suite_name);
	TCase *tc = tcase_create(suite_name);
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	suite_add_tests(tc);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
