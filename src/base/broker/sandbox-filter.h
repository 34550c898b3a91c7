/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/broker/sandbox-filter.h - the system calls that a worker may still make.
 *
 * A call that is not allowed fails, with an errno from which libraries go on:
 * ENOENT where a name is looked up, ENOSYS where glibc then tries an older
 * call, else EPERM.  It does not end the process, as that would end a run
 * without a word.  The exception is a call by another interface (int 0x80,
 * x32): no library of an x86-64 program makes one.  It ends the process with
 * SIGSYS.
 */
#ifndef BASE_BROKER_SANDBOX_FILTER_H
#define BASE_BROKER_SANDBOX_FILTER_H

#include <stdbool.h>

#include "base/compiler.h"

/*
 * Load the filter, for good: for this thread, and those that it makes later.
 * Messages go through `socket` alone.  Returns false if the kernel can't, and
 * then nothing has changed.  Why is not known: what libseccomp 2.5.4 returns is
 * not what the kernel said.  If it takes 5 s of CPU time, SIGPROF ends this
 * process.
 *
 * The process needs PR_SET_NO_NEW_PRIVS, which this sets, or CAP_SYS_ADMIN.
 */
bool sandbox_filter_load(int socket) MUST_CHECK;

/*
 * Are calls of each kind refused: files, sockets, other processes, programs?
 * Makes each of them, with arguments that the kernel refuses itself if there is
 * no filter, or if libseccomp got no memory and made one that has holes.
 */
bool sandbox_filter_holds(void);

#endif
