/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/unvisited.h - references that objects own and that their
 * tp_traverse does not visit.
 *
 * They lead to what can't be in a cycle, so the collector does without them.
 * But they keep their referents alive.
 */
#ifndef PYTHON_REFS_UNVISITED_H
#define PYTHON_REFS_UNVISITED_H

#include "python/refs/refs.h"

/*
 * Before any is read, when the collector's objects are in the heap: note which
 * of their classes have tables of keys that instances share.  (The collector
 * need not track the classes: 3.13 without a GIL does not when there are
 * threads.)
 */
void unvisited_init(struct python *py);
void unvisited_release(struct python *py);

/* Fill t->unvisited and t->unvisited_row of a class: which of these references
 * its instances have.  Its native_base is set, and its bases are loaded. */
void unvisited_choose(struct python *py, struct pytype *t);

/* For unvisited_add() alone. */
void unvisited_add_some(struct python *py, const struct pytype *t, raddr obj,
			struct refs *ret);

/*
 * Append to `ret` the references of the object at `obj`, of type `t`, that its
 * tp_traverse does not visit, and count them in ret->unvisited.  All others
 * must have been appended before.  What can't be read is left out.
 *
 * The keys of a table that several dicts share are their class's, and the
 * dicts have none of them.  If the class has given the table up, all dicts
 * have them, and the first that is read owns them: the table counts each once.
 */
static inline void unvisited_add(struct python *py, const struct pytype *t,
				 raddr obj, struct refs *ret)
{
	if (t->unvisited != UNVISITED_NONE || t->flags & TPFLAG_INLINE_VALUES)
		unvisited_add_some(py, t, obj, ret);
}

#endif
