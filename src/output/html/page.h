/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/html/page.h - the parts of the page, as they are in
 * src/output/html/page.  page.c is made of them when pyheld is built.
 */
#ifndef OUTPUT_HTML_PAGE_H
#define OUTPUT_HTML_PAGE_H

#include <stddef.h>

struct page_part {
	const unsigned char *v;
	size_t len;		/* bytes */
};

extern const struct page_part page_style, page_body;
/* In the order in which they run.  No script has "</script" in it. */
extern const struct page_part page_scripts[];
extern const size_t nr_page_scripts;

#endif
