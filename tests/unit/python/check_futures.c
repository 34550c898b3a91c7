/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks and futures of asyncio, of C and of Python, in fake CPythons. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "fake-values.h"
#include "python/async/futures.h"
#include "python/state/object-head.h"
#include "python/types/object-map.h"
#include "suite.h"

/* FutureObj and TaskObj of Modules/_asynciomodule.c, builds with a GIL; what
 * all have: fut_callback0 24, fut_callbacks 40. */
struct offsets {
	uint32_t state, awaited_by;	/* 0: there is none */
	uint32_t waits_for, coroutine, name;
};
static const struct offsets offsets[] = {
	[8] = { 72, 0, 104, 112, 120 },
	[9] = { 80, 0, 144, 152, 160 },
	[10] = { 88, 0, 152, 160, 168 },
	[11] = { 88, 0, 128, 136, 144 },
	[12] = { 88, 0, 128, 136, 144 },
	[13] = { 96, 0, 112, 120, 128 },
	[14] = { 104, 96, 120, 128, 136 },
	[15] = { 104, 96, 120, 128, 136 },
};
#define CALLBACK 24
#define CALLBACKS 40
#define STRUCT_SIZE 208

static struct fake f;

/* What a future refers to. */
static struct {
	raddr callback, callbacks, awaited_by, coroutine, waits_for;
} to;

static void begin(int row)
{
	fake_init(&f, fake_rows[row]);
	to.callback = fake_object(&f, f.py.known.function, 160);
	to.callbacks = fake_list(&f, 0, NULL);
	to.awaited_by = fake_object(&f, f.py.known.set, 200);
	to.coroutine = fake_object(&f, f.py.known.coroutine, 200);
	to.waits_for = fake_object(&f, f.py.known.object, 16);
}

static oid add(raddr obj)
{
	oid o = object_map_add(&f.py, obj);

	ck_assert_uint_ne(o, OID_NONE);
	return o;
}

/* All blocks are there: load. */
static void load(void)
{
	add(to.callback);
	add(to.callbacks);
	add(to.awaited_by);
	add(to.coroutine);
	add(to.waits_for);
	async_load(&f.py);
}

static void put(raddr obj, uint32_t offset, uint64_t word)
{
	fake_put(&f, obj, offset + f.py.layout.object_size - 16, word);
}

static raddr c_type(const char *name)
{
	return fake_type(&f, &(struct fake_type){
		.name = name, .flags = TPFLAG_HAVE_GC, .basicsize = STRUCT_SIZE,
		.traverse = fake_function(&f) });
}

static raddr c_future(const char *type, uint32_t state)
{
	raddr obj = fake_object(&f, c_type(type), STRUCT_SIZE);
	const struct offsets *at = &offsets[f.py.minor];

	put(obj, CALLBACK, to.callback);
	put(obj, CALLBACKS, to.callbacks);
	if (at->awaited_by)
		put(obj, at->awaited_by, to.awaited_by);
	fake_put32(&f, obj, at->state + f.py.layout.object_size - 16, state);
	return obj;
}

static raddr c_task(raddr name)
{
	const struct offsets *at = &offsets[f.py.minor];
	raddr obj = c_future("_asyncio.Task", 0);

	put(obj, at->waits_for, to.waits_for);
	put(obj, at->coroutine, to.coroutine);
	put(obj, at->name, name);
	return obj;
}

static const struct heap_future *only(oid o)
{
	ck_assert_uint_eq(f.heap.futures.nr, 1);
	ck_assert_uint_eq(f.heap.futures.v[0].object, o);
	return &f.heap.futures.v[0];
}

static void check_oid(oid found, raddr expected)
{
	if (expected)
		ck_assert_uint_eq(found, object_map_find(&f.py, expected));
	else
		ck_assert_uint_eq(found, OID_NONE);
}

/* --- C --- */

START_TEST(futures_of_c_have_a_state)
{
	static const enum future_state states[] = {
		FUTURE_PENDING, FUTURE_CANCELLED, FUTURE_FINISHED,
		FUTURE_UNKNOWN, FUTURE_UNKNOWN };

	for (unsigned int i = 0; i < ARRAY_SIZE(states); i++) {
		const struct heap_future *future;
		raddr obj;

		begin(_i);
		obj = c_future("_asyncio.Future", i < 4 ? i : UINT32_MAX);
		fake_ready(&f);
		add(obj);
		load();
		future = only(0);
		ck_assert(!future->is_task);
		ck_assert_int_eq(future->state, states[i]);
		check_oid(future->callback, to.callback);
		check_oid(future->callbacks, to.callbacks);
		check_oid(future->awaited_by,
			  offsets[f.py.minor].awaited_by ? to.awaited_by : 0);
		check_oid(future->coroutine, 0);
		check_oid(future->waits_for, 0);
		ck_assert_str_eq(future->name, "");
		fake_release(&f);
	}
}
END_TEST

START_TEST(tasks_of_c_wait_for_something)
{
	const struct heap_future *task;
	raddr obj;

	begin(_i);
	obj = c_task(fake_str(&f, "fetch"));
	fake_ready(&f);
	add(obj);
	load();
	task = only(0);
	ck_assert(task->is_task);
	ck_assert_int_eq(task->state, FUTURE_PENDING);
	check_oid(task->callback, to.callback);
	check_oid(task->callbacks, to.callbacks);
	check_oid(task->coroutine, to.coroutine);
	check_oid(task->waits_for, to.waits_for);
	ck_assert_str_eq(task->name, "fetch");
	fake_release(&f);
}
END_TEST

static void check_name(int row, raddr make(void), const char *expected)
{
	raddr obj;

	begin(row);
	obj = c_task(make());
	fake_ready(&f);
	add(obj);
	load();
	ck_assert_str_eq(only(0)->name, expected);
	fake_release(&f);
}

static raddr number(void)
{
	return fake_int(&f, 42);
}

static raddr no_name(void)
{
	return 0;
}

static raddr unmapped_name(void)
{
	return 0x1000;
}

static raddr other_name(void)
{
	return fake_list(&f, 0, NULL);
}

static raddr control_name(void)
{
	return fake_str(&f, "a\x1b[2J\nb");
}

/* The length lies: there is no such text. */
static raddr endless_name(void)
{
	raddr name = fake_str(&f, "abc");

	fake_put(&f, name, f.py.layout.str_length, UINT64_MAX / 2);
	return name;
}

START_TEST(names_of_tasks)
{
	/* 3.12 and later: until somebody asks for the name. */
	check_name(_i, number, "Task-42");
	check_name(_i, no_name, "");
	check_name(_i, unmapped_name, "");
	check_name(_i, other_name, "");
	check_name(_i, control_name, "a\\x1b[2J\\nb");
	check_name(_i, endless_name, "");
}
END_TEST

START_TEST(long_names_are_cut)
{
	char name[1001];
	raddr obj;

	begin(_i);
	snprintf(name, sizeof(name), "%01000d", 0);
	obj = c_task(fake_str(&f, name));
	fake_ready(&f);
	add(obj);
	load();
	ck_assert_uint_ge(strlen(only(0)->name), 256);
	ck_assert_uint_lt(strlen(only(0)->name), 300);
	ck_assert_mem_eq(only(0)->name, name, 256);
	fake_release(&f);
}
END_TEST

/* None, what is no object, and what the heap does not have. */
START_TEST(nothing_is_no_object)
{
	const struct heap_future *task;
	raddr obj, stranger;

	begin(_i);
	obj = c_task(0);
	stranger = fake_list(&f, 0, NULL);
	put(obj, CALLBACK, fake_none(&f));
	put(obj, CALLBACKS, 0);
	put(obj, offsets[f.py.minor].waits_for, stranger);
	put(obj, offsets[f.py.minor].coroutine, UINT64_MAX);
	fake_ready(&f);
	add(fake_none(&f));
	add(obj);
	load();
	task = only(1);
	check_oid(task->callback, 0);
	check_oid(task->callbacks, 0);
	check_oid(task->waits_for, 0);
	check_oid(task->coroutine, 0);
	fake_release(&f);
}
END_TEST

/* Tasks that wait for each other, and one that waits for itself. */
START_TEST(tasks_may_wait_in_a_circle)
{
	const struct heap_future *tasks;
	raddr a, b, self;
	uint32_t at;

	begin(_i);
	a = c_task(0);
	b = c_task(0);
	self = c_task(0);
	at = offsets[f.py.minor].waits_for;
	put(a, at, b);
	put(b, at, a);
	put(self, at, self);
	put(self, CALLBACK, self);
	fake_ready(&f);
	add(a);
	add(b);
	add(self);
	load();
	tasks = f.heap.futures.v;
	ck_assert_uint_eq(f.heap.futures.nr, 3);
	for (oid o = 0; o < 3; o++)
		ck_assert_uint_eq(tasks[o].object, o);
	ck_assert_uint_eq(tasks[0].waits_for, 1);
	ck_assert_uint_eq(tasks[1].waits_for, 0);
	ck_assert_uint_eq(tasks[2].waits_for, 2);
	ck_assert_uint_eq(tasks[2].callback, 2);
	fake_release(&f);
}
END_TEST

/* The class is derived from C's. */
START_TEST(subclasses_of_c_are_futures)
{
	const struct heap_future *task;
	raddr base, obj;

	begin(_i);
	base = c_type("_asyncio.Task");
	obj = fake_object(&f, fake_type(&f, &(struct fake_type){
		.name = "app.Job", .base = base,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC }), STRUCT_SIZE);
	put(obj, offsets[f.py.minor].coroutine, to.coroutine);
	fake_ready(&f);
	add(obj);
	load();
	task = only(0);
	ck_assert(task->is_task);
	check_oid(task->coroutine, to.coroutine);
	fake_release(&f);
}
END_TEST

/* --- Python --- */

static raddr class_of(const char *name, raddr base)
{
	bool managed = f.py.minor >= 11;
	uint32_t size = f.py.layout.object_size;

	return fake_type(&f, &(struct fake_type){
		.name = name, .base = base, .basicsize = size + 8,
		.dictoffset = managed ? -1 : (int64_t)size,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC |
			 (managed ? TPFLAG_MANAGED_DICT : 0) });
}

static raddr instance(raddr class, raddr dict)
{
	raddr obj = fake_object(&f, class, 64);

	if (f.py.minor >= 11)
		fake_put(&f, object_head_managed_dict(&f.py, obj), 0, dict);
	else
		fake_put(&f, obj, f.py.layout.object_size, dict);
	return obj;
}

static raddr python_task(const char *state)
{
	return fake_namespace(&f, "_state", fake_str(&f, state),
			      "_callbacks", to.callbacks,
			      "_coro", to.coroutine,
			      "_fut_waiter", to.waits_for,
			      "_name", fake_str(&f, "py"),
			      "_Future__asyncio_awaited_by", to.awaited_by,
			      NULL);
}

static void check_python_task(const struct heap_future *task)
{
	ck_assert(task->is_task);
	check_oid(task->callback, 0);
	check_oid(task->callbacks, to.callbacks);
	check_oid(task->awaited_by, to.awaited_by);
	check_oid(task->coroutine, to.coroutine);
	check_oid(task->waits_for, to.waits_for);
	ck_assert_str_eq(task->name, "py");
}

START_TEST(tasks_of_python_have_attributes)
{
	static const struct {
		const char *name;
		enum future_state state;
	} states[] = {
		{ "PENDING", FUTURE_PENDING }, { "finished", FUTURE_UNKNOWN },
		{ "CANCELLED", FUTURE_CANCELLED }, { "", FUTURE_UNKNOWN },
		{ "FINISHED", FUTURE_FINISHED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		raddr future, task, sub;

		begin(_i);
		future = class_of("asyncio.futures.Future", 0);
		task = class_of("asyncio.tasks.Task", future);
		sub = instance(class_of("app.Job", task),
			       python_task(states[i].name));
		task = instance(task, python_task(states[i].name));
		fake_ready(&f);
		add(task);
		add(sub);
		load();
		ck_assert_uint_eq(f.heap.futures.nr, 2);
		for (int k = 0; k < 2; k++) {
			check_python_task(&f.heap.futures.v[k]);
			ck_assert_int_eq(f.heap.futures.v[k].state,
					 states[i].state);
		}
		fake_release(&f);
	}
}
END_TEST

/* Any number of them may have one dict: what is read is bounded, and said. */
START_TEST(large_dicts_of_many_are_not_read)
{
	raddr class, dict, objects[3];

	begin(_i);
	class = class_of("asyncio.tasks.Task", 0);
	dict = python_task("PENDING");
	for (int i = 0; i < 3; i++)
		objects[i] = instance(class, dict);
	fake_ready(&f);
	for (int i = 0; i < 3; i++)
		add(objects[i]);
	f.py.most_claims = 2 * 6 + 5;
	load();
	ck_assert_uint_eq(f.heap.futures.nr, 3);
	for (int i = 0; i < 2; i++)
		check_python_task(&f.heap.futures.v[i]);
	check_oid(f.heap.futures.v[2].coroutine, 0);
	ck_assert_int_eq(f.heap.futures.v[2].state, FUTURE_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(f.heap.info.warnings.v[0], "1 futures"));
	fake_release(&f);
}
END_TEST

START_TEST(futures_of_python_have_no_name)
{
	const struct heap_future *future;
	raddr obj;

	begin(_i);
	obj = instance(class_of("asyncio.futures.Future", 0),
		       fake_namespace(&f, "_state", fake_str(&f, "FINISHED"),
				      "_name", fake_str(&f, "no"), NULL));
	fake_ready(&f);
	add(obj);
	load();
	future = only(0);
	ck_assert(!future->is_task);
	ck_assert_int_eq(future->state, FUTURE_FINISHED);
	check_oid(future->callbacks, 0);
	ck_assert_str_eq(future->name, "");
	fake_release(&f);
}
END_TEST

/* 3.11 and 3.12 keep attributes as values with the keys of the class. */
START_TEST(attributes_may_be_values)
{
	raddr keys[4], values, type, obj;

	begin(_i);
	keys[0] = fake_str(&f, "_state");
	keys[2] = fake_str(&f, "_coro");
	keys[1] = keys[3] = 1;
	type = fake_type(&f, &(struct fake_type){
		.name = "asyncio.tasks.Task", .dictoffset = -1,
		.flags = TPFLAG_HEAPTYPE | TPFLAG_HAVE_GC |
			 TPFLAG_MANAGED_DICT,
		.cached_keys = fake_dict_keys(&f, 2, keys, false) });
	obj = fake_object(&f, type, 64);
	values = fake_block(&f, 16);
	fake_put(&f, values, 0, fake_str(&f, "CANCELLED"));
	fake_put(&f, values, 8, to.coroutine);
	if (f.py.minor == 12)
		fake_put(&f, object_head_managed_dict(&f.py, obj), 0,
			 values - 1);
	else if (f.py.minor == 11)
		fake_put(&f, object_head_values(obj), 0, values);
	fake_ready(&f);
	add(obj);
	load();
	ck_assert(only(0)->is_task);
	if (f.py.minor == 11 || f.py.minor == 12) {
		ck_assert_int_eq(only(0)->state, FUTURE_CANCELLED);
		check_oid(only(0)->coroutine, to.coroutine);
	} else {
		ck_assert_int_eq(only(0)->state, FUTURE_UNKNOWN);
	}
	fake_release(&f);
}
END_TEST

/* The dict is not there, is no dict, or its length lies. */
START_TEST(tasks_of_python_without_attributes)
{
	for (int lie = 0; lie < 4; lie++) {
		const struct heap_future *task;
		raddr dict, obj;

		begin(_i);
		dict = python_task("PENDING");
		if (lie == 3)
			fake_put(&f, fake_word(&f, dict, f.py.layout.dict_keys),
				 f.py.layout.keys_nentries, UINT64_MAX / 2);
		obj = instance(class_of("asyncio.tasks.Task", 0),
			       lie == 0 ? 0 : lie == 1 ? 0x1000 :
			       lie == 2 ? to.callbacks : dict);
		fake_ready(&f);
		add(obj);
		load();
		task = only(0);
		ck_assert(task->is_task);
		ck_assert_int_eq(task->state, FUTURE_UNKNOWN);
		check_oid(task->coroutine, 0);
		check_oid(task->waits_for, 0);
		ck_assert_str_eq(task->name, "");
		fake_release(&f);
	}
}
END_TEST

/* --- what is no future --- */

START_TEST(classes_with_such_names_are_no_futures)
{
	raddr objects[6];

	begin(_i);
	objects[0] = fake_object(&f, c_type("_asyncio.FutureIter"), 64);
	objects[1] = fake_object(&f, c_type("asyncio.tasks.Task"), 64);
	objects[2] = instance(class_of("app.Task", 0), 0);
	objects[3] = instance(class_of("asyncio.tasks.Future", 0), 0);
	objects[4] = instance(class_of("asyncio.futures.Task", 0), 0);
	objects[5] = fake_object(&f, c_type("_asyncio.Futur"), 64);
	fake_ready(&f);
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		add(objects[i]);
	load();
	ck_assert_uint_eq(f.heap.futures.nr, 0);
	fake_release(&f);
}
END_TEST

/* Each word of the tasks in turn is not there: what is found is right. */
START_TEST(missing_memory_makes_no_references)
{
	raddr in_c, in_python;

	begin(_i);
	in_c = c_task(fake_str(&f, "fetch"));
	in_python = instance(class_of("asyncio.tasks.Task", 0),
			     python_task("PENDING"));
	fake_ready(&f);
	for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word); word++) {
		object_map_add(&f.py, in_c);
		object_map_add(&f.py, in_python);
		object_map_add(&f.py, to.coroutine);
		object_map_add(&f.py, to.waits_for);
		async_load(&f.py);
		ck_assert_uint_le(f.heap.futures.nr, 2);
		for (size_t i = 0; i < f.heap.futures.nr; i++) {
			const struct heap_future *t = &f.heap.futures.v[i];

			if (t->coroutine != OID_NONE)
				check_oid(t->coroutine, to.coroutine);
			if (t->waits_for != OID_NONE)
				check_oid(t->waits_for, to.waits_for);
			ck_assert(!*t->name || !strcmp(t->name, "fetch") ||
				  !strcmp(t->name, "py"));
		}
		fake_map_again(&f);
		fake_restart(&f);
	}
	fake_release(&f);
}
END_TEST

const char suite_name[] = "futures";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		futures_of_c_have_a_state, tasks_of_c_wait_for_something,
		names_of_tasks, long_names_are_cut, nothing_is_no_object,
		tasks_may_wait_in_a_circle, subclasses_of_c_are_futures,
		tasks_of_python_have_attributes, futures_of_python_have_no_name,
		large_dicts_of_many_are_not_read,
		attributes_may_be_values, tasks_of_python_without_attributes,
		classes_with_such_names_are_no_futures,
		missing_memory_makes_no_references,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
