/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-python.h - small CPythons in memory, for tests of src/python.
 *
 * A fake is built of blocks: each is zeroed, and has unmapped addresses before
 * and behind it.  Structures are written through the offsets of a row of
 * layout-tables.c, so that one test runs for every version:
 *
 *	struct fake f;
 *	fake_init(&f, fake_rows[_i]);
 *	list = fake_list(&f, 2, (raddr[]){ fake_int(&f, 1), fake_none(&f) });
 *	fake_ready(&f);
 *	read_refs(&f.py, fake_pytype(&f, list), list, &refs);
 *	fake_release(&f);
 *
 * To see that a reader survives memory that is not there, take away all of a
 * block with fake_unmap(), from its word number 0, 1, 2, ... on, until there is
 * no such word.
 *
 * Errors of the test itself (a member that this version does not have) end it.
 */
#ifndef TESTS_UNIT_SUPPORT_FAKE_PYTHON_H
#define TESTS_UNIT_SUPPORT_FAKE_PYTHON_H

#include "fake-memory.h"
#include "python/state/python.h"

/* Names of rows, one for each shape of CPython's structures; for loop tests. */
extern const char *const fake_rows[];
extern const int fake_nr_rows;

struct fake {
	struct python py;
	struct target target;
	struct heap heap;
	struct fake_block_vec blocks;
	raddr next;		/* where the next block goes */
	raddr code, next_function;
	const struct fake_block *unmapped; /* of fake_unmap(), or NULL */
	size_t nr_known;	/* blocks that fake_init() made */
	bool ready;
};

/*
 * A CPython of the row of that name with the types that pyheld knows, in
 * f->py.known: type, object, str, int, dict and so on.
 */
void fake_init(struct fake *f, const char *row);
/* All blocks are there: f->py.memory and the object map can be used. */
void fake_ready(struct fake *f);
void fake_release(struct fake *f);

/* Forget all that was loaded: the heap, classes and objects are as after
 * fake_ready(). */
void fake_restart(struct fake *f);

struct fake_type {
	const char *name;	/* tp_name; of a class made at run time also
				   "module.Class" */
	raddr base;		/* 0: object */
	uint64_t flags;		/* TPFLAG_* */
	uint64_t basicsize, itemsize; /* 0: as the base */
	raddr traverse;		/* 0: none */
	int64_t dictoffset;
	raddr cached_keys;	/* keys table that instances share */
	unsigned int nr_members; /* T_OBJECT_EX members behind the type: */
	const uint32_t *members; /* ... their offsets */
	uint32_t member_flags;	/* of all of them */
};
/* A new class.  TPFLAG_HEAPTYPE makes a class as a class statement does, with
 * subtype_traverse unless `traverse` is set. */
raddr fake_type(struct fake *f, const struct fake_type *t);

/* A zeroed object of `size` bytes with reference count 1 and room for a
 * PyGC_Head and a managed dict before it. */
raddr fake_object(struct fake *f, raddr type, uint64_t size);
/* Set the reference count; of free-threaded builds the owner's. */
void fake_refcount(struct fake *f, raddr obj, uint32_t count);

raddr fake_none(struct fake *f);
raddr fake_str(struct fake *f, const char *ascii);
/* A str of `nr` code points with `kind` (1, 2, 4) bytes each, not ASCII. */
raddr fake_wide_str(struct fake *f, unsigned int kind, const void *points,
		    uint64_t nr);
raddr fake_int(struct fake *f, int64_t value);	/* fewer than 60 bits */
raddr fake_float(struct fake *f, double value);
raddr fake_bytes(struct fake *f, const void *bytes, uint64_t len);
raddr fake_tuple(struct fake *f, uint64_t nr, const raddr *items);
raddr fake_list(struct fake *f, uint64_t nr, const raddr *items);
/* A table of keys with room for 8 entries: `nr` entries, key and value in
 * turn; value 0 is a deleted entry.  `general`: keys of any type. */
raddr fake_dict_keys(struct fake *f, uint64_t nr, const raddr *pairs,
		     bool general);
raddr fake_dict(struct fake *f, uint64_t nr, const raddr *pairs, bool general);
/* {'name': value} with str keys: `...` is name, value, ..., NULL. */
raddr fake_namespace(struct fake *f, ...);
raddr fake_module(struct fake *f, const char *name, raddr dict);
/* A code object: names and a line table; `nr_locals` names of local
 * variables. */
raddr fake_code(struct fake *f, const char *name, unsigned int nr_locals,
		const char *const *locals);

/* The loaded class of an object that the heap need not have. */
const struct pytype *fake_pytype(struct fake *f, raddr obj);

#endif
