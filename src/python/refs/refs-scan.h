/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/refs/refs-scan.h - references by a scan for pointers, where neither a
 * reader nor the emulator can tell them.
 */
#ifndef PYTHON_REFS_REFS_SCAN_H
#define PYTHON_REFS_REFS_SCAN_H

#include "python/refs/refs.h"

/* ElementObjectExtra of Modules/_elementtree.c is { attrib, length, allocated,
 * children }: the offset of length. */
#define ELEMENT_EXTRA_LENGTH 8

/*
 * Append what the object at `obj`, an instance of `t`, seems to refer to: by
 * the readers of its bases as far as they go, then each word that points to an
 * object, which is added to the heap.
 */
void refs_scan(struct python *py, const struct pytype *t, raddr obj,
	       struct refs *ret);

#endif
