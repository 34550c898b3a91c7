/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/values/text.h - strings and literals of the target.
 *
 * All text that is added to a `struct str` is escaped: valid UTF-8 without
 * control bytes.
 */
#ifndef PYTHON_VALUES_TEXT_H
#define PYTHON_VALUES_TEXT_H

#include "python/state/python.h"

/*
 * Add the text of the str object (exact or of a subclass) at `obj`, cut after
 * `max` code points; `*cut` (may be NULL) says whether it was.  False: it is
 * no str that can be read.
 */
bool text_str(struct python *py, raddr obj, size_t max, struct str *ret,
	      bool *cut);
/*
 * A hash of all bytes of the str or bytes object at `obj`, as struct
 * heap_text_hash has it (heap/fact.h).  `*room` is how many bytes may be read,
 * and becomes less by those of the text.  False: it is neither, it can't be
 * read, or it has more bytes than that or than TEXT_HASH_MAX.
 */
bool text_hash(struct python *py, raddr obj, uint64_t *room, uint64_t *ret);
/* Does the str object at `obj` have this text?  Makes no copy. */
bool text_equals(struct python *py, raddr obj, const char *s);

/*
 * The state word of the str whose bytes `p` points at, with its bits where
 * builds with a GIL have them.  Without a GIL, 3.14 and later have the two
 * bits for interned strings in a byte of their own.
 */
static inline uint32_t text_state(const struct python *py, const uint8_t *p)
{
	uint32_t state = get_u32(p + py->layout.str_state);

	return py->free_threaded && py->minor >= 14 ? state >> 6 : state;
}

/* state.interned of the same str: SSTATE_* of Include/cpython/unicodeobject.h.
 * All builds have it in the lowest bits of the word. */
#define TEXT_NOT_INTERNED 0
#define TEXT_INTERNED_MORTAL 1
static inline unsigned int text_interned(const struct python *py,
					 const uint8_t *p)
{
	return get_u32(p + py->layout.str_state) & 3;
}

/*
 * Add Python source for the constant at `obj`: str, int, bytes, float, None,
 * bool, and tuples of these.  False: no source would evaluate to an equal
 * object; `ret` may have been added to.
 */
bool text_literal(struct python *py, raddr obj, struct str *ret);
/*
 * Add Python source for a constant other than a tuple; one longer than `max`
 * is cut, with "..." behind it.  False: it is no such constant.
 */
bool text_scalar(struct python *py, raddr obj, size_t max, struct str *ret);
/*
 * Add b'...' for the `len` bytes at `data`, cut after `max` with "..." behind
 * it.  False: they can't be read.
 */
bool text_bytes(struct python *py, raddr data, uint64_t len, size_t max,
		struct str *ret);
/*
 * Add the constant at `obj`, which is of `type`, in the form that
 * heap/naming.h has for texts: a float by its bits, others as
 * text_scalar() does.  False: it is no constant.
 */
bool text_constant(struct python *py, raddr type, raddr obj, size_t max,
		   struct str *ret);

/* Is it an identifier and no keyword? */
bool text_is_identifier(const char *s);

#endif
