/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What roots and references are called. */
#include "output/words.h"
#include "suite.h"

const char suite_name[] = "words";

/* A thread with a name, one without, and a frame of each. */
static void build(struct heap *h)
{
	heap_init(h);
	heap_add_thread(h, (struct heap_thread){
		.native_id = 4242, .name = xstrdup("a, b") });
	heap_add_thread(h, (struct heap_thread){
		.name = xstrdup("") });
	heap_frame_vec_push(&h->frames, (struct heap_frame){
		.stack = 0, .function = xstrdup("f"),
		.file = xstrdup("/a, b.py"), .line = 12 });
	heap_frame_vec_push(&h->frames, (struct heap_frame){
		.stack = 1, .function = xstrdup("g"),
		.file = xstrdup("x.py") });
}

/* The whole name, then its two parts. */
static void expect_frame(enum heap_redaction redaction, int32_t frame,
			 enum root_slot slot, uint32_t number, bool likely,
			 const char *name, const char *words,
			 const char *of_frame, const char *of_slot)
{
	CLEANUP(str_release) struct str all = STR_INIT, first = STR_INIT;
	CLEANUP(str_release) struct str last = STR_INIT;
	CLEANUP(heap_release) struct heap h;
	CLEANUP(freep) char *owned = xstrdup(name);
	struct heap_root root = {
		.kind = ROOT_FRAME, .name = owned, .frame = frame,
		.slot = slot, .number = number, .likely = likely,
	};

	build(&h);
	h.info.redaction = redaction;
	words_root(&h, &root, &all);
	ck_assert_str_eq(all.s, words);
	words_root_slot(&root, &last);
	ck_assert_str_eq(last.s, of_slot);
	if (frame < 0)
		return;
	words_root_frame(&h, &root, &first);
	ck_assert_str_eq(first.s, of_frame);
}

START_TEST(a_frame_and_its_slot)
{
	expect_frame(REDACT_NOTHING, 0, SLOT_LOCAL, 3, false, "request",
		     "thread 4242 'a, b', f (/a, b.py:12), local request",
		     "thread 4242 'a, b', f (/a, b.py:12)", "local request");
	expect_frame(REDACT_NOTHING, 1, SLOT_LOCAL, 3, false, "",
		     "thread, g (x.py), local 3", "thread, g (x.py)",
		     "local 3");
	expect_frame(REDACT_NOTHING, 1, SLOT_STACK, 5, false, "",
		     "thread, g (x.py), stack 5", "thread, g (x.py)",
		     "stack 5");
	expect_frame(REDACT_NOTHING, 1, SLOT_F_LOCALS, 0, false, "",
		     "thread, g (x.py), f_locals", "thread, g (x.py)",
		     "f_locals");
	expect_frame(REDACT_NOTHING, -1, SLOT_NAMED, 0, false, "a name",
		     "a name", "", "a name");
}
END_TEST

START_TEST(what_is_likely_on_a_stack)
{
	expect_frame(REDACT_NOTHING, 1, SLOT_STACK, 5, true, "",
		     "thread, g (x.py), stack 5, likely",
		     "thread, g (x.py), stack 5", "likely");
}
END_TEST

START_TEST(a_redacted_frame_is_a_number)
{
	expect_frame(REDACT_ALL, 1, SLOT_LOCAL, 0, false, "?",
		     "frame 1, local ?", "frame 1", "local ?");
	expect_frame(REDACT_ALL, 1, SLOT_STACK, ROOT_NO_NUMBER, true, "",
		     "frame 1, likely", "frame 1", "likely");
	expect_frame(REDACT_CONTENTS, 1, SLOT_CODE, 0, false, "",
		     "thread, g (x.py), code", "thread, g (x.py)", "code");
}
END_TEST

static void expect_root(enum root_kind kind, enum root_slot slot,
			uint32_t thread, const char *name, const char *words)
{
	CLEANUP(str_release) struct str all = STR_INIT;
	CLEANUP(heap_release) struct heap h;
	CLEANUP(freep) char *owned = xstrdup(name);
	struct heap_root root = { .kind = kind, .name = owned, .frame = -1,
				  .slot = slot, .thread = thread };

	build(&h);
	words_root(&h, &root, &all);
	ck_assert_str_eq(all.s, words);
}

START_TEST(other_roots)
{
	expect_root(ROOT_MODULE, SLOT_NAMED, 0, "app", "app");
	expect_root(ROOT_INTERPRETER, SLOT_NAMED, 0, "codec search path",
		    "codec search path");
	expect_root(ROOT_INTERPRETER, SLOT_THREAD, 0, "context",
		    "thread 4242 'a, b', context");
	expect_root(ROOT_INTERPRETER, SLOT_THREAD, 1, "context",
		    "thread, context");
	expect_root(ROOT_INTERPRETER, SLOT_ATEXIT, 0, "atexit callback 3",
		    "atexit callback 3");
	expect_root(ROOT_TYPE, SLOT_TYPE, 0, "dict", "dict");
	expect_root(ROOT_TYPE, SLOT_BASE, 0, "dict", "dict.__base__");
	expect_root(ROOT_TYPE, SLOT_BASES, 0, "dict", "dict.__bases__");
	expect_root(ROOT_TYPE, SLOT_MRO, 0, "dict", "dict.__mro__");
	expect_root(ROOT_TYPE, SLOT_DICT, 0, "dict", "dict.__dict__");
	expect_root(ROOT_TYPE, SLOT_CACHE, 0, "dict", "dict's cache");
	expect_root(ROOT_TYPE, SLOT_SUBCLASSES, 0, "dict",
		    "dict's subclasses");
}
END_TEST

static void expect_edge(enum edge_kind kind, const char *name, uint64_t number,
			const char *words)
{
	CLEANUP(edge_name_release) struct edge_name n = {
		.kind = kind, .name = name ? xstrdup(name) : NULL,
		.number = number };
	CLEANUP(str_release) struct str text = STR_INIT;

	words_edge(&n, &text);
	ck_assert_str_eq(text.s, words);
}

START_TEST(references)
{
	expect_edge(EDGE_UNKNOWN, NULL, 0, "");
	expect_edge(EDGE_ATTRIBUTE, "f_back", 0, ".f_back");
	expect_edge(EDGE_DICT_ENTRY, "'a b'", 0, ".__dict__['a b']");
	expect_edge(EDGE_FIELD, "line table", 0, "line table");
	expect_edge(EDGE_DICT, NULL, 0, "__dict__");
	expect_edge(EDGE_LOCAL, "x", 0, "local x");
	expect_edge(EDGE_LOCAL, NULL, 0, "local ");
	expect_edge(EDGE_STACK, NULL, 0, "stack[0]");
	expect_edge(EDGE_CELL, NULL, 12, "closure cell 12");
	expect_edge(EDGE_OFFSET, NULL, UINT64_MAX,
		    "at offset 18446744073709551615");
	expect_edge(EDGE_ELEMENT, NULL, 0, "element");
	expect_edge(EDGE_INDEX, NULL, 3, "[3]");
	expect_edge(EDGE_NAMED_VALUE, "key", 0, "['key']");
	expect_edge(EDGE_VALUE, "'a  in b'", 0, "['a  in b']");
	expect_edge(EDGE_VALUE, "?", 0, "[?]");
	expect_edge(EDGE_KEY, "'x'", 0, "key 'x'");
	expect_edge(EDGE_CACHE_KEY, "(1,)", 0, "cached key (1,)");
	expect_edge(EDGE_CACHE_RESULT, "(1,)", 0, "cached result for (1,)");
	expect_edge(EDGE_FLAT, NULL, 7, ".flat[7]");
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, a_frame_and_its_slot);
	tcase_add_test(tc, what_is_likely_on_a_stack);
	tcase_add_test(tc, a_redacted_frame_is_a_number);
	tcase_add_test(tc, other_roots);
	tcase_add_test(tc, references);
}
