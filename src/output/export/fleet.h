/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/fleet.h - rows of many captures in one table: what each row
 * says of its capture, and where the file of its rows is.
 *
 * The layout is that of Hive, which DuckDB, Spark, ClickHouse and BigQuery read
 * as one partitioned table:
 *
 *	TABLE/host=web1/date=2026-11-28/4242-225600Z-c0a1b2c3d4e5f607.csv
 *
 * The columns of the rows and the keys of the folders have no name in common:
 * engines differ in which of the two they take, or refuse both.
 */
#ifndef OUTPUT_EXPORT_FLEET_H
#define OUTPUT_EXPORT_FLEET_H

#include "heap/heap.h"

enum fleet_column {
	FLEET_HOSTNAME,
	FLEET_PID,
	FLEET_PROCESS,
	FLEET_START_TIME,
	FLEET_TAKEN_AT,
	FLEET_LABELS,
	FLEET_CAPTURE,
	NR_FLEET_COLUMNS,
};

/* The names, by enum fleet_column. */
extern const char *const fleet_columns[NR_FLEET_COLUMNS];

/*
 * Is a column of that name left out of the rows?  FLEET_* say the same, or it
 * is the key of a folder.
 */
bool fleet_replaces(const char *column);

/*
 * Add the value of a column as text.  Nothing is added if it is unknown.
 *
 * FLEET_PID is a decimal number.  FLEET_START_TIME and FLEET_TAKEN_AT are ISO
 * 8601 in UTC.  FLEET_LABELS is a JSON object of texts.
 *
 * FLEET_PROCESS is the same for all captures of one process and differs for
 * others: a letter and 16 hexadecimal digits, a hash of what
 * match_same_process() compares; of an older capture, of host, PID and start
 * time.  Cores have none.  FLEET_CAPTURE is a hash of the process, the time of
 * the capture, its pause or how long its copy took, sizes, counts and
 * redaction: a copy of a capture has the same, a redacted one and any later
 * capture have another.  Of a core the time is that of its file.  They begin
 * with a letter, as a program that guesses types could take digits for a
 * number.
 */
void fleet_value(const struct heap *h, enum fleet_column column,
		 struct str *out);

/*
 * Add the folders below that of the table, "host=web1/date=2026-11-28", and the
 * name of the file without its extension, which has FLEET_CAPTURE.  A host
 * whose name is too long for a folder is a hash of it there.
 */
void fleet_folders(const struct heap *h, struct str *out);
void fleet_file(const struct heap *h, struct str *out);

/*
 * Add `value` as Hive writes it in the name of a folder: what has a meaning in
 * paths and patterns is %XX, all else stays, and nothing is
 * __HIVE_DEFAULT_PARTITION__, which is read as NULL.
 */
void fleet_encode(const char *value, struct str *out);

#endif
