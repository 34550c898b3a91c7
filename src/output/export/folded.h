/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/folded.h - stacks as lines, as flamegraph.pl and most viewers
 * of flame graphs read them: "frame;frame;frame 123".
 */
#ifndef OUTPUT_EXPORT_FOLDED_H
#define OUTPUT_EXPORT_FOLDED_H

#include <stdio.h>

#include "base/error.h"
#include "output/stacks/stacks.h"

/*
 * Write a line for each place with objects.  A semicolon in a name is written
 * as \x3b.
 *
 * ERR_SYSTEM: it can't be written.
 */
struct error *folded_write(const struct stacks *s, enum stacks_value value,
			   FILE *out) MUST_CHECK;

#endif
