/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/speedscope.h - stacks in the file format of speedscope
 * (https://www.speedscope.app/file-format-schema.json): two sampled profiles,
 * of bytes and of objects.
 */
#ifndef OUTPUT_EXPORT_SPEEDSCOPE_H
#define OUTPUT_EXPORT_SPEEDSCOPE_H

#include <stdio.h>

#include "base/error.h"
#include "output/stacks/stacks.h"

/*
 * Write `s`, which stacks_build() made of `h`.
 *
 * ERR_SYSTEM: it can't be written.
 */
struct error *speedscope_write(const struct stacks *s, const struct heap *h,
			       FILE *out) MUST_CHECK;

#endif
