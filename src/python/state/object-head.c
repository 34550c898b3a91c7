/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/state/object-head.h"

/*
 * The count of the owning thread, and that of all others, shifted by two bits
 * of state.  Their sum may be 0 or less while they
 * are being merged.  3.14 and later add PY_SSIZE_T_MAX / 8 for objects whose
 * references on the stack are not counted.
 */
uint32_t object_head_split_refcount(const struct python *py, const uint8_t *p)
{
	uint32_t local = get_u32(p + py->layout.object_ref_local);
	int64_t shared = (int64_t)get_u64(p + py->layout.object_ref_shared);
	int64_t count = local + (shared >> 2);

	if (local == UINT32_MAX || count >= REFCOUNT_IMMORTAL)
		return REFCOUNT_IMMORTAL;
	return count > 0 ? (uint32_t)count : 0;
}
