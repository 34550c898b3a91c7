/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/json.h - what all of pyheld's JSON has in common.
 *
 * Keys are lower case, addresses are strings "0x...", sizes are bytes, times
 * are seconds since the epoch, durations end in _ns.  What is not known is
 * null.  The values made here are new references; out of memory ends the
 * program.
 */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"
#include "heap/heap.h"

/* NULL becomes null, what is not UTF-8 is escaped. */
json_t *json_text(const char *text);
json_t *json_address(uint64_t address);
json_t *json_count(uint64_t n);

/* NULL as `value`: jansson had no memory for it. */
void json_put(json_t *object, const char *key, json_t *value);
void json_push(json_t *array, json_t *value);

json_t *json_target(const struct heap *h);
json_t *json_python(const struct heap *h);
json_t *json_gc(const struct heap_interpreter *i);
json_t *json_interpreters(const struct heap *h);
json_t *json_threads(const struct heap *h);
/* {"kind", "name", "expression"} */
json_t *json_root(const struct heap_root *root);
json_t *json_warnings(const struct heap *h);

/* {"address", "type", "size", "refcount", "generation"} */
json_t *json_object_of(const struct heap *h, oid o);

/* Write `value` and a newline; errors are the writer's. */
struct error *json_write(const json_t *value, FILE *out) MUST_CHECK;

#endif
