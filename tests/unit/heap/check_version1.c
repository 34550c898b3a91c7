/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of version 1: their text becomes facts. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap/capture/capture.h"
#include "heap/capture/version1.h"
#include "suite.h"
#include "tiny.h"

const char suite_name[] = "version1";

/* --- files --- */

/* A file of tests/fuzz/corpus, which the program wrote before version 2. */
static void open_file(const char *name, struct heap *ret)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", CORPUS, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "%s", path);
	ck_assert_ptr_null(capture_open(fd, ret));
	close(fd);
}

static void compare_roots(const struct heap *is, const struct heap *was)
{
	ck_assert_uint_eq(is->roots.nr, was->roots.nr);
	for (size_t i = 0; i < is->roots.nr; i++) {
		const struct heap_root *a = &is->roots.v[i];
		const struct heap_root *b = &was->roots.v[i];

		ck_assert_uint_eq(a->object, b->object);
		ck_assert_int_eq(a->kind, b->kind);
		ck_assert_int_eq(a->slot, b->slot);
		ck_assert_str_eq(a->name, b->name);
		ck_assert_uint_eq(a->number, b->number);
		ck_assert_int_eq(a->frame, b->frame);
		ck_assert_int_eq(a->likely, b->likely);
	}
}

static void compare_names(struct heap *is, struct heap *was)
{
	ck_assert_uint_eq(is->nr_objects, was->nr_objects);
	for (oid o = 0; o < is->nr_objects; o++) {
		ck_assert_uint_eq(is->edge_nr[o], was->edge_nr[o]);
		for (uint32_t i = 0; i < is->edge_nr[o]; i++) {
			CLEANUP(edge_name_release) struct edge_name a, b;

			heap_name_edges(is, o, i, 1, &a);
			heap_name_edges(was, o, i, 1, &b);
			ck_assert_int_eq(a.kind, b.kind);
			ck_assert_pstr_eq(a.name, b.name);
			ck_assert_uint_eq(a.number, b.number);
			ck_assert_pstr_eq(a.prefix, b.prefix);
			ck_assert_pstr_eq(a.suffix, b.suffix);
			ck_assert_int_eq(a.stand_in, b.stand_in);
		}
	}
}

/* The heap, and what the program writes of it and reads again. */
static void expect_same(const char *name, enum heap_redaction redaction)
{
	struct capture_options options = { .redaction = redaction };
	CLEANUP(heap_release) struct heap tiny, old, new;
	int fd = memfd_create("capture", 0);

	tiny_build(&tiny);
	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_null(capture_write(&tiny, &options, fd));
	ck_assert_ptr_null(capture_open(fd, &new));
	close(fd);
	open_file(name, &old);
	compare_roots(&old, &new);
	compare_names(&old, &new);
}

START_TEST(an_old_capture_has_the_facts_of_a_new_one)
{
	expect_same("version1.pyheld", REDACT_NOTHING);
	expect_same("version1-redacted.pyheld", REDACT_CONTENTS);
	expect_same("version1-redacted-all.pyheld", REDACT_ALL);
}
END_TEST

/* --- text --- */

static void add_thread(struct heap *h, int64_t id, const char *name)
{
	heap_add_thread(h, (struct heap_thread){
		.native_id = id, .name = xstrdup(name) });
}

#define COMMAS ", , , , , , , , , , , , , , , , "
/* As many as the name of a thread can have. */
#define MANY_COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS

/* What becomes of one root; the caller frees its name. */
static struct heap_root read_root(enum root_kind kind, int32_t frame,
				  const char *name)
{
	CLEANUP(heap_release) struct heap h = { 0 };
	struct heap_root ret;

	add_thread(&h, 7, "b, c");
	add_thread(&h, 0, "");
	add_thread(&h, 4242, "MainThread");
	add_thread(&h, 4242, "");
	add_thread(&h, 0, "pool");
	add_thread(&h, 0, MANY_COMMAS);
	heap_root_vec_push(&h.roots, (struct heap_root){
		.kind = kind, .frame = frame, .name = xstrdup(name) });
	version1_roots(&h);
	ret = h.roots.v[0];
	h.roots.nr = 0;
	return ret;
}

static void expect_frame(const char *text, enum root_slot slot,
			 const char *name, uint32_t number, bool likely)
{
	CLEANUP(freep) char *full =
		xasprintf("thread 4242 'a, b', f (/srv/a, b.py:12), %s", text);
	struct heap_root r = read_root(ROOT_FRAME, 0, full);

	ck_assert_int_eq(r.slot, slot);
	ck_assert_str_eq(r.name, name);
	ck_assert_uint_eq(r.number, number);
	ck_assert_int_eq(r.likely, likely);
	free(r.name);
}

START_TEST(roots_of_frames)
{
	expect_frame("local request", SLOT_LOCAL, "request", 0, false);
	expect_frame("local ", SLOT_LOCAL, "", 0, false);
	expect_frame("stack 0", SLOT_STACK, "", 0, false);
	expect_frame("stack 4294967294", SLOT_STACK, "", UINT32_MAX - 1,
		     false);
	expect_frame("stack 12, likely", SLOT_STACK, "", 12, true);
	/* REDACT_ALL left the number out. */
	expect_frame("likely", SLOT_STACK, "", ROOT_NO_NUMBER, true);
	expect_frame("function", SLOT_FUNCTION, "", 0, false);
	expect_frame("code", SLOT_CODE, "", 0, false);
	expect_frame("f_locals", SLOT_F_LOCALS, "", 0, false);
	expect_frame("frame object", SLOT_FRAME_OBJECT, "", 0, false);
}
END_TEST

START_TEST(odd_text_of_a_frame_is_a_name)
{
	struct heap_root r = read_root(ROOT_FRAME, -1, "x, local y");

	expect_frame("stack 4294967295", SLOT_NAMED, "stack 4294967295", 0,
		     false);
	expect_frame("stack ", SLOT_NAMED, "stack ", 0, false);
	expect_frame("stack 1x", SLOT_NAMED, "stack 1x", 0, false);
	expect_frame("", SLOT_NAMED, "", 0, false);
	ck_assert_int_eq(r.slot, SLOT_NAMED);
	ck_assert_str_eq(r.name, "x, local y");
	free(r.name);
}
END_TEST

static void expect_root(enum root_kind kind, const char *text,
			enum root_slot slot, const char *name, uint32_t thread)
{
	struct heap_root r = read_root(kind, -1, text);

	ck_assert_int_eq(r.slot, slot);
	ck_assert_str_eq(r.name, name);
	ck_assert_uint_eq(r.thread, thread);
	free(r.name);
}

START_TEST(roots_of_types)
{
	expect_root(ROOT_TYPE, "dict", SLOT_TYPE, "dict", 0);
	expect_root(ROOT_TYPE, "dict.__base__", SLOT_BASE, "dict", 0);
	expect_root(ROOT_TYPE, "dict.__bases__", SLOT_BASES, "dict", 0);
	expect_root(ROOT_TYPE, "a.B.__mro__", SLOT_MRO, "a.B", 0);
	expect_root(ROOT_TYPE, "a.B.__dict__", SLOT_DICT, "a.B", 0);
	expect_root(ROOT_TYPE, "a.B's cache", SLOT_CACHE, "a.B", 0);
	expect_root(ROOT_TYPE, "class-7's subclasses", SLOT_SUBCLASSES,
		    "class-7", 0);
	expect_root(ROOT_TYPE, "", SLOT_TYPE, "", 0);
}
END_TEST

START_TEST(roots_of_threads)
{
	expect_root(ROOT_INTERPRETER, "thread 4242 'MainThread', context",
		    SLOT_THREAD, "context", 2);
	expect_root(ROOT_INTERPRETER, "thread 4242, context", SLOT_THREAD,
		    "context", 3);
	expect_root(ROOT_INTERPRETER, "thread 7 'b, c', running task",
		    SLOT_THREAD, "running task", 0);
	expect_root(ROOT_INTERPRETER, "thread, context", SLOT_THREAD,
		    "context", 1);
	expect_root(ROOT_INTERPRETER, "thread 'pool', context", SLOT_THREAD,
		    "context", 4);
	/* Else its name would be the root's, also in a redacted capture. */
	expect_root(ROOT_INTERPRETER, "thread '" MANY_COMMAS "', context",
		    SLOT_THREAD, "context", 5);
	/* Nobody's. */
	expect_root(ROOT_INTERPRETER, "thread 424, context", SLOT_NAMED,
		    "thread 424, context", 0);
	expect_root(ROOT_INTERPRETER, "thread 4242 'MainThrea', context",
		    SLOT_NAMED, "thread 4242 'MainThrea', context", 0);
}
END_TEST

START_TEST(other_roots)
{
	expect_root(ROOT_INTERPRETER, "sys.modules", SLOT_NAMED,
		    "sys.modules", 0);
	expect_root(ROOT_INTERPRETER, "atexit callback 3, arguments",
		    SLOT_ATEXIT, "atexit callback 3, arguments", 0);
	expect_root(ROOT_INTERPRETER, "atexit callbacks", SLOT_ATEXIT,
		    "atexit callbacks", 0);
	expect_root(ROOT_MODULE, "a, local b", SLOT_NAMED, "a, local b", 0);
	expect_root(ROOT_MODULE, "dict.__base__", SLOT_NAMED, "dict.__base__",
		    0);
}
END_TEST

static void expect_name(const char *text, enum edge_kind kind,
			const char *name, uint64_t number)
{
	CLEANUP(heap_names_release) struct heap_name_vec names = VEC_INIT;

	heap_name_vec_push(&names, (struct heap_name){
		.name = xstrdup(text) });
	version1_names(&names);
	ck_assert_int_eq(names.v[0].kind, kind);
	ck_assert_str_eq(names.v[0].name, name);
	ck_assert_uint_eq(names.v[0].number, number);
}

START_TEST(names_of_references)
{
	expect_name("", EDGE_UNKNOWN, "", 0);
	expect_name(".f_back", EDGE_ATTRIBUTE, "f_back", 0);
	expect_name(".__dict__['a b']", EDGE_DICT_ENTRY, "'a b'", 0);
	expect_name(".__dict__[]", EDGE_DICT_ENTRY, "", 0);
	expect_name("line table", EDGE_FIELD, "line table", 0);
	expect_name("__dict__", EDGE_DICT, "", 0);
	expect_name("local x", EDGE_LOCAL, "x", 0);
	expect_name("local ", EDGE_LOCAL, "", 0);
	expect_name("stack[3]", EDGE_STACK, "", 3);
	expect_name("closure cell 12", EDGE_CELL, "", 12);
	expect_name("at offset 4096", EDGE_OFFSET, "", 4096);
	expect_name("element", EDGE_ELEMENT, "", 0);
}
END_TEST

START_TEST(odd_names_are_fields)
{
	expect_name("stack[3", EDGE_FIELD, "stack[3", 0);
	expect_name("stack[]", EDGE_FIELD, "stack[]", 0);
	expect_name("stack[4294967295]", EDGE_FIELD, "stack[4294967295]", 0);
	expect_name("closure cell", EDGE_FIELD, "closure cell", 0);
	expect_name("at offset -1", EDGE_FIELD, "at offset -1", 0);
	expect_name(".__dict__[", EDGE_ATTRIBUTE, "__dict__[", 0);
	expect_name(".", EDGE_ATTRIBUTE, "", 0);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, an_old_capture_has_the_facts_of_a_new_one);
	tcase_add_test(tc, roots_of_frames);
	tcase_add_test(tc, odd_text_of_a_frame_is_a_name);
	tcase_add_test(tc, roots_of_types);
	tcase_add_test(tc, roots_of_threads);
	tcase_add_test(tc, other_roots);
	tcase_add_test(tc, names_of_references);
	tcase_add_test(tc, odd_names_are_fields);
}
