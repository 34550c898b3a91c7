/*
 * The names of references: for a person, and as Python that gives the very
 * object when it is evaluated in the target.
 *
 * An attribute is written as `.name` only where attribute access can't do
 * anything else than find it there: no __getattribute__ of the class's own,
 * no data descriptor of that name.  Otherwise `__dict__['name']` is written,
 * or dict.__getitem__(), or nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/fields.h"
#include "python/load.h"
#include "python/member-names.h"
#include "python/state.h"

#define MAX_SHOWN 60		/* code points of a key in a name */
#define MAX_NAME 4096
#define PLACE_UNKNOWN UINT64_MAX

static void set_suffix(struct edge_name *n, const char *prefix, char *suffix)
{
	free(n->prefix);
	free(n->suffix);
	n->prefix = xstrdup(prefix);
	n->suffix = suffix;
}

/* --- the target's own idea of attribute access ----------------------------- */

static bool is_of(struct python *py, raddr obj, const char *type_name)
{
	const char *name = types_c_name(
		py, word_at(py, obj, py->layout.object_type));

	return name && strcmp(name, type_name) == 0;
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

/* Does `.name` of an instance of `type` look into the instance's dict first?
 * It does not where the class has a data descriptor of that name. */
static bool instance_wins(struct python *py, raddr type, const char *name)
{
	raddr value, owner, value_type;

	if (!plain_access(py, type))
		return false;
	if (!types_lookup(py, type, name, &value, &owner))
		return true;
	value_type = word_at(py, value, py->layout.object_type);
	return !word_at(py, value_type, py->layout.type_descr_set);
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

/* --- one kind of reference each -------------------------------------------- */

static void name_index(struct python *py, raddr type, uint64_t i,
		       struct edge_name *n)
{
	uint64_t flags = word_at(py, type, py->layout.type_flags);

	n->name = xasprintf("[%" PRIu64 "]", i);
	if (plain_subscript(py, type))
		set_suffix(n, "", xasprintf("[%" PRIu64 "]", i));
	else if (flags & TPFLAG_LIST_SUBCLASS)
		set_suffix(n, "list.__getitem__(",
			   xasprintf(", %" PRIu64 ")", i));
	else if (flags & TPFLAG_TUPLE_SUBCLASS)
		set_suffix(n, "tuple.__getitem__(",
			   xasprintf(", %" PRIu64 ")", i));
}

/* A key for people: a literal, or what it is. */
static void show_key(struct python *py, raddr key, struct str *ret)
{
	if (!text_scalar(py, key, MAX_SHOWN, ret))
		text_preview(py, key, MAX_SHOWN, ret);
}

/* The value of a key that can't be written: by its place among the values,
 * which is the order that they are visited in. */
static void name_value_by_place(struct python *py, raddr type, uint64_t place,
				struct edge_name *n)
{
	if (place != PLACE_UNKNOWN && word_at(py, type, py->layout.type_flags) &
	    TPFLAG_DICT_SUBCLASS)
		set_suffix(n, "list(dict.values(",
			   xasprintf("))[%" PRIu64 "]", place));
}

static void name_value(struct python *py, raddr type, uint64_t place,
		       raddr key, struct edge_name *n)
{
	CLEANUP(str_release) struct str shown = STR_INIT, literal = STR_INIT;

	show_key(py, key, &shown);
	n->name = xasprintf("[%s]", shown.s);
	if (!text_literal(py, key, &literal)) {
		name_value_by_place(py, type, place, n);
		return;
	}
	if (plain_subscript(py, type)) {
		set_suffix(n, "", xasprintf("[%s]", literal.s));
	} else if (word_at(py, type, py->layout.type_flags) &
		   TPFLAG_DICT_SUBCLASS) {
		set_suffix(n, "dict.__getitem__(",
			   xasprintf(", %s)", literal.s));
	}
}

static void name_key(struct python *py, raddr key, const char *what,
		     struct edge_name *n)
{
	CLEANUP(str_release) struct str shown = STR_INIT;

	show_key(py, key, &shown);
	n->name = xasprintf("%s %s", what, shown.s);
}

static void name_attribute(struct python *py, raddr type, raddr key,
			   struct edge_name *n)
{
	CLEANUP(str_release) struct str name = STR_INIT, literal = STR_INIT;
	bool cut = false, is_str, simple;

	is_str = text_str(py, key, MAX_NAME, &name, &cut);
	simple = is_str && !cut && text_is_identifier(name.s);
	n->name = simple ? xasprintf(".%s", name.s)
			 : xasprintf(".__dict__['%.*s']", MAX_SHOWN, name.s);
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

static void name_dict(struct python *py, raddr type, struct edge_name *n)
{
	n->name = xstrdup("__dict__");
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
			struct edge_name *n)
{
	CLEANUP(str_release) struct str safe = STR_INIT;
	const char *name = NULL;
	raddr class = type, value, owner;

	for (unsigned int i = 0; class && !name && i < 64; i++) {
		name = member_name(py, class, offset);
		if (!name)
			name = member_names_find(py->hexversion,
						 types_c_name(py, class),
						 (uint32_t)offset);
		class = word_at(py, class, py->layout.type_base);
	}
	if (!name) {
		n->name = xasprintf("at offset %" PRIu64, offset);
		return;
	}
	str_add_safe(&safe, name, strlen(name));
	n->name = xasprintf(".%s", safe.s);
	if (text_is_identifier(name) && plain_access(py, type) &&
	    types_lookup(py, type, name, &value, &owner) &&
	    (is_member_at(py, value, offset) || gives_member(py, value, name)))
		set_suffix(n, "", xasprintf(".%s", name));
}

static void name_field(struct python *py, raddr type, uint64_t field,
		       struct edge_name *n)
{
	const struct ref_field_name *f;
	bool plain;

	if (field >= NR_REF_FIELDS)
		field = 0;
	f = &ref_field_names[field];
	plain = plain_access(py, type);
	/* A dict of names is a way to them, not one of them: heap.h. */
	if (f->suffix && strcmp(f->suffix, ".__dict__") != 0)
		n->name = xstrdup(f->suffix);
	else
		n->name = xstrdup(f->name);
	if (f->suffix && plain)
		set_suffix(n, "", xstrdup(f->suffix));
	if (field == FIELD_TYPE_DICT && plain && has_plain_dict(py, type)) {
		set_suffix(n, "", xstrdup(".__dict__"));
		n->stand_in = true;
	} else if (field == FIELD_MAPPING) {
		set_suffix(n, "", xstrdup(""));
		n->stand_in = true;
	}
}

static void name_local(struct python *py, raddr key, struct edge_name *n)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	text_str(py, key, MAX_SHOWN, &name, NULL);
	n->name = xasprintf("local %s", name.s);
}

/* `place`: of a REF_VALUE among the values of its dict. */
static void name_ref(struct python *py, raddr from, raddr to, uint64_t place,
		     const struct ref_name *ref, struct edge_name *n)
{
	raddr type = word_at(py, from, py->layout.object_type);

	*n = (struct edge_name){ 0 };
	switch (ref->kind) {
	case REF_INDEX:
		name_index(py, type, ref->arg, n);
		break;
	case REF_VALUE:
		name_value(py, type, place, ref->arg, n);
		break;
	case REF_KEY:
		name_key(py, to, "key", n);
		break;
	case REF_ELEMENT:
		n->name = xstrdup("element");
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
		n->name = xstrdup(".__class__");
		set_suffix(n, "type(", xstrdup(")"));
		break;
	case REF_LOCAL:
		name_local(py, ref->arg, n);
		break;
	case REF_STACK:
		n->name = xasprintf("stack[%" PRIu64 "]", ref->arg);
		break;
	case REF_CELL:
		n->name = xasprintf("closure cell %" PRIu64, ref->arg);
		break;
	case REF_OFFSET:
		name_offset(py, type, ref->arg, n);
		break;
	case REF_CACHE_KEY:
		name_key(py, to, "cached key", n);
		break;
	case REF_CACHE_RESULT:
		name_key(py, ref->arg, "cached result for", n);
		break;
	case REF_NONE:
		n->name = xstrdup("");
		break;
	}
}

/* --- references that the emulator found -------------------------------------- */

/*
 * A tp_traverse does not say where it found a pointer: look for it.  It goes
 * over its entries in order, and so does this search: it begins where it found
 * the last one, so that naming all entries of a large one is linear.
 */
struct search {
	struct python *py;
	const struct pytype *t;
	raddr obj;
	struct dict_iter dict;
	bool has_dict;
	raddr link;		/* of functools.lru_cache; 0: none */
	uint64_t item;
	unsigned int misses;	/* full rounds without success */
};

/* What holds pointers that are not among its entries is not searched for
 * ever: names stay linear in the references. */
#define MAX_MISSES 16

static bool is_lru_cache(struct python *py, const struct pytype *t)
{
	const char *name = types_c_name(
		py, py->types.v[t->native_base].address);

	return name && strcmp(name, "functools._lru_cache_wrapper") == 0;
}

static void search_init(struct search *s, struct python *py,
			const struct pytype *t, raddr obj)
{
	*s = (struct search){ .py = py, .t = t, .obj = obj };
	s->has_dict = t->flags & TPFLAG_DICT_SUBCLASS &&
		      dict_iter_init(py, obj, &s->dict);
	if (is_lru_cache(py, t))
		s->link = word_at(py, obj + py->layout.lru_cache_root,
				  py->layout.lru_link_next);
}

/* At most two rounds: from here to the end, and from the start to here. */
static bool find_in_dict(struct search *s, raddr to, struct ref_name *ret)
{
	raddr key, value;

	if (s->misses > MAX_MISSES)
		return false;
	for (int round = 0; s->has_dict && round < 2; round++) {
		while (dict_iter_next(&s->dict, &key, &value)) {
			if (value != to && key != to)
				continue;
			*ret = value == to
				       ? (struct ref_name){ REF_VALUE, key }
				       : (struct ref_name){ REF_KEY, 0 };
			/* Its other half may be asked for next. */
			s->dict.i--;
			return true;
		}
		s->dict.i = 0;
	}
	s->misses += s->has_dict;
	return false;
}

/* The links form a ring through the cache itself. */
static bool find_in_links(struct search *s, raddr to, struct ref_name *ret)
{
	const struct layout *l = &s->py->layout;
	uint64_t left = s->py->memory->bytes_copied / 16;

	/* Each link's class is visited, too. */
	if (!s->link || s->misses > MAX_MISSES ||
	    to == word_at(s->py, s->link, l->object_type))
		return false;
	for (int round = 0; s->link && round < 2; round++) {
		for (; s->link && s->link != s->obj + l->lru_cache_root &&
		       left--; s->link = word_at(s->py, s->link,
						 l->lru_link_next)) {
			raddr key = word_at(s->py, s->link, l->lru_link_key);

			if (word_at(s->py, s->link, l->lru_link_result) == to)
				*ret = (struct ref_name){ REF_CACHE_RESULT,
							  key };
			else if (key == to)
				*ret = (struct ref_name){ REF_CACHE_KEY, 0 };
			else
				continue;
			return true;
		}
		s->link = word_at(s->py, s->obj + l->lru_cache_root,
				  l->lru_link_next);
	}
	s->misses++;
	return false;
}

static bool find_in_items(struct search *s, raddr to, struct ref_name *ret)
{
	const struct layout *l = &s->py->layout;
	raddr items = 0;
	uint64_t nr;

	if (s->t->flags & TPFLAG_TUPLE_SUBCLASS)
		items = s->obj + l->tuple_item;
	else if (s->t->flags & TPFLAG_LIST_SUBCLASS)
		items = word_at(s->py, s->obj, l->list_item);
	nr = items ? word_at(s->py, s->obj, l->var_size) : 0;
	if (!nr || s->misses > MAX_MISSES ||
	    !memory_has_array(s->py->memory, items, nr, 8))
		return false;
	for (uint64_t i = 0; i < nr; i++, s->item++) {
		s->item %= nr;
		if (word_at(s->py, items + s->item * 8, 0) == to) {
			*ret = (struct ref_name){ REF_INDEX, s->item++ };
			return true;
		}
	}
	s->misses++;
	return false;
}

static bool find_in_words(struct search *s, raddr to, struct ref_name *ret)
{
	const struct pytype *t = s->t;
	struct python *py = s->py;

	if (t->flags & TPFLAG_MANAGED_DICT &&
	    word_at(py, s->obj - 24, 0) == to) {
		*ret = (struct ref_name){ REF_DICT, 0 };
		return true;
	}
	if (t->dictoffset > 0 &&
	    word_at(py, s->obj + (uint64_t)t->dictoffset, 0) == to) {
		*ret = (struct ref_name){ REF_DICT, 0 };
		return true;
	}
	for (uint64_t at = py->layout.object_size;
	     at + 8 <= (uint64_t)t->basicsize; at += 8) {
		if ((word_at(py, s->obj + at, 0) & ~3ull) == to) {
			*ret = (struct ref_name){ REF_OFFSET, at };
			return true;
		}
	}
	return false;
}

static struct ref_name name_found(struct search *s, raddr to)
{
	struct ref_name name = { REF_NONE, 0 };

	if (to == s->t->address)
		name.kind = REF_TYPE;
	else if (!find_in_words(s, to, &name) &&
		 !find_in_dict(s, to, &name) && !find_in_links(s, to, &name))
		find_in_items(s, to, &name);
	return name;
}

void names_of_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		    struct edge_name *names)
{
	struct python *py = h->context;
	CLEANUP(refs_release) struct refs refs = { .named = true };
	raddr obj = h->address[o];
	const struct pytype t = *types_of(py, o);
	struct search search;
	uint64_t place = 0;
	uint32_t at = 0;
	bool named = load_refs_again(py, o, &refs);

	search_init(&search, py, &t, obj);
	for (uint32_t i = 0; i < nr; i++)
		names[i] = (struct edge_name){ 0 };
	/* The heap has dropped what is no object: so it is here. */
	for (size_t i = 0; i < refs.to.nr && at < first + nr; i++) {
		if (i && named && refs.names.v[i - 1].kind == REF_VALUE)
			place++;
		if (objects_find(py, refs.to.v[i]) == OID_NONE)
			continue;
		if (at >= first) {
			struct ref_name name =
				named ? refs.names.v[i]
				      : name_found(&search, refs.to.v[i]);

			name_ref(py, obj, refs.to.v[i],
				 named ? place : PLACE_UNKNOWN, &name,
				 &names[at - first]);
		}
		at++;
	}
	for (uint32_t i = 0; i < nr; i++)
		if (!names[i].name)
			names[i].name = xstrdup("");
}

/* --- types --------------------------------------------------------------------- */

/* type.__module__ and type.__qualname__: Objects/typeobject.c.  A static
 * class has them in its tp_name. */
char *names_of_type(struct python *py, const struct pytype *t)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	const char *c_name = types_c_name(py, t->address);
	size_t len;

	if (t->flags & TPFLAG_HEAPTYPE) {
		if (text_str(py, t->module_name, MAX_NAME, &name, NULL))
			str_add_char(&name, '.');
		if (strcmp(name.s, "builtins.") == 0)
			str_cut(&name, 0);
		len = name.len;
		if (text_str(py, t->qualname, MAX_NAME, &name, NULL) &&
		    name.len > len)
			return str_take(&name);
		str_cut(&name, len);
	}
	if (c_name)
		str_add_safe(&name, c_name, strnlen(c_name, MAX_NAME));
	return str_take(&name);
}
