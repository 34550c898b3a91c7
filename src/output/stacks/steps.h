/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/stacks/steps.h - what the steps of a chain are called in a profile.
 *
 * A profile sums up the chains of many objects, so a step has a text that many
 * objects share: an index and most keys are "[...]".  Texts are numbers here:
 * equal texts have the same number.
 *
 * It is made of the recorded codes of the references (heap/naming.h), without
 * naming each reference.
 */
#ifndef OUTPUT_STACKS_STEPS_H
#define OUTPUT_STACKS_STEPS_H

#include "heap/heap.h"
#include "heap/naming.h"

enum steps_kind {
	STEPS_OTHER,
	STEPS_ATTRIBUTE,	/* ".name", also of a module or class */
	STEPS_KEY,		/* "['name']", a short identifier */
	STEPS_DICT,		/* "__dict__" */
};

struct step_text {
	enum steps_kind kind;
	uint32_t text;
};

/* Texts that are always there, by number. */
enum {
	STEPS_NONE,		/* "" */
	STEPS_ITEM,		/* "[...]" */
	STEPS_ANY,		/* ".*": attributes of too many names */
	NR_STEPS_TEXTS,
};

struct texts;

struct steps {
	struct heap *h;
	struct heap_details details;
	struct str bytes;	/* the texts, each ended by NUL */
	struct u64_vec start;	/* of each text, in `bytes` */
	struct texts *texts;	/* the numbers by text; owned */
	/* The numbers of texts that were needed before; 0: not yet. */
	uint32_t *of_type;	/* by type */
	uint32_t *of_name;	/* by index in details.names */
	uint32_t *of_attribute;	/* by text of details */
	uint32_t *of_key;
};

/*
 * `h` must have details and outlive `*ret`, which the caller releases by
 * steps_release(), also after an error.
 *
 * ERR_UNSUPPORTED: it has no details.  ERR_CORRUPT: the capture is damaged.
 */
struct error *steps_init(struct steps *ret, struct heap *h) MUST_CHECK;
void steps_release(struct steps *s);

/* The number of `text`, which is copied. */
uint32_t steps_text(struct steps *s, const char *text);
/* The number of the name of a type: two types of one name have the same. */
uint32_t steps_type(struct steps *s, uint32_t type);

/* The text of this number; valid until the next text is made. */
static inline const char *steps_get(const struct steps *s, uint32_t text)
{
	return s->bytes.s + s->start.v[text];
}

/* The step over reference number `edge` of `o`.  `names`: `o` is a __dict__,
 * whose keys are names of attributes. */
struct step_text steps_of(struct steps *s, oid o, uint32_t edge, bool names);

/* Is reference number `edge` of `o` the one to its __dict__? */
bool steps_is_dict(const struct steps *s, oid o, uint32_t edge);

#endif
