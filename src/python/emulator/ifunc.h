/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/emulator/ifunc.h - run plain code in place of code that needs a newer
 * processor.
 *
 * glibc has several strcmp(), memcpy() and so on, and takes the one for the
 * processor: STT_GNU_IFUNC symbols are functions that choose.  The emulator
 * can't run AVX.  So these functions are asked here once more, in the
 * emulator, as if the processor had no features at all; where they then choose
 * another function, that one is run in place of the first.
 *
 * They find the features in ld.so's _rtld_global_ro (sysdeps/x86/
 * dl-get-cpu-features.c of glibc 2.26 and later), which reads as zeros
 * meanwhile: no layout of it has to be known.
 */
#ifndef PYTHON_EMULATOR_IFUNC_H
#define PYTHON_EMULATOR_IFUNC_H

#include "python/emulator/emulator.h"
#include "python/state/python.h"

/*
 * emulator_run(), and again where code that can't be run is in a library whose
 * functions choose and were not asked yet.
 */
void ifunc_run(struct python *py, struct emulator_call *calls, size_t nr,
	       struct raddr_vec *visited);

#endif
