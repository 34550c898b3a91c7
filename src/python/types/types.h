/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/types/types.h - classes of the target, each read once.
 *
 * A class is known by the index of its pytype in py->types.  Hostile classes
 * (cycles of bases, impossible sizes) are no classes here.
 */
#ifndef PYTHON_TYPES_TYPES_H
#define PYTHON_TYPES_TYPES_H

#include "python/state/python.h"

#define TYPES_MAX_C_NAME (1 << 21)	/* bytes of a tp_name */

/*
 * The index of the class at `addr`.  The first call reads it after its bases
 * and has py->choose() fill the rest.  UINT32_MAX: it is no class.
 */
uint32_t types_load(struct python *py, raddr addr);
/* The index of a class that was loaded already, else UINT32_MAX. */
uint32_t types_load_known(struct python *py, raddr addr);
void types_release(struct python *py);

/*
 * Fill the first part of `*ret` from the class at `addr`; nothing is loaded.
 * False: it is no class.
 */
bool types_peek(struct python *py, raddr addr, struct pytype *ret);

/* Does an instance of `t` at `obj` belong to the collector, that is, has it a
 * PyGC_Head? */
bool types_is_gc(struct python *py, const struct pytype *t, raddr obj);
/* The class's tp_dict, also that of a static builtin type of 3.12 and later;
 * 0: none. */
raddr types_dict(struct python *py, raddr type);
/* Its tp_mro, a tuple object; 0: none. */
raddr types_mro(struct python *py, raddr type);
/* Is `type` `base` or a subclass of it?  Follows tp_base, bounded. */
bool types_is_subclass(struct python *py, raddr type, raddr base);
/*
 * 3.12 and later: the state that the main interpreter has of a static builtin
 * type; 0: none.
 */
raddr types_static_state(struct python *py, raddr type);

/*
 * Look for `name` in the dicts of the classes of the MRO, in order.  True: it
 * is `*value`, in the dict of `*owner`.  False: no class has it, or
 * py->lookups is used up.
 */
bool types_lookup(struct python *py, raddr type, const char *name,
		  raddr *value, raddr *owner);

/* Could there be code at `addr`?  A core may have left that out. */
bool types_is_code(struct python *py, raddr addr);
/* The target is a core, and the code at `addr` is in a file that can't be
 * had. */
bool types_code_is_missing(struct python *py, raddr addr);
/* The tp_name of `type` is in a file that can't be had. */
bool types_name_is_left_out(struct python *py, raddr type);

#endif
