/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli/export/formats.h - the formats of `export`, as a table.
 *
 * To add a format, see "Add a format of export" in HACKING.md.
 *
 * All files and folders that are made can be read by their owner only: each
 * format has names and texts of the target.
 */
#ifndef CLI_EXPORT_FORMATS_H
#define CLI_EXPORT_FORMATS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/session.h"
#include "output/stacks/stacks.h"
#include "sql/table.h"

enum export_format_id {
#define EXPORT_FORMAT(name) EXPORT_##name,
#include "cli/export/formats.def"
#undef EXPORT_FORMAT
	NR_EXPORT_FORMATS,
};

/* "jsonl|sqlite|...": the words of --format, for options_word(). */
extern const char export_bar_words[];	/* "|jsonl|sqlite|..." */
#define EXPORT_WORDS (export_bar_words + 1)

struct export_options {
	struct common_options common;
	const char *file;	/* --output; NULL: stdout */
	uint64_t suspect;	/* --suspect, from 1; 0: it was not given */
	oid object;		/* of a format that is `around` an object */
	unsigned int format;	/* enum export_format_id */
	unsigned int value;	/* --value: enum stacks_value */
	bool has_value;		/* --value was given */
	bool fleet;		/* --fleet: see export_fleet() */
	struct target_vec targets; /* all of them, as the user typed them */
	const char *tables;	/* --tables: names between commas; or NULL */
	struct str_vec labels;	/* --label; see heap/labels.h */
};

/* A format has `stream` or `write`, not both. */
struct export_format {
	const char *name;	/* its word */
	/* Names of single references are made: session_open_details(). */
	bool details;
	/* Of one object and what is near to it, not of the whole heap. */
	bool around;
	/* It can't go to stdout: --output is needed. */
	bool needs_output;
	/* It is no text: it does not go to a terminal. */
	bool is_binary;
	/* --value is an option of it. */
	bool has_value;
	/*
	 * Write one file to `out`, in pieces.  Returns ERR_SYSTEM if it can't
	 * be written, or an error that says why `o` can't be done.
	 */
	struct error *(*stream)(struct session *s,
				const struct export_options *o, FILE *out);
	/* Make o->file, a file or a folder; returns the same errors. */
	struct error *(*write)(struct session *s,
			       const struct export_options *o);
};

/* By enum export_format_id. */
extern const struct export_format export_formats[NR_EXPORT_FORMATS];

/*
 * Write `s` in the format that `o` names.  Nothing is left at o->file if that
 * fails; but tables of a folder that were written before the error stay, and
 * are no export without the others.  If heap.failed is set afterwards,
 * session_check() says so.
 */
struct error *export_write(struct session *s, const struct export_options *o)
	MUST_CHECK;

/* What the tables of src/sql are of: the heap of `s` alone, which is `target`.
 * Both must outlive `*ret`; the caller releases it by sql_heaps_release(). */
void export_heaps_init(struct session *s, const char *target,
		       struct sql_heaps *ret);

/* The `write` of the formats with tables of src/sql. */
struct error *export_tables_sqlite(struct session *s,
				   const struct export_options *o) MUST_CHECK;
struct error *export_tables_csv(struct session *s,
				const struct export_options *o) MUST_CHECK;

/*
 * Is a table of src/sql one of those that --tables names?  Without --tables all
 * are.
 */
bool export_has_table(const struct export_options *o,
		      const struct sql_table *table);
/* The first name in --tables that is no table; NULL: there is none.  The caller
 * frees it. */
char *export_unknown_table(const struct export_options *o);

/*
 * Write the tables of `s`, which is `target`, as CSV or JSON lines, with what
 * they are of in each row, each into a file of its own below o->file:
 * TABLE/host=.../date=.../.
 * Folders are made as needed; those of other captures are left alone, and the
 * files of the same capture are replaced.  Each file is whole or not there; if
 * one fails, those of the tables before it stay.
 *
 * ERR_SYSTEM: a folder or file can't be made or written.  ERR_USAGE: with the
 * labels of `o`, this capture would have too many.  If heap.failed is set
 * afterwards, session_check() says so.
 */
struct error *export_fleet(struct session *s, const char *target,
			   const struct export_options *o) MUST_CHECK;

#endif
