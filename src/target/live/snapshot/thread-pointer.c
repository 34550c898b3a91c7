/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/live/snapshot/thread-pointer.h"

#if defined(__x86_64__)
/*
 * Offsets in glibc's struct pthread (nptl/descr.h), which begins with
 * tcbhead_t (sysdeps/x86_64/nptl/tls.h), on x86-64: the same from 2.4 on.  The
 * TLS base is its address.
 */
#define HEAD_TCB 0
#define HEAD_SELF 16
#define PTHREAD_TID 720
#define PTHREAD_ROBUST_HEAD 736

pid_t thread_pointer_tid(struct live *l, raddr base)
{
	uint8_t bytes[PTHREAD_TID + 4];
	struct iovec local = { bytes, sizeof(bytes) };
	struct iovec remote = live_remote(base, sizeof(bytes));
	int32_t tid;

	if (live_readv(l, &local, &remote, 1) != sizeof(bytes) ||
	    get_u64(bytes + HEAD_TCB) != base ||
	    get_u64(bytes + HEAD_SELF) != base)
		return 0;
	memcpy(&tid, bytes + PTHREAD_TID, sizeof(tid));
	return MAX(tid, 0);
}

raddr thread_pointer_find(struct live *l, const struct thread *t)
{
	struct robust_list_head *head = NULL;
	size_t size;
	raddr base;

	if (syscall(SYS_get_robust_list, t->host_tid, &head, &size) || !head)
		return 0;
	base = (uintptr_t)head - PTHREAD_ROBUST_HEAD;
	return thread_pointer_tid(l, base) == t->tid ? base : 0;
}
#else
pid_t thread_pointer_tid(struct live *l, raddr base)
{
	(void)l, (void)base;
	return 0;
}

raddr thread_pointer_find(struct live *l, const struct thread *t)
{
	(void)l, (void)t;
	return 0;
}
#endif
