/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "analysis/attribute.h"

/* Of an object's references so many are asked for their names; classes have
 * their own ones first, dicts of classes hardly ever more. */
#define MAX_EDGES 4096
#define MAX_CLASSES 100

/* Where the first such edge leads to, OID_NONE if there is none; `name` NULL:
 * whatever it is called. */
static oid follow_edge(struct heap *h, oid o, enum edge_kind kind,
		       const char *name)
{
	uint32_t nr = MIN(h->edge_nr[o], (uint32_t)MAX_EDGES);
	CLEANUP(freep) struct edge_name *names = xcalloc(nr, sizeof(*names));
	oid found = OID_NONE;

	heap_name_edges(h, o, 0, nr, names);
	for (uint32_t i = 0; i < nr; i++) {
		if (found == OID_NONE && names[i].kind == kind &&
		    (!name || edge_is(&names[i], kind, name)))
			found = heap_edges(h, o).to[i];
		edge_name_release(&names[i]);
	}
	return found;
}

bool attribute_is_hidden(struct heap *h, oid o, const char *name)
{
	oid class = heap_type_of(h, o)->object, mro, dict, value;
	struct heap_edges classes;

	mro = class == OID_NONE ? OID_NONE :
	      follow_edge(h, class, EDGE_ATTRIBUTE, "__mro__");
	if (mro == OID_NONE)
		return false;
	classes = heap_edges(h, mro);
	for (uint32_t i = 0; i < classes.nr && i < MAX_CLASSES; i++) {
		class = classes.to[i];
		dict = follow_edge(h, class, EDGE_DICT, NULL);
		value = dict == OID_NONE ? OID_NONE :
			follow_edge(h, dict, EDGE_NAMED_VALUE, name);
		if (value != OID_NONE)
			return heap_type_of(h, value)->flags &
			       TYPE_IS_DATA_DESCRIPTOR;
	}
	return false;
}
