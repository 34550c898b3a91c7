/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator-call.h - one call of a tp_traverse in a batch.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_CALL_H
#define PYTHON_EMULATOR_EMULATOR_CALL_H

#include "target/memory.h"

struct emulator_call {
	raddr object, traverse;
	/* results */
	uint64_t first;		/* index in the batch's visited */
	uint32_t nr;		/* pointers that visit was called with */
	const char *failed;	/* NULL: it returned; else why not (static) */
};

#endif
