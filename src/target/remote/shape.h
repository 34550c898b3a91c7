/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/remote/shape.h - processes and their copies, as fields of a packet.
 *
 * What is added by one function is read by the one beside it.  A function that
 * reads returns false if the packet does not have what it should; what was read
 * until then is in *ret, which the caller releases as usual.
 */
#ifndef TARGET_REMOTE_SHAPE_H
#define TARGET_REMOTE_SHAPE_H

#include "base/broker/packet.h"
#include "target/live/snapshot/snapshot.h"

/* Who a process is, and its mappings: what live_open() finds. */
void shape_add_target(struct packet *p, const struct target *t);
/* `root`: see struct live; the caller frees it. */
bool shape_get_target(struct packet_reader *r, struct target *t, char **root);

/* Which mapping: enough to find it in the mappings of the same process. */
void shape_add_mapping_key(struct packet *p, const struct mapping *m);
const struct mapping *shape_find_mapping(struct packet_reader *r,
					 const struct mapping_vec *mappings);

void shape_add_options(struct packet *p, const struct snapshot_options *o);
bool shape_get_options(struct packet_reader *r, struct snapshot_options *ret);

/* A copy; the descriptor of its memory goes with the packet.  (`s` keeps its
 * own.)  `known` are the mappings that the other side has already, and gives to
 * shape_get_shot(): if they are the same, they are left out. */
bool shape_add_shot(struct packet *p, const struct shot *s,
		    const struct mapping_vec *known);
/* The areas are mapped.  `live` is the copy's from then on. */
bool shape_get_shot(struct packet *p, struct packet_reader *r,
		    struct live *live, const struct mapping_vec *known,
		    struct shot *ret);

#endif
