/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/str.h - strings that grow, and text that is safe to show.
 *
 *	CLEANUP(str_release) struct str s = STR_INIT;
 *	str_addf(&s, "%d objects", 7);
 *	s.s, s.len
 *
 * `s` is always NUL-terminated and never NULL.  It may have NUL bytes before
 * `len`.  It belongs to the struct, and each function that adds may move it.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <string.h>

#include "base/vec.h"

/* The last name of a path, in it: all of it if it has no slash. */
static inline const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The same, for people to read: all of a path that ends in a slash. */
static inline const char *path_label(const char *path)
{
	const char *name = path_base(path);

	return *name ? name : path;
}

struct str {
	char *s;
	size_t len;		/* bytes before the final NUL */
	size_t room;		/* bytes allocated; 0: `s` is str_empty */
};

/* What all strings that were never added to share: never write to it. */
extern char str_empty[];
#define STR_INIT { str_empty, 0, 0 }

/* Add a NUL-terminated text, which must not be part of `s`. */
void str_add(struct str *s, const char *text);

/* Add `len` bytes, which must not be part of `s`. */
void str_add_bytes(struct str *s, const char *bytes, size_t len);

/*
 * Where the next `more` bytes go: who has written them there calls str_grow()
 * with their number.
 */
char *str_reserve(struct str *s, size_t more);
void str_grow(struct str *s, size_t len);

void str_add_char(struct str *s, char c);

/* Add what printf() would print. */
void str_addf(struct str *s, const char *format, ...) PRINTF(2, 3);

/* Keep the first `len` bytes.  Does nothing if there are no more than that. */
void str_cut(struct str *s, size_t len);

/* Hand the text over to the caller, who frees it.  `s` is empty then. */
char *str_take(struct str *s);

/* Free the text.  `s` is empty then, and may be used again. */
void str_release(struct str *s);

/*
 * Add a code point as UTF-8.  If a terminal acts upon it or nobody can see it
 * (controls, surrogates, bidirectional overrides, invisible characters, values
 * beyond Unicode), add what Python's repr() shows: \n, \x1b, \ud800, \u202e.
 */
void str_add_codepoint(struct str *s, uint32_t code);
/* Add what Python's ascii() shows of a code point that is not printable ASCII:
 * \n, \x1b, \u202e, \U0001f600. */
void str_add_escaped(struct str *s, uint32_t code);

/*
 * Decode the UTF-8 sequence that the first of `len` bytes, 1 and more, begins.
 * Returns its length, 1 to 4; 0 where there is no valid one.
 */
size_t str_decode(const char *text, size_t len, uint32_t *ret);

/*
 * Add `len` bytes of unknown origin that claim to be UTF-8.  Each byte that is
 * not valid UTF-8 is added as \xNN, each code point as str_add_codepoint()
 * adds it.  What is added is valid UTF-8 on one line, without control bytes.
 * Backslashes are not escaped, so text that went through this function once
 * does not change when it does again.
 */
void str_add_safe(struct str *s, const char *bytes, size_t len);

/*
 * Add `x` with the fewest significant digits, 15 to 17, from which strtod()
 * gets `x` back; trailing zeros are left out.  Also inf, -inf and nan.
 */
void str_add_double(struct str *s, double x);

/* Sort texts by their bytes. */
void str_vec_sort(struct str_vec *v);
/* Is the text among these, which are sorted? */
bool str_vec_has(const struct str_vec *v, const char *text);

#endif
