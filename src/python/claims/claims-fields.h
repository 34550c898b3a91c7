/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-fields.h - which words of a type's instances are
 * pointers.
 *
 * A member of a C struct is a pointer in all instances or in none.  So a word
 * that holds something else than a pointer in more than every tenth instance is
 * none in the others either: an integer that looks like an address, or a stale
 * word in a member that this instance does not use (the inline digits of
 * decimal.Decimal).
 */
#ifndef PYTHON_CLAIMS_CLAIMS_FIELDS_H
#define PYTHON_CLAIMS_CLAIMS_FIELDS_H

#include "python/claims/claims-data.h"

/* A pointer leads to the start of a block, or not so far behind it. */
#define CLAIMS_NEAR 48

struct claims_field {
	uint32_t set;		/* instances where the word is not 0 */
	uint32_t alive;		/* of these: where it points to something */
};
VEC_DEFINE(claims_field_vec, struct claims_field);

struct claims_fields {
	struct claims_field_vec all;
	uint32_t *first;	/* by type: index in `all`; UINT32_MAX: none */
	uint32_t *nr;		/* by type: instances in c->unread */
};

/* Look at the instances in c->unread, of a frequent type at a sample. */
void claims_fields_count(struct claims *c, struct claims_fields *ret);
void claims_fields_release(struct claims_fields *f);

/* Is `word`, which is in block `own` or in none (BLOCK_NONE), an address of
 * something: of that block, the first words of another, or of memory that no
 * allocator has? */
bool claims_fields_alive(struct claims *c, uint64_t word, uint32_t own);

/* So many words are enough to say that the member is no pointer, and too many
 * of them are none. */
bool claims_fields_no_pointer(const struct claims_field *f);

/* Need the word of object `o` at `at`, which is in its block or struct, not be
 * a pointer? */
bool claims_fields_doubt(const struct claims *c, const struct claims_fields *f,
			 oid o, raddr at);

/* Is the word of object `o` at `at` a number, as it is a type? */
bool claims_fields_number(const struct claims *c, oid o, raddr at);

/*
 * The words of the object and of what is before it: [*start, *end).  Not the
 * slack behind it in its block, which has what was there before.  False: it has
 * none that matter.
 */
bool claims_object_range(const struct claims *c, oid o, uint32_t block,
			 raddr *start, raddr *end);

#endif
