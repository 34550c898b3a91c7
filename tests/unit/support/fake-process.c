/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fake-process.h"

#define PAGE MEMORY_PAGE

static struct error *peek(struct target *t, raddr addr, void *buf,
			  uint64_t len)
{
	return memory_read(&t->memory, addr, buf, len);
}

static int no_file(struct target *t, const struct mapping *m)
{
	(void)t;
	(void)m;
	return -1;
}

static const struct target_source source = { .peek = peek, .file = no_file };

void fake_process_init(struct fake_process *p)
{
	*p = (struct fake_process){ .target.source = &source };
	p->target.residency.basis = RESIDENCY_PAGEMAP;
}

static void free_bytes(struct segment *s)
{
	free(s->bytes);
}

static uint64_t inode_of(const char *path)
{
	uint64_t inode = 1;

	if (*path != '/')
		return 0;
	for (; *path; path++)
		inode = inode * 31 + (uint8_t)*path;
	return inode | 1;
}

void fake_process_map(struct fake_process *p, raddr start, uint64_t pages,
		      const char *flags, const char *path)
{
	struct segment s = {
		.start = start,
		.end = start + pages * PAGE,
		.prot = (flags[0] == 'r' ? SEGMENT_READ : 0) |
			(flags[1] == 'w' ? SEGMENT_WRITE : 0) |
			(flags[2] == 'x' ? SEGMENT_EXEC : 0),
		.release = free_bytes,
	};
	struct mapping m = {
		.start = s.start,
		.end = s.end,
		.prot = s.prot,
		.shared = flags[3] == 's',
		.inode = inode_of(path),
		.path = xstrdup(path),
	};
	const struct mapping_vec *maps = &p->target.mappings;

	/* A load of a file maps it at rising offsets. */
	for (size_t i = 0; m.inode && i < maps->nr; i++)
		if (maps->v[i].inode == m.inode)
			m.offset += maps->v[i].end - maps->v[i].start;
	mapping_vec_push(&p->target.mappings, m);
	s.bytes = xcalloc(pages, PAGE);
	memory_add(&p->target.memory, &s);
}

void fake_process_touch(struct fake_process *p, raddr start, uint64_t pages)
{
	residency_add(&p->target.residency, start, start + pages * PAGE);
}

void fake_process_change(struct fake_process *p, raddr start, uint64_t pages)
{
	struct range r = { start, start + pages * PAGE };

	fake_process_touch(p, start, pages);
	range_vec_push(&p->target.residency.changed, r);
}

void fake_process_put(struct fake_process *p, raddr addr, uint64_t word)
{
	struct memory *m = &p->target.memory;

	for (unsigned int i = 0; i < m->nr_segments; i++) {
		struct segment *s = &m->segments[i];

		if (addr >= s->start && addr + 8 <= s->end) {
			memcpy(s->bytes + (addr - s->start), &word, 8);
			return;
		}
	}
	ck_abort_msg("nothing is mapped there");
}

void fake_process_thread(struct fake_process *p, raddr fs_base, raddr sp)
{
	struct thread t = { .fs_base = fs_base, .sp = sp };

	thread_vec_push(&p->target.threads, t);
}

void fake_process_ready(struct fake_process *p)
{
	struct error *err = memory_sort(&p->target.memory);

	ck_assert_ptr_null(err);
	residency_join(&p->target.residency.changed);
	residency_sort(&p->target.residency);
	modules_find(&p->target);
	native_init(&p->native, &p->target, &p->ledger);
}

uint64_t fake_process_bytes(const struct fake_process *p,
			    enum memory_part part, const char *name)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < p->ledger.lines.nr; i++) {
		const struct heap_memory_line *l = &p->ledger.lines.v[i];

		if (l->part == part && (!name || !strcmp(l->name, name)))
			bytes += l->bytes;
	}
	return bytes;
}

void fake_process_release(struct fake_process *p)
{
	native_release(&p->native);
	heap_memory_release(&p->ledger);
	memory_release(&p->target.memory);
	residency_release(&p->target.residency);
	modules_release(&p->target);
	maps_release(&p->target.mappings);
	thread_vec_release(&p->target.threads);
}
