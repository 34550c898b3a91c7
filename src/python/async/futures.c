/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks and futures: TaskObj and FutureObj of Modules/_asynciomodule.c, and the
 * attributes of the classes in Lib/asyncio/tasks.py and futures.py.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "python/async/futures.h"
#include "python/async/generators.h"
#include "python/layout/member-names.h"
#include "python/refs/refs-instance.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define MAX_BASES 64
#define MAX_STRUCT 256		/* bytes of a TaskObj, 200 at most so far */
#define MAX_NAME 256		/* code points of a task's name */

enum kind {
	KIND_UNKNOWN, KIND_NONE, KIND_FUTURE, KIND_TASK, KIND_PYTHON_FUTURE,
	KIND_PYTHON_TASK, NR_KINDS,
};

enum member {
	MEMBER_CALLBACK, MEMBER_CALLBACKS,
	MEMBER_AWAITED_BY, MEMBER_COROUTINE, MEMBER_WAITS_FOR, MEMBER_NAME,
	NR_MEMBERS,
};

/* What a member is called: in layout/member-names.h, and as an attribute. */
static const struct {
	const char *name, *attribute;
} members[NR_MEMBERS] = {
	[MEMBER_CALLBACK] = { "callback", NULL },
	[MEMBER_CALLBACKS] = { "callbacks", "_callbacks" },
	[MEMBER_AWAITED_BY] = { "awaited_by", "_Future__asyncio_awaited_by" },
	[MEMBER_COROUTINE] = { "coro", "_coro" },
	[MEMBER_WAITS_FOR] = { "fut_waiter", "_fut_waiter" },
	[MEMBER_NAME] = { "name", "_name" },
};

/* The attributes of Python's classes: those of the members, and the state. */
enum { ATTRIBUTE_STATE = NR_MEMBERS, NR_ATTRIBUTES };

/* The last pointers before the state, which is an int: FutureObj_HEAD. */
static const char *const before_state[] = {
	"source_traceback", "cancel_message", "awaited_by",
};
/* It is one of them from 3.13 on, and behind the state before. */
#define CANCELLED "cancelled_exception"

struct c_layout {
	uint32_t member[NR_MEMBERS];
	uint32_t state;
};

struct futures {
	struct python *py;
	struct c_layout future, task;
	/* Of one object of Python's classes. */
	struct refs refs;
	raddr attributes[NR_ATTRIBUTES]; /* 0: there is none */
	/* Entries of dicts that may still be read: any number of objects may
	 * have the same dict. */
	uint64_t entries;
	uint64_t nr_unread;	/* objects of which a dict was not read */
};

/* --- C --- */

static uint32_t member_offset(struct python *py, const char *type,
			      const char *name)
{
	for (uint32_t at = py->layout.object_type; at < MAX_STRUCT; at += 8) {
		const char *found = member_names_find(
			py->hexversion, py->free_threaded, type, at);

		if (found && !strcmp(found, name))
			return at;
	}
	return LAYOUT_NONE;
}

static void find_layout(struct python *py, const char *type,
			struct c_layout *ret)
{
	uint32_t last = 0, at;

	for (int i = 0; i < NR_MEMBERS; i++)
		ret->member[i] = member_offset(py, type, members[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(before_state); i++) {
		at = member_offset(py, type, before_state[i]);
		if (at != LAYOUT_NONE)
			last = MAX(last, at);
	}
	at = member_offset(py, type, CANCELLED);
	if (py->minor >= 13 && at != LAYOUT_NONE)
		last = MAX(last, at);
	ret->state = last ? last + 8 : LAYOUT_NONE;
}

static enum future_state c_state(struct python *py, raddr obj,
				 const struct c_layout *l)
{
	uint32_t state = (uint32_t)int_at(py, obj, l->state);

	/* fut_state */
	switch (l->state == LAYOUT_NONE ? NR_FUTURE_STATES : state) {
	case 0:
		return FUTURE_PENDING;
	case 1:
		return FUTURE_CANCELLED;
	case 2:
		return FUTURE_FINISHED;
	default:
		return FUTURE_UNKNOWN;
	}
}

/* --- Python --- */

static void note(struct futures *f, raddr key, raddr value)
{
	for (int i = 0; i < NR_ATTRIBUTES; i++) {
		const char *name = i == ATTRIBUTE_STATE ? "_state" :
							  members[i].attribute;

		if (name && !f->attributes[i] && text_equals(f->py, key, name))
			f->attributes[i] = value;
	}
}

static void read_dict(struct futures *f, raddr dict)
{
	struct dict_iter it;
	raddr key, value;

	if (!dict_iter_init(f->py, dict, &it))
		return;
	if (it.nr > f->entries) {
		f->nr_unread++;
		return;
	}
	f->entries -= it.nr;
	while (dict_iter_next(&it, &key, &value))
		note(f, key, value);
}

static void read_attributes(struct futures *f, oid o)
{
	struct python *py = f->py;

	memset(f->attributes, 0, sizeof(f->attributes));
	refs_clear(&f->refs);
	refs_instance(py, types_of(py, o), py->heap->address[o], &f->refs);
	for (size_t i = 0; i < f->refs.to.nr; i++) {
		const struct ref_name *ref = &f->refs.names.v[i];

		if (ref->kind == REF_ATTRIBUTE)
			note(f, ref->arg, f->refs.to.v[i]);
		else if (ref->kind == REF_DICT)
			read_dict(f, f->refs.to.v[i]);
	}
}

static enum future_state python_state(const struct futures *f)
{
	raddr state = f->attributes[ATTRIBUTE_STATE];

	if (text_equals(f->py, state, "PENDING"))
		return FUTURE_PENDING;
	if (text_equals(f->py, state, "CANCELLED"))
		return FUTURE_CANCELLED;
	return text_equals(f->py, state, "FINISHED") ? FUTURE_FINISHED :
						       FUTURE_UNKNOWN;
}

/* --- which class it is --- */

static bool is_called(struct python *py, const struct pytype *t,
		      const char *module, const char *name)
{
	return t->module_name && t->qualname &&
	       text_equals(py, t->qualname, name) &&
	       text_equals(py, t->module_name, module);
}

/* Of a class made at run time: which of asyncio's Python classes is it, or is
 * it derived from? */
static enum kind python_kind(struct python *py, const struct pytype *t)
{
	for (int i = 0; i < MAX_BASES && t->is_subtype; i++) {
		uint32_t base;

		if (is_called(py, t, "asyncio.tasks", "Task"))
			return KIND_PYTHON_TASK;
		if (is_called(py, t, "asyncio.futures", "Future"))
			return KIND_PYTHON_FUTURE;
		base = types_load_known(py, t->base);
		if (base == UINT32_MAX)
			break;
		t = &py->types.v[base];
	}
	return KIND_NONE;
}

static enum kind kind_of(struct python *py, const struct pytype *t)
{
	raddr base = py->types.v[t->native_base].address;

	if (type_names_is(py, base, "_asyncio.Task"))
		return KIND_TASK;
	if (type_names_is(py, base, "_asyncio.Future"))
		return KIND_FUTURE;
	return python_kind(py, t);
}

/* --- all of them --- */

/* From 3.12 on it is a number until somebody asks for the name. */
static char *task_name(struct python *py, raddr name)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	if (name && word_at(py, name, py->layout.object_type) ==
			    py->known.int_) {
		str_add(&s, "Task-");
		text_scalar(py, name, MAX_NAME, &s);
	} else if (name) {
		text_str(py, name, MAX_NAME, &s, NULL);
	}
	return xstrndup(s.s, s.len);
}

static oid object_at(struct python *py, raddr address)
{
	return address && address != py->known.none ?
		       object_map_find(py, address) : OID_NONE;
}

static void add_future(struct futures *f, oid o, enum kind kind)
{
	struct python *py = f->py;
	raddr obj = py->heap->address[o], at[NR_MEMBERS];
	bool is_task = kind == KIND_TASK || kind == KIND_PYTHON_TASK;
	bool is_c = kind == KIND_TASK || kind == KIND_FUTURE;
	const struct c_layout *l = is_task ? &f->task : &f->future;

	if (!is_c)
		read_attributes(f, o);
	for (int i = 0; i < NR_MEMBERS; i++)
		at[i] = is_c ? word_at(py, obj, l->member[i]) :
			       f->attributes[i];
	heap_future_vec_push(&py->heap->futures, (struct heap_future){
		.object = o, .is_task = is_task,
		.state = is_c ? c_state(py, obj, l) : python_state(f),
		.callback = object_at(py, at[MEMBER_CALLBACK]),
		.callbacks = object_at(py, at[MEMBER_CALLBACKS]),
		.awaited_by = object_at(py, at[MEMBER_AWAITED_BY]),
		.coroutine = object_at(py, at[MEMBER_COROUTINE]),
		.waits_for = object_at(py, at[MEMBER_WAITS_FOR]),
		.name = task_name(py, is_task ? at[MEMBER_NAME] : 0) });
}

static void futures_load(struct python *py)
{
	const struct heap *h = py->heap;
	struct futures f = { .py = py, .refs.named = true,
			     .entries = py->most_claims };
	CLEANUP(freep) uint8_t *kinds = xcalloc(py->types.nr, 1);

	find_layout(py, "_asyncio.Future", &f.future);
	find_layout(py, "_asyncio.Task", &f.task);
	for (oid o = 0; o < h->nr_objects; o++) {
		uint8_t *kind = &kinds[h->type[o]];

		if (likely(*kind == KIND_NONE))
			continue;
		if (*kind == KIND_UNKNOWN)
			*kind = (uint8_t)kind_of(py, types_of(py, o));
		if (*kind != KIND_NONE)
			add_future(&f, o, (enum kind)*kind);
	}
	if (f.nr_unread)
		heap_warn(py->heap, "%" PRIu64 " futures and tasks have dicts"
			  " that are too large to be read: what they wait for"
			  " is not known", f.nr_unread);
	refs_release(&f.refs);
}

void async_load(struct python *py)
{
	generators_load(py);
	futures_load(py);
}
