/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/memory/explained.h - how much of the resident memory a report
 * explains, as text and as JSON.
 *
 * `who` is the subject and the verb, such as "the suspects below explain".  All
 * texts are lines without their ends.
 */
#ifndef OUTPUT_MEMORY_EXPLAINED_H
#define OUTPUT_MEMORY_EXPLAINED_H

#include <jansson.h>

#include "analysis/compare/explained.h"
#include "output/format.h"

/*
 * Add "resident memory grew by 335.0 MiB to 437.2 MiB; the suspects below
 * explain 312.0 MiB of it".  Where less than half is explained, it says so and
 * names the command that shows the rest.  Nothing is added if `e` is not known.
 */
void explained_add(const struct explained *e, const char *who, struct str *out);

/* Add only what stands behind "; ".  Nothing is added if `e` is not known or
 * nothing worth a word grew. */
void explained_add_share(const struct explained *e, const char *who,
			 struct str *out);

/* Add "the owners of 3.0 MiB are a guess: they were found by pointers alone";
 * nothing if the ledger of `h` is not known or no owner is a guess. */
void explained_add_guessed(const struct heap *h, struct str *out);

/* Add what explained_add() and explained_add_guessed() add, as wrapped lines
 * with their ends. */
void explained_text(const struct explained *e, const char *who,
		    const struct heap *h, const struct format *f,
		    struct str *out);

/* Put "resident", "resident_growth" and "explained" into a report; null where
 * they are not known or there is nothing to compare with. */
void explained_json(const struct explained *e, json_t *report);

/* Put "guessed": bytes whose owner was found by pointers alone, or null. */
void explained_guessed_json(const struct heap *h, json_t *report);

#endif
