/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/resident.h - which pages of a process are in memory.
 */
#ifndef TARGET_LIVE_RESIDENT_H
#define TARGET_LIVE_RESIDENT_H

#include "target/live/copy.h"
#include "target/residency.h"

/*
 * Fill the empty `ret`: what copy_take() found of the mappings that it copied,
 * and of the others what is in memory now.
 */
void resident_find(struct copy *c, struct residency *ret);

#endif
