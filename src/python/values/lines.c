/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line of a frame, from its code's line table.
 *
 * Three formats: co_lnotab (3.8, 3.9; Objects/lnotab_notes.txt), co_linetable
 * of 3.10 (PEP 626), and the location table of 3.11 and later
 * (Objects/locations.md, InternalDocs/code_objects.md).
 */
#include "python/state/words.h"
#include "python/values/frames.h"
#include "python/values/lines.h"

#define MAX_TABLE (1u << 24)

#define NO_LINE_310 (-128)
/* Codes of an entry's first byte in the location table. */
#define LOCATION_ONE_LINE0 10
#define LOCATION_ONE_LINE2 12
#define LOCATION_NO_COLUMNS 13
#define LOCATION_LONG 14
#define LOCATION_NONE 15

struct line_table {
	const uint8_t *p, *end;
	int64_t line;		/* the running line number */
};

/* Pairs of bytes: the increment of the offset, the increment of the line. */
static int64_t find_lnotab(struct line_table *t, int64_t offset)
{
	int64_t at = 0;

	for (; t->end - t->p >= 2; t->p += 2) {
		at += t->p[0];
		if (at > offset)
			break;
		t->line += (int8_t)t->p[1];
	}
	return t->line;
}

static int64_t find_pep626(struct line_table *t, int64_t offset)
{
	int64_t at = 0;

	for (; t->end - t->p >= 2; t->p += 2) {
		int8_t delta = (int8_t)t->p[1];

		if (delta != NO_LINE_310)
			t->line += delta;
		at += t->p[0];
		if (offset < at)
			return delta == NO_LINE_310 ? 0 : t->line;
	}
	return 0;
}

/* 6 bits a byte, low first, bit 6 says that more follow; bit 0 is the sign. */
static int32_t read_signed(struct line_table *t)
{
	uint32_t value = 0;
	unsigned int shift = 0;

	while (t->p < t->end) {
		uint8_t byte = *t->p++;

		if (shift < 32)
			value |= (uint32_t)(byte & 0x3f) << shift;
		shift += 6;
		if (!(byte & 0x40))
			break;
	}
	return value & 1 ? -(int32_t)(value >> 1) : (int32_t)(value >> 1);
}

/* Only an entry's first byte has bit 7 set. */
static int64_t find_location(struct line_table *t, int64_t offset)
{
	int64_t at = 0;

	while (t->p < t->end) {
		uint8_t first = *t->p++;
		unsigned int code = first >> 3 & 15;

		if (code == LOCATION_LONG || code == LOCATION_NO_COLUMNS)
			t->line += read_signed(t);
		else if (code >= LOCATION_ONE_LINE0 &&
			 code <= LOCATION_ONE_LINE2)
			t->line += (int32_t)code - LOCATION_ONE_LINE0;
		at += ((first & 7) + 1L) * 2;
		if (offset < at)
			return code == LOCATION_NONE ? 0 : t->line;
		while (t->p < t->end && !(*t->p & 0x80))
			t->p++;
	}
	return 0;
}

int32_t lines_find(struct python *py, raddr code, int64_t offset)
{
	const struct layout *l = &py->layout;
	raddr bytes = word_at(py, code, l->code_linetable);
	int32_t first = int_at(py, code, l->code_firstlineno);
	uint64_t len = word_at(py, bytes, l->var_size);
	struct line_table t;
	int64_t line;

	if (offset < 0)
		return MAX(first, 0);
	if (!bytes || len > MAX_TABLE)
		return 0;
	t.p = memory_at(py->memory, bytes + l->bytes_value, len);
	if (!t.p)
		return 0;
	t.end = t.p + len;
	t.line = first;
	if (py->minor < 10)
		line = find_lnotab(&t, offset);
	else if (py->minor == 10)
		line = find_pep626(&t, offset);
	else
		line = find_location(&t, offset);
	return line > 0 && line <= INT32_MAX ? (int32_t)line : 0;
}

/* f_lasti counts bytes in 3.8 and 3.9, units of two bytes in 3.10; later
 * frames have a pointer to the instruction, or to the one before in 3.11 and
 * 3.12.  Both lie within the instruction that runs. */
int32_t lines_of_frame(struct python *py, const struct frame *f)
{
	const struct layout *l = &py->layout;
	raddr code = f->code.object, start, at;
	int64_t lasti;

	if (!code)
		return 0;
	if (py->minor < 11) {
		lasti = int_at(py, f->address, l->frame_lasti);
		return lines_find(py, code,
				  py->minor == 10 ? lasti * 2 : lasti);
	}
	start = code + l->code_code_adaptive;
	at = word_at(py, f->address, l->iframe_instr_ptr);
	if (at < start - 2 || at - (start - 2) > MAX_TABLE)
		return 0;
	return lines_find(py, code, (int64_t)(at - start));
}
