/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-facts.h - rows of the tables of heap/fact.h, heap/lump.h
 * and of struct heap_pointed.
 */
#ifndef HEAP_CAPTURE_CAPTURE_FACTS_H
#define HEAP_CAPTURE_CAPTURE_FACTS_H

#include "heap/capture/capture-row.h"
#include "heap/heap.h"

/* Add the fields of a row of TABLE_FACTS or TABLE_TEXT_HASHES to `row`. */
void capture_fact_write(const struct heap_fact *f, struct str *row);
void capture_text_hash_write(const struct heap_text_hash *t, struct str *row);
/* Likewise of TABLE_CODES, TABLE_GENERATORS, TABLE_FUTURES, TABLE_POINTED and
 * TABLE_LUMPS. */
void capture_code_write(const struct heap_code *c, struct str *row);
void capture_generator_write(const struct heap_generator *g, struct str *row);
void capture_future_write(const struct heap_future *f, struct str *row);
void capture_pointed_write(const struct heap_pointed *p, struct str *row);
void capture_lump_write(const struct heap *h, const struct heap_lump *l,
			struct str *row);

/* Read such a row and add it to the heap, if it says something to us.  Who
 * opens the capture checks the numbers of objects. */
void capture_fact_read(struct row *r, struct heap *h);
void capture_text_hash_read(struct row *r, struct heap *h);
void capture_code_read(struct row *r, struct heap *h);
void capture_generator_read(struct row *r, struct heap *h);
void capture_future_read(struct row *r, struct heap *h);
void capture_pointed_read(struct row *r, struct heap *h);
void capture_lump_read(struct row *r, struct heap *h);

#endif
