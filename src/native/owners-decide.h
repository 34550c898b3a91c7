/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/owners-decide.h - apply the rules of native/owners.h.
 */
#ifndef NATIVE_OWNERS_DECIDE_H
#define NATIVE_OWNERS_DECIDE_H

#include "native/owners.h"

/* Apply the rules.  Claims and edges are gone then; add no more. */
void owners_decide(struct owners *o);

#endif
