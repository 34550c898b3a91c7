/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-row.h - one row of a table in a capture: its fields.
 *
 * A row is its length in bytes, then its fields.  A number is a varint as in
 * PACK_VARINT, a signed one in zigzag.  A text is its length and its bytes; if
 * there may be no text, length + 1 is written, and 0 for none.
 *
 * A reader trusts nothing in a row.  A row that ends early was written by an
 * older pyheld: fields that it lacks are 0, false, "" or NULL.
 */
#ifndef HEAP_CAPTURE_CAPTURE_ROW_H
#define HEAP_CAPTURE_CAPTURE_ROW_H

#include "base/str.h"
#include "heap/heap.h"

/* --- writing: append a field to `row` --- */

void row_put_number(struct str *row, uint64_t x);
void row_put_signed(struct str *row, int64_t x);
/* NULL is written as "". */
void row_put_text(struct str *row, const char *text);
/* NULL can be told from "". */
void row_put_maybe(struct str *row, const char *text);
/* OID_NONE is allowed. */
void row_put_oid(struct str *row, oid o);

/* --- reading: take the next field off `r` --- */

/* The rest of a row.  `bad`: it is not well formed, and what was read of it
 * may be wrong. */
struct row {
	const char *p, *end;
	bool bad;
};

uint64_t row_get_number(struct row *r);
int64_t row_get_signed(struct row *r);
/* A number that does not fit makes the row bad. */
uint32_t row_get_u32(struct row *r);
int32_t row_get_i32(struct row *r);
bool row_get_bool(struct row *r);
/* The caller owns the text; never NULL. */
char *row_get_text(struct row *r);
/* The caller owns the text; NULL: there is none. */
char *row_get_maybe(struct row *r);
/* OID_NONE, or any number: the caller checks it. */
oid row_get_oid(struct row *r);

#endif
