/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "target/core/core-verify.h"
#include "target/elf/first-page.h"
#include "target/elf/image.h"
#include "target/range.h"

#define RELRO_MAX (16u << 20)
/* With so many relative relocations, no other words are looked at. */
#define ENOUGH 16

/* The header of RELRO and its offset in the file; false: it has none. */
static bool find_relro(const struct first_page *page, Elf64_Phdr *ret)
{
	bool found = false;
	Elf64_Phdr h;

	for (unsigned int i = 0; first_page_header(page, i, &h); i++)
		if (h.p_type == PT_GNU_RELRO && h.p_filesz >= 8 &&
		    h.p_filesz <= RELRO_MAX) {
			*ret = h;
			found = true;
		}
	return found;
}

/* Where the process had the byte at `offset` of the file: its last mapping is
 * that of the data.  0: nowhere. */
static raddr address_of(const struct core *c, size_t file, uint64_t offset)
{
	raddr found = 0;

	for (size_t i = 0; i < c->ranges.nr; i++) {
		const struct core_range *r = &c->ranges.v[i];

		if (r->file == file && offset >= r->offset &&
		    offset - r->offset < r->end - r->start)
			found = r->start + (offset - r->offset);
	}
	return found;
}

/* Is each PT_LOAD mapped from its offset?  Text that was copied to huge pages
 * is of no file. */
static bool is_laid_out(const struct core *c, size_t file,
			const struct first_page *page, raddr bias)
{
	Elf64_Phdr h;

	for (unsigned int i = 0; first_page_header(page, i, &h); i++) {
		raddr at = bias + memory_page_start(h.p_vaddr);
		size_t k = RANGE_BEHIND(&c->ranges, at);
		const struct core_range *r = &c->ranges.v[k];

		if (h.p_type != PT_LOAD || !h.p_filesz ||
		    k >= c->ranges.nr || r->start > at)
			continue;
		if (r->file != file || r->offset + (at - r->start) !=
					       memory_page_start(h.p_offset))
			return false;
	}
	return true;
}

struct counts {
	size_t relative, relative_differ;	/* relocated words */
	size_t plain, plain_differ;		/* others that are not 0 */
};

/* `raw` is what the file has, `relocated` what the linker makes of it.  To the
 * words of DT_RELR, which image_relocate() leaves out, and to some of the
 * dynamic section it adds the bias. */
static struct counts compare(const uint8_t *core, const uint8_t *raw,
			     const uint8_t *relocated, uint64_t len,
			     raddr bias)
{
	struct counts n = { 0 };

	for (uint64_t at = 0; at + 8 <= len; at += 8) {
		uint64_t was = get_u64(raw + at), is = get_u64(core + at);
		uint64_t should = get_u64(relocated + at);

		if (should != was) {
			n.relative++;
			n.relative_differ += is != should;
		} else if (was) {
			n.plain++;
			n.plain_differ += is != was && is != was + bias;
		}
	}
	return n;
}

static bool is_same(const struct counts *n)
{
	/* A symbol may be another file's; relative addresses can't be. */
	if (n->relative >= ENOUGH)
		return n->relative_differ <= n->relative / 4;
	return n->plain_differ + n->relative_differ <=
	       (n->plain + n->relative) / 2;
}

/* Compare RELRO, which the process had at `addr`. */
static bool compare_relro(struct target *t, struct image *im, raddr addr,
			  const Elf64_Phdr *relro)
{
	CLEANUP(freep) uint8_t *raw = xcalloc(1, relro->p_filesz);
	CLEANUP(freep) uint8_t *relocated = xcalloc(1, relro->p_filesz);
	const uint8_t *core = memory_at(&t->memory, addr, relro->p_filesz);
	struct error *err;
	struct counts n;

	if (!core)
		return true;
	err = image_read(im, relro->p_vaddr, raw, relro->p_filesz);
	if (err) {
		log_pass_over(err, "it is taken for another file");
		return false;
	}
	memcpy(relocated, raw, relro->p_filesz);
	image_relocate(im, addr - relro->p_vaddr, addr, addr + relro->p_filesz,
		       relocated);
	n = compare(core, raw, relocated, relro->p_filesz,
		    addr - relro->p_vaddr);
	log_info("file %s: %zu of %zu relocated words of RELRO and %zu of %zu"
		 " others differ from the core's", image_name(im),
		 n.relative_differ, n.relative, n.plain_differ, n.plain);
	return is_same(&n);
}

bool core_verify(const struct core *c, struct target *t, size_t file, int fd,
		 const char *path)
{
	struct first_page page;
	Elf64_Phdr relro = { 0 };
	struct image *im;
	struct error *err;
	raddr addr;
	bool same;

	first_page_read(&page, fd);
	if (!find_relro(&page, &relro))
		return true;
	addr = address_of(c, file, relro.p_offset);
	if (!addr || !is_laid_out(c, file, &page, addr - relro.p_vaddr))
		return false;
	err = image_open(fd, path, &im);
	if (err) {
		log_pass_over(err, "it is taken by its name");
		return true;
	}
	same = compare_relro(t, im, addr, &relro);
	image_close(im);
	return same;
}
