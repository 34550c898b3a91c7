/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-data.h - what the parts of core/ share about a core file.
 *
 * The file is mapped, not read: pages that nobody looks at take no memory.
 * Everything in it is hostile, and it may be truncated (by a full disk or by a
 * limit).
 *
 *	core-read.c	the ELF file: its segments
 *	core-notes.c	the notes: threads, the process, the files that it had
 *			mapped
 *	core-files.c	finds these files and compares them with the core
 *	core-verify.c	compares them if the core lacks their first pages
 *	core-maps.c	makes mappings and memory of all that
 *	core-command.c	the command line, from the stack
 *	core-symbols.c	symbols of a file that is not available
 *	core-resident.c	which of its pages are in use
 *	core-restore.c	data that a truncated core lacks, from its file
 *	core.c		opens the target
 *
 * core.c calls all others; core-maps.c and core-restore.c call core-files.c.
 */
#ifndef TARGET_CORE_CORE_DATA_H
#define TARGET_CORE_CORE_DATA_H

#include <libelf.h>

#include "target/target-data.h"

/* A PT_LOAD. */
struct core_load {
	raddr start, end;
	uint64_t offset;	/* in the core */
	uint64_t file_size;	/* bytes in the core, by its header */
	uint64_t present;	/* ... of which the file really has so many */
	unsigned int prot;	/* SEGMENT_READ | ... */
};
VEC_DEFINE(core_load_vec, struct core_load);

/* An entry of NT_FILE. */
struct core_range {
	raddr start, end;
	uint64_t offset;	/* in the file */
	size_t file;		/* index in core.files */
};
VEC_DEFINE(core_range_vec, struct core_range);

/* A file that the process had mapped.  Its index + 1 is the inode of its
 * mappings: a core does not tell the real one. */
struct core_file {
	char *path;		/* as the process saw it */
	bool deleted;		/* before the core was made */
	bool tried;		/* opening it was tried */
	bool refused;		/* a warning has said that it is not used */
	int fd;			/* -1: it is not available */
	int debug_fd;		/* its separate debug information, or -1 */
	uint64_t size;		/* bytes; known with `fd` */
	raddr start;		/* where its first page is; 0: unknown */
};
VEC_DEFINE(core_file_vec, struct core_file);

struct core {
	char *sysroot;		/* --sysroot, or NULL */
	char *executable;	/* --executable, a file of ours, or NULL */
	int fd;
	uint8_t *bytes;		/* all of it, mapped; NULL: not yet */
	uint64_t size;
	Elf *elf;		/* in `bytes` */
	bool vsyscall_missing;	/* a part of [vsyscall] is missing */
	struct core_load_vec loads;	/* sorted; they do not overlap */
	struct core_range_vec ranges;	/* sorted; they do not overlap */
	struct core_file_vec files;
	/* From NT_AUXV: */
	raddr entry, program_headers, execfn;
	const uint8_t *auxv;	/* in `bytes` or of `elf` */
	size_t auxv_len;
	size_t program;		/* index in files; SIZE_MAX: unknown */
	struct fetch *fetch;	/* debuginfod; NULL: not asked yet */
	bool fetch_failed;	/* its servers need not be asked again */
	bool unverified;	/* a file was taken by its name alone */
};

#endif
