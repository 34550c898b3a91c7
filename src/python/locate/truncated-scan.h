/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/truncated-scan.h - objects and functions of a truncated core
 * that no list leads to any more.
 *
 * The memory that is there is scanned, 16 bytes at a time, up to a bound.
 */
#ifndef PYTHON_LOCATE_TRUNCATED_SCAN_H
#define PYTHON_LOCATE_TRUNCATED_SCAN_H

#include "python/state/python.h"

/*
 * Where a list of the collector led to what is missing: add the containers
 * that are there all the same to the heap, and warn of that.  Does nothing
 * otherwise.
 */
void truncated_scan(struct python *py);

/* The address of subtype_traverse: what most classes have as tp_traverse.
 * 0: no class is there. */
raddr truncated_scan_traverse(struct python *py);

#endif
