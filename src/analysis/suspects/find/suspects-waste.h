/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-waste.h - memory without use: equal strings,
 * containers that are nearly empty.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_WASTE_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_WASTE_H

#include "analysis/suspects/suspect.h"

void suspects_waste_add(struct suspects *s);

#endif
