/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sql/files.h - the files of SQLite, without any name.
 *
 * SQLite reaches files, the clock and random numbers through a table of
 * functions (sqlite3_vfs).  Its own opens files by names.  Ours opens
 *
 *  - temporary files, by scratch_file() of base/files/scratch.h: what is sorted
 *    and does not fit into SQLite's cache, and
 *  - a database that is the file behind a descriptor,
 *
 * and refuses all else.  There are no journals, locks or mappings.
 *
 * A temporary file does not take the last of its disk (scratch_room()): SQLite
 * then ends what it does with SQLITE_FULL.
 */
#ifndef SQL_FILES_H
#define SQL_FILES_H

#include <sqlite3.h>

/* SQLite uses ours from now on, unless it is told to use another one.  Returns
 * one of SQLite's result codes. */
int sql_files_register(void);

/*
 * The name by which SQLite opens the file behind `fd` as a database: the
 * number.  The caller frees it, and keeps `fd` open; SQLite makes a copy.
 */
char *sql_files_name(int fd);

#endif
