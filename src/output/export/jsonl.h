/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/jsonl.h - the whole graph as lines of JSON.
 *
 * The first line is about the target; then there is a line for each object.
 * pyheld-export(1) has the format.
 */
#ifndef OUTPUT_EXPORT_JSONL_H
#define OUTPUT_EXPORT_JSONL_H

#include <stdio.h>

#include "base/error.h"
#include "heap/heap.h"

#define JSONL_VERSION 1

/*
 * Write `h` to `out`, line by line: memory for the whole text is not needed.
 *
 * ERR_SYSTEM: it can't be written.  If heap.failed is set afterwards, what was
 * written is wrong.
 */
struct error *jsonl_write(struct heap *h, FILE *out) MUST_CHECK;

#endif
