/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator.h - run a type's own tp_traverse over a copy of its
 * memory.
 *
 * CPython learns an object's referents by Py_TYPE(o)->tp_traverse(o, visit,
 * arg).  That machine code runs here in a CPU emulator (Unicorn) whose memory
 * is the snapshot, read-only, plus a stack of its own: nothing of the target
 * runs in the target, nothing of it runs on our CPU.  What it writes is kept
 * aside, and forgotten after the call.  Objects go in batches: a
 * small loop in emulated code calls traverse for each, and the visit function
 * hands us its first argument.
 *
 * Endless loops (a budget of CPU time), wild jumps, unmapped addresses, writes
 * to what is not the process's to write, too many of them, system calls
 * and instructions that can't be decoded end that one object; the batch goes
 * on with the next.  A traverse function that fails too often is given up, and
 * so is one that takes too much of what the whole run may take.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_H
#define PYTHON_EMULATOR_EMULATOR_H

#include "python/emulator/emulator-call.h"

struct emulator;

/* NULL and a reason where pyheld was built without Unicorn or it fails. */
struct emulator *emulator_new(struct memory *m, raddr fs_base,
			      const char **why_not);
void emulator_free(struct emulator *e);

/*
 * Run all calls, set their results, append what they visited (not NULL, not
 * checked to be objects, in order) to `visited`.  A call that failed has nr 0.
 */
void emulator_run(struct emulator *e, struct emulator_call *calls, size_t nr,
		  struct raddr_vec *visited);

/*
 * Some code can't be run as it is (AVX: see emulator-x86-64-trust.c).  Where
 * calls failed for that, an address in it, once; else 0.
 */
raddr emulator_misread(struct emulator *e);
/* Whatever calls or jumps to `from` gets to `to`, which does the same. */
void emulator_redirect(struct emulator *e, raddr from, raddr to);
/* Zeros are read from `start` to `end`; the same address twice: no more. */
void emulator_blank(struct emulator *e, raddr start, raddr end);
/* What failed until now may be tried again; the budget stays spent. */
void emulator_forgive(struct emulator *e);
/* The heap was read.  What is visited from now on is not kept, so it is not
 * counted.  `e` may be NULL. */
void emulator_end_budget(struct emulator *e);

/*
 * Any function with up to two integer arguments, for tests and self-checks.
 * False: it did not return.
 */
bool emulator_call(struct emulator *e, raddr function, uint64_t a, uint64_t b,
		   uint64_t *ret);

#endif
