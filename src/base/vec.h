/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/vec.h - growing arrays.
 *
 *	VEC_DEFINE(u32_vec, uint32_t);
 *
 *	CLEANUP(u32_vec_release) struct u32_vec ids = VEC_INIT;
 *	u32_vec_push(&ids, 7);
 *	ids.v[0], ids.nr
 *
 * The first `nr` items of `v` are in use.  `v` belongs to the struct; it is
 * NULL before the first item.  S_push(), S_reserve() and S_resize() may move
 * the items, so pointers to them are not valid afterwards.
 *
 *	S_push(vec, item)	add an item at the end
 *	S_reserve(vec, more)	make room for `more` items after the last one
 *	S_resize(vec, nr)	set the number of items; new ones are not
 *				initialised, and the memory does not shrink
 *	S_take(vec)		return the struct with its items, whose owner
 *				is then the caller; `vec` is empty
 *	S_release(vec)		free the array, not what its items point to;
 *				`vec` is empty
 *
 * When there is no memory, the program ends: see base/alloc.h.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdlib.h>

#include "base/alloc.h"

#define VEC_INIT { NULL, 0, 0 }

#define VEC_DEFINE(name, item)                                                 \
	struct name {                                                          \
		item *v;                                                       \
		size_t nr, room;                                               \
	};                                                                     \
	static inline UNUSED void name##_reserve(struct name *s, size_t more)  \
	{                                                                      \
		size_t room = s->room;                                         \
                                                                               \
		if (likely(room - s->nr >= more))                              \
			return;                                                \
		if (more > SIZE_MAX / 4 - s->nr)                               \
			out_of_memory();                                       \
		while (room - s->nr < more)                                    \
			room = room ? room + room / 2 + 1 : 8;                 \
		s->v = xreallocarray(s->v, room, sizeof(item));                \
		s->room = room;                                                \
	}                                                                      \
	static inline UNUSED void name##_push(struct name *s, item x)          \
	{                                                                      \
		name##_reserve(s, 1);                                          \
		s->v[s->nr++] = x;                                             \
	}                                                                      \
	static inline UNUSED void name##_resize(struct name *s, size_t nr)     \
	{                                                                      \
		if (nr > s->nr)                                                \
			name##_reserve(s, nr - s->nr);                         \
		s->nr = nr;                                                    \
	}                                                                      \
	static inline UNUSED struct name name##_take(struct name *s)           \
	{                                                                      \
		struct name taken = *s;                                        \
                                                                               \
		*s = (struct name)VEC_INIT;                                    \
		return taken;                                                  \
	}                                                                      \
	static inline UNUSED void name##_release(struct name *s)               \
	{                                                                      \
		free(s->v);                                                    \
		*s = (struct name)VEC_INIT;                                    \
	}                                                                      \
	struct name

VEC_DEFINE(u32_vec, uint32_t);
VEC_DEFINE(u64_vec, uint64_t);
VEC_DEFINE(str_vec, char *);

/* Release `s` and the texts, which it owns. */
static inline UNUSED void str_vec_free(struct str_vec *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->v[i]);
	str_vec_release(s);
}

#endif
