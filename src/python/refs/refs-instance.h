/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/refs-instance.h - what instances of classes made at run time
 * hold themselves: attributes, __slots__, __dict__, their class.
 */
#ifndef PYTHON_REFS_REFS_INSTANCE_H
#define PYTHON_REFS_REFS_INSTANCE_H

#include "python/refs/refs.h"

/* What subtype_traverse() visits before it goes on with a base's traverse. */
enum refs_result refs_instance(struct python *py, const struct pytype *t,
			       raddr obj, struct refs *ret);
/* PyObject_VisitManagedDict(): 3.11 and later. */
enum refs_result refs_instance_managed(struct python *py,
				       const struct pytype *t, raddr obj,
				       struct refs *ret);

#endif
