/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/emit.h"
#include "output/table.h"
#include "sql/print.h"
#include "sql/table.h"

struct print_column {
	char *name;		/* owned; unique for JSON */
	bool is_address;
};

/* So many rows are aligned with each other: a result has any number. */
#define ROWS_AT_ONCE 2000

static struct error *check(const struct print *p)
{
	return ferror(p->out) ? error_errno(ERR_SYSTEM, errno, "can't write") :
				NULL;
}

/* --- columns --- */

/*
 * A name that no column before has: "type", "type_2".  `taken` has the names
 * until now; the value of each is the number to try next for an equal one, so
 * that thousands of equal names do not all begin with 2.
 */
static char *unique_name(json_t *taken, const char *name)
{
	json_int_t nr = json_integer_value(json_object_get(taken, name));
	char *ret = xstrdup(name);

	for (; json_object_get(taken, ret); nr++) {
		free(ret);
		ret = xasprintf("%s_%" JSON_INTEGER_FORMAT, name, nr);
	}
	if (nr)
		emit_put(taken, name, json_integer(nr));
	emit_put(taken, ret, json_integer(2));
	return ret;
}

static void forget_columns(struct print *p)
{
	for (unsigned int i = 0; i < p->nr_columns; i++)
		free(p->columns[i].name);
	free(p->columns);
	p->columns = NULL;
	p->nr_columns = 0;
}

static void find_columns(struct print *p, sqlite3_stmt *query)
{
	unsigned int nr = (unsigned int)sqlite3_column_count(query);
	json_t *taken = json_object();

	forget_columns(p);
	p->columns = xcalloc(nr, sizeof(*p->columns));
	for (unsigned int i = 0; i < nr; i++) {
		CLEANUP(str_release) struct str name = STR_INIT;
		const char *given = sqlite3_column_name(query, (int)i);
		const char *type = sqlite3_column_decltype(query, (int)i);

		if (!given)
			out_of_memory();
		str_add_safe(&name, given, strlen(given));
		p->columns[i].name = p->style == PRINT_JSON ||
				     p->style == PRINT_JSON_LINES ?
				     unique_name(taken, name.s) :
				     xstrdup(name.s);
		p->columns[i].is_address = type && !strcmp(type, SQL_ADDRESS);
		p->nr_columns++;
	}
	json_decref(taken);
	p->nr_rows = 0;
}

/* --- values as text --- */

static void add_blob(const unsigned char *bytes, int len, struct str *out)
{
	for (int i = 0; i < len; i++)
		str_addf(out, "%02x", bytes[i]);
}

static void add_value(const struct print *p, sqlite3_stmt *query,
		      unsigned int i, struct str *out)
{
	int column = (int)i;
	const char *text;

	switch (sqlite3_column_type(query, column)) {
	case SQLITE_INTEGER:
		if (p->columns[i].is_address)
			format_address(out, (uint64_t)sqlite3_column_int64(
						    query, column));
		else
			str_addf(out, "%lld", sqlite3_column_int64(query,
								   column));
		break;
	case SQLITE_FLOAT:
		str_add_double(out, sqlite3_column_double(query, column));
		break;
	case SQLITE_BLOB:
		add_blob(sqlite3_column_blob(query, column),
			 sqlite3_column_bytes(query, column), out);
		break;
	case SQLITE_TEXT:
		text = (const char *)sqlite3_column_text(query, column);
		str_add_safe(out, text ? text : "",
			     (size_t)sqlite3_column_bytes(query, column));
		break;
	default:
		break;
	}
}

/* --- aligned columns --- */

static void forget_table(struct print *p)
{
	if (!p->table)
		return;
	table_release(p->table);
	free(unconst(p->table->columns));
	free(p->table);
	p->table = NULL;
}

/* Numbers are aligned right: those of the first row say which these are. */
static void start_table(struct print *p, sqlite3_stmt *query)
{
	struct table_column *columns = xcalloc(p->nr_columns,
					       sizeof(*columns));

	for (unsigned int i = 0; i < p->nr_columns; i++) {
		int type = sqlite3_column_type(query, (int)i);

		columns[i].head = p->columns[i].name;
		columns[i].right = type == SQLITE_FLOAT ||
				   (type == SQLITE_INTEGER &&
				    !p->columns[i].is_address);
		columns[i].shrinks = type == SQLITE_TEXT;
	}
	p->table = xcalloc(1, sizeof(*p->table));
	p->table->columns = columns;
	p->table->nr_columns = p->nr_columns;
}

static void write_table(struct print *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct format format = p->format;

	format.header &= p->nr_rows <= ROWS_AT_ONCE;
	table_print(p->table, &format, &text);
	fwrite(text.s, 1, text.len, p->out);
	forget_table(p);
}

static void table_row(struct print *p, sqlite3_stmt *query)
{
	if (!p->table)
		start_table(p, query);
	for (unsigned int i = 0; i < p->nr_columns; i++)
		add_value(p, query, i, table_cell(p->table));
	if (p->nr_rows % ROWS_AT_ONCE == 0)
		write_table(p);
}

/* --- CSV --- */

static void csv_field(const char *text, struct str *out)
{
	if (!strpbrk(text, ",\"\r\n") && *text != ' ') {
		str_add(out, text);
		return;
	}
	str_add_char(out, '"');
	for (; *text; text++)
		str_add(out, *text == '"' ? "\"\"" : (char[]){ *text, 0 });
	str_add_char(out, '"');
}

static void csv_heads(const struct print *p)
{
	CLEANUP(str_release) struct str line = STR_INIT;

	for (unsigned int i = 0; i < p->nr_columns; i++) {
		str_add(&line, i ? "," : "");
		csv_field(p->columns[i].name, &line);
	}
	str_add_char(&line, '\n');
	fwrite(line.s, 1, line.len, p->out);
}

static void csv_row(const struct print *p, sqlite3_stmt *query)
{
	CLEANUP(str_release) struct str line = STR_INIT, value = STR_INIT;

	for (unsigned int i = 0; i < p->nr_columns; i++) {
		str_cut(&value, 0);
		add_value(p, query, i, &value);
		str_add(&line, i ? "," : "");
		csv_field(value.s, &line);
	}
	str_add_char(&line, '\n');
	fwrite(line.s, 1, line.len, p->out);
}

/* --- JSON --- */

static json_t *value_json(const struct print *p, sqlite3_stmt *query,
			  unsigned int i)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	int column = (int)i;
	double x;

	switch (sqlite3_column_type(query, column)) {
	case SQLITE_NULL:
		return json_null();
	case SQLITE_FLOAT:
		x = sqlite3_column_double(query, column);
		return isfinite(x) ? json_real(x) : json_null();
	case SQLITE_INTEGER:
		if (!p->columns[i].is_address)
			return json_integer(sqlite3_column_int64(query,
								 column));
		break;
	default:
		break;
	}
	add_value(p, query, i, &text);
	return emit_text(text.s);
}

static void json_object_row(const struct print *p, sqlite3_stmt *query)
{
	json_t *row = json_object();

	for (unsigned int i = 0; i < p->nr_columns; i++)
		emit_put(row, p->columns[i].name, value_json(p, query, i));
	if (json_dumpf(row, p->out, 0) && !ferror(p->out))
		out_of_memory();
	json_decref(row);
}

static void json_row(const struct print *p, sqlite3_stmt *query)
{
	fputs(p->nr_rows > 1 ? ",\n  " : "\n  ", p->out);
	json_object_row(p, query);
}

static void json_line(const struct print *p, sqlite3_stmt *query)
{
	json_object_row(p, query);
	fputc('\n', p->out);
}

/* --- the sink --- */

static struct error *print_begin(struct sql_sink *s, sqlite3_stmt *query)
{
	struct print *p = (struct print *)s;

	if (p->before)
		p->before();
	find_columns(p, query);
	if (p->style == PRINT_JSON)
		fputc('[', p->out);
	else if (p->style == PRINT_CSV && p->format.header)
		csv_heads(p);
	return check(p);
}

static struct error *print_row(struct sql_sink *s, sqlite3_stmt *query)
{
	struct print *p = (struct print *)s;

	p->nr_rows++;
	if (p->style == PRINT_JSON)
		json_row(p, query);
	else if (p->style == PRINT_JSON_LINES)
		json_line(p, query);
	else if (p->style == PRINT_CSV)
		csv_row(p, query);
	else
		table_row(p, query);
	return check(p);
}

static struct error *print_end(struct sql_sink *s, sqlite3_stmt *query)
{
	struct print *p = (struct print *)s;

	if (p->style == PRINT_JSON)
		fputs(p->nr_rows ? "\n]\n" : "]\n", p->out);
	if (p->style != PRINT_COLUMNS)
		return check(p);
	if (!p->nr_rows)
		start_table(p, query);
	if (p->table)
		write_table(p);
	return check(p);
}

void print_init(struct print *p, enum print_style style)
{
	*p = (struct print){
		.sink = { print_begin, print_row, print_end },
		.style = style,
	};
}

void print_release(struct print *p)
{
	forget_table(p);
	forget_columns(p);
}
