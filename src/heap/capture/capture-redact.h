/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-redact.h - a heap without what nobody else may read.
 *
 * REDACT_CONTENTS keeps what the program's source has: names of attributes,
 * globals, classes, modules, functions, files.  What strings, bytes and
 * numbers hold goes, and so do keys of dicts that are no namespace, names of
 * threads and the command line.  REDACT_ALL leaves of all that only what is
 * CPython's own: the names of static types and of the members of its structs.
 */
#ifndef HEAP_CAPTURE_CAPTURE_REDACT_H
#define HEAP_CAPTURE_CAPTURE_REDACT_H

#include "heap/naming.h"

struct redacted {
	struct heap heap;	/* shares what it can with the original */
	struct heap_details details;
	uint32_t *codes, *text;
	struct heap_name_vec names;
	struct u64_vec text_start;
	struct str text_bytes;
};

/* `details` are those of `h`, which must outlive *ret. */
void redact(struct heap *h, const struct heap_details *details,
	    enum heap_redaction how, struct redacted *ret);
void redacted_release(struct redacted *r);

#endif
