/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-files.h - the files that a core's process had mapped.
 *
 * A file is looked for below --sysroot, at its own path, in the .build-id
 * folders of distributions, and on debuginfod servers, in that order.  It is
 * used only if its build-id (or without one, its first page) is the core's.
 * Descriptors belong to the core.
 */
#ifndef TARGET_CORE_CORE_FILES_H
#define TARGET_CORE_CORE_FILES_H

#include "target/core/core-data.h"

/*
 * The descriptor of the file of a mapping, or -1: it is not there, or it is
 * not the file that the process had (a warning says so).
 */
int core_file_of(struct core *c, struct target *t, const struct mapping *m);

/*
 * The descriptor of the separate debug information of a mapping's file, or -1.
 * It is looked for like the file itself.  `*bias` is set to that of the module
 * that the mapping is in: the program headers of a debug file have neither the
 * offsets nor the bytes to find it by.
 */
int core_debug_file_of(struct core *c, struct target *t,
		       const struct mapping *m, raddr *bias);

/*
 * What may be done with the page that the mapping `m` begins with, by the
 * file's program headers: SEGMENT_READ, and SEGMENT_EXEC for code.  Without
 * headers it is SEGMENT_READ; without a file 0.
 */
unsigned int core_file_prot(struct core *c, struct target *t,
			    const struct mapping *m);

/* Is `path` usable as --executable?  ERR_UNSUPPORTED: it is no program. */
struct error *core_check_executable(const char *path) MUST_CHECK;

/* Is `path` usable as --sysroot?  ERR_UNSUPPORTED: it is no directory. */
struct error *core_check_sysroot(const char *path) MUST_CHECK;

/* Warn of files of code that are not available, and of files that could not be
 * verified. */
void core_warn_of_files(struct core *c, struct target *t);

/* Close and free all files. */
void core_release_files(struct core *c);

#endif
