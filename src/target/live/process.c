/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/rlimit.h"
#include "target/proc.h"
#include "target/live/process.h"

#define CAP_SYS_PTRACE_BIT 19
#define PF_KTHREAD 0x00200000 /* include/linux/sched.h; shown in stat */

static struct error *no_such_process(pid_t pid)
{
	if (access("/proc/self/stat", R_OK))
		return error_new(ERR_SYSTEM, "/proc is not mounted: mount it "
				 "(mount -t proc proc /proc)");
	/* With hidepid, /proc does not show the processes of other users. */
	if (pid > 0 && kill(pid, 0) && errno == EPERM)
		return error_new(ERR_PERMISSION, "process %d belongs to "
				 "another user and /proc hides it (hidepid): "
				 "run pyheld as root", (int)pid);
	return error_new(ERR_NOT_FOUND, "no process has the PID %d", (int)pid);
}

static struct error *zombie(pid_t pid, const char *comm,
			    const struct str *status)
{
	pid_t parent = proc_field_u64(status, "PPid");
	CLEANUP(freep) char *name = NULL;

	if (proc_field_u64(status, "Threads") > 1)
		return error_new(ERR_UNSUPPORTED, "the main thread of process "
				 "%d (%s) has exited, and the memory of no "
				 "other one is there: they are about to exit,"
				 " too", (int)pid, comm);
	name = proc_comm_of(parent);
	return error_new(ERR_GONE, "process %d (%s) is a zombie: it has exited "
			 "and nothing is left to read; its parent %d (%s) has "
			 "yet to wait for it", (int)pid, comm, (int)parent,
			 name);
}

struct error *process_traced(pid_t pid, pid_t tracer)
{
	CLEANUP(freep) char *name = proc_comm_of(tracer);

	return error_new(ERR_PERMISSION, "process %d is traced by process %d "
			 "(%s), and only one can: end that first", (int)pid,
			 (int)tracer, name);
}

/* The value of a file such as /proc/sys/kernel/yama/ptrace_scope, or -1. */
static int read_setting(const char *path)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!proc_read(AT_FDCWD, path, &text))
		return -1;
	return atoi(text.s);
}

static bool have_cap_sys_ptrace(void)
{
	CLEANUP(str_release) struct str status = STR_INIT;
	const char *caps;

	if (!proc_read(AT_FDCWD, "/proc/self/status", &status))
		return false;
	caps = proc_field(&status, "CapEff");
	return caps && strtoull(caps, NULL, 16) >> CAP_SYS_PTRACE_BIT & 1;
}

/* The first id of the three (real, effective, saved) that is not `ours`. */
static bool foreign_id(const struct str *status, const char *key, long ours,
		       long *ret)
{
	const char *p = proc_field(status, key);

	for (int i = 0; p && i < 3; i++) {
		char *end;
		long id = strtol(p, &end, 10);

		if (id != ours) {
			*ret = id;
			return true;
		}
		p = end;
	}
	return false;
}

static struct error *refused_by_yama(pid_t pid, int scope)
{
	if (scope >= 3)
		return error_new(ERR_PERMISSION, "process %d: Yama's "
				 "ptrace_scope=3 forbids all tracing until the "
				 "machine is rebooted", (int)pid);
	if (scope == 2)
		return error_new(ERR_PERMISSION, "process %d: Yama's "
				 "ptrace_scope=2 lets only CAP_SYS_PTRACE "
				 "trace: run pyheld as root", (int)pid);
	return error_new(ERR_PERMISSION, "process %d: Yama's ptrace_scope=1 "
			 "lets a process trace only its children: run pyheld "
			 "as root, or once: sysctl kernel.yama.ptrace_scope=0",
			 (int)pid);
}

/* Refused, but not by a rule of the kernel itself. */
static struct error *refused_by_policy(pid_t pid, int scope)
{
	if (scope >= 3)
		return refused_by_yama(pid, scope);
	return error_new(ERR_PERMISSION, "process %d: tracing is refused "
			 "although pyheld may do it: the process is in an "
			 "outer user namespace, or a seccomp filter or "
			 "security policy says no (in a container: start it "
			 "with --cap-add=SYS_PTRACE)", (int)pid);
}

/* This needs the permission that PTRACE_SEIZE needs, and changes nothing. */
static bool can_open_memory(int dir)
{
	CLEANUP(closep) int fd = openat(dir, "mem", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		rlimit_check(errno);
	return fd >= 0;
}

static struct error *refused_another_user(pid_t pid, long uid)
{
	if (!geteuid())
		return error_new(ERR_PERMISSION, "process %d belongs to uid "
				 "%ld, and this root lacks CAP_SYS_PTRACE: "
				 "start the container with "
				 "--cap-add=SYS_PTRACE, or run pyheld on the "
				 "host", (int)pid, uid);
	return error_new(ERR_PERMISSION, "process %d belongs to another user "
			 "(uid %ld, pyheld runs as uid %ld): run pyheld as "
			 "that user or as root", (int)pid, uid,
			 (long)geteuid());
}

static struct error *refused_undumpable(pid_t pid)
{
	if (!geteuid())
		return error_new(ERR_PERMISSION, "process %d: this root lacks "
				 "CAP_SYS_PTRACE or one of the process's "
				 "capabilities: start the container with "
				 "--cap-add=SYS_PTRACE, or run pyheld on the "
				 "host", (int)pid);
	return error_new(ERR_PERMISSION, "process %d is closed to its own user "
			 "(it changed its user, holds capabilities or called "
			 "prctl(PR_SET_DUMPABLE, 0)): run pyheld as root",
			 (int)pid);
}

struct error *process_refused(int dir, pid_t pid)
{
	CLEANUP(str_release) struct str status = STR_INIT;
	int scope = read_setting("/proc/sys/kernel/yama/ptrace_scope");
	pid_t tracer;
	struct stat st;
	long id;

	if (!proc_read(dir, "status", &status))
		return proc_failed("status");
	tracer = proc_field_u64(&status, "TracerPid");
	if (tracer && tracer != getpid())
		return process_traced(pid, tracer);
	if (have_cap_sys_ptrace() || can_open_memory(dir))
		return refused_by_policy(pid, scope);
	if (foreign_id(&status, "Uid", geteuid(), &id))
		return refused_another_user(pid, id);
	if (foreign_id(&status, "Gid", getegid(), &id))
		return error_new(ERR_PERMISSION, "process %d runs with another "
				 "group (gid %ld): run pyheld as root",
				 (int)pid, id);
	/* In /proc, a process that is not dumpable belongs to root: proc(5). */
	if (!fstat(dir, &st) && st.st_uid != geteuid())
		return refused_undumpable(pid);
	if (scope > 0)
		return refused_by_yama(pid, scope);
	return refused_undumpable(pid);
}

static struct error *check_access(int dir, pid_t pid)
{
	if (can_open_memory(dir))
		return NULL;
	if (errno == EACCES || errno == EPERM)
		return process_refused(dir, pid);
	if (errno == ENOENT || errno == ESRCH)
		return &error_gone;
	return error_errno(ERR_SYSTEM, errno, "can't open the memory of "
			   "process %d", (int)pid);
}

static struct error *check_class(int dir, pid_t pid)
{
	CLEANUP(closep) int fd = openat(dir, "exe", O_RDONLY | O_CLOEXEC);
	unsigned char ident[EI_NIDENT];

	if (fd < 0)
		rlimit_check(errno);
	if (fd < 0 || pread(fd, ident, sizeof(ident), 0) != sizeof(ident))
		return NULL; /* the mappings will show it */
	if (ident[EI_CLASS] == ELFCLASS32)
		return error_new(ERR_UNSUPPORTED, "process %d is a 32-bit "
				 "process: pyheld reads 64-bit ones", (int)pid);
	return NULL;
}

/* Is there a reason against it in its status and stat files?  `other`: another
 * thread goes on if the main one has exited. */
static struct error *check_status(int dir, pid_t pid, const char *comm,
				  bool other)
{
	CLEANUP(str_release) struct str status = STR_INIT, stat = STR_INIT;
	pid_t group, tracer;
	char state;

	if (!proc_read(dir, "status", &status))
		return proc_failed("status");
	if (!proc_read(dir, "stat", &stat))
		return proc_failed("stat");
	group = proc_field_u64(&status, "Tgid");
	if (group && group != pid)
		return error_new(ERR_NOT_FOUND, "%d is a thread of process %d: "
				 "use %d", (int)pid, (int)group, (int)group);
	if (proc_stat_u64(&stat, 9) & PF_KTHREAD)
		return error_new(ERR_UNSUPPORTED, "process %d (%s) is a thread "
				 "of the kernel: it runs no Python", (int)pid,
				 comm);
	state = proc_stat_state(&stat);
	if ((state == 'Z' || state == 'X') && !other)
		return zombie(pid, comm, &status);
	if (pid == getpid())
		return error_new(ERR_UNSUPPORTED, "process %d is pyheld itself",
				 (int)pid);
	tracer = proc_field_u64(&status, "TracerPid");
	return tracer ? process_traced(pid, tracer) : NULL;
}

struct error *process_foreign(void)
{
	return error_new(ERR_UNSUPPORTED, "/proc is that of another PID"
			 " namespace, where a PID means another process: run"
			 " pyheld in that namespace, or mount a /proc of this"
			 " one (mount -t proc proc /proc)");
}

struct error *process_check(int dir, pid_t pid)
{
	CLEANUP(closep) int other = -1;
	CLEANUP(freep) char *comm = NULL;
	struct error *err;
	pid_t tid;

	if (proc_is_foreign())
		return process_foreign();
	if (dir < 0)
		return no_such_process(pid);
	other = proc_open_other(dir, &tid);
	comm = proc_comm(dir);
	err = check_status(dir, pid, comm, other >= 0);
	if (other >= 0)
		dir = other;
	if (!err)
		err = check_access(dir, pid);
	return err ? err : check_class(dir, pid);
}

uint64_t process_resident(int dir)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	char *end;

	if (!proc_read(dir, "statm", &text))
		return 0;
	strtoull(text.s, &end, 10);
	return strtoull(end, NULL, 10) * sysconf(_SC_PAGESIZE);
}

static char *read_command(int dir)
{
	struct str text = STR_INIT;

	if (!proc_read(dir, "cmdline", &text))
		str_cut(&text, 0);
	while (text.len && !text.s[text.len - 1])
		str_cut(&text, text.len - 1);
	for (size_t i = 0; i < text.len; i++)
		if (!text.s[i])
			text.s[i] = ' ';
	return str_take(&text);
}

static void read_start(struct target *t, int dir)
{
	CLEANUP(str_release) struct str boot = STR_INIT, stat = STR_INIT;
	const char *btime;
	long hz = sysconf(_SC_CLK_TCK);

	if (!proc_read(dir, "stat", &stat))
		return;
	t->start_ticks = proc_stat_u64(&stat, 22);
	if (!proc_read(AT_FDCWD, "/proc/stat", &boot) || hz <= 0)
		return;
	btime = strstr(boot.s, "\nbtime ");
	if (btime)
		t->start_time = strtoull(btime + 7, NULL, 10) +
				t->start_ticks / (uint64_t)hz;
}

/* The kernel makes it at random when it starts. */
static char *read_boot(void)
{
	struct str text = STR_INIT;
	bool known = proc_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id",
			       &text);

	str_cut(&text, known ? strspn(text.s, "0123456789abcdef-") : 0);
	return str_take(&text);
}

/* The link reads "pid:[4026531836]". */
static uint64_t read_pid_namespace(int dir)
{
	CLEANUP(freep) char *link = proc_link(dir, "ns/pid");

	return strncmp(link, "pid:[", 5) ? 0 : strtoull(link + 5, NULL, 10);
}

static pid_t read_inner_pid(int dir)
{
	CLEANUP(str_release) struct str status = STR_INIT;

	return proc_read(dir, "status", &status) ?
		       (pid_t)proc_field_last(&status, "NSpid") : 0;
}

void process_describe(struct target *t, int dir, int main)
{
	struct utsname name;

	t->command = read_command(dir);
	t->host = xstrdup(uname(&name) ? "" : name.nodename);
	t->boot = read_boot();
	t->start_ticks = t->start_time = 0;
	read_start(t, main);
	t->pid_namespace = read_pid_namespace(dir);
	t->inner_pid = read_inner_pid(main);
	t->resident = process_resident(dir);
}
