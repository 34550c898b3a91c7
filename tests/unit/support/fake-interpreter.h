/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-interpreter.h - an interpreter for fake-python.h, with its collector.
 *
 * It is made between fake_init() and fake_ready().
 */
#ifndef TESTS_UNIT_SUPPORT_FAKE_INTERPRETER_H
#define TESTS_UNIT_SUPPORT_FAKE_INTERPRETER_H

#include "fake-python.h"

/*
 * An interpreter (id 0) in f->py.interpreters, with empty lists of the
 * collector, sys.modules, sys.__dict__ and the builtins.  Of builds with a
 * GIL only.
 */
struct fake_interpreter {
	raddr runtime, address;
	raddr gc;		/* the collector's state */
	raddr heads[3];		/* of the generations' lists */
	raddr modules, sysdict, builtins; /* dicts */
};
void fake_interpreter(struct fake *f, uint64_t nr_modules,
		      const raddr *modules, struct fake_interpreter *ret);
/* Put `obj` at the end of the list of a generation. */
void fake_track(struct fake *f, const struct fake_interpreter *in,
		unsigned int generation, raddr obj);

#endif
