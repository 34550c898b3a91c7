/*
 * A short repr of an object, built from memory: nothing is called.
 */
#include <string.h>

#include "python/state.h"

#define MAX_ITEMS 5

static void add_type_name(struct python *py, raddr obj, struct str *ret)
{
	uint32_t type = types_load(py, word_at(py, obj,
					       py->layout.object_type));
	CLEANUP(freep) char *name = NULL;

	if (type == UINT32_MAX) {
		str_add(ret, "?");
		return;
	}
	name = names_of_type(py, &py->types.v[type]);
	str_add(ret, name);
}

static void add_plain(struct python *py, raddr obj, struct str *ret)
{
	str_add_char(ret, '<');
	add_type_name(py, obj, ret);
	str_addf(ret, " at 0x%" PRIx64 ">", obj);
}

/* A constant in short, else <type at address>. */
static void add_item(struct python *py, raddr obj, size_t max,
		     struct str *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (text_scalar(py, obj, max, &text))
		str_add_bytes(ret, text.s, text.len);
	else
		add_plain(py, obj, ret);
}

static void add_items(struct python *py, raddr items, uint64_t nr, size_t max,
		      struct str *ret)
{
	size_t start = ret->len;

	for (uint64_t i = 0; i < nr; i++) {
		if (i == MAX_ITEMS || ret->len - start > max) {
			str_addf(ret, "... %" PRIu64 " more", nr - i);
			return;
		}
		add_item(py, word_at(py, items + i * 8, 0), 24, ret);
		if (i + 1 < nr)
			str_add(ret, ", ");
	}
}

static void add_dict(struct python *py, raddr obj, size_t max,
		     struct str *ret)
{
	struct dict_iter it;
	raddr key, value;
	size_t start = ret->len;
	int64_t i = 0;

	str_add_char(ret, '{');
	if (!dict_iter_init(py, obj, &it)) {
		str_add(ret, "?}");
		return;
	}
	while (dict_iter_next(&it, &key, &value)) {
		if (i)
			str_add(ret, ", ");
		if (i == MAX_ITEMS || ret->len - start > max) {
			str_addf(ret, "... %" PRId64 " more",
				 dict_length(py, obj) - i);
			break;
		}
		add_item(py, key, 24, ret);
		str_add(ret, ": ");
		add_item(py, value, 24, ret);
		i++;
	}
	str_add_char(ret, '}');
}

static void add_named(struct python *py, const char *what, raddr name,
		      raddr obj, struct str *ret)
{
	str_addf(ret, "<%s ", what);
	if (!text_str(py, name, 200, ret, NULL))
		str_add_char(ret, '?');
	if (obj)
		str_addf(ret, " at 0x%" PRIx64, obj);
	str_add_char(ret, '>');
}

static void add_code(struct python *py, raddr obj, struct str *ret)
{
	const struct layout *l = &py->layout;

	str_add(ret, "<code ");
	text_str(py, word_at(py, obj, l->code_name), 200, ret, NULL);
	str_add(ret, " (");
	text_str(py, word_at(py, obj, l->code_filename), 400, ret, NULL);
	str_addf(ret, ":%d)>", int_at(py, obj, l->code_firstlineno));
}

/* True where there was something better to say than type and address. */
static bool add_special(struct python *py, raddr obj, raddr type, size_t max,
			struct str *ret)
{
	const struct layout *l = &py->layout;
	const struct known_types *k = &py->known;

	if (type == k->list) {
		str_add_char(ret, '[');
		add_items(py, word_at(py, obj, l->list_item),
			  word_at(py, obj, l->var_size), max, ret);
		str_add_char(ret, ']');
	} else if (type == k->tuple) {
		str_add_char(ret, '(');
		add_items(py, obj + l->tuple_item,
			  word_at(py, obj, l->var_size), max, ret);
		str_add(ret, word_at(py, obj, l->var_size) == 1 ? ",)" : ")");
	} else if (type == k->dict) {
		add_dict(py, obj, max, ret);
	} else if (type == k->function) {
		add_named(py, "function",
			  word_at(py, obj, l->function_qualname), obj, ret);
	} else if (type == k->module) {
		add_named(py, "module", word_at(py, obj, l->module_name), 0,
			  ret);
	} else if (type == k->code) {
		add_code(py, obj, ret);
	} else if (word_at(py, type, l->type_flags) & TPFLAG_TYPE_SUBCLASS) {
		uint32_t index = types_load(py, obj);
		CLEANUP(freep) char *name = NULL;

		if (index == UINT32_MAX)
			return false;
		name = names_of_type(py, &py->types.v[index]);
		str_addf(ret, "<class '%s'>", name);
	} else {
		return false;
	}
	return true;
}

void text_preview(struct python *py, raddr obj, size_t max, struct str *ret)
{
	raddr type = word_at(py, obj, py->layout.object_type);

	if (text_scalar(py, obj, max, ret))
		return;
	if (!add_special(py, obj, type, max, ret))
		add_plain(py, obj, ret);
}

int64_t text_length(struct python *py, oid o)
{
	const struct layout *l = &py->layout;
	const struct pytype *t = types_of(py, o);
	raddr obj = py->heap->address[o];

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
