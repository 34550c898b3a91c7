/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/malloc/libc.h - the C library of a target: its data, its version.
 */
#ifndef NATIVE_MALLOC_LIBC_H
#define NATIVE_MALLOC_LIBC_H

#include "native/native.h"

struct libc {
	const char *path;	/* the target's; NULL: it has no glibc */
	unsigned int minor;	/* 36: glibc 2.36; 0: unknown */
};

/* Find glibc among the mappings, by the name of its file. */
void libc_find(struct native *n, struct libc *ret);

/*
 * The first mapping of its data at `*i` or behind it in n->target->mappings,
 * and `*i` is then behind that; NULL: no more.
 */
const struct mapping *libc_data(struct native *n, const struct libc *libc,
				size_t *i);

#endif
