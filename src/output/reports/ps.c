/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/emit.h"
#include "output/reports/ps.h"
#include "output/table.h"

/* Digits of a container's whole id, and of what is shown of it. */
#define ID_LEN 64
#define ID_SHOWN 12

void ps_release(struct ps *p)
{
	for (size_t i = 0; i < p->rows.nr; i++) {
		struct ps_row *r = &p->rows.v[i];

		free(r->version);
		free(r->user);
		free(r->command);
		free(r->cgroup);
		free(r->container);
		free(r->unreadable);
	}
	ps_row_vec_release(&p->rows);
	free(p->hidden_because);
}

/* --- order --- */

static int compare_up(uint64_t x, uint64_t y)
{
	return x < y ? -1 : x > y;
}

static int compare_down(uint64_t x, uint64_t y)
{
	return compare_up(y, x);
}

/* "3.9" < "3.10" */
static int compare_versions(const char *x, const char *y)
{
	while (*x && *y) {
		char *x_end, *y_end;
		unsigned long a = strtoul(x, &x_end, 10);
		unsigned long b = strtoul(y, &y_end, 10);

		if (a != b)
			return compare_up(a, b);
		x = x_end + (*x_end != '\0');
		y = y_end + (*y_end != '\0');
	}
	return compare_up(*x != '\0', *y != '\0');
}

static int compare_by(enum ps_sort sort, const struct ps_row *x,
		      const struct ps_row *y)
{
	switch (sort) {
	case PS_BY_RESIDENT:
		return compare_down(x->resident, y->resident);
	case PS_BY_AGE:
		return compare_down(x->age, y->age);
	case PS_BY_THREADS:
		return compare_down(x->threads, y->threads);
	case PS_BY_VERSION:
		return compare_versions(x->version, y->version);
	case PS_BY_USER:
		return strcmp(x->user, y->user);
	case PS_BY_COMMAND:
		return strcmp(x->command, y->command);
	default:
		return 0;
	}
}

static int compare_rows(const void *a, const void *b, void *sort)
{
	const struct ps_row *x = a, *y = b;
	int ret = compare_by(*(const enum ps_sort *)sort, x, y);

	return ret ? ret : compare_up((uint64_t)x->pid, (uint64_t)y->pid);
}

void ps_sort(struct ps *p, enum ps_sort sort)
{
	if (p->rows.nr)
		qsort_r(p->rows.v, p->rows.nr, sizeof(*p->rows.v),
			compare_rows, &sort);
}

/* --- containers --- */

bool ps_container(const char *cgroup, struct str *ret)
{
	static const char *const lxc[] = { "/lxc/", "/lxc.payload." };

	for (const char *p = cgroup; *p;) {
		size_t len = strspn(p, "0123456789abcdef");

		if (len == ID_LEN) {
			str_add_bytes(ret, p, ID_SHOWN);
			return true;
		}
		p += len ? len : 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lxc); i++) {
		const char *p = strstr(cgroup, lxc[i]);

		if (p) {
			p += strlen(lxc[i]);
			str_add_bytes(ret, p, strcspn(p, "/"));
			return true;
		}
	}
	return false;
}

/* --- text --- */

/* Its container, or the last part of its cgroup. */
static const char *group_of(const struct ps_row *r)
{
	const char *slash = strrchr(r->cgroup, '/');

	if (r->container)
		return r->container;
	return slash && slash[1] ? slash + 1 : "-";
}

static void add_table(const struct ps *p, uint64_t limit,
		      const struct format *f, struct str *out)
{
	static const struct table_column columns[] = {
		{ "PID", .right = true }, { "USER", .right = false },
		{ "VERSION", .right = false }, { "RESIDENT", .right = true },
		{ "AGE", .right = true }, { "THREADS", .right = true },
		{ "CGROUP", .shrinks = true }, { "COMMAND", .shrinks = true },
	};
	CLEANUP(table_release) struct table t = TABLE(columns);

	for (size_t i = 0; i < p->rows.nr && (!limit || i < limit); i++) {
		const struct ps_row *r = &p->rows.v[i];

		str_addf(table_cell(&t), "%" PRId64, r->pid);
		str_add(table_cell(&t), r->user);
		str_add(table_cell(&t), *r->version ? r->version : "?");
		format_bytes(table_cell(&t), r->resident);
		format_seconds(table_cell(&t), r->age);
		format_count(table_cell(&t), r->threads);
		str_add(table_cell(&t), group_of(r));
		str_add(table_cell(&t), r->command);
	}
	table_print(&t, f, out);
}

static void add_reasons(const struct ps *p, const struct format *f,
			struct str *out)
{
	for (size_t i = 0; i < p->rows.nr; i++) {
		const struct ps_row *r = &p->rows.v[i];

		if (r->unreadable)
			format_words(out, r->unreadable, 0, 2, f);
	}
}

static void add_others(uint64_t nr, struct str *out)
{
	format_count(out, nr);
	str_add(out, nr > 1 ? " other processes" : " other process");
}

static void add_hidden(const struct ps *p, const struct format *f,
		       struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	if (!p->nr_hidden)
		return;
	add_others(p->nr_hidden, &line);
	str_add(&line, " can't be looked into");
	if (p->hidden_because)
		str_addf(&line, ", such as this one: %s", p->hidden_because);
	str_add_char(out, '\n');
	format_words(out, line.s, 0, 0, f);
}

static void add_left_out(const struct ps *p, const struct format *f,
			 struct str *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	if (!p->nr_left_out)
		return;
	add_others(p->nr_left_out, &line);
	str_add(&line, p->nr_left_out > 1 ? " were" : " was");
	str_add(&line, " not looked at: there are too many");
	str_add_char(out, '\n');
	format_words(out, line.s, 0, 0, f);
}

void ps_text(const struct ps *p, uint64_t limit, const struct format *f,
	     struct str *out)
{
	CLEANUP(str_release) struct str reasons = STR_INIT;

	if (p->rows.nr)
		add_table(p, limit, f, out);
	if (!f->header)
		return;
	if (!p->rows.nr)
		str_add(out, "no CPython runs here, as far as can be seen\n");
	if (limit && p->rows.nr > limit) {
		str_add(out, "... and ");
		format_count(out, p->rows.nr - limit);
		str_add(out, " more, see --limit\n");
	}
	add_reasons(p, f, &reasons);
	if (reasons.len)
		str_addf(out, "\nCan't be read:\n%s", reasons.s);
	add_hidden(p, f, out);
	add_left_out(p, f, out);
}

/* --- JSON --- */

static json_t *row_json(const struct ps_row *r)
{
	json_t *ret = json_object();

	emit_put(ret, "pid", json_integer(r->pid));
	emit_put(ret, "parent", json_integer(r->parent));
	emit_put(ret, "inner_pid", json_integer(r->inner_pid));
	emit_put(ret, "version", emit_text(*r->version ? r->version : NULL));
	emit_put(ret, "resident", emit_count(r->resident));
	emit_put(ret, "age", emit_count(r->age));
	emit_put(ret, "threads", emit_count(r->threads));
	emit_put(ret, "user", emit_text(r->user));
	emit_put(ret, "cgroup", emit_text(*r->cgroup ? r->cgroup : NULL));
	emit_put(ret, "container", emit_text(r->container));
	emit_put(ret, "command", emit_text(r->command));
	emit_put(ret, "unreadable", emit_text(r->unreadable));
	return ret;
}

json_t *ps_json(const struct ps *p, uint64_t limit)
{
	json_t *ret = json_object(), *rows = json_array();

	for (size_t i = 0; i < p->rows.nr && (!limit || i < limit); i++)
		emit_push(rows, row_json(&p->rows.v[i]));
	emit_put(ret, "processes", rows);
	emit_put(ret, "nr_processes", emit_count(p->rows.nr));
	emit_put(ret, "nr_hidden", emit_count(p->nr_hidden));
	emit_put(ret, "nr_left_out", emit_count(p->nr_left_out));
	return ret;
}
