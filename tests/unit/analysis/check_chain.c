/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/chain.h"
#include "brute.h"
#include "graph.h"
#include "suite.h"

/* Add the objects that are named in `names`, with spaces between. */
static void add_targets(const struct heap *h, const char *names,
			struct oid_vec *ret)
{
	CLEANUP(freep) char *copy = xstrdup(names);
	char *save = NULL;

	for (char *s = strtok_r(copy, " ", &save); s;
	     s = strtok_r(NULL, " ", &save))
		oid_vec_push(ret, graph_oid(h, s));
}

static void add_chains(const struct heap *h, const struct chains *c,
		       struct str *ret)
{
	for (size_t i = 0; i < c->v.nr; i++) {
		const struct chain *chain = &c->v.v[i];

		str_addf(ret, "%s%s:", i ? ", " : "",
			 root_kind_names[chain->root.kind]);
		if (chain->nr_held > 1)
			str_addf(ret, "(%u)", chain->nr_held);
		graph_path(h, &chain->steps, ret);
	}
	if (!c->unreached)
		return;
	str_addf(ret, "%s unreached", graph_name(h, c->example));
	if (c->cycle.nr) {
		str_add(ret, "; cycle ");
		graph_path(h, &c->cycle, ret);
		str_add(ret, "; way ");
		graph_path(h, &c->from_cycle, ret);
	}
	str_addf(ret, "; holders %u", (unsigned int)c->holders.total);
}

START_TEST(chain_does_not_forget_who_holds_most)
{
	static const char text[] = "a->t b->u x->y y->z z->o o->n n->p p->q q->t q->u q->v;"
				   " root f:a f:b m:x";
	struct chain_options options = { .count = 2 };
	CLEANUP(oid_vec_release) struct oid_vec targets = VEC_INIT;
	CLEANUP(str_release) struct str s = STR_INIT;
	struct chains c;
	struct heap h;

	graph_build(&h, text);
	add_targets(&h, "t u v", &targets);
	chain_find(&h, targets.v, targets.nr, &options, &c);
	add_chains(&h, &c, &s);
	ck_assert_str_eq(s.s, "frame:a t, frame:b u");
	ck_assert_uint_eq(c.most.nr_held, 3);
	str_cut(&s, 0);
	graph_path(&h, &c.most.steps, &s);
	ck_assert_str_eq(s.s, "x y z o n p q t");
	chain_release(&c);
	/* Where it is among the nearest, once is enough. */
	options.count = 3;
	chain_find(&h, targets.v, targets.nr, &options, &c);
	ck_assert_uint_eq(c.v.nr, 3);
	ck_assert_uint_eq(c.most.steps.nr, 0);
	chain_release(&c);
	heap_release(&h);
}
END_TEST

static void check(const char *text, const char *names, size_t count,
		  const char *expected)
{
	struct chain_options options = { .count = count, .holders = 10 };
	CLEANUP(oid_vec_release) struct oid_vec targets = VEC_INIT;
	CLEANUP(str_release) struct str s = STR_INIT;
	struct chains c;
	struct heap h;

	graph_build(&h, text);
	add_targets(&h, names, &targets);
	chain_find(&h, targets.v, targets.nr, &options, &c);
	add_chains(&h, &c, &s);
	ck_assert_str_eq(s.s, expected);
	chain_release(&c);
	heap_release(&h);
}

START_TEST(chain_is_the_shortest)
{
	check("a->b b->t a->t; root m:a", "t", 1, "module:a t");
	check("t; root f:t", "t", 1, "frame:t");
	/* A global says more than a local that is as near. */
	check("a->t; root m:a f:t", "t", 1, "module:a t");
	check("a->b b->c c->d d->e e->f f->t; root m:a f:t", "t", 1, "frame:t");
	check("app->app.d app.d->l l->x l->t; root m:app", "t", 1,
	      "module:app app.d l t");
	/* What a frame computes with is gone in a moment. */
	check("a->b b->t; root m:a s:t", "t", 1, "module:a b t");
	check("a->b b->c c->t; root s:b m:a", "t", 1, "module:a b c t");
	check("b->t; root s:b", "t", 1, "frame:b t");
	check("t; refs t=2; root s:t", "t", 1, "frame:t");
	/* Of roots that are equal the one of the lower address. */
	check("t u; root f:u f:t", "t u", 2, "frame:t, frame:u");
	check("a->t; root m:a", "t", 0, "");
	check("a->t; root m:a", "", 3, "");
}
END_TEST

START_TEST(chain_comes_from_distinct_holders)
{
	/* A diamond has two; the near one first. */
	check("a->b a->c b->t c->t; root m:a", "t", 9,
	      "module:a b t, module:a c t");
	check("a->b b->c c->t a->t; root m:a", "t", 9,
	      "module:a t, module:a b c t");
	/* A holder's second reference only when holders run out. */
	check("a->b b->t b->t a->t; root m:a", "t", 2,
	      "module:a t, module:(2)a b t");
	check("a->b b->t b->t a->t; root m:a", "t", 9,
	      "module:a t, module:(2)a b t, module:(2)a b t");
	/* Places are holders too. */
	check("a->t; root f:t m:t f:t", "t", 9,
	      "module:t, frame:t, frame:t");
}
END_TEST

/* Far more holders than are wanted, in an order that helps or doesn't. */
START_TEST(chain_picks_the_nearest_of_many)
{
	for (unsigned int step = 0; step < 100; step++) {
		CLEANUP(str_release) struct str text = STR_INIT;

		for (unsigned int i = 0; i < 100; i++)
			str_addf(&text, "p%u->t ", (i * 37 + step) % 100);
		for (unsigned int i = 0; i < 99; i++)
			str_addf(&text, "p%u->p%u ", i, i + 1);
		str_add(&text, "; root m:p0");
		check(text.s, "t", 3,
		      "module:p0 t, module:p0 p1 t, module:p0 p1 p2 t");
	}
}
END_TEST

START_TEST(chain_passes_nothing_twice)
{
	check("a->t t->t; root m:a", "t", 9, "module:a t");
	check("a->t t->b b->t; root m:a", "t", 9, "module:a t");
	check("a->b b->a a->t b->t; root m:a", "t", 9,
	      "module:a t, module:a b t");
	/* Through other targets neither: what holds the first holds all. */
	check("a->t t->u u->v; root m:a", "t u v", 9, "module:a t");
}
END_TEST

START_TEST(chain_finds_what_holds_many)
{
	/* A list of all of them before a longer way, or a lesser holder. */
	check("a->l a->k l->t l->u l->v k->t; root m:a", "t u v", 1,
	      "module:(3)a l t");
	check("a->k a->l l->t l->u l->v k->t; root m:a", "t u v", 9,
	      "module:(3)a l t, module:a k t, module:(3)a l u, "
	      "module:(3)a l v");
}
END_TEST

START_TEST(chain_prefers_telling_roots)
{
	check("a->t b->t c->t; root i:a f:b m:c", "t", 3,
	      "module:c t, frame:b t, interpreter:a t");
	check("app->app.d app.d->t; root f:app.d m:app", "t", 9,
	      "module:app app.d t");
	/* A native holder is a last resort, however near. */
	check("n->t a->b b->c c->t; root m:a; refs n=1", "t", 9,
	      "module:a b c t, native code:n t");
	check("a->t; root m:a; refs t=3", "t", 9,
	      "module:a t, native code:t");
	check("t; refs t=1", "t", 9, "native code:t");
	check("t; refs t=immortal", "t", 9, "native code:t");
}
END_TEST

START_TEST(chain_tells_of_garbage)
{
	check("t->b b->t", "t", 1,
	      "t unreached; cycle t b t; way t; holders 1");
	check("a->b b->a b->x x->t a->y y->z z->t", "t", 1,
	      "t unreached; cycle b a b; way b x t; holders 2");
	check("t->t", "t", 1, "t unreached; cycle t t; way t; holders 1");
	check("a->t; refs a=0", "t", 1, "t unreached; holders 1");
	/* What t itself leads to does not hold it. */
	check("t->a a->b b->a; refs t=0", "t", 1, "t unreached; holders 0");
	check("t->a u->a; refs t=0 u=0", "u t", 1,
	      "t unreached; holders 0");
}
END_TEST

/* What may be shown of `h`, by brute force. */
struct expected {
	uint32_t nr_holders, nr_references;
};

static void count_expected(struct heap *h, const bool *targets,
			   const struct brute_way *ways, uint32_t nr_places,
			   struct expected *e)
{
	*e = (struct expected){ nr_places, nr_places };
	for (oid o = 0; o < h->nr_objects; o++) {
		uint32_t held = 0;

		if (targets[o] || ways[o].round == BRUTE_UNREACHED)
			continue;
		for (uint32_t i = 0; i < h->edge_nr[o]; i++)
			held += targets[h->edges.v[h->edge_start[o] + i]];
		e->nr_holders += held != 0;
		e->nr_references += held;
	}
}

/* Places that hold targets: known, by counting, and of a lone target both. */
static uint32_t count_places(struct heap *h, const bool *targets,
			     const struct brute_way *ways, uint32_t nr_targets)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < h->roots.nr; i++)
		nr += targets[h->roots.v[i].object];
	for (oid o = 0; o < h->nr_objects; o++) {
		bool surplus = h->refcount[o] != REFCOUNT_IMMORTAL &&
			       h->refcount[o] > brute_known(h, o);

		if (!targets[o])
			continue;
		/* Rounds 2 and 3 start with all that qualify, unreached. */
		if (ways[o].round == 2)
			nr += surplus;
		else if (ways[o].round == 3)
			nr += h->refcount[o] == REFCOUNT_IMMORTAL;
		else if (nr_targets == 1)
			nr += surplus;
	}
	return nr;
}

/* By how much the chain counts as longer than it is. */
static uint32_t chain_start(const struct heap *h, const struct chain *chain)
{
	const struct path *p = &chain->steps;
	bool is_known = chain->root.place != ROOT_NO_PLACE;

	if (chain->root.kind == ROOT_MODULE && p->nr > 3 &&
	    strstr(graph_name(h, p->v[1].object), ".d"))
		return brute_is_foreign(h, graph_name(h, p->v[0].object),
					p->v[2].object) ? REACH_FOREIGN : 0;
	return is_known && !roots_is_temporary(h, &chain->root) ?
	       reach_root_distance(chain->root.kind) : 0;
}

static void check_chain(const struct heap *h, const struct chain *chain,
			const bool *targets, const struct brute_way *ways)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	bool seen[BRUTE_MAX] = { false };
	const struct path *p = &chain->steps;

	graph_path(h, p, &s);
	ck_assert_uint_eq(chain->root.object, p->v[0].object);
	for (size_t i = 0; i < p->nr; i++) {
		ck_assert(!seen[p->v[i].object]);
		seen[p->v[i].object] = true;
		ck_assert(targets[p->v[i].object] == (i == p->nr - 1));
	}
	/* The way to the holder is as short as can be. */
	if (p->nr > 1)
		ck_assert_uint_le(ways[p->v[p->nr - 2].object].distance,
				  p->nr - 2 + chain_start(h, chain));
}

static bool same_holder(const struct chain *a, const struct chain *b)
{
	if ((a->steps.nr == 1) != (b->steps.nr == 1))
		return false;
	if (a->steps.nr == 1)
		return memcmp(&a->root, &b->root, sizeof(a->root)) == 0;
	return a->steps.v[a->steps.nr - 2].object ==
	       b->steps.v[b->steps.nr - 2].object;
}

static void check_random(struct heap *h, unsigned int seed, uint64_t *state)
{
	struct chain_options options = { .count = 1 + seed % 7, .holders = 3 };
	CLEANUP(oid_vec_release) struct oid_vec list = VEC_INIT;
	bool targets[BRUTE_MAX] = { false };
	struct brute_way ways[BRUTE_MAX];
	struct expected e;
	struct chains c;

	for (uint32_t i = 1 + graph_rand(state, 3) * (seed % 2); i > 0; i--) {
		oid o = graph_rand(state, h->nr_objects);

		if (!targets[o])
			oid_vec_push(&list, o);
		targets[o] = true;
	}
	brute_reach(h, targets, ways);
	count_expected(h, targets, ways,
		       count_places(h, targets, ways, (uint32_t)list.nr), &e);
	chain_find(h, list.v, list.nr, &options, &c);
	ck_assert_msg(c.nr_holders == e.nr_holders,
		      "seed %u: %u holders, not %u", seed,
		      (unsigned int)c.nr_holders, e.nr_holders);
	ck_assert_uint_eq(c.v.nr, MIN(options.count, e.nr_references));
	ck_assert_int_eq(c.unreached, !e.nr_holders);
	for (size_t i = 0; i < c.v.nr; i++) {
		check_chain(h, &c.v.v[i], targets, ways);
		for (size_t j = 0; j < i && i < e.nr_holders; j++)
			ck_assert(!same_holder(&c.v.v[i], &c.v.v[j]));
	}
	if (c.unreached)
		ck_assert(targets[c.example]);
	chain_release(&c);
}

START_TEST(chain_agrees_with_brute_force)
{
	for (unsigned int seed = 0; seed < 2000; seed++) {
		uint32_t nr = 2 + seed % 30;
		uint64_t state = seed;
		struct heap h;

		graph_random(&h, seed, nr, nr * (1 + seed % 3));
		check_random(&h, seed, &state);
		heap_release(&h);
	}
}
END_TEST

/* One list in another, so deep that recursion would not survive it. */
START_TEST(chain_goes_deep)
{
	struct chain_options options = CHAIN_OPTIONS_DEFAULT;
	const uint32_t nr = 300000;
	struct chains c;
	struct heap h;
	oid last = nr - 1;

	graph_build(&h, "a; root m:a");
	while (h.nr_objects < nr)
		heap_add_object(&h, 0x100000 + 16 * (uint64_t)h.nr_objects, 0);
	for (oid o = 0; o < last; o++) {
		h.edge_start[o] = h.edges.nr;
		h.edge_nr[o] = 1;
		oid_vec_push(&h.edges, o + 1);
	}
	chain_find(&h, &last, 1, &options, &c);
	ck_assert_uint_eq(c.v.nr, 1);
	ck_assert_uint_eq(c.v.v[0].steps.nr, nr);
	chain_release(&c);
	heap_release(&h);
}
END_TEST

/* The interpreter's dict keeps the interned strings that are immortal. */
START_TEST(chain_knows_who_keeps_interned_strings)
{
	static const char graph[] =
		"m->a d->a d->b d->c; root m:m i:d; type str a b c;"
		" refs a=1 b=immortal c=1; flags d=160";
	struct heap h;

	check(graph, "a", 2, "module:m a");
	check(graph, "b", 1, "interpreter:d b");
	graph_build(&h, graph);
	ck_assert(!roots_is_interned(&h, graph_oid(&h, "a")));
	ck_assert(roots_is_interned(&h, graph_oid(&h, "b")));
	ck_assert(!roots_is_interned(&h, graph_oid(&h, "m")));
	heap_release(&h);
}
END_TEST

/* As many as there are: none is left out, in whatever order they come. */
START_TEST(chain_shows_all_holders)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct chain_options options = { .count = SIZE_MAX };
	struct chains c;
	struct heap h;
	oid target;

	str_add(&text, "m->x0 x0->x1 x1->x2; root m:m;");
	for (unsigned int i = 0; i < 60; i++)
		str_addf(&text, " x%u->h%u h%u->t;", i % 3, i, i);
	graph_build(&h, text.s);
	target = graph_oid(&h, "t");
	chain_find(&h, &target, 1, &options, &c);
	ck_assert_uint_eq(c.nr_holders, 60);
	ck_assert_uint_eq(c.v.nr, 60);
	chain_release(&c);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "chain";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, chain_is_the_shortest);
	tcase_add_test(tc, chain_comes_from_distinct_holders);
	tcase_add_test(tc, chain_does_not_forget_who_holds_most);
	tcase_add_test(tc, chain_picks_the_nearest_of_many);
	tcase_add_test(tc, chain_passes_nothing_twice);
	tcase_add_test(tc, chain_finds_what_holds_many);
	tcase_add_test(tc, chain_prefers_telling_roots);
	tcase_add_test(tc, chain_tells_of_garbage);
	tcase_add_test(tc, chain_agrees_with_brute_force);
	tcase_add_test(tc, chain_goes_deep);
	tcase_add_test(tc, chain_knows_who_keeps_interned_strings);
	tcase_add_test(tc, chain_shows_all_holders);
}
