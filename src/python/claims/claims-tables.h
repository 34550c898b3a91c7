/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-tables.h - hash tables of CPython's own.
 *
 * tracemalloc has a table with the address of each block that it has traced.
 * These are numbers, not pointers: without this every block would have one more
 * claimant.  What CPython frees of such tables, other code gets again with the
 * addresses in it.
 */
#ifndef PYTHON_CLAIMS_CLAIMS_TABLES_H
#define PYTHON_CLAIMS_CLAIMS_TABLES_H

#include "python/claims/claims-data.h"

/*
 * Find the hash tables (_Py_hashtable_t) that CPython's static data points to,
 * and those that are values in them.  Claim them, their buckets, entries and
 * values for CPython.  Nothing is looked for in buckets and entries any more.
 */
void claims_of_tables(struct claims *c);

#endif
