/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/search.h"
#include "heap/heap.h"
#include "heap/labels.h"

const char *const heap_stack_kind_names[NR_STACK_KINDS] = {
	[STACK_THREAD] = "thread",
	[STACK_OTHER] = "stack",
	[STACK_GREENLET] = "greenlet",
};

const char *const root_kind_names[NR_ROOT_KINDS] = {
	[ROOT_MODULE] = "module",
	[ROOT_FRAME] = "frame",
	[ROOT_BUILTINS] = "builtins",
	[ROOT_TYPE] = "type",
	[ROOT_INTERPRETER] = "interpreter",
	[ROOT_NATIVE] = "native code",
};

void heap_init(struct heap *h)
{
	memset(h, 0, sizeof(*h));
}

static void info_release(struct heap_info *info)
{
	free(info->source);
	free(info->executable);
	free(info->command);
	free(info->host);
	free(info->boot);
	str_vec_free(&info->labels);
	free(info->version);
	free(info->build);
	free(info->allocator);
	free(info->layout);
	str_vec_free(&info->warnings);
	for (size_t i = 0; i < info->mappings.nr; i++)
		free(info->mappings.v[i].path);
	heap_mapping_vec_release(&info->mappings);
	for (size_t i = 0; i < info->checks.nr; i++) {
		free(info->checks.v[i].name);
		free(info->checks.v[i].detail);
	}
	heap_check_vec_release(&info->checks);
	heap_sample_vec_release(&info->samples);
}

static void texts_release(struct heap *h)
{
	for (size_t i = 0; i < h->types.nr; i++)
		free(h->types.v[i].name);
	for (size_t i = 0; i < h->roots.nr; i++) {
		free(h->roots.v[i].name);
		free(h->roots.v[i].expression);
	}
	for (size_t i = 0; i < h->frames.nr; i++) {
		free(h->frames.v[i].function);
		free(h->frames.v[i].file);
	}
	for (size_t i = 0; i < h->threads.nr; i++)
		free(h->threads.v[i].name);
	for (size_t i = 0; i < h->codes.nr; i++) {
		free(h->codes.v[i].function);
		free(h->codes.v[i].file);
	}
	for (size_t i = 0; i < h->futures.nr; i++)
		free(h->futures.v[i].name);
}

void heap_release(struct heap *h)
{
	if (h->ops && h->ops->release)
		h->ops->release(h);
	texts_release(h);
	info_release(&h->info);
	heap_memory_release(&h->memory);
	heap_type_vec_release(&h->types);
	heap_root_vec_release(&h->roots);
	heap_frame_vec_release(&h->frames);
	heap_thread_vec_release(&h->threads);
	heap_stack_vec_release(&h->stacks);
	heap_interpreter_vec_release(&h->interpreters);
	heap_weak_vec_release(&h->weak);
	heap_borrowed_vec_release(&h->borrowed);
	heap_pointed_vec_release(&h->pointed);
	heap_lump_vec_release(&h->lumps);
	heap_lump_holder_vec_release(&h->lump_holders);
	heap_fact_vec_release(&h->facts);
	heap_text_hash_vec_release(&h->text_hashes);
	heap_allocations_release(&h->allocations);
	heap_code_vec_release(&h->codes);
	heap_generator_vec_release(&h->generators);
	heap_future_vec_release(&h->futures);
	oid_vec_release(&h->edges);
	free(h->address);
	free(h->type);
	free(h->size);
	free(h->bytes);
	free(h->refcount);
	free(h->generation);
	free(h->flags);
	free(h->edge_start);
	free(h->edge_nr);
	free(h->unvisited);
	log_pass_over(h->failed, "nobody asked this heap for errors");
	memset(h, 0, sizeof(*h));
}

#define SET_ROOM(column, room) \
	((column) = xreallocarray((column), (room), sizeof(*(column))))

/* Most are 0, and dicts, which have others, are not spread evenly: what is not
 * written takes no memory. */
static void set_room_unvisited(struct heap *h, uint64_t room)
{
	uint32_t *v;

	/* It is not worth the while to give room back. */
	if (room <= h->room)
		return;
	v = xcalloc_sparse(room, sizeof(*v));
	if (h->unvisited)
		memcpy(v, h->unvisited, h->nr_objects * sizeof(*v));
	free(h->unvisited);
	h->unvisited = v;
}

static void set_room(struct heap *h, uint64_t room)
{
	SET_ROOM(h->address, room);
	SET_ROOM(h->type, room);
	SET_ROOM(h->size, room);
	SET_ROOM(h->refcount, room);
	SET_ROOM(h->generation, room);
	SET_ROOM(h->flags, room);
	SET_ROOM(h->edge_start, room);
	SET_ROOM(h->edge_nr, room);
	set_room_unvisited(h, room);
	h->room = (uint32_t)room;
}

void heap_reserve(struct heap *h, uint64_t nr)
{
	if (nr > h->room)
		set_room(h, MIN(nr, OID_NONE));
}

void heap_trim(struct heap *h)
{
	set_room(h, h->nr_objects);
	SET_ROOM(h->edges.v, h->edges.nr);
	h->edges.room = h->edges.nr;
}

static void add_stack(struct heap *h, uint32_t thread)
{
	heap_stack_vec_push(&h->stacks, (struct heap_stack){
		STACK_THREAD, thread, OID_NONE });
}

uint32_t heap_add_thread(struct heap *h, struct heap_thread thread)
{
	uint32_t ret = (uint32_t)h->threads.nr;

	heap_thread_vec_push(&h->threads, thread);
	add_stack(h, ret);
	return ret;
}

void heap_put_thread_stacks(struct heap *h)
{
	struct heap_stack_vec others = h->stacks;

	h->stacks = (struct heap_stack_vec)VEC_INIT;
	for (size_t i = 0; i < h->threads.nr; i++)
		add_stack(h, (uint32_t)i);
	for (size_t i = 0; i < others.nr; i++)
		heap_stack_vec_push(&h->stacks, others.v[i]);
	heap_stack_vec_release(&others);
}

const struct heap_stack *heap_stack_of(const struct heap *h,
				       const struct heap_frame *frame)
{
	return &h->stacks.v[frame->stack];
}

oid heap_add_object(struct heap *h, uint64_t address, uint32_t type)
{
	oid o = h->nr_objects;

	if (o == OID_NONE)
		return OID_NONE;
	if (unlikely(o == h->room))
		heap_reserve(h, (uint64_t)h->room + h->room / 2 + 1024);
	h->nr_objects++;
	h->address[o] = address;
	h->type[o] = type;
	h->size[o] = 0;
	h->refcount[o] = 0;
	h->generation[o] = GENERATION_UNTRACKED;
	h->flags[o] = 0;
	h->edge_start[o] = 0;
	h->edge_nr[o] = 0;
	return o;
}

static int compare_facts(const void *a, const void *b)
{
	const struct heap_fact *x = a, *y = b;

	return (x->object > y->object) - (x->object < y->object);
}

const struct heap_fact *heap_fact_of(const struct heap *h, oid o)
{
	const struct heap_fact key = { .object = o };

	return !h->facts.nr ? NULL :
	       bsearch(&key, h->facts.v, h->facts.nr, sizeof(key),
		       compare_facts);
}

static int compare_text_hashes(const void *a, const void *b)
{
	const struct heap_text_hash *x = a, *y = b;

	return (x->object > y->object) - (x->object < y->object);
}

bool heap_text_hash(struct heap *h, oid o, uint64_t *ret)
{
	const struct heap_text_hash key = { .object = o };
	const struct heap_text_hash *found = !h->text_hashes.nr ? NULL :
		bsearch(&key, h->text_hashes.v, h->text_hashes.nr, sizeof(key),
			compare_text_hashes);

	if (!found)
		return h->ops->text_hash && h->ops->text_hash(h, o, ret);
	*ret = found->hash;
	return true;
}

void heap_fail(struct heap *h, struct error *err)
{
	if (h->failed)
		log_pass_over(err, "the first error of this heap is reported");
	else
		h->failed = err;
}

static void PRINTF(2, 0) warn(struct heap *h, const char *format, va_list args)
{
	CLEANUP(str_release) struct str safe = STR_INIT;
	CLEANUP(freep) char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	str_add_safe(&safe, text, strlen(text));
	str_vec_push(&h->info.warnings, str_take(&safe));
}

void heap_warn(struct heap *h, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	warn(h, format, args);
	va_end(args);
}

void heap_warn_partial(struct heap *h, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	warn(h, format, args);
	va_end(args);
	h->info.partial = true;
}

void heap_note(struct heap *h, bool passed, const char *name,
	       const char *format, ...)
{
	struct heap_check check = { .name = xstrdup(name), .passed = passed };
	CLEANUP(str_release) struct str safe = STR_INIT;
	CLEANUP(freep) char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	va_end(args);
	str_add_safe(&safe, text, strlen(text));
	check.detail = str_take(&safe);
	heap_check_vec_push(&h->info.checks, check);
}

void heap_inbound_build(const struct heap *h, struct heap_inbound *ret)
{
	uint64_t *start = xcalloc((size_t)h->nr_objects + 2, sizeof(*start));
	oid *from = xreallocarray(NULL, h->edges.nr, sizeof(*from));
	uint64_t *next = start + 1;

	/* Count in [to + 2], sum up, then next[to] runs from start to end. */
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_edges(h, o);

		for (uint32_t i = 0; i < edges.nr; i++)
			start[(size_t)edges.to[i] + 2]++;
	}
	for (size_t i = 2; i < (size_t)h->nr_objects + 2; i++)
		start[i] += start[i - 1];
	for (oid o = 0; o < h->nr_objects; o++) {
		struct heap_edges edges = heap_edges(h, o);

		for (uint32_t i = 0; i < edges.nr; i++)
			from[next[edges.to[i]]++] = o;
	}
	ret->start = start;
	ret->from = from;
}

void heap_inbound_release(struct heap_inbound *in)
{
	free(in->start);
	free(in->from);
	*in = (struct heap_inbound){ NULL, NULL };
}

void heap_name_edges(struct heap *h, oid o, uint32_t first, uint32_t nr,
		     struct edge_name *names)
{
	h->ops->name_edges(h, o, first, nr, names);
}

void heap_preview(struct heap *h, oid o, size_t max, struct str *ret)
{
	h->ops->preview(h, o, max, ret);
}

bool heap_text(struct heap *h, oid o, struct str *ret)
{
	size_t len = ret->len;

	if (h->ops->text && h->ops->text(h, o, ret))
		return true;
	str_cut(ret, len);
	return false;
}

int64_t heap_length(struct heap *h, oid o)
{
	return h->ops->length(h, o);
}

oid heap_find(struct heap *h, uint64_t address)
{
	return h->ops->find(h, address);
}

static int compare_borrowed(const void *pa, const void *pb)
{
	const struct heap_borrowed *a = pa, *b = pb;

	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

void heap_sort(struct heap *h)
{
	if (h->borrowed.nr)
		qsort(h->borrowed.v, h->borrowed.nr, sizeof(*h->borrowed.v),
		      compare_borrowed);
}

bool heap_owns_some(const struct heap *h, oid from, uint32_t i)
{
	const struct heap_borrowed *v = h->borrowed.v;
	size_t first = SEARCH_FIRST(h->borrowed.nr, k, v[k].object > from ||
				    (v[k].object == from &&
				     v[k].first + v[k].nr > i));

	return first == h->borrowed.nr || v[first].object != from ||
	       v[first].first > i;
}

const struct heap_interpreter *heap_owner(const struct heap *h, uint32_t type)
{
	uint32_t nr = h->types.v[type].flags >> TYPE_INTERPRETER_SHIFT;

	return nr && nr <= h->interpreters.nr ? &h->interpreters.v[nr - 1]
					      : NULL;
}
