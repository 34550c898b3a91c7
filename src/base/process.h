/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/process.h - what this process gives the kernel leave to do with it.
 *
 * pyheld holds a copy of a target, and for a moment it holds the target, too.
 * If it crashed and was dumped then, the target would stand still until the
 * core is written, and all of its memory would lie in a file.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/*
 * From now on, this process and its children are never dumped, and nobody but
 * root can attach to them or read their memory.  To be called before a target
 * is opened.
 *
 * Both ways are needed: RLIMIT_CORE does not stop a core that goes to a program
 * (core(5), "Piping core dumps to a program"), and PR_SET_DUMPABLE does not
 * outlive execve().
 *
 * The files in /proc/self belong to root afterwards.  What everybody may read
 * there, and what /proc/self/fd leads to, can still be opened (tried with Linux
 * 6.1); a file to write to is opened with process_open_own().
 */
void process_forbid_cores(void);

/*
 * Open a file of /proc/self, given by its whole path, for writing, as if
 * process_forbid_cores() had not been called.  Returns a descriptor that the
 * caller closes, or -1 with errno.
 */
int process_open_own(const char *path);

#endif
