/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/dot.h - what is around one object, for graphviz.
 *
 * From left to right: a chain from a root to the object, other holders of it,
 * and what it keeps alive (analysis/retained.h), largest first.  Below an
 * object or a group of them, objects of one type are one node ("app.User x
 * 5,000"), unless one of them keeps much by itself.  So a list of any length
 * is a few nodes.
 */
#ifndef OUTPUT_EXPORT_DOT_H
#define OUTPUT_EXPORT_DOT_H

#include <stdio.h>

#include "base/error.h"
#include "heap/heap.h"

#define DOT_NODES_USUAL 40

/*
 * Write a graph around `o` in graphviz' language, with at most about
 * `max_nodes` nodes for what it keeps, at least one.  Texts of the target are
 * quoted: nothing in them is markup.
 *
 * ERR_SYSTEM: `out` can't be written.  If heap.failed is set afterwards, what
 * was written is wrong.
 */
struct error *dot_write(struct heap *h, oid o, uint64_t max_nodes, FILE *out)
	MUST_CHECK;

/* Add `text`, valid UTF-8, as part of a quoted label; long texts are cut. */
void dot_add_text(const char *text, struct str *out);

#endif
