/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/owners.h: each rule on a graph on which it alone decides.
 *
 * Who points to what is a line of text.  `a` is an object of the heap, `py`,
 * `lib` with a number and `stack` are what they say, 0 .. 9 are nodes:
 *
 *	a!0	a claim by a reader		0>1	an edge to the start
 *	a:0	a pointer to the start		0~1	an edge to the inside
 *	a~0	a pointer to the inside		0?1	a doubtful edge
 *					0%1	an edge to the start, doubted
 *	a?0	a doubtful pointer
 *
 * The result is a word for each node: its owner, or `-`, or in braces who
 * shares it; what is shared with what another node is shared by is `=`.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "graph.h"
#include "native/owners-decide.h"
#include "suite.h"

const char suite_name[] = "owners";

#define NR_NODES 10

static struct owner owner_named(const struct heap *h, const char *name)
{
	if (!strcmp(name, "py"))
		return (struct owner){ OWNER_PYTHON, 0 };
	if (!strcmp(name, "stack"))
		return (struct owner){ OWNER_STACK, 0 };
	if (!strncmp(name, "lib", 3))
		return (struct owner){ OWNER_LIBRARY,
				       (uint32_t)atoi(name + 3) };
	return (struct owner){ OWNER_OBJECT, graph_oid(h, name) };
}

static void add_pointer(struct owners *o, const struct heap *h, char *word)
{
	static const char marks[] = "!:~?";
	char *mark = strpbrk(word, "!:~?>%");
	enum claim_strength strength = CLAIM_START;
	uint32_t to = (uint32_t)atoi(mark + 1);

	bool doubted = *mark == '%';

	if (*mark != '>' && !doubted)
		strength = (enum claim_strength)(strchr(marks, *mark) - marks);
	*mark = 0;
	if (doubted)
		owners_doubt(o, (uint32_t)atoi(word), to);
	if (isdigit((unsigned char)*word))
		owners_edge(o, (uint32_t)atoi(word), to, strength);
	else
		owners_claim(o, owner_named(h, word), to, strength);
}

static void add_name(const struct owners *o, struct owner w, struct str *ret)
{
	switch (w.kind) {
	case OWNER_NOBODY:
		str_add(ret, "-");
		break;
	case OWNER_OBJECT:
		str_add(ret, graph_name(o->heap, w.id));
		break;
	case OWNER_SHARED:
		str_add(ret, "=");
		break;
	case OWNER_PYTHON:
		str_add(ret, "py");
		break;
	case OWNER_LIBRARY:
		str_addf(ret, "lib%u", w.id);
		break;
	case OWNER_STACK:
		str_add(ret, "stack");
		break;
	}
}

static void add_shared(const struct owners *o, uint32_t i, struct str *ret)
{
	const struct owners_shared *s = &o->shared.v[i];

	str_add(ret, "{");
	for (uint32_t k = 0; k < s->nr; k++) {
		str_add(ret, k ? "," : "");
		add_name(o, o->claimants.v[s->first + k], ret);
	}
	str_addf(ret, "}%s", graph_name(o->heap, s->label));
}

static void decide(const char *graph, const char *pointers, uint32_t nr,
		   struct str *ret)
{
	char *text = xstrdup(pointers), *next = text, *word;
	bool told[NR_NODES] = { false };
	struct owners o;
	struct heap h;

	graph_build(&h, graph);
	owners_init(&o, &h, nr);
	while ((word = strsep(&next, " ")))
		if (*word)
			add_pointer(&o, &h, word);
	owners_decide(&o);
	for (uint32_t n = 0; n < nr; n++) {
		struct owner w = owners_of(&o, n);

		str_add(ret, n ? " " : "");
		if (w.kind == OWNER_SHARED && !told[w.id])
			add_shared(&o, w.id, ret);
		else
			add_name(&o, w, ret);
		if (w.kind == OWNER_SHARED)
			told[w.id] = true;
	}
	owners_release(&o);
	heap_release(&h);
	free(text);
}

#define expect(graph, pointers, nr, expected) do {			\
	struct str s_ = STR_INIT;					\
									\
	decide(graph, pointers, nr, &s_);				\
	ck_assert_str_eq(s_.s, expected);				\
	str_release(&s_);						\
} while (0)

/* --- rule 1 ------------------------------------------------------------- */

START_TEST(a_ring_has_one_owner)
{
	/* Like a tree whose nodes know their parents: a has the root, b one
	 * of the leaves, by a pointer that counts less. */
	expect("b a", "a!0 b:2 0>1 1>0 1>2 2>1", 3, "a a a");
	/* Without a way back the leaf is b's own. */
	expect("b a", "a!0 b:2 0>1 1>0 1>2", 3, "a a b");
}
END_TEST

START_TEST(a_ring_through_the_inside_is_none)
{
	expect("b a", "a!0 b:2 0>1 1>0 1>2 2~1", 3, "a a b");
}
END_TEST

START_TEST(rings_in_a_row)
{
	expect("a b", "a:0 b:5 0>1 1>0 1>2 2>3 3>2 4>5 5>4 5>6", 8,
	       "a a a a b b b -");
}
END_TEST

/* --- rule 2 ------------------------------------------------------------- */

START_TEST(a_reader_outranks_a_pointer)
{
	expect("a b", "b:0 a!0", 1, "a");
	expect("a b", "b:0 a:0", 1, "{a,b}a");
	expect("a", "a:0 py!0", 1, "py");
}
END_TEST

START_TEST(a_member_outranks_what_raw_blocks_have)
{
	/* An array of integers that look like addresses. */
	expect("a b c", "a:0 b:1 c:2 0>1 0>2", 3, "a b c");
	/* Without members they would be its own. */
	expect("a b c", "a:0 0>1 0>2", 3, "a a a");
}
END_TEST

START_TEST(raw_blocks_hand_their_owner_on)
{
	expect("a", "a:0 0>1 1>2 2>3 5>4", 6, "a a a a - -");
}
END_TEST

/* --- rule 3 ------------------------------------------------------------- */

START_TEST(a_library_s_start_outranks_the_inside)
{
	expect("a", "a~0 lib1:0", 1, "lib1");
	expect("a", "a~0 lib1~0", 1, "a");
	expect("a", "a:0 lib1:0", 1, "a");
	/* So it does where a raw block of the object has the pointer. */
	expect("a", "a:0 0~1 lib1:1", 2, "a lib1");
	expect("a", "a~0 0>1 lib1:1", 2, "a lib1");
}
END_TEST

/* --- rule 4 ------------------------------------------------------------- */

START_TEST(the_start_outranks_the_inside)
{
	expect("a b", "a~0 b:0", 1, "b");
	expect("a b", "a~1 b:0 0>1", 2, "b b");
}
END_TEST

START_TEST(the_inside_counts_where_nothing_else_does)
{
	expect("a", "a~0", 1, "a");
	/* Those of objects before those of raw blocks. */
	expect("a b", "a:0 b~1 0~1", 2, "a b");
}
END_TEST

START_TEST(the_inside_is_followed_to_the_end)
{
	/* A list whose links point behind the starts of blocks. */
	expect("a", "a:0 0~1 1~2 2~3 3>4 4~5", 7, "a a a a a a -");
}
END_TEST

START_TEST(the_start_is_an_offset_of_0_8_or_16)
{
	ck_assert_int_eq(owners_strength(0), CLAIM_START);
	ck_assert_int_eq(owners_strength(8), CLAIM_START);
	ck_assert_int_eq(owners_strength(16), CLAIM_START);
	ck_assert_int_eq(owners_strength(4), CLAIM_DOUBTFUL);
	ck_assert_int_eq(owners_strength(33), CLAIM_DOUBTFUL);
	ck_assert_int_eq(owners_strength(24), CLAIM_INTERIOR);
	ck_assert_int_eq(owners_strength(1 << 20), CLAIM_INTERIOR);
}
END_TEST

/* --- rules 5 and 6 ------------------------------------------------------ */

START_TEST(the_order_of_sources)
{
	expect("a", "stack:0 lib2:0 a:0", 1, "a");
	expect("a", "stack:0 lib2:0 a?0", 1, "lib2");
	expect("a", "stack:0 py:0 a?0", 1, "py");
	expect("a", "stack:0 lib2~0 a?0", 1, "lib2");
	expect("a", "stack:0 a?0", 1, "stack");
	expect("a", "a?0 0>1", 2, "a a");
	expect("a", "", 1, "-");
}
END_TEST

START_TEST(roots_hand_their_blocks_on)
{
	expect("a", "lib7:0 stack:2 0>1 1~5 2>3 2>1 3~4", 6,
	       "lib7 lib7 stack stack stack lib7");
}
END_TEST

START_TEST(of_roots_who_has_most_pointers)
{
	expect("a", "lib1:0 lib2:0 lib2:0", 1, "lib2");
	expect("a", "lib2:0 lib1:0", 1, "lib1");
	expect("a", "lib2:0 py:0", 1, "py");
}
END_TEST

START_TEST(objects_outrank_roots_behind_raw_blocks)
{
	expect("a", "py!0 a:1 0>2 1>2", 3, "py a a");
}
END_TEST

START_TEST(nobody_hands_nothing_on)
{
	expect("a", "0>1 1>2 2>0 0~3", 4, "- - - -");
}
END_TEST

START_TEST(doubtful_edges_count_last)
{
	expect("a b", "a:0 b:1 0?2 1~2", 3, "a b b");
	/* What roots and stacks have is theirs. */
	expect("a", "a:0 0?1 lib1~1", 2, "a lib1");
	expect("a", "a:0 0?1 lib1:2 2>3 3>1", 4, "a lib1 lib1 lib1");
	expect("a", "a:0 0?1 stack:1", 2, "a stack");
	/* An object's own doubtful word is the last. */
	expect("a b", "a:0 0?1 b?1", 2, "a a");
	expect("a", "a?0 0?1 1~2", 3, "a a a");
}
END_TEST

START_TEST(doubtful_edges_are_followed_to_the_end)
{
	expect("a", "a:0 0?1 1?2 2>3 3~4 4?5", 7, "a a a a a a -");
	expect("a b", "a:0 b:1 0?2 1?2", 3, "a b {a,b}a");
	/* They make no ring. */
	expect("a b", "a:0 b:1 0>1 1?0", 2, "a b");
	expect("a", "0?1 1?0", 2, "- -");
}
END_TEST

/* --- rule 7 ------------------------------------------------------------- */

START_TEST(doubted_edges_do_not_count_beside_others)
{
	expect("a b", "a:0 b:1 0%2 1>2", 3, "a b b");
	expect("a b c", "a:0 b:1 c:2 0%3 1%3 2>3", 4, "a b c c");
	/* Of several pointers of one block one is sure. */
	expect("a b", "a:0 b:1 0%2 0>2 1%2", 3, "a b a");
	/* Alone, and beside others that are doubted, they do. */
	expect("a b", "a:0 0%1", 2, "a a");
	expect("a b", "a:0 b:1 0%2 1%2", 3, "a b {a,b}a");
	/* What has no owner claims nothing, doubted or not. */
	expect("a b", "a:0 b:1 0%3 1%3 2>3", 4, "a b - {a,b}a");
}
END_TEST

/* --- rule 8 ------------------------------------------------------------- */

START_TEST(who_the_others_hold_is_the_owner)
{
	expect("view->base", "view:0 base:0", 1, "base");
	expect("view->x x->base", "view:0 base:0", 1, "base");
	/* Three steps are too many. */
	expect("view->x x->y y->base", "view:0 base:0", 1, "{view,base}view");
}
END_TEST

START_TEST(who_most_of_many_hold_is_the_owner)
{
	expect("e#500->doc", "e0:0 e1:0 e2:0 e3:0 e499:0 doc:0", 1, "doc");
	/* One of three others is not most. */
	expect("a->b c d", "a:0 b:0 c:0 d:0", 1, "{a,b,c,d}a");
}
END_TEST

START_TEST(many_claimants_are_asked_by_samples)
{
	struct str text = STR_INIT;

	for (int i = 0; i < 500; i++)
		str_addf(&text, "e%d:0 ", i);
	str_add(&text, "doc:0");
	expect("e#500->doc", text.s, 1, "doc");
	str_release(&text);
}
END_TEST

START_TEST(who_is_held_by_none_shares)
{
	expect("a b", "a:0 b:0 0>1", 2, "{a,b}a =");
	/* Most pointers make the label, not the owner. */
	expect("a b", "a:0 b:0 b:0", 1, "{a,b}b");
}
END_TEST

START_TEST(of_two_that_hold_each_other_most_pointers)
{
	expect("a->b b->a", "a:0 b:0 b:0", 1, "b");
	expect("a->b b->a", "a:0 a:0 b:0", 1, "a");
}
END_TEST

START_TEST(what_is_shared_may_claim)
{
	/* 2 is shared by the owner of 3 and by those who share 0. */
	expect("a b c", "a:0 b:0 c:3 0>1 1>2 3>2", 4, "{a,b}a = {c,=}c c");
}
END_TEST

START_TEST(the_same_claimants_share_once)
{
	expect("a b", "a:0 b:0 a:1 b:1", 2, "{a,b}a =");
}
END_TEST

/* --- what is hostile ---------------------------------------------------- */

START_TEST(an_edge_to_itself_is_none)
{
	expect("a", "0>0 0~0 1>1 a:1 1>1", 2, "- a");
}
END_TEST

START_TEST(no_nodes)
{
	expect("a", "", 0, "");
}
END_TEST

/* Long rows are followed without recursion, and in a time that is linear: a
 * quadratic search would take hours. */
static void follow_row(enum claim_strength strength, bool ring)
{
	uint32_t nr = 1000000;
	struct owners o;
	struct heap h;

	graph_build(&h, "a");
	owners_init(&o, &h, nr);
	owners_claim(&o, (struct owner){ OWNER_OBJECT, 0 }, 0, CLAIM_START);
	for (uint32_t n = 0; n + 1 < nr; n++)
		owners_edge(&o, n, n + 1, strength);
	if (ring)
		owners_edge(&o, nr - 1, 0, strength);
	owners_decide(&o);
	for (uint32_t n = 0; n < nr; n++)
		ck_assert_int_eq(owners_of(&o, n).kind, OWNER_OBJECT);
	ck_assert_uint_eq(o.nr_components, ring ? 1 : nr);
	owners_release(&o);
	heap_release(&h);
}

START_TEST(a_long_row_of_starts)
{
	follow_row(CLAIM_START, false);
}
END_TEST

START_TEST(a_long_row_of_insides)
{
	follow_row(CLAIM_INTERIOR, false);
}
END_TEST

START_TEST(a_large_ring)
{
	follow_row(CLAIM_START, true);
}
END_TEST

/* Objects 0 .. nr - 1 refer to object nr. */
static void build_star(struct heap *h, uint32_t nr)
{
	heap_init(h);
	for (oid o = 0; o <= nr; o++) {
		heap_add_object(h, 16 * (uint64_t)o, 0);
		h->edge_start[o] = o;
		h->edge_nr[o] = o < nr;
		oid_vec_push(&h->edges, nr);
	}
}

START_TEST(a_million_claimants)
{
	const uint32_t nr = 1000000;
	struct owners o;
	struct owner w;
	struct heap h;

	build_star(&h, nr);
	owners_init(&o, &h, 2);
	for (oid a = 0; a < nr; a++)
		for (uint32_t n = 0; n < 2; n++)
			owners_claim(&o, (struct owner){ OWNER_OBJECT, a }, n,
				     CLAIM_START);
	owners_claim(&o, (struct owner){ OWNER_OBJECT, nr }, 0, CLAIM_START);
	owners_decide(&o);
	w = owners_of(&o, 0);
	ck_assert_int_eq(w.kind, OWNER_OBJECT);
	ck_assert_uint_eq(w.id, nr);
	w = owners_of(&o, 1);
	ck_assert_int_eq(w.kind, OWNER_SHARED);
	ck_assert_uint_eq(o.shared.v[w.id].nr, nr);
	owners_release(&o);
	heap_release(&h);
}
END_TEST

START_TEST(what_a_reader_says_is_known)
{
	struct owners o;
	struct heap h;

	graph_build(&h, "a");
	owners_init(&o, &h, 2);
	owners_claim(&o, (struct owner){ OWNER_OBJECT, 0 }, 0, CLAIM_FIELD);
	owners_edge(&o, 0, 1, CLAIM_START);
	owners_edge(&o, 1, 0, CLAIM_START);
	owners_decide(&o);
	ck_assert(owners_is_known(&o, 0));
	ck_assert(!owners_is_known(&o, 1));
	owners_release(&o);
	heap_release(&h);
}
END_TEST

/* --- settled nodes ------------------------------------------------------ */

START_TEST(what_one_reader_claims_is_settled)
{
	/* Whatever else points to it. */
	expect("a b", "a!0 a!1 b:0 lib1:1 stack:1 2>0 2~1 b:2 b?0", 3,
	       "a a b");
	/* Claims of several readers, or of one with a root. */
	expect("a b", "a!0 b!0", 1, "{a,b}a");
	expect("a b", "a!0 b!0 b!0 a!1", 2, "{a,b}b a");
	expect("a", "a!0 py!0 a!1", 2, "py a");
	/* It hands its owner on. */
	expect("a", "a!0 0>1 1~2 a!3", 4, "a a a a");
	expect("a b", "a!0 0?1 b!2 2%3 a!4", 5, "a a b b a");
}
END_TEST

START_TEST(settled_nodes_take_no_part)
{
	struct owners o;
	struct heap h;

	graph_build(&h, "a b");
	owners_init(&o, &h, 6);
	for (uint32_t n = 0; n < 6; n++)
		owners_claim(&o, (struct owner){ OWNER_OBJECT, n % 2 }, n,
			     CLAIM_FIELD);
	owners_claim(&o, (struct owner){ OWNER_OBJECT, 0 }, 1, CLAIM_FIELD);
	owners_edge(&o, 3, 0, CLAIM_START);
	owners_decide(&o);
	/* 1 has two claims, 3 an edge. */
	ck_assert_uint_eq(o.nr_open, 2);
	ck_assert_uint_eq(o.nr_components, 2);
	ck_assert_int_eq(owners_of(&o, 1).kind, OWNER_SHARED);
	for (uint32_t n = 0; n < 6; n++) {
		ck_assert(owners_is_known(&o, n));
		if (n != 1)
			ck_assert_uint_eq(owners_of(&o, n).id, n % 2);
	}
	owners_release(&o);
	heap_release(&h);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, what_one_reader_claims_is_settled);
	tcase_add_test(tc, settled_nodes_take_no_part);
	tcase_add_test(tc, a_ring_has_one_owner);
	tcase_add_test(tc, a_ring_through_the_inside_is_none);
	tcase_add_test(tc, rings_in_a_row);
	tcase_add_test(tc, a_reader_outranks_a_pointer);
	tcase_add_test(tc, a_member_outranks_what_raw_blocks_have);
	tcase_add_test(tc, raw_blocks_hand_their_owner_on);
	tcase_add_test(tc, a_library_s_start_outranks_the_inside);
	tcase_add_test(tc, the_start_outranks_the_inside);
	tcase_add_test(tc, the_inside_counts_where_nothing_else_does);
	tcase_add_test(tc, the_inside_is_followed_to_the_end);
	tcase_add_test(tc, the_start_is_an_offset_of_0_8_or_16);
	tcase_add_test(tc, the_order_of_sources);
	tcase_add_test(tc, roots_hand_their_blocks_on);
	tcase_add_test(tc, of_roots_who_has_most_pointers);
	tcase_add_test(tc, objects_outrank_roots_behind_raw_blocks);
	tcase_add_test(tc, nobody_hands_nothing_on);
	tcase_add_test(tc, doubtful_edges_count_last);
	tcase_add_test(tc, doubtful_edges_are_followed_to_the_end);
	tcase_add_test(tc, doubted_edges_do_not_count_beside_others);
	tcase_add_test(tc, who_the_others_hold_is_the_owner);
	tcase_add_test(tc, who_most_of_many_hold_is_the_owner);
	tcase_add_test(tc, many_claimants_are_asked_by_samples);
	tcase_add_test(tc, who_is_held_by_none_shares);
	tcase_add_test(tc, of_two_that_hold_each_other_most_pointers);
	tcase_add_test(tc, what_is_shared_may_claim);
	tcase_add_test(tc, the_same_claimants_share_once);
	tcase_add_test(tc, an_edge_to_itself_is_none);
	tcase_add_test(tc, no_nodes);
	tcase_add_test(tc, a_long_row_of_starts);
	tcase_add_test(tc, a_long_row_of_insides);
	tcase_add_test(tc, a_large_ring);
	tcase_add_test(tc, a_million_claimants);
	tcase_add_test(tc, what_a_reader_says_is_known);
}
