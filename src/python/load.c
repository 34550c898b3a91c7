/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a process to a heap: find CPython, take the snapshot, add what the
 * collector's lists and the roots hold, and follow every reference from there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "heap/known.h"
#include "python/allocators/traces.h"
#include "python/async/futures.h"
#include "python/emulator/emulator.h"
#include "python/load.h"
#include "python/locate/find.h"
#include "python/locate/gc.h"
#include "python/locate/gil.h"
#include "python/objects/interned.h"
#include "python/locate/truncated-scan.h"
#include "python/memory/memory-load.h"
#include "python/names/details.h"
#include "python/names/emulated-names.h"
#include "python/objects/facts.h"
#include "python/objects/interned-strs.h"
#include "python/objects/preview.h"
#include "python/objects/size.h"
#include "python/refs/borrowed.h"
#include "python/refs/choose.h"
#include "python/refs/read.h"
#include "python/refs/refs-scan.h"
#include "python/refs/refs.h"
#include "python/refs/unvisited.h"
#include "python/refs/verify.h"
#include "python/report/describe.h"
#include "python/report/self-checks.h"
#include "python/roots/roots-greenlets.h"
#include "python/roots/roots-load.h"
#include "python/roots/roots-stacks.h"
#include "python/roots/roots-types.h"
#include "python/state/truncated.h"
#include "python/state/words.h"
#include "python/types/emulate.h"
#include "python/types/object-map.h"
#include "python/types/type-names.h"
#include "python/types/types.h"

#define BATCH 32768		/* objects to the emulator at once */
/* So far ahead is prefetched what will be read: most is in no cache. */
#define AHEAD 8
#define MIN_CLAIMS (1 << 20)
/* Most heaps have fewer objects: room for those is made at once. */
#define WORDS_PER_OBJECT 8
#define MOST_RESERVED (1u << 24)
/* Entries of class dicts that are looked at to fill a heap. */
#define MAX_LOOKUPS (1ull << 28)

struct loader {
	struct python *py;
	struct refs refs;
	struct oid_vec kept;	/* where they lead to */
	struct raddr_vec visited;
	struct emulator_call *calls; /* BATCH of them */
	struct interned_strs interned;
	oid next;		/* the first that was not read yet */
};

/* --- one object --------------------------------------------------------- */

/* Record how many of the edges of `o`, which were just stored, are not
 * visited.  ld->kept says which references became edges. */
static void note_unvisited(struct loader *ld, oid o)
{
	const struct oid_vec *kept = &ld->kept;
	uint32_t nr = 0;

	for (size_t i = kept->nr - ld->refs.unvisited; i < kept->nr; i++)
		nr += kept->v[i] != OID_NONE;
	if (nr)
		ld->py->heap->unvisited[o] = nr;
}

/* What ld->refs has are the references of `o`. */
static void store_refs(struct loader *ld, oid o, bool by_reader)
{
	struct python *py = ld->py;
	struct heap *h = py->heap;
	uint64_t start = h->edges.nr;
	size_t nr = ld->refs.to.nr;

	oid_vec_resize(&ld->kept, nr);
	oid_vec_reserve(&h->edges, nr);
	for (size_t i = 0; i < nr; i++) {
		oid referent = object_map_add(py, ld->refs.to.v[i]);

		if (likely(referent != OID_NONE))
			h->edges.v[h->edges.nr++] = referent;
		else if (!truncated_note_object(py, ld->refs.to.v[i]))
			h->info.nr_bad_pointers++;
		ld->kept.v[i] = referent;
	}
	h->edge_start[o] = start;
	h->edge_nr[o] = (uint32_t)(h->edges.nr - start);
	note_unvisited(ld, o);
	borrowed_note(ld->py, o, &ld->refs.borrowed, ld->kept.v);
	if (ld->refs.named)
		details_edges(py, o, &ld->refs, ld->kept.v, by_reader);
}

static void load_by_scan(struct loader *ld, oid o)
{
	struct python *py = ld->py;
	struct pytype t = *types_of(py, o);

	refs_clear(&ld->refs);
	/* A capsule holds pointers of C code: none is a reference to an
	 * object. */
	if (t.address != py->known.capsule)
		refs_scan(py, &t, py->heap->address[o], &ld->refs);
	unvisited_add(py, &t, py->heap->address[o], &ld->refs);
	store_refs(ld, o, true);
	py->heap->flags[o] |= OBJECT_SCANNED;
	py->heap->info.nr_scanned++;
}

static void load_native(struct loader *ld, oid o)
{
	struct python *py = ld->py;
	struct heap *h = py->heap;
	raddr obj = h->address[o];
	const struct pytype *t = types_of(py, o);
	raddr type = t->address;
	enum refs_result result;

	h->size[o] = size_of(py, t, obj);
	if (type == py->known.str)
		interned_strs_note(py, o, &ld->interned);
	if (ld->refs.named)
		details_object(py, o);
	refs_clear(&ld->refs);
	result = read_refs(py, t, obj, &ld->refs);
	if (result == REFS_EMULATE) {
		if (!types_code_is_missing(py, t->traverse)) {
			oid_vec_push(&py->pending, o);
			return;
		}
		types_of(py, o)->nr_left_out++;
		load_by_scan(ld, o);
		return;
	}
	/* The collector knows none of those that only readers find. */
	if (!t->traverse)
		ld->refs.unvisited = ld->refs.to.nr;
	if (result == REFS_OK)
		unvisited_add(py, t, obj, &ld->refs);
	/* It may add classes, which moves `t`. */
	store_refs(ld, o, true);
	if (result == REFS_UNREADABLE) {
		python_torn(py, obj, type);
		h->flags[o] |= OBJECT_UNREAD;
		h->info.nr_unread++;
	} else {
		h->info.nr_native++;
	}
}

/* --- the emulator ------------------------------------------------------- */

static void note_failure(struct python *py, oid o, const char *why)
{
	struct pytype *t = types_of(py, o);

	if (!t->nr_failed++)
		t->failed = why;
}

static void store_visited(struct loader *ld, oid o, const raddr *to, size_t nr)
{
	struct python *py = ld->py;
	const struct pytype t = *types_of(py, o);
	uint64_t bad;

	refs_clear(&ld->refs);
	raddr_vec_reserve(&ld->refs.to, nr);
	for (size_t i = 0; i < nr; i++)
		raddr_vec_push(&ld->refs.to, to[i]);
	if (ld->refs.named)
		emulated_names_find(py, &t, py->heap->address[o], to, nr,
			    &ld->refs.names);
	unvisited_add(py, &t, py->heap->address[o], &ld->refs);
	bad = py->heap->info.nr_bad_pointers;
	store_refs(ld, o, false);
	if (unlikely(py->heap->info.nr_bad_pointers > bad))
		types_of(py, o)->nr_junk++;
}

static void run_batch(struct loader *ld, const oid *objects, size_t nr)
{
	struct python *py = ld->py;
	struct heap *h = py->heap;

	for (size_t i = 0; i < nr; i++)
		ld->calls[i] = (struct emulator_call){
			.object = h->address[objects[i]],
			.traverse = types_of(py, objects[i])->traverse,
		};
	ld->visited.nr = 0;
	emulate_run_all(py, objects, ld->calls, nr, &ld->visited);
	for (size_t i = 0; i < nr; i++) {
		const struct emulator_call *call = &ld->calls[i];
		oid o = objects[i];

		if (call->failed) {
			note_failure(py, o, call->failed);
			load_by_scan(ld, o);
			continue;
		}
		store_visited(ld, o, ld->visited.v + call->first, call->nr);
		h->flags[o] |= OBJECT_EMULATED;
		h->info.nr_emulated++;
	}
}

static void flush_pending(struct loader *ld)
{
	struct python *py = ld->py;
	CLEANUP(oid_vec_release) struct oid_vec batch =
		oid_vec_take(&py->pending);

	emulate_sort(py->heap, &batch);
	for (size_t i = 0; i < batch.nr; i += BATCH) {
		if (py->emulator) {
			run_batch(ld, batch.v + i, MIN(BATCH, batch.nr - i));
			continue;
		}
		for (size_t j = i; j < batch.nr && j < i + BATCH; j++)
			load_by_scan(ld, batch.v[j]);
	}
}

static void prefetch_object(struct python *py, oid o)
{
	if (o < py->heap->nr_objects)
		memory_prefetch(py->memory, py->heap->address[o]);
}

/* Read the objects from ld->next on.  New objects are appended meanwhile:
 * those that the read ones refer to. */
static void load_all(struct loader *ld)
{
	struct python *py = ld->py;

	for (;;) {
		for (; ld->next < py->heap->nr_objects; ld->next++) {
			prefetch_object(py, ld->next + AHEAD);
			load_native(ld, ld->next);
		}
		if (!py->pending.nr)
			return;
		flush_pending(ld);
	}
}

/* The state of static classes is a root.  It may lead to more classes. */
static void load_from_roots(struct loader *ld)
{
	struct python *py = ld->py;
	oid typed;

	roots_load(py);
	typed = py->heap->nr_objects;
	load_all(ld);
	while (typed < py->heap->nr_objects) {
		/* It sees to what it adds itself. */
		roots_types_load(py, typed);
		typed = py->heap->nr_objects;
		load_all(ld);
	}
}

/* --- heap_ops ----------------------------------------------------------- */

static int64_t op_length(struct heap *h, oid o)
{
	struct python *py = h->context;

	return preview_length(py, types_of(py, o), h->address[o]);
}

static oid op_find(struct heap *h, uint64_t address)
{
	return object_map_find(h->context, address);
}

static void python_free(struct python *py)
{
	if (!py)
		return;
	emulator_free(py->emulator);
	details_release(py);
	unvisited_release(py);
	object_map_release(py);
	types_release(py);
	type_names_release(py);
	truncated_release(py);
	interpreter_vec_release(&py->interpreters);
	oid_vec_release(&py->pending);
	raddr_vec_release(&py->asked);
	open_stack_vec_release(&py->stacks);
	raddr_vec_release(&py->frames);
	raddr_vec_release(&py->interned);
	free(py->layout_source);
	free(py);
}

static void python_freep(struct python **py)
{
	python_free(*py);
}

static void op_release(struct heap *h)
{
	python_free(h->context);
}

static const struct heap_ops ops = {
	.name_edges = details_name_edges,
	.preview = details_preview,
	.text = details_text,
	.length = op_length,
	.text_hash = details_text_hash,
	.find = op_find,
	.release = op_release,
	.details = details_of,
};

/* --- all of it ---------------------------------------------------------- */

static void loader_release(struct loader *ld)
{
	refs_release(&ld->refs);
	oid_vec_release(&ld->kept);
	raddr_vec_release(&ld->visited);
	interned_strs_release(&ld->interned);
	free(ld->calls);
}

static raddr any_fs_base(const struct target *t)
{
	for (size_t i = 0; i < t->threads.nr; i++)
		if (t->threads.v[i].fs_base)
			return t->threads.v[i].fs_base;
	return 0;
}

/* What was never touched is no container's. */
static uint64_t all_words(const struct memory *m)
{
	uint64_t bytes = m->bytes_copied;

	for (unsigned int i = 0; !m->bytes_copied && i < m->nr_segments; i++)
		bytes += m->segments[i].end - m->segments[i].start;
	return bytes / 8;
}

static void start_emulator(struct python *py,
			   const struct load_options *options)
{
	if (options && options->no_emulator)
		py->no_emulator = options->crashed ? "it has crashed" :
						     "turned off";
	else
		py->emulator = emulator_new(py->memory,
					    any_fs_base(py->target),
					    &py->no_emulator);
	if (!py->emulator)
		log_info("emulator: none: %s", py->no_emulator);
}

static struct error *load_heap(struct python *py,
			       const struct load_options *options)
{
	CLEANUP(loader_release) struct loader ld = { .py = py };
	const struct str_vec *warnings = &py->target->warnings;
	struct error *err;
	uint32_t *known;

	heap_reserve(py->heap, MIN(all_words(py->memory) / WORDS_PER_OBJECT,
				   MOST_RESERVED));
	details_init(py, options && options->details);
	for (size_t i = 0; i < warnings->nr; i++)
		heap_warn(py->heap, "%s", warnings->v[i]);
	ld.calls = xcalloc(BATCH, sizeof(*ld.calls));
	py->avoided = options ? options->avoided : 0;
	py->heap->info.partial |= options && options->crashed;
	start_emulator(py, options);
	py->most_claims = all_words(py->memory) + MIN_CLAIMS;
	refs_begin(py);
	py->lookups = MAX_LOOKUPS;
	err = object_map_init(py);
	if (!err)
		err = gc_load(py);
	if (err || python_wants_another(py))
		return err;
	truncated_scan(py);
	interned_find(py);
	unvisited_init(py);
	verify_readers(py, options ? options->sample : 0);
	self_checks_readers(py);
	ld.refs.named = details_recorded(py);
	/* Up to 3.10 the collector tracked frames, so their locals are read
	 * first. */
	roots_load_threads(py);
	refs_begin(py);
	load_all(&ld);
	py->heap->nr_collector_objects = py->heap->nr_objects;
	load_from_roots(&ld);
	heap_sort(py->heap);
	roots_greenlets_settle(py->heap);
	known = heap_known(py->heap);
	roots_stacks_load(py, known);
	facts_load(py);
	traces_load(py);
	async_load(py);
	describe_weak(py);
	heap_trim(py->heap);
	memory_load(py, known, options ? options->block : NULL,
		    options ? options->context : NULL);
	interned_strs_sum(&ld.interned, py->heap);
	/* The ledger may add types of which the heap has no object. */
	describe_types(py);
	describe_info(py);
	self_checks_graph(py);
	describe_left_out(py);
	self_checks_memory(py);
	emulator_end_budget(py->emulator);
	py->complete = true;
	return NULL;
}

/* Snapshots to take of a process that never is consistent. */
#define MAX_SNAPSHOTS 6

/* One for which all threads were stopped. */
static struct error *snapshot_of_all(struct python *py,
				     struct snapshot_options options)
{
	struct error *err;

	log_info("an interpreter has a GIL of its own: all threads must be "
		 "stopped");
	options.stop = STOP_ALWAYS;
	err = target_snapshot(py->target, &options);
	return err ? err : find_in_snapshot(py);
}

static struct error *load_snapshot(struct python *py,
				   const struct load_options *options)
{
	struct snapshot_options snapshot = { .retries = 0 };
	struct error *err = find_python(py->target, py);

	if (err)
		return err;
	snapshot.gate = gc_gate(py);
	snapshot.words = gil_words(py);
	if (options) {
		snapshot.stop = options->stop;
		snapshot.patience_ms = options->patience_ms;
		snapshot.max_pause_ms = options->max_pause_ms;
		snapshot.announces = options->announces;
	}
	err = target_snapshot(py->target, &snapshot);
	if (err)
		return err;
	err = find_in_snapshot(py);
	/* An interpreter with a GIL of its own began since it was asked. */
	if (!err && py->target->stopped == STOPPED_HOLDER &&
	    !gil_is_common(py, &snapshot.words))
		err = snapshot_of_all(py, snapshot);
	if (!err)
		err = load_heap(py, options);
	if (err && err->code == ERR_CORRUPT)
		python_torn(py, py->runtime, 0);
	return err;
}

static void note_whole(struct python *py, unsigned int nr)
{
	heap_note(py->heap, !py->torn, "no thread was amid a change",
		  "%u %s taken", nr, nr == 1 ? "snapshot was" :
					       "snapshots were");
}

/*
 * Take snapshot number `nr` (from 1) and load it.  `*torn` is python.torn of
 * the snapshot before, and is set to that of this one.  If `*again` is set,
 * take another snapshot; `ret` is unchanged then.
 */
static struct error *load_once(struct target *t,
			       const struct load_options *options,
			       unsigned int nr, struct heap *ret,
			       uint64_t *torn, bool *again)
{
	CLEANUP(python_freep) struct python *py = xcalloc(1, sizeof(*py));
	CLEANUP(heap_release) struct heap heap = { 0 };
	struct error *err;

	py->choose = choose_for_type;
	py->heap = &heap;
	py->target = t;
	py->torn_before = *torn;
	py->may_retry = t->live && nr < MAX_SNAPSHOTS;
	err = load_snapshot(py, options);
	*torn = py->torn;
	*again = python_wants_another(py);
	if (*again) {
		log_pass_over(err, "another snapshot is taken");
		log_info("snapshot %u has a thread in the middle of a change"
			 " (0x%" PRIx64 "): another is taken", nr, py->torn);
		return NULL;
	}
	if (err && err->code == ERR_FAULT)
		err = error_wrap(err, "the interpreter's state can't be read");
	if (err)
		return err;
	note_whole(py, nr);
	*ret = heap;
	memset(&heap, 0, sizeof(heap));
	ret->ops = &ops;
	ret->context = py;
	py->heap = ret;
	py = NULL;
	return NULL;
}

/*
 * A thread may be stopped while it links an object into the collector's lists,
 * also in builds with a GIL.  If a target does nothing else, 3 of 100
 * snapshots are torn.
 */
struct error *load_python(struct target *t,
			       const struct load_options *options,
			       struct heap *ret)
{
	static const struct timespec turn = { .tv_nsec = 20000000 };
	struct error *err = NULL;
	uint64_t torn = 0;
	bool again;

	for (unsigned int nr = 1; !err; nr++) {
		err = load_once(t, options, nr, ret, &torn, &again);
		if (!again)
			break;
		/* Release it first: a snapshot takes as much memory as the
		 * target. */
		memory_release(&t->memory);
		/* Let the thread run, also on a busy machine. */
		nanosleep(&turn, NULL);
	}
	return err;
}
