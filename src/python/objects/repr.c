/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of static types that Python shows as what they are, but that are no
 * literals: what repr() would say, from memory.  Their text has '=' before it
 * (heap/naming.h), or, where it is but a name, stands in angle brackets.
 *
 * To add a type: a function, a row of the table.
 */
#include <string.h>

#include "heap/naming.h"
#include "python/objects/repr.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/text.h"

#define MAX_METHOD_NAME 256	/* bytes */

/* All that is not finite; what is, is a literal. */
static bool show_float(struct python *py, raddr obj, struct str *ret)
{
	(void)py;
	(void)obj;
	str_add(ret, "=nan");
	return true;
}

static bool show_complex(struct python *py, raddr obj, struct str *ret)
{
	raddr value = obj + py->layout.complex_value;
	CLEANUP(str_release) struct str imag = STR_INIT;

	if (!memory_at(py->memory, value, 16))
		return false;
	str_add_double(&imag, double_at(py, value, 8));
	str_add(ret, "=(");
	str_add_double(ret, double_at(py, value, 0));
	if (imag.s[0] != '-')
		str_add_char(ret, '+');
	str_add(ret, imag.s);
	str_add(ret, "j)");
	return true;
}

static bool show_bytearray(struct python *py, raddr obj, struct str *ret)
{
	const struct layout *l = &py->layout;

	str_add(ret, "=bytearray(");
	/* One whose length is not there is not empty. */
	if (!memory_at(py->memory, obj, l->bytearray_start + 8) ||
	    !text_bytes(py, word_at(py, obj, l->bytearray_start),
			word_at(py, obj, l->var_size), TEXT_MAX, ret))
		return false;
	str_add_char(ret, ')');
	return true;
}

static bool show_range(struct python *py, raddr obj, struct str *ret)
{
	raddr start = obj + py->layout.range_start;

	str_add(ret, "=range(");
	for (unsigned int i = 0; i < 3; i++) {
		if (!text_scalar(py, word_at(py, start, 8 * i), TEXT_MAX, ret))
			return false;
		str_add(ret, i < 2 ? ", " : ")");
	}
	return true;
}

/*
 * Modules/_datetimemodule.c, Include/datetime.h: behind the hash is a byte
 * that says whether there is a tzinfo, then the numbers, most significant
 * byte first.
 */
static const uint8_t *numbers(struct python *py, raddr obj, size_t len)
{
	return memory_at(py->memory, obj + py->layout.datetime_hastzinfo, len);
}

/* ", second, microsecond": as Python leaves out what is 0 at the end. */
static void add_time(const uint8_t *p, struct str *ret)
{
	unsigned int second = p[2], micro = (unsigned int)p[3] << 16 |
					    (unsigned int)p[4] << 8 | p[5];

	str_addf(ret, "%u, %u", p[0], p[1]);
	if (second || micro)
		str_addf(ret, ", %u", second);
	if (micro)
		str_addf(ret, ", %u", micro);
}

static void add_date(const uint8_t *p, struct str *ret)
{
	str_addf(ret, "%u, %u, %u", (unsigned int)p[0] << 8 | p[1], p[2], p[3]);
}

static bool show_date(struct python *py, raddr obj, struct str *ret)
{
	const uint8_t *p = numbers(py, obj, 5);

	if (!p)
		return false;
	str_add(ret, "=datetime.date(");
	add_date(p + 1, ret);
	str_add_char(ret, ')');
	return true;
}

static bool show_datetime(struct python *py, raddr obj, struct str *ret)
{
	const uint8_t *p = numbers(py, obj, 11);

	if (!p)
		return false;
	str_add(ret, "=datetime.datetime(");
	add_date(p + 1, ret);
	str_add(ret, ", ");
	add_time(p + 5, ret);
	str_add(ret, p[0] ? ", tzinfo=...)" : ")");
	return true;
}

static bool show_time(struct python *py, raddr obj, struct str *ret)
{
	const uint8_t *p = numbers(py, obj, 7);

	if (!p)
		return false;
	str_add(ret, "=datetime.time(");
	add_time(p + 1, ret);
	str_add(ret, p[0] ? ", tzinfo=...)" : ")");
	return true;
}

/* Behind the hash: days, seconds, microseconds, 4 bytes each. */
static bool show_timedelta(struct python *py, raddr obj, struct str *ret)
{
	static const char *const names[] = { "days", "seconds",
					     "microseconds" };
	const uint8_t *p = numbers(py, obj, 12);
	const char *comma = "";

	if (!p)
		return false;
	str_add(ret, "=datetime.timedelta(");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int32_t n = (int32_t)get_u32(p + 4 * i);

		if (!n)
			continue;
		str_addf(ret, "%s%s=%" PRId32, comma, names[i], n);
		comma = ", ";
	}
	str_add(ret, *comma ? ")" : "0)");
	return true;
}

static bool show_ellipsis(struct python *py, raddr obj, struct str *ret)
{
	(void)py;
	(void)obj;
	str_add(ret, "=Ellipsis");
	return true;
}

static bool show_not_implemented(struct python *py, raddr obj, struct str *ret)
{
	(void)py;
	(void)obj;
	str_add(ret, "=NotImplemented");
	return true;
}

/* PyMethodDef begins with the name. */
static bool show_builtin(struct python *py, raddr obj, struct str *ret)
{
	raddr def = word_at(py, obj, py->layout.builtin_ml);
	raddr self = word_at(py, obj, py->layout.builtin_self);
	const char *name = memory_string(py->memory, word_at(py, def, 0),
					 MAX_METHOD_NAME);
	struct pytype t;

	if (!name)
		return false;
	str_add(ret, "<built-in ");
	if (self && types_peek(py, word_at(py, self, py->layout.object_type),
			       &t) && t.address != py->known.module) {
		CLEANUP(freep) char *type = type_names_full(py, &t);

		str_addf(ret, "method %s of %s at 0x%" PRIx64 ">", name, type,
			 self);
		return true;
	}
	str_addf(ret, "function %s>", name);
	return true;
}

static bool show_method(struct python *py, raddr obj, struct str *ret)
{
	const struct layout *l = &py->layout;
	raddr function = word_at(py, obj, l->method_func);

	if (word_at(py, function, l->object_type) != py->known.function)
		return false;
	str_add(ret, "<bound method ");
	if (!text_str(py, word_at(py, function, l->function_qualname),
		      MAX_METHOD_NAME, ret, NULL))
		return false;
	str_addf(ret, " of 0x%" PRIx64 ">", word_at(py, obj, l->method_self));
	return true;
}

/* The name is the first member: Include/internal/pycore_context.h. */
static bool show_context_var(struct python *py, raddr obj, struct str *ret)
{
	raddr name = word_at(py, obj, py->layout.object_size);

	str_add(ret, "<ContextVar name=");
	if (!text_scalar(py, name, TEXT_MAX, ret))
		return false;
	str_addf(ret, " at 0x%" PRIx64 ">", obj);
	return true;
}

static const struct {
	const char *name;	/* tp_name */
	bool (*show)(struct python *py, raddr obj, struct str *ret);
} rows[] = {
	{ NULL, NULL },
	{ "ContextVar", show_context_var },
	{ "NotImplementedType", show_not_implemented },
	{ "builtin_function_or_method", show_builtin },
	{ "_contextvars.ContextVar", show_context_var },
	{ "bytearray", show_bytearray },
	{ "complex", show_complex },
	{ "datetime.date", show_date },
	{ "datetime.datetime", show_datetime },
	{ "datetime.time", show_time },
	{ "datetime.timedelta", show_timedelta },
	{ "ellipsis", show_ellipsis },
	{ "float", show_float },
	{ "method", show_method },
	{ "range", show_range },
};

uint8_t repr_find(const char *name)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return 0;
}

bool repr_text(struct python *py, const struct pytype *t, raddr obj,
	       struct str *ret)
{
	size_t len = ret->len;

	if (!t->repr_row)
		return false;
	if (rows[t->repr_row].show(py, obj, ret))
		return true;
	str_cut(ret, len);
	return false;
}
