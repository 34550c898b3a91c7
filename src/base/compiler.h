/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/compiler.h - short names for what GNU C offers.
 *
 * MUST_CHECK	the compiler warns where the function's result is not used
 * PRINTF(n, m)	argument n is printf()'s format, its values begin at m
 * CLEANUP(f)	calls f(&variable) when the variable goes out of scope
 * UNUSED	no warning if it is not used
 * likely(x), unlikely(x)  is `x` true in most cases, or false?
 *
 * MIN() and MAX() evaluate one of their arguments twice.  round_up(x, to) is
 * the next multiple of `to`, a power of two, or `x`; past 2^64 it goes on at 0.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define CLEANUP(f) __attribute__((cleanup(f)))
#define UNUSED __attribute__((unused))
/* For functions that are called for each object, where a measurement shows that
 * the compiler's own choice is slow. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

static inline uint64_t round_up(uint64_t x, uint64_t to)
{
	return (x + to - 1) & ~(to - 1);
}

/* `p` without its const, for an interface that only reads what it gets. */
static inline void *unconst(const void *p)
{
	return (void *)(uintptr_t)p; /* NOLINT(performance-no-int-to-ptr) */
}

#endif
