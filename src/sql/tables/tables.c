/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql/tables/tables.h"

const struct sql_table *const sql_tables[] = {
#define SQL_TABLE(name) &sql_##name,
#include "sql/tables/tables.def"
#undef SQL_TABLE
	NULL,
};
