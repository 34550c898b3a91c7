/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/emulator-decode.h - which machine code may run at all.
 *
 * Unicorn 2.0.1 does what a supervisor's code says: a move to a debug register
 * throws away the translation that is running, and the program with it.  So
 * Capstone decodes each block before it runs for the first time, and a block
 * runs only if each of its instructions is in a list of those that a
 * tp_traverse may have (emulator-x86-64-allowed.def).  Our own decoder must
 * agree with Capstone about the length of each, and both with Unicorn about the
 * length of the block.  So no instruction hides within another that is decoded
 * in two ways.
 */
#ifndef PYTHON_EMULATOR_EMULATOR_DECODE_H
#define PYTHON_EMULATOR_EMULATOR_DECODE_H

#include "python/emulator/emulator-state.h"

/* NULL: Capstone can't decode this architecture, or has no memory. */
struct emulator_decoder *
emulator_decoder_new(const struct emulator_machine *machine);
/* `d` may be NULL. */
void emulator_decoder_free(struct emulator_decoder *d);

/*
 * Why the `size` bytes of code at `pc`, which are one block to Unicorn, may not
 * run (static); NULL if they may.  Sets *misread if an instruction is only
 * unknown to the emulator, as AVX is: see ifunc.h.  Later calls for the same
 * block are answered from a cache: code does not change during a run.
 */
const char *emulator_decoder_refuses(struct emulator *e, raddr pc,
				     uint64_t size, bool *misread);

#endif
