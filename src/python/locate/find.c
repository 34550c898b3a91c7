/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Find CPython in a process: _PyRuntime, its version, its layout and the
 * addresses of known types.  Nothing is stopped yet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "python/layout/debug-offsets.h"
#include "python/locate/absent.h"
#include "python/locate/find.h"
#include "python/locate/restore.h"
#include "python/locate/runtime.h"
#include "python/locate/truncated-scan.h"
#include "python/state/truncated.h"
#include "python/state/words.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

/* --- the types that have names ------------------------------------------ */

static raddr symbol(struct python *py, const char *name)
{
	raddr at = 0;
	uint64_t size;
	struct error *err = modules_symbol(py->target, NULL, name, &at, &size);

	log_pass_over_usual(err, "it is not known by its symbol");
	return err ? 0 : at;
}

struct known {
	size_t place;		/* in struct known_types */
	const char *symbol, *name;
};

#define KNOWN(field, symbol, name)                                             \
	{ offsetof(struct known_types, field), symbol, name }

static const struct known known[] = {
	KNOWN(type, "PyType_Type", "type"),
	KNOWN(object, "PyBaseObject_Type", "object"),
	KNOWN(str, "PyUnicode_Type", "str"),
	KNOWN(int_, "PyLong_Type", "int"),
	KNOWN(bool_, "PyBool_Type", "bool"),
	KNOWN(float_, "PyFloat_Type", "float"),
	KNOWN(bytes, "PyBytes_Type", "bytes"),
	KNOWN(tuple, "PyTuple_Type", "tuple"),
	KNOWN(list, "PyList_Type", "list"),
	KNOWN(dict, "PyDict_Type", "dict"),
	KNOWN(set, "PySet_Type", "set"),
	KNOWN(frozenset, "PyFrozenSet_Type", "frozenset"),
	KNOWN(module, "PyModule_Type", "module"),
	KNOWN(function, "PyFunction_Type", "function"),
	KNOWN(code, "PyCode_Type", "code"),
	KNOWN(frame, "PyFrame_Type", "frame"),
	KNOWN(generator, "PyGen_Type", "generator"),
	KNOWN(coroutine, "PyCoro_Type", "coroutine"),
	KNOWN(async_generator, "PyAsyncGen_Type", "async_generator"),
	KNOWN(cell, "PyCell_Type", "cell"),
	KNOWN(method, "PyMethod_Type", "method"),
	KNOWN(builtin_function, "PyCFunction_Type",
	      "builtin_function_or_method"),
	KNOWN(weakref, "_PyWeakref_RefType", NULL),
	KNOWN(property, "PyProperty_Type", "property"),
	KNOWN(mappingproxy, "PyDictProxy_Type", "mappingproxy"),
	KNOWN(wrapper_descriptor, "PyWrapperDescr_Type", "wrapper_descriptor"),
	KNOWN(range, "PyRange_Type", "range"),
	KNOWN(capsule, "PyCapsule_Type", "PyCapsule"),
	KNOWN(ellipsis, "PyEllipsis_Type", "ellipsis"),
	KNOWN(none, "_Py_NoneStruct", NULL),
};

static raddr *place_of(struct python *py, const struct known *k)
{
	return (raddr *)((char *)&py->known + k->place);
}

static void find_known(struct python *py)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
		*place_of(py, &known[i]) = symbol(py, known[i].symbol);
}

/* Find them by their names, if CPython was found without symbols. */
static void find_known_by_name(struct python *py)
{
	raddr builtins = word_at(py, py->interpreters.v[0].address,
				 py->layout.interp_builtins);

	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].name)
			*place_of(py, &known[i]) =
				type_names_address(py, known[i].name);
	py->known.weakref = type_names_address(py, "weakref.ReferenceType");
	if (!py->known.weakref)		/* 3.8, 3.9 */
		py->known.weakref = type_names_address(py, "weakref");
	py->known.none = dict_get(py, builtins, "None");
}

struct error *find_python(struct target *t, struct python *py)
{
	CLEANUP(freep) char *who = absent_who(t);
	struct error *err;

	py->target = t;
	py->memory = &t->memory;
	truncated_init(py);
	err = restore_static_types(t);
	if (!err)
		err = runtime_find(py);
	if (err)
		return err;
	if (py->minor > NEWEST_MINOR)
		heap_warn(py->heap, "CPython 3.%d is newer than pyheld's "
			  "tables: its debug offsets and DWARF are used, and "
			  "self-checks", py->minor);
	heap_note(py->heap, true, "the runtime is found", "_PyRuntime at 0x%"
		  PRIx64 ", %" PRIu64 " bytes, of 3.%d", py->runtime,
		  py->runtime_size, py->minor);
	log_info("runtime: _PyRuntime at 0x%" PRIx64 " by %s, %" PRIu64
		 " bytes, version 0x%08" PRIx32 "%s%s%s", py->runtime,
		 py->by_search ? "a search" : "its symbol", py->runtime_size,
		 py->hexversion, py->free_threaded ? ", free-threaded" : "",
		 py->debug ? ", debug" : "", py->trace_refs ?
		 ", with Py_TRACE_REFS" : "");
	if (!py->by_search)
		find_known(py);
	if (!py->known.type || !py->known.object || !py->known.str)
		return error_new(ERR_UNSUPPORTED,
				 "%s: its CPython exports no PyType_Type",
				 who);
	return NULL;
}

/* --- after the stop ----------------------------------------------------- */

static struct error *failed(const struct python *py, const char *what)
{
	return error_new(ERR_CORRUPT, "self-check failed: %s (layout: %s)",
			 what, py->layout_source);
}

/* type(type) is type, and it is called so. */
static struct error *check_types(struct python *py)
{
	const struct layout *l = &py->layout;
	const char *name = type_names_of(py, py->known.type);

	if (truncated_lacks(py, py->known.type + l->type_size) ||
	    truncated_lacks(py, py->known.dict + l->type_size))
		return error_new(ERR_CORRUPT, "CPython's own types are in the "
				 "missing part of the core: without them no "
				 "object can be found");
	if (word_at(py, py->known.type, l->object_type) != py->known.type)
		return failed(py, "type(type) is not type");
	if (!name || strcmp(name, "type") != 0)
		return failed(py, "type's tp_name is not 'type'");
	if (!(word_at(py, py->known.type, l->type_flags) &
	      TPFLAG_TYPE_SUBCLASS))
		return failed(py, "type's tp_flags do not say so");
	name = type_names_of(py, py->known.dict);
	if (!name || strcmp(name, "dict") != 0)
		return failed(py, "dict's tp_name is not 'dict'");
	if (word_at(py, py->known.dict, l->type_basicsize) != l->dict_size)
		return failed(py, "dict has another size than the layout");
	heap_note(py->heap, true, "type(type) is type, its name and flags say"
		  " so", "at 0x%" PRIx64, py->known.type);
	heap_note(py->heap, true, "dict is as large as the layout says",
		  "%" PRIu32 " bytes", l->dict_size);
	return NULL;
}

/* An interpreter that is starting or ending has no sys module. */
static bool has_sys(struct python *py, raddr interp)
{
	const struct layout *l = &py->layout;
	raddr sysdict = word_at(py, interp, l->interp_sysdict);

	if (truncated_lacks(py, interp + l->interp_sysdict)) {
		heap_warn_partial(py->heap, "some or all of the state of the "
				  "interpreter at 0x%" PRIx64 " is missing",
				  interp);
		return true;
	}
	if (truncated_lacks(py, sysdict)) {
		heap_warn_partial(py->heap, "sys.__dict__ of the interpreter at"
				  " 0x%" PRIx64 " is missing", interp);
		return true;
	}
	return sysdict &&
	       word_at(py, sysdict, l->object_type) == py->known.dict;
}

static struct error *find_interpreters(struct python *py)
{
	const struct layout *l = &py->layout;
	raddr at = word_at(py, py->runtime, l->runtime_interpreters_head);

	if (!at && !py->truncated)
		return absent_interpreter(py);

	for (int i = 0; at && i < MAX_INTERPRETERS; i++) {
		struct interpreter interp = { .address = at };

		interp.id = (int64_t)word_at(py, at, l->interp_id);
		if (has_sys(py, at))
			interpreter_vec_push(&py->interpreters, interp);
		at = word_at(py, at, l->interp_next);
	}
	if (!py->interpreters.nr && py->truncated) {
		/* An interpreter at address 0: everything that is read there
		 * is missing. */
		interpreter_vec_push(&py->interpreters,
				     (struct interpreter){ .address = 0 });
		heap_warn_partial(py->heap, "the runtime's state is missing: "
				  "there are no roots");
	}
	if (!py->interpreters.nr)
		return failed(py, "no interpreter with a sys module (is it "
				  "still starting, or ending?)");
	heap_note(py->heap, true, "interpreters have a sys module",
		  "%zu interpreters", py->interpreters.nr);
	/* The newest interpreter is first in the list.  Put the main one
	 * first. */
	for (size_t i = 0; i < py->interpreters.nr / 2; i++) {
		struct interpreter tmp = py->interpreters.v[i];
		size_t j = py->interpreters.nr - 1 - i;

		py->interpreters.v[i] = py->interpreters.v[j];
		py->interpreters.v[j] = tmp;
	}
	return NULL;
}

static raddr traverse_of(struct python *py, raddr type)
{
	return type ? word_at(py, type, py->layout.type_traverse) : 0;
}

static void find_traverses(struct python *py)
{
	struct known_types *k = &py->known;

	k->has_code = types_is_code(
		py, word_at(py, k->type, py->layout.type_dealloc));
	k->dict_traverse = traverse_of(py, k->dict);
	k->list_traverse = traverse_of(py, k->list);
	k->tuple_traverse = traverse_of(py, k->tuple);
	k->set_traverse = traverse_of(py, k->set);
	k->type_traverse = traverse_of(py, k->type);
	k->module_traverse = traverse_of(py, k->module);
	k->generator_traverse = traverse_of(py, k->generator);
	k->weakref_traverse = traverse_of(py, k->weakref);
	k->descr_traverse = traverse_of(py, k->wrapper_descriptor);
	k->none_type = word_at(py, k->none, py->layout.object_type);
}

/* subtype_traverse is static in typeobject.c, so it has no symbol.  Take it
 * from a class that a class statement made: importlib's ModuleSpec. */
static struct error *find_subtype_traverse(struct python *py)
{
	const struct layout *l = &py->layout;
	raddr interp = py->interpreters.v[0].address;
	raddr module = word_at(py, interp, l->interp_importlib);
	raddr class = dict_get(py, word_at(py, module, l->module_dict),
			       "ModuleSpec");

	if (!class) {
		raddr modules = word_at(py, interp, l->interp_modules);

		module = dict_get(py, modules, "_frozen_importlib");
		class = dict_get(py, word_at(py, module, l->module_dict),
				 "ModuleSpec");
	}
	py->subtype_traverse = class ? traverse_of(py, class) : 0;
	if (!py->subtype_traverse && py->truncated) {
		/* If there is no class at all, nothing needs it. */
		py->subtype_traverse = truncated_scan_traverse(py);
		return NULL;
	}
	if (!py->subtype_traverse)
		return failed(py, "importlib has no class ModuleSpec");
	heap_note(py->heap, true, "a class statement's tp_traverse is found",
		  "importlib's ModuleSpec has 0x%" PRIx64,
		  py->subtype_traverse);
	return NULL;
}

/* 3.8 to 3.10: a dict whose keys are not all str has lookdict() as dk_lookup.
 * object's tp_subclasses has ints as keys. */
static void find_lookdict(struct python *py)
{
	const struct layout *l = &py->layout;
	raddr dict = word_at(py, py->known.object, l->type_subclasses);
	raddr keys = word_at(py, dict, l->dict_keys);

	if (py->minor <= 10)
		py->lookdict = word_at(py, keys, l->keys_lookup);
}

struct error *find_in_snapshot(struct python *py)
{
	struct error *err;
	uint64_t hex;

	err = find_interpreters(py);
	if (err)
		return err;
	if (py->by_search)
		find_known_by_name(py);
	err = check_types(py);
	if (err)
		return err;
	find_traverses(py);
	err = find_subtype_traverse(py);
	if (err)
		return err;
	find_lookdict(py);
	if (find_sys_int(py, "hexversion", &hex) &&
	    (hex >> 16) == (py->hexversion >> 16))
		py->hexversion = (uint32_t)hex;
	return NULL;
}

bool find_sys_int(struct python *py, const char *name, uint64_t *ret)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	raddr sysdict = word_at(py, py->interpreters.v[0].address,
				py->layout.interp_sysdict);
	raddr obj = dict_get(py, sysdict, name);

	if (!obj || !text_scalar(py, obj, 40, &text))
		return false;
	*ret = strtoull(text.s, NULL, 0);
	return *ret;
}
