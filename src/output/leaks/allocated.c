/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/sites/commonest.h"
#include "output/format.h"
#include "output/leaks/allocated.h"
#include "output/site.h"

void leaks_add_allocated(const struct suspects *s,
			 const struct suspect *suspect, struct str *out)
{
	struct commonest c = commonest_find(s->heap, suspect->members);

	if (!c.nr)
		return;
	site_add(s->heap, c.site, out);
	str_add(out, " (");
	format_count(out, c.nr);
	str_add(out, " of ");
	format_counted(out, c.known, "object");
	str_add_char(out, ')');
}
