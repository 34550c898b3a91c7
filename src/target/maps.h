/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/maps.h - the mappings of a process, from /proc/PID/maps.
 */
#ifndef TARGET_MAPS_H
#define TARGET_MAPS_H

#include "base/str.h"
#include "target/memory.h"

/* A line of /proc/PID/maps, or what a core says of one. */
struct mapping {
	raddr start, end;
	unsigned int prot;	/* SEGMENT_READ | ... */
	bool shared;
	uint64_t offset;	/* of `start` in the file, bytes */
	uint64_t device, inode;	/* inode 0: no file */
	char *path;		/* as the target sees it; "[heap]"; "": none */
	bool deleted;		/* the path ended in " (deleted)" */
};
VEC_DEFINE(mapping_vec, struct mapping);

/*
 * Read the mappings of the process whose /proc directory is `dir`, in order of
 * addresses.  The kernel shows paths as we see them; `root` is where the root
 * directory of the process lies in ours ("": they are the same), and is taken
 * off.  The caller releases `ret` with maps_release().
 *
 * ERR_GONE: there are no mappings (the process exited).  ERR_PERMISSION: they
 * must not be read.  ERR_SYSTEM: any other failure.
 */
struct error *maps_read(int dir, const char *root, struct mapping_vec *ret)
	MUST_CHECK;

/* The same in two steps, for whoever can do without the second one: the text as
 * the kernel gives it, and what it says. */
struct error *maps_text(int dir, struct str *ret) MUST_CHECK;
struct error *maps_parse(const struct str *text, const char *root,
			 struct mapping_vec *ret) MUST_CHECK;
void maps_release(struct mapping_vec *maps);
bool maps_are_same(const struct mapping_vec *a, const struct mapping_vec *b);
/* Add copies of `maps` to `ret`, which the caller releases. */
void maps_copy(const struct mapping_vec *maps, struct mapping_vec *ret);

/* The mapping that `addr` lies in, or NULL; `maps` are in order. */
const struct mapping *maps_find(const struct mapping_vec *maps, raddr addr);

/*
 * Where the mappings from index `i` on end that are small and near one another,
 * whatever they are: to ask for the pages of all at once costs less than to ask
 * for those of each.  Not before the end of mapping `i`.
 */
raddr maps_crowd_end(const struct mapping_vec *maps, size_t i);

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
