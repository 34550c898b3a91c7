/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each report, of a small heap, as the whole text that people get on a terminal
 * of 80 columns without colour and UTF-8.  check_report_leaks.c has those of
 * leaks, doctor and watch, check_report_summary.c has that of summary.
 */
#include <check.h>

#include "analysis/audit.h"
#include "analysis/chain.h"
#include "analysis/collect.h"
#include "analysis/retained.h"
#include "base/alloc.h"
#include "expect.h"
#include "graph.h"
#include "output/reports/chain.h"
#include "output/reports/cycles.h"
#include "output/reports/garbage.h"
#include "output/reports/object.h"
#include "output/reports/refs.h"
#include "output/reports/retained.h"
#include "suite.h"

/* Two nodes that nobody holds, one of a class with __del__. */
#define GARBAGE "c->d d->c c->e; type app.Node c; type app.File/heap,del d;" \
	" type list e;"

/* --- chain --- */

/* To `name`, and to `other` unless it is NULL. */
static void say_chains(const char *what, const char *name, const char *other)
{
	struct chain_options find = CHAIN_OPTIONS_DEFAULT;
	struct dominators dominators;
	struct chains chains;
	oid targets[2] = { graph_oid(&heap, name) };
	size_t nr = other ? 2 : 1;

	if (other)
		targets[1] = graph_oid(&heap, other);
	chain_find(&heap, targets, nr, &find, &chains);
	dominators_build(&heap, &dominators);
	chain_text(&(struct chain_shown){ &heap, &chains, nr, what,
					  &dominators }, &format, &out);
	dominators_release(&dominators);
	chain_release(&chains);
}

START_TEST(chain_leads_from_a_root)
{
	expect_begin(HELD);
	say_chains(NULL, "a", NULL);
	expect("app.Node at 0x1030 (1,000 bytes, 2 references) is held by\n"
	       "\n"
	       "  module m      module     0x1000\n"
	       "  `- __dict__   dict       0x1010\n"
	       "     `- .cache  dict of 2  0x1020\n"
	       "        `- a    app.Node   0x1030\n"
	       "\n"
	       "  it retains 1,000 bytes in 1 object\n"
	       "  m.__dict__.cache -> a\n");
}
END_TEST

START_TEST(chain_of_a_type_says_how_many_there_are)
{
	expect_begin(HELD);
	say_chains("app.Node", "a", "b");
	expect("2 objects of app.Node, 1 holder\n"
	       "\n"
	       "app.Node at 0x1030 (1,000 bytes, 2 references) is held by\n"
	       "\n"
	       "  module m      module     0x1000\n"
	       "  `- __dict__   dict       0x1010\n"
	       "     `- .cache  dict of 2  0x1020\n"
	       "        `- a    app.Node   0x1030\n"
	       "\n"
	       "  it retains 1,000 bytes in 1 object\n"
	       "  m.__dict__.cache -> a\n"
	       "  and 1 reference more to these from the same holder\n");
}
END_TEST

START_TEST(chain_of_garbage_says_so)
{
	expect_begin(GARBAGE);
	say_chains(NULL, "e", NULL);
	expect("list at 0x1020 (16 bytes, 1 reference) is held by no root\n"
	       "  it retains 16 bytes in 1 object\n"
	       "\n"
	       "A cycle of garbage keeps it until the next collection:\n"
	       "\n"
	       "  from     app.Node  0x1000\n"
	       "  `- d     app.File  0x1010\n"
	       "     `- c  app.Node  0x1000\n"
	       "\n"
	       "From there, the chain to it:\n"
	       "\n"
	       "  from  app.Node  0x1000\n"
	       "  `- e  list      0x1020\n");
}
END_TEST

/* --- cycles --- */

static void say_cycles(const struct cycles_shown *shown)
{
	struct garbage garbage;
	struct cycles cycles;
	struct reach reach;

	reach_build(&heap, NULL, &reach);
	garbage_build(&heap, &garbage);
	cycles_build(&heap, &reach, &garbage, &cycles);
	cycles_text(&heap, &cycles, &reach, shown, &format, &out);
	cycles_release(&cycles);
	garbage_release(&garbage);
	reach_release(&reach);
}

START_TEST(cycles_are_held_or_garbage)
{
	expect_begin(HELD GARBAGE);
	say_cycles(&(struct cycles_shown){ 0 });
	expect("2 cycles\n"
	       "garbage in cycles: 2 objects, 32 bytes, in 1 cycle\n"
	       "\n"
	       "cycle 1: 2 objects, 1.0 KiB, held\n"
	       "  types: app.Node 2\n"
	       "\n"
	       "    from     app.Node  0x1030\n"
	       "    `- b     app.Node  0x1040\n"
	       "       `- a  app.Node  0x1030\n"
	       "\n"
	       "  held by: m.__dict__.cache -> a\n"
	       "\n"
	       "    module m      module     0x1000\n"
	       "    `- __dict__   dict       0x1010\n"
	       "       `- .cache  dict of 2  0x1020\n"
	       "          `- a    app.Node   0x1030\n"
	       "\n"
	       "cycle 2: 2 objects, 32 bytes, garbage, which the next full"
	       " collection frees\n"
	       "  a class in it has __del__\n"
	       "  types: app.File 1, app.Node 1\n"
	       "\n"
	       "    from     app.File  0x1060\n"
	       "    `- c     app.Node  0x1050\n"
	       "       `- d  app.File  0x1060\n");
}
END_TEST

START_TEST(cycles_that_are_not_shown_are_counted)
{
	expect_begin(HELD GARBAGE);
	say_cycles(&(struct cycles_shown){ .limit = 1, .garbage = true });
	expect("1 cycle\n"
	       "garbage in cycles: 2 objects, 32 bytes, in 1 cycle\n"
	       "\n"
	       "cycle 1: 2 objects, 32 bytes, garbage, which the next full"
	       " collection frees\n"
	       "  a class in it has __del__\n"
	       "  types: app.File 1, app.Node 1\n"
	       "\n"
	       "    from     app.File  0x1060\n"
	       "    `- c     app.Node  0x1050\n"
	       "       `- d  app.File  0x1060\n");
}
END_TEST

START_TEST(cycles_may_be_none)
{
	expect_begin("m->a; root m:m");
	say_cycles(&(struct cycles_shown){ 0 });
	expect("0 cycles\n"
	       "garbage in cycles: 0 objects, 0 bytes, in 0 cycles\n");
}
END_TEST

/* --- garbage --- */

static void say_garbage(uint64_t limit)
{
	struct garbage garbage;
	struct collect collect;

	garbage_build(&heap, &garbage);
	collect_build(&heap, &garbage, &collect);
	garbage_text(&heap, &garbage, &collect, limit, &format, &out);
	collect_release(&collect);
	garbage_release(&garbage);
}

START_TEST(garbage_is_told_by_type_and_component)
{
	expect_begin(HELD GARBAGE);
	say_garbage(0);
	expect("garbage: 3 objects, 48 bytes, in 1 component\n"
	       "finalizers of 1 object are called first, and may resurrect"
	       " what they reach\n"
	       "\n"
	       "COUNT  BYTES  TYPE\n"
	       "    1     16  app.File\n"
	       "    1     16  app.Node\n"
	       "    1     16  list\n"
	       "\n"
	       "component: 3 objects, 48 bytes\n"
	       "  types: app.File 1, app.Node 1, list 1\n"
	       "  with finalizers: 1 object\n"
	       "\n"
	       "    from     app.File  0x1060\n"
	       "    `- c     app.Node  0x1050\n"
	       "       `- d  app.File  0x1060\n");
}
END_TEST

START_TEST(garbage_may_be_none)
{
	expect_begin(HELD);
	say_garbage(0);
	expect("garbage: 0 objects, 0 bytes\n");
}
END_TEST

START_TEST(garbage_that_stays)
{
	struct heap_interpreter interpreter = { .garbage = 2 };

	expect_begin("a->b b->a c->d d->c; type app.Old/heap,legacy a;"
		     " type app.New/heap,del c");
	heap_interpreter_vec_push(&heap.interpreters, interpreter);
	say_garbage(1);
	expect("garbage: 4 objects, 64 bytes, in 2 components\n"
	       "finalizers of 1 object are called first, and may resurrect"
	       " what they reach\n"
	       "of it can't be collected, as a class has tp_del: 2 objects,"
	       " 32 bytes\n"
	       "gc.garbage has 2 objects, which nothing frees\n"
	       "the collector is disabled: nothing frees garbage but"
	       " gc.collect()\n"
	       "\n"
	       "COUNT  BYTES  TYPE\n"
	       "    2     32  object\n"
	       "... and 2 more types, see --limit\n"
	       "\n"
	       "component: 2 objects, 32 bytes\n"
	       "  types: app.Old 1, object 1\n"
	       "  can't be collected: 2 objects\n"
	       "\n"
	       "    from     app.Old  0x1000\n"
	       "    `- b     object   0x1010\n"
	       "       `- a  app.Old  0x1000\n"
	       "\n"
	       "... and 1 more kind of component, see --limit\n");
}
END_TEST

/* --- object --- */

static void say_object(oid o, uint64_t limit)
{
	struct retained_view view;

	retained_build(&heap, &view);
	object_text(&view, o, limit, &format, &out);
	retained_release(&view);
}

START_TEST(object_has_references_both_ways)
{
	expect_begin(HELD);
	heap.bytes = xcalloc(heap.nr_objects, sizeof(*heap.bytes));
	heap.bytes[graph_oid(&heap, ".cache")] = 2048;
	say_object(graph_oid(&heap, ".cache"), 1);
	expect("dict of 2 at 0x1020\n"
	       "\n"
	       "  repr        .cache\n"
	       "  size        16 bytes\n"
	       "  bytes       2,048 bytes, 2.0 KiB\n"
	       "  retained    2.0 KiB (100.0%) in 3 objects\n"
	       "  way         m.__dict__.cache\n"
	       "  refcount    1\n"
	       "  collector   tracks it in generation 2\n"
	       "\n"
	       "is referred to by 1 object\n"
	       "  .cache  dict  0x1010  m.d\n"
	       "\n"
	       "refers to 2 objects\n"
	       "  a  app.Node  0x1030  a\n"
	       "  ... and 1 more\n");
}
END_TEST

START_TEST(object_that_nothing_holds)
{
	expect_begin("a; refs a=0; flags a=4");
	say_object(0, 0);
	expect("object at 0x1000\n"
	       "\n"
	       "  repr        a\n"
	       "  size        16 bytes\n"
	       "  retained    16 bytes (100.0%) in 1 object\n"
	       "  way         <garbage>\n"
	       "  refcount    0\n"
	       "  collector   tracks it in generation 2\n"
	       "  references  found by a scan for pointers: some may not"
	       " exist\n"
	       "\n"
	       "is referred to by 0 objects\n"
	       "\n"
	       "refers to 0 objects\n");
}
END_TEST

/* --- refs --- */

START_TEST(refs_that_nothing_explains)
{
	struct audit audit;

	expect_begin("m->a m->b; root m:m; refs a=3 b=0; type app.Node/heap a;"
		     " type list b");
	audit_build(&heap, NULL, &audit);
	refs_text(&heap, &audit, 0, &format, &out);
	audit_release(&audit);
	expect("4 references to 3 objects are counted, 2 of them explained\n"
	       "held by native code, or leaked by it: 2 references to 1"
	       " object\n"
	       "more explained than counted: 1 reference to 1 object, a"
	       " bug in pyheld: please report it\n"
	       "left out: 0 immortal objects, whose reference count means"
	       " nothing\n"
	       "\n"
	       "REFERENCES  OBJECTS  TYPE\n"
	       "         2        1  app.Node\n"
	       "                       0x1010  counted 3, found 1  a\n"
	       "\n"
	       "More explained than counted:\n"
	       "COUNTED  FOUND  ADDRESS  TYPE\n"
	       "      0      1  0x1020   list\n");
}
END_TEST

/* --- retained --- */

START_TEST(retained_by_the_largest)
{
	struct retained_shown shown = { .objects = VEC_INIT, .depth = 1 };
	struct retained_view v;

	expect_begin(HELD);
	retained_build(&heap, &v);
	retained_largest(&v, 2, &shown.objects);
	retained_text(&v, &shown, &format, &out);
	retained_release(&v);
	oid_vec_release(&shown.objects);
	expect("5 objects, 1.0 KiB\n"
	       "\n"
	       "     RETAINED  SHARE  OBJECTS  HOLDER            TYPE      "
	       " ADDRESS\n"
	       "      1.0 KiB  97.0%        3  m.__dict__.cache  dict of 2 "
	       " 0x1020\n"
	       "  1,000 bytes  93.3%        1  `- a              app.Node  "
	       " 0x1030\n");
}
END_TEST

/* Memory that several hold is retained by what keeps all of them. */
START_TEST(retained_with_a_lump)
{
	struct retained_shown shown = { .objects = VEC_INIT };
	struct retained_view v;

	expect_begin(HELD);
	heap_lump_holder_vec_push(&heap.lump_holders,
		(struct heap_lump_holder){ graph_oid(&heap, "a"), 0 });
	heap_lump_holder_vec_push(&heap.lump_holders,
		(struct heap_lump_holder){ graph_oid(&heap, ".cache"), 0 });
	heap_lump_vec_push(&heap.lumps, (struct heap_lump){ 2048, 0, 2 });
	heap_lump_vec_push(&heap.lumps, (struct heap_lump){ 20, 0, 2 });
	retained_build(&heap, &v);
	retained_largest(&v, 1, &shown.objects);
	retained_text(&v, &shown, &format, &out);
	retained_release(&v);
	oid_vec_release(&shown.objects);
	expect("5 objects, 3.1 KiB\n"
	       "2.0 KiB in raw blocks are held by app.Node and 1 more, by none"
	       " of them alone\n"
	       "\n"
	       "  RETAINED  SHARE  OBJECTS  HOLDER            TYPE      "
	       " ADDRESS\n"
	       "   3.0 KiB  99.0%        3  m.__dict__.cache  dict of 2 "
	       " 0x1020\n");
}
END_TEST

START_TEST(retained_by_one)
{
	struct retained_shown shown = { .objects = VEC_INIT, .depth = 3,
					.single = true };
	struct retained_view v;

	expect_begin(HELD);
	retained_build(&heap, &v);
	oid_vec_push(&shown.objects, graph_oid(&heap, ".cache"));
	retained_text(&v, &shown, &format, &out);
	retained_release(&v);
	oid_vec_release(&shown.objects);
	expect("dict of 2 at 0x1020 (16 bytes) retains 1.0 KiB (97.0%) in 3"
	       " objects\n"
	       "\n"
	       "  m.__dict__.cache\n"
	       "  types: app.Node 2 (1.0 KiB), dict 1 (16 bytes)\n"
	       "\n"
	       "     RETAINED  SHARE  OBJECTS  HOLDER            TYPE      "
	       " ADDRESS\n"
	       "      1.0 KiB  97.0%        3  m.__dict__.cache  dict of 2 "
	       " 0x1020\n"
	       "  1,000 bytes  93.3%        1  `- a              app.Node  "
	       " 0x1030\n"
	       "\n"
	       "It would also be freed with each of these, the nearest"
	       " first:\n"
	       "\n"
	       "  RETAINED   SHARE  OBJECTS  HOLDER  TYPE    ADDRESS\n"
	       "   1.0 KiB  100.0%        5  m       module  0x1000\n");
}
END_TEST

START_TEST(retained_by_a_type)
{
	struct retained_shown shown = {
		.objects = VEC_INIT,
		.nr = 5,
		.type = "app.*",
		.nr_of_type = 2,
		.size_of_type = 1024,
		.sum = { .nr = 2, .bytes = 1024 },
	};
	struct retained_view v;

	expect_begin(HELD);
	retained_build(&heap, &v);
	oid_vec_push(&shown.objects, graph_oid(&heap, "a"));
	retained_text(&v, &shown, &format, &out);
	retained_release(&v);
	oid_vec_release(&shown.objects);
	expect("5 objects, 1.0 KiB\n"
	       "2 objects of app.*, 1.0 KiB; without them 1.0 KiB (95.5%)"
	       " in 2 objects would be freed\n"
	       "1 of 5 are shown (see --limit)\n"
	       "\n"
	       "     RETAINED  SHARE  OBJECTS  HOLDER                 TYPE "
	       "     ADDRESS\n"
	       "  1,000 bytes  93.3%        1  m.__dict__.cache -> a "
	       " app.Node  0x1030\n");
}
END_TEST

const char suite_name[] = "report_text";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, chain_leads_from_a_root);
	tcase_add_test(tc, chain_of_a_type_says_how_many_there_are);
	tcase_add_test(tc, chain_of_garbage_says_so);
	tcase_add_test(tc, cycles_are_held_or_garbage);
	tcase_add_test(tc, cycles_that_are_not_shown_are_counted);
	tcase_add_test(tc, cycles_may_be_none);
	tcase_add_test(tc, garbage_is_told_by_type_and_component);
	tcase_add_test(tc, garbage_may_be_none);
	tcase_add_test(tc, garbage_that_stays);
	tcase_add_test(tc, object_has_references_both_ways);
	tcase_add_test(tc, object_that_nothing_holds);
	tcase_add_test(tc, refs_that_nothing_explains);
	tcase_add_test(tc, retained_by_the_largest);
	tcase_add_test(tc, retained_with_a_lump);
	tcase_add_test(tc, retained_by_one);
	tcase_add_test(tc, retained_by_a_type);
}
