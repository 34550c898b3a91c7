/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite.h - a program of unit tests: its name and its tests.  main() is in
 * suite.c.
 */
#ifndef TESTS_UNIT_SUPPORT_SUITE_H
#define TESTS_UNIT_SUPPORT_SUITE_H

#include <check.h>

extern const char suite_name[];

/* Add all tests; each is run in a process of its own and has a minute. */
void suite_add_tests(TCase *tc);

#endif
