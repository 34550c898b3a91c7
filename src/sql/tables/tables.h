/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sql/tables/tables.h - the tables that there are: those of tables.def. */
#ifndef SQL_TABLES_TABLES_H
#define SQL_TABLES_TABLES_H

#include "sql/table.h"

#define SQL_TABLE(name) extern const struct sql_table sql_##name;
#include "sql/tables/tables.def"
#undef SQL_TABLE

#endif
