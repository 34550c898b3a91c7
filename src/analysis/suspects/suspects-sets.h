/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/suspects-sets.h - suspects that are no holders: garbage,
 * what gc.freeze() hides, what only native code or atexit holds.
 */
#ifndef ANALYSIS_SUSPECTS_SUSPECTS_SETS_H
#define ANALYSIS_SUSPECTS_SUSPECTS_SETS_H

#include "analysis/suspects/suspect.h"

void suspects_sets_add(struct suspects *s);
/* Note what the oldest heap has of objects that only its ledger knows: before
 * suspects_sets_add(). */
void suspects_sets_note(struct suspects *s, const struct heap *older);

#endif
