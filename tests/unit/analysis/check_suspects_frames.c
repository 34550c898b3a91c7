/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locals of many threads at the same line.
 */
#include <check.h>

#include "find-suspects.h"
#include "graph.h"
#include "suite.h"

/* Each root of a frame is a local of a thread of its own, in one function. */
static void build_threads(struct heap *h, const char *text)
{
	graph_build(h, text);
	for (size_t i = 0; i < h->roots.nr; i++)
		heap_stack_vec_push(&h->stacks, (struct heap_stack){
			STACK_THREAD, NO_THREAD, OID_NONE });
	for (size_t i = 0; i < h->roots.nr; i++) {
		struct heap_root *root = &h->roots.v[i];

		if (root->kind != ROOT_FRAME)
			continue;
		root->slot = SLOT_LOCAL;
		root->frame = (int32_t)h->frames.nr;
		heap_frame_vec_push(&h->frames, (struct heap_frame){
			.stack = (uint32_t)i, .line = 7,
			.code = graph_oid(h, "code"),
			.function = xstrdup("handle"),
			.file = xstrdup("app.py") });
	}
}

static void check(const char *text, const char *expected)
{
	struct heap h;

	build_threads(&h, text);
	find_suspects_expect(&h, expected);
	heap_release(&h);
}

#define THREADS(n) "m->code x#" n "->y#" n "; root m:m f:x#" n ";" \
		   " type module m; type code code; type bytes x#" n " y#" n \
		   "; size y#" n "=1000;"

START_TEST(suspects_have_locals_of_many_threads)
{
	struct suspects s;
	struct heap h;

	build_threads(&h, THREADS("16") " size y3=2000");
	find_suspects(&h, &find_suspects_low, &s);
	ck_assert_uint_eq(s.v.nr, 1);
	ck_assert_int_eq(s.v.v[0].kind, SUSPECT_FRAME);
	ck_assert_uint_eq(s.v.v[0].flags, SUSPECT_THREADS);
	ck_assert_uint_eq(s.v.v[0].object, graph_oid(&h, "x3"));
	ck_assert_uint_eq(s.v.v[0].entries, 16);
	ck_assert_uint_eq(s.v.v[0].objects, 32);
	suspects_release(&s);
	/* They go on, each at a line of its own. */
	h.frames.v[0].line = 8;
	find_suspects_expect(&h, "");
	h.frames.v[0].line = 7;
	/* One thread has two of the locals. */
	h.frames.v[0].stack = h.frames.v[1].stack;
	find_suspects_expect(&h, "");
	heap_release(&h);
	check(THREADS("15"), "");
}
END_TEST

START_TEST(suspects_have_no_locals_that_others_have)
{
	check(THREADS("20") "m->x#20", "");
	/* They are the same object. */
	check(THREADS("1") " root f:x0 f:x0 f:x0 f:x0 f:x0 f:x0 f:x0 f:x0 f:x0"
	      " f:x0 f:x0 f:x0 f:x0 f:x0 f:x0 f:x0 f:x0 f:x0 f:x0", "");
	/* Little of the heap. */
	check(THREADS("20") "m->z; size z=120000", "");
}
END_TEST

const char suite_name[] = "suspects-frames";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, suspects_have_locals_of_many_threads);
	tcase_add_test(tc, suspects_have_no_locals_that_others_have);
}
