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
	size_t len;		/* 0: not there; else all of it */
};

/* `bytes` is FIRST_PAGE_LEN of them, or NULL: not there. */
void first_page_set(struct first_page *p, const uint8_t *bytes);
/* Zeros follow a file that is shorter. */
void first_page_read(struct first_page *p, int fd);

bool first_page_is_elf(const struct first_page *p);	/* 64-bit */
/* Program header `i`; false: there is none, or not in the page. */
bool first_page_header(const struct first_page *p, unsigned int i,
		       Elf64_Phdr *ret);
struct build_id first_page_id(const struct first_page *p);

/* The address that the file would be mapped at if nothing moved it. */
uint64_t first_page_address(const struct first_page *p);

/*
 * Is it the same file?  By build-id; where there is none, a file that is
 * mapped privately begins as its mapping does.
 */
bool first_page_same(const struct first_page *a, const struct first_page *b);

#endif
