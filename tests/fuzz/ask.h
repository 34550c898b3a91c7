/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ask a heap for reports, as text and as JSON.  The text is added to `out`.
 */
#ifndef TESTS_FUZZ_ASK_H
#define TESTS_FUZZ_ASK_H

#include "heap/heap.h"

void ask_summary(struct heap *h, struct str *out);
/* Nothing if the heap has no ledger. */
void ask_memory(struct heap *h, struct str *out);
/* The parts of an HTML report that are made of a heap. */
void ask_report(struct heap *h);
/* All tables of SQL, by scans and by their indexes: the heap is there twice. */
void ask_tables(struct heap *h);

#endif
