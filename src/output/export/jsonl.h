/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/export/jsonl.h - the whole graph, one JSON object a line.
 *
 * First a line about the target, then a line an object; the format is in
 * pyheld-export(1).  Lines are written as they are made.
 */
#ifndef OUTPUT_EXPORT_JSONL_H
#define OUTPUT_EXPORT_JSONL_H

#include <stdio.h>

#include "base/error.h"
#include "heap/heap.h"

#define JSONL_VERSION 1

/* ERR_SYSTEM: can't write. */
struct error *jsonl_write(struct heap *h, FILE *out) MUST_CHECK;

#endif
