/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heap snapshots: their ids, their strings, their graph.  Graphs for dot. */
#include <jansson.h>

#include "graph.h"
#include "output/export/dot.h"
#include "output/export/heapsnapshot.h"
#include "output/export/node-ids.h"
#include "output/export/strings.h"
#include "suite.h"

const char suite_name[] = "export";

/* --- ids --- */

static void expect_ids(const uint32_t *wanted, const uint64_t *addresses,
		       const uint32_t *ids, size_t nr)
{
	uint32_t got[8];

	memcpy(got, wanted, nr * sizeof(*got));
	node_ids_settle(got, addresses, nr);
	for (size_t i = 0; i < nr; i++)
		ck_assert_uint_eq(got[i], ids[i]);
}
#define EXPECT_IDS(wanted, addresses, ids) \
	expect_ids((const uint32_t[])wanted, (const uint64_t[])addresses, \
		   (const uint32_t[])ids, \
		   ARRAY_SIZE(((const uint32_t[])ids)))
#define IDS(...) { __VA_ARGS__ }

START_TEST(the_lowest_address_gets_the_id)
{
	EXPECT_IDS(IDS(7, 5, 9), IDS(0, 0, 0), IDS(7, 5, 9));
	EXPECT_IDS(IDS(5, 5, 5), IDS(30, 10, 20), IDS(7, 5, 6));
	/* Who wants an id has it before who has to wait. */
	EXPECT_IDS(IDS(5, 5, 6, 5, 8), IDS(1, 2, 3, 4, 5),
		   IDS(5, 7, 6, 9, 8));
	EXPECT_IDS(IDS(0, 1, 0), IDS(3, 2, 1), IDS(3, 2, 1));
}
END_TEST

START_TEST(ids_wrap)
{
	EXPECT_IDS(IDS(UINT32_MAX, UINT32_MAX, UINT32_MAX, 1),
		   IDS(1, 2, 3, 4), IDS(UINT32_MAX, 2, 3, 1));
	EXPECT_IDS(IDS(UINT32_MAX - 1, UINT32_MAX - 1, UINT32_MAX - 1),
		   IDS(1, 2, 3), IDS(UINT32_MAX - 1, UINT32_MAX, 1));
}
END_TEST

START_TEST(many_ids_are_unique)
{
	enum { NR = 20000 };
	static uint32_t ids[NR];
	static uint64_t addresses[NR];
	static bool seen[NR + 200];
	uint64_t state = 1;

	for (size_t i = 0; i < NR; i++) {
		ids[i] = graph_rand(&state, 100);
		addresses[i] = graph_rand(&state, 1000);
	}
	node_ids_settle(ids, addresses, NR);
	for (size_t i = 0; i < NR; i++) {
		ck_assert_uint_lt(ids[i], ARRAY_SIZE(seen));
		ck_assert(ids[i] && !seen[ids[i]]);
		seen[ids[i]] = true;
	}
}
END_TEST

/* --- strings --- */

START_TEST(strings_are_ascii)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	strings_add_json("a\"b\\c \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
			 &out);
	ck_assert_str_eq(out.s, "\"a\\\"b\\\\c \\u00e9 \\u20ac"
			 " \\ud83d\\ude00\"");
	str_cut(&out, 0);
	/* No UTF-8, which no heap has: it ends there. */
	strings_add_json("\x01" "a\xe2\x82", &out);
	ck_assert_str_eq(out.s, "\"\\u0001a\"");
}
END_TEST

START_TEST(strings_have_numbers)
{
	CLEANUP(strings_release) struct strings s = STRINGS_INIT;
	CLEANUP(freep) char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_null(strings_open(&s));
	ck_assert_uint_eq(strings_add(&s, ""), 0);
	ck_assert_uint_eq(strings_add(&s, "a"), 1);
	ck_assert_uint_eq(strings_add_new(&s, "a"), 2);
	ck_assert_uint_eq(strings_add(&s, "a"), 1);
	ck_assert_uint_eq(strings_add(&s, ""), 0);
	ck_assert_ptr_null(strings_write(&s, out));
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(text, "\"\",\n\"a\",\n\"a\"");
}
END_TEST

/* --- the graph --- */

static json_int_t number(const json_t *array, size_t i)
{
	ck_assert(json_is_integer(json_array_get(array, i)));
	return json_integer_value(json_array_get(array, i));
}

static json_t *written(struct heap *h)
{
	CLEANUP(freep) char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *ret;

	ck_assert_ptr_null(heapsnapshot_write(h, out));
	ck_assert_int_eq(fclose(out), 0);
	ret = json_loadb(text, size, 0, NULL);
	ck_assert_ptr_nonnull(ret);
	return ret;
}

/* "name>name name>name ...": all edges, by the names of their nodes; weak ones
 * with a `~`. */
static void edges_of(const json_t *snapshot, struct str *ret)
{
	const json_t *nodes = json_object_get(snapshot, "nodes");
	const json_t *edges = json_object_get(snapshot, "edges");
	const json_t *strings = json_object_get(snapshot, "strings");
	size_t at = 0;

	for (size_t n = 0; n < json_array_size(nodes); n += 7)
		for (json_int_t k = number(nodes, n + 4); k; k--, at += 3) {
			size_t to = (size_t)number(edges, at + 2);

			str_addf(ret, "%s%s%s>%s", at ? " " : "",
				 json_string_value(json_array_get(strings,
					(size_t)number(nodes, n + 1))),
				 number(edges, at) == 6 ? "~" : "",
				 json_string_value(json_array_get(strings,
					(size_t)number(nodes, to + 1))));
		}
	ck_assert_uint_eq(at, json_array_size(edges));
}

static json_int_t count_of(const json_t *snapshot, const char *what)
{
	return json_integer_value(json_object_get(
		json_object_get(snapshot, "snapshot"), what));
}

START_TEST(roots_groups_and_lumps_are_nodes)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(str_release) struct str edges = STR_INIT;
	struct heap_lump_holder holder = { 1, 0 };
	json_t *snapshot;

	/* k keeps nothing alive; n is held by native code, i is immortal, x and
	 * y are garbage. */
	graph_build(&h, "a->b k->b n i x->y y->x; root m:a f:k"
		    "; type A a; type B b; type K k; type N n; type I i"
		    "; type X x; type Y y; refs n=1 i=immortal; size b=5"
		    "; flags k=64");
	h.flags[graph_oid(&h, "k")] = OBJECT_KEEPS_NOTHING;
	holder.object = graph_oid(&h, "b");
	heap_lump_holder_vec_push(&h.lump_holders, holder);
	heap_lump_vec_push(&h.lumps, (struct heap_lump){ 100, 0, 1 });
	holder = (struct heap_lump_holder){ OID_NONE, 0 };
	heap_lump_holder_vec_push(&h.lump_holders, holder);
	heap_lump_vec_push(&h.lumps, (struct heap_lump){ 1000, 1, 1 });
	heap_lump_vec_push(&h.lumps,
			   (struct heap_lump){ UINT64_MAX, 2, 0 });
	snapshot = written(&h);
	edges_of(snapshot, &edges);
	ck_assert_str_eq(edges.s,
			 ">(native code) >(immortal) >(garbage) >module a"
			 " >frame k (native code)>N"
			 " (native code)>shared raw blocks (immortal)>I"
			 " (garbage)>X module a>A frame k>K A>B"
			 " B>shared raw blocks K~>B X>Y Y>X"
			 " shared raw blocks>shared raw blocks");
	json_decref(snapshot);
}
END_TEST

START_TEST(sizes_have_32_bits)
{
	CLEANUP(heap_release) struct heap h;
	json_t *snapshot;
	const json_t *nodes;

	graph_build(&h, "a; root m:a; size a=5000000000");
	snapshot = written(&h);
	nodes = json_object_get(snapshot, "nodes");
	ck_assert_int_eq(count_of(snapshot, "node_count"), 6);
	ck_assert_int_eq(number(nodes, 5 * 7 + 3), UINT32_MAX);
	json_decref(snapshot);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	CLEANUP(heap_release) struct heap h;
	FILE *full = fopen("/dev/full", "w");
	struct error *err;

	graph_build(&h, "a->b#5000; root m:a");
	ck_assert_ptr_nonnull(full);
	err = heapsnapshot_write(&h, full);
	ck_assert_ptr_nonnull(err);
	ck_assert_ptr_nonnull(strstr(err->message, "No space left"));
	error_free(err);
	ck_assert_int_ne(fclose(full), 0);
}
END_TEST

/* --- dot --- */

START_TEST(labels_are_quoted)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	dot_add_text("\\N\"&lt;<b>", &out);
	ck_assert_str_eq(out.s, "\\\\N\\\"&amp;lt;<b>");
	str_cut(&out, 0);
	/* 65 bytes, the last two of which are one character. */
	dot_add_text("123456789012345678901234567890123456789012345678901234"
		     "567890123\xc3\xa9!", &out);
	ck_assert_str_eq(out.s, "123456789012345678901234567890123456789012345"
			 "678901234567890123\xc3\xa9...");
}
END_TEST

static char *dot_of(struct heap *h, const char *name, uint64_t max_nodes)
{
	char *ret = NULL;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	ck_assert_ptr_null(dot_write(h, graph_oid(h, name), max_nodes, out));
	ck_assert_int_eq(fclose(out), 0);
	return ret;
}

static size_t count_text(const char *text, const char *what)
{
	size_t ret = 0;

	for (; (text = strstr(text, what)); text++)
		ret++;
	return ret;
}

START_TEST(graphs_fold_what_is_alike)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(freep) char *all = NULL, *few = NULL;

	graph_build(&h, "a->b b->c#50 b->big b->e p#3->b; root m:a f:p#3"
		    "; type C c#50; type P p#3; size big=9000");
	all = dot_of(&h, "b", 40);
	ck_assert_uint_eq(count_text(all, "[label=\"C x 50\\nthey keep"), 1);
	ck_assert_uint_eq(count_text(all, "[label=\"P x 3\""), 1);
	ck_assert_uint_eq(count_text(all, "keeps"), 1);
	ck_assert_uint_eq(count_text(all, "fillcolor=\"#ffd9a0\""), 1);
	/* Closed from the beginning: the object alone. */
	few = dot_of(&h, "b", 1);
	ck_assert_uint_eq(count_text(few, "\tn0 ["), 1);
	ck_assert_uint_eq(count_text(few, "\tn1 ["), 0);
}
END_TEST

START_TEST(graphs_cut_long_chains)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(freep) char *text = NULL;

	graph_build(&h, "a->b b->c c->d d->e e->f f->g g->h h->i i->j j->k"
		    " k->l; root m:a");
	text = dot_of(&h, "l", 40);
	ck_assert_uint_eq(count_text(text, "4 steps"), 1);
	ck_assert_uint_eq(count_text(text, "label=\" i \""), 1);
	ck_assert_uint_eq(count_text(text, "penwidth=1.6]"), 9);
}
END_TEST

START_TEST(graphs_of_garbage)
{
	CLEANUP(heap_release) struct heap h;
	CLEANUP(freep) char *text = NULL;

	graph_build(&h, "a->b b->a b->c; root m:z");
	text = dot_of(&h, "c", 40);
	ck_assert_uint_eq(count_text(text, "[label=\"garbage, which"), 1);
}
END_TEST

START_TEST(graphs_need_space)
{
	CLEANUP(heap_release) struct heap h;
	FILE *full = fopen("/dev/full", "w");
	struct error *err;

	graph_build(&h, "a->b; root m:a");
	ck_assert_ptr_nonnull(full);
	setvbuf(full, NULL, _IONBF, 0);
	err = dot_write(&h, 0, 40, full);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	error_free(err);
	fclose(full);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, labels_are_quoted);
	tcase_add_test(tc, graphs_fold_what_is_alike);
	tcase_add_test(tc, graphs_cut_long_chains);
	tcase_add_test(tc, graphs_of_garbage);
	tcase_add_test(tc, graphs_need_space);
	tcase_add_test(tc, the_lowest_address_gets_the_id);
	tcase_add_test(tc, ids_wrap);
	tcase_add_test(tc, many_ids_are_unique);
	tcase_add_test(tc, strings_are_ascii);
	tcase_add_test(tc, strings_have_numbers);
	tcase_add_test(tc, roots_groups_and_lumps_are_nodes);
	tcase_add_test(tc, sizes_have_32_bits);
	tcase_add_test(tc, a_full_disk_is_an_error);
}
