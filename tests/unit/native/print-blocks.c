/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Print all that the ledger of a process or a core is made of, for tests to
 * hold against what the target says:
 *
 *	make tests/unit/native/print-blocks
 *	tests/unit/native/print-blocks PID|CORE [SYSROOT]
 *
 * A line is one of these.  Numbers are decimal, addresses hexadecimal, `-` is
 * "none", and PART is a name of heap/memory-parts.def.  A name comes last, as
 * it may have spaces.
 *
 *	block ADDRESS SIZE ALLOCATOR PART OBJECT OWNER NAME
 *		A block in use.  SIZE is what the program may use.  OBJECT is
 *		the address of the object that lies in the block, OWNER that
 *		of the object that owns it.  NAME is that of its line: a type
 *		or a file.
 *	line PART BYTES COUNT NAME
 *	unowned ALLOCATOR SIZE COUNT BYTES
 *	arena ADDRESS SIZE BLOCKS BYTES USED OBJECT
 *	malloc ADDRESS SYSTEM USED FREE TOP NR_FREE FAST NR_FAST CACHED OVERHEAD
 *		WHOLE
 *	total RESIDENT UNEXPLAINED SWAPPED GUESSED DAMAGED MMAPPED NR_MMAPPED
 *
 * Exit status 2: wrong usage; 3: the target can't be read, stderr says why.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/load.h"
#include "python/memory/memory-load.h"
#include "target/core/core.h"

static const char *const part_names[NR_MEMORY_PARTS] = {
#define MEMORY_PART(part, kind, has) [PART_##part] = #part,
#include "heap/memory-parts.def"
#undef MEMORY_PART
};

static void print_oid(const struct heap *h, oid o)
{
	if (o == OID_NONE)
		printf(" -");
	else
		printf(" 0x%" PRIx64, h->address[o]);
}

static const char *line_name(const struct heap *h,
			     const struct heap_memory_line *line)
{
	if (line->type != OID_NONE)
		return h->types.v[line->type].name;
	return *line->name ? line->name : "-";
}

/* A memory_block that outlives the visit.  Types get their names later, and
 * lines are sorted. */
struct seen {
	struct block block;
	struct heap_memory_line line;	/* its name is the heap's */
	oid object, owner;
};
VEC_DEFINE(seen_vec, struct seen);

static void note_block(const struct heap *h, const struct memory_block *b,
		       void *context)
{
	seen_vec_push(context, (struct seen){ *b->block,
					      h->memory.lines.v[b->line],
					      b->object, b->owner });
}

static void print_block(const struct heap *h, const struct seen *b)
{
	const struct heap_memory_line *line = &b->line;

	printf("block 0x%" PRIx64 " %" PRIu64 " %s %s", b->block.start,
	       (uint64_t)b->block.size,
	       memory_allocator_names[b->block.allocator],
	       part_names[line->part]);
	print_oid(h, b->object);
	print_oid(h, b->owner);
	printf(" %s\n", line_name(h, line));
}

static void print_lines(const struct heap *h)
{
	const struct heap_memory *m = &h->memory;

	for (size_t i = 0; i < m->lines.nr; i++) {
		const struct heap_memory_line *line = &m->lines.v[i];

		printf("line %s %" PRIu64 " %" PRIu64 " %s\n",
		       part_names[line->part], line->bytes, line->count,
		       line_name(h, line));
	}
	for (size_t i = 0; i < m->unowned.nr; i++) {
		const struct heap_memory_unowned *u = &m->unowned.v[i];

		printf("unowned %s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		       memory_allocator_names[u->allocator], u->size, u->count,
		       u->bytes);
	}
}

static void print_arenas(const struct heap *h)
{
	const struct heap_memory *m = &h->memory;

	for (size_t i = 0; i < m->arenas.nr; i++) {
		const struct heap_memory_arena *a = &m->arenas.v[i];

		printf("arena 0x%" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		       " %" PRIu64, a->address, a->size, a->blocks, a->bytes,
		       a->used);
		print_oid(h, a->object);
		printf("\n");
	}
	for (size_t i = 0; i < m->mallocs.nr; i++) {
		const struct heap_memory_malloc *a = &m->mallocs.v[i];

		printf("malloc 0x%" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		       " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		       " %" PRIu64 " %" PRIu64 " %d\n",
		       a->address, a->system, a->used, a->free, a->top,
		       a->nr_free, a->fast, a->nr_fast, a->cached,
		       a->overhead, a->whole);
	}
}

static struct error *open_target(const char *name, const char *sysroot,
				 struct target **ret)
{
	const struct core_options options = { .sysroot = sysroot };

	if (strspn(name, "0123456789") == strlen(name))
		return target_open_pid((pid_t)atoi(name), ret);
	return target_open_core(name, &options, ret);
}

int main(int argc, char **argv)
{
	struct seen_vec seen = VEC_INIT;
	const struct load_options options = {
		.block = note_block,
		.context = &seen,
	};
	const struct heap_memory *m;
	struct target *t = NULL;
	struct heap h = { 0 };
	struct error *err;

	if (argc != 2 && argc != 3)
		return 2;
	err = open_target(argv[1], argv[2], &t);
	if (!err)
		err = load_python(t, &options, &h);
	if (err) {
		fprintf(stderr, "print-blocks: %s\n", err->message);
		error_free(err);
		seen_vec_release(&seen);
		target_close(t);
		return 3;
	}
	m = &h.memory;
	for (size_t i = 0; i < seen.nr; i++)
		print_block(&h, &seen.v[i]);
	seen_vec_release(&seen);
	print_lines(&h);
	print_arenas(&h);
	printf("total %" PRIu64 " %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64
	       " %" PRIu64 " %" PRIu64 "\n", m->resident, m->unexplained,
	       m->swapped, m->guessed, m->nr_damaged, m->mmapped,
	       m->nr_mmapped);
	heap_release(&h);
	target_close(t);
	return 0;
}
