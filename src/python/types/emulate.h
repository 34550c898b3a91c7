/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/types/emulate.h - run the tp_traverse of types, one type at a time.
 *
 * If the emulator crashes this process, whoever looks after it can say which
 * type that was (base/broker/task.h), and have the target read once more
 * without it: see struct load_options.
 */
#ifndef PYTHON_TYPES_EMULATE_H
#define PYTHON_TYPES_EMULATE_H

#include "python/emulator/emulator-call.h"
#include "python/state/python.h"

/* Sort objects by their types, and those of a type by number. */
void emulate_sort(const struct heap *h, struct oid_vec *objects);

/*
 * ifunc_run() for objects of the type `t`.  If that has crashed before, all
 * calls fail without being made, and the heap is partial.
 */
void emulate_run(struct python *py, const struct pytype *t,
		 struct emulator_call *calls, size_t nr,
		 struct raddr_vec *visited);

/* The same for the `nr` objects of any types, sorted, of the calls. */
void emulate_run_all(struct python *py, const oid *objects,
		     struct emulator_call *calls, size_t nr,
		     struct raddr_vec *visited);

#endif
