/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The explorer: what its views have, and what each key does. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/graph/bits.h"
#include "analysis/suspects/suspects-memory.h"
#include "graph-file.h"
#include "suite.h"
#include "terminal.h"
#include "tui/browse/browse.h"
#include "tui/browse/named.h"

const char suite_name[] = "browse";

/*
 * A module with a list of Nodes, each of which has a string; one Node is large.
 * A hundred more strings are directly in the module.
 */
#define NODES 300
static const char heap[] =
	"m->list m->other m->s#100 list->n#300; root m:m;"
	" type list/gc list other; type app.Node/heap n#300;"
	" type str s#100; size n7=100000";

static char *written;

static struct error *write_it(const char *file, const struct str *text)
{
	free(written);
	written = NULL;
	if (strcmp(file, "bad") == 0)
		return error_new(ERR_SYSTEM, "bad: no space");
	written = xstrdup(text->s);
	return NULL;
}

static const char *typed;	/* as the name of a file; NULL: no terminal */

static char *type_it(void)
{
	return typed ? xstrdup(typed) : NULL;
}

struct explorer {
	struct heap heap, old;
	struct retained_view retained;
	struct gain gain;
	struct browse b;
};

static void explorer_open(struct explorer *e, const char *text,
			  const char *old)
{
	struct scene scene = { .h = &e->heap, .retained = &e->retained };

	graph_build_process(&e->heap, text);
	retained_build(&e->heap, &e->retained);
	e->gain = (struct gain){ .now = NULL };
	if (old) {
		graph_build_process(&e->old, old);
		gain_build(&e->gain, &e->old, &e->retained);
		ck_assert(e->gain.match.same_process);
		scene.gain = &e->gain;
	}
	browse_init(&e->b, &scene, type_it, write_it);
}

static void explorer_close(struct explorer *e)
{
	browse_release(&e->b);
	if (e->gain.now)
		heap_release(&e->old);
	gain_release(&e->gain);
	retained_release(&e->retained);
	heap_release(&e->heap);
	free(written);
	written = NULL;
}

static void press(struct explorer *e, const char *keys)
{
	while (*keys)
		browse_key(&e->b, (uint32_t)*keys++);
}

static void write_to(struct explorer *e, const char *name)
{
	typed = name;
	press(e, "w");
}

static char *name_of(struct explorer *e, size_t i)
{
	struct str name = STR_INIT;
	struct view *v = browse_view(&e->b);
	struct row row = view_row(v, &e->b.scene, i);

	view_name(v, &e->b.scene, &row, &name);
	return str_take(&name);
}

static struct row row_of(struct explorer *e, size_t i)
{
	return view_row(browse_view(&e->b), &e->b.scene, i);
}

static void expect_name(struct explorer *e, size_t i, const char *expected)
{
	char *name = name_of(e, i);

	ck_assert_str_eq(name, expected);
	free(name);
}

static void expect_where(struct explorer *e, const char *expected)
{
	CLEANUP(str_release) struct str where = STR_INIT;

	browse_where(&e->b, &where);
	ck_assert_str_eq(where.s, expected);
}

static void expect_foot(struct explorer *e, const char *expected)
{
	CLEANUP(str_release) struct str foot = STR_INIT;

	browse_foot(&e->b, &foot);
	ck_assert_msg(strstr(foot.s, expected) != NULL, "%s", foot.s);
}

/* The rows of a view are the whole of what is below its holder. */
static void expect_whole(struct explorer *e)
{
	struct view *v = browse_view(&e->b);
	const struct dominators *d = &e->retained.dominators;
	uint64_t bytes = 0, nr = 0;

	for (size_t i = 0; i < view_nr(v); i++) {
		struct row row = row_of(e, i);

		bytes += row.sum.bytes;
		nr += row.sum.nr;
		if (i)
			ck_assert_uint_ge(row_of(e, i - 1).sum.bytes,
					  row.sum.bytes);
	}
	if (v->holder == OID_NONE) {
		ck_assert_uint_eq(bytes, d->all_bytes);
		ck_assert_uint_eq(nr, e->heap.nr_objects);
		return;
	}
	ck_assert_uint_eq(bytes + heap_bytes(&e->heap, v->holder),
			  d->bytes[v->holder]);
	ck_assert_uint_eq(nr + 1, d->objects[v->holder]);
}

START_TEST(goes_in_and_out)
{
	struct explorer e;

	explorer_open(&e, heap, NULL);
	expect_where(&e, "the whole heap");
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 1);
	expect_whole(&e);
	press(&e, "\n");
	expect_whole(&e);
	expect_name(&e, 0, "list");
	ck_assert_uint_eq(row_of(&e, 0).object, graph_oid(&e.heap, "list"));
	expect_name(&e, 1, "100 str");
	press(&e, "l");
	/* The large Node is a row, the others are folded. */
	expect_whole(&e);
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 2);
	ck_assert_uint_eq(row_of(&e, 0).object, graph_oid(&e.heap, "n7"));
	expect_name(&e, 1, "299 app.Node");
	press(&e, "j\n");
	ck_assert_int_eq(browse_view(&e.b)->kind, VIEW_GROUP);
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 299);
	for (size_t i = 0; i < 299; i++) {
		ck_assert_uint_ne(row_of(&e, i).object,
				  graph_oid(&e.heap, "n7"));
		if (i)
			ck_assert_uint_lt(e.heap.address[row_of(&e, i - 1)
							 .object],
					  e.heap.address[row_of(&e, i).object]);
	}
	/* A Node has nothing below it, and the view stays. */
	press(&e, "\n");
	expect_foot(&e, "nothing but itself");
	press(&e, "h");
	expect_foot(&e, "? help");
	ck_assert_uint_eq(browse_view(&e.b)->list.at, 1);
	press(&e, "hhhhh");
	expect_where(&e, "the whole heap");
	press(&e, "q");
	ck_assert(e.b.done);
	explorer_close(&e);
}
END_TEST

/* Whatever the heap: rows below a holder add up, on the way down. */
START_TEST(rows_add_up)
{
	for (unsigned int seed = 0; seed < 40; seed++) {
		struct explorer e;
		struct scene scene;

		graph_random(&e.heap, seed, 400, 900);
		retained_build(&e.heap, &e.retained);
		e.gain = (struct gain){ .now = NULL };
		scene = (struct scene){ .h = &e.heap,
					.retained = &e.retained };
		browse_init(&e.b, &scene, type_it, write_it);
		for (int depth = 0; depth < 20; depth++) {
			if (browse_view(&e.b)->kind == VIEW_TREE)
				expect_whole(&e);
			press(&e, "\n");
		}
		explorer_close(&e);
	}
}
END_TEST

START_TEST(types_referrers_chain_object)
{
	struct explorer e;

	explorer_open(&e, heap, NULL);
	press(&e, "\n\nt");
	expect_where(&e, "types in m -> list");
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 2);
	expect_name(&e, 0, "app.Node");
	ck_assert_uint_eq(row_of(&e, 0).nr, NODES);
	press(&e, "\n");
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), NODES);
	ck_assert_uint_eq(row_of(&e, 0).object, graph_oid(&e.heap, "n7"));
	press(&e, "r");
	ck_assert_int_eq(browse_view(&e.b)->kind, VIEW_REFERRERS);
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 1);
	ck_assert_uint_eq(row_of(&e, 0).object, graph_oid(&e.heap, "list"));
	press(&e, "hc");
	ck_assert_int_eq(browse_view(&e.b)->kind, VIEW_TEXT);
	ck_assert_uint_gt(view_nr(browse_view(&e.b)), 2);
	press(&e, "ho");
	ck_assert_ptr_nonnull(strstr(browse_view(&e.b)->lines.v[0],
				     "app.Node at 0x"));
	/* In a text, keys are about its object. */
	press(&e, "r");
	ck_assert_int_eq(browse_view(&e.b)->kind, VIEW_REFERRERS);
	press(&e, "h?");
	ck_assert_ptr_nonnull(strstr(browse_view(&e.b)->lines.v[0],
				     "dominator tree"));
	press(&e, "c");
	expect_foot(&e, "no object here");
	press(&e, "s");
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 0);
	press(&e, "\n r");
	press(&e, "d");
	expect_foot(&e, "no older capture");
	explorer_close(&e);
}
END_TEST

/* The row of a type has what those of its objects retain that no other one
 * retains. */
static void expect_retained_together(struct explorer *e, size_t i)
{
	const struct retained_view *v = e->b.scene.retained;
	CLEANUP(freep) uint64_t *set = bits_new(v->h->nr_objects);
	CLEANUP(oid_vec_release) struct oid_vec topmost = VEC_INIT;
	struct row row = row_of(e, i);
	uint64_t bytes = 0, nr = 0;

	for (oid o = 0; o < v->h->nr_objects; o++)
		if (v->h->type[o] == row.type)
			bits_set(set, o);
	retained_topmost(v, set, &topmost);
	for (size_t k = 0; k < topmost.nr; k++) {
		bytes += v->dominators.bytes[topmost.v[k]];
		nr += v->dominators.objects[topmost.v[k]];
	}
	ck_assert_uint_eq(row.sum.bytes, bytes);
	ck_assert_uint_eq(row.sum.nr, nr);
}

START_TEST(search)
{
	struct explorer e;
	struct row row;

	explorer_open(&e, heap, NULL);
	press(&e, "/xnode\x7f");
	press(&e, "\x15node");
	browse_key(&e.b, INPUT_BACKSPACE);
	expect_foot(&e, "search: nod");
	press(&e, "E\n");
	expect_where(&e, "search for 'nodE': looking, 0 of 403 objects"
			 " looked at");
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 1);
	expect_name(&e, 0, "300 app.Node");
	expect_retained_together(&e, 0);
	while (browse_is_busy(&e.b))
		browse_work(&e.b);
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 1);
	/* Names of references, too; a glob is for the whole name. */
	press(&e, "/n7\n");
	while (browse_is_busy(&e.b))
		browse_work(&e.b);
	row = row_of(&e, 0);
	ck_assert_uint_eq(row.object, graph_oid(&e.heap, "n7"));
	ck_assert_uint_eq(e.b.views.nr, 2);
	press(&e, "/n?\n");
	while (browse_is_busy(&e.b))
		browse_work(&e.b);
	ck_assert_uint_eq(view_nr(browse_view(&e.b)), 10);
	/* Escape ends a search, and a prompt. */
	press(&e, "/n\n\033");
	ck_assert(!browse_is_busy(&e.b));
	expect_where(&e, "search for 'n': 0 of 403 objects looked at");
	press(&e, "/x\033h");
	expect_where(&e, "the whole heap");
	press(&e, "/\n");
	ck_assert_uint_eq(e.b.views.nr, 1);
	explorer_close(&e);
}
END_TEST

/* What one object of a type retains of another one counts once. */
START_TEST(search_for_types_within_each_other)
{
	struct explorer e;

	explorer_open(&e, "m->a m->d a->b b->c b->s; root m:m; type app.Node/gc"
			  " a b c d; type str s; size s=1000", NULL);
	press(&e, "/node\n");
	expect_name(&e, 0, "4 app.Node");
	expect_retained_together(&e, 0);
	ck_assert_uint_eq(row_of(&e, 0).sum.nr, 5);
	explorer_close(&e);
}
END_TEST

START_TEST(search_words)
{
	ck_assert(search_match("node", "app.Node"));
	ck_assert(!search_match("nodes", "app.Node"));
	ck_assert(search_match("N*", "app.Node"));
	ck_assert(search_match("app.*", "app.Node"));
	ck_assert(!search_match("n*", "app.Node"));
}
END_TEST

START_TEST(writes_the_view)
{
	struct explorer e;

	explorer_open(&e, heap, NULL);
	press(&e, "\n\n");
	write_to(&e, "out");
	expect_foot(&e, "written to out");
	ck_assert_ptr_nonnull(strstr(written, "m -> list\n"));
	ck_assert_ptr_nonnull(strstr(written, "299 app.Node"));
	press(&e, "?");
	write_to(&e, "out");
	ck_assert_ptr_nonnull(strstr(written, "Escape ends the search\n"));
	write_to(&e, "bad");
	expect_foot(&e, "bad: no space");
	write_to(&e, "");
	expect_foot(&e, "? help");
	write_to(&e, NULL);
	expect_foot(&e, "? help");
	explorer_close(&e);
}
END_TEST

/* A file that exists is replaced only if the answer is yes. */
START_TEST(asks_before_it_replaces)
{
	char path[] = "/tmp/check_browse.XXXXXX";
	CLEANUP(closep) int fd = mkstemp(path);
	struct explorer e;

	ck_assert_int_ge(fd, 0);
	explorer_open(&e, heap, NULL);
	for (const char *no = "nqh\n\x1b"; *no; no++) {
		write_to(&e, path);
		expect_foot(&e, "y: replace it");
		expect_foot(&e, path);
		browse_key(&e.b, (uint32_t)*no);
		expect_foot(&e, "not written");
		ck_assert_ptr_null(written);
		ck_assert(!e.b.done);
	}
	write_to(&e, path);
	press(&e, "y");
	expect_foot(&e, "written to /tmp/check_browse.");
	ck_assert_ptr_nonnull(written);
	unlink(path);
	explorer_close(&e);
}
END_TEST

static void expect_not_written(struct explorer *e, const char *name,
			       const char *says)
{
	write_to(e, name);
	expect_foot(e, says);
	ck_assert_ptr_null(written);
}

/* stdout is the screen, and to open a pipe would wait for its reader. */
START_TEST(writes_to_regular_files_only)
{
	char folder[] = "/tmp/check_browse.XXXXXX";
	CLEANUP(freep) char *fifo = NULL;
	struct explorer e;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	fifo = xasprintf("%s/fifo", folder);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	explorer_open(&e, heap, NULL);
	expect_not_written(&e, "-", "the terminal is in use");
	expect_not_written(&e, fifo, "fifo is no regular file");
	expect_not_written(&e, "/dev/null", "/dev/null is no regular file");
	expect_not_written(&e, folder, " is a folder");
	unlink(fifo);
	rmdir(folder);
	explorer_close(&e);
}
END_TEST

/* Growth is that of retained sizes; turnover is none. */
START_TEST(growth)
{
#define OLD "m->a m->b; root m:m; type list/gc a b; a->x; b->y#20;" \
	" type app.Node/heap x y#20; size x=500"
#define NEW OLD "; a->z; b->w#20; type app.Node/heap z w#20; size z=7000"
	struct explorer e;
	oid a, b;

	explorer_open(&e, NEW, OLD);
	a = graph_oid(&e.heap, "a");
	b = graph_oid(&e.heap, "b");
	ck_assert_int_eq(gain_of(&e.gain, a), 7000);
	ck_assert_int_eq(gain_of(&e.gain, b), 320);
	press(&e, "\nd");
	expect_foot(&e, "sorted by growth");
	ck_assert_uint_eq(row_of(&e, 0).object, a);
	ck_assert_int_eq(row_of(&e, 0).growth, 7000);
	ck_assert_int_eq(row_of(&e, 1).growth, 320);
	press(&e, "d");
	expect_foot(&e, "sorted by size");
	explorer_close(&e);
}
END_TEST

/* The objects that were below `b` are gone, others of their type came. */
START_TEST(turnover_is_no_growth)
{
	static const char before[] =
		"m->a m->b; root m:m; b->big b->y#300;"
		" type app.Node/heap y#300; size big=100000";
	static const char after[] =
		"m->a m->b; root m:m; b->big b->gone#300 b->w#300;"
		" type app.Node/heap w#300; type app.Gone/heap gone#300;"
		" size big=100000";
	struct explorer e;
	bool seen = false;

	explorer_open(&e, after, before);
	press(&e, "\n\n");
	for (size_t i = 0; i < view_nr(browse_view(&e.b)); i++) {
		struct row row = row_of(&e, i);
		const char *type = e.heap.types.v[row.type].name;

		if (strcmp(type, "app.Node") == 0) {
			seen = true;
			ck_assert_int_eq(row.growth, 0);
		} else if (strcmp(type, "app.Gone") == 0) {
			ck_assert_int_eq(row.growth, 4800);
		}
	}
	ck_assert(seen);
	explorer_close(&e);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, terminal_use_utf8, NULL);
	tcase_add_test(tc, goes_in_and_out);
	tcase_add_test(tc, rows_add_up);
	tcase_add_test(tc, types_referrers_chain_object);
	tcase_add_test(tc, search);
	tcase_add_test(tc, search_for_types_within_each_other);
	tcase_add_test(tc, search_words);
	tcase_add_test(tc, writes_the_view);
	tcase_add_test(tc, asks_before_it_replaces);
	tcase_add_test(tc, writes_to_regular_files_only);
	tcase_add_test(tc, growth);
	tcase_add_test(tc, turnover_is_no_growth);
}
