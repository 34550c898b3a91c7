/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/beside.h"
#include "output/emit.h"
#include "output/table.h"

/* So many processes have a column of their own in the table of types. */
#define COLUMNS_MAX 6

void beside_release(struct beside *b)
{
	for (size_t i = 0; i < b->processes.nr; i++) {
		free(b->processes.v[i].command);
		json_decref(b->processes.v[i].value);
	}
	for (size_t i = 0; i < b->types.nr; i++)
		free(b->types.v[i].name);
	beside_process_vec_release(&b->processes);
	beside_type_vec_release(&b->types);
}

void beside_add(struct beside *b, const struct heap *h,
		const struct summary *s, json_t *value)
{
	beside_process_vec_push(&b->processes, (struct beside_process){
		.pid = h->info.pid,
		.command = xstrdup(h->info.command ? h->info.command : ""),
		.resident = h->info.resident, .objects = s->all.nr,
		.bytes = s->all.bytes, .value = value });
	for (size_t i = 0; i < s->rows.nr; i++)
		beside_type_vec_push(&b->types, (struct beside_type){
			.name = xstrdup(h->types.v[s->rows.v[i].type].name),
			.process = b->processes.nr - 1,
			.sum = s->rows.v[i].sum });
}

/* --- rows --- */

/* Types of one name: `nr` of b->types, which are sorted. */
struct row {
	size_t first, nr;
	struct tally sum;
	const char *name;
};
VEC_DEFINE(row_vec, struct row);

static int compare_types(const void *a, const void *b)
{
	const struct beside_type *x = a, *y = b;
	int ret = strcmp(x->name, y->name);

	if (ret)
		return ret;
	return x->process < y->process ? -1 : x->process > y->process;
}

static int compare_rows(const void *a, const void *b, void *sort)
{
	const struct row *x = a, *y = b;
	enum summary_sort by = *(const enum summary_sort *)sort;
	uint64_t left = by == SUMMARY_BY_COUNT ? x->sum.nr : x->sum.bytes;
	uint64_t right = by == SUMMARY_BY_COUNT ? y->sum.nr : y->sum.bytes;

	if (by != SUMMARY_BY_NAME && left != right)
		return left > right ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void find_rows(struct beside *b, enum summary_sort sort,
		      struct row_vec *ret)
{
	struct beside_type_vec *v = &b->types;

	if (v->nr)
		qsort(v->v, v->nr, sizeof(*v->v), compare_types);
	for (size_t i = 0; i < v->nr; i++) {
		if (!i || strcmp(v->v[i].name, v->v[i - 1].name) != 0)
			row_vec_push(ret, (struct row){ .first = i,
						.name = v->v[i].name });
		ret->v[ret->nr - 1].nr++;
		tally_add_all(&ret->v[ret->nr - 1].sum, &v->v[i].sum);
	}
	if (ret->nr)
		qsort_r(ret->v, ret->nr, sizeof(*ret->v), compare_rows, &sort);
}

/* What a process has of a row; two classes may have one name. */
static struct tally sum_in(const struct beside *b, const struct row *r,
			   size_t process)
{
	struct tally ret = { .nr = 0 };

	for (size_t i = r->first; i < r->first + r->nr; i++)
		if (b->types.v[i].process == process)
			tally_add_all(&ret, &b->types.v[i].sum);
	return ret;
}

/* --- text --- */

static void add_processes(const struct beside *b, const struct format *f,
			  struct str *out)
{
	static const struct table_column columns[] = {
		{ "PID", .right = true }, { "RESIDENT", .right = true },
		{ "OBJECTS", .right = true }, { "BYTES", .right = true },
		{ "COMMAND", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);

	for (size_t i = 0; i < b->processes.nr; i++) {
		const struct beside_process *p = &b->processes.v[i];

		str_addf(table_cell(&t), "%" PRId64, p->pid);
		format_bytes(table_cell(&t), p->resident);
		format_count(table_cell(&t), p->objects);
		format_bytes(table_cell(&t), p->bytes);
		str_add_safe(table_cell(&t), p->command, strlen(p->command));
	}
	table_print(&t, f, out);
}

static void add_row(const struct beside *b, const struct row *r, size_t shown,
		    struct table *t)
{
	format_count(table_cell(t), r->sum.nr);
	format_bytes(table_cell(t), r->sum.bytes);
	for (size_t i = 0; i < shown; i++)
		format_bytes(table_cell(t), sum_in(b, r, i).bytes);
	str_add(table_cell(t), r->name);
}

static void add_types(const struct beside *b, const struct row_vec *rows,
		      uint64_t limit, const struct format *f, struct str *out)
{
	size_t shown = MIN(b->processes.nr, (size_t)COLUMNS_MAX);
	struct table_column columns[COLUMNS_MAX + 3] = {
		{ "COUNT", .right = true }, { "BYTES", .right = true },
	};
	char heads[COLUMNS_MAX][32];
	CLEANUP(table_release) struct table t = {
		.columns = columns, .nr_columns = (unsigned int)shown + 3 };

	for (size_t i = 0; i < shown; i++) {
		snprintf(heads[i], sizeof(heads[i]), "IN %" PRId64,
			 b->processes.v[i].pid);
		columns[i + 2] = (struct table_column){ heads[i],
							.right = true };
	}
	columns[shown + 2] = (struct table_column){ "TYPE", .shrinks = true };
	for (size_t i = 0; i < rows->nr && (!limit || i < limit); i++)
		add_row(b, &rows->v[i], shown, &t);
	table_print(&t, f, out);
}

void beside_text(struct beside *b, enum summary_sort sort, uint64_t limit,
		 const struct format *f, struct str *out)
{
	CLEANUP(row_vec_release) struct row_vec rows = VEC_INIT;

	find_rows(b, sort, &rows);
	if (f->header) {
		add_processes(b, f, out);
		str_add_char(out, '\n');
	}
	add_types(b, &rows, limit, f, out);
	if (!f->header)
		return;
	if (limit && rows.nr > limit) {
		str_add(out, "... and ");
		format_counted(out, rows.nr - limit, "more type");
		str_add(out, ", see --limit\n");
	}
	if (b->processes.nr > COLUMNS_MAX)
		str_addf(out, "COUNT and BYTES are of all processes; the first"
			 " %d have a column\n", COLUMNS_MAX);
}

/* --- JSON --- */

static json_t *row_json(const struct beside *b, const struct row *r)
{
	json_t *ret = json_object(), *all = json_array();

	for (size_t i = 0; i < b->processes.nr; i++) {
		struct tally sum = sum_in(b, r, i);
		json_t *one = json_object();

		emit_put(one, "pid", json_integer(b->processes.v[i].pid));
		emit_put(one, "count", emit_count(sum.nr));
		emit_put(one, "bytes", emit_count(sum.bytes));
		emit_push(all, one);
	}
	emit_put(ret, "type", emit_text(r->name));
	emit_put(ret, "count", emit_count(r->sum.nr));
	emit_put(ret, "bytes", emit_count(r->sum.bytes));
	emit_put(ret, "processes", all);
	return ret;
}

json_t *beside_json(struct beside *b, enum summary_sort sort, uint64_t limit)
{
	CLEANUP(row_vec_release) struct row_vec rows = VEC_INIT;
	json_t *ret = json_object(), *types = json_array();
	json_t *processes = json_array();

	find_rows(b, sort, &rows);
	for (size_t i = 0; i < b->processes.nr; i++)
		emit_push(processes, json_incref(b->processes.v[i].value));
	for (size_t i = 0; i < rows.nr && (!limit || i < limit); i++)
		emit_push(types, row_json(b, &rows.v[i]));
	emit_put(ret, "processes", processes);
	emit_put(ret, "types", types);
	return ret;
}
