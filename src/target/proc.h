/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/proc.h - small files of /proc/PID, read through one directory.
 *
 * A descriptor of /proc/PID stays with that process: when it has exited and
 * somebody else has got its number, reads fail.
 */
#ifndef TARGET_PROC_H
#define TARGET_PROC_H

#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

/*
 * Where these functions run out of file descriptors or memory, they end the
 * program with a line that says so: rlimit_check() of base/rlimit.h.
 */

/* A descriptor of /proc/PID, which the caller closes; -1 with errno. */
int proc_open(pid_t pid);

/*
 * Add the contents of the file `name` in the directory `dir` to `s`; false with
 * errno on failure, with `s` as far as it was read.  No more than 256 MB are
 * read, whatever the target does to make the file longer.
 */
bool proc_read(int dir, const char *name, struct str *s);

/*
 * The error for errno, after the file or folder `name` of a process could not
 * be read: ERR_GONE (static) if it has exited, ERR_PERMISSION or ERR_SYSTEM.
 */
struct error *proc_failed(const char *name) MUST_CHECK;

/* The target of a symbolic link, to be freed; "" if it can't be read. */
char *proc_link(int dir, const char *name);

/*
 * The value of the field `key` ("Tgid") in the text of a status file.  It
 * points into that text and ends at the end of the line.  NULL: no such field.
 */
const char *proc_field(const struct str *status, const char *key);
/* The value as a decimal number; 0: no such field. */
uint64_t proc_field_u64(const struct str *status, const char *key);

/* The last number of a field; 0: none.  The last of "NSpid" is the PID in the
 * innermost namespace. */
uint64_t proc_field_last(const struct str *status, const char *key);

/*
 * Field `nr` of the text of a stat file, counted as in proc(5), from 4 on; 0:
 * there is none.
 */
uint64_t proc_stat_u64(const struct str *stat, unsigned int nr);
/* Field 3, the state: 'R', 'S', 'D', 'Z' and others; '\0': there is none. */
char proc_stat_state(const struct str *stat);

/* Is /proc that of another PID namespace than ours?  There a PID means another
 * process than for us. */
bool proc_is_foreign(void);

/*
 * A process whose main thread has exited, but not all others: a descriptor of
 * /proc/TID of another one, which the caller closes, and its TID in `*tid`.
 * What /proc/PID has of the memory is empty then.  -1: it is none, or there is
 * no thread whose memory is there.
 */
int proc_open_other(int dir, pid_t *tid);

/* A process that has ended is a zombie until its parent takes note. */
bool proc_is_alive(pid_t pid);

/* The name of a process (comm), to be freed; "?" if it can't be read. */
char *proc_comm(int dir);
char *proc_comm_of(pid_t pid);

#endif
