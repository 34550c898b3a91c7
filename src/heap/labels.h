/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/labels.h - what a user says of a target: KEY=VALUE, such as
 * release=1.4.2.
 *
 * Labels are heap.info.labels: texts "KEY=VALUE", valid UTF-8 without control
 * bytes, that the heap owns.  Each key is there once.
 */
#ifndef HEAP_LABELS_H
#define HEAP_LABELS_H

#include <stdbool.h>

#include "base/vec.h"

/* So many labels can a heap have: looking for a key goes through all. */
#define LABELS_MAX 64

/*
 * Is `text` a label?  KEY is a letter or _, then up to 62 letters, digits and
 * _, all ASCII, so that it is a name in any language of queries.  VALUE is any
 * text, which may be empty.
 */
bool labels_is_one(const char *text);

/*
 * Set a label; one that has the same key is replaced.  False: `text` is no
 * label, or `labels` has LABELS_MAX of them.
 * `labels` owns its texts; the caller frees it by str_vec_free().
 */
bool labels_set(struct str_vec *labels, const char *text);

#endif
