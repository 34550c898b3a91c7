/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heaps as stacks. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "graph-file.h"
#include "heap/naming.h"
#include "output/export/folded.h"
#include "output/stacks/stack-tree.h"
#include "output/stacks/stacks-build.h"
#include "suite.h"

#define MANY 1000

/* --- a heap with details --- */

/* Codes as python/names/details.c makes them, of the names in a graph. */
static struct {
	struct u32_vec codes;
	struct heap_name_vec names;
	struct u64_vec text_start;
	struct str text_bytes;
	uint32_t *text;		/* by oid: none */
	struct heap_ops ops;
} facts;

static struct error *details(struct heap *h UNUSED, struct heap_details *ret)
{
	*ret = (struct heap_details){
		.codes = facts.codes.v, .text = facts.text,
		.names = facts.names.v, .nr_names = (uint32_t)facts.names.nr,
		.nr_texts = (uint32_t)facts.text_start.nr - 1,
		.text_start = facts.text_start.v,
		.text_bytes = facts.text_bytes.s,
	};
	return NULL;
}

static uint32_t named(enum edge_kind kind, const char *name)
{
	heap_name_vec_push(&facts.names, (struct heap_name){
		.kind = kind, .name = xstrdup(name) });
	return edge_code(CODE_NAMED, (uint32_t)facts.names.nr - 1);
}

/* Each reference has a text of its own: equal texts have several numbers, as
 * those of a process may have. */
static uint32_t code_of(const char *name)
{
	size_t len = strcspn(name, "@");

	if (name[0] == '[' && name[1] == '\'') {
		str_add_bytes(&facts.text_bytes, name + 1, len - 2);
		u64_vec_push(&facts.text_start, facts.text_bytes.len);
		return edge_code(CODE_VALUE,
				 (uint32_t)facts.text_start.nr - 2);
	}
	if (name[0] == '[')
		return edge_code(CODE_INDEX, 3);
	if (!strncmp(name, "key", 3))
		return edge_code(CODE_KEY, 0);
	if (len > 2 && !strncmp(name + len - 2, ".d", 2))
		return named(EDGE_DICT, "");
	if (name[0] == '.') {
		CLEANUP(freep) char *attribute = xstrdup(name + 1);

		attribute[len - 1] = '\0';
		return named(EDGE_ATTRIBUTE, attribute);
	}
	return named(EDGE_FIELD, name);
}

static void build(struct heap *h, const char *text)
{
	memset(&facts, 0, sizeof(facts));
	facts.text_bytes = (struct str)STR_INIT;
	graph_build_process(h, text);
	named(EDGE_UNKNOWN, "");
	u64_vec_push(&facts.text_start, 0);
	u64_vec_push(&facts.text_start, 0);
	for (size_t i = 0; i < h->edges.nr; i++)
		u32_vec_push(&facts.codes,
			     code_of(graph_name(h, h->edges.v[i])));
	facts.text = xcalloc(h->nr_objects, sizeof(*facts.text));
	facts.ops = *h->ops;
	facts.ops.details = details;
	h->ops = &facts.ops;
}

static void release(struct heap *h)
{
	heap_release(h);
	u32_vec_release(&facts.codes);
	heap_names_release(&facts.names);
	u64_vec_release(&facts.text_start);
	str_release(&facts.text_bytes);
	free(facts.text);
}

/* --- stacks as text --- */

static char *folded_of(const struct stacks *s, enum stacks_value value)
{
	char *ret = NULL;
	size_t len;
	FILE *out = open_memstream(&ret, &len);

	ck_assert_ptr_null(folded_write(s, value, out));
	ck_assert_int_eq(fclose(out), 0);
	return ret;
}

/* The lines, sorted. */
static char *sorted(char *text)
{
	CLEANUP(str_vec_release) struct str_vec lines = VEC_INIT;
	CLEANUP(str_release) struct str ret = STR_INIT;
	char *save, *line = strtok_r(text, "\n", &save);

	for (; line; line = strtok_r(NULL, "\n", &save))
		str_vec_push(&lines, line);
	str_vec_sort(&lines);
	for (size_t i = 0; i < lines.nr; i++)
		str_addf(&ret, "%s\n", lines.v[i]);
	return str_take(&ret);
}

static void expect_sums(const struct stacks *s, const struct heap *h)
{
	struct tally self = { 0, 0 }, top = { 0, 0 };
	uint64_t bytes = 0;

	for (oid o = 0; o < h->nr_objects; o++)
		bytes += heap_bytes(h, o);
	for (size_t i = 0; i < s->v.nr; i++) {
		tally_add_all(&self, &s->v.v[i].self);
		if (s->v.v[i].above == STACKS_TOP)
			tally_add_all(&top, &s->v.v[i].sum);
		else
			ck_assert_uint_lt(s->v.v[i].above, i);
	}
	ck_assert_uint_eq(self.nr, h->nr_objects);
	ck_assert_uint_eq(self.bytes, bytes);
	ck_assert_uint_eq(top.nr, h->nr_objects);
	ck_assert_uint_eq(top.bytes, bytes);
	ck_assert_uint_eq(s->all.nr, h->nr_objects);
	ck_assert_uint_eq(s->all.bytes, bytes);
}

static void expect(const char *graph, size_t max, const char *lines)
{
	CLEANUP(stacks_release) struct stacks s;
	CLEANUP(freep) char *text = NULL, *found = NULL;
	struct heap h;

	build(&h, graph);
	ck_assert_ptr_null(stacks_build(&h, max, &s));
	expect_sums(&s, &h);
	text = folded_of(&s, STACKS_OBJECTS);
	found = sorted(text);
	ck_assert_str_eq(found, lines);
	release(&h);
}

#define MODULE "type module m; root m:m; m->m.d; type dict/dict m.d; "

START_TEST(stacks_are_chains_of_names_and_types)
{
	expect(MODULE "m.d->['CACHE'] ['CACHE']->['a'] ['a']->a.d"
	       " a.d->['user'] ['user']->.tag;"
	       " type dict/dict ['CACHE'] a.d; type app.Session ['a'];"
	       " type app.User ['user']; type str .tag", MANY,
	       "module m 2\n"
	       "module m;m.CACHE: dict 1\n"
	       "module m;m.CACHE: dict;['a']: app.Session 2\n"
	       "module m;m.CACHE: dict;['a']: app.Session;.user: app.User 1\n"
	       "module m;m.CACHE: dict;['a']: app.Session;.user: app.User;"
	       ".tag: str 1\n");
}
END_TEST

START_TEST(stacks_fold_indexes)
{
	expect(MODULE "m.d->['L'] ['L']->[1]@#9 ['L']->[2]@#3; type list ['L'];"
	       " type int [1]@#9; type str [2]@#3", MANY,
	       "module m 2\n"
	       "module m;m.L: list 1\n"
	       "module m;m.L: list;[...]: int 9\n"
	       "module m;m.L: list;[...]: str 3\n");
}
END_TEST

/* As many keys as all dicts at a place may have, and one more. */
START_TEST(stacks_fold_keys_where_there_are_many)
{
	CLEANUP(str_release) struct str few = STR_INIT, many = STR_INIT;
	CLEANUP(str_release) struct str lines = STR_INIT;
	unsigned int i;

	str_add(&few, MODULE "m.d->['D'];");
	for (i = 0; i < STACKS_KEYS_MAX; i++)
		str_addf(&few, "['D']->['k%c%u'];", i & 1 ? 'a' : 'b',
			 10 + i);
	str_add(&many, few.s);
	str_add(&many, "['D']->['one_more']");
	/* Each is named: "module m", "m.D" and a line for each. */
	for (i = 0; i < 2; i++) {
		CLEANUP(stacks_release) struct stacks s;
		struct heap h;

		build(&h, i ? many.s : few.s);
		ck_assert_ptr_null(stacks_build(&h, MANY, &s));
		expect_sums(&s, &h);
		ck_assert_uint_eq(s.v.nr, i ? 3 : 2 + STACKS_KEYS_MAX);
		ck_assert_str_eq(stacks_text(&s, s.v.v[2].name) +
				 (i ? 0 : strlen("['kb10']")),
				 i ? "[...]: object" : ": object");
		release(&h);
	}
}
END_TEST

/* Keys of one place count together, and each once, whichever object it is. */
START_TEST(stacks_count_keys_of_a_place)
{
	expect(MODULE "m.d->['L'] ['L']->[1]@#40;"
	       " [1]@0->['id']@#40 [1]@1->['n'] [1]@2->['x-y'] [1]@3->key;"
	       " type dict/dict [1]@#40", MANY,
	       "module m 2\n"
	       "module m;m.L: object 1\n"
	       "module m;m.L: object;[...]: dict 40\n"
	       "module m;m.L: object;[...]: dict;['id']: object 40\n"
	       "module m;m.L: object;[...]: dict;['n']: object 1\n"
	       "module m;m.L: object;[...]: dict;[...]: object 1\n"
	       "module m;m.L: object;[...]: dict;key: object 1\n");
}
END_TEST

START_TEST(stacks_fold_recursion)
{
	expect(MODULE "m.d->['h'] ['h']->.next@1 .next@1->.next@2"
	       " .next@2->.next@3 .next@3->.v;"
	       " type app.Node ['h'] .next@1 .next@2 .next@3", MANY,
	       "module m 2\n"
	       "module m;m.h: app.Node 1\n"
	       "module m;m.h: app.Node;.next: app.Node (repeated) 3\n"
	       "module m;m.h: app.Node;.next: app.Node (repeated);"
	       ".v: object 1\n");
	/* Right below left, and left below right, and back. */
	expect(MODULE "m.d->['t'] ['t']->.l@1 ['t']->.r@1 .l@1->.r@2"
	       " .r@2->.l@3 .r@1->.l@4 .l@4->.r@5", MANY,
	       "module m 2\n"
	       "module m;m.t: object 1\n"
	       "module m;m.t: object;.l: object (repeated) 2\n"
	       "module m;m.t: object;.l: object (repeated);.r: object 1\n"
	       "module m;m.t: object;.r: object (repeated) 2\n"
	       "module m;m.t: object;.r: object (repeated);.l: object 1\n");
	/* Lists in lists may be meant: the fourth leads back. */
	expect(MODULE "m.d->['t'] ['t']->[0]@1 [0]@1->[0]@2 [0]@2->[0]@3"
	       " [0]@3->[0]@4 [0]@4->[0]@5", MANY,
	       "module m 2\n"
	       "module m;m.t: object 1\n"
	       "module m;m.t: object;[...]: object 1\n"
	       "module m;m.t: object;[...]: object;[...]: object 1\n"
	       "module m;m.t: object;[...]: object;[...]: object;"
	       "[...]: object (repeated) 3\n");
}
END_TEST

START_TEST(stacks_have_code_in_its_function)
{
	expect(MODULE "m.d->['f'] ['f']->.code .code->.consts .consts->[0]"
	       " ['f']->.doc ['f']->.defaults .defaults->[1];"
	       " type function ['f']; type code .code; type str .doc [1]", MANY,
	       "module m 2\n"
	       "module m;m.f: function 5\n"
	       "module m;m.f: function;.defaults: object 1\n"
	       "module m;m.f: function;.defaults: object;[...]: str 1\n");
}
END_TEST

START_TEST(stacks_name_roots)
{
	expect("a b c d->e e->d f; root f:a i:b; refs c=3 f=immortal;"
	       " type app.E/heap e", MANY,
	       "frames;a: object 1\n"
	       "garbage;app.E 1\n"
	       "garbage;app.E;d: object 1\n"
	       "immortal objects;object 1\n"
	       "interpreter;b: object 1\n"
	       "native code;object 1\n");
	expect("x->y; root m:x b:y", MANY,
	       "builtins;y: object 1\n"
	       "module x;object 1\n");
}
END_TEST

/* Threads of a pool are one frame, and a function has its file and line. */
START_TEST(stacks_name_frames)
{
	CLEANUP(stacks_release) struct stacks s;
	CLEANUP(freep) char *text = NULL;
	struct heap h;

	build(&h, "a b c; root f:a f:b s:c");
	for (unsigned int i = 0; i < 3; i++) {
		struct heap_root *root = &h.roots.v[i];

		heap_add_thread(&h, (struct heap_thread){
			.native_id = 7 + i, .name = xasprintf("pool-%u", i) });
		heap_frame_vec_push(&h.frames, (struct heap_frame){
			.stack = i, .function = xstrdup("work"),
			.file = xstrdup("/srv/app.py"), .line = 12,
			.code = OID_NONE });
		root->frame = (int32_t)i;
		root->slot = i < 2 ? SLOT_LOCAL : SLOT_STACK;
		free(root->name);
		root->name = xstrdup(i < 2 ? "req" : "");
	}
	ck_assert_ptr_null(stacks_build(&h, MANY, &s));
	text = folded_of(&s, STACKS_OBJECTS);
	ck_assert_str_eq(text,
		"thread pool-*;work (app.py);local req: object 2\n"
		"thread pool-*;work (app.py);stack: object 1\n");
	ck_assert_str_eq(s.v.v[0].root, "thread");
	ck_assert_ptr_null(s.v.v[1].root);
	ck_assert_int_eq(s.names.v[s.v.v[0].name].function, -1);
	ck_assert_int_eq(s.names.v[s.v.v[1].name].function, 0);
	release(&h);
}
END_TEST

/* A module of a package is below it. */
START_TEST(stacks_have_packages)
{
	CLEANUP(stacks_release) struct stacks s;
	CLEANUP(freep) char *text = NULL;
	struct heap h;

	build(&h, "type module a b; root m:a m:b; b->b.d b.d->['V'];"
	      " type dict/dict b.d");
	free(h.roots.v[0].name);
	h.roots.v[0].name = xstrdup("pack");
	free(h.roots.v[1].name);
	h.roots.v[1].name = xstrdup("pack.sub.mod");
	ck_assert_ptr_null(stacks_build(&h, MANY, &s));
	text = folded_of(&s, STACKS_OBJECTS);
	ck_assert_str_eq(text,
		"module pack 1\n"
		"module pack;module pack.sub.mod 2\n"
		"module pack;module pack.sub.mod;pack.sub.mod.V: object 1\n");
	release(&h);
}
END_TEST

START_TEST(stacks_show_guesses)
{
	expect(MODULE "m.d->['x'] ['x']->.y; flags ['x']=4", MANY,
	       "module m 2\n"
	       "module m;m.x: object 1\n"
	       "module m;m.x: object;guessed reference;.y: object 1\n");
}
END_TEST

/* --- bounds --- */

START_TEST(stacks_cut_what_is_small)
{
	expect(MODULE "m.d->['a'] m.d->['b'] m.d->['c'] ['c']->.x;"
	       " size ['a']=1000 ['b']=900", 3,
	       "module m 2\n"
	       "module m;(left out) 2\n"
	       "module m;m.a: object 1\n"
	       "module m;m.b: object 1\n");
	expect(MODULE "m.d->['a']", 0, "(left out) 3\n");
}
END_TEST

START_TEST(stacks_say_what_was_cut)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct stacks s = { .nr_cut = 1234, .least = 56 };

	stacks_add_cut(&s, &text);
	ck_assert_str_eq(text.s, "1,234 frames of less than 56 bytes are"
			 " summed up as (left out)");
	str_cut(&text, 0);
	s.nr_cut = 0;
	stacks_add_cut(&s, &text);
	ck_assert_str_eq(text.s, "");
}
END_TEST

START_TEST(stack_tree_has_a_greatest_depth)
{
	CLEANUP(stack_tree_release) struct stack_tree t;
	uint32_t node = 0, i;

	stack_tree_init(&t);
	for (i = 0; i < STACK_TREE_DEPTH; i++)
		node = stack_tree_step(&t, node, 100 + i, 7);
	ck_assert_uint_eq(node, STACK_TREE_DEPTH);
	ck_assert_uint_eq(stack_tree_step(&t, node, 99, 7), node | STACK_CUT);
	ck_assert_uint_eq(t.nr_cut, 1);
	/* What repeats a step has room. */
	ck_assert_uint_eq(stack_tree_step(&t, node, 100, 7), 1);
}
END_TEST

START_TEST(stack_tree_has_a_greatest_size)
{
	CLEANUP(stack_tree_release) struct stack_tree t;

	stack_tree_init(&t);
	for (uint32_t i = 1; i < STACK_TREE_MAX; i++)
		ck_assert_uint_eq(stack_tree_step(&t, 0, i, 7), i);
	ck_assert_uint_eq(stack_tree_step(&t, 5, 3, 7), 5 | STACK_CUT);
	ck_assert_uint_eq(stack_tree_step(&t, 0, 3, 7), 3);
}
END_TEST

START_TEST(stacks_of_random_graphs_add_up)
{
	for (unsigned int seed = 0; seed < 50; seed++) {
		CLEANUP(stacks_release) struct stacks s;
		struct heap h;

		graph_random(&h, seed, 300, 900);
		memset(&facts, 0, sizeof(facts));
		facts.text_bytes = (struct str)STR_INIT;
		named(EDGE_UNKNOWN, "");
		named(EDGE_ATTRIBUTE, "a");
		named(EDGE_DICT, "");
		u64_vec_push(&facts.text_start, 0);
		u64_vec_push(&facts.text_start, 0);
		/* Also codes that lead nowhere. */
		for (size_t i = 0; i < h.edges.nr; i++)
			u32_vec_push(&facts.codes, edge_code(
				(enum code_kind)(i % 13), (uint32_t)i % 7));
		facts.text = xcalloc(h.nr_objects, sizeof(*facts.text));
		facts.ops = *h.ops;
		facts.ops.details = details;
		h.ops = &facts.ops;
		ck_assert_ptr_null(stacks_build(&h, seed * 4, &s));
		expect_sums(&s, &h);
		ck_assert_uint_le(s.v.nr, 2 * (seed * 4) + 1);
		release(&h);
	}
}
END_TEST

START_TEST(stacks_need_details)
{
	CLEANUP(stacks_release) struct stacks s;
	struct error *err;
	struct heap h;

	graph_build(&h, "a->b; root m:a");
	err = stacks_build(&h, MANY, &s);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_UNSUPPORTED);
	error_free(err);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "stacks";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, stacks_are_chains_of_names_and_types);
	tcase_add_test(tc, stacks_fold_indexes);
	tcase_add_test(tc, stacks_fold_keys_where_there_are_many);
	tcase_add_test(tc, stacks_count_keys_of_a_place);
	tcase_add_test(tc, stacks_fold_recursion);
	tcase_add_test(tc, stacks_have_code_in_its_function);
	tcase_add_test(tc, stacks_name_roots);
	tcase_add_test(tc, stacks_name_frames);
	tcase_add_test(tc, stacks_have_packages);
	tcase_add_test(tc, stacks_show_guesses);
	tcase_add_test(tc, stacks_cut_what_is_small);
	tcase_add_test(tc, stacks_say_what_was_cut);
	tcase_add_test(tc, stack_tree_has_a_greatest_depth);
	tcase_add_test(tc, stack_tree_has_a_greatest_size);
	tcase_add_test(tc, stacks_of_random_graphs_add_up);
	tcase_add_test(tc, stacks_need_details);
}
