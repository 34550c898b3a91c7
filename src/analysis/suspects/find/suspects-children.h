/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/find/suspects-children.h - what a holder is called by what
 * hangs on it: callbacks, tasks, exceptions.
 */
#ifndef ANALYSIS_SUSPECTS_FIND_SUSPECTS_CHILDREN_H
#define ANALYSIS_SUSPECTS_FIND_SUSPECTS_CHILDREN_H

#include "analysis/suspects/suspect.h"

/*
 * The kind of most children of suspect->object, keys and numbers aside;
 * NR_SUSPECT_KINDS: they are data.  Sets suspect->entry_type to the type of
 * most children, UINT32_MAX if there is none.  `*flags` are those that
 * SUSPECT_EXCEPTION has then, else 0.  Only the first few thousand are asked.
 */
enum suspect_kind suspects_children_kind(struct suspects *s,
					 struct suspect *suspect,
					 uint32_t *flags);

/* Has `o` a traceback, as an exception that has been raised? */
bool suspects_children_have_traceback(const struct heap *h, oid o);

#endif
