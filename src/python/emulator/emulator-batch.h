/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator-batch.h - the calls of a batch, one by one.
 *
 * A traverse function that fails too often, or takes too long too often, is
 * given up: it is refused from then on.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_BATCH_H
#define PYTHON_EMULATOR_EMULATOR_BATCH_H

#include "python/emulator/emulator-state.h"

/* Make the next call that is not refused the loop's; at the end of the batch
 * the loop's object is 0. */
void emulator_batch_next(struct emulator *e);

/* What the emulated code stored to the port: a pointer that visit() got ... */
void emulator_batch_visited(struct emulator *e, uint64_t value);
/* ... or, after a call has returned, its stack pointer. */
void emulator_batch_returned(struct emulator *e, uint64_t sp);

/* The current call has failed; `hung`: it took too long. */
void emulator_batch_fail(struct emulator *e, const char *why, bool hung);
/* So have all that are left. */
void emulator_batch_fail_rest(struct emulator *e, const char *why);
/* What was given up may be tried again. */
void emulator_batch_forgive(struct emulator *e);

#endif
