/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: fail-syscall N REPORT PROGRAM [ARGUMENT...]
 *
 * Run a program whose N-th system call fails, of all that its threads and child
 * processes make, the loader's and those of constructors included; 0 only
 * counts.  The call is not done, and the program sees an error that the kernel
 * may give for that call.  A call that can't fail is not counted.
 *
 * Ends as the program does: with its exit status, or by its signal.  The file
 * REPORT gets a line: the number of calls that were counted, how many of these
 * came before the first instruction of the program itself (the loader and the
 * constructors of libraries), the number of the call that failed, or -1, and
 * the path of the file whose code made it, beside the C library, or -.
 *
 * The program is traced with ptrace(), which does not keep it from tracing
 * others.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "registers are those of x86-64"
#endif

#define TRACE_OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | \
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK)
#define MAX_TASKS 4096

static const struct {
	long number;
	int error;		/* 0: it can't fail */
} errors[] = {
	{ SYS_exit, 0 }, { SYS_exit_group, 0 }, { SYS_rt_sigreturn, 0 },
	{ SYS_restart_syscall, 0 }, { SYS_getpid, 0 }, { SYS_gettid, 0 },
	{ SYS_getppid, 0 }, { SYS_getuid, 0 }, { SYS_geteuid, 0 },
	{ SYS_getgid, 0 }, { SYS_getegid, 0 }, { SYS_umask, 0 },
	{ SYS_sched_yield, 0 }, { SYS_set_tid_address, 0 },
	/* The signal mask and handlers: only wrong arguments fail. */
	{ SYS_rt_sigprocmask, 0 }, { SYS_rt_sigaction, 0 },
	{ SYS_sigaltstack, 0 }, { SYS_execve, 0 }, { SYS_arch_prctl, 0 },
	{ SYS_clock_gettime, 0 }, { SYS_set_robust_list, 0 },
	/* The C library ends a program for which it fails. */
	{ SYS_rseq, 0 },
	{ SYS_brk, ENOMEM }, { SYS_mmap, ENOMEM }, { SYS_mprotect, ENOMEM },
	{ SYS_mremap, ENOMEM }, { SYS_munmap, ENOMEM },
	{ SYS_madvise, ENOMEM }, { SYS_clone, EAGAIN }, { SYS_clone3, EAGAIN },
	{ SYS_fork, EAGAIN }, { SYS_vfork, EAGAIN }, { SYS_read, EIO },
	{ SYS_pread64, EIO }, { SYS_readv, EIO }, { SYS_preadv, EIO },
	{ SYS_write, ENOSPC }, { SYS_writev, ENOSPC }, { SYS_pwrite64, ENOSPC },
	{ SYS_ftruncate, ENOSPC }, { SYS_fallocate, ENOSPC },
	{ SYS_open, EMFILE }, { SYS_openat, EMFILE }, { SYS_openat2, EMFILE },
	{ SYS_memfd_create, EMFILE }, { SYS_pipe2, EMFILE },
	{ SYS_socketpair, EMFILE }, { SYS_dup, EMFILE }, { SYS_dup3, EMFILE },
	{ SYS_close, EIO }, { SYS_fstat, EIO }, { SYS_newfstatat, EIO },
	{ SYS_statx, EIO }, { SYS_stat, EIO }, { SYS_lstat, EIO },
	{ SYS_getdents64, EIO }, { SYS_fsync, EIO }, { SYS_lseek, EIO },
	{ SYS_readlink, EIO }, { SYS_readlinkat, EIO }, { SYS_rename, EXDEV },
	{ SYS_renameat2, EXDEV }, { SYS_unlink, EACCES },
	{ SYS_unlinkat, EACCES }, { SYS_ioctl, ENOTTY }, { SYS_futex, EINTR },
	{ SYS_nanosleep, EINTR }, { SYS_clock_nanosleep, EINTR },
	{ SYS_poll, EINTR }, { SYS_ppoll, EINTR }, { SYS_ptrace, ESRCH },
	{ SYS_wait4, ECHILD }, { SYS_waitid, ECHILD },
	{ SYS_process_vm_readv, EFAULT }, { SYS_getrandom, EINTR },
};

/* Waking never fails, and the C library ends a program for which it does. */
static int is_wait(unsigned long long operation)
{
	return (operation & FUTEX_CMD_MASK) == FUTEX_WAIT ||
	       (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
}

static int error_of(const struct user_regs_struct *regs)
{
	long number = (long)regs->orig_rax;

	if (number == SYS_futex && !is_wait(regs->rsi))
		return 0;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].number == number)
			return errors[i].error;
	return EPERM;
}

static struct task {
	pid_t tid;
	int inside, failing;	/* of a call; an errno */
} tasks[MAX_TASKS];
static int nr_tasks;
static long nth, count, before = -1, failed = -1;

static struct task *task_of(pid_t tid)
{
	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].tid == tid)
			return &tasks[i];
	if (nr_tasks == MAX_TASKS)
		exit(125);
	tasks[nr_tasks] = (struct task){ .tid = tid };
	return &tasks[nr_tasks++];
}

static void forget(pid_t tid)
{
	struct task *t = task_of(tid);

	*t = tasks[--nr_tasks];
}

/* --- the first instruction of the program --- */

static unsigned long entry;
static long original;

static unsigned long entry_of(pid_t pid)
{
	char name[64];
	Elf64_auxv_t a;
	unsigned long found = 0;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/auxv", (int)pid);
	f = fopen(name, "r");
	while (f && fread(&a, sizeof(a), 1, f) == 1)
		if (a.a_type == AT_ENTRY)
			found = a.a_un.a_val;
	if (f)
		fclose(f);
	return found;
}

static void break_at_entry(pid_t pid)
{
	entry = entry_of(pid);
	if (!entry)
		return;
	original = ptrace(PTRACE_PEEKTEXT, pid, entry, NULL);
	ptrace(PTRACE_POKETEXT, pid, entry, (original & ~0xffL) | 0xcc);
}

static int is_at_entry(pid_t pid)
{
	struct user_regs_struct regs;

	if (before >= 0 || ptrace(PTRACE_GETREGS, pid, NULL, &regs) ||
	    regs.rip != entry + 1)
		return 0;
	before = count;
	regs.rip = entry;
	ptrace(PTRACE_POKETEXT, pid, entry, original);
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
	return 1;
}

/* --- who made a call --- */

#define MAX_WORDS 64
static char caller[512] = "-";

/* The file of the code at `address`, if it is not the C library's or the
 * loader's: into `caller`. */
static int is_code_of(pid_t pid, unsigned long address)
{
	char name[64], line[1024], prot[8], path[512];
	unsigned long start, end;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	f = fopen(name, "r");
	while (f && fgets(line, sizeof(line), f)) {
		*path = '\0';
		if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %511s", &start, &end,
			   prot, path) < 3 ||
		    address < start || address >= end)
			continue;
		fclose(f);
		if (prot[2] != 'x' || *path != '/' || strstr(path, "/libc.") ||
		    strstr(path, "/ld-"))
			return 0;
		memcpy(caller, path, sizeof(caller));
		return 1;
	}
	if (f)
		fclose(f);
	return 0;
}

/* The first return address on the stack that is in such a file.  The wrappers
 * of the C library have small frames. */
static void find_caller(pid_t pid, unsigned long sp)
{
	for (int i = 0; i < MAX_WORDS; i++) {
		long word = ptrace(PTRACE_PEEKDATA, pid, sp + 8UL * i, NULL);

		if (word && is_code_of(pid, (unsigned long)word))
			return;
	}
}

/* --- calls --- */

static void enter(struct task *t)
{
	struct user_regs_struct regs;
	int error;

	t->inside = 1;
	if (ptrace(PTRACE_GETREGS, t->tid, NULL, &regs))
		return;
	error = error_of(&regs);
	if (!error || ++count != nth)
		return;
	failed = (long)regs.orig_rax;
	find_caller(t->tid, regs.rsp);
	t->failing = error;
	regs.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, t->tid, NULL, &regs);
}

static void leave(struct task *t)
{
	struct user_regs_struct regs;

	t->inside = 0;
	if (!t->failing || ptrace(PTRACE_GETREGS, t->tid, NULL, &regs))
		return;
	/* A brk() that fails returns where the break is. */
	regs.rax = failed == SYS_brk ? 0 :
		   (unsigned long long)-(long long)t->failing;
	t->failing = 0;
	ptrace(PTRACE_SETREGS, t->tid, NULL, &regs);
}

/* What a stopped task goes on with: the number of a signal, or 0. */
static int look(pid_t tid, int status)
{
	struct task *t = task_of(tid);
	int number = WSTOPSIG(status);

	if (number == (SIGTRAP | 0x80)) {
		if (t->inside)
			leave(t);
		else
			enter(t);
		return 0;
	}
	/* Events of ptrace(), such as that a new task begins. */
	if (status >> 16)
		return 0;
	if (number == SIGTRAP && is_at_entry(tid))
		return 0;
	return number;
}

static void report(const char *name)
{
	FILE *f = fopen(name, "w");

	if (!f)
		exit(125);
	fprintf(f, "%ld %ld %ld %s\n", count, before < 0 ? count : before,
		failed, caller);
	fclose(f);
}

static int run(pid_t child)
{
	int status, end = 0;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			forget(tid);
			if (tid == child)
				end = status;
			continue;
		}
		ptrace(PTRACE_SYSCALL, tid, NULL, (long)look(tid, status));
	}
	return end;
}

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	if (argc < 4)
		return 125;
	nth = atol(argv[1]);
	child = fork();
	if (!child) {
		raise(SIGSTOP);
		execvp(argv[3], argv + 3);
		_exit(126);
	}
	waitpid(child, &status, WUNTRACED);
	if (ptrace(PTRACE_SEIZE, child, NULL, TRACE_OPTIONS |
		   PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL))
		return 125;
	kill(child, SIGCONT);
	/* Until it has executed the program. */
	while (waitpid(child, &status, __WALL) == child &&
	       WIFSTOPPED(status) && status >> 16 != PTRACE_EVENT_EXEC)
		ptrace(PTRACE_CONT, child, NULL, NULL);
	break_at_entry(child);
	task_of(child)->inside = 1;	/* of execve() */
	ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	status = run(child);
	report(argv[2]);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		kill(getpid(), WTERMSIG(status));
	}
	return WEXITSTATUS(status);
}
