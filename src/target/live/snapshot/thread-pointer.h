/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/snapshot/thread-pointer.h - a thread's TLS base, without a stop.
 */
#ifndef TARGET_LIVE_SNAPSHOT_THREAD_POINTER_H
#define TARGET_LIVE_SNAPSHOT_THREAD_POINTER_H

#include "target/live/live-data.h"
#include "target/target-data.h"

/*
 * The TLS base of the thread t->host_tid, whose number in its own namespace is
 * t->tid: the kernel knows the thread's list of robust mutexes, whose head is
 * in glibc's struct pthread.  0: unknown, as of threads that another libc made.
 */
raddr thread_pointer_find(struct live *l, const struct thread *t);

/* The other way round: the number, in its own namespace, of the thread whose
 * TLS base is `base`, as pthread_self() is.  0: there is none of glibc's. */
pid_t thread_pointer_tid(struct live *l, raddr base);

#endif
