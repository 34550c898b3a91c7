/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-scan.h - pointers in objects and in raw blocks.
 */
#ifndef PYTHON_CLAIMS_CLAIMS_SCAN_H
#define PYTHON_CLAIMS_CLAIMS_SCAN_H

#include "python/claims/claims-data.h"

/* Claims of the objects in c->unread, by the pointers in their structs. */
void claims_scan_objects(struct claims *c);

/* Edges of all nodes, and c->edges. */
void claims_scan_nodes(struct claims *c);

#endif
