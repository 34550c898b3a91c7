/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "target/elf/image.h"
#include "target/modules.h"

static bool same_file(const struct mapping *a, const struct mapping *b)
{
	return a->inode == b->inode && a->device == b->device;
}

/*
 * Does `m` begin another load of the file that `last` is a mapping of?  A load
 * maps its file at rising offsets, so one begins at a lower offset, or at 0
 * once more.  But a tiny file has its data in the page that its text is in, and
 * a small one has constants and data in one page.  The first page of its data
 * is read-only then if the linker made it so (RELRO).
 */
static bool begins_anew(const struct mapping *last, const struct mapping *m)
{
	if (m->offset == last->offset)
		return !m->offset && (!(m->prot & SEGMENT_WRITE) ||
				      last->prot & SEGMENT_WRITE);
	return m->offset < last->offset;
}

/*
 * The index behind the mappings that one load of a file makes: its file at
 * rising offsets, with .bss and gaps between them.
 */
static size_t end_of_load(const struct mapping_vec *maps, size_t first)
{
	const struct mapping *last = &maps->v[first];
	size_t end = first + 1;

	/* There may be 60,000 such mappings, each touching the next one. */
	if (!last->inode)
		return end;
	for (size_t i = first + 1; i < maps->nr; i++) {
		const struct mapping *m = &maps->v[i];

		if (m->inode && !same_file(m, last))
			break;
		if (!m->inode) {
			/* .bss touches the mapping before it. */
			if (m->start != maps->v[i - 1].end || m->path[0])
				break;
			continue;
		}
		if (begins_anew(last, m))
			break;
		last = m;
		end = i + 1;
	}
	return end;
}

static bool has_magic(struct target *t, raddr addr)
{
	char magic[4];
	struct error *err = t->source->peek(t, addr, magic, sizeof(magic));

	if (err) {
		log_pass_over_usual(err, "what is mapped at 0x%" PRIx64
				    " is not taken for a module", addr);
		return false;
	}
	return !memcmp(magic, "\177ELF", 4);
}

static bool is_candidate(struct target *t, size_t first, size_t end)
{
	const struct mapping *m = &t->mappings.v[first];

	if (!m->inode || m->shared || m->path[0] == '[')
		return false;
	for (size_t i = first; i < end; i++)
		if (t->mappings.v[i].prot & SEGMENT_EXEC)
			return true;
	return !m->offset && (m->prot & SEGMENT_READ) &&
	       t->mappings.v[end - 1].prot & SEGMENT_WRITE &&
	       has_magic(t, m->start);
}

static bool is_listed(const struct target *t, const struct mapping *m)
{
	for (size_t i = 0; i < t->modules.nr; i++)
		if (t->modules.v[i].start == m->start &&
		    !strcmp(t->modules.v[i].path, m->path))
			return true;
	return false;
}

void modules_find(struct target *t)
{
	size_t end;

	for (size_t i = 0; i < t->mappings.nr; i = end) {
		const struct mapping *m = &t->mappings.v[i];
		struct module module = { .start = m->start };

		end = end_of_load(&t->mappings, i);
		if (!is_candidate(t, i, end) || is_listed(t, m))
			continue;
		module.end = t->mappings.v[end - 1].end;
		module.path = xstrdup(m->path);
		module_vec_push(&t->modules, module);
	}
}

void modules_release(struct target *t)
{
	for (size_t i = 0; i < t->modules.nr; i++) {
		image_close(t->modules.v[i].image);
		free(t->modules.v[i].path);
	}
	module_vec_release(&t->modules);
}

struct module *modules_at(struct target *t, raddr addr)
{
	for (size_t i = 0; i < t->modules.nr; i++) {
		struct module *module = &t->modules.v[i];

		if (addr >= module->start && addr < module->end)
			return module;
	}
	return NULL;
}

/* Find the bias if the mapping `m` is a part of the PT_LOAD `l`. */
static bool bias_of(const struct image_load *l, const struct mapping *m,
		    raddr *ret)
{
	uint64_t first = memory_page_start(l->offset);

	if (m->offset < first || m->offset >= l->offset + l->file_size)
		return false;
	*ret = m->start - (memory_page_start(l->address) + (m->offset - first));
	return true;
}

/* Is the first page of each PT_LOAD mapped from its offset in the file? */
static bool is_consistent(const struct target *t, const struct module *module,
			  const struct mapping *first, raddr bias)
{
	const struct image_load *loads;
	size_t nr = image_loads(module->image, &loads), good = 0, asked = 0;

	for (size_t i = 0; i < nr; i++) {
		raddr addr = bias + memory_page_start(loads[i].address);
		uint64_t offset = memory_page_start(loads[i].offset);
		const struct mapping *m = maps_find(&t->mappings, addr);

		if (!loads[i].file_size)
			continue;
		asked++;
		/* Text that was copied to huge pages has no file. */
		if (m && !m->inode && !m->path[0])
			asked--;
		else if (m && same_file(m, first) &&
			 m->offset + (addr - m->start) == offset)
			good++;
	}
	return good && good == asked;
}

static bool find_bias(const struct target *t, struct module *module)
{
	const struct mapping *first = maps_find(&t->mappings, module->start);
	const struct image_load *loads;
	size_t nr = image_loads(module->image, &loads);

	for (size_t i = 0; first && i < nr; i++)
		if (bias_of(&loads[i], first, &module->bias) &&
		    is_consistent(t, module, first, module->bias))
			return true;
	return false;
}

/* Its descriptor, which is the source's, or -1; `*is_debug`: not the file
 * itself, but its debug information, and the bias is set. */
static int open_module(struct target *t, struct module *module,
		       bool *is_debug)
{
	const struct mapping *m = maps_find(&t->mappings, module->start);
	int fd = m ? t->source->file(t, m) : -1;

	*is_debug = m && fd < 0 && t->source->debug_file;
	return *is_debug ? t->source->debug_file(t, m, &module->bias) : fd;
}

static void open_image(struct target *t, struct module *module)
{
	bool is_debug;
	int fd = open_module(t, module, &is_debug);
	struct error *err;

	if (fd < 0) {
		log_info("module %s at 0x%" PRIx64 ": no file to take symbols"
			 " from%s", module->path, module->start,
			 t->source->symbol ? ", only what is in the core" : "");
		return;
	}
	err = image_open(fd, module->path, &module->image);
	if (err) {
		module->unread = err->code == ERR_SYSTEM;
		log_pass_over(err, "the module at 0x%" PRIx64 " has no symbols",
			      module->start);
		return;
	}
	if (!is_debug && !find_bias(t, module)) {
		log_info("module %s at 0x%" PRIx64 ": its file is not laid out "
			 "as it is mapped, so its symbols are not used",
			 module->path, module->start);
		image_close(module->image);
		module->image = NULL;
		return;
	}
	log_detail("module %s at 0x%" PRIx64 ": symbols of its %s, bias 0x%"
		   PRIx64, module->path, module->start,
		   is_debug ? "debug information" : "file", module->bias);
}

const char *modules_unread(const struct target *t)
{
	for (size_t i = 0; i < t->modules.nr; i++) {
		const struct module *m = &t->modules.v[i];

		if (m->unread || (m->image && image_is_unread(m->image)))
			return m->path;
	}
	return NULL;
}

struct image *modules_image(struct target *t, struct module *module)
{
	if (!module->tried) {
		module->tried = true;
		open_image(t, module);
	}
	return module->image;
}

bool modules_symbol_of(struct target *t, struct module *module,
		       const char *name, raddr *ret, uint64_t *size)
{
	struct image *im = modules_image(t, module);
	struct error *err;
	raddr value;

	if (!im)
		return t->source->symbol &&
		       t->source->symbol(t, module, name, ret, size);
	err = image_symbol(im, name, &value, size);
	if (!err) {
		*ret = value + module->bias;
		return true;
	}
	/* Most files do not define it: that is usual. */
	if (err->code == ERR_NOT_FOUND)
		error_free(err);
	else
		log_pass_over(err, "look for %s in other modules", name);
	return false;
}

struct error *modules_symbol(struct target *t, const char *in,
			     const char *name, raddr *ret, uint64_t *size)
{
	for (size_t i = 0; i < t->modules.nr; i++) {
		struct module *module = &t->modules.v[i];

		if (module->ignored || (in && !strstr(module->path, in)))
			continue;
		if (modules_symbol_of(t, module, name, ret, size))
			return NULL;
	}
	return error_new(ERR_NOT_FOUND, "no mapped file defines %s", name);
}
