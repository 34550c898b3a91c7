/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/broker/sandbox-filter.h"

/* Of Linux 5.17; PR_SET_NAME and PR_GET_NAME are older than all we run on. */
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* It takes milliseconds. */
#define LOAD_SECONDS 5

/* `int` arguments: the kernel looks at these bits only. */
#define INT UINT64_C(0xffffffff)

/* A thread shares memory and is no process; and it stays in the namespaces,
 * takes nobody's place and is traced by nobody. */
#define IS_THREAD ((uint64_t)(CLONE_VM | CLONE_THREAD))
#define NO_THREAD                                                              \
	((uint64_t)(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |             \
		    CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |              \
		    CLONE_NEWNET | CLONE_VFORK | CLONE_PARENT | CLONE_PTRACE))

/* Where a value is known only when the filter is made. */
enum value { GIVEN, OWN_PID, SOCKET };

/*
 * A call, and what its argument `arg` must be, behind `mask`.  No mask: any
 * value will do.  A call with several rows may be made as any of them says.
 */
struct rule {
	int call;
	struct {
		unsigned int arg;
		uint64_t mask, value;
		enum value from;
	} test[2];
};

#define ANY(name) { .call = SCMP_SYS(name) }
#define IF(name, nr, bits, is)                                                 \
	{ .call = SCMP_SYS(name),                                              \
	  .test = { { .arg = (nr), .mask = (bits), .value = (is) } } }
#define FROM(name, nr, where)                                                  \
	{ .call = SCMP_SYS(name),                                              \
	  .test = { { .arg = (nr), .mask = INT, .from = (where) } } }
#define FCNTL(command) IF(fcntl, 1, INT, command)
#define IOCTL(request) IF(ioctl, 1, INT, request)
#define PRCTL(option) IF(prctl, 0, INT, option)

static const struct rule allowed[] = {
	/* The descriptors that it was given: read captures, cores and copies,
	 * write reports. */
	ANY(read),
	ANY(write),
	ANY(readv),
	ANY(writev),
	ANY(pread64),
	ANY(pwrite64),
	ANY(lseek),
	ANY(ftruncate),
	ANY(fallocate),
	ANY(fsync),
	ANY(fdatasync),
	ANY(flock),		/* the history of the sql prompt */
	ANY(fstat),
	ANY(fstatfs),		/* how much room a scratch file has */
	/* glibc before 2.39 has no other fstat().  A name can follow where the
	 * filter can't look: so it can learn the size, the times and the owner
	 * of files that its user may look up, and tell them to nobody but
	 * those who read the report. */
	IF(newfstatat, 3, AT_EMPTY_PATH, AT_EMPTY_PATH),
	ANY(close),
	ANY(close_range),
	ANY(dup),
	ANY(dup2),
	ANY(dup3),
	FCNTL(F_DUPFD),
	FCNTL(F_DUPFD_CLOEXEC),
	FCNTL(F_GETFD),
	FCNTL(F_SETFD),
	FCNTL(F_GETFL),			/* fdopen() asks for it */
	FCNTL(F_SETFL),
	FCNTL(F_ADD_SEALS),		/* a memfd that it gives away */
	FCNTL(F_GET_SEALS),
	ANY(memfd_create),	/* redaction writes a capture, reads it */
	ANY(pipe2),

	/* Memory, but no code from files, and none that others could write. */
	ANY(brk),
	IF(mmap, 2, PROT_EXEC, 0),
#ifdef HAVE_UNICORN
	/* The buffer for translated code of Unicorn, which is mapped so and
	 * stays so. */
	{ .call = SCMP_SYS(mmap),
	  .test = { { .arg = 2, .mask = PROT_EXEC, .value = PROT_EXEC },
		    { .arg = 3, .mask = MAP_TYPE | MAP_ANONYMOUS,
		      .value = MAP_PRIVATE | MAP_ANONYMOUS } } },
#endif
	IF(mprotect, 2, PROT_EXEC, 0),
	ANY(munmap),
	ANY(mremap),
	ANY(madvise),
	ANY(msync),

	/* Threads: the watchdog of the emulator, those that compress. */
	IF(clone, 0, IS_THREAD | NO_THREAD, IS_THREAD),
	ANY(futex),
	ANY(set_robust_list),
	ANY(rseq),
	ANY(sched_yield),
	/* How many threads are of use. */
	IF(sched_getaffinity, 0, INT, 0),
	ANY(exit),
	ANY(exit_group),

	/* Who and where it is.  qsort() and SQLite ask for the size of the
	 * memory: sysinfo(). */
	ANY(getpid),
	ANY(getppid),
	ANY(gettid),
	ANY(getuid),
	ANY(geteuid),
	ANY(getgid),
	ANY(getegid),
	ANY(uname),
	ANY(sysinfo),
	ANY(getrlimit),
	/* It can lower its limits; it has no privilege to raise them. */
	IF(prlimit64, 0, INT, 0),
	ANY(getrandom),
	PRCTL(PR_SET_NAME),
	PRCTL(PR_GET_NAME),
	PRCTL(PR_SET_VMA),		/* glibc names what it maps */

	/* Time. */
	ANY(clock_gettime),	/* CPU time is not in the vDSO */
	ANY(clock_getres),
	ANY(gettimeofday),
	ANY(time),
	ANY(nanosleep),
	ANY(clock_nanosleep),
	ANY(restart_syscall),	/* the kernel's, after SIGCONT */
	ANY(alarm),		/* the sql prompt and Ctrl-C */
	ANY(setitimer),
	ANY(poll),		/* keys */
	ANY(ppoll),
	ANY(select),
	ANY(pselect6),

	/* Signals: handlers, and those that it sends to itself (abort(),
	 * raise(), pthread_kill()). */
	ANY(rt_sigaction),
	ANY(rt_sigprocmask),
	ANY(rt_sigreturn),
	ANY(rt_sigsuspend),
	ANY(sigaltstack),
	FROM(kill, 0, OWN_PID),
	FROM(tgkill, 0, OWN_PID),

	/* The terminal: its size, and keys one by one (ncurses, libedit). */
	IOCTL(TCGETS),			/* isatty() */
	IOCTL(TCGETS2),
	IOCTL(TCSETS),
	IOCTL(TCSETSW),
	IOCTL(TCSETSF),
	IOCTL(TCFLSH),
	IOCTL(TIOCGWINSZ),
	IOCTL(TIOCGPGRP),
	IOCTL(FIONREAD),

	/* Messages to and from the parent. */
	FROM(sendmsg, 0, SOCKET),
	FROM(recvmsg, 0, SOCKET),
	FROM(sendto, 0, SOCKET),
	FROM(recvfrom, 0, SOCKET),
};

/* What fails with another errno than EPERM.  The call may have a row above, if
 * that is about the same argument and the rows exclude each other. */
static const struct {
	struct rule rule;
	int errnum;
} refused[] = {
	{ ANY(open), ENOENT },
	{ ANY(openat), ENOENT },
	{ ANY(openat2), ENOENT },
	{ ANY(creat), ENOENT },
	{ ANY(stat), ENOENT },
	{ ANY(lstat), ENOENT },
	{ IF(newfstatat, 3, AT_EMPTY_PATH, 0), ENOENT },
	{ ANY(access), ENOENT },
	{ ANY(faccessat), ENOENT },
	{ ANY(faccessat2), ENOENT },
	{ ANY(readlink), ENOENT },
	{ ANY(readlinkat), ENOENT },
	{ ANY(statfs), ENOENT },
	/* Its flags are in memory, where the filter can't look; glibc then
	 * takes clone(). */
	{ ANY(clone3), ENOSYS },
	/* glibc then takes newfstatat(). */
	{ ANY(statx), ENOSYS },
};

static int add_rule(scmp_filter_ctx filter, uint32_t action,
		    const struct rule *r, int socket)
{
	struct scmp_arg_cmp args[ARRAY_SIZE(r->test)];
	unsigned int nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(r->test); i++) {
		uint64_t value = r->test[i].value;

		if (!r->test[i].mask)
			continue;
		if (r->test[i].from == OWN_PID)
			value = (uint64_t)getpid();
		else if (r->test[i].from == SOCKET)
			value = (uint64_t)socket;
		args[nr++] = (struct scmp_arg_cmp){
			.arg = r->test[i].arg, .op = SCMP_CMP_MASKED_EQ,
			.datum_a = r->test[i].mask, .datum_b = value
		};
	}
	return seccomp_rule_add_array(filter, action, r->call, nr, args);
}

static int add_rules(scmp_filter_ctx filter, int socket)
{
	int e = 0;

	for (size_t i = 0; !e && i < ARRAY_SIZE(allowed); i++)
		e = add_rule(filter, SCMP_ACT_ALLOW, &allowed[i], socket);
	for (size_t i = 0; !e && i < ARRAY_SIZE(refused); i++)
		e = add_rule(filter,
			     SCMP_ACT_ERRNO((uint32_t)refused[i].errnum),
			     &refused[i].rule, socket);
	return e;
}

static int set_attributes(scmp_filter_ctx filter)
{
	int e = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
				 SCMP_ACT_KILL_PROCESS);

	/* A libseccomp or a kernel without these two will do.  They ask for a
	 * binary search, and for no mitigation of speculative stores: kernels
	 * before 5.16 turn it on in a process with a filter, which is then
	 * slower. */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	return e;
}

static bool make_and_load(int socket)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool loaded;

	if (!filter)
		return false;
	loaded = !set_attributes(filter) && !add_rules(filter, socket) &&
		 !seccomp_load(filter);
	seccomp_release(filter);
	return loaded;
}

/* End this process by SIGPROF after so many seconds of CPU time; 0: do not. */
static void end_after(time_t seconds)
{
	const struct itimerval timer = { .it_value = { .tv_sec = seconds } };

	setitimer(ITIMER_PROF, &timer, NULL);
}

bool sandbox_filter_load(int socket)
{
	bool loaded;

	/* Where libseccomp gets no memory, it may loop without end. */
	end_after(LOAD_SECONDS);
	loaded = make_and_load(socket);
	end_after(0);
	return loaded;
}

bool sandbox_filter_holds(void)
{
	static const struct {
		long call;
		int errnum;
	} calls[] = {
		{ SYS_openat, ENOENT },
		{ SYS_faccessat, ENOENT },
		{ SYS_socket, EPERM },
		{ SYS_connect, EPERM },
		{ SYS_kill, EPERM },
		{ SYS_ptrace, EPERM },
		{ SYS_process_vm_writev, EPERM },
		{ SYS_execve, EPERM },
		{ SYS_clone3, ENOSYS },
	};

	/* -1 is no descriptor, address, signal, request or flags. */
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (syscall(calls[i].call, -1L, -1L, -1L, -1L, -1L, -1L) !=
		    -1 || errno != calls[i].errnum)
			return false;
	return true;
}
