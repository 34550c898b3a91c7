/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/leaks/leaks.h - the leak suspects, as text and as JSON.
 */
#ifndef OUTPUT_LEAKS_LEAKS_H
#define OUTPUT_LEAKS_LEAKS_H

#include <jansson.h>

#include "analysis/compare/explained.h"
#include "analysis/suspects/suspects-memory.h"
#include "analysis/suspects/tasks.h"
#include "output/format.h"
#include "output/leaks/samples.h"

struct leaks_found {
	const struct suspects *suspects;
	const struct tasks *tasks;
	uint64_t limit;		/* how many suspects are shown; 0: all */
	/* What the resident memory is; NULL: not known. */
	const struct ledger *ledger;
	/* How it differs from that of the oldest capture; NULL: not known. */
	const struct ledger_growth *growth;
	uint64_t older_taken_at; /* when that one was taken, or 0 */
	/* How much of it the suspects that are shown and the findings of the
	 * ledger explain. */
	struct explained explained;
	bool has_findings;	/* that explain a part of it */
	/* The targets of the process as they were typed, oldest first; the last
	 * one is that of `suspects`. */
	const char *const *targets;
	size_t nr_targets;
	bool reordered;		/* they were given in another order */
};

/* Set all that is known of the memory, and how much of it the first
 * found->limit of found->suspects explain.  `memory` must outlive `found`. */
void leaks_set_memory(struct leaks_found *found,
		      const struct suspects_memory *memory);

void leaks_text(const struct leaks_found *found, const struct format *f,
		struct str *out);
/* A new reference; pyheld-json(5) has the keys. */
json_t *leaks_json(const struct leaks_found *found);

/* Parts of these reports, for a report on several processes. */

/* Add what the suspect is and what it keeps, as one sentence without a line
 * end. */
void leaks_add_sentence(const struct suspects *s,
			const struct suspect *suspect, struct str *out);
/* Add the lines below that: types, growth, the usual fix, the chain, and the
 * command that shows more of found->targets. */
void leaks_add_details(const struct leaks_found *found,
		       const struct suspect *suspect, const struct format *f,
		       struct str *out);
/* Add a paragraph, wrapped also if `f` has no width; `indent`: of all lines but
 * the first. */
void leaks_add_wrapped(const char *text, unsigned int indent,
		       const struct format *f, struct str *out);
/* Does the ledger say that native code leaks memory? */
bool leaks_has_native(const struct leaks_found *found);

/* --- leaks-words.c --- */

/*
 * Add the sentence that says what the suspect is, e.g. "the list app.SESSIONS
 * only grows".  `place` is Python, or words, for the object that is to blame.
 */
void leaks_add_title(const struct suspects *s, const struct suspect *suspect,
		     const char *place, struct str *out);
/* Some entries that a programmer recognises: of the container that is to blame,
 * not of a set of objects.  The caller releases `*ret` by samples_clear(). */
void leaks_find_samples(const struct suspects *s,
			const struct suspect *suspect, struct samples *ret);
/* What usually fixes it, in one sentence or two; a constant. */
const char *leaks_fix(const struct suspects *s, const struct suspect *suspect);
/* Add the name of a type, shortened like format_fit() does if it is long. */
void leaks_add_type(const struct suspects *s, uint32_t type, struct str *out);
/* Add Python, or words, for the path from a root to `o`: "app.SESSIONS". */
void leaks_add_place(const struct suspects *s, oid o, struct str *out);

#endif
