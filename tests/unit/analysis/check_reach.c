/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/graph/bits.h"
#include "analysis/limits/pattern.h"
#include "analysis/graph/reach.h"
#include "analysis/graph/referrers.h"
#include "analysis/summary.h"
#include "brute.h"
#include "graph.h"
#include "suite.h"

START_TEST(inbound_turns_every_edge_around)
{
	CLEANUP(heap_inbound_release) struct heap_inbound in = { NULL, NULL };
	struct heap h;

	graph_build(&h, "a->b a->c b->c c->c a->c d");
	heap_inbound_build(&h, &in);
	ck_assert_uint_eq(in.start[0], 0);
	ck_assert_uint_eq(in.start[1], 0);
	ck_assert_uint_eq(in.start[2], 1);
	ck_assert_uint_eq(in.start[3], 5);
	ck_assert_uint_eq(in.start[4], 5);
	ck_assert_uint_eq(in.from[0], graph_oid(&h, "a"));
	ck_assert_uint_eq(in.from[1], graph_oid(&h, "a"));
	ck_assert_uint_eq(in.from[2], graph_oid(&h, "a"));
	ck_assert_uint_eq(in.from[3], graph_oid(&h, "b"));
	ck_assert_uint_eq(in.from[4], graph_oid(&h, "c"));
	heap_release(&h);
}
END_TEST

/* "KIND: path" to `name`; "" unreached. */
static void check_way(const char *text, const char *name, const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(path_release) struct path p = VEC_INIT;
	struct reach r;
	struct heap h;
	oid o;

	graph_build(&h, text);
	o = graph_oid(&h, name);
	reach_build(&h, NULL, &r);
	if (reach_has(&r, o)) {
		const struct root *root = reach_path(&r, o, &p);

		str_addf(&s, "%s: ", root_kind_names[root->kind]);
		graph_path(&h, &p, &s);
	}
	ck_assert_str_eq(s.s, expected);
	reach_release(&r);
	heap_release(&h);
}

START_TEST(reach_takes_the_shortest_way)
{
	check_way("a->b b->c a->c; root m:a", "c", "module: a c");
	check_way("a->a; root m:a", "a", "module: a");
	check_way("a b; root m:a; refs b=0", "b", "");
	/* Of equal ways the one from the better kind of root. */
	check_way("a->c b->c; root f:a m:b", "c", "module: b c");
	check_way("a->c b->c; root n:a i:b", "c", "interpreter: b c");
	check_way("a; root f:a b:a", "a", "builtins: a");
	/* A diamond: the first of what is the same. */
	check_way("a->b a->c b->d c->d; root m:a", "d", "module: a b d");
	/* ... but not through a class, nor what was scanned. */
	check_way("a->b a->c b->d c->d; root m:a; type type/class b", "d",
		  "module: a c d");
	check_way("a->b a->c b->d c->d; root m:a; flags b=4", "d",
		  "module: a c d");
}
END_TEST

START_TEST(reach_prefers_modules_to_their_namespaces)
{
	check_way("app->app.d app.d->x; root f:app.d m:app", "x",
		  "module: app app.d x");
	check_way("app->app.d app.d->x; root i:app.d m:app", "app.d",
		  "module: app app.d");
	/* A local that has it itself is shorter, but says less ... */
	check_way("app->app.d app.d->x; root f:x m:app", "x",
		  "module: app app.d x");
	check_way("app->app.d app.d->a a->b b->c c->d d->x; root f:x m:app",
		  "x", "module: app app.d a b c d x");
	/* ... than a global and its attributes.  Other ways are too long. */
	check_way("app->app.d app.d->a a->b b->c c->d d->e e->x;"
		  " root f:x m:app", "x", "frame: x");
	check_way("app->app.d app.d->a a->b b->c c->d d->e e->y x->y;"
		  " root f:x m:app", "y", "module: app app.d a b c d e y");
	check_way("app->app.d app.d->a a->b b->c c->d d->e e->f f->y x->y;"
		  " root f:x m:app", "y", "frame: x y");
	check_way("app->y y->x app->app.d app.d->x; root m:app", "x",
		  "module: app app.d x");
}
END_TEST

START_TEST(reach_goes_by_the_module_of_the_class)
{
	static const char text[] =
		"lib->lib.d lib.d->x x->t log->log.d log.d->y y->t;"
		" root m:lib m:log; ";
	CLEANUP(str_release) struct str s = STR_INIT;

	str_add(&s, text);
	check_way(s.s, "t", "module: lib lib.d x t");
	str_add(&s, "type log.Logger/heap x; type log.Root/heap y");
	check_way(s.s, "t", "module: log log.d y t");
	str_cut(&s, strlen(text));
	/* Another module's name is not the beginning of a word. */
	str_add(&s, "type logs.Logger/heap x; type logs.Root/heap y");
	check_way(s.s, "t", "module: lib lib.d x t");
	str_cut(&s, strlen(text));
	/* What is built in is at home everywhere. */
	str_add(&s, "type dict/dict x; type log.Root/heap y");
	check_way(s.s, "t", "module: lib lib.d x t");
	str_cut(&s, strlen(text));
	/* Its attribute is longer, by its dict. */
	check_way("lib->lib.d lib.d->x x->t log->log.d log.d->Log Log->Log.d"
		  " Log.d->t; root m:lib m:log; type log.Root/heap x;"
		  " type type/class Log; type log.Log; class log.Log=Log", "t",
		  "module: log log.d Log Log.d t");
	/* A class goes by its own name. */
	str_add(&s, "type type/class x y; type other.X; type log.Y;"
		" class other.X=x; class log.Y=y");
	check_way(s.s, "t", "module: log log.d y t");
}
END_TEST

START_TEST(reach_goes_by_no_thread)
{
	check_way("threading->threading.d threading.d->['_active'] ['_active']->th"
		  " th->t app->app.d app.d->a a->b b->c c->d d->e e->t;"
		  " root m:threading m:app; type dict/dict threading.d", "t",
		  "module: app app.d a b c d e t");
	check_way("threading->threading.d threading.d->['other'] ['other']->th"
		  " th->t app->app.d app.d->a a->b b->c c->d d->e e->t;"
		  " root m:threading m:app; type dict/dict threading.d", "t",
		  "module: threading threading.d ['other'] th t");
}
END_TEST

START_TEST(reach_finds_native_holders)
{
	check_way("a->b; refs a=1", "b", "native code: a b");
	check_way("a->b b->a; refs a=1 b=1", "a", "");
	check_way("a->b b->a; refs a=2 b=1", "b", "native code: a b");
	/* Whatever a known root reaches has a way from there. */
	check_way("m->x x->y y->b a->b; root m:m; refs a=1", "b",
		  "module: m x y b");
	check_way("m->x; root m:m; refs x=9", "x", "module: m x");
	/* Nobody need hold what is immortal. */
	check_way("a->b; refs a=immortal", "b", "native code: a b");
	check_way("n->b a->x x->b; refs a=immortal n=1", "b",
		  "native code: n b");
	/* A guessed reference accounts for nothing. */
	check_way("a->b b->a; flags a=4", "a", "native code: b a");
}
END_TEST

START_TEST(reach_says_how_many_references_are_unknown)
{
	struct reach r;
	struct heap h;

	graph_build(&h, "a->b b->a c; refs a=3 b=1 c=immortal");
	reach_build(&h, NULL, &r);
	ck_assert_uint_eq(r.roots.nr, 2);
	ck_assert_uint_eq(r.roots.v[0].surplus, 2);
	ck_assert_uint_eq(r.roots.v[0].place, ROOT_NO_PLACE);
	ck_assert_uint_eq(r.roots.v[1].surplus, REFCOUNT_IMMORTAL);
	ck_assert_uint_eq(r.nr_reached, 3);
	reach_release(&r);
	heap_release(&h);
}
END_TEST

static void compare_way(const struct reach *r, oid o,
			const struct brute_way *way, unsigned int seed)
{
	static const unsigned int bases[] = { 0, REACH_PENALTY_TEMPORARY,
					      REACH_PENALTY_NATIVE,
					      REACH_PENALTY_IMMORTAL };

	ck_assert_msg(r->distance[o] == way->distance,
		      "seed %u, object %u: distance %u, not %u", seed, o,
		      r->distance[o], way->distance);
	if (way->round < BRUTE_UNREACHED)
		ck_assert_msg(r->penalty[o] == bases[way->round] + way->penalty,
			      "seed %u, object %u: penalty %u, not %u", seed, o,
			      r->penalty[o], bases[way->round] + way->penalty);
}

static void compare_path(const struct heap *h, const struct reach *r, oid o)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(path_release) struct path p = VEC_INIT;
	const struct root *root;
	uint32_t distance;

	if (!reach_has(r, o))
		return;
	root = reach_path(r, o, &p);
	distance = r->distance[root->object];
	graph_path(h, &p, &s);
	ck_assert_uint_eq(root->object, p.v[0].object);
	ck_assert_uint_eq(p.v[p.nr - 1].object, o);
	for (size_t i = 1; i < p.nr; i++)
		distance += reach_step_cost(h, r, p.v[i - 1].object,
					    p.v[i].edge);
	ck_assert_uint_eq(distance, r->distance[o]);
	ck_assert_uint_eq(reach_steps(r, o, UINT32_MAX), p.nr - 1);
	ck_assert_uint_eq(reach_steps(r, o, 1), MIN(p.nr - 1, 1));
}

START_TEST(reach_steps_for_free_to_a_modules_own_names_only)
{
	oid a, b, x;
	struct reach r;
	struct heap h;

	/* The namespaces are other references of the two modules. */
	graph_build(&h, "a->a.d b->x b->b.d x->x.d; root m:a m:b m:x;");
	reach_build(&h, NULL, &r);
	a = graph_oid(&h, "a");
	b = graph_oid(&h, "b");
	x = graph_oid(&h, "x");
	ck_assert_uint_eq(reach_step_cost(&h, &r, a, 0), 0);
	ck_assert_uint_eq(reach_step_cost(&h, &r, b, 0), 1);
	ck_assert_uint_eq(reach_step_cost(&h, &r, b, 1), 0);
	ck_assert_uint_eq(reach_step_cost(&h, &r, x, 0), 0);
	ck_assert_uint_eq(r.distance[graph_oid(&h, "b.d")], 0);
	ck_assert_uint_eq(r.parent[graph_oid(&h, "b.d")], b);
	ck_assert_uint_eq(r.edge[graph_oid(&h, "b.d")], 1);
	reach_release(&r);
	heap_release(&h);
}
END_TEST

START_TEST(reach_adds_garbage_to_what_is_reached)
{
	oid added;
	struct reach r;
	struct heap h;

	graph_build(&h, "m->a x->y y->x; root m:m");
	reach_build(&h, NULL, &r);
	ck_assert_uint_eq(r.nr_reached, 2);
	added = graph_oid(&h, "x");
	reach_add_garbage(&h, &added, 1, &r);
	ck_assert_uint_eq(r.nr_reached, 4);
	ck_assert_uint_eq(r.distance[graph_oid(&h, "y")], 1);
	ck_assert_uint_eq(r.roots.v[r.edge[added]].surplus, 0);
	reach_release(&r);
	heap_release(&h);
}
END_TEST

/* reach_order() has each reached object once, the nearest first. */
static void check_order(const struct reach *r)
{
	CLEANUP(freep) oid *order = reach_order(r);
	uint64_t seen[1] = { 0 };
	uint32_t nr = 0, last = 0;

	for (oid o = 0; o < r->nr_objects; o++)
		nr += reach_has(r, o);
	ck_assert_uint_eq(r->nr_reached, nr);
	for (uint32_t i = 0; i < nr; i++) {
		ck_assert(reach_has(r, order[i]));
		ck_assert(!bits_get(seen, order[i]));
		bits_set(seen, order[i]);
		ck_assert_uint_ge(r->distance[order[i]], last);
		last = r->distance[order[i]];
	}
	ck_assert_uint_eq(reach_deepest(r), last);
}

START_TEST(bits_are_walked_in_order)
{
	static const oid set[] = { 0, 1, 63, 64, 190, 191 };
	CLEANUP(freep) uint64_t *bits = bits_new(192);
	size_t nr = 0;

	BITS_EACH(o, bits, (oid)192)
		nr += o + 1;
	ck_assert_uint_eq(nr, 0);
	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		bits_set(bits, set[i]);
	BITS_EACH(o, bits, (oid)192)
		ck_assert_uint_eq(o, set[nr++]);
	ck_assert_uint_eq(nr, ARRAY_SIZE(set));
	/* What is behind the end does not count. */
	ck_assert_uint_eq(bits_next(bits, 65, 190), 190);
	ck_assert_uint_eq(bits_next(bits, 65, 191), 190);
	ck_assert_uint_eq(bits_next(bits, 0, 0), 0);
}
END_TEST

START_TEST(reach_agrees_with_brute_force)
{
	for (unsigned int seed = 0; seed < 2000; seed++) {
		uint32_t nr = 2 + seed % 40;
		struct brute_way ways[BRUTE_MAX];
		uint64_t ends_bits[1] = { 0 }, state = seed;
		bool ends[BRUTE_MAX] = { false };
		struct reach r;
		struct heap h;

		graph_random(&h, seed, nr, nr * (1 + seed % 3));
		for (oid o = 0; o < nr; o++)
			if (seed % 2 && graph_rand(&state, 8) == 0) {
				bits_set(ends_bits, o);
				ends[o] = true;
			}
		reach_build(&h, seed % 2 ? ends_bits : NULL, &r);
		brute_reach(&h, seed % 2 ? ends : NULL, ways);
		for (oid o = 0; o < nr; o++) {
			compare_way(&r, o, &ways[o], seed);
			compare_path(&h, &r, o);
		}
		check_order(&r);
		reach_release(&r);
		heap_release(&h);
	}
}
END_TEST

START_TEST(referrers_are_counted_beyond_the_limit)
{
	struct referrers r;
	struct heap h;

	graph_build(&h, "a->x b->x b->y b->x c->x; root m:x f~:x; refs x=7");
	referrers_build(&h, graph_oid(&h, "x"), 2, &r);
	ck_assert_uint_eq(r.total, 4);
	ck_assert_uint_eq(r.v.nr, 2);
	ck_assert_uint_eq(r.v.v[0].from, graph_oid(&h, "a"));
	ck_assert_uint_eq(r.v.v[1].from, graph_oid(&h, "b"));
	ck_assert_uint_eq(r.v.v[1].edge, 0);
	ck_assert_uint_eq(r.roots.nr, 2);
	ck_assert_uint_eq(r.surplus, 2);
	referrers_release(&r);
	referrers_build(&h, graph_oid(&h, "x"), 100, &r);
	ck_assert_uint_eq(r.v.nr, 4);
	ck_assert_uint_eq(r.v.v[2].edge, 2);
	referrers_release(&r);
	referrers_build(&h, graph_oid(&h, "a"), 100, &r);
	ck_assert_uint_eq(r.total, 0);
	ck_assert_uint_eq(r.surplus, 0);
	referrers_release(&r);
	heap_release(&h);
}
END_TEST

static void check_summary(const char *pattern, enum summary_sort sort,
			  const char *expected)
{
	CLEANUP(str_release) struct str got = STR_INIT;
	CLEANUP(freep) bool *types = NULL;
	struct summary s;
	struct heap h;
	uint32_t nr;

	graph_build(&h, "a b c d e f; type app.User a b; type list c;"
			"type app.list d e f; type none.at.all;"
			"size c=100 d=20 e=20 f=20");
	if (pattern)
		types = pattern_types(&h, pattern, &nr);
	summary_build(&h, types, sort, &s);
	for (size_t i = 0; i < s.rows.nr; i++)
		str_addf(&got, "%s %u %u, ", h.types.v[s.rows.v[i].type].name,
			 (unsigned int)s.rows.v[i].sum.nr,
			 (unsigned int)s.rows.v[i].sum.bytes);
	str_addf(&got, "%u %u", (unsigned int)s.sum.nr,
		 (unsigned int)s.sum.bytes);
	ck_assert_str_eq(got.s, expected);
	ck_assert_uint_eq(s.all.nr, 6);
	ck_assert_uint_eq(s.all.bytes, 192);
	ck_assert_uint_eq(s.all_types, 3);
	summary_release(&s);
	heap_release(&h);
}

START_TEST(summary_counts_and_sorts)
{
	check_summary(NULL, SUMMARY_BY_BYTES,
		      "list 1 100, app.list 3 60, app.User 2 32, 6 192");
	check_summary(NULL, SUMMARY_BY_COUNT,
		      "app.list 3 60, app.User 2 32, list 1 100, 6 192");
	check_summary(NULL, SUMMARY_BY_NAME,
		      "app.User 2 32, app.list 3 60, list 1 100, 6 192");
	check_summary("User", SUMMARY_BY_BYTES, "app.User 2 32, 2 32");
	/* A name that is there wins. */
	check_summary("list", SUMMARY_BY_BYTES, "list 1 100, 1 100");
	check_summary("*list", SUMMARY_BY_BYTES,
		      "list 1 100, app.list 3 60, 4 160");
	check_summary("nothing", SUMMARY_BY_BYTES, "0 0");
}
END_TEST

START_TEST(pattern_last_part_is_not_within_brackets)
{
	ck_assert_str_eq(pattern_last_part("app.User"), "User");
	ck_assert_str_eq(pattern_last_part("list[app.User]"),
			 "list[app.User]");
	ck_assert_str_eq(pattern_last_part("a.f.<locals>.C"), "C");
	ck_assert_str_eq(pattern_last_part("a.b."), "b.");
	/* One that was never opened ends nothing. */
	ck_assert_str_eq(pattern_last_part("a].b"), "b");
}
END_TEST

START_TEST(pattern_prefers_names_to_globs)
{
	CLEANUP(freep) bool *types = NULL;
	struct heap h;
	uint32_t nr;

	/* As a glob it is of t.ab, too. */
	graph_build(&h, "a b; type t.a[b] a; type t.ab b");
	types = pattern_types(&h, "a[b]", &nr);
	ck_assert_uint_eq(nr, 1);
	ck_assert(types[h.type[graph_oid(&h, "a")]]);
	heap_release(&h);
}
END_TEST

START_TEST(pattern_matches_globs)
{
	ck_assert(pattern_match("*", ""));
	ck_assert(pattern_match("", ""));
	ck_assert(!pattern_match("", "a"));
	ck_assert(pattern_match("*Cache*", "app.LRUCacheEntry"));
	ck_assert(pattern_match("app.*", "app.User"));
	ck_assert(!pattern_match("app.*", "application.User"));
	ck_assert(pattern_match("a?c", "abc"));
	ck_assert(pattern_match("a?c", "a\xc3\xa4" "c"));
	ck_assert(!pattern_match("a?c", "ac"));
	ck_assert(pattern_match("[a-c]x", "bx"));
	ck_assert(!pattern_match("[!a-c]x", "bx"));
	ck_assert(pattern_match("[!a-c]x", "dx"));
	ck_assert(pattern_match("[]x]", "]"));
	ck_assert(!pattern_match("[!]x]", "]"));
	ck_assert(!pattern_match("[!]x]", "x"));
	ck_assert(pattern_match("[!]x]", "a"));
	/* The ends of a range are in it; a `-` at an end is itself. */
	ck_assert(pattern_match("[b-d]", "b"));
	ck_assert(pattern_match("[b-d]", "d"));
	ck_assert(!pattern_match("[b-d]", "a"));
	ck_assert(!pattern_match("[b-d]", "e"));
	ck_assert(pattern_match("[b-]", "-"));
	ck_assert(!pattern_match("[b-]", "c"));
	ck_assert(pattern_match("[!b-]", "c"));
	ck_assert(!pattern_match("[!b-]", "-"));
	/* The `!` is no member, and `!` may be one. */
	ck_assert(pattern_match("[!a]", "!"));
	ck_assert(pattern_match("[a!]", "!"));
	ck_assert(!pattern_match("[!a]", ""));
	/* Characters, not bytes of them. */
	ck_assert(!pattern_match("[\xc3\xa4]", "\xc3\xb6"));
	ck_assert(!pattern_match("[!\xc3\xa4]x", "\xc3\xa4x"));
	ck_assert(pattern_match("[!\xc3\xa4]x", "\xc3\xb6x"));
	ck_assert(pattern_match("[\xc3\xa4-\xc3\xbc]", "\xc3\xb6"));
	ck_assert(pattern_match("[a-", "[a-"));
	ck_assert(pattern_match("[", "["));
	ck_assert(pattern_match("[!", "[!"));
	ck_assert(!pattern_match("[ab]", "[ab]"));
	ck_assert(pattern_match("*a*b*c", "xxaxxbxxabc"));
	ck_assert(!pattern_match("*a*b*c", "xxaxxbxxab"));
}
END_TEST

START_TEST(pattern_takes_no_time_over_many_stars)
{
	char name[4096];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert(!pattern_match("*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
}
END_TEST

START_TEST(pattern_knows_last_parts)
{
	ck_assert_str_eq(pattern_last_part("app.User"), "User");
	ck_assert_str_eq(pattern_last_part("list"), "list");
	ck_assert_str_eq(pattern_last_part("f.<locals>.Node"), "Node");
	ck_assert_str_eq(pattern_last_part("odd."), "odd.");
	ck_assert_str_eq(pattern_last_part("a.B[c.D]"), "B[c.D]");
	ck_assert_str_eq(pattern_last_part(""), "");
}
END_TEST

const char suite_name[] = "reach";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, inbound_turns_every_edge_around);
	tcase_add_test(tc, reach_takes_the_shortest_way);
	tcase_add_test(tc, reach_prefers_modules_to_their_namespaces);
	tcase_add_test(tc, reach_goes_by_the_module_of_the_class);
	tcase_add_test(tc, reach_goes_by_no_thread);
	tcase_add_test(tc, reach_finds_native_holders);
	tcase_add_test(tc, reach_says_how_many_references_are_unknown);
	tcase_add_test(tc, reach_steps_for_free_to_a_modules_own_names_only);
	tcase_add_test(tc, reach_adds_garbage_to_what_is_reached);
	tcase_add_test(tc, bits_are_walked_in_order);
	tcase_add_test(tc, reach_agrees_with_brute_force);
	tcase_add_test(tc, referrers_are_counted_beyond_the_limit);
	tcase_add_test(tc, summary_counts_and_sorts);
	tcase_add_test(tc, pattern_last_part_is_not_within_brackets);
	tcase_add_test(tc, pattern_prefers_names_to_globs);
	tcase_add_test(tc, pattern_matches_globs);
	tcase_add_test(tc, pattern_takes_no_time_over_many_stars);
	tcase_add_test(tc, pattern_knows_last_parts);
}
