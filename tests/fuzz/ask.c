/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/ledger.h"
#include "analysis/retained-cut.h"
#include "analysis/summary.h"
#include "output/html/frames.h"
#include "output/html/tree.h"
#include "output/memory/memory.h"
#include "output/reports/summary.h"
#include "sql/database.h"
#include "sql/table.h"
#include "ask.h"

void ask_summary(struct heap *h, struct str *out)
{
	CLEANUP(summary_release) struct summary s = { 0 };
	const struct format format = { .header = true };

	summary_build(h, NULL, SUMMARY_BY_NAME, &s);
	summary_text(h, &s, 0, &format, out);
	json_decref(summary_json(h, &s, 0));
}

void ask_memory(struct heap *h, struct str *out)
{
	CLEANUP(ledger_release) struct ledger l = { 0 };
	const struct memory_shown shown = { .limit = 2 };
	const struct format format = { .header = true };

	if (h->memory.basis == MEMORY_UNKNOWN)
		return;
	ledger_build(h, &l);
	memory_text(h, &l, &shown, &format, out);
	json_decref(memory_json(h, &l, &shown));
}

/* As in cli/commands/report.c. */
#define NODES_MAX 20000

void ask_report(struct heap *h)
{
	CLEANUP(cut_node_vec_release) struct cut_node_vec nodes = VEC_INIT;
	struct retained_view view;

	retained_build(h, &view);
	retained_cut(&view, NODES_MAX, &nodes);
	json_decref(tree_json(&view, &nodes));
	json_decref(frames_json(&view));
	retained_release(&view);
}

static struct error *no_rows(struct sql_sink *s UNUSED,
			     sqlite3_stmt *query UNUSED)
{
	return NULL;
}

static struct error *read_row(struct sql_sink *s UNUSED, sqlite3_stmt *query)
{
	for (int i = 0; i < sqlite3_column_count(query); i++)
		sqlite3_column_text(query, i);
	return NULL;
}

/* An object can have all references, and be what all of them lead to. */
static const char *const joins[] = {
	"SELECT a.*, b.* FROM refs a JOIN refs b ON a.target = b.source"
	" LIMIT 10000",
	"SELECT * FROM objects WHERE id IN (0, 1, 2, -1, 4294967296)",
	"SELECT r.* FROM objects o JOIN refs r ON r.target = o.id",
	"SELECT a.*, b.name FROM objects o JOIN refs a ON a.source = o.id"
	" JOIN refs b ON b.target = o.id LIMIT 10000",
	"SELECT attribute(id, 'x') FROM objects",
	"SELECT o.* FROM types t JOIN objects o ON o.type = t.name",
	"SELECT o.* FROM types t JOIN objects o ON o.type_id = t.id",
	"SELECT b.path FROM objects a JOIN objects b ON a.address = b.address"
	" LIMIT 10000",
	"SELECT * FROM frames f JOIN roots r ON r.frame = f.id"
	" JOIN threads t ON t.id = f.thread",
};

void ask_tables(struct heap *h)
{
	struct sql_sink sink = { no_rows, read_row, no_rows };
	CLEANUP(sql_heaps_release) struct sql_heaps heaps;
	CLEANUP(sql_close) struct sql sql = SQL_INIT;

	sql_heaps_init(&heaps, 2);
	heaps.v[0].h = heaps.v[1].h = h;
	heaps.v[0].name = heaps.v[1].name = "x";
	if (sql_open(&sql, &heaps))
		abort();
	for (size_t i = 0; sql_tables[i]; i++) {
		CLEANUP(freep) char *query = xasprintf(
			"SELECT * FROM %s", sql_tables[i]->name);

		if (sql_run(&sql, query, &sink))
			abort();
	}
	for (size_t i = 0; i < ARRAY_SIZE(joins); i++)
		if (sql_run(&sql, joins[i], &sink))
			abort();
}
