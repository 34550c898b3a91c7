/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entries.h - how much there is, before and after.
 */
#ifndef TESTS_UNIT_SUPPORT_ENTRIES_H
#define TESTS_UNIT_SUPPORT_ENTRIES_H

/* Names in a folder, with "." and "..". */
unsigned int count_entries(const char *path);

/* Descriptors of this process, and three more: "." and "..", and the one that
 * it takes to look. */
unsigned int count_fds(void);

#endif
