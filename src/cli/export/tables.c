/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/files/folder.h"
#include "cli/export/formats.h"
#include "cli/outfile.h"
#include "sql/materialise.h"

static struct error *write_database(struct sql_heaps *heaps, const char *path)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	struct error *err = outfile_open(&out, path);

	if (!err && !outfile_is_regular(&out))
		err = error_new(ERR_USAGE, "a database has to be a regular"
				" file");
	if (!err)
		err = materialise_database(heaps, fileno(out.stream));
	if (!err && heaps->v[0].h->failed)
		return NULL;	/* session_check() prints it */
	return err ? err : outfile_close(&out);
}

static struct error *write_table(struct sql_heaps *heaps,
				 const struct sql_table *table,
				 const char *folder)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	CLEANUP(freep) char *path = xasprintf("%s/%s.csv", folder,
					      table->name);
	struct error *err = outfile_open(&out, path);

	if (!err)
		err = materialise_csv(heaps, table, out.stream);
	if (!err && heaps->v[0].h->failed)
		return NULL;
	return err ? err : outfile_close(&out);
}

static struct error *write_folder(struct sql_heaps *heaps,
				  const struct export_options *o)
{
	CLEANUP(closep) int folder = -1;
	struct error *err = folder_open(o->file, FOLDER_MAKE_LAST,
					&folder);

	for (size_t i = 0; sql_tables[i] && !err; i++)
		if (export_has_table(o, sql_tables[i]))
			err = write_table(heaps, sql_tables[i], o->file);
	return err;
}

/* --- which tables --- */

bool export_has_table(const struct export_options *o,
		      const struct sql_table *table)
{
	size_t len = strlen(table->name);

	if (!o->tables)
		return true;
	for (const char *p = o->tables;; p++) {
		if (!strncmp(p, table->name, len) && strchr(",", p[len]))
			return true;
		p = strchr(p, ',');
		if (!p)
			return false;
	}
}

static bool is_table(const char *name, size_t len)
{
	for (size_t i = 0; sql_tables[i]; i++)
		if (strlen(sql_tables[i]->name) == len &&
		    !memcmp(sql_tables[i]->name, name, len))
			return true;
	return false;
}

char *export_unknown_table(const struct export_options *o)
{
	for (const char *p = o->tables; p; p++) {
		size_t len = strcspn(p, ",");

		if (!is_table(p, len))
			return xstrndup(p, len);
		p = strchr(p, ',');
		if (!p)
			break;
	}
	return NULL;
}

void export_heaps_init(struct session *s, const char *target,
		       struct sql_heaps *ret)
{
	sql_heaps_init(ret, 1);
	ret->v[0].h = &s->heap;
	ret->v[0].name = target;
}

struct error *export_tables_sqlite(struct session *s,
				   const struct export_options *o)
{
	CLEANUP(sql_heaps_release) struct sql_heaps heaps;

	export_heaps_init(s, o->common.args[0], &heaps);
	return write_database(&heaps, o->file);
}

struct error *export_tables_csv(struct session *s,
				const struct export_options *o)
{
	CLEANUP(sql_heaps_release) struct sql_heaps heaps;

	export_heaps_init(s, o->common.args[0], &heaps);
	return write_folder(&heaps, o);
}
