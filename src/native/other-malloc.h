/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/other-malloc.h - libraries that define a malloc() of their own.
 */
#ifndef NATIVE_OTHER_MALLOC_H
#define NATIVE_OTHER_MALLOC_H

#include "target/target-data.h"

/*
 * The first such library that the target has mapped, known by its name
 * (jemalloc, tcmalloc, mimalloc and others); NULL: none.  It need not have
 * replaced libc's malloc(): see malloc_replaced().  The module belongs to the
 * target.
 */
const struct module *other_malloc_find(const struct target *t);

#endif
