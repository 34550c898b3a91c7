/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of SQL against the heaps that they are of. */
#include <inttypes.h>
#include <string.h>

#include "graph.h"
#include "scene.h"
#include "suite.h"
#include "tiny.h"

const char suite_name[] = "sql";

START_TEST(columns_of_objects)
{
	struct scene s;

	scene_init(&s, HELD);
	expect(&s, "SELECT id, type, size, bytes, refcount, generation,"
	       " length FROM objects WHERE type LIKE 'app.N%' OR length",
	       "2,dict,16,,1,2,2\n"
	       "3,app.Node,1000,,1,,\n"
	       "4,app.Node,24,,1,2,\n");
	expect(&s, "SELECT retained, retained_objects, dominator, holder,"
	       " root, distance, path FROM objects WHERE id < 3",
	       "1072,5,,root,module m,0,m\n"
	       "1056,4,0,root,module m,0,m.__dict__\n"
	       "1040,3,1,root,module m,1,m.__dict__.cache\n");
	expect(&s, "SELECT holder, root, path FROM objects"
	       " WHERE type = 'app.Lost'", "garbage,,<garbage>\n");
	expect(&s, "SELECT refcount, holder FROM objects WHERE refcount IS"
	       " NULL", ",root\n");
	expect(&s, "SELECT name, has_del, is_static FROM types"
	       " WHERE name LIKE 'app.%'", "app.Node,0,0\napp.Lost,1,0\n");
	scene_release(&s);
}
END_TEST

START_TEST(references_both_ways)
{
	struct scene s;

	scene_init(&s, HELD);
	expect(&s, "SELECT source, target, name, kind, guessed, visited, found"
	       " FROM refs",
	       "0,1,__dict__,dict,0,1,tp_traverse\n"
	       "1,2,.cache,attribute,0,1,tp_traverse\n"
	       "2,3,['a'],value,0,1,tp_traverse\n"
	       "2,4,['b'],value,0,1,tp_traverse\n"
	       "3,5,.x,attribute,0,1,tp_traverse\n"
	       "4,5,.x,attribute,0,1,tp_traverse\n"
	       "6,6,lost,field,0,1,tp_traverse\n");
	expect(&s, "SELECT source FROM refs WHERE target = 5", "3\n4\n");
	expect(&s, "SELECT target FROM refs WHERE source = 2", "3\n4\n");
	expect(&s, "SELECT source FROM refs WHERE target = 0", "");
	expect(&s, "SELECT kind, name, counted FROM roots",
	       "module,m,1\n");
	expect(&s, "SELECT attribute(3, 'x'), attribute(0, 'cache'),"
	       " attribute(3, 'y'), attribute(NULL, 'x'), attribute(99, 'x')",
	       "5,,,,\n");
	scene_release(&s);
}
END_TEST

/* --- against the heap itself --- */

/* Every reference once by its source, and once by its target. */
static void compare_refs(struct scene *s, const struct heap *h)
{
	CLEANUP(str_release) struct str rows = STR_INIT;
	CLEANUP(freep) char *inbound = NULL;
	struct heap_inbound in;

	for (oid o = 0; o < h->nr_objects; o++)
		for (uint32_t i = 0; i < h->edge_nr[o]; i++)
			str_addf(&rows, "%" PRIu32 ",%" PRIu32 "\n", o,
				 heap_edges(h, o).to[i]);
	expect(s, "SELECT source, target FROM refs", rows.s);
	expect(s, "SELECT r.source, r.target FROM objects o CROSS JOIN refs r"
	       " ON r.source = o.id", rows.s);
	str_cut(&rows, 0);
	heap_inbound_build(h, &in);
	for (oid o = 0; o < h->nr_objects; o++)
		for (uint64_t i = in.start[o]; i < in.start[o + 1]; i++)
			str_addf(&rows, "%" PRIu32 ",%" PRIu32 "\n", o,
				 in.from[i]);
	heap_inbound_release(&in);
	inbound = scene_ask(s, "SELECT r.target, r.source FROM objects o CROSS JOIN"
		      " refs r ON r.target = o.id ORDER BY 1, 2");
	ck_assert_str_eq(inbound, rows.s);
}

static const char *root_word(const struct root *root)
{
	return root->surplus == REFCOUNT_IMMORTAL ? "immortal" :
						    root_kind_names[root->kind];
}

static void compare_retained(struct scene *s, struct heap *h)
{
	CLEANUP(str_release) struct str rows = STR_INIT;
	struct dominators d;
	struct reach r;

	dominators_build(h, &d);
	reach_build(h, NULL, &r);
	for (oid o = 0; o < h->nr_objects; o++) {
		CLEANUP(path_release) struct path path = VEC_INIT;

		str_addf(&rows, "%" PRIu64 ",%" PRIu32 ",", d.bytes[o],
			 d.objects[o]);
		if (d.parent[o] != OID_NONE)
			str_addf(&rows, "%" PRIu32, d.parent[o]);
		str_addf(&rows, ",%s",
			 dominators_holder_names[d.holder[o]]);
		if (reach_has(&r, o))
			str_addf(&rows, "|%s|%" PRIu32,
				 root_word(reach_path(&r, o, &path)),
				 r.distance[o]);
		str_add_char(&rows, '\n');
	}
	dominators_release(&d);
	reach_release(&r);
	expect(s, "SELECT retained, retained_objects, dominator, holder ||"
	       " iif(holder = 'garbage', '', '|' || iif(root LIKE"
	       " 'native code%', 'native code', substr(root, 1,"
	       " instr(root || ' ', ' ') - 1)) || '|' || distance)"
	       " FROM objects", rows.s);
}

static void compare_types(struct scene *s, const struct heap *h)
{
	for (uint32_t t = 0; t < h->types.nr; t++) {
		CLEANUP(freep) char *indexed = NULL;
		CLEANUP(freep) char *scanned = NULL;
		CLEANUP(freep) char *by_name = xasprintf(
			"SELECT id FROM objects WHERE type = '%s'",
			h->types.v[t].name);
		CLEANUP(freep) char *scan = xasprintf(
			"SELECT id FROM objects WHERE +type = '%s'",
			h->types.v[t].name);

		indexed = scene_ask(s, by_name);
		scanned = scene_ask(s, scan);
		ck_assert_str_eq(indexed, scanned);
	}
}

START_TEST(random_heaps)
{
	for (unsigned int seed = 1; seed <= 12; seed++) {
		struct scene s;

		graph_random(&s.heap[0], seed, 10 * seed, 30 * seed);
		scene_open(&s, 1);
		compare_refs(&s, &s.heap[0]);
		compare_types(&s, &s.heap[0]);
		compare_retained(&s, &s.heap[0]);
		scene_release(&s);
	}
}
END_TEST

START_TEST(rows_by_value)
{
	struct scene s;

	scene_init(&s, HELD);
	expect(&s, "SELECT id FROM objects WHERE id = 3", "3\n");
	expect(&s, "SELECT id FROM objects WHERE id = '3'", "3\n");
	expect(&s, "SELECT id FROM objects WHERE id = 3.0", "3\n");
	expect(&s, "SELECT id FROM objects WHERE id IN (3.5, -1, 7, NULL,"
	       " 1e40, -1e40, 'x', 4294967296, 9223372036854775807)", "");
	expect(&s, "SELECT id FROM objects WHERE id IN (5, 3)", "3\n5\n");
	expect(&s, "SELECT a.id FROM objects a JOIN objects b ON"
	       " b.address = a.address WHERE b.id = 4", "4\n");
	expect(&s, "SELECT id FROM objects WHERE address = 7", "");
	expect(&s, "SELECT id FROM objects WHERE type = 'APP.NODE'", "");
	expect(&s, "SELECT id FROM objects WHERE type = 'APP.NODE'"
	       " COLLATE NOCASE", "3\n4\n");
	expect(&s, "SELECT id FROM objects WHERE type = CAST('app.Node' AS"
	       " BLOB) OR type = 'app.Node' || char(0) || 'x'", "");
	expect(&s, "SELECT o.id FROM types t JOIN objects o ON"
	       " o.type_id = t.id WHERE t.name = 'app.Node'", "3\n4\n");
	expect(&s, "SELECT id FROM objects WHERE type LIKE 'APP.N%'",
	       "3\n4\n");
	expect(&s, "SELECT id FROM objects WHERE type GLOB 'app.[^L]*'",
	       "3\n4\n");
	expect(&s, "SELECT id FROM objects WHERE type GLOB 'APP.*'"
	       " OR type LIKE NULL OR type GLOB NULL", "");
	expect(&s, "SELECT id FROM objects WHERE type LIKE 'app\\_%' ESCAPE"
	       " '\\' OR type LIKE 1", "");
	expect(&s, "SELECT count(*) FROM objects WHERE type NOT LIKE 'app.%'",
	       "4\n");
	expect(&s, "SELECT o.id FROM types t JOIN objects o ON"
	       " o.type LIKE t.name || '%' WHERE t.name = 'app.Lost'", "6\n");
	expect(&s, "SELECT id FROM objects WHERE type LIKE 'app.%' AND"
	       " type = 'app.Lost' AND capture = 0", "6\n");
	expect(&s, "SELECT id FROM objects WHERE type LIKE 'app.%' AND"
	       " capture = 1", "");
	expect(&s, "SELECT count(*) FROM objects WHERE capture = 0", "7\n");
	expect(&s, "SELECT count(*) FROM objects WHERE capture = 1", "0\n");
	expect(&s, "SELECT count(*) FROM objects WHERE capture = 'x'",
	       "0\n");
	expect(&s, "SELECT id FROM objects ORDER BY id DESC LIMIT 2",
	       "6\n5\n");
	expect(&s, "SELECT id FROM objects WHERE type = 'app.Node'"
	       " ORDER BY id DESC", "4\n3\n");
	scene_release(&s);
}
END_TEST

START_TEST(two_heaps)
{
	struct scene s;

	graph_build(&s.heap[0], HELD);
	graph_build(&s.heap[1], "x->y z->y; type app.Node x");
	scene_open(&s, 2);
	expect(&s, "SELECT capture, count(*) FROM objects GROUP BY 1",
	       "0,7\n1,3\n");
	expect(&s, "SELECT id - (1 << 32) FROM objects WHERE capture = 1"
	       " AND type = 'app.Node'", "0\n");
	expect(&s, "SELECT count(*) FROM objects WHERE type = 'app.Node'",
	       "3\n");
	expect(&s, "SELECT source - (1 << 32) FROM refs WHERE"
	       " target = (1 << 32) + 1", "0\n2\n");
	expect(&s, "SELECT count(*) FROM refs r JOIN objects o ON"
	       " o.id = r.target WHERE o.capture <> r.capture", "0\n");
	expect(&s, "SELECT id, name, objects FROM captures",
	       "0,first,7\n1,second,3\n");
	expect(&s, "SELECT count(*) FROM objects a JOIN objects b ON"
	       " a.id = b.id", "10\n");
	expect(&s, "SELECT attribute((1 << 32) + 0, 'x') IS NULL", "1\n");
	/* Both heaps have an object at the address. */
	expect(&s, "SELECT x.a FROM (SELECT address AS a FROM objects"
	       " WHERE id = 1) x LEFT JOIN objects o ON o.address = x.a",
	       "0x1010\n0x1010\n");
	scene_release(&s);
}
END_TEST

START_TEST(no_objects)
{
	struct scene s;

	heap_init(&s.heap[0]);
	scene_open(&s, 1);
	for (size_t i = 0; sql_tables[i]; i++) {
		CLEANUP(freep) char *query = NULL;

		if (!strcmp(sql_tables[i]->name, "captures"))
			continue;
		query = xasprintf("SELECT * FROM %s", sql_tables[i]->name);
		if (strcmp(sql_tables[i]->name, "suspects") != 0)
			expect(&s, query, "");
	}
	expect(&s, "SELECT * FROM refs WHERE target = 0 OR source = 0", "");
	scene_release(&s);
}
END_TEST

/* --- names --- */

/* An object with so many references, each to another object. */
#define MANY 140000

static unsigned int nr_asked;
static uint64_t nr_named;

static void name_by_number(struct heap *h UNUSED, oid o UNUSED,
			   uint32_t first, uint32_t nr,
			   struct edge_name *names)
{
	nr_asked++;
	nr_named += nr;
	for (uint32_t i = 0; i < nr; i++)
		names[i] = (struct edge_name){ .kind = EDGE_INDEX,
					       .number = first + i };
}

static void build_large(struct heap *h)
{
	static const struct heap_ops ops = { .name_edges = name_by_number };

	heap_init(h);
	heap_reserve(h, MANY + 1);
	heap_type_vec_push(&h->types, (struct heap_type){
		.name = xstrdup("list"), .object = OID_NONE });
	for (oid o = 0; o <= MANY; o++)
		ck_assert_uint_eq(heap_add_object(h, 16 * (o + 1), 0), o);
	for (oid o = 1; o <= MANY; o++)
		oid_vec_push(&h->edges, o);
	h->edge_nr[0] = MANY;
	h->ops = &ops;
}

/* The chunks have 1, 2, 4 ... references, and then the most. */
#define CHUNKS_OF_MANY (16 + MANY / SQL_NAMES_CHUNK + 1)

/* In both orders each part of the references is named once. */
START_TEST(names_of_a_large_object)
{
	CLEANUP(freep) char *by_target = NULL, *by_source = NULL;
	CLEANUP(str_release) struct str rows = STR_INIT;
	struct scene s;

	build_large(&s.heap[0]);
	scene_open(&s, 1);
	nr_asked = 0;
	by_source = scene_ask(&s, "SELECT target, name FROM refs");
	ck_assert_uint_le(nr_asked, CHUNKS_OF_MANY);
	by_target = scene_ask(&s, "SELECT o.id, r.name FROM objects o CROSS JOIN"
			" refs r ON r.target = o.id");
	ck_assert_uint_le(nr_asked, 2 * CHUNKS_OF_MANY);
	for (oid o = 1; o <= MANY; o++)
		str_addf(&rows, "%" PRIu32 ",[%" PRIu32 "]\n", o, o - 1);
	ck_assert_str_eq(by_source, rows.s);
	ck_assert_str_eq(by_target, rows.s);
	scene_release(&s);
}
END_TEST

/* So many lists, each with so many references. */
#define LISTS 40
#define ITEMS 500

static void build_lists(struct heap *h)
{
	static const struct heap_ops ops = { .name_edges = name_by_number };

	heap_init(h);
	heap_reserve(h, LISTS + LISTS * ITEMS);
	heap_type_vec_push(&h->types, (struct heap_type){
		.name = xstrdup("list"), .object = OID_NONE });
	for (oid o = 0; o < LISTS + LISTS * ITEMS; o++)
		ck_assert_uint_eq(heap_add_object(h, 16 * (o + 1), 0), o);
	for (oid list = 0; list < LISTS; list++) {
		h->edge_start[list] = list * ITEMS;
		h->edge_nr[list] = ITEMS;
		for (oid i = 0; i < ITEMS; i++)
			oid_vec_push(&h->edges, LISTS + i * LISTS + list);
	}
	h->ops = &ops;
}

/* The targets lead from list to list, more of them than there are chunks: only
 * what is asked for is named. */
START_TEST(names_of_many_objects)
{
	struct scene s;

	build_lists(&s.heap[0]);
	scene_open(&s, 1);
	nr_named = 0;
	expect(&s, "SELECT count(r.name) FROM objects o CROSS JOIN refs r"
	       " ON r.target = o.id", "20000\n");
	ck_assert_uint_le(nr_named, 2 * LISTS * ITEMS);
	scene_release(&s);
}
END_TEST

/* --- all columns of a heap that has one of everything --- */

START_TEST(one_of_everything)
{
	struct scene s;
	CLEANUP(freep) char *rows = NULL;

	tiny_build(&s.heap[0]);
	scene_open(&s, 1);
	for (size_t i = 0; sql_tables[i]; i++) {
		CLEANUP(freep) char *query = xasprintf(
			"SELECT * FROM %s", sql_tables[i]->name);
		CLEANUP(freep) char *found = scene_ask(&s, query);

		if (strcmp(sql_tables[i]->name, "suspects") != 0)
			ck_assert_msg(*found, "%s is empty",
				      sql_tables[i]->name);
	}
	rows = xasprintf("%zu,%zu,%zu,%zu,%zu\n", s.heap[0].roots.nr,
			 s.heap[0].frames.nr, s.heap[0].threads.nr,
			 s.heap[0].memory.lines.nr,
			 s.heap[0].info.mappings.nr);
	expect(&s, "SELECT (SELECT count(*) FROM roots), (SELECT count(*)"
	       " FROM frames), (SELECT count(*) FROM threads),"
	       " (SELECT count(*) FROM memory), (SELECT count(*)"
	       " FROM mappings)", rows);
	expect(&s, "SELECT count(*) FROM frames f JOIN stacks s ON"
	       " s.id = f.stack WHERE s.kind <> 'thread' OR s.thread <>"
	       " f.thread OR s.object IS NOT NULL", "0\n");
	expect(&s, "SELECT count(*) FROM frames f JOIN threads t ON"
	       " t.id = f.thread JOIN roots r ON r.frame = f.id"
	       " WHERE f.function IS NULL OR r.kind <> 'frame'", "0\n");
	scene_release(&s);
}
END_TEST

START_TEST(numbers_and_texts)
{
	struct scene s;

	scene_init(&s, "a b c d e f g; type int a b c; type float d e;"
		   " type bool f; type str g; text a=17 b=-5"
		   " c=123456789012345678901 d=1.5 e=nope f=True g=17");
	expect(&s, "SELECT number, typeof(number) FROM objects",
	       "17,integer\n-5,integer\n1.2345678901234568e+20,real\n"
	       "1.5,real\n,null\n1,integer\n,null\n");
	expect(&s, "SELECT preview, text_hash FROM objects WHERE id IN (3, 6)",
	       "1.5,\n17,\n");
	scene_release(&s);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, columns_of_objects);
	tcase_add_test(tc, references_both_ways);
	tcase_add_test(tc, random_heaps);
	tcase_add_test(tc, rows_by_value);
	tcase_add_test(tc, two_heaps);
	tcase_add_test(tc, no_objects);
	tcase_add_test(tc, names_of_a_large_object);
	tcase_add_test(tc, names_of_many_objects);
	tcase_add_test(tc, one_of_everything);
	tcase_add_test(tc, numbers_and_texts);
}
