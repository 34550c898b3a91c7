/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator-engine.h - Unicorn: open an engine, run code in
 * it.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_ENGINE_H
#define PYTHON_EMULATOR_EMULATOR_ENGINE_H

#include "python/emulator/emulator-state.h"

/* Open an engine with our areas and hooks.  NULL, or what is wrong (static). */
const char *emulator_engine_open(struct emulator *e);

/*
 * Run from code offset `start` until `end`.  NULL: `end` was reached; else
 * why not (static), and *hung tells whether it took too long.
 */
const char *emulator_engine_run(struct emulator *e, unsigned int start,
				unsigned int end, bool *hung);

#endif
