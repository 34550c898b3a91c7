/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/live/live.h - what the parts of target/ share about a live process.
 */
#ifndef TARGET_LIVE_LIVE_H
#define TARGET_LIVE_LIVE_H

#include "target/file.h"
#include "target/target.h"

struct live {
	pid_t pid;
	int dir;		/* /proc/PID */
	char *root;		/* where its "/" is in ours; "" the same */
	struct file_vec files;
	int mem;		/* /proc/PID/mem; -1: not opened */
	bool use_mem;		/* process_vm_readv is refused: read `mem` */
	uint64_t start_stack;	/* changes when it executes another program */
};

/*
 * As process_vm_readv(2), of iovecs that pair off in length: how many bytes
 * came before one could not be read, or -1 with errno: ESRCH (it exited),
 * EFAULT (not one byte), ...
 */
struct iovec;
ssize_t live_readv(struct live *l, const struct iovec *local,
		   const struct iovec *remote, unsigned long nr);

/* target/modules.c: make t->modules of t->mappings; keeps what is there. */
void modules_find(struct target *t);
void modules_release(struct target *t);

#endif
