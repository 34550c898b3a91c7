/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/suspects/own-modules.h - the modules of a heap by their names, and
 * which of them are the program's own: neither Python's nor those of installed
 * packages, as the `__file__` of the module says.
 */
#ifndef ANALYSIS_SUSPECTS_OWN_MODULES_H
#define ANALYSIS_SUSPECTS_OWN_MODULES_H

#include "analysis/graph/reach.h"

struct own_modules {
	struct heap *heap;
	const struct reach *reach;
	/* Indices in reach.namespaces of those whose module has a name, by
	 * name; of equal names the first one comes first. */
	uint32_t *by_name;
	uint32_t nr;
	uint8_t *own;		/* by place in by_name: see own-modules.c */
	uint64_t *namespaces;	/* the objects of reach.namespaces: a set */
};

/* Both must outlive `*ret`.  The caller releases it by
 * own_modules_release(). */
void own_modules_build(struct heap *h, const struct reach *r,
		       struct own_modules *ret);
void own_modules_release(struct own_modules *m);

/* Is `o` the namespace of a module? */
bool own_modules_has_namespace(const struct own_modules *m, oid o);

/* Is the module whose name has `len` bytes one of the program's own?  The main
 * module is.  Where the file of a module is not known, it is not. */
bool own_modules_is_own(struct own_modules *m, const char *name, size_t len);

/* Does a module of the program define the class?  The name of a class is
 * MODULE.CLASS or MODULE.CLASS.CLASS. */
bool own_modules_defines(struct own_modules *m, const char *class_name);

/* The name of the module that has `o`, which is reached, below one of its
 * globals, or NULL. */
const char *own_modules_above(const struct own_modules *m, oid o);

#endif
