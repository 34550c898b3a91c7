/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings and constants of the target as safe text.
 *
 * str: Include/cpython/unicodeobject.h.  Only the low 8 bits of the state word
 * mean something; the rest is uninitialised memory.  int: 30-bit digits,
 * Include/cpython/longintrepr.h.
 */
#include <math.h>
#include <string.h>
#include <xxhash.h>

#include "python/state/words.h"
#include "python/values/text.h"

#define STATE_KIND(s) ((s) >> 2 & 7)
#define STATE_COMPACT 0x20
#define STATE_ASCII 0x40

#define MAX_INT_DIGITS 64	/* of 30 bits each, that are written out */
#define MAX_LITERAL 65536	/* code points */
#define MAX_TUPLE 64

struct view {
	const uint8_t *data;
	uint64_t length;
	unsigned int kind;	/* bytes a code point: 1, 2, 4 */
};

/* False: no str, or one that is not all there. */
static bool view_str(struct python *py, raddr obj, struct view *ret)
{
	const struct layout *l = &py->layout;
	const uint8_t *p = memory_at(py->memory, obj, l->ascii_size);
	uint32_t state;
	raddr data;

	if (!p)
		return false;
	state = text_state(py, p);
	ret->kind = STATE_KIND(state);
	ret->length = get_u64(p + l->str_length);
	if (ret->kind != 1 && ret->kind != 2 && ret->kind != 4)
		return false;
	if (!(state & STATE_COMPACT))
		data = word_at(py, obj, l->str_data);
	else
		data = obj + (state & STATE_ASCII ? l->ascii_size
						  : l->compact_size);
	if (ret->length > UINT64_MAX / 4)
		return false;
	ret->data = memory_at(py->memory, data, ret->length * ret->kind);
	return ret->data;
}

static bool is_str(struct python *py, raddr obj)
{
	raddr type = word_at(py, obj, py->layout.object_type);

	return type == py->known.str ||
	       (word_at(py, type, py->layout.type_flags) &
		TPFLAG_UNICODE_SUBCLASS);
}

static uint32_t code_at(const struct view *v, uint64_t i)
{
	switch (v->kind) {
	case 1:
		return v->data[i];
	case 2:
		return get_u16(v->data + i * 2);
	default:
		return get_u32(v->data + i * 4);
	}
}

bool text_str(struct python *py, raddr obj, size_t max, struct str *ret,
	      bool *cut)
{
	struct view v;
	uint64_t nr;

	if (!obj || !is_str(py, obj) || !view_str(py, obj, &v))
		return false;
	nr = MIN(v.length, max);
	for (uint64_t i = 0; i < nr; i++)
		str_add_codepoint(ret, code_at(&v, i));
	if (cut)
		*cut = nr < v.length;
	return true;
}

static bool view_bytes(struct python *py, raddr obj, struct view *ret)
{
	const struct layout *l = &py->layout;
	raddr type = word_at(py, obj, l->object_type);

	if (type != py->known.bytes &&
	    !(word_at(py, type, l->type_flags) & TPFLAG_BYTES_SUBCLASS))
		return false;
	ret->kind = 0;
	ret->length = word_at(py, obj, l->var_size);
	ret->data = memory_at(py->memory, obj + l->bytes_value, ret->length);
	return ret->data;
}

bool text_hash(struct python *py, raddr obj, uint64_t *room, uint64_t *ret)
{
	struct view v;
	uint64_t nr;

	if (is_str(py, obj) ? !view_str(py, obj, &v) :
			      !view_bytes(py, obj, &v))
		return false;
	nr = v.length * MAX(v.kind, 1u);
	if (nr > TEXT_HASH_MAX || nr > *room)
		return false;
	*room -= nr;
	*ret = XXH3_64bits_withSeed(v.data, nr, v.kind);
	return true;
}

/* `s` is ASCII.  A str with such text has one byte for each code point. */
bool text_equals(struct python *py, raddr obj, const char *s)
{
	size_t len = strlen(s);
	struct view v;

	if (!obj || !view_str(py, obj, &v) || v.length != len || v.kind != 1)
		return false;
	return memcmp(v.data, s, len) == 0;
}

bool text_is_identifier(const char *s)
{
	static const char *const keywords[] = {
		"False", "None", "True", "and", "as", "assert", "async",
		"await", "break", "class", "continue", "def", "del", "elif",
		"else", "except", "finally", "for", "from", "global", "if",
		"import", "in", "is", "lambda", "nonlocal", "not", "or",
		"pass", "raise", "return", "try", "while", "with", "yield",
		"__debug__",
	};

	if (!*s || (*s >= '0' && *s <= '9'))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(keywords); i++)
		if (strcmp(s, keywords[i]) == 0)
			return false;
	for (; *s; s++)
		if (*s != '_' && !(*s >= '0' && *s <= '9') &&
		    !(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z'))
			return false;
	return true;
}

/* The number of leading bytes that need no escape. */
static uint64_t plain_run(const uint8_t *p, uint64_t nr)
{
	uint64_t i = 0;

	while (i < nr && p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\'' &&
	       p[i] != '\\')
		i++;
	return i;
}

/* `'...'`, so that eval() gives the same str back. */
static void add_quoted(struct str *ret, const struct view *v, uint64_t nr)
{
	uint64_t i = v->kind == 1 ? plain_run(v->data, nr) : 0;
	char quoted[64];

	/* Most are short and plain. */
	if (i == nr && nr + 2 <= sizeof(quoted)) {
		quoted[0] = quoted[nr + 1] = '\'';
		memcpy(quoted + 1, v->data, nr);
		str_add_bytes(ret, quoted, nr + 2);
		return;
	}
	str_add_char(ret, '\'');
	str_add_bytes(ret, (const char *)v->data, i);
	for (; i < nr; i++) {
		uint32_t c = code_at(v, i);

		if (c == '\'' || c == '\\')
			str_add_char(ret, '\\');
		str_add_codepoint(ret, c);
	}
	str_add_char(ret, '\'');
}

static bool add_str(struct python *py, raddr obj, size_t max, struct str *ret,
		    bool *cut)
{
	struct view v;

	if (!view_str(py, obj, &v))
		return false;
	*cut = v.length > max;
	add_quoted(ret, &v, MIN(v.length, max));
	return true;
}

static bool add_bytes_at(struct python *py, raddr data, uint64_t len,
			 size_t max, struct str *ret, bool *cut)
{
	const uint8_t *p;

	if (!memory_has_array(py->memory, data, len, 1))
		return false;
	*cut = len > max;
	len = MIN(len, max);
	p = memory_at(py->memory, data, len);
	if (!p && len)
		return false;
	str_add(ret, "b'");
	for (uint64_t i = 0; i < len; i++) {
		if (p[i] == '\'' || p[i] == '\\')
			str_addf(ret, "\\%c", p[i]);
		else if (p[i] >= 0x20 && p[i] < 0x7f)
			str_add_char(ret, (char)p[i]);
		else
			str_addf(ret, "\\x%02x", p[i]);
	}
	str_add_char(ret, '\'');
	return true;
}

/* If the length can't be read, the object is not taken to be empty. */
static bool add_bytes(struct python *py, raddr obj, size_t max,
		      struct str *ret, bool *cut)
{
	return memory_at(py->memory, obj, py->layout.bytes_value) &&
	       add_bytes_at(py, obj + py->layout.bytes_value,
			    word_at(py, obj, py->layout.var_size), max, ret,
			    cut);
}

bool text_bytes(struct python *py, raddr data, uint64_t len, size_t max,
		struct str *ret)
{
	bool cut;

	if (!add_bytes_at(py, data, len, max, ret, &cut))
		return false;
	if (cut)
		str_add(ret, "...");
	return true;
}

struct integer {
	bool negative;
	uint64_t nr;		/* digits */
	const uint8_t *digits;
};

static bool view_int(struct python *py, raddr obj, struct integer *ret)
{
	const struct layout *l = &py->layout;

	if (py->minor >= 12) {
		uint64_t tag = word_at(py, obj, l->long_value);

		ret->negative = (tag & 3) == 2;
		ret->nr = tag >> 3;
	} else {
		int64_t size = (int64_t)word_at(py, obj, l->var_size);

		ret->negative = size < 0;
		ret->nr = size < 0 ? -(uint64_t)size : (uint64_t)size;
	}
	if (ret->nr > UINT64_MAX / 4)
		return false;
	ret->digits = memory_at(py->memory, obj + l->long_digit, ret->nr * 4);
	return ret->digits;
}

static void add_hex(struct str *ret, const struct integer *v)
{
	char digits[MAX_INT_DIGITS * 30 / 4 + 2];
	size_t nr = 0;
	uint64_t have = 0;
	unsigned int bits = 0;

	for (uint64_t i = 0; i < v->nr; i++) {
		have |= (uint64_t)(get_u32(v->digits + i * 4) & 0x3fffffff)
			<< bits;
		bits += 30;
		for (; bits >= 4; bits -= 4, have >>= 4)
			digits[nr++] = "0123456789abcdef"[have & 15];
	}
	if (bits)
		digits[nr++] = "0123456789abcdef"[have & 15];
	while (nr > 1 && digits[nr - 1] == '0')
		nr--;
	str_add(ret, "0x");
	while (nr)
		str_add_char(ret, digits[--nr]);
}

static void add_decimal(struct str *ret, uint64_t value)
{
	char digits[20];
	size_t nr = sizeof(digits);

	do
		digits[--nr] = (char)('0' + value % 10);
	while (value /= 10);
	str_add_bytes(ret, digits + nr, sizeof(digits) - nr);
}

static bool add_int(struct python *py, raddr obj, struct str *ret)
{
	struct integer v;
	uint64_t value = 0;

	if (!view_int(py, obj, &v) || v.nr > MAX_INT_DIGITS)
		return false;
	if (v.negative)
		str_add_char(ret, '-');
	if (v.nr > 2) {
		add_hex(ret, &v);
		return true;
	}
	for (uint64_t i = v.nr; i--;)
		value = value << 30 | (get_u32(v.digits + i * 4) & 0x3fffffff);
	add_decimal(ret, value);
	return true;
}

static double double_or_nan(struct python *py, raddr addr)
{
	double x = NAN;
	const uint8_t *p = memory_at(py->memory, addr, 8);

	if (p)
		memcpy(&x, p, 8);
	return x;
}

static bool add_float(struct python *py, raddr obj, struct str *ret)
{
	double x = double_or_nan(py, obj + py->layout.float_value);
	size_t len;

	if (isnan(x))
		return false;
	if (isinf(x)) {
		str_add(ret, x < 0 ? "float('-inf')" : "float('inf')");
		return true;
	}
	len = ret->len;
	str_add_double(ret, x);
	if (!strpbrk(ret->s + len, ".e"))
		str_add(ret, ".0");
	return true;
}

/* Add a constant that is no tuple, at most `max` code points or bytes of it. */
static bool add_scalar(struct python *py, raddr obj, size_t max,
		       struct str *ret, bool *cut)
{
	raddr type = word_at(py, obj, py->layout.object_type);
	struct integer v;

	*cut = false;
	if (!type)
		return false;
	if (obj == py->known.none || type == py->known.none_type) {
		str_add(ret, "None");
		return true;
	}
	if (type == py->known.str)
		return add_str(py, obj, max, ret, cut);
	if (type == py->known.int_)
		return add_int(py, obj, ret);
	if (type == py->known.bytes)
		return add_bytes(py, obj, max, ret, cut);
	if (type == py->known.float_)
		return add_float(py, obj, ret);
	if (type == py->known.bool_ && view_int(py, obj, &v)) {
		str_add(ret, v.nr && get_u32(v.digits) ? "True" : "False");
		return true;
	}
	return false;
}

bool text_scalar(struct python *py, raddr obj, size_t max, struct str *ret)
{
	bool cut;

	if (!obj || !add_scalar(py, obj, max, ret, &cut))
		return false;
	if (cut)
		str_add(ret, "...");
	return true;
}

static bool add_float_bits(struct python *py, raddr obj, struct str *ret)
{
	double x = double_or_nan(py, obj + py->layout.float_value);
	char text[1 + sizeof(x)] = "~";

	if (isnan(x))
		return false;
	memcpy(text + 1, &x, sizeof(x));
	str_add_bytes(ret, text, sizeof(text));
	return true;
}

bool text_constant(struct python *py, raddr type, raddr obj, size_t max,
		   struct str *ret)
{
	const struct known_types *k = &py->known;
	bool cut = false;

	if (type == k->str) {
		if (!add_str(py, obj, max, ret, &cut))
			return false;
		if (cut)
			str_add(ret, "...");
		return true;
	}
	if (type == k->int_)
		return add_int(py, obj, ret);
	if (type == k->float_)
		return add_float_bits(py, obj, ret);
	return (type == k->bytes || type == k->bool_ ||
		type == k->none_type) && text_scalar(py, obj, max, ret);
}

bool text_literal(struct python *py, raddr obj, struct str *ret)
{
	const struct layout *l = &py->layout;
	uint64_t nr;
	bool cut;

	if (!obj)
		return false;
	if (word_at(py, obj, l->object_type) != py->known.tuple)
		return add_scalar(py, obj, MAX_LITERAL, ret, &cut) && !cut;
	nr = word_at(py, obj, l->var_size);
	if (nr > MAX_TUPLE || !memory_at(py->memory, obj, l->tuple_item))
		return false;
	str_add_char(ret, '(');
	for (uint64_t i = 0; i < nr; i++) {
		raddr item = word_at(py, obj + i * 8, l->tuple_item);

		if (!add_scalar(py, item, MAX_LITERAL, ret, &cut) || cut)
			return false;
		str_add(ret, i + 1 < nr ? ", " : nr == 1 ? "," : "");
	}
	str_add_char(ret, ')');
	return true;
}
