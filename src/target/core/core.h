/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core.h - what the parts of target/ share about a core file.
 *
 * The file is mapped, not read: what nobody looks at takes no memory.  All in
 * it is hostile, and it may have been cut short (a full disk, a limit).
 *
 *	core-read.c	the ELF file: its segments
 *	core-notes.c	threads, the process, the files that it had mapped
 *	core-maps.c	mappings and memory of all that
 *	core-files.c	the files themselves, found and held against the core
 *	core-symbols.c	symbols of a file that can't be had
 *	core-restore.c	a CPython's data that was cut off, from its file
 *	core.c		the target
 */
#ifndef TARGET_CORE_CORE_H
#define TARGET_CORE_CORE_H

#include <libelf.h>

#include "target/target.h"

/* A PT_LOAD. */
struct core_load {
	raddr start, end;
	uint64_t offset;	/* in the core */
	uint64_t file_size;	/* what the header says is there */
	uint64_t present;	/* ... and what really is */
	unsigned int prot;
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
	bool deleted;
	bool tried, refused;
	int fd;			/* -1: can't be had */
	int symbols;		/* of its debug information, or -1 */
	uint64_t size;
	raddr start;		/* where its first page is; 0 unknown */
};
VEC_DEFINE(core_file_vec, struct core_file);

struct core {
	char *sysroot;		/* NULL: none */
	char *executable;	/* a file of ours, or NULL */
	int fd;
	uint8_t *bytes;		/* all of it, mapped */
	uint64_t size;
	Elf *elf;
	bool vsyscall_cut;	/* a part of [vsyscall] is missing */
	struct core_load_vec loads;	/* sorted; they do not overlap */
	struct core_range_vec ranges;	/* likewise */
	struct core_file_vec files;
	/* Of NT_AUXV: */
	raddr entry, program_headers, execfn;
	const uint8_t *auxv;	/* in `bytes` or of `elf` */
	size_t auxv_len;
	size_t program;		/* index in files, or SIZE_MAX */
	struct fetch *fetch;	/* NULL: not asked yet */
	bool fetch_failed;	/* no server need be asked again */
	bool unverified;	/* a file was taken by its name alone */
	/* Warnings, in the target: */
	struct str_vec *warnings;
};

void core_warn(struct core *c, const char *format, ...) PRINTF(2, 3);

/*
 * Map the core and read its headers.  ERR_UNSUPPORTED: not a core that we can
 * read.  ERR_CORRUPT: its headers can't be true.
 */
struct error *core_read(struct core *c, const char *name) MUST_CHECK;

/* Read the notes; what is wrong with them is warned of. */
void core_read_notes(struct core *c, struct target *t);

/* Set t->mappings and t->memory.  ERR_CORRUPT: segments overlap. */
struct error *core_map(struct core *c, struct target *t) MUST_CHECK;

/*
 * The descriptor of the file of a mapping, or -1: not there, or not the file
 * that the process had.  It belongs to the core.
 */
int core_file_of(struct core *c, struct target *t, const struct mapping *m);
/*
 * Where core_file_of() gives none: the file of its debug information, by
 * build-id, or -1.  `*bias` is the mapping's: the program headers of such a
 * file tell neither addresses of pages nor bytes.
 */
int core_symbols_of(struct core *c, struct target *t, const struct mapping *m,
		    raddr *bias);
/* Refuse --executable=FILE where it can't be a program.  ERR_UNSUPPORTED. */
struct error *core_check_executable(const char *path) MUST_CHECK;
/* Likewise --sysroot=DIR where it is no folder. */
struct error *core_check_sysroot(const char *path) MUST_CHECK;
/*
 * What the program headers of the file say of its page at `offset`; where
 * these are unknown, that it can be read and run.
 */
unsigned int core_file_prot(struct core *c, struct target *t,
			    const struct mapping *m);
/* Warn of those that the core needs and that can't be had. */
void core_warn_of_files(struct core *c, const struct target *t);
void core_release_files(struct core *c);

/*
 * A defined symbol of a file that can't be had, where the core holds its
 * .dynsym: its address in the process.  False: not there.
 */
bool core_symbol(struct target *t, const struct module *module,
		 const char *name, raddr *ret, uint64_t *size);

/* Add what can be had of a missing CPython's data. */
struct error *core_restore(struct core *c, struct target *t) MUST_CHECK;

/* Set the command line, from the stack where that is there. */
void core_describe(struct core *c, struct target *t);

/* What target_snapshot() does: one check, and a warning where it fails. */
struct error *core_check(struct target *t,
			 const struct snapshot_options *options) MUST_CHECK;

void core_free(struct core *c);

#endif
