/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator-budget.h - what all calls of a run may take.
 *
 * A single call has limits of its own (emulator-engine.c, emulator-batch.c).
 * Many calls just below these would still take minutes and gigabytes, so time
 * and visits have a budget over the whole run.  The time is the CPU's, which
 * stands for instructions, too: Unicorn would have to count these one by one.
 *
 * Time: a call may take 20 us, and 2 us for each visit, ten times what honest
 * ones take.  What is beyond that is overdrawn.  The watchdog samples it every
 * 20 ms, and the function that runs at that moment pays.  A function that has
 * overdrawn 2 s is given up; after 20 s of all together, every function is.
 * Memory is mapped when a call first touches it, which is no work of the
 * function's: each of the first 4,096 regions of a run allows 4 ms more.
 *
 * Visits: a reference is a word of the target's memory, so there can't be more
 * visits than words in honest objects.  If there are, the function with the
 * most visits in large calls is given up, and the budget grows by a quarter; at
 * the fifth time every function is given up.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_BUDGET_H
#define PYTHON_EMULATOR_EMULATOR_BUDGET_H

#include "python/emulator/emulator-state.h"

/* `words`: as many as the target's memory has, of 8 bytes. */
void emulator_budget_init(struct emulator *e, uint64_t words);

/* A call of the function `traverse` has returned after `nr` visits. */
void emulator_budget_pay(struct emulator *e, raddr traverse, uint64_t nr);

/* It has failed after `nr` visits, which are dropped. */
void emulator_budget_pay_failed(struct emulator *e, raddr traverse,
				uint64_t nr);

/* A region of memory was mapped for the current call. */
void emulator_budget_mapped(struct emulator *e);

/* `ns` of CPU time were spent so that other calls go on after a failed one. */
void emulator_budget_charge(struct emulator *e, uint64_t ns);

/* Why no function is called any more, or not the one that `s` is about
 * (static); NULL. */
const char *emulator_budget_spent(const struct emulator *e);
const char *emulator_budget_refuses(const struct emulator_strike *s);

/* The run is over: visits of later calls are not kept, so they are not
 * counted. */
void emulator_budget_end(struct emulator *e);

#endif
