/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of static types whose tp_name can't be read: it lies in read-only data
 * of a file, which a core leaves out, and that file can't be had.  Where
 * CPython was found without symbols, all static types are listed here, as the
 * known ones are found by their names.
 *
 * What the target's own dicts call them is there: the modules' (`list` of
 * builtins, `dict_keyiterator` of _collections_abc), and what only these types
 * have in their own (`gi_frame`).  All of it is the heap's or, where interned
 * at build time, writable data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define MAX_TYPES 65536
#define MAX_MODULES 65536
#define MAX_ENTRIES (1u << 20)	/* of all dicts that are looked at */
#define MAX_NAME 200
#define MAX_FULL_NAME 1000	/* of a class: module, qualified name each */

struct named_type {
	raddr address;
	char *name;
};
VEC_DEFINE(named_type_vec, struct named_type);

struct type_names {
	struct named_type_vec named; /* sorted by address */
	uint64_t entries;	/* that were looked at */
};

/* --- the list of them --------------------------------------------------- */

static struct named_type *lookup(struct type_names *names, raddr address,
				 size_t *place)
{
	size_t low = 0, high = names->named.nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct named_type *n = &names->named.v[middle];

		if (n->address == address)
			return n;
		if (n->address < address)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low;
	return NULL;
}

/* Takes ownership of `name`.  The first name of a type stays. */
static void add_name(struct type_names *names, raddr address, char *name)
{
	struct named_type_vec *v = &names->named;
	size_t place;

	if (v->nr >= MAX_TYPES || lookup(names, address, &place)) {
		free(name);
		return;
	}
	named_type_vec_push(v, (struct named_type){ 0, NULL });
	memmove(v->v + place + 1, v->v + place,
		(v->nr - 1 - place) * sizeof(*v->v));
	v->v[place] = (struct named_type){ address, name };
}

static bool is_static_type(struct python *py, raddr obj)
{
	const struct layout *l = &py->layout;
	raddr meta;

	if (!obj || obj & 7 || !memory_at(py->memory, obj, l->type_size))
		return false;
	meta = word_at(py, obj, l->object_type);
	return word_at(py, meta, l->type_flags) & TPFLAG_TYPE_SUBCLASS &&
	       !(word_at(py, obj, l->type_flags) & TPFLAG_HEAPTYPE) &&
	       (py->by_search || types_name_is_left_out(py, obj));
}

static raddr type_of(struct python *py, raddr obj)
{
	return word_at(py, obj, py->layout.object_type);
}

/* --- by what modules call them ------------------------------------------ */

/* From 3.10 on tp_name of the types of weakref and contextvars has the
 * module. */
#define WEAKREF_MINOR 10

/* Types whose tp_name is not the name that their module has for them. */
static const struct {
	const char *module, *key;
	const char *name;
	int from, until;	/* minor versions; 0: any */
} renamed[] = {
	{ "types", "AsyncGeneratorType", "async_generator", 0, 0 },
	{ "types", "BuiltinFunctionType", "builtin_function_or_method", 0, 0 },
	{ "types", "CapsuleType", "PyCapsule", 0, 0 },
	{ "types", "CellType", "cell", 0, 0 },
	{ "types", "ClassMethodDescriptorType", "classmethod_descriptor", 0,
	  0 },
	{ "types", "CodeType", "code", 0, 0 },
	{ "types", "CoroutineType", "coroutine", 0, 0 },
	{ "types", "EllipsisType", "ellipsis", 0, 0 },
	{ "types", "FrameLocalsProxyType", "FrameLocalsProxy", 0, 0 },
	{ "types", "FrameType", "frame", 0, 0 },
	{ "types", "FunctionType", "function", 0, 0 },
	{ "types", "GeneratorType", "generator", 0, 0 },
	{ "types", "GenericAlias", "types.GenericAlias", 0, 0 },
	{ "types", "GetSetDescriptorType", "getset_descriptor", 0, 0 },
	{ "types", "MappingProxyType", "mappingproxy", 0, 0 },
	{ "types", "MemberDescriptorType", "member_descriptor", 0, 0 },
	{ "types", "MethodDescriptorType", "method_descriptor", 0, 0 },
	{ "types", "MethodType", "method", 0, 0 },
	{ "types", "MethodWrapperType", "method-wrapper", 0, 0 },
	{ "types", "ModuleType", "module", 0, 0 },
	{ "types", "NoneType", "NoneType", 0, 0 },
	{ "types", "NotImplementedType", "NotImplementedType", 0, 0 },
	{ "types", "SimpleNamespace", "types.SimpleNamespace", 0, 0 },
	{ "types", "TracebackType", "traceback", 0, 0 },
	{ "types", "UnionType", "types.UnionType", 0, 14 },
	{ "types", "WrapperDescriptorType", "wrapper_descriptor", 0, 0 },
	{ "types", "UnionType", "typing.Union", 14, 0 },
	{ "_collections", "_tuplegetter", "_collections._tuplegetter", 0, 0 },
	{ "_collections_abc", "GenericAlias", "types.GenericAlias", 0, 0 },
	{ "_collections_abc", "framelocalsproxy", "FrameLocalsProxy", 0, 0 },
	{ "_collections_abc", "str_iterator", "str_ascii_iterator", 11, 0 },
	{ "_contextvars", "Context", "Context", 0, WEAKREF_MINOR },
	{ "_contextvars", "ContextVar", "ContextVar", 0, WEAKREF_MINOR },
	{ "_contextvars", "Token", "Token", 0, WEAKREF_MINOR },
	{ "_json", "make_encoder", "_json.Encoder", 0, 0 },
	{ "_json", "make_scanner", "_json.Scanner", 0, 0 },
	{ "_weakref", "ref", "weakref", 0, WEAKREF_MINOR },
	{ "_weakref", "ref", "weakref.ReferenceType", WEAKREF_MINOR, 0 },
	{ "_weakref", "ProxyType", "weakproxy", 0, WEAKREF_MINOR },
	{ "_weakref", "ProxyType", "weakref.ProxyType", WEAKREF_MINOR, 0 },
	{ "_weakref", "CallableProxyType", "weakcallableproxy", 0,
	  WEAKREF_MINOR },
	{ "_weakref", "CallableProxyType", "weakref.CallableProxyType",
	  WEAKREF_MINOR, 0 },
	{ "array", "ArrayType", "array.array", 0, 0 },
	{ "pyexpat", "XMLParserType", "pyexpat.xmlparser", 0, 0 },
	{ "_thread", "LockType", "_thread.lock", 0, 0 },
	{ "_struct", "Struct", "Struct", 0, 9 },
};

/* Modules in C whose types have another module's name in tp_name. */
static const char *const public_names[][2] = {
	{ "_collections", "collections" },
	{ "_datetime", "datetime" },
	{ "_decimal", "decimal" },
	{ "_elementtree", "xml.etree.ElementTree" },
	{ "_functools", "functools" },
	{ "_operator", "operator" },
	{ "_sqlite3", "sqlite3" },
	{ "_typing", "typing" },
	{ "_collections_abc", "" },
	{ "builtins", "" },
};

static const char *find_renamed(const struct python *py, const char *module,
			  const char *key)
{
	/* 3.14 and later have them in C. */
	if (!strcmp(module, "_types"))
		module = "types";
	for (unsigned int i = 0; i < ARRAY_SIZE(renamed); i++)
		if (!strcmp(renamed[i].module, module) &&
		    !strcmp(renamed[i].key, key) &&
		    py->minor >= renamed[i].from &&
		    (!renamed[i].until || py->minor < renamed[i].until))
			return renamed[i].name;
	return NULL;
}

static char *name_in(const struct python *py, const char *module,
		     const char *key)
{
	const char *name = find_renamed(py, module, key);

	if (name)
		return xstrdup(name);
	for (unsigned int i = 0; i < ARRAY_SIZE(public_names); i++)
		if (!strcmp(public_names[i][0], module))
			module = public_names[i][1];
	return xasprintf("%s%s%s", module, *module ? "." : "", key);
}

static void name_of_module(struct python *py, struct type_names *names,
			   const char *module, raddr dict)
{
	raddr key, value;
	struct dict_iter it;

	if (!dict || !dict_iter_init(py, dict, &it))
		return;
	while (dict_iter_next(&it, &key, &value)) {
		CLEANUP(str_release) struct str text = STR_INIT;

		if (names->entries++ >= MAX_ENTRIES)
			return;
		if (is_static_type(py, value) &&
		    text_str(py, key, MAX_NAME, &text, NULL) && text.len)
			add_name(names, value, name_in(py, module, text.s));
	}
}

static raddr dict_of_module(struct python *py, raddr module)
{
	return word_at(py, module, py->layout.module_dict);
}

/* Is it a module in Python, with a .py file?  Modules in C come first: they
 * define the types. */
static bool is_source(struct python *py, raddr dict)
{
	CLEANUP(str_release) struct str file = STR_INIT;

	return text_str(py, dict_get(py, dict, "__file__"), 4096, &file,
			NULL) &&
	       file.len > 3 && !strcmp(file.s + file.len - 3, ".py");
}

static raddr all_modules(struct python *py)
{
	return word_at(py, py->interpreters.v[0].address,
		       py->layout.interp_modules);
}

static void name_of_modules(struct python *py, struct type_names *names,
			    bool source)
{
	raddr modules = all_modules(py), key, module;
	struct dict_iter it;

	if (!modules || !dict_iter_init(py, modules, &it) ||
	    it.nr > MAX_MODULES)
		return;
	while (dict_iter_next(&it, &key, &module)) {
		CLEANUP(str_release) struct str name = STR_INIT;
		raddr dict = dict_of_module(py, module);

		if (!dict || is_source(py, dict) != source ||
		    !text_str(py, key, MAX_NAME, &name, NULL))
			continue;
		if (strcmp(name.s, "__main__") != 0)
			name_of_module(py, names, name.s, dict);
	}
}

/* Types that only an object in a module leads to. */
static const struct {
	const char *module, *key, *name;
} types_of_objects[] = {
	{ "builtins", "None", "NoneType" },
	{ "builtins", "Ellipsis", "ellipsis" },
	{ "builtins", "NotImplemented", "NotImplementedType" },
	{ "builtins", "len", "builtin_function_or_method" },
	{ "sys", "flags", "sys.flags" },
	{ "sys", "float_info", "sys.float_info" },
	{ "sys", "hash_info", "sys.hash_info" },
	{ "sys", "int_info", "sys.int_info" },
	{ "sys", "thread_info", "sys.thread_info" },
	{ "sys", "version_info", "sys.version_info" },
	{ "sys", "implementation", "types.SimpleNamespace" },
	{ "_ctypes", "Array", "_ctypes.PyCArrayType" },
	{ "_ctypes", "CFuncPtr", "_ctypes.PyCFuncPtrType" },
	{ "_ctypes", "Structure", "_ctypes.PyCStructType" },
	{ "_ctypes", "Union", "_ctypes.UnionType" },
	{ "_ctypes", "_Pointer", "_ctypes.PyCPointerType" },
	{ "_ctypes", "_SimpleCData", "_ctypes.PyCSimpleType" },
};

static void name_types_of_objects(struct python *py, struct type_names *names)
{
	raddr modules = all_modules(py);

	add_name(names, type_of(py, dict_get(py, modules, "sys")),
		 xstrdup("module"));
	for (unsigned int i = 0; i < ARRAY_SIZE(types_of_objects); i++) {
		const char *name = types_of_objects[i].name;
		raddr module = dict_get(py, modules,
					types_of_objects[i].module);
		raddr obj = dict_get(py, dict_of_module(py, module),
				     types_of_objects[i].key);
		raddr type = obj ? type_of(py, obj) : 0;

		if (is_static_type(py, type))
			add_name(names, type, xstrdup(name));
	}
}

/* --- by what they have -------------------------------------------------- */

/* Types by an attribute in their dict that no other static type has; `also`:
 * a second attribute, if one is not enough. */
static const struct {
	const char *attribute, *also, *name;
} having[] = {
	{ "ag_frame", NULL, "async_generator" },
	{ "cell_contents", NULL, "cell" },
	{ "co_consts", NULL, "code" },
	{ "cr_frame", NULL, "coroutine" },
	{ "f_lineno", NULL, "frame" },
	{ "gi_frame", NULL, "generator" },
	{ "tb_frame", NULL, "traceback" },
	{ "__closure__", NULL, "function" },
	{ "__func__", "__self__", "method" },
	{ "__objclass__", "__self__", "method-wrapper" },
	{ "__unpacked__", NULL, "types.GenericAlias" },
};

/* builtin_method (3.9 and later) is the only subclass of
 * builtin_function_or_method. */
static void name_by_base(struct python *py, struct type_names *names,
			 raddr type)
{
	raddr base = word_at(py, type, py->layout.type_base);
	const struct named_type *found;
	size_t place;

	found = base ? lookup(names, base, &place) : NULL;
	if (found && !strcmp(found->name, "builtin_function_or_method"))
		add_name(names, type, xstrdup("builtin_method"));
}

/* Static types that only their docstring identifies. */
static const struct {
	const char *start, *name;
} documented[] = {
	{ "Capsule objects let you wrap", "PyCapsule" },
};

static void name_by_doc(struct python *py, struct type_names *names,
			raddr type)
{
	CLEANUP(str_release) struct str doc = STR_INIT;
	raddr dict = types_dict(py, type);

	if (!dict || !text_str(py, dict_get(py, dict, "__doc__"), MAX_NAME,
			       &doc, NULL))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(documented); i++)
		if (!strncmp(doc.s, documented[i].start,
			     strlen(documented[i].start)))
			add_name(names, type, xstrdup(documented[i].name));
}

static bool has(struct python *py, raddr dict, const char *name)
{
	return !name || dict_get(py, dict, name);
}

static void name_by_attributes(struct python *py, struct type_names *names,
			       raddr type)
{
	raddr dict = types_dict(py, type);

	for (unsigned int i = 0; dict && i < ARRAY_SIZE(having); i++)
		if (has(py, dict, having[i].attribute) &&
		    has(py, dict, having[i].also)) {
			add_name(names, type, xstrdup(having[i].name));
			return;
		}
}

/* Types of descriptors, by known descriptors in the dicts of object, type
 * and dict. */
static void name_descriptors(struct python *py, struct type_names *names)
{
	const struct {
		raddr class;
		const char *attribute, *name;
	} rows[] = {
		{ py->known.object, "__init__", "wrapper_descriptor" },
		{ py->known.object, "__reduce__", "method_descriptor" },
		{ py->known.object, "__class__", "getset_descriptor" },
		{ py->known.type, "__base__", "member_descriptor" },
		{ py->known.dict, "fromkeys", "classmethod_descriptor" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		raddr descr = dict_get(py, types_dict(py, rows[i].class),
				       rows[i].attribute);

		if (descr && is_static_type(py, type_of(py, descr)))
			add_name(names, type_of(py, descr),
				 xstrdup(rows[i].name));
	}
}

/* --- all that are there ------------------------------------------------- */

static raddr subclasses_of(struct python *py, raddr type)
{
	const struct layout *l = &py->layout;
	raddr state = types_static_state(py, type);

	return state ? word_at(py, state, l->static_type_subclasses)
		     : word_at(py, type, l->type_subclasses);
}

/* tp_subclasses: a dict from addresses to weak references. */
static void add_subclasses(struct python *py, struct type_names *names,
			   raddr type, struct raddr_vec *todo)
{
	raddr dict = subclasses_of(py, type), key, ref;
	struct dict_iter it;

	if (!dict || type_of(py, dict) != py->known.dict ||
	    !dict_iter_init(py, dict, &it))
		return;
	while (dict_iter_next(&it, &key, &ref)) {
		raddr class = word_at(py, ref, py->layout.weakref_object);

		if (names->entries++ >= MAX_ENTRIES)
			return;
		if (is_static_type(py, class))
			raddr_vec_push(todo, class);
	}
}

static void name_all(struct python *py, struct type_names *names)
{
	CLEANUP(raddr_vec_release) struct raddr_vec todo = VEC_INIT;

	raddr_vec_push(&todo, py->known.object);
	while (todo.nr) {
		raddr type = todo.v[--todo.nr];

		name_by_attributes(py, names, type);
		name_by_doc(py, names, type);
		name_by_base(py, names, type);
		add_subclasses(py, names, type, &todo);
	}
}

static void load(struct python *py, struct type_names *names)
{
	static const char *const first[] = { "_collections_abc", "types" };
	raddr interp = py->interpreters.v[0].address;

	name_of_module(py, names, "builtins",
		       word_at(py, interp, py->layout.interp_builtins));
	name_types_of_objects(py, names);
	name_descriptors(py, names);
	name_all(py, names);
	name_of_modules(py, names, false);
	for (unsigned int i = 0; i < ARRAY_SIZE(first); i++) {
		raddr module = dict_get(py, all_modules(py), first[i]);

		name_of_module(py, names, first[i],
			       dict_of_module(py, module));
	}
	name_of_modules(py, names, true);
}

static struct type_names *all_names(struct python *py)
{
	if (!py->type_names && py->interpreters.nr) {
		py->type_names = xcalloc(1, sizeof(*py->type_names));
		load(py, py->type_names);
	}
	return py->type_names;
}

const char *type_names_find(struct python *py, raddr type)
{
	struct type_names *names = all_names(py);
	struct named_type *found;
	size_t place;

	if (!names || !types_name_is_left_out(py, type))
		return NULL;
	found = lookup(names, type, &place);
	if (!found)
		add_name(names, type,
			 xasprintf("type at 0x%" PRIx64, type));
	found = lookup(names, type, &place);
	return found ? found->name : NULL;
}

raddr type_names_address(struct python *py, const char *name)
{
	struct type_names *names = all_names(py);

	for (size_t i = 0; names && i < names->named.nr; i++) {
		const struct named_type *n = &names->named.v[i];
		const char *own = memory_string(
			py->memory,
			word_at(py, n->address, py->layout.type_name),
			TYPES_MAX_C_NAME);

		if (!strcmp(own ? own : n->name, name))
			return n->address;
	}
	return 0;
}

void type_names_release(struct python *py)
{
	struct type_names *names = py->type_names;

	for (size_t i = 0; names && i < names->named.nr; i++)
		free(names->named.v[i].name);
	if (names)
		named_type_vec_release(&names->named);
	free(names);
	py->type_names = NULL;
}

/* --- names of all types ------------------------------------------------- */

const char *type_names_of(struct python *py, raddr type)
{
	const char *name = memory_string(
		py->memory, word_at(py, type, py->layout.type_name),
		TYPES_MAX_C_NAME);

	return name ? name : type_names_find(py, type);
}

bool type_names_is(struct python *py, raddr type, const char *name)
{
	size_t size = strlen(name) + 1;
	const uint8_t *p = memory_at(
		py->memory, word_at(py, type, py->layout.type_name), size);

	const char *found;

	if (p)
		return memcmp(p, name, size) == 0;
	found = type_names_find(py, type);
	return found && strcmp(found, name) == 0;
}

/* type.__module__ and type.__qualname__: Objects/typeobject.c.  A static
 * class has them in its tp_name. */
char *type_names_full(struct python *py, const struct pytype *t)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	const char *c_name = type_names_of(py, t->address);
	size_t len;

	if (t->flags & TPFLAG_HEAPTYPE) {
		if (text_str(py, t->module_name, MAX_FULL_NAME, &name, NULL))
			str_add_char(&name, '.');
		if (strcmp(name.s, "builtins.") == 0)
			str_cut(&name, 0);
		len = name.len;
		if (text_str(py, t->qualname, MAX_FULL_NAME, &name, NULL) &&
		    name.len > len)
			return str_take(&name);
		str_cut(&name, len);
	}
	if (c_name)
		str_add_safe(&name, c_name, strnlen(c_name, MAX_FULL_NAME));
	return str_take(&name);
}
