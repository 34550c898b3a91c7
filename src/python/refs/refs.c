/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/refs/refs.h"

void refs_release(struct refs *r)
{
	raddr_vec_release(&r->to);
	ref_name_vec_release(&r->names);
	u32_vec_release(&r->borrowed);
	raddr_vec_release(&r->keys);
}
