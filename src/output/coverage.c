/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heap/pointed.h"
#include "output/coverage.h"
#include "output/emit.h"
#include "output/format.h"

const char *coverage_found(const struct heap *h, oid o, uint32_t i)
{
	if (heap_is_guess(h, o, i))
		return "scan";
	if (i < heap_nr_visited(h, o))
		return "tp_traverse";
	return heap_is_pointed(h, o, i) ? "pointer" : "field";
}

void coverage_add_legend(unsigned int indent, struct str *out)
{
	format_pad(out, indent);
	str_add(out, "* found by a scan of memory: a guess, the reference may"
		     " not exist\n");
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
	str_add(out, " of the target's memory are missing");
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

static void add_coverage_share(struct str *out, uint64_t nr, const char *how)
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
	add_coverage_share(out, info->nr_emulated,
			   "by their type's code, emulated");
	add_coverage_share(out, info->nr_scanned,
			   "scanned for pointers (a guess)");
	add_coverage_share(out, info->nr_unread, "unreadable");
	add_coverage_share(out, info->nr_bad_pointers,
			   "references to no object");
}

json_t *coverage_json(const struct heap *h)
{
	const struct heap_info *info = &h->info;
	json_t *ret = json_object();

	emit_put(ret, "native", emit_count(info->nr_native));
	emit_put(ret, "emulated", emit_count(info->nr_emulated));
	emit_put(ret, "scanned", emit_count(info->nr_scanned));
	emit_put(ret, "unread", emit_count(info->nr_unread));
	emit_put(ret, "bad_pointers", emit_count(info->nr_bad_pointers));
	emit_put(ret, "lost_bytes", emit_count(info->nr_lost_bytes));
	emit_put(ret, "missing_objects", emit_count(info->nr_missing_objects));
	emit_put(ret, "partial", json_boolean(heap_is_partial(h)));
	emit_put(ret, "emulator", json_boolean(info->emulator));
	emit_put(ret, "bytes_known", json_boolean(info->bytes_known));
	return ret;
}
