/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/capture/capture-redact.h - make a heap without what is private.
 *
 * REDACT_CONTENTS keeps what can be a name in the program's source
 * (redact-names.h): of attributes, globals, classes, modules, functions, files.
 * It leaves out what strings, bytes and numbers hold, keys of dicts that are no
 * namespace, names of threads and of ContextVars, and the command line.
 * REDACT_ALL keeps only names of CPython itself: those of static types
 * (redact-own.h) and of members of its structs.  It leaves out the host and the
 * labels, too, and hides the identity (heap/capture/identity.h).
 *
 * A class or a module whose name is left out is named by its address, so that
 * it has the same name in all captures of a process.
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

/*
 * Rename the types, modules and classes of a REDACT_ALL capture that an older
 * pyheld numbered, each capture in its own way: by their addresses, as redact()
 * names them.  So captures of one process can be compared.  `h` is complete but
 * for the kinds of its types, which such names do not have.
 */
void redact_rename(struct heap *h);

#endif
