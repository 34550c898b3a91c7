/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output/memory/memory.h - the ledger of memory, as text and as JSON. */
#ifndef OUTPUT_MEMORY_MEMORY_H
#define OUTPUT_MEMORY_MEMORY_H

#include <jansson.h>

#include "analysis/ledger.h"
#include "output/format.h"

/* Which lines are shown. */
struct memory_shown {
	uint64_t limit;		/* how many of a kind at most; 0: all */
	bool one_kind;		/* only those of `kind` */
	enum memory_kind kind;
	bool brief;		/* text: no lines below 0.1 % of what is
				   resident, none of kinds below 1 % */
};

/*
 * Without f->header, only the rows of the table.  The ledger of `h` is known
 * (its basis is not MEMORY_UNKNOWN).
 */
void memory_text(const struct heap *h, const struct ledger *l,
		 const struct memory_shown *shown, const struct format *f,
		 struct str *out);
/* Add "437.2 MiB resident: 31.0 MiB in Python objects, ...", a line without its
 * end. */
void memory_add_sum(const struct heap *h, const struct ledger *l,
		    struct str *out);
/* Only what stands out: an empty line and a paragraph for each. */
void memory_findings_text(const struct heap *h, const struct ledger *l,
			  const struct format *f, struct str *out);
/* {"resident", "kinds", "unexplained", "findings"}, a new reference. */
json_t *memory_brief_json(const struct heap *h, const struct ledger *l);

/* A new reference; pyheld-json(5) has the keys. */
json_t *memory_json(const struct heap *h, const struct ledger *l,
		    const struct memory_shown *shown);

/* {"kind", "name", "bytes", "count", "part", "type"}, a new reference. */
json_t *memory_line_json(const struct heap *h,
			 const struct heap_memory_line *line);

/* --- words: memory-words.c --- */

/* What a kind is called: "Python objects". */
const char *memory_kind_words(enum memory_kind kind);

/* Add what a line is called: "of numpy.ndarray", "malloc: free chunks". */
void memory_add_line(const struct heap *h, const struct heap_memory_line *line,
		     struct str *out);

/* The same with the names of files, but not their folders. */
void memory_add_short_line(const struct heap *h,
			   const struct heap_memory_line *line,
			   struct str *out);

/* Add a finding as a sentence, "native: 295.0 MiB in 300,000 blocks ...". */
void memory_add_finding(const struct heap *h, const struct finding *f,
			struct str *out);

/* Add what usually helps; nothing if there is nothing to advise. */
void memory_add_advice(const struct heap *h, const struct finding *f,
		       struct str *out);

#endif
