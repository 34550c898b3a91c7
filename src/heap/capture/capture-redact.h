/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-redact.h - make a heap without what is private.
 *
 * REDACT_CONTENTS keeps names that are in the program's source: of attributes,
 * globals, classes, modules, functions, files.  It leaves out what strings,
 * bytes and numbers hold, keys of dicts that are no namespace, names of threads
 * and the command line.  REDACT_ALL keeps only names of CPython itself: those
 * of static types and of members of its structs.  It leaves out the host and
 * the labels, too, and hides the identity (heap/capture/identity.h).
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

/*
 * Make *ret, which has the objects of `h` and texts that `how` permits.
 * `details` are those of `h`.  Both must outlive *ret, which the caller
 * releases.
 */
void redact(struct heap *h, const struct heap_details *details,
	    enum heap_redaction how, struct redacted *ret);
void redacted_release(struct redacted *r);

#endif
