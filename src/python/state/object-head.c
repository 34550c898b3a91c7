/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/state/object-head.h"

/*
 * Free-threaded builds: the count of the owning thread, and that of all
 * others, shifted by two bits of state.  Their sum may be 0 or less while they
 * are being merged.  3.14 and later add PY_SSIZE_T_MAX / 8 for objects whose
 * references on the stack are not counted.
 */
static uint32_t split_refcount(const struct python *py, const uint8_t *p)
{
	uint32_t local = get_u32(p + py->layout.object_ref_local);
	int64_t shared = (int64_t)get_u64(p + py->layout.object_ref_shared);
	int64_t count = local + (shared >> 2);

	if (local == UINT32_MAX || count >= REFCOUNT_IMMORTAL)
		return REFCOUNT_IMMORTAL;
	return count > 0 ? (uint32_t)count : 0;
}

/* From 3.12 on bit 31 of the low word marks immortal objects. */
uint32_t object_head_refcount(const struct python *py, const uint8_t *p)
{
	uint64_t full;
	uint32_t low;

	if (py->free_threaded)
		return split_refcount(py, p);
	full = get_u64(p + py->layout.object_refcount);
	low = (uint32_t)full;
	if (py->minor >= 12)
		return (int32_t)low < 0 ? REFCOUNT_IMMORTAL : low;
	return full >= REFCOUNT_IMMORTAL ? REFCOUNT_IMMORTAL : low;
}
