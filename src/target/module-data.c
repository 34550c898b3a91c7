/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "target/elf/image.h"
#include "target/module-data.h"
#include "target/modules.h"

/* Bytes of one mapping; the data of a libpython has 1 to 2 MB. */
#define DATA_MAX (64u << 20)

static bool is_missing(struct target *t, raddr addr)
{
	return t->source->is_missing && t->source->is_missing(t, addr);
}

/* Is `m` data of the module, and is some of it missing? */
static bool lacks_data(struct target *t, const struct module *module,
		       const struct mapping *m)
{
	return m->start >= module->start && m->end <= module->end &&
	       m->inode && m->prot & SEGMENT_WRITE &&
	       is_missing(t, m->end - MEMORY_PAGE);
}

bool module_data_is_missing(struct target *t, const struct module *module)
{
	for (size_t i = 0; t->missing && i < t->mappings.nr; i++)
		if (lacks_data(t, module, &t->mappings.v[i]))
			return true;
	return false;
}

static void free_bytes(struct segment *s)
{
	free(s->bytes);
}

/* Add the part of `m` that is missing, as the file has it. */
static void restore_mapping(struct target *t, struct image *im,
			    const struct module *module,
			    const struct mapping *m, struct memory *restored)
{
	struct segment s = { .prot = m->prot, .release = free_bytes };
	struct error *err;
	raddr start = m->start;

	while (start < m->end && !is_missing(t, start))
		start += MEMORY_PAGE;
	if (start >= m->end || m->end - start > DATA_MAX)
		return;
	s.start = start;
	/* Up to the end of the bytes in the file; .bss follows. */
	s.end = MIN(m->end, module->bias +
			    image_data_end(im, start - module->bias));
	if (s.end <= start)
		return;
	s.bytes = xcalloc(1, s.end - start);
	err = image_read(im, start - module->bias, s.bytes, s.end - start);
	if (err) {
		log_pass_over(err, "0x%" PRIx64 " to 0x%" PRIx64 " stays "
			      "missing", start, s.end);
		free(s.bytes);
		return;
	}
	log_info("module %s: 0x%" PRIx64 " to 0x%" PRIx64 ", which is missing,"
		 " is taken from its file", module->path, start, s.end);
	image_relocate(im, module->bias, start, s.end, s.bytes);
	memory_add(restored, &s);
}

struct error *module_data_restore(struct target *t, struct module *module,
				  uint64_t *bytes)
{
	/* Apart: t->memory must stay sorted while it is searched. */
	struct memory restored = MEMORY_INIT;
	struct image *im = modules_image(t, module);

	*bytes = 0;
	for (size_t i = 0; im && i < t->mappings.nr; i++)
		if (lacks_data(t, module, &t->mappings.v[i]))
			restore_mapping(t, im, module, &t->mappings.v[i],
					&restored);
	for (unsigned int i = 0; i < restored.nr_segments; i++) {
		const struct segment *s = &restored.segments[i];

		*bytes += s->end - s->start;
		memory_add(&t->memory, s);
	}
	free(restored.segments);
	return *bytes ? memory_sort(&t->memory) : NULL;
}
