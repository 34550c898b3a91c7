/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands/command.h"
#include "cli/options.h"
#include "cli/outfile.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/status.h"
#include "output/export/jsonl.h"
#include "sql/materialise.h"

#define FORMATS "jsonl|sqlite|csv"
enum format_of_export { FORMAT_JSONL, FORMAT_SQLITE, FORMAT_CSV };

struct export_options {
	struct common_options common;
	const char *file;
	unsigned int format;	/* enum format_of_export */
};

static const struct argp_option options[] = {
	{ "format", OPTION_FORMAT, FORMATS, 0,
	  "The output format: JSON lines, a database of the tables of pyheld sql,"
	  " or a CSV file for each of these (default: jsonl)", 0 },
	{ "output", 'o', "FILE", 0,
	  "Write to FILE instead of stdout; with --format=csv a folder", 0 },
	{ 0 },
};

static error_t parse_export(int key, char *arg, struct argp_state *state)
{
	struct export_options *o = state->input;
	error_t err;

	if (key == ARGP_KEY_END && o->format != FORMAT_JSONL && !o->file)
		return options_error(state, "--format=sqlite and --format=csv"
				     " need --output");
	if (options_common(key, arg, state, &err))
		return err;
	switch (key) {
	case OPTION_FORMAT:
		return options_word(state, "format", FORMATS, arg, &o->format);
	case 'o':
		o->file = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp export_argp = {
	.options = options,
	.parser = parse_export,
	.args_doc = "TARGET",
	.doc = "Write the whole object graph, one JSON object per line.  The"
	       " first line describes the target, each other line one object:"
	       " its address, type, size, reference count, generation and"
	       " references.  Other formats have the tables of pyheld sql."
	       "\v"
	       "Example:\n"
	       "  pyheld export -o heap.jsonl 4242\n"
	       "  pyheld export 4242 --format=sqlite -o heap.db\n"
	       "  pyheld export 4242 | grep '\"type\":\"app.User\"' | wc -l",
	.children = common_children,
};

static struct error *write_export(struct session *s, const char *file)
{
	CLEANUP(outfile_abandon) struct outfile out = OUTFILE_INIT;
	struct error *err;

	/* On a terminal, the line of progress would be among the results. */
	if (!file && isatty(STDOUT_FILENO))
		progress_stop();
	else
		progress_start("writing");
	err = outfile_open(&out, file);
	if (!err)
		err = jsonl_write(&s->heap, out.stream);
	if (!err && s->heap.failed)
		return NULL;	/* session_check() prints it */
	if (!err)
		err = outfile_close(&out);
	return err;
}

/* --- tables --- */

/* The tables have the target's texts: their files are private. */

static struct error *write_database(struct sql_heaps *heaps, const char *path)
{
	CLEANUP(outfile_abandon) struct outfile out = { .private = true };
	struct error *err = outfile_open(&out, path);

	if (!err && !out.temporary)
		err = error_new(ERR_USAGE, "a database has to be a regular"
				" file");
	if (!err)
		err = materialise_database(heaps, out.temporary);
	if (!err && heaps->v[0].h->failed)
		return NULL;	/* session_check() prints it */
	return err ? err : outfile_close(&out);
}

static struct error *write_table(struct sql_heaps *heaps,
				 const struct sql_table *table,
				 const char *folder)
{
	CLEANUP(outfile_abandon) struct outfile out = { .private = true };
	CLEANUP(freep) char *path = xasprintf("%s/%s.csv", folder,
					      table->name);
	struct error *err = outfile_open(&out, path);

	if (!err)
		err = materialise_csv(heaps, table, out.stream);
	if (!err && heaps->v[0].h->failed)
		return NULL;
	return err ? err : outfile_close(&out);
}

static struct error *write_folder(struct sql_heaps *heaps, const char *folder)
{
	struct error *err = NULL;

	if (mkdir(folder, 0700) && errno != EEXIST)
		return error_errno(ERR_SYSTEM, errno, "can't be made");
	for (size_t i = 0; sql_tables[i] && !err; i++)
		err = write_table(heaps, sql_tables[i], folder);
	return err;
}

static struct error *write_tables(struct session *s,
				  const struct export_options *o)
{
	CLEANUP(sql_heaps_release) struct sql_heaps heaps;

	progress_start("writing");
	sql_heaps_init(&heaps, 1);
	heaps.v[0].h = &s->heap;
	heaps.v[0].name = o->common.args[0];
	return o->format == FORMAT_SQLITE ? write_database(&heaps, o->file) :
					    write_folder(&heaps, o->file);
}

int cmd_export(const struct command *c, int argc, char **argv)
{
	struct export_options o = { .common.max_args = 1 };
	CLEANUP(session_close) struct session s = SESSION_INIT;
	struct error *err;
	int status;

	if (options_parse(c->argp, argc, argv, &o))
		return STATUS_USAGE;
	/* Tables have columns that name single references: sql_table.naming. */
	status = o.format == FORMAT_JSONL ?
			 session_open(&s, o.common.args[0]) :
			 session_open_details(&s, o.common.args[0]);
	if (status)
		return status;
	err = o.format == FORMAT_JSONL ? write_export(&s, o.file) :
					 write_tables(&s, &o);
	if (err)
		return session_failed(error_wrap(err, "%s", o.file ? o.file :
						 "stdout"));
	status = session_check(&s);
	return status ? status : session_status(&s);
}
