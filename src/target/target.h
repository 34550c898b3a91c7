/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/target.h - a process to look into, as a stopped picture of it.
 *
 * Nothing is run in the target and nothing is changed there.  The order:
 *
 *	target_open()		who is it, may we; nothing is stopped yet
 *	target_symbol() ...	find what to look at (read while it runs)
 *	target_snapshot()	stop all threads, copy, resume
 *	target->memory		think about the copy as long as you like
 *	target_close()
 *
 * A core file gives the same struct, where target_snapshot() does nothing.
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include <sys/types.h>

#include "target/memory.h"

/* A line of /proc/PID/maps, or what a core says of one. */
struct mapping {
	raddr start, end;
	unsigned int prot;	/* SEGMENT_READ ... */
	bool shared;
	uint64_t offset;	/* in the file */
	uint64_t device, inode;	/* inode 0: no file */
	char *path;		/* as the target sees it; "" none; "[heap]" */
	bool deleted;		/* the path ended in " (deleted)" */
};
VEC_DEFINE(mapping_vec, struct mapping);

/*
 * An ELF file that the target has mapped: the program or a shared library.
 * (Modules of Python are objects like others; target/ does not know them.)
 */
struct module {
	char *path;		/* as the target sees it */
	raddr bias;		/* add to an ELF address to get a raddr; set by
				   target_image() where that is not NULL */
	raddr start, end;	/* of its mappings, first to last */
	struct image *image;	/* target/elf/image.h; NULL: not opened yet or can't
				   be opened */
	bool tried;
};
VEC_DEFINE(module_vec, struct module);

struct thread {
	pid_t tid;		/* as seen in the target's own PID namespace */
	pid_t host_tid;
	char name[32];		/* comm, untrusted */
	raddr fs_base;		/* TLS base (x86-64); 0 unknown */
	raddr pc, sp;		/* 0 unknown */
};
VEC_DEFINE(thread_vec, struct thread);

struct target {
	char *name;		/* what the user typed */
	pid_t pid;		/* 0: a core */
	pid_t core_pid;		/* of a core's process; 0 unknown */
	char *executable;	/* as the target sees it */
	char *command;		/* command line, spaces between; untrusted */
	char *host;
	uint64_t start_time;	/* of the process, seconds since the epoch */
	uint64_t taken_at;	/* of the snapshot, seconds since the epoch */
	uint64_t resident;	/* bytes, when the snapshot was taken */
	uint64_t pause_ns;	/* how long its threads stood still */
	uint64_t lost;		/* bytes that could not be copied; zero there */
	struct mapping_vec mappings;
	struct module_vec modules; /* may move at target_snapshot() */
	struct thread_vec threads; /* set by target_snapshot() */
	struct memory memory;	/* set by target_snapshot() */
	uint64_t missing;	/* of a core: bytes that were cut off its end */
	struct str_vec warnings; /* of a core: what to tell the user */
	struct live *live;	/* target/live/live.c; NULL: a core */
	struct core *core;	/* target/core/core.c; NULL: a process */
};

/*
 * Open a live process.  Errors are one line that says what is wrong and what
 * to do about it: no such PID; a zombie; a kernel thread; permission (another
 * user, Yama's ptrace_scope, a container without CAP_SYS_PTRACE); traced by
 * another process (by whom); a 32-bit process.
 */
struct error *target_open_pid(pid_t pid, struct target **ret) MUST_CHECK;

struct core_options {
	const char *executable;	/* the program's file here, or NULL */
	const char *sysroot;	/* where the process's "/" is here, or NULL */
};

/* The file looks like a core, or is compressed and may be one. */
bool target_is_core(int fd);

/*
 * Open a core file; `options` may be NULL.  What it leaves out comes from the
 * files that the process had mapped, where they are the same.
 *
 * ERR_SYSTEM: it can't be opened.  ERR_UNSUPPORTED: not a core that we can
 * read.  ERR_CORRUPT: it can't be true.  A core that was cut short is opened:
 * see `missing`.
 */
struct error *target_open_core(const char *path,
			       const struct core_options *options,
			       struct target **ret) MUST_CHECK;
void target_close(struct target *t);

/*
 * Read memory while the target runs: for finding the runtime before the stop
 * and for nothing that must be consistent.  ERR_FAULT, ERR_GONE.
 */
struct error *target_peek(struct target *t, raddr addr, void *buf,
			  uint64_t len) MUST_CHECK;

/* Is `addr` in what was cut off the end of a core, and not had otherwise? */
bool target_is_missing(struct target *t, raddr addr);

/*
 * From `p` on, which is a core's byte of some segment: how many bytes of the
 * file are a hole, all zero.
 */
uint64_t target_hole(const struct target *t, const uint8_t *p);

/* The mapping that `addr` is in, or NULL. */
const struct mapping *target_mapping(const struct target *t, raddr addr);

/* The module whose range `addr` lies in, or NULL. */
struct module *target_module(struct target *t, raddr addr);

/*
 * The ELF file of a module, opened on first use through /proc/PID/exe,
 * /proc/PID/map_files or /proc/PID/root; never a file of our own mount
 * namespace that happens to have that name.  NULL: can't be had.
 */
struct image *target_image(struct target *t, struct module *module);

/*
 * The address of a symbol that is defined in any module whose path contains
 * `in` (NULL: any), and its size.  ERR_NOT_FOUND.
 */
struct error *target_symbol(struct target *t, const char *in,
			    const char *name, raddr *ret, uint64_t *size)
	MUST_CHECK;

/*
 * Called with all threads stopped, before anything is copied; target_peek()
 * works.  *again: not now (a collection is running): resume, wait and retry.
 */
typedef struct error *(*snapshot_check)(struct target *t, void *context,
					bool *again);

struct snapshot_options {
	snapshot_check check;	/* NULL: none */
	/*
	 * Would `check` say `again`?  Asked while the threads run, to choose
	 * the moment of the next try; NULL: wait a little.
	 */
	bool (*busy)(struct target *t, void *context);
	void *context;
	unsigned int retries;	/* how often `again` is followed; 0: for 10 s */
	/* for tests: called at named moments ("stopped", "copied") */
	void (*at)(const char *moment);
};

/*
 * Stop every thread (PTRACE_SEIZE, PTRACE_INTERRUPT), copy, let them go on.
 * Copied: the present pages of private writable mappings and of anonymous
 * shared ones.  Lazy: file mappings that are not writable (from the file; what
 * differs from the file is copied).  On error the target runs on unharmed.
 *
 * ERR_GONE: it exited.  ERR_PERMISSION.  ERR_SYSTEM: still `again` after all
 * retries ("a collection has been running for 10 s; try again").
 */
struct error *target_snapshot(struct target *t,
			      const struct snapshot_options *options)
	MUST_CHECK;

#endif
