/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "heap/edge.h"

void edge_name_release(struct edge_name *n)
{
	free(n->name);
	free(n->prefix);
	free(n->suffix);
	*n = (struct edge_name){ 0 };
}

bool edge_is(const struct edge_name *n, enum edge_kind kind, const char *name)
{
	return n->kind == kind && n->name && !strcmp(n->name, name);
}

bool edge_is_same(const struct edge_name *a, const struct edge_name *b)
{
	return a->kind == b->kind && a->number == b->number &&
	       !strcmp(a->name ? a->name : "", b->name ? b->name : "");
}
