/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/link-maps.h - the libraries that the dynamic linker has loaded, as it
 * keeps them: struct link_map of <link.h>, whose first members are the same in
 * all of glibc and musl.
 *
 *	0 l_addr   8 l_name   16 l_ld   24 l_next   32 l_prev
 */
#ifndef NATIVE_LINK_MAPS_H
#define NATIVE_LINK_MAPS_H

#include "native/native.h"

/* No list is longer. */
#define LINK_MAPS_MAX 65536

/*
 * If the region is the data of a dynamic linker and has a pointer to a struct
 * link_map: add the addresses of all that lead on from one another to `ret`,
 * LINK_MAPS_MAX at most.  A list that does not lead back and forth ends where
 * it is wrong.
 */
void link_maps_find(const struct native *n, const struct region *r,
		    struct raddr_vec *ret);

/* Where the name of one of them is; 0: it can't be read. */
raddr link_maps_name(const struct native *n, raddr map);

#endif
