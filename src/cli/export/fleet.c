/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/files/folder.h"
#include "cli/export/formats.h"
#include "cli/outfile.h"
#include "heap/labels.h"
#include "output/export/fleet.h"
#include "sql/materialise.h"

/* --- what each row says --- */

static void add_column(const struct heap *h, enum fleet_column column,
		       struct str *sql)
{
	CLEANUP(str_release) struct str value = STR_INIT;
	char *literal;

	fleet_value(h, column, &value);
	/* %Q makes NULL of a null pointer. */
	literal = sqlite3_mprintf(column == FLEET_PID && value.len ? "%s" :
								     "%Q",
				  value.len ? value.s : NULL);
	if (!literal)
		out_of_memory();
	str_addf(sql, "%s%s AS %s", sql->len ? ", " : "", literal,
		 fleet_columns[column]);
	sqlite3_free(literal);
}

static void add_columns(const struct heap *h, struct str *sql)
{
	for (size_t i = 0; i < NR_FLEET_COLUMNS; i++)
		add_column(h, (enum fleet_column)i, sql);
}

/* --- folders and files --- */

/* Make the folder and those above it.  All are private, as is what the names
 * of hosts say. */
static struct error *make_folders(const char *path)
{
	CLEANUP(closep) int folder = -1;
	struct error *err = folder_open(path, FOLDER_MAKE_ALL, &folder);

	return err ? error_wrap(err, "'%s'", path) : NULL;
}

static struct error *write_rows(struct sql_heaps *heaps,
				const struct sql_table *table,
				const struct materialise_front *front,
				const struct export_options *o)
{
	CLEANUP(outfile_abandon) struct outfile out = { .file = NEWFILE_INIT,
						       .many = true };
	CLEANUP(str_release) struct str path = STR_INIT;
	const struct heap *h = heaps->v[0].h;
	bool csv = o->format == EXPORT_csv;
	struct error *err;

	str_addf(&path, "%s/%s/", o->file, table->name);
	fleet_folders(h, &path);
	err = make_folders(path.s);
	str_add_char(&path, '/');
	fleet_file(h, &path);
	str_add(&path, csv ? ".csv" : ".jsonl");
	if (!err)
		err = outfile_open(&out, path.s);
	if (!err)
		err = materialise_rows(heaps, table, front, csv ?
				       PRINT_CSV : PRINT_JSON_LINES,
				       out.stream);
	if (!err && h->failed)
		return NULL;	/* session_check() prints it */
	return err ? err : outfile_close(&out);
}

struct error *export_fleet(struct session *s, const char *target,
			   const struct export_options *o)
{
	CLEANUP(sql_heaps_release) struct sql_heaps heaps;
	CLEANUP(str_release) struct str columns = STR_INIT;
	struct materialise_front front = { .replaces = fleet_replaces };
	struct error *err = NULL;

	export_heaps_init(s, target, &heaps);
	for (size_t i = 0; i < o->labels.nr; i++)
		if (!labels_set(&s->heap.info.labels, o->labels.v[i]))
			return error_new(ERR_USAGE, "a capture can't have more"
					 " than %d labels", LABELS_MAX);
	add_columns(&s->heap, &columns);
	front.columns = columns.s;
	for (size_t i = 0; sql_tables[i] && !err; i++)
		if (export_has_table(o, sql_tables[i]))
			err = write_rows(&heaps, sql_tables[i], &front, o);
	return err;
}
