/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/elf/build-id.h - build-ids: what tells files of one name apart.
 */
#ifndef TARGET_ELF_BUILD_ID_H
#define TARGET_ELF_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the longest that is believed; linkers make 8, 16 or 20. */
#define BUILD_ID_MAX 64

struct build_id {
	const uint8_t *bytes;	/* not owned */
	size_t len;		/* 0: none */
};

/* The id in lower-case hex, to be freed. */
char *build_id_hex(struct build_id id);

/*
 * The file that distributions have for a build-id below `folder`, to be freed:
 * FOLDER/.build-id/ab/cdef...SUFFIX for the hex "abcdef...".  NULL: `hex` is
 * NULL or has fewer than four digits.
 */
char *build_id_path(const char *folder, const char *hex, const char *suffix);

#endif
