/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/emit.h - JSON values that several reports have in common.
 *
 * Named emit_*: the prefix json_ is jansson's, whose values these are.
 * pyheld-json(5) has the keys.  Keys are lower case, addresses are strings
 * "0x...", sizes are bytes, times are seconds since the epoch, names of
 * durations end in _ns.  What is not known is null.  All functions that return
 * a value return a new reference.  Without memory, they end the program.
 */
#ifndef OUTPUT_EMIT_H
#define OUTPUT_EMIT_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"
#include "heap/heap.h"

/* A string; null if `text` is NULL.  Bytes that are no UTF-8 are escaped. */
json_t *emit_text(const char *text);
/* A string "0x...". */
json_t *emit_address(uint64_t address);
json_t *emit_count(uint64_t n);

/*
 * Set a key of an object; add an item to an array.  They take the reference to
 * `value`.  If `value` is NULL, jansson had no memory for it: the program ends.
 */
void emit_put(json_t *object, const char *key, json_t *value);
void emit_push(json_t *array, json_t *value);

json_t *emit_target(const struct heap *h);
json_t *emit_python(const struct heap *h);
json_t *emit_gc(const struct heap *h, const struct heap_interpreter *i);
json_t *emit_interpreters(const struct heap *h);
/* {"mortal": {"count", "size", "bytes"}, "immortal"}, or null. */
json_t *emit_interned(const struct heap *h);
/* The id of the interpreter whose class a type is, or null. */
json_t *emit_interpreter_of(const struct heap *h, uint32_t type);
json_t *emit_threads(const struct heap *h);
/* {"kind", "name", "expression"} */
json_t *emit_root(const struct heap *h, const struct heap_root *root);
json_t *emit_warnings(const struct heap *h);

/* heap.size of `o`; null: it is not known. */
json_t *emit_size(const struct heap *h, oid o);
/* {"address", "type", "size", "bytes", "refcount", "generation"} */
json_t *emit_object_of(const struct heap *h, oid o);

/*
 * Write `value`, indented, and a newline.
 *
 * ERR_SYSTEM: it can't be written.  What stays in the buffer of `out` is not
 * checked: see fflush().
 */
struct error *emit_write(const json_t *value, FILE *out) MUST_CHECK;

/* So many members of a cycle, or of a group of garbage, are listed in JSON. */
#define EMIT_MEMBERS_MAX 1000

#endif
