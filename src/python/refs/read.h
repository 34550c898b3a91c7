/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/read.h - pyheld's own readers of references.
 *
 * To add a reader: an enum reader, a case in read_refs_as(), a rule in choose.c
 * that recognises the type by the address of its tp_traverse, and a type in
 * tests/targets/zoo*.py, whose references the tests then compare.
 */
#ifndef PYTHON_REFS_READ_H
#define PYTHON_REFS_READ_H

#include "python/refs/refs.h"

/*
 * Append the references of the object at `obj`, an instance of `t`, in the
 * order in which its tp_traverse visits them.
 */
enum refs_result read_refs(struct python *py, const struct pytype *t,
			   raddr obj, struct refs *ret);
/*
 * Append the references that t->reader finds in the object at `obj`, but not
 * what subtype_traverse() itself visits of an instance of a class made at run
 * time.
 */
enum refs_result read_refs_as(struct python *py, const struct pytype *t,
			      raddr obj, struct refs *ret);

/*
 * The number of items of an instance of the struct sequence `type` (such as
 * os.stat_result): more than the tuple shows.  0: it is no struct sequence.
 */
uint64_t read_structseq_fields(struct python *py, raddr type);

#endif
