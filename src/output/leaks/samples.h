/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/leaks/samples.h - a few entries of a container, to recognise it by.
 */
#ifndef OUTPUT_LEAKS_SAMPLES_H
#define OUTPUT_LEAKS_SAMPLES_H

#include "heap/heap.h"

#define SAMPLES_MAX 3

struct samples {
	struct str text[SAMPLES_MAX];
	unsigned int nr;
};

/*
 * The last entries of the container `o`, oldest first: "'conn-8'", "'conn-9'".
 * Of a dict they are its keys.  There are none if they have no short text: they
 * are objects, or contents that a redacted capture does not have; and for
 * OID_NONE.  The caller releases `*ret` by samples_clear().
 */
void samples_find(struct heap *h, oid o, struct samples *ret);
void samples_clear(struct samples *s);

#endif
