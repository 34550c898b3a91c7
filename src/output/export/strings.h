/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/strings.h - a table of strings that stands at the end of a
 * file, whose numbers are needed before it.
 *
 * The strings wait in a temporary file (base/files/scratch.h), as JSON in
 * ASCII.  So the memory for them is bounded: names that occur often are known
 * by their text (STRINGS_ROOM bytes of them), all others are only counted.
 */
#ifndef OUTPUT_EXPORT_STRINGS_H
#define OUTPUT_EXPORT_STRINGS_H

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

/* One string that is known: a slot of the table. */
struct strings_known {
	size_t text;		/* in `texts`, plus one; 0: a free slot */
	uint32_t number;
};

static inline bool strings_table_used(const struct str *texts UNUSED,
				      const struct strings_known *k)
{
	return k->text;
}

static inline const char *strings_table_key(const struct str *texts,
					    const struct strings_known *k)
{
	return texts->s + k->text - 1;
}

static inline uint64_t strings_table_hash(const struct str *texts UNUSED,
					  const char *text, uint64_t salt)
{
	return hash_text(salt, text);
}

static inline bool strings_table_same(const char *a, const char *b)
{
	return !strcmp(a, b);
}

HASH_DEFINE(strings_table, struct strings_known, const char *,
	    const struct str *);

struct strings {
	FILE *file;		/* owned */
	struct strings_table table;
	struct str texts;	/* those of the table, each ended by NUL */
	struct str json;	/* of one string */
	uint64_t nr;		/* how many there are */
};

#define STRINGS_INIT { NULL, HASH_INIT, STR_INIT, STR_INIT, 0 }
#define STRINGS_ROOM (UINT32_C(64) << 20)

/* ERR_SYSTEM: there is no room for a temporary file. */
struct error *strings_open(struct strings *s) MUST_CHECK;
void strings_release(struct strings *s);

/*
 * The number of `text`, which is valid UTF-8.  strings_add() gives a text that
 * it knows the number that it had before; strings_add_new() always adds one.
 * Numbers are below 2^32: further strings are as the first one.  An error of
 * writing is found by strings_write().
 */
uint32_t strings_add(struct strings *s, const char *text);
uint32_t strings_add_new(struct strings *s, const char *text);

/*
 * Write all strings, separated by commas and newlines, in the order of their
 * numbers.  No more can be added.
 *
 * ERR_SYSTEM: `out` or the temporary file can't be written.
 */
struct error *strings_write(struct strings *s, FILE *out) MUST_CHECK;

/* Add `text`, valid UTF-8, to `out` as a JSON string in ASCII. */
void strings_add_json(const char *text, struct str *out);

#endif
