/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/state/pytype.h - what is known of a class in the target.
 *
 * types/types.h fills the first part from the class itself; refs/choose.h
 * fills the second: who reads, sizes and shows instances of the class.
 * The layout is PyTypeObject of Include/cpython/object.h.
 */
#ifndef PYTHON_STATE_PYTYPE_H
#define PYTHON_STATE_PYTYPE_H

#include <stdbool.h>

#include "base/vec.h"
#include "target/memory.h"

/* tp_flags: Include/object.h */
#define TPFLAG_STATIC_BUILTIN (1ul << 1)	/* 3.12 and later */
#define TPFLAG_INLINE_VALUES (1ul << 2)		/* 3.13 and later */
#define TPFLAG_MANAGED_WEAKREF (1ul << 3)	/* 3.12 and later */
#define TPFLAG_MANAGED_DICT (1ul << 4)		/* 3.11 and later */
#define TPFLAG_HEAPTYPE (1ul << 9)
#define TPFLAG_HAVE_GC (1ul << 14)
#define TPFLAG_LONG_SUBCLASS (1ul << 24)
#define TPFLAG_LIST_SUBCLASS (1ul << 25)
#define TPFLAG_TUPLE_SUBCLASS (1ul << 26)
#define TPFLAG_BYTES_SUBCLASS (1ul << 27)
#define TPFLAG_UNICODE_SUBCLASS (1ul << 28)
#define TPFLAG_DICT_SUBCLASS (1ul << 29)
#define TPFLAG_BASE_EXC_SUBCLASS (1ul << 30)
#define TPFLAG_TYPE_SUBCLASS (1ul << 31)

/* The reader of the references that a tp_traverse visits: refs/read.h. */
enum reader {
	READER_NONE,	 /* there is no tp_traverse: no references */
	READER_SLOTS,	 /* words at fixed offsets */
	READER_DICT,
	READER_LIST,
	READER_TUPLE,
	READER_SET,
	READER_TYPE,
	READER_MODULE,	 /* without m_traverse */
	READER_GENERATOR,
	READER_FRAME,
	READER_CODE,	 /* has no tp_traverse, but holds references */
	READER_DEQUE,
	READER_STRUCTSEQ,
	READER_HAMT_PAIRS,	/* nodes of a context's tree */
	READER_HAMT_ARRAY,
	READER_EMULATE,	 /* no reader of ours: the tp_traverse is emulated */
	NR_READERS,
};

/* References that the tp_traverse does not visit: refs/unvisited.h. */
enum unvisited_of {
	UNVISITED_NONE,
	UNVISITED_KEYS,	 /* of a dict */
	UNVISITED_OF_CLASS,
	UNVISITED_OF_DESCRIPTOR,
	UNVISITED_OF_MODULE,
	UNVISITED_OF_COROUTINE,
	UNVISITED_OF_NDARRAY,
	UNVISITED_OF_LIBRARY, /* a row of refs/unvisited-library.h */
};

/* The rule of sys.getsizeof() for an instance: objects/size.h. */
enum sizer {
	SIZER_OBJECT,	 /* basicsize + itemsize * length */
	SIZER_INT, SIZER_STR, SIZER_DICT, SIZER_ODICT, SIZER_LIST, SIZER_SET,
	SIZER_TYPE, SIZER_CODE, SIZER_FRAME, SIZER_GENERATOR, SIZER_DEQUE,
	SIZER_BYTEARRAY,
	SIZER_LIBRARY,	 /* a row of objects/size-library.h */
};

#define READER_MAX_SLOTS 16

/* The index of a pytype in python.types is that of the type in heap.types. */
struct pytype {
	/* The class itself: types/types.h. */
	raddr address, metatype;
	raddr base;		/* tp_base; 0: none */
	raddr traverse, is_gc, members, cached_keys;
	uint64_t flags;
	int64_t basicsize, itemsize, dictoffset, weaklistoffset;
	int64_t var_size;	/* ob_size of the class: number of members */
	bool is_subtype;	/* its tp_traverse is subtype_traverse */
	bool mapped_static;	/* a static type */
	raddr module_name;	/* str object of __module__; 0: by tp_name */
	raddr qualname;		/* str object; 0: by tp_name */

	/* Who reads, sizes and shows its instances: refs/choose.h. */
	enum reader reader;	/* of the nearest base that is no subtype */
	enum unvisited_of unvisited;
	uint8_t unvisited_row;	/* with UNVISITED_OF_LIBRARY */
	enum sizer sizer;
	uint8_t size_row;	/* with SIZER_LIBRARY */
	raddr sized_as;		/* the class or its base that `sizer` is the
				   rule of; 0: SIZER_OBJECT */
	uint8_t repr_row;	/* of objects/repr.h; 0: none */
	uint32_t native_base;	/* index of that base; the class itself if it
				   is no subtype */
	uint16_t raw_row;	/* of raw/raw.c; 0: not chosen yet */
	uint32_t raw_base;	/* index of the base that this row is for */
	bool raw_partial;	/* has C members that raw/raw.c does not
				   know */
	/* What subtype_traverse() visits of an instance: */
	bool visits_type, visits_dict, visits_managed;
	uint8_t nr_slots;	/* with READER_SLOTS: offsets to visit */
	uint16_t slots[READER_MAX_SLOTS];
	uint8_t fields[READER_MAX_SLOTS]; /* enum ref_field of each */
	uint32_t member_first, member_nr; /* __slots__: in python.members */

	/* What happened while the heap was filled: */
	uint64_t nr_failed;	/* objects that could not be emulated */
	const char *failed;	/* why the first could not (static) */
	uint64_t nr_junk;	/* objects whose tp_traverse visits what is no
				   object */
	uint64_t nr_left_out;	/* objects whose tp_traverse is not in the
				   core */
};
VEC_DEFINE(pytype_vec, struct pytype);

#endif
