/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/str.h - strings that grow, and text made safe to show.
 *
 * `s` is always NUL-terminated (an empty one points to a static byte) and may
 * hold NUL bytes before `len`.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/alloc.h"

struct str {
	char *s;
	size_t len, room;
};

extern char str_empty[];
#define STR_INIT { str_empty, 0, 0 }

void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const char *bytes, size_t len);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) PRINTF(2, 3);
/* Cut to `len` bytes; longer than it is: nothing. */
void str_cut(struct str *s, size_t len);
/* The caller frees what it gets; `s` is empty after. */
char *str_take(struct str *s);
void str_release(struct str *s);

/*
 * Add `code` as UTF-8.  Code points that a terminal acts upon or that can't
 * be seen (controls, surrogates, bidirectional overrides, beyond Unicode) are
 * added as Python writes them: \x1b, \ud800, \u202e.
 */
void str_add_codepoint(struct str *s, uint32_t code);

/*
 * Add text of unknown origin that claims to be UTF-8: what is invalid becomes
 * \xNN, what is unprintable is escaped as above.  The result is valid UTF-8
 * without control bytes.
 */
void str_add_safe(struct str *s, const char *bytes, size_t len);

/* The fewest digits, 15 at least, that read back as `x`; else inf and nan. */
void str_add_double(struct str *s, double x);

#endif
