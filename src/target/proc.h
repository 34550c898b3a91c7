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

/* The descriptor of /proc/PID, or -1 with errno. */
int proc_open(pid_t pid);

/*
 * Add all of the file `name` below `dir` to `s`; false with errno.  The file
 * ends at 256 MB, whatever the target does to make it longer.
 */
bool proc_read(int dir, const char *name, struct str *s);

/* The text of a link, "" where it can't be read; the caller frees it. */
char *proc_link(int dir, const char *name);

/*
 * The value of `key` ("Tgid") in the text of a status file, in place, or
 * NULL; it ends at the line's end.
 */
const char *proc_field(const struct str *status, const char *key);
uint64_t proc_field_u64(const struct str *status, const char *key);

/* The last number of a field ("NSpid": as the innermost namespace has it). */
uint64_t proc_field_last(const struct str *status, const char *key);

/*
 * Field `nr` (3 and later, as proc(5) counts them) of the text of a stat
 * file; 0 where there is none.
 */
uint64_t proc_stat_u64(const struct str *stat, unsigned int nr);
char proc_stat_state(const struct str *stat);

/* The name of a process, "?" where it can't be read; the caller frees it. */
char *proc_comm(int dir);
char *proc_comm_of(pid_t pid);

#endif
