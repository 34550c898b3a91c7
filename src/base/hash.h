/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/hash.h - hash tables of small items, kept in one array.
 *
 * A table holds at most one item for each key.  The key is part of the item,
 * or is found by way of it: the table stores nothing but items.  Define four
 * static functions first, then the table:
 *
 *	struct place {
 *		uint64_t address;
 *		uint32_t index;
 *	};
 *
 *	static bool places_used(const void *c, const struct place *p)
 *	{
 *		return p->address;
 *	}
 *	static uint64_t places_key(const void *c, const struct place *p)
 *	{
 *		return p->address;
 *	}
 *	static uint64_t places_hash(const void *c, uint64_t address,
 *				    uint64_t salt)
 *	{
 *		return hash_u64(address ^ salt);
 *	}
 *	static bool places_same(uint64_t a, uint64_t b)
 *	{
 *		return a == b;
 *	}
 *	HASH_DEFINE(places, struct place, uint64_t, const void *);
 *
 *	CLEANUP(places_release) struct places t = HASH_INIT;
 *	places_put(&t, NULL, (struct place){ address, 7 });
 *	p = places_find(&t, NULL, address);
 *
 * The fourth argument of HASH_DEFINE() is the type of the context, which every
 * function passes on to the four: what they need beside the item, such as the
 * array that an item is an index into.
 *
 * S_used(context, item) tells an item from a free slot.  It must be false for
 * an item of zero bytes.
 * S_key(context, item) is the key of an item that is used.
 * S_hash(context, key, salt) spreads the keys over 64 bits.  The slot is chosen
 * by the upper bits: use hash_u64() or hash_text().  The salt is another random
 * number for each table.  Mix it in: then a target that chooses the keys can't
 * choose them so that look-ups become slow.
 * S_same(key, key) tells whether two keys are equal.
 *
 * The table grows by itself and is never more than half full, so each look-up
 * ends.
 *
 * Where S_used() goes by the context, a table is emptied in no time: change
 * the context so that no item is used, and set `nr` to 0.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdlib.h>
#include <sys/random.h>

#include "base/alloc.h"

/* A table without items; a struct of zero bytes is one, too. */
#define HASH_INIT { NULL, 0, 0, 0 }

#define HASH_LEAST_BITS 6

/* Spread `x` over 64 bits; the upper ones depend on all of `x`. */
static inline uint64_t hash_u64(uint64_t x)
{
	return x * UINT64_C(0x9e3779b97f4a7c15);
}

/*
 * Hash of a NUL-terminated text, which may be NULL: that is not the same as
 * "".  `seed` is any number, such as the hash of what belongs to the key, too.
 */
static inline uint64_t hash_text(uint64_t seed, const char *text)
{
	uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);

	h += !text;
	for (; text && *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash_u64(h ^ h >> 32);
}

/* A number that a target can't foresee; 0 if the system has none. */
static inline uint64_t hash_salt(void)
{
	uint64_t salt;

	/* Without one all is right, but may be slow. */
	if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) != sizeof(salt))
		return 0;
	return salt;
}

/*
 * Of a table S, whose `nr` is the number of its items:
 *
 * S_find(table, context, key): the item with the key, or NULL.
 * S_put(table, context, item): the item with the key of `item`: one that was
 *	there before, or `item`, which is added.
 * S_reserve(table, context, nr): room for `nr` items in all.
 * S_release(table): free the items' array; the table is empty then.
 *
 * Pointers to items are valid until the next S_put() or S_reserve().  What is
 * behind an item may be changed, but not its key.
 */
#define HASH_DEFINE(name, item, key, context)                                  \
	struct name {                                                          \
		item *v;                                                       \
		size_t nr;                                                     \
		uint64_t salt;                                                 \
		unsigned int shift; /* 64 - log2 of the slots; 0: none */      \
	};                                                                     \
	static inline UNUSED size_t name##_room(const struct name *t)          \
	{                                                                      \
		return t->shift ? (SIZE_MAX >> t->shift) + 1 : 0;              \
	}                                                                      \
	/* The slot of the key, or the free one where it belongs. */           \
	static inline item *name##_slot(const struct name *t, context c,       \
					key k)                                 \
	{                                                                      \
		size_t mask = SIZE_MAX >> t->shift;                            \
		size_t i = (size_t)(name##_hash(c, k, t->salt) >> t->shift);   \
                                                                               \
		while (name##_used(c, &t->v[i]) &&                             \
		       !name##_same(name##_key(c, &t->v[i]), k))               \
			i = (i + 1) & mask;                                    \
		return &t->v[i];                                               \
	}                                                                      \
	static inline UNUSED item *name##_find(const struct name *t,           \
					       context c, key k)               \
	{                                                                      \
		item *slot;                                                    \
                                                                               \
		if (unlikely(!t->nr))                                          \
			return NULL;                                           \
		slot = name##_slot(t, c, k);                                   \
		return name##_used(c, slot) ? slot : NULL;                     \
	}                                                                      \
	static UNUSED void name##_reserve(struct name *t, context c,           \
					  size_t nr)                           \
	{                                                                      \
		unsigned int bits = t->shift ? 64 - t->shift :                 \
					       HASH_LEAST_BITS;                \
		struct name old = *t;                                          \
                                                                               \
		if (likely(nr <= name##_room(t) / 2))                          \
			return;                                                \
		while ((UINT64_C(1) << bits) / 2 < nr)                         \
			if (++bits > 60)                                       \
				out_of_memory();                               \
		if (!t->shift)                                                 \
			t->salt = hash_salt();                                 \
		t->v = xcalloc((size_t)1 << bits, sizeof(item));               \
		t->shift = 64 - bits;                                          \
		for (size_t i = 0; i < name##_room(&old); i++)                 \
			if (name##_used(c, &old.v[i]))                         \
				*name##_slot(t, c, name##_key(c, &old.v[i])) = \
					old.v[i];                              \
		free(old.v);                                                   \
	}                                                                      \
	static inline UNUSED item *name##_put(struct name *t, context c,       \
					      item x)                          \
	{                                                                      \
		item *slot;                                                    \
                                                                               \
		if (unlikely(t->nr >= name##_room(t) / 2))                     \
			name##_reserve(t, c, t->nr + 1);                       \
		slot = name##_slot(t, c, name##_key(c, &x));                   \
		if (!name##_used(c, slot)) {                                   \
			*slot = x;                                             \
			t->nr++;                                               \
		}                                                              \
		return slot;                                                   \
	}                                                                      \
	static inline UNUSED void name##_release(struct name *t)               \
	{                                                                      \
		free(t->v);                                                    \
		*t = (struct name)HASH_INIT;                                   \
	}                                                                      \
	struct name

#endif
