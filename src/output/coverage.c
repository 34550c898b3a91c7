/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/coverage.h"
#include "output/format.h"
#include "output/json.h"

void coverage_add_legend(unsigned int indent, struct str *out)
{
	format_pad(out, indent);
	str_add(out, "* found by a scan of memory: a guess, there may be no such"
		" reference\n");
}

void coverage_add_partial(const struct heap *h, const char *name,
			  struct str *out)
{
	const struct heap_info *info = &h->info;

	if (!info->nr_lost_bytes)
		return;
	str_addf(out, "\npartial%s%s: ", name ? " of " : "",
		 name ? name : "");
	format_counted(out, info->nr_lost_bytes, "byte");
	str_add(out, " of the target's memory missing");
	if (info->nr_missing_objects) {
		str_add(out, ", with at least ");
		format_counted(out, info->nr_missing_objects, "object");
	}
	str_add_char(out, '\n');
}

void coverage_add_line(const struct heap *h, const char *name, struct str *out)
{
	const struct heap_info *info = &h->info;

	if (!info->nr_scanned && !info->nr_unread)
		return;
	str_addf(out, "\ncoverage%s%s: ", name ? " of " : "",
		 name ? name : "");
	if (info->nr_scanned) {
		str_add(out, "references of ");
		format_counted(out, info->nr_scanned, "object");
		str_add(out, " are a guess, by a scan of memory");
	}
	if (info->nr_unread) {
		str_add(out, info->nr_scanned ? ", of " : "references of ");
		format_counted(out, info->nr_unread, "object");
		str_add(out, " could not be read");
	}
	str_add_char(out, '\n');
}

static void add_share(struct str *out, uint64_t nr, const char *how)
{
	if (!nr)
		return;
	str_add(out, ", ");
	format_count(out, nr);
	str_addf(out, " %s", how);
}

void coverage_add_all(const struct heap *h, struct str *out)
{
	const struct heap_info *info = &h->info;

	str_add(out, "pyheld's readers ");
	format_count(out, info->nr_native);
	add_share(out, info->nr_emulated, "by their type's code, emulated");
	add_share(out, info->nr_scanned, "scanned for pointers (a guess)");
	add_share(out, info->nr_unread, "unreadable");
	add_share(out, info->nr_bad_pointers, "references to no object");
}

json_t *coverage_json(const struct heap *h)
{
	const struct heap_info *info = &h->info;
	json_t *ret = json_object();

	json_put(ret, "native", json_count(info->nr_native));
	json_put(ret, "emulated", json_count(info->nr_emulated));
	json_put(ret, "scanned", json_count(info->nr_scanned));
	json_put(ret, "unread", json_count(info->nr_unread));
	json_put(ret, "bad_pointers", json_count(info->nr_bad_pointers));
	json_put(ret, "lost_bytes", json_count(info->nr_lost_bytes));
	json_put(ret, "missing_objects", json_count(info->nr_missing_objects));
	json_put(ret, "partial", json_boolean(heap_is_partial(h)));
	json_put(ret, "emulator", json_boolean(info->emulator));
	return ret;
}
