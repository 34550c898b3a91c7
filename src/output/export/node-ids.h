/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/node-ids.h - 32-bit ids for nodes that have addresses.
 *
 * The viewers of heap snapshots keep ids in 32 bits, and take nodes of one id
 * in two snapshots for the same object.  So an id has to be a function of the
 * address: it is the low 36 bits of it, divided by 16.  Objects are at least 16
 * bytes long, so no two of the same 64 GB have the same one.  Where
 * several nodes want one id, the lowest address gets it, and the others the
 * next free ones.
 */
#ifndef OUTPUT_EXPORT_NODE_IDS_H
#define OUTPUT_EXPORT_NODE_IDS_H

#include <stddef.h>
#include <stdint.h>

/* The id that the object at `address` wants. */
static inline uint32_t node_id_wanted(uint64_t address)
{
	return (uint32_t)(address >> 4);
}

/*
 * Give each of `nr` nodes, at most 2^32 - 1, an id of its own from 1 on.
 * ids[i] is the id that node `i` wants, 0 wants 1; afterwards the id that it
 * has.  `addresses` settles who gets an id that several want: the lowest one,
 * of equal ones the first.  Takes time for a sort, and 8 bytes a node.
 */
void node_ids_settle(uint32_t *ids, const uint64_t *addresses, size_t nr);

#endif
