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

#endif
