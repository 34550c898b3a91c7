/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "python/roots/roots-label.h"

char *roots_label_thread(const struct heap_thread *ht)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	str_add(&s, "thread");
	if (ht->native_id)
		str_addf(&s, " %" PRId64, ht->native_id);
	if (*ht->name)
		str_addf(&s, " '%s'", ht->name);
	return str_take(&s);
}

char *roots_label_frame(const struct heap *h, const struct heap_frame *hf)
{
	CLEANUP(freep) char *thread =
		roots_label_thread(&h->threads.v[hf->thread]);

	if (!hf->line)
		return xasprintf("%s, %s (%s)", thread, hf->function,
				 hf->file);
	return xasprintf("%s, %s (%s:%" PRId32 ")", thread, hf->function,
			 hf->file, hf->line);
}
