/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/bench/service.h - a made heap of the shape of a service's: a module
 * with names, a list that grows, instances that each have a dict, strings and
 * a class, pairs that refer to each other, and some garbage.
 */
#ifndef TESTS_BENCH_SERVICE_H
#define TESTS_BENCH_SERVICE_H

#include "heap/heap.h"

/* About `nr` objects, more than 100; the same each time. */
void service_make(struct heap *h, uint32_t nr);

#endif
