/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"
#include "target/core/core-files.h"
#include "target/core/core-maps.h"

/* --- mappings: of segments, files, or both --- */

struct sweep {
	const struct core_load *load, *load_end;
	const struct core_range *range, *range_end;
	raddr at;
};

/* Go to the next address that a load or a range has; false: none. */
static bool sweep_on(struct sweep *s)
{
	raddr next = UINT64_MAX;

	while (s->load < s->load_end && s->load->end <= s->at)
		s->load++;
	while (s->range < s->range_end && s->range->end <= s->at)
		s->range++;
	if (s->load < s->load_end)
		next = MAX(s->at, s->load->start);
	if (s->range < s->range_end)
		next = MIN(next, MAX(s->at, s->range->start));
	s->at = next;
	return next != UINT64_MAX;
}

static void set_file(struct core *c, const struct core_range *r,
		     struct mapping *m)
{
	const struct core_file *f = &c->files.v[r->file];

	m->offset = r->offset + (m->start - r->start);
	m->inode = r->file + 1;
	m->path = xstrdup(f->path);
	m->deleted = f->deleted;
}

/* Add the mapping from s->at on, up to where the load or the range changes. */
static void add_mapping(struct core *c, struct target *t, struct sweep *s)
{
	const struct core_load *l = s->load;
	const struct core_range *r = s->range;
	struct mapping m = { .start = s->at, .end = UINT64_MAX };

	if (l < s->load_end) {
		if (l->start <= s->at)
			m.prot = l->prot;
		m.end = l->start <= s->at ? l->end : l->start;
	}
	if (r < s->range_end)
		m.end = MIN(m.end, r->start <= s->at ? r->end : r->start);
	if (r < s->range_end && r->start <= s->at)
		set_file(c, r, &m);
	else
		m.path = xstrdup("");
	mapping_vec_push(&t->mappings, m);
	s->at = m.end;
}

static void make_mappings(struct core *c, struct target *t)
{
	struct sweep s = {
		.load = c->loads.v, .load_end = c->loads.v + c->loads.nr,
		.range = c->ranges.v, .range_end = c->ranges.v + c->ranges.nr,
	};

	while (sweep_on(&s))
		add_mapping(c, t, &s);
}

/* --- memory that is in the core --- */

/* The load that a mapping is in, or NULL; `*hint` moves on. */
static const struct core_load *load_of(const struct core *c,
				       const struct mapping *m, size_t *hint)
{
	while (*hint < c->loads.nr && c->loads.v[*hint].end <= m->start)
		++*hint;
	if (*hint < c->loads.nr && c->loads.v[*hint].start <= m->start)
		return &c->loads.v[*hint];
	return NULL;
}

/*
 * Mappings that touch one another here and in the core are one segment, as an
 * object may lie across their border (.data and .bss).
 */
static void add_present(struct core *c, struct target *t,
			struct segment *run, const struct core_load *l)
{
	struct segment s = {
		.start = l->start,
		.end = l->start + l->present,
		.bytes = c->bytes + l->offset,
		.prot = l->prot,
	};

	t->memory.bytes_copied += l->present;
	if (run->end == s.start && !((run->prot ^ s.prot) & SEGMENT_EXEC) &&
	    run->bytes + (run->end - run->start) == s.bytes) {
		run->end = s.end;
		run->prot |= s.prot;
		return;
	}
	if (run->end)
		memory_add(&t->memory, run);
	*run = s;
}

static void add_all_present(struct core *c, struct target *t)
{
	struct segment run = { .end = 0 };

	for (size_t i = 0; i < c->loads.nr; i++)
		if (c->loads.v[i].present)
			add_present(c, t, &run, &c->loads.v[i]);
	if (run.end)
		memory_add(&t->memory, &run);
}

/* --- memory that the core leaves out --- */

struct left_out {
	int fd;			/* of core.files */
	uint64_t offset;	/* in the file, of the segment's start */
};

static void unmap(struct segment *s)
{
	munmap(s->bytes, s->end - s->start);
	free(s->fill_context);
}

/* Read, not mapped: a mapping kills us when its file is truncated. */
static bool fill_from_file(struct segment *s, uint64_t offset, uint64_t len)
{
	const struct left_out *z = s->fill_context;
	uint64_t done = 0;

	while (done < len) {
		ssize_t n = pread(z->fd, s->bytes + offset + done, len - done,
				  (off_t)(z->offset + offset + done));

		if (n <= 0)
			break;
		done += n;
	}
	return done > 0;
}

static bool reserve(struct segment *s)
{
	void *p = mmap(NULL, s->end - s->start, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return false;
	madvise(p, s->end - s->start, MADV_NOHUGEPAGE);
	s->bytes = p;
	s->release = unmap;
	return true;
}

static void add_zeros(struct memory *rest, const struct mapping *m,
		      raddr start, raddr end)
{
	struct segment s = { .start = start, .end = end, .prot = m->prot };

	if (reserve(&s))
		memory_add(rest, &s);
}

static void add_of_file(struct core *c, struct target *t, struct memory *rest,
			const struct mapping *m, raddr start, raddr end)
{
	struct segment s = { .start = start, .end = end, .prot = m->prot };
	uint64_t offset = m->offset + (start - m->start), size, chunks;
	int fd = core_file_of(c, t, m);
	struct left_out *z;

	if (fd < 0)
		return;
	/* Up to the end of the file's last page. */
	size = memory_page_start(c->files.v[m->inode - 1].size +
				 MEMORY_PAGE - 1);
	if (offset >= size)
		return;
	s.end = start + MIN(end - start, size - offset);
	if (!reserve(&s))
		return;
	z = xmalloc(sizeof(*z));
	*z = (struct left_out){ fd, offset };
	chunks = (s.end - start + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK;
	s.filled = xcalloc(chunks / 8 + 1, 1);
	s.fill = fill_from_file;
	s.fill_context = z;
	memory_add(rest, &s);
}

/* Add what the core leaves out of the mapping `m`, which is in the load `l`. */
static void add_rest(struct core *c, struct target *t, struct memory *rest,
		     const struct mapping *m, const struct core_load *l)
{
	raddr present_end = l->start + l->present;
	raddr end = l->start + l->file_size;
	raddr start = MAX(m->start, m->prot & SEGMENT_WRITE ? end :
							      present_end);

	if (start >= m->end)
		return;
	if (m->inode)
		add_of_file(c, t, rest, m, start, m->end);
	else if (l->file_size && MAX(m->start, end) < m->end)
		add_zeros(rest, m, MAX(m->start, end), m->end);
}

static void add_all_left_out(struct core *c, struct target *t)
{
	/* Apart: t->memory must stay sorted, as files are compared with it. */
	struct memory rest = MEMORY_INIT;
	size_t hint = 0;

	for (size_t i = 0; i < t->mappings.nr; i++) {
		struct mapping *m = &t->mappings.v[i];
		const struct core_load *l = load_of(c, m, &hint);

		if (l && !(l->prot & SEGMENT_READ))
			continue;
		if (l) {
			add_rest(c, t, &rest, m, l);
			continue;
		}
		m->prot = core_file_prot(c, t, m);
		if (m->prot)
			add_of_file(c, t, &rest, m, m->start, m->end);
	}
	for (unsigned int i = 0; i < rest.nr_segments; i++)
		memory_add(&t->memory, &rest.segments[i]);
	free(rest.segments);
}

/* --- what is not there --- */

static void add_size(struct str *s, uint64_t bytes)
{
	str_addf(s, "%.1f MB", (double)bytes / 1e6);
}

static void warn_of_gaps(struct core *c, struct target *t)
{
	CLEANUP(str_release) struct str missing = STR_INIT, all = STR_INIT;
	uint64_t claimed = 0, present = 0, left_out = 0;

	for (size_t i = 0; i < c->loads.nr; i++) {
		const struct core_load *l = &c->loads.v[i];

		claimed += l->file_size;
		present += l->present;
		/* Guard pages of stacks are not writable. */
		if (!l->file_size && l->prot & SEGMENT_WRITE)
			left_out += l->end - l->start;
	}
	for (size_t i = 0; i < t->mappings.nr && left_out; i++)
		if (t->mappings.v[i].inode &&
		    t->mappings.v[i].prot & SEGMENT_WRITE)
			left_out -= MIN(left_out, t->mappings.v[i].end -
						  t->mappings.v[i].start);
	t->missing = claimed - present;
	if (t->missing) {
		add_size(&missing, t->missing);
		add_size(&all, claimed);
		target_warn(t, "the core is truncated: %" PRIu64 " bytes (%s "
			    "of %s) of memory are missing", t->missing,
			    missing.s, all.s);
	}
	if (!t->missing && c->vsyscall_missing)
		target_warn(t, "the core is truncated, but only the kernel's "
			    "own page, [vsyscall], is missing");
	if (left_out) {
		add_size(&missing, left_out);
		target_warn(t, "%" PRIu64 " bytes of writable memory were left "
			    "out when the core was made (coredump_filter, "
			    "MADV_DONTDUMP)", left_out);
	}
}

bool core_is_missing(struct target *t, raddr addr)
{
	size_t low = 0, high = t->core->loads.nr;

	while (t->missing && low < high) {
		size_t middle = low + (high - low) / 2;
		const struct core_load *l = &t->core->loads.v[middle];

		if (addr < l->start)
			high = middle;
		else if (addr >= l->end)
			low = middle + 1;
		else
			return addr - l->start >= l->present &&
			       addr - l->start < l->file_size &&
			       !memory_find(&t->memory, addr);
	}
	return false;
}

uint64_t core_hole(const struct target *t, const uint8_t *p)
{
	const struct core *c = t->core;
	off_t at = p - c->bytes, data = lseek(c->fd, at, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? c->size - (uint64_t)at : 0;
	return (uint64_t)(data - at);
}

struct error *core_map(struct core *c, struct target *t)
{
	struct error *err;

	make_mappings(c, t);
	add_all_present(c, t);
	/* Files are compared with their first pages, which the core has. */
	err = memory_sort(&t->memory);
	if (err)
		return err;
	add_all_left_out(c, t);
	warn_of_gaps(c, t);
	return memory_sort(&t->memory);
}
