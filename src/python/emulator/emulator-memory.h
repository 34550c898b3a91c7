/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator-memory.h - the target's memory as the emulated code
 * sees it.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_MEMORY_H
#define PYTHON_EMULATOR_EMULATOR_MEMORY_H

#include "python/emulator/emulator-state.h"

/* Add the hooks to an engine that was just opened.  False: Unicorn refuses. */
bool emulator_memory_hooks(struct emulator *e);

/*
 * Is a new engine better?  So much is mapped in this one that a new one will
 * be faster, or it has translations that must not run again.
 */
bool emulator_memory_worn(const struct emulator *e);

/* The call is over: forget what it wrote. */
void emulator_memory_undo(struct emulator *e);
/*
 * The run has failed because it wrote: make a window there, so that it may try
 * again; closes the engine.  False: it did not write, or may not write there.
 */
bool emulator_memory_allow(struct emulator *e);

/* Does another function run in place of the one at `addr`? */
bool emulator_memory_jumps(const struct emulator *e, raddr addr);
/* See emulator_redirect() and emulator_blank(); both close the engine. */
void emulator_memory_redirect(struct emulator *e, raddr from, raddr to);
void emulator_memory_blank(struct emulator *e, raddr start, raddr end);

void emulator_memory_release(struct emulator *e);

#endif
