/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "cli/session.h"
#include "cli/status.h"
#include "cli/targets.h"

int targets_order(const struct target_vec *targets, bool newest_first,
		  struct order *ret)
{
	size_t nr = targets->nr;
	CLEANUP(freep) struct heap *heaps = xcalloc(nr, sizeof(*heaps));
	CLEANUP(freep) const struct heap_info **infos =
		xcalloc(nr, sizeof(*infos));
	int status = STATUS_OK;

	*ret = (struct order){ .nr = 0 };
	for (size_t i = 0; i < nr && !status; i++) {
		status = session_peek(targets->v[i], &heaps[i]);
		infos[i] = &heaps[i].info;
	}
	if (!status)
		order_build(infos, nr, newest_first, ret);
	for (size_t i = 0; i < nr; i++)
		heap_release(&heaps[i]);
	return status;
}
