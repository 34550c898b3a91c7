/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-chain.h - long chains: objects of which each
 * holds the next one.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_CHAIN_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_CHAIN_H

#include "analysis/suspects/suspect.h"

/* Add them, as SUSPECT_CHAIN. */
void suspects_chain_add(struct suspects *s);

#endif
