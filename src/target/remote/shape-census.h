/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/remote/shape-census.h - a census as fields of a packet, as in shape.h.
 */
#ifndef TARGET_REMOTE_SHAPE_CENSUS_H
#define TARGET_REMOTE_SHAPE_CENSUS_H

#include "base/broker/packet.h"
#include "target/processes/census.h"

void shape_add_query(struct packet *p, const struct census_query *q);
/* *name is q->name, which the caller frees. */
bool shape_get_query(struct packet_reader *r, struct census_query *q,
		     char **name);

void shape_add_census(struct packet *p, const struct census *c);
bool shape_get_census(struct packet_reader *r, struct census *ret);

void shape_add_details(struct packet *p, const struct census_details *d);
bool shape_get_details(struct packet_reader *r, struct census_details *ret);

#endif
