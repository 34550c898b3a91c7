/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "analysis/compare/match.h"
#include "heap/capture/identity.h"
#include "same-process.h"
#include "suite.h"

/* The names of what came, then of what went. */
static void check_match_of(const char *a, const char *b, uint32_t version,
			   const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	struct heap old, new;
	struct match m;
	uint32_t nr = 0;

	same_process_build_two(&old, &new, a, b);
	old.info.hexversion = version;
	new.info.hexversion = version;
	match_build(&old, &new, &m);
	ck_assert(m.same_process);
	for (oid o = 0; o < new.nr_objects; o++) {
		if (match_is_new(&m, o)) {
			str_addf(&s, "+%s ", graph_name(&new, o));
			continue;
		}
		nr++;
		ck_assert_uint_eq(m.new_of[m.old_of[o]], o);
		ck_assert_uint_eq(old.address[m.old_of[o]], new.address[o]);
	}
	ck_assert_uint_eq(m.nr_stayed, nr);
	for (oid o = 0; o < old.nr_objects; o++) {
		if (match_is_gone(&m, o))
			str_addf(&s, "-%s ", graph_name(&old, o));
		nr -= !match_is_gone(&m, o);
	}
	ck_assert_uint_eq(nr, 0);
	ck_assert_str_eq(s.s, expected);
	match_release(&m);
	heap_release(&old);
	heap_release(&new);
}

static void check_match(const char *a, const char *b, const char *expected)
{
	check_match_of(a, b, 0x030d00f0, expected);
}

START_TEST(match_goes_by_address_and_type)
{
	check_match("a b", "a b", "");
	check_match("a b", "a b c", "+c ");
	check_match("a b c", "a b", "-c ");
	check_match("a b; type X a", "a b; type X b", "+a +b -a -b ");
	/* Of one name, but another class. */
	check_match("a b; type X a; type Y b", "a b; type Y b; type X a",
		    "+a +b -a -b ");
	check_match("", "a", "+a ");
	check_match("a", "", "-a ");
}
END_TEST

START_TEST(match_compares_values)
{
	/* The preview is the name. */
	check_match("a b; type str a b", "a c; type str a c", "+c -b ");
	check_match("a b; type int a b", "a c; type int a c", "+c -b ");
	check_match("a b; type bytes a b; size a=20", "a b; type bytes a b",
		    "+a -a ");
	/* A str may get its UTF-8. */
	check_match("a b; type str a b", "a b; type str a b; size a=20", "");
	check_match("a b; type str a b; size a=20", "a b; type str a b",
		    "+a -a ");
	check_match("a b; type str a b; refs a=immortal b=immortal",
		    "a c; type str a c; refs a=immortal c=immortal", "");
	check_match("a b; type X a b", "a c; type X a c", "");
}
END_TEST

START_TEST(match_compares_what_is_immutable)
{
	/* z is replaced; so is t that holds it, and u that holds t. */
	check_match("z t->z u->t v w->v; type tuple t u w; type str z v",
		    "y t->y u->t v w->v; type tuple t u w; type str y v",
		    "+y +t +u -z -t -u ");
	/* Also where the holder comes first. */
	check_match("v->u u->t t->z z; type tuple t u v; type str z",
		    "v->u u->t t->y y; type tuple t u v; type str y",
		    "+v +u +t +y -v -u -t -z ");
	check_match("z t->z; type tuple t", "z t->z t->z; type tuple t",
		    "+t -t ");
	check_match("z y t->z; type method t", "z y t->y; type method t",
		    "+t -t ");
	/* Only its code makes the function. */
	check_match("z y t->z t->z; type function t",
		    "z y t->z t->y; type function t", "");
	check_match("z y t->z t->z; type function t",
		    "z y t->y t->z; type function t", "+t -t ");
}
END_TEST

START_TEST(match_knows_generations)
{
	check_match("a b; gen a=2 b=1", "a b; gen a=1 b=2", "+a -a ");
	check_match("a b; gen a=0 b=1", "a b; gen a=2 b=3", "");
	/* gc.unfreeze() puts into the oldest. */
	check_match("a b; gen a=3 b=3", "a b; gen a=2 b=1", "+b -b ");
	/* The collector drops tuples, and may take them back. */
	check_match("a b; type tuple a; gen a=2 b=255",
		    "a b; type tuple a; gen a=0 b=0", "");
	check_match("a b; gen a=2 b=2", "a b; gen a=255 b=0", "+b -b ");
	check_match("a b; gen a=2 b=2", "a b; gen a=0 b=0; flags a=1",
		    "+b -b ");
	check_match("a b; type dict a; gen a=2 b=2",
		    "a b; type dict a; gen a=0 b=2", "");
	check_match_of("a b; type dict a; gen a=2 b=2",
		       "a b; type dict a; gen a=0 b=2", 0x030f00f0, "+a -a ");
	check_match_of("a b; gen a=2 b=2", "a b; gen a=1 b=0", 0x030e00f0,
		       "+b -b ");
}
END_TEST

START_TEST(match_knows_what_never_ends)
{
	check_match("a b; flags a=1", "a b", "+a -a ");
	check_match("a b", "a b; flags a=1", "");
	check_match("a b; refs a=immortal", "a b", "+a -a ");
	check_match("a b", "a b; refs a=immortal", "");
}
END_TEST

START_TEST(match_compares_contents)
{
	/* Nothing in common is another object, something is not. */
	check_match("a b c d x->a x->b", "a b c d x->c x->d", "+x -x ");
	check_match("a b c d x->a x->b", "a b c d x->c x->b", "");
	check_match("a b x->a", "a b x->b", "+x -x ");
	check_match("a b c d x->a x->b", "a b c d x", "");
	check_match("a b c d x", "a b c d x->a x->b", "");
	/* Nor do the keys of a dict, but for those that it visits. */
	check_match("a b c x->a x->c; type D/dict x; unvisited x=1",
		    "a b c x->b x->c; type D/dict x; unvisited x=1", "+x -x ");
	check_match("a b c x->a x->c; type D/dict x",
		    "a b c x->b x->c; type D/dict x", "");
	/* Numbers and what is immortal never tell. */
	check_match("a b x->a; type int a b", "a b x->b; type int a b", "");
	check_match("a b x->a; refs a=immortal", "a b x->b; refs a=immortal",
		    "");
	/* An address is not enough: what is there must be the same. */
	check_match("s x->s y->x; type str s", "t x->t y->x; type str t",
		    "+t +x +y -s -x -y ");
	check_match("s a x->s x->a; type str s", "t a x->t x->a; type str t",
		    "+t -s ");
}
END_TEST

/* Of a thousand entries not all are asked for, but some from all over. */
/* All that a container holds was replaced, but a variable still has it. */
START_TEST(match_knows_variables)
{
	check_match("m x a b m->x x->a; root m:m; type module m; type str a b",
		    "m x y c m->x x->c; root m:m; type module m; type str y c",
		    "+y +c -a -b ");
	/* What is in a container is no variable. */
	check_match("m x k a m->x x->k k->a; root m:m; type module m;"
		    " type list x k; type str a",
		    "m x k b m->x x->k k->b; root m:m; type module m;"
		    " type list x k; type str b", "+k +b -k -a ");
	/* An attribute of an instance is, in its __dict__, too. */
	check_match("m p n.d x a m->p p->n.d n.d->x x->a; root m:m;"
		    " type module m; type P/heap p; type dict/dict n.d;"
		    " type list x; type str a",
		    "m p n.d x b m->p p->n.d n.d->x x->b; root m:m;"
		    " type module m; type P/heap p; type dict/dict n.d;"
		    " type list x; type str b", "+b -a ");
	/* What no root has is held by no variable. */
	check_match("m x a m->x x->a; type module m; type str a",
		    "m x b m->x x->b; type module m; type str b",
		    "+x +b -x -a ");
	/* Nor is it the same that had another name. */
	check_match("m x y a b m->x m->y x->a y->b; root m:m; type module m;"
		    " type str a b",
		    "m x y c d m->y m->x x->c y->d; root m:m; type module m;"
		    " type str c d", "+x +y +c +d -x -y -a -b ");
}
END_TEST

START_TEST(match_samples_what_is_large)
{
	CLEANUP(str_release) struct str old = STR_INIT, new = STR_INIT;

	for (int i = 0; i < 1500; i++) {
		str_addf(&old, "e%d ", i);
		str_addf(&new, "e%d ", i);
	}
	for (int i = 0; i < 750; i++)
		str_addf(&old, "x->e%d ", i);
	for (int i = 400; i < 1500; i++)
		str_addf(&new, "x->e%d ", i);
	check_match(old.s, new.s, "");
}
END_TEST

START_TEST(match_knows_the_process)
{
	struct heap a, b;

	same_process_build_two(&a, &b, "a", "a");
	ck_assert(match_same_process(&a.info, &b.info));
	b.info.start_time += 2;
	ck_assert(match_same_process(&a.info, &b.info));
	b.info.start_time++;
	ck_assert(!match_same_process(&a.info, &b.info));
	b.info.start_time = a.info.start_time;
	b.info.pid++;
	ck_assert(!match_same_process(&a.info, &b.info));
	a.info.pid = b.info.pid = 0;
	ck_assert(!match_same_process(&a.info, &b.info));
	a.info.pid = b.info.pid = 1;
	b.info.host[0] = 'x';
	ck_assert(!match_same_process(&a.info, &b.info));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

static void map_file(struct heap *h, const char *path, uint64_t start,
		     uint64_t offset)
{
	heap_mapping_vec_push(&h->info.mappings, (struct heap_mapping){
		.start = start, .end = start + 4096, .offset = offset,
		.path = xstrdup(path) });
}

#define BOOT "0f5e1a2b-7c3d-4e8f-9a0b-1c2d3e4f5a6b"
#define OTHER_BOOT "aaaaaaaa-7c3d-4e8f-9a0b-1c2d3e4f5a6b"

static void set_identity(struct heap *h, const char *boot, uint64_t ticks,
			 uint64_t namespace, int64_t inner)
{
	free(h->info.boot);
	h->info.boot = xstrdup(boot);
	h->info.start_ticks = ticks;
	h->info.pid_namespace = namespace;
	h->info.inner_pid = inner;
}

/* NTP moves the clock, and with it the start time that is computed from it. */
START_TEST(match_knows_the_process_when_the_clock_is_set)
{
	struct heap a, b;

	same_process_build_two(&a, &b, "a", "a");
	set_identity(&a, BOOT, 1000, 77, 4242);
	set_identity(&b, BOOT, 1000, 77, 4242);
	b.info.start_time += 120;
	ck_assert(match_same_process(&a.info, &b.info));
	/* The name of the machine can be set, too. */
	b.info.host[0] = 'x';
	ck_assert(match_same_process(&a.info, &b.info));
	/* The next process that got the PID, within the same second. */
	b.info.start_time = a.info.start_time;
	b.info.host[0] = a.info.host[0];
	b.info.start_ticks++;
	ck_assert(!match_same_process(&a.info, &b.info));
	/* Another boot, and a machine that is a clone. */
	set_identity(&b, OTHER_BOOT, 1000, 77, 4242);
	ck_assert(!match_same_process(&a.info, &b.info));
	/* An older capture has no boot: all is as it was. */
	set_identity(&b, "", 0, 0, 0);
	ck_assert(match_same_process(&a.info, &b.info));
	ck_assert(match_same_process(&b.info, &a.info));
	b.info.start_time += 120;
	ck_assert(!match_same_process(&a.info, &b.info));
	ck_assert(!match_same_process(&b.info, &a.info));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

static void hide(struct heap *h)
{
	struct heap_info from = h->info;

	h->info.redaction = REDACT_ALL;
	identity_hide(&from, &h->info);
	free(from.boot);
}

/* It has a hash in place of the boot, the start and the namespace. */
START_TEST(match_knows_the_process_of_a_redacted_capture)
{
	struct heap a, b;

	same_process_build_two(&a, &b, "a", "a");
	set_identity(&a, BOOT, 1000, 77, 1);
	set_identity(&b, BOOT, 1000, 77, 1);
	b.info.pid = 1;
	hide(&b);
	ck_assert_ptr_null(strstr(b.info.boot, "0f5e1a2b"));
	ck_assert_uint_eq(b.info.start_ticks + b.info.pid_namespace, 0);
	ck_assert_int_eq(b.info.inner_pid, 0);
	ck_assert(match_same_process(&a.info, &b.info));
	ck_assert(match_same_process(&b.info, &a.info));
	a.info.start_ticks++;
	ck_assert(!match_same_process(&a.info, &b.info));
	hide(&a);
	ck_assert(!match_same_process(&a.info, &b.info));
	/* An older one has neither. */
	set_identity(&a, "", 0, 0, 0);
	hide(&a);
	ck_assert(!identity_is_known(&a.info));
	a.info.pid = 1;
	ck_assert(match_same_process(&a.info, &b.info));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

/* From within a container its process is PID 1, from outside 4242. */
START_TEST(match_knows_the_process_of_a_container)
{
	struct heap a, b;

	same_process_build_two(&a, &b, "a", "a");
	set_identity(&a, BOOT, 1000, 77, 1);
	set_identity(&b, BOOT, 1000, 77, 1);
	b.info.pid = 1;
	ck_assert(match_same_process(&a.info, &b.info));
	/* Two containers that were started in the same tick. */
	a.info.pid = 1;
	b.info.pid_namespace = 78;
	ck_assert(!match_same_process(&a.info, &b.info));
	b.info.pid_namespace = 77;
	b.info.inner_pid = 2;
	ck_assert(!match_same_process(&a.info, &b.info));
	/* Its core has the PID that it has in the container. */
	a.info.pid = 4242;
	set_identity(&b, "", 0, 0, 0);
	b.info.pid = 1;
	b.info.start_time = 0;
	map_file(&a, "/lib/libc", 0x7f000000, 0);
	map_file(&b, "/lib/libc", 0x7f000000, 0);
	ck_assert(match_same_process(&a.info, &b.info));
	b.info.pid = 2;
	ck_assert(!match_same_process(&a.info, &b.info));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

/* A core tells neither start nor host. */
START_TEST(match_knows_the_process_of_a_core)
{
	struct heap a, b;

	same_process_build_two(&a, &b, "a", "a");
	b.info.start_time = 0;
	b.info.host[0] = '\0';
	map_file(&a, "/bin/python", 0x400000, 0);
	map_file(&a, "/lib/libc", 0x7f000000, 0);
	map_file(&a, "/lib/libc", 0x7f100000, 0x100000);
	ck_assert(!match_same_process(&a.info, &b.info));
	map_file(&b, "/bin/python", 0x400000, 0);
	ck_assert(match_same_process(&a.info, &b.info));
	ck_assert(match_same_process(&b.info, &a.info));
	/* A program that can't move tells nothing. */
	map_file(&b, "/lib/libc", 0x7f100000, 0);
	ck_assert(!match_same_process(&a.info, &b.info));
	b.info.mappings.v[1].start = 0x7f000000;
	ck_assert(match_same_process(&a.info, &b.info));
	map_file(&a, "/tmp/moved", 0x7f200000, 0);
	map_file(&b, "/tmp/moved", 0x7f300000, 0);
	ck_assert(match_same_process(&a.info, &b.info));
	b.info.pid++;
	ck_assert(!match_same_process(&a.info, &b.info));
	b.info.pid--;
	b.info.host[0] = 'x';
	ck_assert(!match_same_process(&a.info, &b.info));
	heap_release(&a);
	heap_release(&b);
}
END_TEST

/* --- hostile captures --- */

/* Objects that are nowhere near each other, but for the hash. */
#define NR_CLOSE 400000
#define HASH_INVERSE UINT64_C(0xf1de83e19937733d)

static void add_objects(struct heap *h, bool one_address)
{
	for (uint64_t i = 0; h->nr_objects <= NR_CLOSE; i++) {
		uint64_t x = one_address ? 0 : i * HASH_INVERSE;

		if (!(x >> 60))
			heap_add_object(h, x << 4, 0);
	}
}

/* Of one address (0), or of one place in the table: a moment, not minutes. */
START_TEST(addresses_can_not_be_made_slow)
{
	struct heap old, new;
	struct match m;

	ck_assert_uint_eq(HASH_INVERSE * UINT64_C(0x9e3779b97f4a7c15), 1);
	same_process_build_two(&old, &new, "root m:a; a", "root m:a; a");
	add_objects(&old, !_i);
	add_objects(&new, !_i);
	match_build(&old, &new, &m);
	ck_assert(m.same_process);
	ck_assert_uint_eq(m.nr_stayed, NR_CLOSE + 1);
	match_release(&m);
	heap_release(&old);
	heap_release(&new);
}
END_TEST

const char suite_name[] = "match";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, match_goes_by_address_and_type);
	tcase_add_test(tc, match_compares_values);
	tcase_add_test(tc, match_compares_what_is_immutable);
	tcase_add_test(tc, match_knows_generations);
	tcase_add_test(tc, match_knows_what_never_ends);
	tcase_add_test(tc, match_compares_contents);
	tcase_add_test(tc, match_knows_variables);
	tcase_add_test(tc, match_samples_what_is_large);
	tcase_add_test(tc, match_knows_the_process);
	tcase_add_test(tc, match_knows_the_process_when_the_clock_is_set);
	tcase_add_test(tc, match_knows_the_process_of_a_redacted_capture);
	tcase_add_test(tc, match_knows_the_process_of_a_container);
	tcase_add_test(tc, match_knows_the_process_of_a_core);
	tcase_add_loop_test(tc, addresses_can_not_be_made_slow, 0, 2);
}
