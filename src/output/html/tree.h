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
 * below the whole heap.  Of several objects it is the way from the object that
 * retains each, with "..." for a key or index in which the first and the last
 * of them differ; null if these two have nothing else in common.  "address" is
 * null for several objects.  A new reference.
 */
json_t *tree_json(struct retained_view *v, const struct cut_node_vec *nodes);

#endif
