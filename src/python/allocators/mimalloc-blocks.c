/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"
#include "python/locate/mimalloc.h"
#include "python/allocators/mimalloc-blocks.h"
#include "python/state/words.h"

/* The most that is before an object in its block: debug hooks, PyGC_Head and
 * the words for dict and weak references. */
#define MAX_HEAD 48

/* MI_PADDING_SIZE of debug builds, which also encode their free lists: behind
 * what the program may use of a block. */
#define PADDING_SIZE 8

struct walk {
	struct native *n;
	uint64_t padding;
	uint32_t free, overhead; /* lines */
};

static bool claim(struct python *py, const struct mimalloc_segment *s,
		  void *context)
{
	struct walk *w = context;

	(void)py;
	if (!native_claim(w->n, s->start, s->end, REGION_MIMALLOC, 0)) {
		w->n->ledger->nr_damaged++;
		return false;
	}
	native_account(w->n, w->overhead, s->start, s->pages, 1);
	return true;
}

static void account_padding(struct walk *w, raddr end)
{
	if (w->padding)
		native_account(w->n, w->overhead, end - w->padding, end, 0);
}

/* Adjacent free blocks are one range. */
static void add_page(struct python *py, const struct mimalloc_page *p,
		     void *context)
{
	struct walk *w = context;
	struct native *n = w->n;
	uint32_t i = 0, first;

	(void)py;
	if (p->block_size <= w->padding) {
		n->ledger->nr_damaged++;
		return;
	}
	n->ledger->nr_damaged += p->is_broken;
	native_account(n, w->overhead, p->start, p->blocks, 0);
	blocks_add_run(&n->blocks,
		       &(struct block){ p->blocks, p->block_size - w->padding,
					ALLOCATOR_MIMALLOC },
		       p->block_size, p->nr, p->free);
	while (i < p->nr) {
		for (; i < p->nr && !mimalloc_is_free(p, i); i++)
			account_padding(w, mimalloc_block_at(p, i + 1));
		first = i;
		while (i < p->nr && mimalloc_is_free(p, i))
			i++;
		native_account(n, w->free, mimalloc_block_at(p, first),
			       mimalloc_block_at(p, i), i - first);
	}
	native_account(n, w->free, mimalloc_block_at(p, p->nr), p->end, 0);
}

static void add_unused(struct python *py, raddr start, raddr end,
		       void *context)
{
	struct walk *w = context;

	(void)py;
	native_account(w->n, w->free, start, end, 0);
}

/* An object that each interpreter has, if mimalloc has its block; 0: none. */
static raddr find_object(struct python *py)
{
	for (size_t i = 0; i < py->interpreters.nr; i++) {
		raddr obj = word_at(py, py->interpreters.v[i].address,
				    py->layout.interp_sysdict), block;

		if (!obj || !mimalloc_is_segment(py, obj))
			continue;
		block = mimalloc_block(py, obj);
		if (block && obj - block <= MAX_HEAD && obj % 16 == block % 16)
			return obj;
	}
	return 0;
}

void mimalloc_blocks(struct python *py, struct native *n)
{
	struct walk w = {
		.n = n,
		.padding = py->layout.mipage_keys == LAYOUT_NONE ? 0 :
			   PADDING_SIZE,
	};
	struct mimalloc_visitor visitor = {
		.segment = claim,
		.page = add_page,
		.unused = add_unused,
		.context = &w,
	};
	struct mimalloc_result result;
	raddr inside;

	if (py->layout.misegment_cookie == LAYOUT_NONE)
		return;
	inside = find_object(py);
	if (!inside && py->free_threaded)
		inside = mimalloc_any(py);
	if (!inside)
		return;
	w.free = native_line(n, PART_FREE_PAGES, OID_NONE, NULL);
	w.overhead = native_line(n, PART_MIMALLOC, OID_NONE, NULL);
	mimalloc_walk(py, inside, &visitor, &result);
	n->ledger->nr_damaged += result.nr_bad;
	log_info("mimalloc: %u segments, %" PRIu64 " bad pages",
		 result.nr_segments, result.nr_bad);
}
