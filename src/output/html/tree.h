/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/html/tree.h - the cut dominator tree for the report's pictures.
 */
#ifndef OUTPUT_HTML_TREE_H
#define OUTPUT_HTML_TREE_H

#include <jansson.h>

#include "analysis/retained-cut.h"

/*
 * The nodes as columns, {"types": [NAME], "above": [INDEX], "type": [INDEX in
 * types], "count": [N], "name": [TEXT], "address": ["0x..."], "objects": [N],
 * "bytes": [N], "opened": [BOOL]}; index 0 is the whole heap.  "above" and
 * "type" are -1 for it.  "name" is the way from the node above, or from a root
 * below the whole heap; null for several objects, as "address" is.  A new
 * reference.
 */
json_t *tree_json(struct retained_view *v, const struct cut_node_vec *nodes);

#endif
