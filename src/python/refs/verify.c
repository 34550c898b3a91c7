/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "python/emulator/emulator.h"
#include "python/refs/read.h"
#include "python/refs/refs.h"
#include "python/refs/verify.h"
#include "python/state/object-head.h"
#include "python/state/words.h"
#include "python/types/emulate.h"
#include "python/types/type-names.h"
#include "python/types/types.h"
#include "python/values/dict.h"

#define SAMPLE_OF_TYPE 4	/* objects of a type that are compared */
#define SAMPLE_MAX 4096		/* in all, times what was asked for */

struct verifier {
	struct python *py;
	struct refs refs;	/* by the reader */
	struct raddr_vec visited; /* by the emulated tp_traverse */
	struct heap_sample_vec samples;
	struct u32_vec of;	/* of a type: 1 + index in samples, or 0 */
};

static bool emulate_one(struct verifier *c, oid o, raddr traverse)
{
	struct emulator_call call = {
		.object = c->py->heap->address[o],
		.traverse = traverse,
	};

	if (types_code_is_missing(c->py, traverse))
		return false;
	c->visited.nr = 0;
	emulate_run(c->py, types_of(c->py, o), &call, 1, &c->visited);
	return !call.failed;
}

/* Does the dict visit the values that are embedded in its object?  False: it
 * can't be asked. */
static bool ask_dict(struct verifier *c, oid o)
{
	struct python *py = c->py;
	raddr obj = py->heap->address[o], key, value;
	struct dict_iter it;

	if (types_of(py, o)->reader != READER_DICT ||
	    !dict_iter_init(py, obj, &it) || !it.values || !it.embedded ||
	    !dict_iter_next(&it, &key, &value) ||
	    !emulate_one(c, o, py->known.dict_traverse))
		return false;
	py->embedded_by_object = !c->visited.nr;
	return true;
}

/* Does the instance visit its dict, though its values are embedded?  False: it
 * can't be asked. */
static bool ask_instance(struct verifier *c, oid o)
{
	struct python *py = c->py;
	const struct pytype *t = types_of(py, o);
	raddr obj = py->heap->address[o], dict;
	raddr values = obj + (uint64_t)t->basicsize;

	if (!(t->flags & TPFLAG_INLINE_VALUES) || !t->traverse ||
	    byte_at(py, values, py->layout.values_valid) != 1)
		return false;
	dict = word_at(py, object_head_managed_dict(py, obj), 0);
	if (!dict || !emulate_one(c, o, t->traverse))
		return false;
	py->embedded_by_object = !raddr_vec_has(&c->visited, dict);
	return true;
}

/*
 * 3.13's first releases visit values that are embedded in an object from the
 * object, later ones from its materialised dict (gh-130327); distributions
 * have the fix in versions that do not show it.  Ask such a dict or such an
 * object.  (The collector need not track the dict.)
 */
static void find_embedded_rule(struct verifier *c)
{
	struct python *py = c->py;

	if (py->minor != 13)
		return;
	py->embedded_by_object = (py->hexversion >> 8 & 0xff) < 4;
	for (oid o = 0; py->emulator && o < py->heap->nr_objects; o++)
		if (ask_dict(c, o) || ask_instance(c, o))
			return;
}

static int compare_raddr(const void *a, const void *b)
{
	raddr x = *(const raddr *)a, y = *(const raddr *)b;

	return x < y ? -1 : x > y;
}

static bool same_multiset(struct raddr_vec *a, struct raddr_vec *b)
{
	if (a->nr != b->nr)
		return false;
	if (!a->nr)
		return true;
	qsort(a->v, a->nr, sizeof(raddr), compare_raddr);
	qsort(b->v, b->nr, sizeof(raddr), compare_raddr);
	return memcmp(a->v, b->v, a->nr * sizeof(raddr)) == 0;
}

/* False: there is nothing to compare. */
static bool compare_reader(struct verifier *c, oid o, bool *same)
{
	struct python *py = c->py;
	const struct pytype *t = types_of(py, o);
	raddr obj = py->heap->address[o];

	refs_clear(&c->refs);
	if (read_refs(py, t, obj, &c->refs) != REFS_OK ||
	    !emulate_one(c, o, t->traverse))
		return false;
	*same = same_multiset(&c->refs.to, &c->visited);
	return true;
}

static struct heap_sample *sample_of(struct verifier *c, uint32_t type)
{
	while (c->of.nr <= type)
		u32_vec_push(&c->of, 0);
	if (!c->of.v[type]) {
		heap_sample_vec_push(&c->samples,
				     (struct heap_sample){ .type = type });
		c->of.v[type] = (uint32_t)c->samples.nr;
	}
	return &c->samples.v[c->of.v[type] - 1];
}

static void note_disagreement(struct python *py, oid o)
{
	struct pytype *t = types_of(py, o);
	CLEANUP(freep) char *name = type_names_full(py, t);

	t->reader = READER_EMULATE;
	heap_warn(py->heap, "the reader for %s disagrees with its tp_traverse"
		  " at 0x%" PRIx64 ": the emulator reads its objects", name,
		  py->heap->address[o]);
}

/*
 * Hold pyheld's readers against the types' own traverse, on a sample.  A type
 * where they differ is left to the emulator: a wrong table never makes a wrong
 * report.
 */
static void compare_readers(struct verifier *c, unsigned int of_type)
{
	struct python *py = c->py;
	struct heap *h = py->heap;
	uint64_t left = (uint64_t)SAMPLE_MAX * of_type / SAMPLE_OF_TYPE;

	for (oid o = 0; o < h->nr_objects && left; o++) {
		struct pytype *t = types_of(py, o);
		struct heap_sample *sample;
		bool same;

		if (!t->traverse || t->reader == READER_EMULATE ||
		    t->reader == READER_CODE ||
		    !types_is_gc(py, t, h->address[o]))
			continue;
		sample = sample_of(c, h->type[o]);
		if (sample->tried >= of_type)
			continue;
		sample->tried++;
		left--;
		if (!compare_reader(c, o, &same))
			continue;
		sample->compared++;
		if (same)
			continue;
		sample->differing++;
		note_disagreement(py, o);
	}
}


static void verifier_release(struct verifier *c)
{
	refs_release(&c->refs);
	raddr_vec_release(&c->visited);
	heap_sample_vec_release(&c->samples);
	u32_vec_release(&c->of);
}

void verify_readers(struct python *py, unsigned int of_type)
{
	CLEANUP(verifier_release) struct verifier c = { .py = py };

	find_embedded_rule(&c);
	if (!py->emulator)
		return;
	refs_begin(py);
	compare_readers(&c, of_type ? of_type : SAMPLE_OF_TYPE);
	py->heap->info.samples = heap_sample_vec_take(&c.samples);
}
