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
 * S_reserve() makes room for more, S_resize() sets the length (new items are
 * not initialised), S_take() hands the contents over and leaves S empty,
 * S_release() frees the contents.
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

#endif
