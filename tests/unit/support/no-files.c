/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/compiler.h"
#include "no-files.h"

/* These take a name, and no flags that say that there is none. */
static const unsigned int forbidden[] = {
	SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_mkdirat,
	SYS_unlinkat, SYS_openat2, SYS_statx, SYS_chdir, SYS_execve,
#ifdef SYS_open
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_mkdir,
	SYS_unlink, SYS_creat, SYS_rename,
#endif
};

#define LOAD(field)                                                           \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))

/* What forbid_names() tells the kernel, instruction by instruction. */
struct program {
	struct sock_filter v[128];
	unsigned short nr;
};

static void add(struct program *p, struct sock_filter instruction)
{
	p->v[p->nr++] = instruction;
}

/* Of `call`, allow what has one of these bits in argument `argument`. */
static void add_flagged(struct program *p, unsigned int call, unsigned int bits,
			unsigned int argument, unsigned int refuse)
{
	add(p, (struct sock_filter)LOAD(nr));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0,
					    4));
	/* The low half: the machine is little-endian. */
	add(p, (struct sock_filter)LOAD(args[argument]));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0,
					    1));
	add(p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
	add(p, (struct sock_filter)RETURN(refuse));
}

void forbid_names(bool deadly)
{
	unsigned int refuse = deadly ? SECCOMP_RET_KILL_PROCESS :
				       SECCOMP_RET_ERRNO | ENOENT;
	struct program p = { .nr = 0 };
	struct sock_fprog filter;

	/* O_TMPFILE has the bit of O_DIRECTORY as well. */
	add_flagged(&p, SYS_openat, O_TMPFILE & ~O_DIRECTORY, 2, refuse);
	add_flagged(&p, SYS_newfstatat, AT_EMPTY_PATH, 3, refuse);
	for (size_t i = 0; i < ARRAY_SIZE(forbidden); i++) {
		add(&p, (struct sock_filter)LOAD(nr));
		add(&p, (struct sock_filter)BPF_JUMP(
				BPF_JMP | BPF_JEQ | BPF_K, forbidden[i], 0, 1));
		add(&p, (struct sock_filter)RETURN(refuse));
	}
	add(&p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
	filter = (struct sock_fprog){ p.nr, p.v };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		abort();
}
