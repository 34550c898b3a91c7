/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/targets.h - several targets of one command: whose they are, and which is
 * older.
 */
#ifndef CLI_TARGETS_H
#define CLI_TARGETS_H

#include "analysis/compare/order.h"
#include "cli/options.h"

/*
 * Put targets, at least one, into order (see analysis/compare/order.h) before
 * their heaps are read: a process is not stopped for it.
 *
 * Returns STATUS_OK; or STATUS_FAILED when one of them can't be opened and the
 * error has been printed.  The caller calls order_release() in both cases.
 */
int targets_order(const struct target_vec *targets, bool newest_first,
		  struct order *ret);

#endif
