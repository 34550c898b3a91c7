/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/pprof.h - stacks as a heap profile of pprof: profile.proto
 * (https://github.com/google/pprof/blob/main/proto/profile.proto), packed by
 * gzip.
 *
 * It has the sample types of Go's heap profiles that are about now:
 * inuse_objects (count) and inuse_space (bytes).  Each sample has the label
 * `root`, the kind of root that its stack begins with.  The comments say which
 * process it is.
 */
#ifndef OUTPUT_EXPORT_PPROF_H
#define OUTPUT_EXPORT_PPROF_H

#include <stdio.h>

#include "base/error.h"
#include "output/stacks/stacks.h"

/*
 * Write `s`, which stacks_build() made of `h`, in pieces.
 *
 * ERR_SYSTEM: it can't be written.
 */
struct error *pprof_write(const struct stacks *s, const struct heap *h,
			  FILE *out) MUST_CHECK;

#endif
