/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy_finish() of target/live/copy.h: a copy becomes the segments of a memory.
 */
#include "target/live/copy.h"
#include "target/live/lazy.h"
#include "target/maps.h"

/* From so many on, mappings of one file that touch are one segment: a system
 * call for each of 60,000 takes longer than all else.  A load of an ELF file
 * has 5 or 6. */
#define TOGETHER_MIN 64
/* Bytes of such a segment, which is reserved as a whole. */
#define TOGETHER_BYTES (256ULL << 20)

/* The buffer of an area, which its last segment frees. */
static struct buffer *buffer_of(struct copy *c, struct buffer **buffers,
			      const struct piece *p)
{
	struct area *a = &c->areas.v[p->area];

	if (!buffers[p->area]) {
		buffers[p->area] = buffer_new(a->bytes, a->end - a->start);
		a->used = true;
	}
	return buffers[p->area];
}

/*
 * Add a piece to the memory.  `run` is the segment that is being made: mappings
 * that touch become one, so that an object may lie across their border.
 */
static void add_piece(struct copy *c, struct memory *m, const struct piece *p,
		      struct buffer **buffers, struct segment *run)
{
	const struct mapping *map = &c->mappings.v[p->mapping];
	const struct range *ranges = c->ranges.v + p->first_range;
	size_t nr_ranges = p->end_range - p->first_range;
	struct buffer *buffer = buffer_of(c, buffers, p);

	if (p->from_file &&
	    !lazy_complete(c->live, map, p->bytes, ranges, nr_ranges)) {
		lazy_add(m, c->live, map, 1, p->bytes, buffer, ranges,
			 nr_ranges);
		return;
	}
	if (run->end && run->end == map->start &&
	    run->bytes + (run->end - run->start) == p->bytes) {
		run->end = map->end;
		run->prot |= map->prot;
		return;
	}
	if (run->end)
		memory_add(m, run);
	*run = (struct segment){
		.start = map->start,
		.end = map->end,
		.bytes = p->bytes,
		.prot = map->prot,
		.fill_context = buffer,
		.release = buffer_release_segment,
	};
	buffer_hold(buffer);
}

/*
 * How many mappings of one file, from `first` on, touch one another.  Text is
 * apart, as what is executable is asked of a segment.
 */
static size_t count_together(const struct copy *c, size_t first)
{
	const struct mapping *maps = c->mappings.v, *f = &maps[first];
	size_t i = first;

	if (!f->inode)
		return 1;
	while (i < c->mappings.nr && maps[i].inode == f->inode &&
	       maps[i].device == f->device && maps[i].shared == f->shared &&
	       mapping_kind(&maps[i]) >= MAPPING_DATA &&
	       !(maps[i].prot & SEGMENT_EXEC) &&
	       (i == first || maps[i].start == maps[i - 1].end) &&
	       maps[i].end - f->start <= TOGETHER_BYTES)
		i++;
	return MAX(i - first, 1);
}

/* Behind the pieces from `piece` on that are of mappings before `end`; 0: they
 * are not all in one area that has room for the mappings from `first` on. */
static size_t end_of_pieces(const struct copy *c, size_t piece, size_t first,
			    size_t end)
{
	size_t i = piece;
	const struct area *a;

	for (; i < c->pieces.nr && c->pieces.v[i].mapping < end; i++)
		if (c->pieces.v[i].area != c->pieces.v[piece].area)
			return 0;
	if (i == piece)
		return i;
	a = &c->areas.v[c->pieces.v[piece].area];
	return c->mappings.v[first].start >= a->start &&
	       c->mappings.v[end - 1].end <= a->end ? i : 0;
}

/*
 * Add the mappings [first, end) of one file, if they are more than an ELF file
 * has, as one segment; false: they are to be added one by one.  `*next` is the
 * first piece of theirs, or of what comes behind them.
 */
static bool add_together(struct copy *c, struct memory *m,
			 struct buffer **buffers, size_t first, size_t end,
			 size_t *next)
{
	const struct mapping *map = &c->mappings.v[first];
	const struct piece *p = c->pieces.v + *next, *last;
	size_t behind = end - first < TOGETHER_MIN ? 0 :
			end_of_pieces(c, *next, first, end);
	struct buffer *buffer;

	if (behind < *next || end - first < TOGETHER_MIN ||
	    live_file(c->live, map) < 0)
		return false;
	if (behind == *next) {
		lazy_add(m, c->live, map, end - first, NULL, NULL, NULL, 0);
		return true;
	}
	last = &c->pieces.v[behind - 1];
	buffer = buffer_of(c, buffers, p);
	lazy_add(m, c->live, map, end - first,
		 buffer->bytes + (map->start - c->areas.v[p->area].start),
		 buffer, c->ranges.v + p->first_range,
		 last->end_range - p->first_range);
	*next = behind;
	return true;
}

struct error *copy_finish(struct copy *c, struct memory *m)
{
	CLEANUP(freep) struct buffer **buffers = NULL;
	struct segment run = { .end = 0 };
	size_t next = 0, end;

	buffers = xcalloc(c->areas.nr, sizeof(*buffers));
	for (size_t i = 0; i < c->mappings.nr; i = end) {
		const struct mapping *map = &c->mappings.v[i];

		end = i + count_together(c, i);
		if (add_together(c, m, buffers, i, end, &next))
			continue;
		end = i + 1;
		if (next < c->pieces.nr && c->pieces.v[next].mapping == i)
			add_piece(c, m, &c->pieces.v[next++], buffers, &run);
		else if (mapping_kind(map) == MAPPING_FILE)
			lazy_add(m, c->live, map, 1, NULL, NULL, NULL, 0);
	}
	if (run.end)
		memory_add(m, &run);
	for (size_t i = 0; i < c->areas.nr; i++)
		if (buffers[i])
			buffer_drop(buffers[i]);
	m->bytes_copied = c->bytes;
	return memory_sort(m);
}
