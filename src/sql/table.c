/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "sql/table.h"

struct sql_vtab {
	sqlite3_vtab base;	/* first: SQLite's pointer is ours */
	const struct sql_table *table;
	struct sql_heaps *heaps;
};

/* What a cursor goes through: the spans, one after the other. */
struct sql_cursor {
	sqlite3_vtab_cursor base;	/* first, too */
	struct sql_span_vec spans;
	size_t span;
	uint64_t at;		/* within the span */
	struct sql_row row;
};

/* What sqlite3_module has for sql_table_register(). */
struct sql_module {
	const struct sql_table *table;
	struct sql_heaps *heaps;
};

/* --- values --- */

void sql_get_id(const struct sql_row *row, sqlite3_context *out)
{
	sqlite3_result_int64(out, sql_id(row->heap, row->nr));
}

void sql_result_id(const struct sql_heap *heap, oid o, sqlite3_context *out)
{
	if (o != OID_NONE)
		sqlite3_result_int64(out, sql_id(heap, o));
}

void sql_result_count(uint64_t n, sqlite3_context *out)
{
	if (n > INT64_MAX)
		sqlite3_result_double(out, (double)n);
	else
		sqlite3_result_int64(out, (int64_t)n);
}

void sql_result_static(const char *text, sqlite3_context *out)
{
	sqlite3_result_text(out, text, -1, SQLITE_STATIC);
}

void sql_result_str(struct str *text, sqlite3_context *out)
{
	size_t len = text->len;

	if (len)
		sqlite3_result_text64(out, str_take(text), len, free,
				      SQLITE_UTF8);
}

#define INTEGERS_END 9223372036854775808.0 /* 2^63 */

bool sql_value_integer(sqlite3_value *value, int64_t *ret)
{
	double x;

	switch (sqlite3_value_numeric_type(value)) {
	case SQLITE_INTEGER:
		*ret = sqlite3_value_int64(value);
		return true;
	case SQLITE_FLOAT:
		x = sqlite3_value_double(value);
		if (!(x >= -INTEGERS_END && x < INTEGERS_END) ||
		    (double)(int64_t)x != x)
			return false;
		*ret = (int64_t)x;
		return true;
	default:
		return false;
	}
}

bool sql_value_row(const struct sql_heap *heap, sqlite3_value *value,
		   uint64_t nr, uint64_t *ret)
{
	int64_t id;

	if (!sql_value_integer(value, &id) || id < 0 ||
	    (uint64_t)id >> 32 != heap->number ||
	    ((uint64_t)id & UINT32_MAX) >= nr)
		return false;
	*ret = (uint64_t)id & UINT32_MAX;
	return true;
}

void sql_span_add(struct sql_heap *heap, uint64_t nr,
		  struct sql_span_vec *ret)
{
	sql_span_vec_push(ret, (struct sql_span){ heap, NULL, nr, 1 });
}

static void find_id(const struct sql_table *t, struct sql_heap *heap,
		    sqlite3_value *value, struct sql_span_vec *ret)
{
	uint64_t nr;

	if (sql_value_row(heap, value, t->nr_rows(heap), &nr))
		sql_span_add(heap, nr, ret);
}

/* --- the module: declaring --- */

/* With one capture, `SELECT *` does without the column that is always 0. */
static void add_columns(const struct sql_table *t,
			const struct sql_heaps *heaps, struct str *ret)
{
	for (unsigned int i = 0; i < t->nr_columns; i++)
		str_addf(ret, "%s%s%s, ", t->columns[i].name,
			 *t->columns[i].type ? " " : "", t->columns[i].type);
	str_addf(ret, SQL_CAPTURE " INTEGER%s)",
		 heaps->shows_capture ? "" : " HIDDEN");
}

void sql_table_schema(const struct sql_table *table,
		      const struct sql_heaps *heaps, struct str *ret)
{
	str_addf(ret, "CREATE TABLE %s(", table->name);
	add_columns(table, heaps, ret);
}

static int vtab_connect(sqlite3 *db, void *aux, int argc UNUSED,
			const char *const *argv UNUSED, sqlite3_vtab **ret,
			char **message)
{
	const struct sql_module *module = aux;
	CLEANUP(str_release) struct str schema = STR_INIT;
	struct sql_vtab *v;
	int failed;

	sql_table_schema(module->table, module->heaps, &schema);
	failed = sqlite3_declare_vtab(db, schema.s);
	if (failed) {
		*message = sqlite3_mprintf("%s", sqlite3_errmsg(db));
		return failed;
	}
	v = xcalloc(1, sizeof(*v));
	v->table = module->table;
	v->heaps = module->heaps;
	*ret = &v->base;
	return SQLITE_OK;
}

static int vtab_disconnect(sqlite3_vtab *base)
{
	free((struct sql_vtab *)base);
	return SQLITE_OK;
}

/* --- the module: planning --- */

/* The plan of a query, as SQLite's idxNum. */
#define PLAN_CAPTURE 1		/* rows of one capture: the last argument */
#define PLAN_LIKE 2		/* the argument of the index is a pattern ... */
#define PLAN_GLOB 4		/* ... of GLOB */
#define PLAN_INDEX 8		/* times 1 + the index: the first argument */

/* How much more a row of an index takes than one of a scan. */
#define COST_OF_SEARCH 4
/* The part of all rows that is taken to match a pattern: the planner has to
 * prefer `=`, and a scan least of all. */
#define PART_THAT_MATCHES 4

struct plan {
	int index, index_at;	/* -1: none; which constraint it is for */
	int kind;		/* of the constraint: 0, PLAN_LIKE, PLAN_GLOB */
	int capture_at;
	double rows, cost;
};

static double all_rows(const struct sql_vtab *v)
{
	double ret = 0;

	for (uint32_t i = 0; i < v->heaps->nr; i++)
		ret += v->table->about ?
			       v->table->about(v->heaps->v[i].h) :
			       (double)v->table->nr_rows(&v->heaps->v[i]);
	return ret;
}

static bool is_id(const struct sql_vtab *v, unsigned int column)
{
	return !strcmp(v->table->columns[column].name, "id");
}

/* Has at most one row of all heaps a value?  Two captures can have objects at
 * one address. */
static bool is_unique(const struct sql_vtab *v, const struct sql_index *x)
{
	return x->unique && (v->heaps->nr <= 1 || is_id(v, x->column));
}

static double index_rows(const struct sql_vtab *v, const struct sql_index *x)
{
	double ret = 0;

	if (x->unique)
		return is_unique(v, x) ? 1 : v->heaps->nr;
	for (uint32_t i = 0; i < v->heaps->nr; i++)
		ret += x->rows(v->heaps->v[i].h);
	return ret;
}

/* Is it `column = value`, with a value that is known by then? */
static bool is_usable(sqlite3_index_info *info, int i, unsigned int column,
		      bool text)
{
	const struct sqlite3_index_constraint *c = &info->aConstraint[i];

	return c->usable && c->op == SQLITE_INDEX_CONSTRAINT_EQ &&
	       c->iColumn == (int)column &&
	       (!text || !strcmp(sqlite3_vtab_collation(info, i), "BINARY"));
}

static void try_index(const struct sql_vtab *v, sqlite3_index_info *info,
		      int index, struct plan *plan)
{
	const struct sql_index *x = &v->table->indexes[index];
	double rows = index_rows(v, x);
	double cost = rows + COST_OF_SEARCH;

	if (plan->index >= 0 && cost >= plan->cost)
		return;
	for (int i = 0; i < info->nConstraint; i++) {
		if (!is_usable(info, i, x->column, x->text))
			continue;
		plan->index = index;
		plan->index_at = i;
		plan->kind = 0;
		plan->rows = rows;
		plan->cost = cost;
		return;
	}
}

static bool is_pattern(const struct sqlite3_index_constraint *c,
		       unsigned int column, int *kind)
{
	*kind = c->op == SQLITE_INDEX_CONSTRAINT_LIKE ? PLAN_LIKE :
		c->op == SQLITE_INDEX_CONSTRAINT_GLOB ? PLAN_GLOB : 0;
	return c->usable && c->iColumn == (int)column && *kind;
}

/* Values that LIKE or GLOB accepts: each value is compared once, however many
 * rows have it. */
static void try_pattern(const struct sql_vtab *v, sqlite3_index_info *info,
			int index, struct plan *plan)
{
	const struct sql_index *x = &v->table->indexes[index];
	double rows = all_rows(v) / PART_THAT_MATCHES;
	int kind;

	if (!x->match || (plan->index >= 0 && rows >= plan->cost))
		return;
	for (int i = 0; i < info->nConstraint; i++) {
		if (!is_pattern(&info->aConstraint[i], x->column, &kind))
			continue;
		plan->index = index;
		plan->index_at = i;
		plan->kind = kind;
		plan->rows = plan->cost = rows;
		return;
	}
}

static void choose_plan(const struct sql_vtab *v, sqlite3_index_info *info,
			struct plan *plan)
{
	*plan = (struct plan){ .index = -1, .capture_at = -1 };
	for (unsigned int i = 0; i < v->table->nr_indexes; i++)
		try_index(v, info, (int)i, plan);
	for (unsigned int i = 0; i < v->table->nr_indexes; i++)
		try_pattern(v, info, (int)i, plan);
	for (int i = 0; i < info->nConstraint && plan->capture_at < 0; i++)
		if (is_usable(info, i, v->table->nr_columns, false))
			plan->capture_at = i;
	if (plan->index < 0)
		plan->rows = plan->cost = all_rows(v);
	if (plan->capture_at >= 0 && plan->rows > 1) {
		plan->rows /= v->heaps->nr;
		plan->cost /= v->heaps->nr;
	}
}

/* Ids of rows, in the order of a scan: column 0 of every table but refs. */
static bool is_in_order(const struct sql_vtab *v,
			const sqlite3_index_info *info)
{
	return info->nOrderBy == 1 && !info->aOrderBy[0].desc &&
	       info->aOrderBy[0].iColumn == 0 && is_id(v, 0);
}

static int vtab_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct sql_vtab *v = (const struct sql_vtab *)base;
	const struct sql_index *x;
	struct plan plan;
	int arg = 1;

	v->heaps->reads_names |= (info->colUsed & v->table->naming) != 0;
	choose_plan(v, info, &plan);
	info->idxNum = 0;
	if (plan.index >= 0) {
		x = &v->table->indexes[plan.index];
		info->idxNum += PLAN_INDEX * (plan.index + 1) + plan.kind;
		info->aConstraintUsage[plan.index_at].argvIndex = arg++;
		info->aConstraintUsage[plan.index_at].omit =
			x->exact && !plan.kind;
		if (!plan.kind && is_unique(v, x))
			info->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
	} else {
		info->orderByConsumed = is_in_order(v, info);
	}
	if (plan.capture_at >= 0) {
		info->idxNum += PLAN_CAPTURE;
		info->aConstraintUsage[plan.capture_at].argvIndex = arg;
		info->aConstraintUsage[plan.capture_at].omit = 1;
	}
	info->estimatedRows = MAX((sqlite3_int64)plan.rows, 1);
	info->estimatedCost = plan.cost;
	return SQLITE_OK;
}

/* --- the module: reading --- */

static const struct sql_table *table_of(const struct sql_cursor *c)
{
	return ((const struct sql_vtab *)c->base.pVtab)->table;
}

static int vtab_open(sqlite3_vtab *base UNUSED, sqlite3_vtab_cursor **ret)
{
	struct sql_cursor *c = xcalloc(1, sizeof(*c));

	*ret = &c->base;
	return SQLITE_OK;
}

static int vtab_close(sqlite3_vtab_cursor *base)
{
	struct sql_cursor *c = (struct sql_cursor *)base;

	sql_span_vec_release(&c->spans);
	free(c);
	return SQLITE_OK;
}

/* Read where the cursor is, behind empty spans. */
static void settle(struct sql_cursor *c)
{
	const struct sql_span *s;
	uint64_t nr;

	while (c->span < c->spans.nr && c->at >= c->spans.v[c->span].nr) {
		c->span++;
		c->at = 0;
	}
	if (c->span >= c->spans.nr)
		return;
	s = &c->spans.v[c->span];
	nr = s->first + c->at;
	c->row.nr = s->list ? s->list[nr] : nr;
	if (c->row.heap != s->heap)
		c->row = (struct sql_row){ s->heap, c->row.nr, 0, 0 };
	if (table_of(c)->seek)
		table_of(c)->seek(&c->row);
	else
		c->row.object = (oid)c->row.nr;
}

static bool is_like(const char *pattern, const char *text)
{
	return !sqlite3_strlike(pattern, text, 0);
}

static bool is_glob(const char *pattern, const char *text)
{
	return !sqlite3_strglob(pattern, text);
}

static void add_rows(const struct sql_vtab *v, int plan,
		     struct sql_heap *heap, sqlite3_value *value,
		     struct sql_span_vec *ret)
{
	const struct sql_index *x = plan < PLAN_INDEX ? NULL :
				    &v->table->indexes[plan / PLAN_INDEX - 1];
	const char *pattern;

	if (!x) {
		sql_span_vec_push(ret, (struct sql_span){
			heap, NULL, 0, v->table->nr_rows(heap) });
	} else if (plan & (PLAN_LIKE | PLAN_GLOB)) {
		/* NULL is like nothing. */
		pattern = (const char *)sqlite3_value_text(value);
		if (pattern)
			x->match(heap, pattern,
				 plan & PLAN_GLOB ? is_glob : is_like, ret);
	} else if (x->find) {
		x->find(heap, value, ret);
	} else {
		find_id(v->table, heap, value, ret);
	}
}

static int vtab_filter(sqlite3_vtab_cursor *base, int plan,
		       const char *text UNUSED, int argc, sqlite3_value **argv)
{
	struct sql_cursor *c = (struct sql_cursor *)base;
	const struct sql_vtab *v = (const struct sql_vtab *)base->pVtab;
	int64_t only = -1;

	if (plan & PLAN_CAPTURE && !sql_value_integer(argv[argc - 1], &only))
		only = v->heaps->nr;	/* none */
	c->spans.nr = 0;
	for (uint32_t i = 0; i < v->heaps->nr; i++) {
		if (!(plan & PLAN_CAPTURE) || only == i)
			add_rows(v, plan, &v->heaps->v[i],
				 argc ? argv[0] : NULL, &c->spans);
	}
	c->span = 0;
	c->at = 0;
	settle(c);
	return SQLITE_OK;
}

static int vtab_next(sqlite3_vtab_cursor *base)
{
	struct sql_cursor *c = (struct sql_cursor *)base;

	c->at++;
	settle(c);
	return SQLITE_OK;
}

static int vtab_eof(sqlite3_vtab_cursor *base)
{
	const struct sql_cursor *c = (const struct sql_cursor *)base;

	return c->span >= c->spans.nr;
}

static int vtab_column(sqlite3_vtab_cursor *base, sqlite3_context *out,
		       int column)
{
	const struct sql_cursor *c = (const struct sql_cursor *)base;
	const struct sql_table *t = table_of(c);

	if ((unsigned int)column < t->nr_columns)
		t->columns[column].get(&c->row, out);
	else
		sqlite3_result_int64(out, c->row.heap->number);
	return SQLITE_OK;
}

static int vtab_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	const struct sql_cursor *c = (const struct sql_cursor *)base;

	*ret = sql_id(c->row.heap, c->row.nr);
	return SQLITE_OK;
}

/* Without xCreate the tables are there by their names alone, and without
 * xUpdate nothing can write to them. */
static const sqlite3_module module_functions = {
	.iVersion = 0,
	.xConnect = vtab_connect,
	.xBestIndex = vtab_best_index,
	.xDisconnect = vtab_disconnect,
	.xOpen = vtab_open,
	.xClose = vtab_close,
	.xFilter = vtab_filter,
	.xNext = vtab_next,
	.xEof = vtab_eof,
	.xColumn = vtab_column,
	.xRowid = vtab_rowid,
};

int sql_table_register(sqlite3 *db, const struct sql_table *table,
		       struct sql_heaps *heaps)
{
	struct sql_module *module = xcalloc(1, sizeof(*module));

	*module = (struct sql_module){ table, heaps };
	return sqlite3_create_module_v2(db, table->name, &module_functions,
					module, free);
}
