/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of a core that was cut short: the data of a CPython that lay in what is
 * missing, as the dynamic linker had made it when the process began.
 *
 * A shared CPython's static types lie behind the arenas, so that they are the
 * first to be lost, and without them no object can be told.  Most of what they
 * say never changes: names, sizes, functions.  What is set at run time (dicts,
 * counts, the runtime's state) is not there.
 */
#include <stdlib.h>
#include <string.h>

#include "target/core/core.h"
#include "target/elf/image.h"

#define DATA_MAX (64u << 20)

static void release(struct segment *s)
{
	free(s->bytes);
}

/* The part of `m` that is missing, as the file has it. */
static bool add_data(struct target *t, struct image *im,
		     const struct module *module, const struct mapping *m,
		     struct memory *restored)
{
	struct segment s = { .end = m->end, .prot = m->prot,
			     .release = release };
	struct error *err;
	raddr start = m->start;

	while (start < m->end && !target_is_missing(t, start))
		start += 4096;
	if (start >= m->end || m->end - start > DATA_MAX)
		return false;
	s.start = start;
	/* To the end of what the file has there: .bss follows. */
	s.end = MIN(m->end, module->bias +
			    image_data_end(im, start - module->bias));
	if (s.end <= start)
		return false;
	s.bytes = xcalloc(1, s.end - start);
	err = image_read(im, start - module->bias, s.bytes, s.end - start);
	error_free(err);
	if (err) {
		free(s.bytes);
		return false;
	}
	image_relocate(im, module->bias, start, s.end, s.bytes);
	memory_add(restored, &s);
	return true;
}

static bool is_python(struct image *im)
{
	uint64_t size;
	raddr at;
	struct error *err = image_symbol(im, "PyType_Type", &at, &size);

	error_free(err);
	return !err;
}

static void restore(struct target *t, struct module *module,
		    struct memory *restored)
{
	struct image *im = NULL;

	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];

		if (m->start < module->start || m->end > module->end ||
		    !m->inode || !(m->prot & SEGMENT_WRITE) ||
		    !target_is_missing(t, m->end - 4096))
			continue;
		im = im ? im : target_image(t, module);
		if (!im || !is_python(im))
			return;
		add_data(t, im, module, m, restored);
	}
}

struct error *core_restore(struct core *c, struct target *t)
{
	struct memory restored = MEMORY_INIT;
	uint64_t bytes = 0;

	for (size_t i = 0; t->missing && i < t->modules.nr; i++)
		if (strstr(t->modules.v[i].path, "python"))
			restore(t, &t->modules.v[i], &restored);
	for (unsigned int i = 0; i < restored.nr_segments; i++) {
		bytes += restored.segments[i].end - restored.segments[i].start;
		memory_add(&t->memory, &restored.segments[i]);
	}
	free(restored.segments);
	if (!bytes)
		return NULL;
	core_warn(c, "CPython's own data is missing, or a part of it: its "
		  "static types are taken from its file, without their dicts "
		  "and counts");
	return memory_sort(&t->memory);
}
