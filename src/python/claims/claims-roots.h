/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/claims/claims-roots.h - pointers in libraries' data, CPython's state
 * and on stacks.
 */
#ifndef PYTHON_CLAIMS_CLAIMS_ROOTS_H
#define PYTHON_CLAIMS_CLAIMS_ROOTS_H

#include "python/claims/claims-data.h"

/*
 * Claim nodes for libraries (the id is the index of the first mapping of the
 * file), for CPython (what its own file has, its interpreters and its threads'
 * states; `own` are further addresses of blocks that are its own) and for
 * stacks, from 128 bytes below the stack pointer on: what lies further down is
 * from calls that have returned (the red zone of the x86-64 ABI is in use).
 *
 * What lies in a library's data and is no root: main_arena of glibc's malloc,
 * and objects, but for the words of static types that may be pointers.
 */
void claims_of_roots(struct claims *c, const struct raddr_vec *own);

/* Does the region have data of the file that CPython is in? */
bool claims_is_python_s(const struct claims *c, const struct region *r);

#endif
