/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/clock.h - the system's clocks as numbers.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* What the clock shows, in ns; 0: it can't be read. */
static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t))
		return 0;
	return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

#endif
