/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads: who they are, and what PyThreadState holds
 * (Include/cpython/pystate.h, pycore_tstate.h).
 */
#include <stdlib.h>
#include <string.h>

#include "python/refs/read.h"
#include "python/refs/refs.h"
#include "python/roots/roots-frames.h"
#include "python/roots/roots-threads.h"
#include "python/roots/roots.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define MAX_THREADS 65536
#define MAX_NAMES 8192		/* of threading._active */
#define MAX_HANDLED (1u << 16)
#define MAX_NAME 256

/* --- names -------------------------------------------------------------- */

struct thread_name {
	uint64_t ident;
	raddr object;		/* a threading.Thread */
};
VEC_DEFINE(thread_name_vec, struct thread_name);

/* The value of an instance's attribute, in its values or its dict; 0: none. */
static raddr attribute(struct python *py, raddr obj, const char *name)
{
	struct refs refs = { .named = true };
	oid o = object_map_add(py, obj);
	raddr found = 0;

	if (o == OID_NONE ||
	    read_refs(py, types_of(py, o), obj, &refs) != REFS_OK)
		goto out;
	for (size_t i = 0; i < refs.to.nr && !found; i++) {
		const struct ref_name *n = &refs.names.v[i];

		if (n->kind == REF_DICT)
			found = dict_get(py, refs.to.v[i], name);
		else if (n->kind == REF_ATTRIBUTE &&
			 text_equals(py, n->arg, name))
			found = refs.to.v[i];
	}
out:
	refs_release(&refs);
	return found;
}

/* threading._active: {ident: Thread}. */
static void read_names(struct roots *r, struct thread_name_vec *ret)
{
	struct python *py = r->py;
	const struct layout *l = &py->layout;
	raddr modules = word_at(py, r->interpreter->address, l->interp_modules);
	raddr module = dict_get(py, modules, "threading"), active, key, value;
	struct dict_iter it;

	if (!module)
		return;
	active = dict_get(py, word_at(py, module, l->module_dict), "_active");
	if (!active || !dict_iter_init(py, active, &it))
		return;
	while (ret->nr < MAX_NAMES && dict_iter_next(&it, &key, &value)) {
		CLEANUP(str_release) struct str ident = STR_INIT;

		if (!text_literal(py, key, &ident))
			continue;
		thread_name_vec_push(ret, (struct thread_name){
			strtoull(ident.s, NULL, 0), value });
	}
}

static bool python_name(struct python *py, const struct thread_name_vec *names,
			uint64_t ident, struct str *ret)
{
	for (size_t i = 0; i < names->nr; i++)
		if (names->v[i].ident == ident)
			return text_str(py,
					attribute(py, names->v[i].object,
						  "_name"),
					MAX_NAME, ret, NULL);
	return false;
}

/* The thread of the kernel with that native id.  Before 3.11 it is found by
 * pthread_self(), which is the TLS base. */
static const struct thread *system_thread(const struct python *py,
					  int64_t native, uint64_t ident)
{
	const struct thread_vec *threads;

	if (!py->target)
		return NULL;
	threads = &py->target->threads;
	for (size_t i = 0; i < threads->nr; i++) {
		const struct thread *t = &threads->v[i];

		if (native ? t->tid == native
			   : ident && t->fs_base == ident)
			return t;
	}
	return NULL;
}

/* --- the GIL ------------------------------------------------------------ */

static bool holds_gil(struct roots *r, raddr thread)
{
	struct python *py = r->py;
	const struct layout *l = &py->layout;
	raddr gil;

	if (l->thread_holds_gil != LAYOUT_NONE)		/* 3.14 */
		return int_at(py, thread, l->thread_holds_gil);
	if (l->runtime_gilstate_current != LAYOUT_NONE)	/* to 3.11 */
		return word_at(py, py->runtime,
			       l->runtime_gilstate_current) == thread;
	gil = word_at(py, r->interpreter->address, l->interp_ceval_gil);
	return gil && int_at(py, gil, l->gil_locked) == 1 &&
	       word_at(py, gil, l->gil_last_holder) == thread;
}

/* --- state -------------------------------------------------------------- */

static const struct {
	size_t field;		/* of struct layout */
	const char *name;
} places[] = {
	{ offsetof(struct layout, thread_dict), "thread state dict" },
	{ offsetof(struct layout, thread_current_exception),
	  "exception being raised" },
	{ offsetof(struct layout, thread_curexc_value),
	  "exception being raised" },
	{ offsetof(struct layout, thread_curexc_type),
	  "type of the exception being raised" },
	{ offsetof(struct layout, thread_curexc_traceback),
	  "traceback of the exception being raised" },
	{ offsetof(struct layout, thread_async_exc),
	  "exception sent by another thread" },
	{ offsetof(struct layout, thread_context), "context" },
	{ offsetof(struct layout, thread_c_profileobj), "profile function" },
	{ offsetof(struct layout, thread_c_traceobj), "trace function" },
	{ offsetof(struct layout, thread_async_gen_firstiter),
	  "firstiter hook of async generators" },
	{ offsetof(struct layout, thread_async_gen_finalizer),
	  "finalizer hook of async generators" },
	{ offsetof(struct layout, thread_threading_local_key),
	  "threading.local key" },
	{ offsetof(struct layout, thread_threading_local_sentinel),
	  "threading.local sentinel" },
	{ offsetof(struct layout, thread_on_delete_data),
	  "lock to release at its end" },
	{ offsetof(struct layout, thread_running_loop),
	  "running event loop" },
	{ offsetof(struct layout, thread_running_task), "running task" },
};

static void add_state(struct roots *r, raddr object, bool counted,
		      uint32_t thread, const char *name)
{
	struct new_root root = {
		.kind = ROOT_INTERPRETER, .object = object,
		.counted = counted, .frame = -1,
		.slot = SLOT_THREAD, .thread = thread,
	};

	roots_add(r, &root, "%s", name);
}

static void add_places(struct roots *r, raddr thread, uint32_t index)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		uint32_t offset;

		memcpy(&offset,
		       (const uint8_t *)&r->py->layout + places[i].field,
		       sizeof(offset));
		add_state(r, word_at(r->py, thread, offset), true, index,
			  places[i].name);
	}
}

static void add_handled(struct roots *r, raddr object, bool counted,
			uint32_t thread, const char *name)
{
	if (object != r->py->known.none)
		add_state(r, object, counted, thread, name);
}

/* The chain of `except` blocks that are being run: the last item is in the
 * thread's state, the others in generators, which the graph has. */
static void add_exceptions(struct roots *r, raddr thread, uint32_t index)
{
	struct python *py = r->py;
	const struct layout *l = &py->layout;
	raddr item = word_at(py, thread, l->thread_exc_info);

	for (unsigned int i = 0; item && i < MAX_HANDLED && !r->full; i++) {
		bool own = item == thread + l->thread_exc_state;

		add_handled(r, word_at(py, item, l->stackitem_exc_value), own,
			    index, "exception being handled");
		add_handled(r, word_at(py, item, l->stackitem_exc_type), own,
			    index, "type of the exception being handled");
		add_handled(r, word_at(py, item, l->stackitem_exc_traceback),
			    own, index,
			    "traceback of the exception being handled");
		item = word_at(py, item, l->stackitem_previous);
	}
}

/* --- threads ------------------------------------------------------------ */

static void describe(struct roots *r, raddr thread,
		     const struct thread_name_vec *names,
		     struct heap_thread *ret)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	struct python *py = r->py;
	const struct layout *l = &py->layout;
	uint64_t ident = word_at(py, thread, l->thread_thread_id);
	const struct thread *t;

	ret->interpreter = r->interpreter->id;
	ret->native_id = (int64_t)word_at(py, thread,
					  l->thread_native_thread_id);
	ret->holds_gil = holds_gil(r, thread);
	t = system_thread(py, ret->native_id, ident);
	if (t && !ret->native_id)
		ret->native_id = t->tid;
	if (!python_name(py, names, ident, &name) && t)
		str_add_safe(&name, t->name,
			     strnlen(t->name, sizeof(t->name)));
	ret->name = xstrndup(name.s, name.len);
}

static void add_thread(struct roots *r, raddr thread,
		       const struct thread_name_vec *names)
{
	struct heap *h = r->py->heap;
	struct heap_thread ht = { 0 };
	uint32_t index;

	describe(r, thread, names, &ht);
	index = heap_add_thread(h, ht);
	roots_frames(r, thread, index);
	add_exceptions(r, thread, index);
	add_places(r, thread, index);
}

static void count_thread(struct roots *r)
{
	struct heap *h = r->py->heap;
	size_t i = (size_t)(r->interpreter - r->py->interpreters.v);

	if (i < h->interpreters.nr)
		h->interpreters.v[i].nr_threads++;
}

void roots_threads(struct roots *r)
{
	CLEANUP(thread_name_vec_release) struct thread_name_vec names =
		VEC_INIT;
	struct python *py = r->py;
	const struct layout *l = &py->layout;
	raddr thread = word_at(py, r->interpreter->address, l->interp_threads);
	struct roots_cycle cycle = { 0 };

	read_names(r, &names);
	for (unsigned int i = 0; thread && i < MAX_THREADS && !r->full; i++) {
		/* It belongs to another interpreter, or is no thread state
		 * at all. */
		if (word_at(py, thread, l->thread_interp) !=
			    r->interpreter->address ||
		    roots_cycle(&cycle, thread))
			return;
		count_thread(r);
		add_thread(r, thread, &names);
		thread = word_at(py, thread, l->thread_next);
	}
}
