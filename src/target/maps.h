/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/maps.h - /proc/PID/maps, read and judged.
 */
#ifndef TARGET_MAPS_H
#define TARGET_MAPS_H

#include "target/target.h"

/*
 * Read the maps of the process whose /proc directory is `dir`.  `root` is
 * where its root directory lies in ours ("" where it is the same): the kernel
 * shows paths as we see them, `path` is as the target sees it.
 *
 * ERR_GONE: there are none (it exited).
 */
struct error *maps_read(int dir, const char *root, struct mapping_vec *ret)
	MUST_CHECK;
void maps_release(struct mapping_vec *maps);

/* What a snapshot does with a mapping. */
enum mapping_kind {
	MAPPING_SKIP,	/* devices, [vvar], what can't be read */
	MAPPING_ANON,	/* copied; absent pages are zero */
	MAPPING_DATA,	/* private, writable, of a file: copied; absent pages
			   are the file's */
	MAPPING_FILE,	/* lazy, from the file; private pages are copied */
};
enum mapping_kind mapping_kind(const struct mapping *m);

#endif
