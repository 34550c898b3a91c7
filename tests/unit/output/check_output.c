/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "output/emit.h"
#include "output/export/jsonl.h"
#include "output/path.h"
#include "output/table.h"
#include "output/words.h"
#include "suite.h"

/*
 * Names for edges, by the first letter of the referent: `aX` is .aX, `kX` is
 * ['kX'], `odd` is ['a  in b  x'], `i3` is [3], `d` a __dict__, `pX` is
 * type(...), `sX` is a stand-in, `nX` is .next; all others have no expression.
 */
static const struct heap_ops *plain;
static struct heap_ops named;

static void name_one(const char *to, struct edge_name *n)
{
	CLEANUP(str_release) struct str words = STR_INIT;

	*n = (struct edge_name){
		.kind = strchr("an", to[0]) ? EDGE_ATTRIBUTE :
			to[0] == 'k' ? EDGE_NAMED_VALUE :
			to[0] == 'o' ? EDGE_VALUE :
			to[0] == 'i' ? EDGE_INDEX :
			to[0] == 'd' ? EDGE_DICT : EDGE_FIELD,
		.name = xstrdup(to[0] == 'p' ? "__class__" :
				to[0] == 'o' ? "'a  in b  x'" :
				to[0] == 'd' ? "" :
				to[0] == 'n' ? "next" :
				to[0] == 's' ? "proxy" : to),
		.number = to[0] == 'i' ? strtoul(to + 1, NULL, 10) : 0,
		.stand_in = to[0] == 's',
	};
	if (!strchr("akoidpsn", to[0]))
		return;
	words_edge(n, &words);
	n->prefix = xstrdup(to[0] == 'p' ? "type(" : "");
	n->suffix = xstrdup(to[0] == 'p' ? ")" :
			    to[0] == 'd' ? ".__dict__" :
			    to[0] == 's' ? "" : words.s);
}

static void name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		       struct edge_name *names)
{
	for (uint32_t i = 0; i < nr; i++)
		name_one(graph_name(h, h->edges.v[h->edge_start[o] +
						  first + i]), &names[i]);
}

static void build(struct heap *h, const char *text)
{
	graph_build(h, text);
	plain = h->ops;
	named = *plain;
	named.name_edges = name_edges;
	h->ops = &named;
	h->nr_collector_objects = h->nr_objects;
}

/* A way through `names` ("m d kx"), each an edge of the one before it. */
static void add_steps(struct heap *h, const char *names, struct path *ret)
{
	CLEANUP(freep) char *copy = xstrdup(names);

	for (char *p = strtok(copy, " "); p; p = strtok(NULL, " ")) {
		struct step s = { graph_oid(h, p), PATH_START };
		oid from = ret->nr ? ret->v[ret->nr - 1].object : OID_NONE;

		for (uint32_t i = 0; ret->nr && i < h->edge_nr[from]; i++)
			if (h->edges.v[h->edge_start[from] + i] == s.object)
				s.edge = i;
		ck_assert(!ret->nr || s.edge != PATH_START);
		path_push(ret, s);
	}
}

/* The first root of `graph`, then `names`; "expression | readable". */
static void check_trail(const char *graph, const char *names,
			const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(freep) char *expression = NULL;
	struct root root = { 0 };
	struct trail t;
	struct heap h;

	build(&h, graph);
	free(h.roots.v[0].expression);
	h.roots.v[0].expression = xstrdup("sys.modules['app']");
	free(h.roots.v[0].name);
	h.roots.v[0].name = xstrdup("app");
	root.object = h.roots.v[0].object;
	root.kind = h.roots.v[0].kind;
	add_steps(&h, names, &path);
	trail_init(&t, &h, &root, &path);
	expression = trail_expression(&t);
	str_addf(&s, "%s | ", expression ? expression : "null");
	trail_readable(&t, &s);
	ck_assert_str_eq(s.s, expected);
	trail_release(&t);
	heap_release(&h);
}

#define APP "m->d d->kx kx->i3 i3->ay; root m:m; type module m; "

START_TEST(trail_makes_python)
{
	check_trail(APP, "m", "sys.modules['app'] | app");
	check_trail(APP, "m d",
		    "sys.modules['app'].__dict__ | app.__dict__");
	check_trail(APP, "m d kx", "sys.modules['app'].kx | app.kx");
	check_trail(APP, "m d kx i3 ay",
		    "sys.modules['app'].kx[3].ay | app.kx[3].ay");
	/* Only of a module is a dict's key surely an attribute. */
	check_trail("m->am am->d d->kx; root m:m; type module m", "m am d kx",
		    "sys.modules['app'].am.__dict__['kx'] | app.am.kx");
	check_trail("m->d d->k__x; root m:m; type module m", "m d k__x",
		    "sys.modules['app'].k__x | app.k__x");
	check_trail("m->ax ax->p p->ay; root m:m", "m ax p ay",
		    "type(sys.modules['app'].ax).ay | type(app.ax).ay");
}
END_TEST

START_TEST(trail_says_where_there_is_no_python)
{
	check_trail("m->ax ax->element element->ay; root m:m",
		    "m ax element ay", "null | app.ax -> element -> .ay");
	/* A stand-in leads on, but is not the object itself. */
	check_trail("m->s s->kx; root m:m", "m s kx",
		    "sys.modules['app']['kx'] | app['kx']");
	check_trail("m->s s->kx; root m:m", "m s", "null | app");
}
END_TEST

/* A chain of `nr` links below `m`, each a `nX`; then `end`, if it is any. */
static void check_links(unsigned int nr, const char *end, const char *type,
			const char *expected)
{
	CLEANUP(str_release) struct str graph = STR_INIT, names = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	str_add(&names, "m");
	for (unsigned int i = 0; i < nr; i++) {
		str_addf(&graph, i ? " n%u->n%u" : "m->n1", i, i + 1);
		str_addf(&names, " n%u", i + 1);
	}
	if (end) {
		str_addf(&graph, " n%u->%s", nr, end);
		str_addf(&names, " %s", end);
	}
	str_addf(&graph, "; root m:m%s", type);
	str_add(&text, "sys.modules['app']");
	for (unsigned int i = 0; i < nr; i++)
		str_add(&text, ".next");
	str_addf(&text, "%s%s | %s", end ? "." : "", end ? end : "", expected);
	check_trail(graph.s, names.s, text.s);
}

START_TEST(trail_writes_equal_steps_once)
{
	check_links(3, "ay", "", "app.next.next.next.ay");
	check_links(4, "ay", "", "app -> .next x 4 -> .ay");
	check_links(4, NULL, "", "app -> .next x 4");
	/* An expression has at most 800 steps, so that this one is whole. */
	check_links(700, "ay", "", "app -> .next x 700 -> .ay");
	/* Objects of another type are no equal steps, but for the last one. */
	check_links(5, "ay", "; type T n3", "app.next.next.next.next.next.ay");
	check_links(5, NULL, "; type T n5", "app -> .next x 5");
}
END_TEST

START_TEST(trail_writes_equal_groups_of_steps_once)
{
	/* Attributes in dicts: two steps are one unit. */
	check_trail("m->ax ax->d1 d1->n1 n1->d2 d2->n2 n2->d3 d3->n3 n3->d4"
		    " d4->n4 n4->d5 d5->ay; root m:m",
		    "m ax d1 n1 d2 n2 d3 n3 d4 n4 d5 ay",
		    "sys.modules['app'].ax.__dict__.next.__dict__.next"
		    ".__dict__.next.__dict__.next.__dict__.ay"
		    " | app.ax -> __dict__.next x 4 -> __dict__ -> .ay");
	check_trail("m->p1 p1->n1 n1->p2 p2->n2 n2->p3 p3->n3 n3->p4 p4->n4;"
		    " root m:m", "m p1 n1 p2 n2 p3 n3 p4 n4",
		    "type(type(type(type(sys.modules['app']).next).next)"
		    ".next).next | app -> __class__.next x 4");
}
END_TEST

static void make_local(struct heap *h, struct heap_root *root)
{
	heap_add_thread(h, (struct heap_thread){
		.native_id = 7, .name = xstrdup("") });
	heap_frame_vec_push(&h->frames, (struct heap_frame){
		.function = xstrdup("f"), .file = xstrdup("app.py") });
	free(root->name);
	root->name = xstrdup("request");
	root->slot = SLOT_LOCAL;
	root->frame = 0;
}

/* The gap before "in f()" is no part of the text that stands before it. */
static void check_gap(const char *graph, const char *names, const char *line,
		      const char *sentence)
{
	CLEANUP(str_release) struct str a = STR_INIT, b = STR_INIT;
	CLEANUP(path_release) struct path path = VEC_INIT;
	struct root root = { 0 };
	struct trail t;
	struct heap h;

	build(&h, graph);
	if (h.roots.v[0].kind == ROOT_FRAME)
		make_local(&h, &h.roots.v[0]);
	root.object = h.roots.v[0].object;
	root.kind = h.roots.v[0].kind;
	add_steps(&h, names, &path);
	trail_init(&t, &h, &root, &path);
	trail_readable(&t, &a);
	trail_within_sentence(&t, &b);
	ck_assert_str_eq(a.s, line);
	ck_assert_str_eq(b.s, sentence);
	trail_release(&t);
	heap_release(&h);
}

START_TEST(trail_keeps_the_spaces_of_a_key)
{
	check_gap("m->kx kx->odd; root m:m; type module m", "m kx odd",
		  "m['kx']['a  in b  x']", "m['kx']['a  in b  x']");
	check_gap("kx->odd; root f:kx", "kx odd",
		  "request['a  in b  x']  in f()",
		  "request['a  in b  x'] in f()");
}
END_TEST

START_TEST(trail_draws_a_tree)
{
	static const struct format utf8 = { .utf8 = true }, ascii = { 0 };
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(path_release) struct path path = VEC_INIT;
	struct root root = { 0 };
	struct trail t;
	struct heap h;

	build(&h, APP);
	add_steps(&h, "m d kx i3", &path);
	free(h.roots.v[0].name);
	h.roots.v[0].name = xstrdup("app");
	trail_init(&t, &h, &root, &path);
	trail_tree(&t, &ascii, 2, &s);
	str_add(&s, "/\n");
	trail_tree(&t, &utf8, 0, &s);
	ck_assert_ptr_nonnull(strstr(s.s, "  module app  module  0x"));
	ck_assert_ptr_nonnull(strstr(s.s, "\n  `- .kx      object  0x"));
	ck_assert_ptr_nonnull(strstr(s.s, "\n     `- [3]   object  0x"));
	ck_assert_ptr_nonnull(strstr(s.s, "\n\u2514\u2500 .kx      object"));
	trail_release(&t);
	heap_release(&h);
}
END_TEST

/* Of what is repeated, a tree has the first and the last; JSON has all. */
START_TEST(trail_draws_equal_steps_once)
{
	static const struct format ascii = { 0 };
	CLEANUP(str_release) struct str s = STR_INIT;
	CLEANUP(path_release) struct path path = VEC_INIT;
	struct root root = { 0 };
	struct trail t;
	struct heap h;
	json_t *json, *repeat;

	build(&h, "a0->n1 n1->n2 n2->n3 n3->n4 n4->n5 n5->ay; root m:a0");
	add_steps(&h, "a0 n1 n2 n3 n4 n5 ay", &path);
	trail_init(&t, &h, &root, &path);
	trail_tree(&t, &ascii, 0, &s);
	ck_assert_ptr_nonnull(strstr(s.s, "\n`- .next "));
	ck_assert_ptr_nonnull(strstr(s.s, "\n   `- ... .next x 3 ...\n"
					  "      `- .next "));
	ck_assert_ptr_nonnull(strstr(s.s, "\n         `- .ay "));
	json = trail_json(&t);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "steps")), 7);
	repeat = json_array_get(json_object_get(json, "repeats"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(repeat, "first")),
			 1);
	ck_assert_int_eq(json_integer_value(json_object_get(repeat, "steps")),
			 1);
	ck_assert_int_eq(json_integer_value(json_object_get(repeat, "times")),
			 5);
	json_decref(json);
	trail_release(&t);
	heap_release(&h);
}
END_TEST

/* A list of 10,000 nodes: only the tree's ends are shown. */
START_TEST(trail_shortens_a_long_way)
{
	static const struct format ascii = { 0 };
	CLEANUP(str_release) struct str s = STR_INIT, graph = STR_INIT;
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(freep) char *expression = NULL;
	struct root root = { 0 };
	struct trail t;
	struct heap h;
	size_t lines = 0;

	for (int i = 0; i < 10000; i++)
		str_addf(&graph, "a%d->a%d ", i, i + 1);
	str_add(&graph, "; root m:a0");
	build(&h, graph.s);
	path_push(&path, (struct step){ graph_oid(&h, "a0"), PATH_START });
	for (oid o = 1; o < h.nr_objects; o++)
		path_push(&path, (struct step){ o, 0 });
	trail_init(&t, &h, &root, &path);
	trail_tree(&t, &ascii, 0, &s);
	for (const char *p = s.s; (p = strchr(p, '\n')); p++)
		lines++;
	ck_assert_uint_eq(lines, 41);
	ck_assert_ptr_nonnull(strstr(s.s, "... 9,961 steps ..."));
	/* More than CPython's compiler takes. */
	expression = trail_expression(&t);
	ck_assert_ptr_null(expression);
	trail_release(&t);
	heap_release(&h);
}
END_TEST

static void check_format(void (*add)(struct str *, uint64_t), uint64_t n,
			 const char *expected)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	add(&s, n);
	ck_assert_str_eq(s.s, expected);
}

START_TEST(format_is_for_people)
{
	check_format(format_count, 0, "0");
	check_format(format_count, 999, "999");
	check_format(format_count, 1000, "1,000");
	check_format(format_count, UINT64_MAX, "18,446,744,073,709,551,615");
	check_format(format_bytes, 1, "1 byte");
	check_format(format_bytes, 1023, "1,023 bytes");
	check_format(format_bytes, 1024, "1.0 KiB");
	check_format(format_bytes, 1024 * 1024 - 1, "1.0 MiB");
	check_format(format_bytes, UINT64_MAX, "16.0 EiB");
	check_format(format_duration, 83100000, "83.1 ms");
	check_format(format_duration, 12345678901, "12.3 s");
}
END_TEST

START_TEST(format_cuts_the_middle)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	format_fit(&s, "package.module.Class", 20, false);
	ck_assert_str_eq(s.s, "package.module.Class");
	str_cut(&s, 0);
	format_fit(&s, "package.module.Class", 15, false);
	ck_assert_str_eq(s.s, "packag....Class");
	str_cut(&s, 0);
	format_fit(&s, "package.module.Class", 15, true);
	ck_assert_str_eq(s.s, "package\u2026e.Class");
	ck_assert_uint_eq(format_width(s.s), 15);
	str_cut(&s, 0);
	format_fit(&s, "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", 7,
		   true);
	ck_assert_str_eq(s.s, "\u00e9\u00e9\u00e9\u2026\u00e9\u00e9\u00e9");
}
END_TEST

START_TEST(format_wraps_words)
{
	static const struct format narrow = { .width = 12 }, file = { 0 };
	CLEANUP(str_release) struct str s = STR_INIT;

	str_add(&s, "types: ");
	format_words(&s, "dict 2,  list 30 a.module.with.a.Class and", 7, 2,
		     &narrow);
	ck_assert_str_eq(s.s, "types: dict\n"
			      "  2,  list\n"
			      "  30\n"
			      "  a.m...lass\n"
			      "  and\n");
	str_cut(&s, 0);
	format_words(&s, "dict 2,  list 30 a.module.with.a.Class", 7, 2, &file);
	ck_assert_str_eq(s.s, "dict 2,  list 30 a.module.with.a.Class\n");
	str_cut(&s, 0);
	format_words(&s, "", 7, 2, &narrow);
	ck_assert_str_eq(s.s, "\n");
}
END_TEST

START_TEST(table_aligns)
{
	static const struct table_column columns[] = {
		{ "COUNT", .right = true }, { "TYPE", .shrinks = true },
		{ .head = "X" },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);
	CLEANUP(str_release) struct str s = STR_INIT;

	str_add(table_cell(&t), "1,000,000");
	str_add(table_cell(&t), "a.type.with.a.name.that.goes.on");
	str_add(table_cell(&t), "x");
	str_add(table_cell(&t), "1");
	str_add(table_cell(&t), "int");
	table_cell(&t);
	table_print(&t, &(struct format){ .header = true, .width = 34 }, &s);
	ck_assert_str_eq(s.s,
		"    COUNT  TYPE                  X\n"
		"1,000,000  a.type.w...t.goes.on  x\n"
		"        1  int\n");
	str_cut(&s, 0);
	table_print(&t, &(struct format){ 0 }, &s);
	ck_assert_str_eq(s.s,
		"1,000,000  a.type.with.a.name.that.goes.on  x\n"
		"        1  int\n");
}
END_TEST

START_TEST(json_takes_any_text)
{
	json_t *text = emit_text("a\xff" "b");

	ck_assert_str_eq(json_string_value(text), "a\\xffb");
	json_decref(text);
	text = emit_text(NULL);
	ck_assert(json_is_null(text));
	json_decref(text);
}
END_TEST

static void check_line(FILE *in, const char *expected)
{
	char line[4096];
	json_t *value, *wanted = json_loads(expected, 0, NULL);

	ck_assert_ptr_nonnull(fgets(line, sizeof(line), in));
	value = json_loads(line, 0, NULL);
	ck_assert_ptr_nonnull(value);
	ck_assert_ptr_nonnull(wanted);
	ck_assert_msg(json_equal(value, wanted), "%s", line);
	json_decref(value);
	json_decref(wanted);
}

START_TEST(jsonl_has_a_line_an_object)
{
	char line[4096];
	FILE *file = tmpfile();
	struct heap h;

	build(&h, "a->i0 a->i1 a->i0; refs a=immortal; gen i0=255;"
		   " size a=80; unvisited a=1");
	ck_assert_ptr_null(jsonl_write(&h, file));
	rewind(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	ck_assert_ptr_eq(strstr(line, "{\"format\":\"pyheld\",\"version\":1,"),
			 line);
	check_line(file, "{\"address\": \"0x1000\", \"type\": \"object\","
		   "\"size\": 80, \"bytes\": null, \"refcount\": null,"
		   " \"generation\": 2,"
		   "\"references\": [{\"to\": \"0x1010\", \"name\": \"[0]\"},"
		   "{\"to\": \"0x1020\", \"name\": \"[1]\"},"
		   "{\"to\": \"0x1010\", \"name\": \"[0]\"}],"
		   "\"unvisited\": 1, \"pointed\": 0}");
	check_line(file, "{\"address\": \"0x1010\", \"type\": \"object\","
		   "\"size\": 16, \"bytes\": null, \"refcount\": 2,"
		   " \"generation\": null,"
		   "\"references\": [], \"unvisited\": 0, \"pointed\": 0}");
	check_line(file, "{\"address\": \"0x1020\", \"type\": \"object\","
		   "\"size\": 16, \"bytes\": null, \"refcount\": 1,"
		   " \"generation\": 2,"
		   "\"references\": [], \"unvisited\": 0, \"pointed\": 0}");
	ck_assert_ptr_null(fgets(line, sizeof(line), file));
	fclose(file);
	heap_release(&h);
}
END_TEST

START_TEST(jsonl_says_that_the_disk_is_full)
{
	FILE *full = fopen("/dev/full", "w");
	struct error *err;
	struct heap h;

	build(&h, "a");
	setvbuf(full, NULL, _IONBF, 0);
	err = jsonl_write(&h, full);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_SYSTEM);
	error_free(err);
	fclose(full);
	heap_release(&h);
}
END_TEST

const char suite_name[] = "output";

void suite_add_tests(TCase *tc)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_test(tc, trail_makes_python);
	tcase_add_test(tc, trail_says_where_there_is_no_python);
	tcase_add_test(tc, trail_keeps_the_spaces_of_a_key);
	tcase_add_test(tc, trail_draws_a_tree);
	tcase_add_test(tc, trail_writes_equal_steps_once);
	tcase_add_test(tc, trail_writes_equal_groups_of_steps_once);
	tcase_add_test(tc, trail_draws_equal_steps_once);
	tcase_add_test(tc, trail_shortens_a_long_way);
	tcase_add_test(tc, format_is_for_people);
	tcase_add_test(tc, format_cuts_the_middle);
	tcase_add_test(tc, format_wraps_words);
	tcase_add_test(tc, table_aligns);
	tcase_add_test(tc, json_takes_any_text);
	tcase_add_test(tc, jsonl_has_a_line_an_object);
	tcase_add_test(tc, jsonl_says_that_the_disk_is_full);
}
