/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that a process can still make, and those that it can't:
 * base/broker/sandbox-filter.h.
 *
 * Each attempt is a bare system call, made in a child.  They are tried twice:
 * in the whole sandbox, and behind the filter alone, where root could do
 * everything if the filter did not refuse it.
 *
 * With AddressSanitizer there is no filter in the sandbox.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/broker/sandbox-filter.h"
#include "base/compiler.h"
#include "confined.h"
#include "suite.h"

const char suite_name[] = "sandbox-filter";

#define X32 0x40000000

/* Numbers that are known only in the child. */
enum { PARENT = -1000, SELF, FILE_FD, MEMFD, THE_SOCKET, OTHER_SOCKET };

#define RW (PROT_READ | PROT_WRITE)
#define RX (PROT_READ | PROT_EXEC)

static char room[4096], name[] = "/tmp/pyheld-check-nothing";
static char root_name[] = "/", empty[] = "";

#define P(object) (long)(object)

static const struct attempt {
	const char *what;
	int errnum;	/* 0: it is allowed */
	long call;
	long args[6];
} attempts[] = {
	{ "open", ENOENT, SYS_open, { P(root_name), O_RDONLY } },
	{ "openat", ENOENT, SYS_openat, { AT_FDCWD, P(root_name), O_RDONLY } },
	{ "openat2", ENOENT, SYS_openat2, { AT_FDCWD, P(root_name), P(room),
					    24 } },
	{ "creat", ENOENT, SYS_creat, { P(name), 0600 } },
	{ "stat", ENOENT, SYS_stat, { P(root_name), P(room) } },
	{ "lstat", ENOENT, SYS_lstat, { P(root_name), P(room) } },
	{ "newfstatat", ENOENT, SYS_newfstatat, { AT_FDCWD, P(root_name),
						  P(room), 0 } },
	{ "newfstatat of nothing", 0, SYS_newfstatat,
	  { FILE_FD, P(empty), P(room), AT_EMPTY_PATH } },
	{ "statx", ENOSYS, SYS_statx, { AT_FDCWD, P(root_name), 0, 0,
					P(room) } },
	{ "statfs", ENOENT, SYS_statfs, { P(root_name), P(room) } },
	{ "access", ENOENT, SYS_access, { P(root_name), F_OK } },
	{ "faccessat", ENOENT, SYS_faccessat, { AT_FDCWD, P(root_name) } },
	{ "readlink", ENOENT, SYS_readlink, { P(root_name), P(room), 9 } },
	{ "chdir", EPERM, SYS_chdir, { P(root_name) } },
	{ "fchdir", EPERM, SYS_fchdir, { FILE_FD } },
	{ "chroot", EPERM, SYS_chroot, { P(root_name) } },
	{ "unlink", EPERM, SYS_unlink, { P(name) } },
	{ "unlinkat", EPERM, SYS_unlinkat, { AT_FDCWD, P(name), 0 } },
	{ "rename", EPERM, SYS_rename, { P(name), P(name) } },
	{ "renameat2", EPERM, SYS_renameat2, { AT_FDCWD, P(name), AT_FDCWD,
					       P(name), 0 } },
	{ "mkdir", EPERM, SYS_mkdir, { P(root_name), 0700 } },
	{ "link", EPERM, SYS_link, { P(name), P(name) } },
	{ "symlink", EPERM, SYS_symlink, { P(name), P(root_name) } },
	{ "chmod", EPERM, SYS_chmod, { P(name), 0700 } },
	{ "fchmod", EPERM, SYS_fchmod, { MEMFD, 0700 } },
	{ "chown", EPERM, SYS_chown, { P(name), 0, 0 } },
	{ "fchown", EPERM, SYS_fchown, { MEMFD, 0, 0 } },
	{ "mount", EPERM, SYS_mount, { 0, P(name), 0, 0, 0 } },
	{ "open_by_handle_at", EPERM, SYS_open_by_handle_at,
	  { AT_FDCWD, P(room), 0 } },
	{ "name_to_handle_at", EPERM, SYS_name_to_handle_at,
	  { AT_FDCWD, P(root_name), P(room), P(room), 0 } },
	{ "socket", EPERM, SYS_socket, { AF_UNIX, SOCK_STREAM, 0 } },
	{ "socketpair", EPERM, SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0,
						 P(room) } },
	{ "connect", EPERM, SYS_connect, { OTHER_SOCKET, P(room), 16 } },
	{ "bind", EPERM, SYS_bind, { OTHER_SOCKET, P(room), 16 } },
	{ "listen", EPERM, SYS_listen, { OTHER_SOCKET, 1 } },
	{ "accept4", EPERM, SYS_accept4, { OTHER_SOCKET, 0, 0, 0 } },
	{ "a message elsewhere", EPERM, SYS_sendto,
	  { OTHER_SOCKET, P(room), 1, MSG_DONTWAIT } },
	{ "sendmsg elsewhere", EPERM, SYS_sendmsg, { OTHER_SOCKET, P(room),
						     MSG_DONTWAIT } },
	{ "recvmsg elsewhere", EPERM, SYS_recvmsg, { OTHER_SOCKET, P(room),
						     MSG_DONTWAIT } },
	{ "a message", 0, SYS_sendto, { THE_SOCKET, P(room), 1,
					MSG_DONTWAIT } },
	{ "ptrace", EPERM, SYS_ptrace, { PTRACE_TRACEME } },
	{ "ptrace of the parent", EPERM, SYS_ptrace, { PTRACE_SEIZE,
						       PARENT } },
	{ "execve", EPERM, SYS_execve, { P(name), 0, 0 } },
	{ "execveat", EPERM, SYS_execveat, { AT_FDCWD, P(name), 0, 0, 0 } },
	{ "fork", EPERM, SYS_fork, { 0 } },
	{ "vfork", EPERM, SYS_vfork, { 0 } },
	{ "clone of a process", EPERM, SYS_clone, { SIGCHLD } },
	{ "clone of a process that shares", EPERM, SYS_clone,
	  { CLONE_VM | CLONE_VFORK | SIGCHLD } },
	{ "clone into a namespace", EPERM, SYS_clone, { CLONE_NEWUSER |
							SIGCHLD } },
	/* The kernel would say EINVAL. */
	{ "clone of a thread into a namespace", EPERM, SYS_clone,
	  { CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWUSER } },
	{ "clone3", ENOSYS, SYS_clone3, { P(room), 64 } },
	{ "kill of the parent", EPERM, SYS_kill, { PARENT, 0 } },
	{ "kill of all", EPERM, SYS_kill, { -1, 0 } },
	{ "kill of the group", EPERM, SYS_kill, { 0, 0 } },
	{ "kill of itself", 0, SYS_kill, { SELF, 0 } },
	{ "tgkill of the parent", EPERM, SYS_tgkill, { PARENT, PARENT, 0 } },
	{ "tgkill of itself", 0, SYS_tgkill, { SELF, SELF, 0 } },
	{ "tkill", EPERM, SYS_tkill, { PARENT, 0 } },
	{ "rt_sigqueueinfo", EPERM, SYS_rt_sigqueueinfo, { PARENT, 0,
							   P(room) } },
	{ "pidfd_open", EPERM, SYS_pidfd_open, { PARENT, 0 } },
	{ "pidfd_send_signal", EPERM, SYS_pidfd_send_signal, { FILE_FD, 0, 0,
							       0 } },
	{ "pidfd_getfd", EPERM, SYS_pidfd_getfd, { FILE_FD, 0, 0 } },
	{ "process_vm_readv", EPERM, SYS_process_vm_readv, { PARENT } },
	{ "process_vm_writev", EPERM, SYS_process_vm_writev, { PARENT } },
	{ "process_madvise", EPERM, SYS_process_madvise, { FILE_FD } },
	{ "kcmp", EPERM, SYS_kcmp, { PARENT, PARENT, 0, 0, 0 } },
	{ "mmap of code in a file", EPERM, SYS_mmap,
	  { 0, 4096, RX, MAP_PRIVATE, FILE_FD, 0 } },
	{ "mmap of code in a memfd", EPERM, SYS_mmap,
	  { 0, 4096, RX, MAP_SHARED, MEMFD, 0 } },
	{ "mmap of shared code", EPERM, SYS_mmap,
	  { 0, 4096, RW | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0 } },
	{ "mmap of data in a file", 0, SYS_mmap,
	  { 0, 4096, PROT_READ, MAP_PRIVATE, FILE_FD, 0 } },
	{ "mmap of shared data", 0, SYS_mmap, { 0, 4096, RW, MAP_SHARED,
						MEMFD, 0 } },
	{ "mprotect of code", EPERM, SYS_mprotect, { P(room), 0, RX } },
	{ "pkey_mprotect", EPERM, SYS_pkey_mprotect, { P(room), 0, RX, -1 } },
	{ "remap_file_pages", EPERM, SYS_remap_file_pages, { 0, 0, 0, 0, 0 } },
	{ "shmget", EPERM, SYS_shmget, { 0, 4096, 0600 } },
	{ "personality", EPERM, SYS_personality, { 0xffffffff } },
	{ "io_uring_setup", EPERM, SYS_io_uring_setup, { 1, P(room) } },
	{ "bpf", EPERM, SYS_bpf, { 0, P(room), 0 } },
	{ "userfaultfd", EPERM, SYS_userfaultfd, { 0 } },
	{ "perf_event_open", EPERM, SYS_perf_event_open, { P(room), 0, -1, -1,
							   0 } },
	{ "keyctl", EPERM, SYS_keyctl, { 0, -1, 0 } },
	{ "unshare", EPERM, SYS_unshare, { CLONE_NEWNS } },
	{ "setns", EPERM, SYS_setns, { FILE_FD, 0 } },
	{ "setuid", EPERM, SYS_setuid, { 0 } },
	{ "setgroups", EPERM, SYS_setgroups, { 0, 0 } },
	{ "capset", EPERM, SYS_capset, { P(room), 0 } },
	{ "prctl of anything", EPERM, SYS_prctl, { PR_SET_PDEATHSIG, 0 } },
	{ "prctl of dumps", EPERM, SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "seccomp", EPERM, SYS_seccomp, { 0, 0, 0 } },
	{ "prlimit64 of the parent", EPERM, SYS_prlimit64,
	  { PARENT, RLIMIT_CORE, 0, P(room) } },
	{ "prlimit64 of itself", 0, SYS_prlimit64, { 0, RLIMIT_CORE, 0,
						     P(room) } },
	{ "sched_setaffinity", EPERM, SYS_sched_setaffinity, { PARENT, 8,
							       P(room) } },
	{ "sched_setscheduler", EPERM, SYS_sched_setscheduler, { 0, 0,
								 P(room) } },
	{ "setpriority", EPERM, SYS_setpriority, { 0, 0, 0 } },
	{ "TIOCSTI", EPERM, SYS_ioctl, { FILE_FD, TIOCSTI, P(room) } },
	{ "TIOCLINUX", EPERM, SYS_ioctl, { FILE_FD, TIOCLINUX, P(room) } },
	{ "TIOCSTI with more bits", EPERM, SYS_ioctl,
	  { FILE_FD, TIOCSTI | (1L << 32), P(room) } },
	{ "TCGETS", ENOTTY, SYS_ioctl, { FILE_FD, TCGETS, P(room) } },
	{ "F_SETOWN", EPERM, SYS_fcntl, { FILE_FD, F_SETOWN, PARENT } },
	{ "F_GETFD", 0, SYS_fcntl, { FILE_FD, F_GETFD } },
	{ "wait4", EPERM, SYS_wait4, { -1, 0, 0, 0 } },
	{ "reboot", EPERM, SYS_reboot, { 0 } },
	{ "a call of the future", EPERM, 9999, { 0 } },
};

static_assert(ARRAY_SIZE(attempts) <= CONFINED_RESULTS, "no room");

static long real(long value, pid_t self, const int *fds)
{
	return value == PARENT ? getppid() :
	       value == SELF ? self :
	       value >= FILE_FD && value <= OTHER_SOCKET ?
			       fds[value - FILE_FD] : value;
}

/* FILE_FD and those behind it; they are open before the sandbox is. */
static void open_files(int *fds)
{
	int pair[2];

	fds[0] = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	fds[1] = memfd_create("check", MFD_CLOEXEC);
	fds[2] = confined_ends[1];
	if (ftruncate(fds[1], 4096) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		_exit(97);
	fds[3] = pair[0];
}

static void try_all(const int *fds)
{
	pid_t self = getpid();

	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		const struct attempt *a = &attempts[i];
		long v[6], ret;

		for (size_t j = 0; j < ARRAY_SIZE(v); j++)
			v[j] = real(a->args[j], self, fds);
		errno = 0;
		ret = syscall(a->call, v[0], v[1], v[2], v[3], v[4], v[5]);
		confined->errnums[i] = ret < 0 ? errno : 0;
		if (getpid() != self)
			_exit(0);
	}
	confined->value = 1;
}

static void try_behind_filter(void)
{
	int fds[4];

	open_files(fds);
	if (!sandbox_filter_load(confined_ends[1]))
		_exit(98);
	try_all(fds);
}

/* Each gets its errno, and then the process is still there. */
static void expect_refusals(void (*body)(void))
{
	int wrong = 0;

	confined_expect_exit(body, 0);
	ck_assert_int_eq(confined->value, 1);
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		if (confined->errnums[i] == attempts[i].errnum)
			continue;
		fprintf(stderr, "%s: %s, not %s\n", attempts[i].what,
			strerror(confined->errnums[i]),
			strerror(attempts[i].errnum));
		wrong++;
	}
	ck_assert_int_eq(wrong, 0);
}

START_TEST(sandbox_filter_alone_refuses_it)
{
	expect_refusals(try_behind_filter);
}
END_TEST

static void ask_whether_it_holds(void)
{
	confined->value = sandbox_filter_holds();
	if (!sandbox_filter_load(confined_ends[1]))
		_exit(98);
	confined->errnums[0] = sandbox_filter_holds();
}

START_TEST(holes_are_noticed)
{
	confined_expect_exit(ask_whether_it_holds, 0);
	ck_assert_int_eq(confined->value, 0);
	ck_assert_int_eq(confined->errnums[0], 1);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__

static void try_in_sandbox(void)
{
	int fds[4];

	open_files(fds);
	confined_enter();
	try_all(fds);
}

START_TEST(sandbox_refuses_what_is_not_needed)
{
	expect_refusals(try_in_sandbox);
}
END_TEST

/* getppid() of i386. */
static void call_by_interrupt(void)
{
	long ret;

	confined_enter();
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(64) : "memory");
	confined->value = (int)ret;
}

static void call_by_x32(void)
{
	confined_enter();
	confined->value = (int)syscall(X32 | SYS_getppid);
}

START_TEST(sandbox_ends_on_another_interface)
{
	int status = confined_run(call_by_x32);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSYS);
	status = confined_run(call_by_interrupt);
	ck_assert(WIFSIGNALED(status));
	/* A kernel without this interface has no such gate. */
	ck_assert(WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV);
}
END_TEST

#define NEED(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			confined->value = __LINE__;                            \
			_exit(1);                                              \
		}                                                              \
	} while (0)

static volatile sig_atomic_t nr_signals;

static void count_signal(int number UNUSED)
{
	nr_signals++;
}

static void *allocate(void *arg)
{
	/* Above the size from which malloc() maps. */
	char *p = malloc(1 << 20), *q;

	NEED(p);
	memset(p, 1, 1 << 20);
	q = realloc(p, 3 << 20);
	NEED(q);
	free(q);
	return arg;
}

static void use_threads(void)
{
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		NEED(!pthread_create(&threads[i], NULL, allocate, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		NEED(!pthread_join(threads[i], NULL));
	NEED(sysconf(_SC_NPROCESSORS_ONLN) > 0);
	NEED(sysconf(_SC_PHYS_PAGES) > 0);
}

static void use_signals(void)
{
	struct sigaction action = { .sa_handler = count_signal };
	struct itimerval soon = { .it_value.tv_usec = 1000 };

	NEED(!sigaction(SIGALRM, &action, NULL));
	NEED(!sigaction(SIGUSR1, &action, NULL));
	NEED(!setitimer(ITIMER_REAL, &soon, NULL));
	NEED(poll(NULL, 0, 10000) == -1 && errno == EINTR);
	NEED(!raise(SIGUSR1) && !kill(getpid(), SIGUSR1));
	NEED(!pthread_kill(pthread_self(), SIGUSR1));
	NEED(nr_signals == 4);
	NEED(alarm(0) == 0);
}

static void use_files(int file)
{
	int fd = memfd_create("check", MFD_CLOEXEC), pipes[2];
	struct stat st;
	FILE *stream;
	char c;

	NEED(fd >= 0 && !ftruncate(fd, 8192));
	NEED(!fstat(fd, &st) && st.st_size == 8192);
	NEED(pwrite(fd, "x", 1, 9) == 1 && pread(fd, &c, 1, 9) == 1);
	stream = fdopen(fd, "w");
	NEED(stream && fprintf(stream, "%d\n", 1) == 2 && !fclose(stream));
	NEED(pread(file, &c, 1, 1) == 1 && c == 'E');
	NEED(!pipe2(pipes, O_CLOEXEC) && dup2(pipes[0], pipes[1]) >= 0);
}

static void use_socket(void)
{
	char text[] = "hello";
	struct iovec part = { text, sizeof(text) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	NEED(sendmsg(confined_ends[1], &message, 0) == sizeof(text));
	NEED(recvmsg(confined_ends[1], &message, 0) == sizeof(text));
	NEED(!strcmp(text, "HELLO"));
}

static void work(void)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct timespec t;

	confined_enter();
	use_threads();
	use_signals();
	use_files(file);
	use_socket();
	NEED(!clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t));
	t = (struct timespec){ 0, 1000 };
	NEED(!nanosleep(&t, NULL));
#ifdef HAVE_UNICORN
	NEED(mmap(NULL, 4096, RW | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		  0) != MAP_FAILED);
#endif
}

START_TEST(sandbox_lets_it_work)
{
	pid_t pid = confined_start(work);
	char text[16];
	int status;

	ck_assert_int_eq(recv(confined_ends[0], text, sizeof(text), 0), 6);
	ck_assert_str_eq(text, "hello");
	ck_assert_int_eq(send(confined_ends[0], "HELLO", 6, 0), 6);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "line %d", confined->value);
}
END_TEST

static void end_by_abort(void)
{
	confined_enter();
	abort();
}

START_TEST(sandbox_lets_it_abort)
{
	int status = confined_run(end_by_abort);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	ck_assert(!WCOREDUMP(status));
}
END_TEST

#endif

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, sandbox_filter_alone_refuses_it);
	tcase_add_test(tc, holes_are_noticed);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_test(tc, sandbox_refuses_what_is_not_needed);
	tcase_add_test(tc, sandbox_ends_on_another_interface);
	tcase_add_test(tc, sandbox_lets_it_work);
	tcase_add_test(tc, sandbox_lets_it_abort);
#endif
}
