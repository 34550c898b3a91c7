/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "output/emit.h"
#include "output/site.h"

/* The traceback of `o`; NULL: it is not known. */
static const struct heap_traceback *traceback_of(const struct heap *h, oid o)
{
	const struct heap_allocations *a = &h->allocations;
	const struct heap_allocation *from =
		heap_allocations_find(a, h->address[o]);

	return from ? &a->tracebacks.v[from->traceback] : NULL;
}

void site_add(const struct heap *h, struct heap_site site, struct str *out)
{
	str_addf(out, "%s:%" PRIu32, h->allocations.files.v[site.file],
		 site.line);
}

void site_add_line(const struct heap *h, oid o, const char *indent,
		   struct str *out)
{
	const struct heap_traceback *t = traceback_of(h, o);

	if (!t)
		return;
	str_addf(out, "%sallocated at ", indent);
	site_add(h, h->allocations.sites.v[t->first], out);
	str_add_char(out, '\n');
}

void site_add_traceback(const struct heap *h, oid o, const char *indent,
			struct str *out)
{
	const struct heap_traceback *t = traceback_of(h, o);

	for (uint32_t i = t ? t->nr : 0; i--;) {
		str_add(out, indent);
		site_add(h, h->allocations.sites.v[t->first + i], out);
		str_add_char(out, '\n');
	}
}

json_t *site_json(const struct heap *h, struct heap_site site)
{
	json_t *ret = json_object();

	emit_put(ret, "file", emit_text(h->allocations.files.v[site.file]));
	emit_put(ret, "line", emit_count(site.line));
	return ret;
}

json_t *site_json_of(const struct heap *h, oid o)
{
	const struct heap_traceback *t = traceback_of(h, o);

	return t ? site_json(h, h->allocations.sites.v[t->first]) :
		   json_null();
}

json_t *site_traceback_json(const struct heap *h, oid o)
{
	const struct heap_traceback *t = traceback_of(h, o);
	json_t *ret = json_array();

	for (uint32_t i = t ? t->nr : 0; i--;)
		emit_push(ret, site_json(h, h->allocations.sites.v[t->first +
								   i]));
	return ret;
}
