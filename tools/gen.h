/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen.h - what the files of gen-layout share.
 */
#ifndef TOOLS_GEN_H
#define TOOLS_GEN_H

#include "python/layout/layout-choose.h"

/* One CPython on the list. */
struct build {
	struct layout_row row;
	char *name;
	struct str_vec files;
	const char *why;	/* derived: the comment; else NULL */
};
VEC_DEFINE(build_vec, struct build);

/* These three end the program on errors. */
void gen_die(const char *what, struct error *err) __attribute__((noreturn));
struct image *gen_open_image(const char *path);
struct debuginfo *gen_debuginfo(struct image *im, const char *path);

/* `builds` are sorted by version. */
void gen_print_members(struct build_vec *builds);

/* gen-free-threaded.c: from the rows of 3.14.8 and 3.15.0. */
void gen_derive_3_14_10t(struct layout *l);
void gen_derive_3_15_2t(struct layout *l);

#endif
