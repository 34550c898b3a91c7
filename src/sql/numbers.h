/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sql/numbers.h - the values of numbers, and the attributes of objects. */
#ifndef SQL_NUMBERS_H
#define SQL_NUMBERS_H

#include <sqlite3.h>

#include "sql/heaps.h"

/*
 * Give the value of `o` if it is an int, a float or a bool that is known.  An
 * int of more than 64 bits is given as a real number.  Else it is NULL.
 */
void numbers_result(struct heap *h, oid o, sqlite3_context *out);

/*
 * Make the functions of SQL:
 *
 * attribute(object, 'name'): the id of what the attribute of that name leads
 * to, in the object itself or in its __dict__; NULL: it has none.
 *
 * Returns SQLite's result.  `heaps` must outlive `db`.
 */
int numbers_register(sqlite3 *db, struct sql_heaps *heaps);

#endif
