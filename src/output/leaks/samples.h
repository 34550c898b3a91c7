/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/leaks/samples.h - a few entries of a container, to recognise it by.
 */
#ifndef OUTPUT_LEAKS_SAMPLES_H
#define OUTPUT_LEAKS_SAMPLES_H

#include "heap/heap.h"

/*
 * Add the last entries of the container `o`: "'conn-7', 'conn-8', 'conn-9'".
 * Of a dict they are its keys.  Adds nothing if they have no short text: they
 * are objects, or contents that a redacted capture does not have.
 */
void samples_add(struct heap *h, oid o, struct str *out);

#endif
