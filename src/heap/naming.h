/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/naming.h - make names of references and short reprs of objects.
 *
 * A name is made of Python's syntax and of a few facts, which are small enough
 * to be kept for every reference of a heap.  A live process and a capture of it
 * hand the same facts to the functions here, so both give the same names.
 *
 * The fact of a reference is its code: a kind, and an argument that the kind
 * explains.  Most names depend on the class and the attribute alone.  These are
 * in a table of names, one for all instances of the class.
 *
 * The fact of an object is its text.  Constants and objects that have a name
 * have one:
 *
 *	'it\'s'		str, as a literal; 'cut'... where it is longer
 *	b'bytes'	bytes, as a literal; cut in the same way
 *	-12 0x1ff True None
 *	~12345678	float: the 8 bytes of the double
 *	<module 'app'>	no literal, but a name: shown as it is
 *	=range(0, 3, 1)	no literal, but contents: shown without the =
 *
 * A text has at most TEXT_MAX code points of contents, or TEXT_KEY_MAX where it
 * is the str key of a dict.  Other objects have no text: they are shown by what
 * they refer to, or as <type at 0xaddress>.
 *
 * Facts may come from a file.  So nothing here trusts them: no code, number or
 * text leads out of a table, and what is made has no control bytes.
 */
#ifndef HEAP_NAMING_H
#define HEAP_NAMING_H

#include "heap/heap.h"

#define TEXT_MAX 60		/* code points */
#define TEXT_KEY_MAX 1000	/* code points */

/* How the name of a reference is made. */

enum code_kind {
	CODE_NAMED,		/* arg: index in the table of names */
	CODE_INDEX,		/* [arg] */
	CODE_VALUE,		/* ['key'], a dict's; arg: text of the key */
	CODE_VALUE_OF,		/* [key]; arg: the key, an object */
	CODE_VALUE_NEXT,	/* [key]; the next edge leads to the key */
	CODE_VALUE_LOOSE,	/* [key]; arg: the key, an object.  The position
				   among the dict's values is not known */
	CODE_KEY,		/* leads to a key of the dict */
	CODE_CACHE_KEY,		/* of functools.lru_cache */
	CODE_CACHE_RESULT,	/* arg: the key, an object */
	CODE_FLAT,		/* .flat[arg], of an array */
	NR_CODE_KINDS,
};

/* A code has the kind in its high 4 bits, and below it the argument. */
#define EDGE_ARG_BITS 28
#define EDGE_ARG_MAX ((UINT32_C(1) << EDGE_ARG_BITS) - 1)

static inline uint32_t edge_code(enum code_kind kind, uint32_t arg)
{
	return (uint32_t)kind << EDGE_ARG_BITS | arg;
}

static inline enum code_kind edge_code_kind(uint32_t code)
{
	return (enum code_kind)(code >> EDGE_ARG_BITS);
}

static inline uint32_t edge_code_arg(uint32_t code)
{
	return code & EDGE_ARG_MAX;
}

/* heap_name.flags */
#define NAME_STAND_IN 1		/* edge_name.stand_in */
#define NAME_IDENTIFIER 2	/* an identifier of the program is in it */
#define NAME_CONTENT 4		/* other contents of a string are in it */

/*
 * A name that depends on the class and the attribute alone.  The members are
 * those of struct edge_name, but `name` is "" where the kind has none.  Entry 0
 * of each table is EDGE_UNKNOWN.
 */
struct heap_name {
	enum edge_kind kind;
	char *name, *prefix, *suffix;
	uint64_t number;
	uint32_t flags;		/* NAME_* */
};
VEC_DEFINE(heap_name_vec, struct heap_name);
void heap_name_release(struct heap_name *n);
void heap_names_release(struct heap_name_vec *names);

/* Is the text the literal of a str that is an identifier, 'name', and not cut?
 * Of letters only those of ASCII count. */
bool naming_is_identifier(const char *text, size_t len);

/*
 * How many codes of values are before each 1024th code of a heap.  A value
 * whose key can't be written is named by its place among the values of its
 * dict; with this, a name does not take longer the later it is in the dict.
 * All zeros is one that is not made yet.
 */
struct naming_places {
	uint32_t *values;	/* modulo 2^32: only differences count */
	uint64_t nr_codes;	/* when it was made */
};
void naming_places_release(struct naming_places *places);

/* Where the facts of a heap are.  The heap or its context owns them. */
struct naming {
	const struct heap_name *names;
	uint32_t nr_names;
	/* Add the text of object `o`; false if it has none. */
	bool (*text)(struct heap *h, oid o, struct str *ret);
	/* Add text number `text`, the argument of a code; false if there is
	 * none. */
	bool (*key)(struct heap *h, uint32_t text, struct str *ret);
	/* The codes of the first `nr` edges of `o`, which it has.  They are
	 * valid until the next call. */
	const uint32_t *(*codes)(struct heap *h, oid o, uint32_t nr);
	/* Made when it is first needed.  NULL: codes() does not lead into one
	 * array that is parallel to heap.edges, so codes are counted. */
	struct naming_places *places;
};

/* All facts of a heap, for a capture.  Who fills the heap owns them; they are
 * valid as long as the heap is. */
struct heap_details {
	const uint32_t *codes;		/* parallel to heap.edges */
	const uint32_t *text;		/* of each object; 0: none */
	const int64_t *length;		/* heap_length() of each object */
	const struct heap_name *names;
	uint32_t nr_names;
	/*
	 * Text i is text_bytes[text_start[i]] to text_bytes[text_start[i + 1]
	 * - 1].  Number 0 is empty and means that there is none.
	 */
	uint32_t nr_texts;
	const uint64_t *text_start;	/* nr_texts + 1 */
	const char *text_bytes;
};

/*
 * heap_ops.name_edges and heap_ops.preview for a heap whose facts are those of
 * `n`; see there.
 */
void naming_edges(struct heap *h, const struct naming *n, oid o,
		  uint32_t first, uint32_t nr, struct edge_name *names);
void naming_preview(struct heap *h, const struct naming *n, oid o, size_t max,
		    struct str *ret);

#endif
