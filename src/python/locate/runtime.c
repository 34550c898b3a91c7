/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "python/layout/debug-offsets.h"
#include "python/layout/layout-choose.h"
#include "python/locate/absent.h"
#include "python/locate/runtime.h"
#include "python/locate/search.h"
#include "python/locate/version.h"
#include "target/view.h"

/* The module that has _PyRuntime, or NULL.  It may lie in .bss, which is no
 * part of the module's range. */
static struct module *module_of(struct python *py)
{
	struct target *t = py->target;
	uint64_t size;
	raddr at;

	for (size_t i = 0; i < t->modules.nr && !py->by_search; i++)
		if (!t->modules.v[i].ignored &&
		    modules_symbol_of(t, &t->modules.v[i], "_PyRuntime", &at,
				      &size))
			return &t->modules.v[i];
	return modules_at(t, py->runtime);
}

/* --- the version -------------------------------------------------------- */

/* "libpython3.9.so.1.0", "/usr/bin/python3.11": the minor version, or -1. */
static int minor_of_path(const char *path)
{
	const char *p = strstr(path_base(path), "python3.");

	return p ? atoi(p + strlen("python3.")) : -1;
}

static int minor_of_paths(struct python *py)
{
	const struct module *module = module_of(py);
	struct target *t = py->target;
	int minor = -1;

	if (module)
		minor = minor_of_path(module->path);
	for (size_t i = 0; i < t->mappings.nr && minor < 0; i++)
		if (t->mappings.v[i].path)
			minor = minor_of_path(t->mappings.v[i].path);
	return minor;
}

static uint32_t find_hexversion(struct python *py)
{
	uint8_t head[DEBUG_OFFSETS_HEAD] = { 0 };
	uint64_t word = 0, size;
	uint32_t version;
	raddr at;
	int minor;

	log_pass_over(target_peek(py->target, py->runtime, head, sizeof(head)),
		      "_PyRuntime is taken to have no debug offsets");
	version = debug_offsets_version(head, sizeof(head));
	if (version)
		return version;
	struct error *err = modules_symbol(py->target, NULL, "Py_Version", &at,
					  &size);
	if (!err) {
		log_pass_over(target_peek(py->target, at, &word, 8),
			      "Py_Version is not used");
		/* Py_Version is read-only data: a core may lack it. */
		if (word)
			return (uint32_t)word;
	}
	log_pass_over_usual(err, "the version comes from sys.hexversion, a"
			    " file's name or the size of _PyRuntime");
	/* What the objects say is better than the name of a file. */
	if (py->target->core && search_version(py))
		return py->hexversion;
	minor = minor_of_paths(py);
	if (minor >= 0 && minor < 64)
		return 0x03000000u | (uint32_t)minor << 16;
	return version_of_size(py->runtime_size);
}

/* --- the layout --------------------------------------------------------- */

struct debuginfo_search {
	struct python *py;
	struct module *module;
	struct debuginfo *found;	/* NULL: not asked for, or none */
};

static struct debuginfo *find_debuginfo(void *context)
{
	struct debuginfo_search *s = context;
	char root[64];
	struct image *im;
	struct error *err;

	if (!s->module)
		return NULL;
	im = modules_image(s->py->target, s->module);
	if (!im)
		return NULL;
	snprintf(root, sizeof(root), "/proc/%d/root", (int)s->py->target->pid);
	err = debuginfo_open(im, s->py->target->pid ? root : "",
			     &s->found);
	if (err) {
		log_pass_over(err, "look below our own root directory");
		err = debuginfo_open(im, "", &s->found);
	}
	log_pass_over(err, "the layout does not come from DWARF");
	return s->found;
}

static struct error *choose_layout(struct python *py)
{
	uint8_t offsets[DEBUG_OFFSETS_MAX] = { 0 };
	struct debuginfo_search search = {
		.py = py,
		.module = module_of(py),
	};
	struct layout_query q = {
		.hexversion = py->hexversion,
		.free_threaded = py->free_threaded,
		.debug = py->debug,
		.runtime_size = py->runtime_size,
		.find_debuginfo = find_debuginfo,
		.context = &search,
	};
	uint64_t len = MIN(sizeof(offsets), py->runtime_size);
	struct error *err;

	if (search.module) {
		py->runtime_module_start = search.module->start;
		py->runtime_module_end = search.module->end;
	}
	if (py->minor >= 13 && len) {
		err = target_peek(py->target, py->runtime, offsets, len);
		if (err)
			return err;
		q.debug_offsets = offsets;
		q.debug_offsets_len = len;
	}
	free(py->layout_source);
	py->layout_source = NULL;
	err = layout_choose(&q, &py->layout, &py->layout_source);
	debuginfo_close(search.found);
	if (!err)
		log_info("layout: %s", py->layout_source);
	return err;
}

static void find_build(struct python *py)
{
	struct target *t = py->target;

	py->free_threaded = absent_has_symbol(t, "_Py_DecRefShared");
	py->debug = absent_has_symbol(t, "_Py_NegativeRefcount") &&
		    absent_has_symbol(t, "_Py_RefTotal");
	if (py->minor >= 12)
		py->debug = absent_has_symbol(t, "_Py_NegativeRefcount");
	py->trace_refs = !py->free_threaded &&
			 absent_has_symbol(t, "_Py_AddToAllObjects");
}


/* Version, build and layout of the CPython at py->runtime. */
static struct error *describe_runtime(struct python *py)
{
	CLEANUP(freep) char *who = absent_who(py->target);

	if (!py->by_search)
		py->hexversion = find_hexversion(py);
	py->minor = (int)(py->hexversion >> 16 & 0xff);
	if (!py->hexversion)
		return error_new(ERR_UNSUPPORTED, "%s: the version of its"
				 " CPython is in none of the files that can be"
				 " read (see --executable, --sysroot)", who);
	if (py->hexversion >> 24 != 3 || py->minor < 8)
		return error_new(ERR_UNSUPPORTED,
				 "%s runs CPython %u.%u; pyheld reads 3.8 and "
				 "later", who,
				 py->hexversion >> 24,
				 py->hexversion >> 16 & 0xff);
	if (!py->by_search)
		find_build(py);
	return choose_layout(py);
}

/* --- several of them ---------------------------------------------------- */

/* A program that is linked with libpython may have a copy of _PyRuntime, but
 * not of a function. */
static bool is_cpython(struct target *t, struct module *module)
{
	uint64_t size;
	raddr at;

	return modules_symbol_of(t, module, "_PyRuntime", &at, &size) &&
	       modules_symbol_of(t, module, "Py_InitializeEx", &at, &size);
}

/* Have symbols of the CPythons among the modules ignored, but for `chosen`;
 * NULL: of none.  Returns how many CPythons there are. */
static size_t ignore_others(struct target *t, const struct module *chosen)
{
	size_t nr = 0;

	for (size_t i = 0; i < t->modules.nr; i++) {
		struct module *module = &t->modules.v[i];
		bool is_one = is_cpython(t, module);

		nr += is_one;
		module->ignored = chosen && is_one && module != chosen;
	}
	return nr;
}

static struct error *find_symbol(struct python *py)
{
	struct error *err = modules_symbol(py->target, NULL, "_PyRuntime",
					   &py->runtime, &py->runtime_size);

	if (!err && py->runtime_size > RUNTIME_SIZE_MAX)
		py->runtime_size = 0;
	return err;
}

/* Has it an interpreter? */
static bool is_started(struct python *py)
{
	uint64_t head = 0;
	struct error *err = find_symbol(py);

	if (!err)
		err = describe_runtime(py);
	if (!err)
		err = target_peek(py->target, py->runtime +
				  py->layout.runtime_interpreters_head, &head,
				  sizeof(head));
	log_pass_over_usual(err, "it is not taken for one that was started");
	return head;
}

/* If there are several CPythons, choose the first that was started. */
static void choose_module(struct python *py)
{
	struct target *t = py->target;
	struct module *first = NULL, *chosen = NULL;

	if (ignore_others(t, NULL) < 2)
		return;
	for (size_t i = 0; i < t->modules.nr; i++) {
		struct module *module = &t->modules.v[i];

		if (!is_cpython(t, module))
			continue;
		if (!first)
			first = module;
		ignore_others(t, module);
		if (!is_started(py))
			log_info("runtime: that of %s was not started",
				 module->path);
		else if (!chosen)
			chosen = module;
		else
			heap_warn(py->heap, "two CPythons run in this process:"
				  " that of %s is read, that of %s is not",
				  chosen->path, module->path);
	}
	ignore_others(t, chosen ? chosen : first);
}

/* --- without a symbol --------------------------------------------------- */

/* A process is looked at while it runs. */
static bool search_process(struct python *py)
{
	struct memory view = MEMORY_INIT;
	struct error *err = view_open(py->target, &view);
	bool found;

	if (err) {
		log_pass_over(err, "nothing is searched for");
		return false;
	}
	py->memory = &view;
	found = search_runtime(py);
	py->memory = &py->target->memory;
	memory_release(&view);
	return found;
}

struct error *runtime_find(struct python *py)
{
	struct target *t = py->target;
	struct error *err;

	choose_module(py);
	err = find_symbol(py);
	if (!err)
		return describe_runtime(py);
	if (err->code != ERR_NOT_FOUND)
		return err;
	log_pass_over(err, "_PyRuntime is searched for in data");
	py->by_search = t->core ? search_runtime(py) : search_process(py);
	return py->by_search ? describe_runtime(py) : absent_python(t);
}
