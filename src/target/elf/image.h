/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/elf/image.h - ELF files: headers, symbols, sections and bytes.
 *
 * An image owns its descriptor and everything that it returns a pointer to.
 * Addresses are ELF addresses, as the linker wrote them; add a module's bias
 * for an address in a process.
 *
 * The files belong to the target and are hostile.  libelf checks its own
 * bounds; the values that it returns are checked here.  A file is read and
 * never mapped: a mapping would kill us when the file shrinks.
 */
#ifndef TARGET_ELF_IMAGE_H
#define TARGET_ELF_IMAGE_H

#include "target/memory.h"

struct image;

/*
 * Open the ELF file behind `fd`, which is duplicated: the caller closes its
 * own.  `name` is what messages call the file.
 *
 * ERR_CORRUPT: not a regular file, or not an ELF file.  ERR_SYSTEM: `fd` can't
 * be duplicated.
 */
struct error *image_open(int fd, const char *name, struct image **ret)
	MUST_CHECK;
void image_close(struct image *im);	/* NULL is allowed */

/* libelf's handle, for debuginfo.c; it belongs to the image. */
struct Elf;
struct Elf *image_elf(struct image *im);

/* Its descriptor; it belongs to the image. */
int image_fd(const struct image *im);

/* The name that image_open() was given. */
const char *image_name(const struct image *im);

/* Was a search for symbols incomplete, because libelf could not read them: a
 * disk that fails, no memory, or a damaged file? */
bool image_is_unread(const struct image *im);

bool image_is_64bit(const struct image *im);
int image_machine(const struct image *im);	/* EM_X86_64 ... */
int image_type(const struct image *im);	/* ET_EXEC, ET_DYN ... */

/* A separate debug file: it has the program's headers, but not its code. */
bool image_is_debug(struct image *im);

/* The page of the lowest PT_LOAD: the bias is counted from there; 0: none. */
raddr image_load_address(const struct image *im);

/* A PT_LOAD: what the file asks the kernel to map.  Not rounded to pages. */
struct image_load {
	raddr address;
	uint64_t offset, file_size, memory_size;
};
/* Returns their number; `*ret` belongs to the image. */
size_t image_loads(const struct image *im, const struct image_load **ret);

/* The build-id in lower-case hex, or NULL if the file has none. */
const char *image_build_id(const struct image *im);

/*
 * Find a defined symbol by its exact name, in .dynsym and then in .symtab:
 * its address and its size in bytes.  ERR_NOT_FOUND: there is none.
 */
struct error *image_symbol(struct image *im, const char *name,
			   raddr *value, uint64_t *size) MUST_CHECK;

/*
 * Add the addresses of exported functions that choose an implementation for
 * the processor (STT_GNU_IFUNC), until `ret` has `max`.
 */
void image_ifuncs(struct image *im, size_t max, struct raddr_vec *ret);

/*
 * The end of the file's bytes in the PT_LOAD that `addr` lies in (.bss comes
 * after them); 0: `addr` lies in none.
 */
raddr image_data_end(const struct image *im, raddr addr);

/*
 * Relocate `bytes`, which are the file's bytes for the addresses `start` to
 * `end` of a process, as the dynamic linker does when the file is loaded at
 * `bias`.  Relocations that need another file's symbols are left out.
 */
void image_relocate(struct image *im, raddr bias, raddr start, raddr end,
		    uint8_t *bytes);

/*
 * The address and the size in bytes of a section.  ERR_NOT_FOUND: there is no
 * section of that name.  ERR_CORRUPT: the file's section names can't be read.
 */
struct error *image_section(struct image *im, const char *name,
			    raddr *addr, uint64_t *size) MUST_CHECK;

/*
 * Read `len` bytes at `addr` from the file (of .data, .rodata and the like).
 * ERR_FAULT: the file does not have all of them; `buf` is undefined.
 */
struct error *image_read(struct image *im, raddr addr, void *buf,
			 uint64_t len) MUST_CHECK;

#endif
