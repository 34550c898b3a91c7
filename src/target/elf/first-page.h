/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/elf/first-page.h - the first page of an ELF file: what a core holds of
 * each file that its process had mapped, and what tells files apart.
 */
#ifndef TARGET_ELF_FIRST_PAGE_H
#define TARGET_ELF_FIRST_PAGE_H

#include <elf.h>

#include "target/elf/build-id.h"
#include "target/memory.h"

#define FIRST_PAGE_LEN MEMORY_PAGE

struct first_page {
	uint8_t bytes[FIRST_PAGE_LEN];
	size_t len;		/* FIRST_PAGE_LEN; 0: the page is not there */
};

/* Copy FIRST_PAGE_LEN bytes; NULL: the page is not there. */
void first_page_set(struct first_page *p, const uint8_t *bytes);
/* Read it from a file; one that is shorter is filled up with zeros.  On
 * failure, and for an empty file, the page is not there. */
void first_page_read(struct first_page *p, int fd);

/* Is it the beginning of a 64-bit ELF file? */
bool first_page_is_elf(const struct first_page *p);

/* Program header `i`; false: there is none, or it lies outside the page. */
bool first_page_header(const struct first_page *p, unsigned int i,
		       Elf64_Phdr *ret);

/* The build-id, in the page.  Linkers put it right behind the headers. */
struct build_id first_page_id(const struct first_page *p);

/* The page of the lowest PT_LOAD, as the file was linked; 0: there is none. */
uint64_t first_page_address(const struct first_page *p);

/*
 * Are `a` and `b` of the same file?  They are if their build-ids are equal; if
 * neither has one, if all bytes are equal.
 */
bool first_page_same(const struct first_page *a, const struct first_page *b);

#endif
