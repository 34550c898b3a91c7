/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/version1.h - facts from the text of captures of version 1.
 *
 * Rows of version 1 have text as it was shown ("thread 4242 'MainThread',
 * handler (/srv/app.py:12), local request") where those of version 2 have
 * kinds, names and numbers.  This is the one place where such text is taken
 * apart.  It may go when nobody has captures of pyheld 0.1 any more.
 */
#ifndef HEAP_CAPTURE_VERSION1_H
#define HEAP_CAPTURE_VERSION1_H

#include "heap/naming.h"

/*
 * Set slot, number, thread and likely of heap.roots by their names, and cut
 * the names down to what struct heap_root wants.  heap.threads must be read.
 * Text that version 1 would not have written stays as it is: SLOT_NAMED.
 */
void version1_roots(struct heap *h);

/* Set the kind and the number of names of references by their text, and cut
 * the text down to what struct heap_name wants. */
void version1_names(struct heap_name_vec *names);

#endif
