/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * library.h - a small shared library made by hand: three segments, a build-id,
 * symbols, relocations, sections.
 *
 *	page 0	headers, note, .dynsym, .dynstr, .rela.dyn
 *	page 1	.text, readable and executable
 *	page 2	.data and .dynamic, writable; the section headers follow
 *	page 3	.bss, which the file does not have
 *
 * Addresses are offsets: it is linked for address 0.
 */
#ifndef TESTS_UNIT_SUPPORT_LIBRARY_H
#define TESTS_UNIT_SUPPORT_LIBRARY_H

#include <stdint.h>

#define LIBRARY_PAGE 0x1000
#define LIBRARY_LEN (3 * LIBRARY_PAGE)	/* bytes of the file */
#define LIBRARY_TEXT 0x1000
#define LIBRARY_DATA 0x2000
#define LIBRARY_DATA_END 0x2800		/* .bss begins */
#define LIBRARY_ID_LEN 20

/* Its symbols; "library_elsewhere" is undefined. */
#define LIBRARY_FUNCTION 0x1010		/* "library_function", 32 bytes */
#define LIBRARY_CHOICE 0x1020		/* "library_choice", an ifunc */
#define LIBRARY_OBJECT 0x2000		/* "library_object", 16 bytes */

/* Offsets in .data of words that are relocated, and what they become. */
#define LIBRARY_RELATIVE 0x2000		/* bias + LIBRARY_FUNCTION */
#define LIBRARY_SYMBOL 0x2008		/* bias + LIBRARY_OBJECT + 4 */
#define LIBRARY_UNDEFINED 0x2010	/* stays */
#define LIBRARY_KEPT 0x2018		/* has no relocation */
#define LIBRARY_WORD UINT64_C(0x1122334455667788) /* what they are before */

enum library_kind {
	LIBRARY_WHOLE,
	LIBRARY_DEBUG,		/* separate debug information: no code */
};

/* `id` is each byte of its build-id; 0: it has none. */
void library_make(uint8_t bytes[static LIBRARY_LEN], enum library_kind kind,
		  uint8_t id);

#endif
