/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reports say of the process, and of its classes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/names/names.h"
#include "python/objects/size.h"
#include "python/report/describe.h"
#include "python/state/truncated.h"
#include "python/state/words.h"
#include "python/types/object-map.h"
#include "python/types/owners.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"
#include "python/values/text.h"

static char *safe_copy(const char *s)
{
	struct str safe = STR_INIT;

	if (s)
		str_add_safe(&safe, s, strlen(s));
	return str_take(&safe);
}

/* "3.13.0 (main, Oct  7 2024, 05:02:14) [GCC 12.2.0]" is sys.version. */
/* In 3.8 sys.version has a line break, which is escaped already. */
static void join_lines(char *s)
{
	char *end = strstr(s, "\\n");

	if (end)
		memmove(end, end + 2, strlen(end + 2) + 1);
}

static void describe_version(struct python *py, struct heap_info *info)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	raddr sysdict = word_at(py, py->interpreters.v[0].address,
				py->layout.interp_sysdict);
	raddr version = dict_get(py, sysdict, "version");
	char *space;

	info->hexversion = py->hexversion;
	if (text_str(py, version, 400, &text, NULL)) {
		join_lines(text.s);
		space = strchr(text.s, ' ');
		if (space)
			*space = '\0';
		info->version = xstrdup(text.s);
		info->build = xstrdup(space ? space + 1 : "");
		return;
	}
	info->version = xasprintf("3.%d.%u", py->minor,
				  py->hexversion >> 8 & 0xff);
	info->build = xstrdup("");
}

static uint32_t mapping_flags(const struct mapping *m)
{
	uint32_t flags = 0;

	flags |= m->prot & SEGMENT_READ ? MAPPING_READ : 0;
	flags |= m->prot & SEGMENT_WRITE ? MAPPING_WRITE : 0;
	flags |= m->prot & SEGMENT_EXEC ? MAPPING_EXECUTE : 0;
	flags |= m->shared ? MAPPING_SHARED : 0;
	flags |= m->deleted ? MAPPING_DELETED : 0;
	return flags;
}

static void describe_mappings(const struct target *t, struct heap_info *info)
{
	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];

		heap_mapping_vec_push(&info->mappings, (struct heap_mapping){
			.start = m->start, .end = m->end,
			.flags = mapping_flags(m), .offset = m->offset,
			.path = safe_copy(m->path) });
	}
}

static void warn_of_traverse(struct python *py, const struct pytype *t)
{
	CLEANUP(freep) char *name = type_names_full(py, t);

	/* The tp_traverse of a capsule belongs to who made it. */
	if (t->nr_failed && t->address != py->known.capsule)
		heap_warn(py->heap, "tp_traverse of %s could not be emulated "
			  "(%s): %" PRIu64 " object%s scanned for pointers "
			  "instead", name, t->failed, t->nr_failed,
			  t->nr_failed == 1 ? " was" : "s were");
	if (t->nr_junk)
		heap_warn(py->heap, "tp_traverse of %s visits pointers "
			  "to no object, in %" PRIu64 " object%s: these are "
			  "left out",
			  name, t->nr_junk, t->nr_junk == 1 ? "" : "s");
}

/* Warn of types whose objects could not be read by their tp_traverse. */
static void warn_of_traverses(struct python *py)
{
	for (size_t i = 0; i < py->types.nr; i++) {
		const struct pytype *t = &py->types.v[i];

		if (unlikely(t->nr_failed || t->nr_junk))
			warn_of_traverse(py, t);
	}
}

/* Types whose objects most of it is about. */
#define MAX_LEFT_OUT 5

static int compare_left_out(const void *pa, const void *pb)
{
	const struct pytype *a = *(const struct pytype *const *)pa;
	const struct pytype *b = *(const struct pytype *const *)pb;

	if (a->nr_left_out != b->nr_left_out)
		return a->nr_left_out > b->nr_left_out ? -1 : 1;
	return a->address < b->address ? -1 : 1;
}

static void add_left_out(struct python *py, struct str *text,
			 const struct pytype *t)
{
	CLEANUP(freep) char *name = type_names_full(py, t);

	str_addf(text, "%s%" PRIu64 " %s", text->len ? ", " : "",
		 t->nr_left_out, name);
}

void describe_left_out(struct python *py)
{
	CLEANUP(freep) const struct pytype **types =
		xcalloc(py->types.nr + 1, sizeof(*types));
	CLEANUP(str_release) struct str text = STR_INIT;
	uint64_t objects = 0;
	size_t nr = 0;

	for (size_t i = 0; i < py->types.nr; i++)
		if (py->types.v[i].nr_left_out) {
			types[nr++] = &py->types.v[i];
			objects += py->types.v[i].nr_left_out;
		}
	if (!nr)
		return;
	qsort(types, nr, sizeof(*types), compare_left_out);
	for (size_t i = 0; i < MIN(nr, MAX_LEFT_OUT); i++)
		add_left_out(py, &text, types[i]);
	heap_warn_partial(py->heap, "%" PRIu64 " objects of %zu types are "
			  "only scanned for pointers, because the code of "
			  "their types is in files that can't be found (%s%s)",
			  objects, nr, text.s, nr > MAX_LEFT_OUT ? ", ..." : "");
	heap_note(py->heap, true, "objects whose type's code is in files that"
		  " can't be found are scanned for pointers", "%" PRIu64
		  " objects of %zu types", objects, nr);
}

void describe_info(struct python *py)
{
	struct heap_info *info = &py->heap->info;
	const struct target *t = py->target;

	info->pid = t->pid ? t->pid : t->core_pid;
	info->source = safe_copy(t->name);
	info->executable = safe_copy(t->executable);
	info->command = safe_copy(t->command);
	info->host = safe_copy(t->host);
	info->start_time = t->start_time;
	info->boot = safe_copy(t->boot);
	info->start_ticks = t->start_ticks;
	info->pid_namespace = t->pid_namespace;
	info->inner_pid = t->inner_pid;
	info->taken_at = t->taken_at;
	info->resident = t->resident;
	info->stopped = t->stopped;
	info->pause_ns = t->pause_ns;
	info->copy_ns = t->copy_ns;
	info->bytes_copied = t->memory.bytes_copied;
	info->nr_lost_bytes = t->lost + t->missing;
	info->nr_missing_objects = truncated_nr_objects(py);
	/* A truncated core has its own warning. */
	info->partial |= t->missing != 0;
	info->free_threaded = py->free_threaded;
	info->debug = py->debug;
	info->trace_refs = py->trace_refs;
	info->allocator = xstrdup("");
	info->layout = safe_copy(py->layout_source);
	info->emulator = py->emulator;
	describe_version(py, info);
	describe_mappings(t, info);
	if (t->lost)
		heap_warn_partial(py->heap, "%" PRIu64 " bytes of memory could "
				  "not be read: what was there is missing",
				  t->lost);
	if (!py->emulator)
		heap_warn(py->heap, "no emulator (%s): objects of C types that "
			  "pyheld does not know are only scanned for pointers",
			  py->no_emulator);
	warn_of_traverses(py);
}

static uint32_t type_flags(struct python *py, const struct pytype *t)
{
	const struct layout *l = &py->layout;
	uint32_t flags = 0;
	raddr value, owner;

	if (t->flags & TPFLAG_TYPE_SUBCLASS)
		flags |= TYPE_IS_TYPE;
	if (t->flags & TPFLAG_HEAPTYPE)
		flags |= TYPE_IS_HEAP;
	if (t->traverse)
		flags |= TYPE_HAS_TRAVERSE;
	if (t->flags & TPFLAG_DICT_SUBCLASS)
		flags |= TYPE_IS_DICT;
	if (word_at(py, t->address, l->type_descr_set))
		flags |= TYPE_IS_DATA_DESCRIPTOR;
	/* From 3.10 on the cache visits what its links own. */
	if (type_names_is(py, t->address, "functools._lru_list_elem"))
		flags |= TYPE_VISITED_ELSEWHERE;
	if (word_at(py, t->address, l->type_del))
		flags |= TYPE_LEGACY_DEL;
	if (word_at(py, t->address, l->type_finalize) &&
	    types_lookup(py, t->address, "__del__", &value, &owner))
		flags |= TYPE_HAS_DEL;
	if (!size_is_known(py, t))
		flags |= TYPE_SIZE_UNKNOWN;
	return flags;
}

static uint8_t shape_of(const struct python *py, const struct pytype *t)
{
	const struct known_types *k = &py->known;

	if (t->address == k->list)
		return SHAPE_LIST;
	if (t->address == k->tuple)
		return SHAPE_TUPLE;
	if (t->address == k->set)
		return SHAPE_SET;
	if (t->address == k->frozenset)
		return SHAPE_FROZENSET;
	return t->address == k->dict ? SHAPE_DICT : SHAPE_NONE;
}

void describe_types(struct python *py)
{
	struct heap *h = py->heap;

	for (size_t i = 0; i < h->types.nr; i++) {
		struct heap_type *ht = &h->types.v[i];

		ht->name = type_names_full(py, &py->types.v[i]);
		ht->kind = type_kinds_find(ht->name);
		ht->object = object_map_find(py, ht->address);
		ht->flags = type_flags(py, &py->types.v[i]);
		ht->flags |= owners_find(py, ht->address)
			     << TYPE_INTERPRETER_SHIFT;
		ht->shape = shape_of(py, &py->types.v[i]);
		ht->subscript = names_subscript(py, &py->types.v[i]);
	}
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_type *ht = &h->types.v[h->type[o]];

		ht->nr_objects++;
		ht->size += h->size[o];
	}
}

/* The referent, or None when it is gone. */
static void add_weak(struct python *py, oid o)
{
	const struct layout *l = &py->layout;
	struct heap *h = py->heap;
	raddr callback = word_at(py, h->address[o], l->weakref_callback);
	struct heap_weak w = {
		.reference = o,
		.referent = object_map_find(py, word_at(py, h->address[o],
						     l->weakref_object)),
		.callback = callback ? object_map_find(py, callback) : OID_NONE,
	};

	if (w.referent == OID_NONE ||
	    h->address[w.referent] == py->known.none)
		return;
	h->flags[w.referent] |= OBJECT_WEAK_REFERENT;
	heap_weak_vec_push(&h->weak, w);
}

void describe_weak(struct python *py)
{
	CLEANUP(freep) uint8_t *weak = xcalloc(py->types.nr + 1, 1);
	raddr traverse = py->known.weakref_traverse;
	struct heap *h = py->heap;

	if (!traverse)
		return;
	for (size_t i = 0; i < py->types.nr; i++) {
		const struct pytype *t = &py->types.v[i];

		weak[i] = py->types.v[t->native_base].traverse == traverse;
	}
	for (oid o = 0; o < h->nr_objects; o++)
		if (unlikely(weak[h->type[o]]))
			add_weak(py, o);
}
