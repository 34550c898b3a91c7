/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <sys/mman.h>

#include "target/view.h"

static void unmap(struct segment *s)
{
	munmap(s->bytes, s->end - s->start);
}

static bool fill(struct segment *s, uint64_t offset, uint64_t len)
{
	struct target *t = s->fill_context;
	uint8_t *to = s->bytes + offset;
	struct error *err;

	if (mprotect(to, len, PROT_READ | PROT_WRITE))
		return false;
	err = t->source->peek(t, s->start + offset, to, len);
	/* No line: each chunk may fail, and whoever reads it is told. */
	error_free(err);
	return !err;
}

static void add(struct target *t, struct memory *ret, raddr start, raddr end,
		unsigned int prot)
{
	struct segment s = { .start = start, .end = end, .prot = prot,
			     .fill = fill, .fill_context = t,
			     .release = unmap };
	void *p = mmap(NULL, end - start, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return;
	s.bytes = p;
	s.filled = xcalloc((end - start) / SEGMENT_CHUNK / 8 + 1, 1);
	memory_add(ret, &s);
}

struct error *view_open(struct target *t, struct memory *ret)
{
	raddr start = 0, end = 0;
	unsigned int prot = 0;

	/* Those that touch are one segment: .data and .bss, or arenas. */
	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];

		if (mapping_kind(m) == MAPPING_SKIP)
			continue;
		if (m->start != end || (m->prot ^ prot) & SEGMENT_EXEC) {
			if (end)
				add(t, ret, start, end, prot);
			start = m->start;
			prot = 0;
		}
		end = m->end;
		prot |= m->prot;
	}
	if (end)
		add(t, ret, start, end, prot);
	return memory_sort(ret);
}
