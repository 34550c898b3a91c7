/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/live-data.h - what the parts of live/ share about a process, and
 * how they read its memory.
 *
 *	process.c	who a PID is, and why it can't be read
 *	children.c	which processes it has started
 *	pages.c		which of its pages are there
 *	stop.c		stops its threads and resumes them
 *	copy.c		copies its memory while they are stopped
 *	lazy.c		memory that comes from files later
 *	forked.c	what it shares with others since a fork()
 *	resident.c	what of it counts as resident
 *	smaps.c		the kernel's sums for each mapping
 *	snapshot.c	takes a snapshot with all of these
 *	live.c		opens the target
 */
#ifndef TARGET_LIVE_LIVE_DATA_H
#define TARGET_LIVE_LIVE_DATA_H

#include <sys/uio.h>

#include "base/str.h"
#include "target/file.h"
#include "target/maps.h"
#include "target/memory.h"

struct live;

/* How the process is reached where another process of ours does that
 * (target/remote/). */
struct live_access {
	/* See live_file(). */
	int (*file)(struct live *l, const struct mapping *m);
	/* See live_readv(). */
	ssize_t (*readv)(struct live *l, const struct iovec *local,
			 const struct iovec *remote, unsigned long nr);
};

struct live {
	pid_t pid;
	pid_t tid;		/* the thread through which it is reached: the
				   main one, or another if that has exited */
	const struct live_access *access; /* NULL: we reach it ourselves */
	uint64_t number;	/* for `access` */
	int dir;		/* /proc/TID */
	char *root;		/* where its "/" is in ours; "": the same */
	struct file_vec files;
	int mem;		/* /proc/PID/mem; -1: not opened */
	bool is_forked;		/* it shares memory since a fork() */
	bool use_mem;		/* process_vm_readv() is refused, or would copy
				   what is shared: read `mem` */
	/* The text of its mappings as it was opened, until a copy takes it. */
	struct str maps;
	uint64_t maps_ns;	/* when that was, by CLOCK_MONOTONIC */
	uint64_t start_stack;	/* changes when it executes another program */
};

/* Takes over `dir`, which is /proc/TID.  l->start_stack is not read. */
struct live *live_new(int dir, pid_t pid, pid_t tid);
/* One that is reached by `access`; it has no `dir`.  Takes over `root`. */
struct live *live_new_remote(pid_t pid, char *root,
			     const struct live_access *access);
void live_free(struct live *l);		/* NULL is allowed */

/* Set l->is_forked and l->use_mem by the process's mappings.  Read none of its
 * memory before. */
void live_set_forked(struct live *l, const struct mapping_vec *maps);

/*
 * Read what l->start_stack is now; 0: the process has no memory any more.  The
 * errors are those of proc_failed().
 */
struct error *live_read_start_stack(const struct live *l, uint64_t *ret)
	MUST_CHECK;

/*
 * Does it still execute the program that it executed when l->start_stack was
 * read?  ERR_GONE: another one, or none.  And those of proc_failed().
 */
struct error *live_check_program(const struct live *l) MUST_CHECK;

/* The descriptor of the mapping's file, which stays that of `l`; see
 * file_of(). */
int live_file(struct live *l, const struct mapping *m);

/* The `len` bytes at an address of the target, which the kernel alone uses. */
static inline struct iovec live_remote(raddr addr, size_t len)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	return (struct iovec){ (void *)(uintptr_t)addr, len };
}

/*
 * Read memory of the process like process_vm_readv(2), but the `nr` iovecs of
 * `local` and `remote` have the same lengths in pairs.  Returns how many bytes
 * came before one that can't be read, or -1 with errno: ESRCH (it exited),
 * EFAULT (not a single byte), EPERM and others.
 */
ssize_t live_readv(struct live *l, const struct iovec *local,
		   const struct iovec *remote, unsigned long nr);

#endif
