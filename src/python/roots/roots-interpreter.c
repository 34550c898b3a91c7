/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Roots in PyInterpreterState and _PyRuntimeState: pycore_interp.h,
 * pycore_interp_structs.h, pycore_runtime.h.
 *
 * Left out: what is only a cache of the evaluation loop.
 */
#include <string.h>

#include "python/roots/roots-interpreter.h"
#include "python/roots/roots.h"
#include "python/state/words.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define MAX_MODULES (1u << 20)
#define MAX_ATEXIT (1u << 16)
#define NR_SIGNALS 65		/* Py_NSIG on Linux */
#define SIGNAL_SIZE 16		/* {int tripped; PyObject *func} */
#define NR_TOOLS 8		/* PY_MONITORING_TOOL_IDS */
#define MAX_EVENTS 64
#define NR_SMALL_INTS 262	/* 3.9, 3.10: -5 to 256 */
#define FIRST_SMALL_INT (-5)

/* A word of the interpreter that owns a reference to an object. */
struct state_member {
	size_t field;		/* of struct layout */
	const char *name;
	const char *expression;
};

#define PLACE(field, name, expression)                                         \
	{ offsetof(struct layout, field), (name), (expression) }

static const struct state_member places[] = {
	PLACE(interp_sysdict, "sys.__dict__", "sys.__dict__"),
	PLACE(interp_modules_by_index, "modules by index", NULL),
	PLACE(interp_importlib, "importlib._bootstrap",
	      "__import__('_frozen_importlib')"),
	PLACE(interp_import_func, "import function", NULL),
	PLACE(interp_lazy_import_func, "lazy import function", NULL),
	PLACE(interp_lazy_imports_filter, "lazy imports filter", NULL),
	PLACE(interp_lazy_modules, "lazy modules", NULL),
	PLACE(interp_lazy_pending_submodules, "lazy pending submodules", NULL),
	PLACE(interp_codec_search_path, "codec search path", NULL),
	PLACE(interp_codec_search_cache, "codec search cache", NULL),
	PLACE(interp_codec_error_registry, "codec error registry", NULL),
	PLACE(interp_dict, "interpreter dict", NULL),
	PLACE(interp_sysdict_copy, "copy of sys.__dict__", NULL),
	PLACE(interp_builtins_copy, "copy of builtins.__dict__", NULL),
	/* It keeps no string: OBJECT_KEEPS_NOTHING. */
	PLACE(interp_cached_interned_strings, "interned strings", NULL),
	PLACE(interp_before_forkers, "hooks before fork", NULL),
	PLACE(interp_after_forkers_parent, "hooks after fork in the parent",
	      NULL),
	PLACE(interp_after_forkers_child, "hooks after fork in the child",
	      NULL),
	PLACE(interp_warnings_filters, "warnings filters", NULL),
	PLACE(interp_warnings_once_registry, "warnings once registry", NULL),
	PLACE(interp_warnings_default_action, "warnings default action", NULL),
	PLACE(interp_warnings_context, "warnings context", NULL),
	PLACE(interp_audit_hooks, "audit hooks", NULL),
	PLACE(interp_errnomap, "errno map", NULL),
	PLACE(interp_cached_generic_type, "typing.Generic", NULL),
	PLACE(interp_cached_typevar_type, "typing.TypeVar", NULL),
	PLACE(interp_cached_typevartuple_type, "typing.TypeVarTuple", NULL),
	PLACE(interp_cached_paramspec_type, "typing.ParamSpec", NULL),
	PLACE(interp_cached_paramspecargs_type, "typing.ParamSpecArgs", NULL),
	PLACE(interp_cached_paramspeckwargs_type, "typing.ParamSpecKwargs",
	      NULL),
	PLACE(interp_cached_constevaluator_type, "typing._ConstEvaluator",
	      NULL),
};

static uint32_t field_of(const struct python *py, size_t field)
{
	uint32_t offset;

	memcpy(&offset, (const uint8_t *)&py->layout + field, sizeof(offset));
	return offset;
}

static char *expression_of(const struct roots *r, const char *expression)
{
	return expression && r->main ? xstrdup(expression) : NULL;
}

static void add_places(struct roots *r)
{
	struct python *py = r->py;

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
		roots_add(r,
			  &(struct new_root){
				  .kind = ROOT_INTERPRETER,
				  .object = word_at(
					  py, r->interpreter->address,
					  field_of(py, places[i].field)),
				  .counted = true,
				  .expression = expression_of(
					  r, places[i].expression),
			  },
			  "%s", places[i].name);
}

static void add_builtins(struct roots *r)
{
	struct python *py = r->py;

	roots_add(r,
		  &(struct new_root){
			  .kind = ROOT_BUILTINS,
			  .object = word_at(py, r->interpreter->address,
					    py->layout.interp_builtins),
			  .counted = true,
			  .expression = expression_of(
				  r, "__import__('builtins').__dict__"),
		  },
		  "builtins.__dict__");
}

/* --- modules ------------------------------------------------------------ */

static void add_module(struct roots *r, raddr key, raddr module)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	CLEANUP(str_release) struct str expression = STR_INIT;
	struct new_root root = { .kind = ROOT_MODULE, .object = module };

	/* sys.modules[name] = None marks a module that can't be imported. */
	if (module == r->py->known.none ||
	    !text_str(r->py, key, 1024, &name, NULL))
		return;
	str_add(&expression, "sys.modules[");
	if (r->main && text_literal(r->py, key, &expression)) {
		str_add_char(&expression, ']');
		root.expression = str_take(&expression);
	}
	if (r->main)
		roots_add(r, &root, "%s", name.s);
	else
		roots_add(r, &root, "%s (interpreter %" PRId64 ")", name.s,
			  r->interpreter->id);
}

static void add_modules(struct roots *r)
{
	struct python *py = r->py;
	raddr interp = r->interpreter->address, key, value;
	raddr modules = word_at(py, interp, py->layout.interp_modules);
	raddr sysdict = word_at(py, interp, py->layout.interp_sysdict);
	struct new_root root = { .kind = ROOT_INTERPRETER, .object = modules,
				 .counted = true, .frame = -1 };
	struct dict_iter it;

	/* A program may have assigned another dict to sys.modules. */
	if (dict_get(py, sysdict, "modules") == modules)
		root.expression = expression_of(r, "sys.modules");
	roots_add(r, &root, "sys.modules");
	if (!dict_iter_init(py, modules, &it))
		return;
	for (unsigned int i = 0; i < MAX_MODULES; i++) {
		if (!dict_iter_next(&it, &key, &value))
			break;
		add_module(r, key, value);
	}
}

/* --- the collector's lists ---------------------------------------------- */

static void add_gc_list(struct roots *r, raddr place, const char *name,
			const char *expression)
{
	if (!place)
		return;
	roots_add(r,
		  &(struct new_root){
			  .kind = ROOT_INTERPRETER,
			  .object = word_at(r->py, place, 0),
			  .counted = true,
			  .expression = expression_of(r, expression),
		  },
		  "%s", name);
}

/* --- atexit ------------------------------------------------------------- */

/* `array` has `nr` pointers to {func, args, kwargs}; some may be NULL. */
static void add_exit_array(struct roots *r, raddr array, int32_t nr,
			   bool counted)
{
	static const char *const parts[] = { "", ", arguments", ", keywords" };
	struct new_root root = { .kind = ROOT_INTERPRETER, .counted = counted,
				 .frame = -1, .slot = SLOT_ATEXIT };
	struct python *py = r->py;

	for (int32_t i = 0; i < nr && i < (int32_t)MAX_ATEXIT; i++) {
		raddr callback = word_at(py, array, (uint32_t)i * 8);

		if (!callback)
			continue;
		for (uint32_t k = 0; k < ARRAY_SIZE(parts); k++) {
			root.object = word_at(py, callback, k * 8);
			roots_add(r, &root, "atexit callback %" PRId32 "%s", i,
				  parts[k]);
		}
	}
}

/* 3.8, 3.9: in the state of the module, {callbacks, number, room}, which the
 * module's own traverse visits. */
static void add_exit_module(struct roots *r)
{
	struct python *py = r->py;
	raddr module = word_at(py, r->interpreter->address,
			       py->layout.interp_pyexitmodule);
	raddr state = module ? word_at(py, module, py->layout.module_state) : 0;

	if (state)
		add_exit_array(r, word_at(py, state, 0), int_at(py, state, 8),
			       false);
}

static void add_atexit(struct roots *r)
{
	const struct layout *l = &r->py->layout;
	raddr interp = r->interpreter->address;
	raddr callbacks = word_at(r->py, interp, l->interp_atexit_callbacks);

	if (l->interp_pyexitmodule != LAYOUT_NONE)
		add_exit_module(r);
	else if (r->py->minor >= 14) /* a list of tuples */
		roots_add(r, &(struct new_root){ .kind = ROOT_INTERPRETER,
						 .object = callbacks,
						 .counted = true, .frame = -1,
						 .slot = SLOT_ATEXIT },
			  "atexit callbacks");
	else if (callbacks)
		add_exit_array(r, callbacks,
			       int_at(r->py, interp,
				      l->interp_atexit_ncallbacks),
			       true);
}

/* --- arrays ------------------------------------------------------------- */

static void add_array(struct roots *r, uint32_t offset, unsigned int nr,
		      bool counted, const char *name)
{
	struct new_root root = { .kind = ROOT_INTERPRETER, .counted = counted,
				 .frame = -1 };

	if (offset == LAYOUT_NONE)
		return;
	for (unsigned int i = 0; i < nr; i++) {
		root.object = word_at(r->py, r->interpreter->address,
				      offset + i * 8);
		roots_add(r, &root, "%s %u", name, i);
	}
}

/* callables[tool][event], and after it the names of the tools. */
static void add_monitoring(struct roots *r)
{
	const struct layout *l = &r->py->layout;
	uint32_t first = l->interp_monitoring_callables;
	uint32_t names = l->interp_monitoring_tool_names;
	unsigned int events;

	if (first == LAYOUT_NONE || names == LAYOUT_NONE || names < first)
		return;
	events = (names - first) / (NR_TOOLS * 8);
	if (events > MAX_EVENTS)
		return;
	add_array(r, first, events * NR_TOOLS, true, "monitoring callback");
	add_array(r, names, NR_TOOLS, true, "monitoring tool");
}

static void add_small_ints(struct roots *r)
{
	const struct layout *l = &r->py->layout;

	if (l->interp_small_ints == LAYOUT_NONE)
		return;
	for (int i = 0; i < NR_SMALL_INTS; i++)
		roots_add_state(r,
				word_at(r->py, r->interpreter->address,
					l->interp_small_ints + (uint32_t)i * 8),
				"small int %d", i + FIRST_SMALL_INT);
}

void roots_interpreter(struct roots *r)
{
	const struct layout *l = &r->py->layout;
	const struct gc_lists *gc = &r->interpreter->gc;
	int minor = r->py->minor;

	add_modules(r);
	add_builtins(r);
	add_places(r);
	/* In 3.8 they are the runtime's: one list for all interpreters. */
	if (r->main || l->interp_gc != LAYOUT_NONE) {
		add_gc_list(r, gc->garbage, "gc.garbage",
			    "__import__('gc').garbage");
		add_gc_list(r, gc->callbacks, "gc.callbacks",
			    "__import__('gc').callbacks");
	}
	add_atexit(r);
	/* Borrowed from builtins and the types: isinstance, len, list.append,
	 * object.__getattribute__ (3.12); what LOAD_COMMON_CONSTANT knows. */
	add_array(r, l->interp_callable_cache, minor >= 12 ? 4 : 3, false,
		  "cached callable");
	add_array(r, l->interp_common_consts, minor >= 15 ? 12 : 5, false,
		  "common constant");
	add_monitoring(r);
	add_small_ints(r);
}

void roots_runtime(struct roots *r)
{
	struct python *py = r->py;
	uint32_t first = py->layout.runtime_signal_handlers;

	/* From 3.12 on they are the interpreters': places[]. */
	for (size_t i = 0; py->minor <= 11 && i < py->interned.nr; i++)
		roots_add_state(r, py->interned.v[i], "interned strings");
	if (first == LAYOUT_NONE)
		return;
	for (uint32_t i = 1; i < NR_SIGNALS; i++) {
		raddr handler = word_at(py, py->runtime,
					first + i * SIGNAL_SIZE + 8);
		raddr type = handler ? word_at(py, handler,
					       py->layout.object_type)
				     : 0;

		/* SIG_DFL, SIG_IGN; None: not set by Python */
		if (type != py->known.int_ && type != py->known.none_type)
			roots_add_state(r, handler,
					"handler of signal %" PRIu32, i);
	}
}
