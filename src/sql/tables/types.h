/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sql/tables/types.h - types by their name. */
#ifndef SQL_TABLES_TYPES_H
#define SQL_TABLES_TYPES_H

#include "sql/table.h"

/*
 * How many types of `heap` have the text `value` as their name.  They are
 * sql_heap_types_by_name()[*first] and those that follow it.
 */
size_t types_named(struct sql_heap *heap, sqlite3_value *value,
		   size_t *first);

#endif
