/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of references that go by class and attribute: for a person, and as
 * Python that gives the very object when it is evaluated in the target.  Those
 * that go by index or key are heap/naming.c's.
 *
 * An attribute is written as `.name` only where attribute access can't do
 * anything else than find it there: no __getattribute__ of the class's own,
 * no data descriptor of that name.  Otherwise `__dict__['name']` is written,
 * or dict.__getitem__(), or nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/layout/fields.h"
#include "python/layout/member-names.h"
#include "python/names/names.h"
#include "python/refs/refs.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/text.h"

#define MAX_SHOWN 60		/* code points of a key in a name */
#define MAX_NAME 1000		/* code points */

static void set_suffix(struct heap_name *n, const char *prefix, char *suffix)
{
	free(n->prefix);
	free(n->suffix);
	n->prefix = xstrdup(prefix);
	n->suffix = suffix;
}

/* --- the target's own idea of attribute access -------------------------- */

static bool is_of(struct python *py, raddr obj, const char *type_name)
{
	return type_names_is(py, word_at(py, obj, py->layout.object_type),
			      type_name);
}

/* Is the method of that name written in C, and no class's own? */
static bool is_slot(struct python *py, raddr type, const char *method)
{
	raddr value, owner;

	return types_lookup(py, type, method, &value, &owner) &&
	       (is_of(py, value, "wrapper_descriptor") ||
		is_of(py, value, "method_descriptor"));
}

/* Nobody but C code decides what attribute access does. */
static bool plain_access(struct python *py, raddr type)
{
	return is_slot(py, type, "__getattribute__");
}

/* Does the class have a data descriptor of that name? */
static bool is_hidden(struct python *py, raddr type, const char *name)
{
	raddr value, owner, value_type;

	if (!types_lookup(py, type, name, &value, &owner))
		return false;
	value_type = word_at(py, value, py->layout.object_type);
	return word_at(py, value_type, py->layout.type_descr_set);
}

/* Does `.name` of an instance of `type` look into the instance's dict first?
 * It does not where the class has a data descriptor of that name. */
static bool instance_wins(struct python *py, raddr type, const char *name)
{
	return plain_access(py, type) && !is_hidden(py, type, name);
}

/* `.__dict__` is the one that CPython gives. */
static bool has_plain_dict(struct python *py, raddr type)
{
	raddr value, owner;

	return plain_access(py, type) &&
	       types_lookup(py, type, "__dict__", &value, &owner) &&
	       (is_of(py, value, "getset_descriptor") ||
		is_of(py, value, "member_descriptor"));
}

/* Does the class subscript as the class in C that it comes from? */
static bool plain_subscript(struct python *py, raddr type)
{
	return is_slot(py, type, "__getitem__");
}

uint8_t names_subscript(struct python *py, const struct pytype *t)
{
	enum reader reader = py->types.v[t->native_base].reader;
	bool is_array = t->unvisited == UNVISITED_OF_NDARRAY;

	if (!(t->flags & (TPFLAG_LIST_SUBCLASS | TPFLAG_TUPLE_SUBCLASS |
			  TPFLAG_DICT_SUBCLASS)) &&
	    reader != READER_DEQUE && reader != READER_LIST &&
	    reader != READER_TUPLE && reader != READER_DICT &&
	    reader != READER_STRUCTSEQ && !is_array)
		return SUBSCRIPT_NONE;
	if (plain_subscript(py, t->address))
		return SUBSCRIPT_PLAIN;
	if (t->flags & TPFLAG_LIST_SUBCLASS)
		return SUBSCRIPT_LIST;
	return t->flags & TPFLAG_TUPLE_SUBCLASS ? SUBSCRIPT_TUPLE
						: SUBSCRIPT_NONE;
}

/* --- one kind of reference each ----------------------------------------- */

static void name_odd(struct python *py, raddr key, struct heap_name *n)
{
	CLEANUP(str_release) struct str shown = STR_INIT;

	if (!text_scalar(py, key, MAX_SHOWN, &shown))
		str_add_char(&shown, '?');
	n->kind = EDGE_DICT_ENTRY;
	n->name = xstrndup(shown.s, shown.len);
}

static void name_plain(const char *name, struct heap_name *n)
{
	n->kind = EDGE_ATTRIBUTE;
	n->name = xstrdup(name);
}

static void name_attribute(struct python *py, raddr type, raddr key,
			   struct heap_name *n)
{
	CLEANUP(str_release) struct str name = STR_INIT, literal = STR_INIT;
	bool cut = false, is_str, simple;

	is_str = text_str(py, key, MAX_NAME, &name, &cut);
	simple = is_str && !cut && text_is_identifier(name.s);
	n->flags |= simple ? NAME_IDENTIFIER : NAME_CONTENT;
	if (simple && !is_hidden(py, type, name.s))
		name_plain(name.s, n);
	else
		name_odd(py, key, n);
	if (simple && instance_wins(py, type, name.s)) {
		set_suffix(n, "", xasprintf(".%s", name.s));
	} else if (text_literal(py, key, &literal)) {
		if (has_plain_dict(py, type))
			set_suffix(n, "",
				   xasprintf(".__dict__[%s]", literal.s));
		else
			set_suffix(n, "object.__getattribute__(",
				   xasprintf(", '__dict__')[%s]", literal.s));
	}
}

static void name_dict(struct python *py, raddr type, struct heap_name *n)
{
	n->kind = EDGE_DICT;
	if (has_plain_dict(py, type))
		set_suffix(n, "", xstrdup(".__dict__"));
	else
		set_suffix(n, "object.__getattribute__(",
			   xstrdup(", '__dict__')"));
}

/* The PyMemberDef of a member_descriptor lies behind its PyDescrObject
 * {header, d_type, d_name, d_qualname}: Include/descrobject.h. */
#define DESCR_MEMBER 24		/* after d_type */

static bool is_member_at(struct python *py, raddr descr, uint64_t offset)
{
	raddr member = word_at(py, descr,
			       py->layout.descr_type + DESCR_MEMBER);

	return is_of(py, descr, "member_descriptor") &&
	       word_at(py, member, py->layout.member_offset) == offset;
}

/* The name of the PyMemberDef for the word at `offset`, in `type`'s own. */
static const char *member_name(struct python *py, raddr type, uint64_t offset)
{
	const struct layout *l = &py->layout;
	raddr at = word_at(py, type, l->type_members);

	for (unsigned int i = 0; at && i < 256; i++, at += l->member_size) {
		raddr name = word_at(py, at, l->member_name);

		if (!name)
			return NULL;
		if (word_at(py, at, l->member_offset) == offset)
			return memory_string(py->memory, name, MAX_NAME);
	}
	return NULL;
}

/* A getset_descriptor may make a new object; of these it is known that they
 * give what the exception holds: Objects/exceptions.c. */
static bool gives_member(struct python *py, raddr descr, const char *name)
{
	static const char *const names[] = {
		"args", "__traceback__", "__context__", "__cause__",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return is_of(py, descr, "getset_descriptor");
	return false;
}

static void name_offset(struct python *py, raddr type, uint64_t offset,
			struct heap_name *n)
{
	CLEANUP(str_release) struct str safe = STR_INIT;
	const char *name = NULL;
	raddr class = type, value, owner;

	for (unsigned int i = 0; class && !name && i < 64; i++) {
		name = member_name(py, class, offset);
		if (!name)
			name = member_names_find(py->hexversion,
						 py->free_threaded,
						 type_names_of(py, class),
						 (uint32_t)offset);
		class = word_at(py, class, py->layout.type_base);
	}
	if (!name) {
		n->kind = EDGE_OFFSET;
		n->number = offset;
		return;
	}
	str_add_safe(&safe, name, strlen(name));
	name_plain(safe.s, n);
	n->flags |= NAME_IDENTIFIER;
	if (text_is_identifier(name) && plain_access(py, type) &&
	    types_lookup(py, type, name, &value, &owner) &&
	    (is_member_at(py, value, offset) || gives_member(py, value, name)))
		set_suffix(n, "", xasprintf(".%s", name));
}

/* Of a class, `.__name__` gives ht_name if no metaclass defines it, too. */
static bool gives_class_name(struct python *py, raddr type, uint64_t field)
{
	const char *name = field == FIELD_NAME ? "__name__" : "__qualname__";
	raddr value, owner;

	return !(word_at(py, type, py->layout.type_flags) &
		 TPFLAG_TYPE_SUBCLASS) ||
	       (field != FIELD_NAME && field != FIELD_QUALNAME) ||
	       (types_lookup(py, type, name, &value, &owner) &&
		owner == py->known.type);
}

static void name_field(struct python *py, raddr type, uint64_t field,
		       struct heap_name *n)
{
	const struct ref_field_name *f;
	bool plain;

	if (field >= NR_REF_FIELDS)
		field = 0;
	f = &ref_field_names[field];
	plain = plain_access(py, type);
	if (field == FIELD_DICT || field == FIELD_TYPE_DICT) {
		n->kind = EDGE_DICT;
	} else if (f->suffix) {
		name_plain(f->suffix + 1, n);	/* without its dot */
	} else if (*f->name) {
		n->kind = EDGE_FIELD;
		n->name = xstrdup(f->name);
	}
	if (f->suffix && plain && gives_class_name(py, type, field))
		set_suffix(n, "", xstrdup(f->suffix));
	if (field == FIELD_TYPE_DICT && plain && has_plain_dict(py, type)) {
		set_suffix(n, "", xstrdup(".__dict__"));
		n->flags |= NAME_STAND_IN;
	} else if (field == FIELD_MAPPING) {
		set_suffix(n, "", xstrdup(""));
		n->flags |= NAME_STAND_IN;
	}
}

static void name_local(struct python *py, raddr key, struct heap_name *n)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	text_str(py, key, MAX_SHOWN, &name, NULL);
	n->kind = EDGE_LOCAL;
	n->name = xstrndup(name.s, name.len);
	n->flags |= NAME_IDENTIFIER;
}

void names_make(struct python *py, raddr type, const struct ref_name *ref,
		struct heap_name *n)
{
	*n = (struct heap_name){ 0 };
	switch (ref->kind) {
	case REF_ELEMENT:
		n->kind = EDGE_ELEMENT;
		break;
	case REF_ATTRIBUTE:
		name_attribute(py, type, ref->arg, n);
		break;
	case REF_FIELD:
		name_field(py, type, ref->arg, n);
		break;
	case REF_DICT:
		name_dict(py, type, n);
		break;
	case REF_TYPE:
		name_plain("__class__", n);
		set_suffix(n, "type(", xstrdup(")"));
		break;
	case REF_LOCAL:
		name_local(py, ref->arg, n);
		break;
	case REF_STACK:
		n->kind = EDGE_STACK;
		n->number = ref->arg;
		break;
	case REF_CELL:
		n->kind = EDGE_CELL;
		n->number = ref->arg;
		break;
	case REF_OFFSET:
		name_offset(py, type, ref->arg, n);
		break;
	case REF_NONE:
	default:
		break;
	}
	if (!n->name)
		n->name = xstrdup("");
}

/* --- types -------------------------------------------------------------- */

