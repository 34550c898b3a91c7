/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/target.h - a process to look into, as a stopped picture of it.
 *
 * Nothing is run in the target and nothing is changed there.  The order:
 *
 *	target_open_pid()	who is it, may we; nothing is stopped yet
 *	modules_symbol() ...	find what to look at, while it runs
 *	target_snapshot()	stop all threads, copy, resume
 *	t->memory		read the copy, for as long as you like
 *	target_close()
 *
 * target_open_core() gives the same struct target of a core file, which needs
 * no snapshot.  The struct and everything in it belongs to the target; it is
 * described in target/target-data.h.
 *
 * Who knows what in src/target.  The list begins with the lowest; a line may
 * use the lines before it:
 *
 *	memory proc maps file room	bytes at addresses, /proc, mappings and
 *					their files, free memory
 *	target-data			struct target, and the functions that
 *					live/ and core/ give for it
 *	elf/				ELF files and DWARF; no process
 *	live/				a running process: ptrace, the copy
 *	core/				a core file; live/ and core/ do not
 *					know each other
 *	remote/				a running process that the broker
 *					reaches for the worker
 *	modules module-data		mapped ELF files of any target
 *	target				opens either kind
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include "target/processes/census.h"
#include "target/core/core.h"
#include "target/live/children.h"
#include "target/modules.h"
#include "target/target-data.h"

/*
 * Open a live process.  An error is one line that says what is wrong and what
 * to do about it.
 *
 * ERR_NOT_FOUND: no process has that PID, or it is a thread's.  ERR_GONE: a
 * zombie, or it exits just now.  ERR_UNSUPPORTED: a kernel thread, a 32-bit
 * process, pyheld itself.  ERR_PERMISSION: it belongs to another user, Yama's
 * ptrace_scope or a container without CAP_SYS_PTRACE forbids it, or another
 * process traces it.
 */
struct error *target_open_pid(pid_t pid, struct target **ret) MUST_CHECK;

/* Does the file begin like a core, or is it compressed and may be one? */
bool target_is_core(int fd);

/*
 * Open a core file; `options` may be NULL.  Memory that it leaves out comes
 * from the files that the process had mapped, if they are still the same.  A
 * truncated core is opened, too: see t->missing.
 *
 * ERR_SYSTEM: it can't be opened.  ERR_UNSUPPORTED: not a core that pyheld can
 * read.  ERR_CORRUPT: its headers contradict themselves.
 */
struct error *target_open_core(const char *path,
			       const struct core_options *options,
			       struct target **ret) MUST_CHECK;

void target_close(struct target *t);	/* NULL is allowed */

/* The processes that `pid` has started: see children_find(). */
void target_children(pid_t pid, size_t max, struct pid_vec *ret);
/*
 * Add the processes of a query (target/processes/census.h), as census_read()
 * does.  Errors: see there; ERR_PERMISSION: the user has not named them.
 */
struct error *target_census(const struct census_query *q,
			    struct census *ret) MUST_CHECK;

/* The details of a process of the last census: see census_read_details(). */
struct error *target_census_details(const struct census_row *r,
				    struct census_details *ret) MUST_CHECK;

/* A descriptor of the program, or of the libpython, of a process of the last
 * census, which the caller closes; -1: it can't be opened. */
int target_census_file(const struct census_row *r, bool library);

/* See proc_is_alive(). */
bool target_is_alive(pid_t pid);

/*
 * Copy `len` bytes at `addr` to `buf` while the target runs: for finding the
 * runtime before the stop, and for nothing that must be consistent.  From a
 * core it reads t->memory.  On error `buf` is undefined.
 *
 * ERR_FAULT: some byte is not mapped.  ERR_GONE: the process exited.
 * ERR_PERMISSION: reading it is not allowed any more.
 */
struct error *target_peek(struct target *t, raddr addr, void *buf,
			  uint64_t len) MUST_CHECK;

/*
 * Copy the memory of one moment.  At first without a stop, which counts only if
 * it is proved that no thread ran meanwhile (live/stop/quiet.h).  If that does
 * not succeed in time, stop every thread (PTRACE_SEIZE, PTRACE_INTERRUPT),
 * copy, and let them go on.  `options` says whether to do only one of these.
 *
 * Copied are the present pages of private writable mappings and of anonymous
 * shared ones.  Mappings of files that can't be written are lazy: their bytes
 * come from the file, but for pages that differ from it, which are copied.  On
 * error the target runs on unharmed.  `options` may be NULL.
 *
 * Of a core only the gate is checked; if it is closed, that makes a warning.
 *
 * ERR_GONE: it exited, or executes another program now.  ERR_PERMISSION: it
 * must not be traced any more.  ERR_SYSTEM: there is not enough memory, a
 * thread does not stop, the gate was still closed after all retries, or with
 * STOP_NEVER threads ran all the time.
 */
struct error *target_snapshot(struct target *t,
			      const struct snapshot_options *options)
	MUST_CHECK;

/*
 * Does `addr` lie in memory that the end of a truncated core should have, and
 * that is not in t->memory from elsewhere?  False for a process.
 */
bool target_is_missing(struct target *t, raddr addr);

/*
 * `p` points to a byte of a segment whose bytes are in the core file.  How many
 * bytes from there on are a hole of that file, which reads as zeros; 0: none.
 */
uint64_t target_hole(const struct target *t, const uint8_t *p);

/*
 * Which pages of the target are in memory.  Of a process this was found by
 * target_snapshot().  Of a core all its memory is read for it at the first
 * call.  It belongs to the target.
 */
struct residency *target_residency(struct target *t);

#endif
