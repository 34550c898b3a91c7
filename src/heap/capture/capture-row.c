/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/alloc.h"
#include "heap/capture/capture-row.h"

void row_put_number(struct str *row, uint64_t x)
{
	for (; x >= 0x80; x >>= 7)
		str_add_char(row, (char)(x | 0x80));
	str_add_char(row, (char)x);
}

void row_put_signed(struct str *row, int64_t x)
{
	row_put_number(row, (uint64_t)x << 1 ^ (x < 0 ? UINT64_MAX : 0));
}

void row_put_text(struct str *row, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	row_put_number(row, len);
	str_add_bytes(row, text ? text : "", len);
}

void row_put_maybe(struct str *row, const char *text)
{
	if (!text) {
		row_put_number(row, 0);
		return;
	}
	row_put_number(row, strlen(text) + 1);
	str_add(row, text);
}

uint64_t row_get_number(struct row *r)
{
	uint64_t x = 0;

	if (r->p == r->end)
		return 0;
	for (unsigned int shift = 0; r->p < r->end && shift < 64; shift += 7) {
		uint8_t byte = (uint8_t)*r->p++;

		x |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return x;
	}
	r->bad = true;
	return 0;
}

int64_t row_get_signed(struct row *r)
{
	uint64_t x = row_get_number(r);

	return (int64_t)(x >> 1 ^ -(x & 1));
}

/* For fields of 32 bits. */
uint32_t row_get_u32(struct row *r)
{
	uint64_t x = row_get_number(r);

	if (x > UINT32_MAX)
		r->bad = true;
	return (uint32_t)x;
}

int32_t row_get_i32(struct row *r)
{
	int64_t x = row_get_signed(r);

	if (x < INT32_MIN || x > INT32_MAX)
		r->bad = true;
	return (int32_t)x;
}

bool row_get_bool(struct row *r)
{
	return row_get_number(r) != 0;
}

static char *row_get_bytes(struct row *r, uint64_t len)
{
	struct str safe = STR_INIT;

	if (len > (uint64_t)(r->end - r->p)) {
		r->bad = true;
		len = 0;
	}
	str_add_safe(&safe, r->p, len);
	r->p += len;
	return str_take(&safe);
}

char *row_get_text(struct row *r)
{
	return row_get_bytes(r, row_get_number(r));
}

char *row_get_maybe(struct row *r)
{
	uint64_t len = row_get_number(r);

	return len ? row_get_bytes(r, len - 1) : NULL;
}

/* OID_NONE is 0, so that other ids are short. */
void row_put_oid(struct str *row, oid o)
{
	row_put_number(row, (oid)(o + 1));
}

oid row_get_oid(struct row *r)
{
	return row_get_u32(r) - 1;
}
