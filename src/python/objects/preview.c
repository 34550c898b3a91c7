/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an object has to show of itself, from memory: nothing is called.
 */
#include <string.h>

#include "heap/naming.h"
#include "python/objects/preview.h"
#include "python/objects/repr.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define MAX_NAME 200		/* code points */
#define MAX_PATH 400

static void add_named(struct python *py, const char *what, raddr name,
		      raddr obj, struct str *ret)
{
	str_addf(ret, "<%s ", what);
	if (!text_str(py, name, MAX_NAME, ret, NULL))
		str_add_char(ret, '?');
	if (obj)
		str_addf(ret, " at 0x%" PRIx64, obj);
	str_add_char(ret, '>');
}

static void add_code(struct python *py, raddr obj, struct str *ret)
{
	const struct layout *l = &py->layout;

	str_add(ret, "<code ");
	text_str(py, word_at(py, obj, l->code_name), MAX_NAME, ret, NULL);
	str_add(ret, " (");
	text_str(py, word_at(py, obj, l->code_filename), MAX_PATH, ret, NULL);
	str_addf(ret, ":%d)>", int_at(py, obj, l->code_firstlineno));
}

static bool add_class(struct python *py, raddr obj, struct str *ret)
{
	CLEANUP(freep) char *name = NULL;
	struct pytype t;

	if (!types_peek(py, obj, &t))
		return false;
	name = type_names_full(py, &t);
	str_addf(ret, "<class '%s'>", name);
	return true;
}

bool preview_text(struct python *py, const struct pytype *t, raddr obj,
		  struct str *ret)
{
	const struct layout *l = &py->layout;
	const struct known_types *k = &py->known;
	raddr type = t->address;

	/* Most classes: that costs nothing. */
	if (t->flags & TPFLAG_HEAPTYPE && !(t->flags & TPFLAG_TYPE_SUBCLASS))
		return false;
	if (text_constant(py, type, obj, TEXT_MAX, ret) ||
	    repr_text(py, t, obj, ret))
		return true;
	if (type == k->function)
		add_named(py, "function",
			  word_at(py, obj, l->function_qualname), obj, ret);
	else if (type == k->module)
		add_named(py, "module", word_at(py, obj, l->module_name), 0,
			  ret);
	else if (type == k->code)
		add_code(py, obj, ret);
	else if (t->flags & TPFLAG_TYPE_SUBCLASS)
		return add_class(py, obj, ret);
	else
		return false;
	return true;
}

int64_t preview_length(struct python *py, const struct pytype *t, raddr obj)
{
	const struct layout *l = &py->layout;

	if (t->flags & TPFLAG_DICT_SUBCLASS)
		return dict_length(py, obj);
	if (t->flags & TPFLAG_UNICODE_SUBCLASS)
		return (int64_t)word_at(py, obj, l->str_length);
	if (t->flags & (TPFLAG_LIST_SUBCLASS | TPFLAG_TUPLE_SUBCLASS |
			TPFLAG_BYTES_SUBCLASS))
		return (int64_t)word_at(py, obj, l->var_size);
	if (py->types.v[t->native_base].reader == READER_SET)
		return (int64_t)word_at(py, obj, l->set_used);
	if (t->sizer == SIZER_DEQUE || t->sizer == SIZER_BYTEARRAY)
		return (int64_t)word_at(py, obj, l->var_size);
	return -1;
}
