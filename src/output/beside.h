/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/beside.h - the summaries of several processes, side by side.
 *
 * A process is added when it has been read, and its heap may be closed then.
 * Types of the same name are one row, with the bytes that each process has.
 */
#ifndef OUTPUT_BESIDE_H
#define OUTPUT_BESIDE_H

#include <jansson.h>

#include "analysis/summary.h"
#include "output/format.h"

struct beside_process {
	int64_t pid;
	char *command;
	uint64_t resident, objects, bytes;
	json_t *value;		/* NULL for text */
};
VEC_DEFINE(beside_process_vec, struct beside_process);

/* The objects of a type in one process. */
struct beside_type {
	char *name;
	size_t process;
	struct tally sum;
};
VEC_DEFINE(beside_type_vec, struct beside_type);

struct beside {
	struct beside_process_vec processes;
	struct beside_type_vec types;
};

void beside_release(struct beside *b);

/* Add a process; `value`, its own summary as JSON, is taken over; NULL: text is
 * wanted. */
void beside_add(struct beside *b, const struct heap *h,
		const struct summary *s, json_t *value);

/* At most `limit` types; 0: all.  `sort` is as for summary_build(). */
void beside_text(struct beside *b, enum summary_sort sort, uint64_t limit,
		 const struct format *f, struct str *out);
/* A new reference. */
json_t *beside_json(struct beside *b, enum summary_sort sort, uint64_t limit);

#endif
