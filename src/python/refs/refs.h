/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/refs.h - the references of one object, as they are read.
 *
 * Readers append to a `struct refs`; refs/read.h chooses the reader.  How a
 * reference is held (a ref_name) is recorded only where it is asked for.
 */
#ifndef PYTHON_REFS_REFS_H
#define PYTHON_REFS_REFS_H

#include "python/state/python.h"

/* How an object holds a referent; `arg` depends on the kind. */
enum ref_kind {
	REF_NONE,	/* unknown */
	REF_INDEX,	/* arg: index */
	REF_FLAT,	/* of an array of several dimensions; arg: index in
			   its .flat */
	REF_VALUE,	/* of a dict; arg: address of the key object */
	REF_KEY,	/* the referent is a key of a dict */
	REF_ELEMENT,	/* of a set */
	REF_ATTRIBUTE,	/* arg: address of the name, a str object */
	REF_FIELD,	/* arg: index of ref_field_names (layout/fields.h) */
	REF_DICT,	/* __dict__ */
	REF_TYPE,	/* __class__ */
	REF_LOCAL,	/* arg: address of the name, a str object */
	REF_STACK,	/* arg: depth on a frame's evaluation stack */
	REF_CELL,	/* arg: index in __closure__ */
	REF_OFFSET,	/* arg: offset of the word in the object */
	REF_CACHE_KEY,	/* the referent is a key of a functools.lru_cache */
	REF_CACHE_RESULT, /* of a functools.lru_cache; arg: address of the
			     key */
};

struct ref_name {
	enum ref_kind kind;
	uint64_t arg;
};
VEC_DEFINE(ref_name_vec, struct ref_name);

struct refs {
	struct raddr_vec to;	/* addresses, as the object has them: may lead
				   to no object */
	bool named;		/* fill `names` */
	struct ref_name_vec names; /* parallel to `to`; empty unless `named` */
	size_t unvisited;	/* so many of `to`, the last ones, are not
				   visited by the tp_traverse */
	struct raddr_vec keys;	/* of a dict that visits its values alone: for
				   unvisited_add() */
	bool has_keys;		/* `keys` has them */
	struct u32_vec borrowed; /* ascending indices in `to`: references that
				    the object does not own */
};

/* Append one reference; `to` 0 is none. */
static inline void refs_add(struct refs *r, raddr to, enum ref_kind kind,
			    uint64_t arg)
{
	if (!to)
		return;
	raddr_vec_push(&r->to, to);
	if (unlikely(r->named))
		ref_name_vec_push(&r->names, (struct ref_name){ kind, arg });
}

/* Append one reference; `owned`: the referent's count includes it. */
static inline void refs_add_owned(struct refs *r, raddr to, bool owned,
				  enum ref_kind kind, uint64_t arg)
{
	if (to && unlikely(!owned))
		u32_vec_push(&r->borrowed, (uint32_t)r->to.nr);
	refs_add(r, to, kind, arg);
}

void refs_release(struct refs *r);

/* Empty `r` and keep its memory. */
static inline void refs_clear(struct refs *r)
{
	r->to.nr = 0;
	r->names.nr = 0;
	r->unvisited = 0;
	r->keys.nr = 0;
	r->has_keys = false;
	r->borrowed.nr = 0;
}

/*
 * A container is about to be read that says it has `words` words.  Each word
 * of a sane target is in one container; many lists of a corrupt one may all
 * claim the same array.  False: since refs_begin() more was claimed than there
 * is memory.
 */
static inline bool refs_claim(struct python *py, uint64_t words)
{
	if (unlikely(words > py->claims || words > UINT32_MAX))
		return false;
	py->claims -= words;
	return true;
}

/* A pass over all objects begins: it may look at each word once. */
static inline void refs_begin(struct python *py)
{
	py->claims = py->most_claims;
}

/*
 * What a reader returns.  REFS_UNREADABLE: what could be read was appended.
 * REFS_EMULATE: only the tp_traverse knows; nothing was appended.
 */
enum refs_result { REFS_OK, REFS_UNREADABLE, REFS_EMULATE };

#endif
