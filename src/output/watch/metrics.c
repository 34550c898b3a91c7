/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/watch/metrics.h"

/* A family: all of its samples follow. */
static void add_family(struct str *out, const char *name, const char *unit,
		       const char *help)
{
	str_addf(out, "# TYPE %s gauge\n", name);
	if (unit)
		str_addf(out, "# UNIT %s %s\n", name, unit);
	str_addf(out, "# HELP %s %s\n", name, help);
}

/* The value of a label: both formats escape these three, and no more. */
static void add_escaped(struct str *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			str_add(out, "\\n");
		else if (*value == '\\' || *value == '"')
			str_addf(out, "\\%c", *value);
		else
			str_add_char(out, *value);
	}
}

/* Open a sample; the caller adds a space and the value. */
static void add_name(const struct metrics *m, struct str *out,
		     const char *name, const char *label, const char *value)
{
	str_addf(out, "%s{pid=\"", name);
	add_escaped(out, m->process);
	str_add_char(out, '"');
	if (label) {
		str_addf(out, ",%s=\"", label);
		add_escaped(out, value);
		str_add_char(out, '"');
	}
	str_add_char(out, '}');
}

static void add_one(const struct metrics *m, struct str *out, const char *name,
		    const char *unit, const char *help, uint64_t value)
{
	add_family(out, name, unit, help);
	add_name(m, out, name, NULL, NULL);
	str_addf(out, " %" PRIu64 "\n", value);
}

static void add_pause(const struct metrics *m, struct str *out)
{
	static const char name[] = "pyheld_pause_seconds";

	add_family(out, name, "seconds", "How long the last sample stopped the"
		   " process.");
	add_name(m, out, name, NULL, NULL);
	str_add_char(out, ' ');
	str_add_double(out, (double)m->heap->info.pause_ns / 1e9);
	str_add_char(out, '\n');
}

/* --- types --- */

static void add_types(const struct metrics *m, struct str *out)
{
	static const char count[] = "pyheld_growing_type_objects";
	static const char growth[] = "pyheld_growing_type_growth_objects";

	if (!m->nr_top)
		return;
	add_family(out, count, NULL, "Objects of the types that grew most since"
		   " the first sample.");
	for (unsigned int i = 0; i < m->nr_top; i++) {
		add_name(m, out, count, "type", m->top[i]->name);
		str_addf(out, " %" PRIu64 "\n", m->top[i]->last);
	}
	add_family(out, growth, NULL, "Growth of these types since the first"
		   " sample.");
	for (unsigned int i = 0; i < m->nr_top; i++) {
		add_name(m, out, growth, "type", m->top[i]->name);
		str_addf(out, " %" PRIu64 "\n",
			 m->top[i]->last - m->top[i]->first);
	}
}

/* --- memory --- */

static void add_parts(const struct metrics *m, struct str *out)
{
	static const char name[] = "pyheld_memory_bytes";
	const struct heap_memory *memory = &m->heap->memory;
	uint64_t parts[NR_MEMORY_PARTS] = { 0 };

	for (size_t i = 0; i < memory->lines.nr; i++)
		parts[memory->lines.v[i].part] += memory->lines.v[i].bytes;
	add_family(out, name, "bytes", "What the resident memory is; the parts"
		   " of pyheld-memory(1), which add up to"
		   " pyheld_resident_bytes.");
	for (unsigned int i = 0; i < NR_MEMORY_PARTS; i++) {
		CLEANUP(str_release) struct str part = STR_INIT;

		if (!parts[i])
			continue;
		memory_part_name(i, &part);
		add_name(m, out, name, "part", part.s);
		str_addf(out, " %" PRIu64 "\n", parts[i]);
	}
	add_name(m, out, name, "part", "unexplained");
	str_addf(out, " %" PRId64 "\n", memory->unexplained);
}

struct raw_owner {
	const char *name;
	uint64_t bytes;
};
VEC_DEFINE(raw_owner_vec, struct raw_owner);

static int compare_owner_names(const void *a, const void *b)
{
	const struct raw_owner *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int compare_owner_bytes(const void *a, const void *b)
{
	const struct raw_owner *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return strcmp(x->name, y->name);
}

/*
 * The types and libraries that own raw memory, most bytes first.  Classes of
 * one name are one owner: a series may be there only once.
 */
static void find_owners(const struct heap *h, struct raw_owner_vec *ret)
{
	size_t nr = 0;

	for (size_t i = 0; i < h->memory.lines.nr; i++) {
		const struct heap_memory_line *l = &h->memory.lines.v[i];

		if (memory_part_kind(l->part) != MEMORY_RAW ||
		    memory_part_has(l->part) == LINE_HAS_NOTHING)
			continue;
		raw_owner_vec_push(ret, (struct raw_owner){
			l->type < h->types.nr ? h->types.v[l->type].name :
						l->name, l->bytes });
	}
	if (!ret->nr)
		return;
	qsort(ret->v, ret->nr, sizeof(*ret->v), compare_owner_names);
	for (size_t i = 0; i < ret->nr; i++) {
		if (nr && !strcmp(ret->v[nr - 1].name, ret->v[i].name))
			ret->v[nr - 1].bytes += ret->v[i].bytes;
		else
			ret->v[nr++] = ret->v[i];
	}
	ret->nr = nr;
	qsort(ret->v, nr, sizeof(*ret->v), compare_owner_bytes);
}

static void add_raw(const struct metrics *m, struct str *out)
{
	static const char name[] = "pyheld_raw_bytes";
	CLEANUP(raw_owner_vec_release) struct raw_owner_vec owners = VEC_INIT;

	find_owners(m->heap, &owners);
	if (!owners.nr)
		return;
	add_family(out, name, "bytes", "Raw memory, by the type or library that"
		   " owns most of it.");
	for (size_t i = 0; i < owners.nr && i < METRICS_RAW; i++) {
		add_name(m, out, name, "owner", owners.v[i].name);
		str_addf(out, " %" PRIu64 "\n", owners.v[i].bytes);
	}
}

static void add_sample(const struct metrics *m, struct str *out)
{
	add_one(m, out, "pyheld_resident_bytes", "bytes", "Resident memory of"
		" the process.", m->sample->resident);
	add_one(m, out, "pyheld_objects", NULL, "Python objects that the"
		" process has.", m->sample->objects);
	add_one(m, out, "pyheld_objects_bytes", "bytes", "What the objects"
		" take.", m->sample->bytes);
	add_pause(m, out);
	add_types(m, out);
	if (!heap_memory_is_known(&m->heap->memory))
		return;
	add_parts(m, out);
	add_raw(m, out);
}

void metrics_text(const struct metrics *m, struct str *out)
{
	add_one(m, out, "pyheld_up", NULL, "1: the process could be sampled; 0:"
		" it has ended or can't be read.", m->heap != NULL);
	if (m->taken_at)
		add_one(m, out, "pyheld_sample_timestamp_seconds", "seconds",
			"When the last sample was taken.", m->taken_at);
	add_one(m, out, "pyheld_samples", NULL, "Samples that this watch has"
		" taken.", m->nr_samples);
	add_one(m, out, "pyheld_captures", NULL, "Captures that this watch has"
		" written.", m->nr_captures);
	if (m->heap)
		add_sample(m, out);
	str_add(out, "# EOF\n");
}
