/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/elf/image.h - ELF files and their DWARF.  The one user of libelf, libdw.
 *
 * Files come from a target: hostile.  libelf checks its own bounds; what it
 * hands over is checked here.
 */
#ifndef TARGET_ELF_IMAGE_H
#define TARGET_ELF_IMAGE_H

#include "target/memory.h"

struct image;

/* `fd` is duplicated or consumed: the caller closes its own. */
struct error *image_open(int fd, const char *name, struct image **ret)
	MUST_CHECK;
void image_close(struct image *im);

bool image_is_64bit(const struct image *im);
int image_machine(const struct image *im);	/* EM_X86_64 ... */
int image_type(const struct image *im);	/* ET_EXEC, ET_DYN ... */

/* It is a program's debug information alone: its code is left out. */
bool image_is_debug(struct image *im);

/* The lowest address of a PT_LOAD, cut to a page: what the bias counts from. */
raddr image_load_address(const struct image *im);

/* What it asks the kernel to map: its PT_LOADs with their own alignment. */
struct image_load {
	raddr address;
	uint64_t offset, file_size, memory_size;
};
size_t image_loads(const struct image *im, const struct image_load **ret);

/* Lower-case hex, or NULL. */
const char *image_build_id(const struct image *im);

/*
 * A defined symbol by exact name, from .dynsym, then .symtab; ELF addresses.
 * ERR_NOT_FOUND.
 */
struct error *image_symbol(struct image *im, const char *name,
			      raddr *value, uint64_t *size) MUST_CHECK;

/*
 * Add the ELF addresses of exported functions that choose an implementation
 * for the processor (STT_GNU_IFUNC), `max` at most.
 */
void image_ifuncs(struct image *im, size_t max, struct raddr_vec *ret);

/* Where the file's bytes end of the segment that has `addr`; 0: none has. */
raddr image_data_end(const struct image *im, raddr addr);

/*
 * Relocate `bytes`, the file's of `start` to `end` (raddrs), as the dynamic
 * linker does; what refers to other files is left as it is.
 */
void image_relocate(struct image *im, raddr bias, raddr start, raddr end,
		    uint8_t *bytes);

/* A section by name: its ELF address and size.  ERR_NOT_FOUND. */
struct error *image_section(struct image *im, const char *name,
			       raddr *addr, uint64_t *size) MUST_CHECK;

/*
 * Read initialised bytes at an ELF address (of .data, .rodata ...).
 * ERR_FAULT.
 */
struct error *image_read(struct image *im, raddr addr, void *buf,
			    uint64_t len) MUST_CHECK;

/*
 * The DWARF of the file itself or of its separate debug file, looked up by
 * build-id below `root`/usr/lib/debug ("" for our own root).
 * `*ret` is the image's own and lives until image_drop_debuginfo() or
 * image_close(); it takes some 20 to 50 MB for a libpython.  ERR_NOT_FOUND.
 */
struct debuginfo;
struct error *image_debuginfo(struct image *im, const char *root,
			     struct debuginfo **ret) MUST_CHECK;
void image_drop_debuginfo(struct image *im);

/*
 * Where `path` ("gc.generations", "interpreters.head", members of anonymous
 * unions without a name of theirs) lies in the struct or typedef `type`, and
 * its size.  `path` "" asks for the size of the type itself.
 * ERR_NOT_FOUND: no such type or member in this build.
 */
struct error *debuginfo_member(struct debuginfo *d, const char *type,
			   const char *path, uint64_t *offset, uint64_t *size)
	MUST_CHECK;

#endif
