/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/report/self-checks.h - self-checks for `pyheld doctor`, noted in
 * heap.info.checks.  They decide nothing.
 *
 * Checks without which nothing can be read are errors where they fail: see
 * locate/find.h and locate/gc.h.
 */
#ifndef PYTHON_REPORT_SELF_CHECKS_H
#define PYTHON_REPORT_SELF_CHECKS_H

#include "python/state/python.h"

/* After verify_readers(). */
void self_checks_readers(struct python *py);
/* When all is read. */
void self_checks_graph(struct python *py);
/* After memory_load(); notes nothing if there is no ledger. */
void self_checks_memory(struct python *py);

#endif
