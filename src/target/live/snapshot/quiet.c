/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/live/snapshot/quiet.h"
#include "target/live/snapshot/threads.h"

/* Bytes for a listing: at first, and at last, with room for more than
 * QUIET_MAX_THREADS. */
#define FIRST_LISTING 4096
#define MAX_LISTING (FIRST_LISTING << 7)
/* How often the files are opened anew since the list was another. */
#define MAX_LISTINGS 5
/* Files that are open besides those of the threads, at most. */
#define OTHER_FILES 64

/* Text of a file that fits into `buffer`.  False with errno; 0: it is empty. */
static bool read_text(int fd, char *buffer, size_t size)
{
	ssize_t n;

	errno = 0;
	n = pread(fd, buffer, size - 1, 0);
	buffer[MAX(n, 0)] = '\0';
	return n > 0;
}

/* The third number of a schedstat.  False: see read_text(). */
static bool read_arrivals(int fd, uint64_t *ret)
{
	char text[128], *end;
	const char *at = text;

	if (!read_text(fd, text, sizeof(text)))
		return false;
	for (int i = 0; i < 3; i++, at = end) {
		*ret = strtoull(at, &end, 10);
		if (end == at)
			return false;
	}
	return true;
}

/* We have been put on a processor. */
static bool kernel_counts(void)
{
	CLEANUP(closep) int fd = open("/proc/thread-self/schedstat",
				      O_RDONLY | O_CLOEXEC);
	uint64_t arrivals;

	return fd >= 0 && read_arrivals(fd, &arrivals) && arrivals;
}

void quiet_init(struct quiet *q, int dir)
{
	*q = (struct quiet){ .dir = dir, .counts = kernel_counts() };
	q->task = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void forget_threads(struct quiet *q)
{
	for (size_t i = 0; i < q->threads.nr; i++) {
		closep(&q->threads.v[i].schedstat);
		closep(&q->threads.v[i].syscall);
	}
	q->threads.nr = 0;
}

void quiet_release(struct quiet *q)
{
	forget_threads(q);
	quiet_thread_vec_release(&q->threads);
	tid_vec_release(&q->listed);
	bytes_vec_release(&q->buffer);
	closep(&q->task);
}

static enum quiet_answer unknown(struct quiet *q, const char *why)
{
	q->why = why;
	return QUIET_UNKNOWN;
}

static enum quiet_answer busy(struct quiet *q, pid_t tid)
{
	q->busy = tid;
	return QUIET_BUSY;
}

/* --- the list --- */

static void take_listing(struct quiet *q, size_t size)
{
	const struct dirent64 *entry;

	q->listed.nr = 0;
	for (size_t at = 0; at < size; at += entry->d_reclen) {
		int tid;

		entry = (const void *)(q->buffer.v + at);
		tid = atoi(entry->d_name);
		if (tid > 0)
			tid_vec_push(&q->listed, tid);
	}
}

/* A list ends early if its last thread has just exited; the number of links of
 * the folder is that of its threads and 2.  Some file systems count none. */
static bool is_whole(const struct quiet *q)
{
	struct stat s;

	return !fstat(q->task, &s) && (s.st_nlink < 3 ||
				       s.st_nlink - 2 == q->listed.nr);
}

/*
 * List the threads, all by one call: a list in pieces could lack a thread that
 * was there all the time.
 */
static enum quiet_answer list(struct quiet *q)
{
	for (size_t size = FIRST_LISTING; size <= MAX_LISTING; size *= 2) {
		ssize_t got;

		bytes_vec_resize(&q->buffer, size);
		if (lseek(q->task, 0, SEEK_SET))
			return unknown(q, "its threads can't be listed");
		got = syscall(SYS_getdents64, q->task, q->buffer.v, size);
		if (got < 0)
			return busy(q, 0);
		take_listing(q, (size_t)got);
		/* Was that all? */
		if (!syscall(SYS_getdents64, q->task, q->buffer.v, size))
			return is_whole(q) ? QUIET_YES : QUIET_BUSY;
	}
	return unknown(q, "it has too many threads");
}

/* Is the last listing that of q->threads?  Else q->busy is one that differs. */
static bool is_same_list(struct quiet *q)
{
	size_t nr = MIN(q->listed.nr, q->threads.nr);

	for (size_t i = 0; i < nr; i++) {
		if (q->listed.v[i] == q->threads.v[i].thread.host_tid)
			continue;
		q->busy = q->listed.v[i];
		return false;
	}
	if (q->listed.nr == q->threads.nr)
		return true;
	q->busy = nr < q->listed.nr ? q->listed.v[nr] :
				      q->threads.v[nr].thread.host_tid;
	return false;
}

static int open_file(const struct quiet *q, pid_t tid, const char *file)
{
	char name[64];

	snprintf(name, sizeof(name), "%d/%s", (int)tid, file);
	return openat(q->task, name, O_RDONLY | O_CLOEXEC);
}

static const char few_files[] = "too few files may be open to watch its threads";

/* Other files of ours must still be opened. */
static bool may_be_open(size_t nr_threads)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_NOFILE, &limit) &&
	       limit.rlim_cur >= 2 * nr_threads + OTHER_FILES;
}

/* `errnum` says why a file of the thread can't be opened. */
static enum quiet_answer not_opened(struct quiet *q, pid_t tid, int errnum)
{
	if (errnum == EMFILE || errnum == ENFILE)
		return unknown(q, few_files);
	if (thread_state(q->dir, tid) == 'X')
		return busy(q, tid);
	if (errnum == ENOENT)
		return unknown(q, "the kernel has no schedstat or no syscall in"
				  " /proc/PID/task/TID");
	return unknown(q, "the kernel does not let its threads be watched");
}

static enum quiet_answer open_threads(struct quiet *q)
{
	forget_threads(q);
	for (size_t i = 0; i < q->listed.nr; i++) {
		pid_t tid = q->listed.v[i];
		struct quiet_thread t = { .thread.host_tid = tid };
		int e;

		t.schedstat = open_file(q, tid, "schedstat");
		t.syscall = t.schedstat < 0 ? -1 : open_file(q, tid, "syscall");
		e = errno;
		quiet_thread_vec_push(&q->threads, t);
		if (t.syscall < 0)
			return not_opened(q, tid, e);
	}
	return QUIET_YES;
}

/* Have the files of all threads open. */
static enum quiet_answer find_threads(struct quiet *q)
{
	for (int i = 0; i < MAX_LISTINGS; i++) {
		enum quiet_answer answer = list(q);

		if (answer != QUIET_YES || is_same_list(q))
			return answer;
		if (q->listed.nr > QUIET_MAX_THREADS)
			return unknown(q, "it has too many threads");
		if (!may_be_open(q->listed.nr))
			return unknown(q, few_files);
		answer = open_threads(q);
		if (answer != QUIET_YES)
			return answer;
	}
	return QUIET_BUSY;
}

/* --- one thread --- */

/* Is it a call that makes a process or a thread? */
static bool is_fork(const char *text)
{
	static const long calls[] = {
#ifdef SYS_vfork
		SYS_vfork,
#endif
#ifdef SYS_clone3
		SYS_clone3,
#endif
		SYS_clone,
	};
	long call = strtol(text, NULL, 10);

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (call == calls[i])
			return true;
	return false;
}

/* "NUMBER ARGUMENTS SP PC", or "-1 SP PC" outside of a call.  False: it runs,
 * or see read_text(). */
static bool read_off(const struct quiet *q, struct quiet_thread *t)
{
	char text[256], *pc, *sp;

	if (!read_text(t->syscall, text, sizeof(text)) || *text == 'r')
		return false;
	pc = strrchr(text, ' ');
	if (!pc)
		return false;
	/* It waits for its child to execute another program, which runs on the
	 * same memory until then.  A new thread that was stopped before it ran
	 * is in such a call, too, but does not wait. */
	if (is_fork(text) && thread_state(q->dir, t->thread.host_tid) == 'D')
		return false;
	*pc = '\0';
	sp = strrchr(text, ' ');
	if (!sp)
		return false;
	t->thread.pc = strtoull(pc + 1, NULL, 16);
	t->thread.sp = strtoull(sp + 1, NULL, 16);
	return true;
}

/* --- processes with the same memory --- */

/* NULL: none of the thread's children has the memory; else a clause. */
static const char *shared_with_child(const struct quiet *q, pid_t tid)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *at;
	char *end;

	if (!thread_read(q->dir, tid, "children", &text) || !text.len)
		return NULL;
	for (at = text.s;; at = end) {
		long child = strtol(at, &end, 10), differs;

		if (end == at)
			return NULL;
		differs = syscall(SYS_kcmp, tid, (pid_t)child, KCMP_VM, 0, 0);
		if (!differs)
			return "another process has the same memory";
		if (differs < 0 && errno != ESRCH)
			return "the kernel does not say whether its children"
			       " have memory of their own";
	}
}

/*
 * A child by clone() may have the memory of its parent.  What is not found here
 * is a sharer that is no child any more, as its parent has exited.
 */
static const char *shared(const struct quiet *q)
{
	const char *why = NULL;

	for (size_t i = 0; i < q->threads.nr && !why; i++)
		why = shared_with_child(q, q->threads.v[i].thread.host_tid);
	return why;
}

/* --- the proof --- */

/* The thread runs, is gone, or can't be read. */
static enum quiet_answer not_off(struct quiet *q, const struct quiet_thread *t)
{
	pid_t tid = t->thread.host_tid;
	int e = errno;

	if (e == EPERM || e == EACCES)
		return unknown(q, "the kernel does not let its threads be"
				  " watched");
	/* Another thread may have got its number since. */
	if (e)
		forget_threads(q);
	return busy(q, tid);
}

static enum quiet_answer see_all_off(struct quiet *q)
{
	for (size_t i = 0; i < q->threads.nr; i++) {
		struct quiet_thread *t = &q->threads.v[i];

		/* In this order. */
		if (!read_arrivals(t->schedstat, &t->arrivals) ||
		    !read_off(q, t))
			return not_off(q, t);
		/* It has not run yet. */
		if (!t->arrivals)
			return busy(q, t->thread.host_tid);
	}
	return q->threads.nr ? QUIET_YES : QUIET_BUSY;
}

/* QUIET_YES: it can be proved that a thread rests. */
static enum quiet_answer can_be_proved(struct quiet *q)
{
	q->busy = 0;
#if !defined(__x86_64__)
	return unknown(q, "that was not proved for this architecture");
#endif
	if (!q->counts)
		return unknown(q, "the kernel does not count in schedstat");
	return QUIET_YES;
}

enum quiet_answer quiet_begin(struct quiet *q)
{
	enum quiet_answer answer = can_be_proved(q);
	const char *why;

	if (answer == QUIET_YES)
		answer = find_threads(q);
	if (answer == QUIET_YES)
		answer = see_all_off(q);
	if (answer == QUIET_YES)
		answer = list(q);
	if (answer != QUIET_YES)
		return answer;
	if (!is_same_list(q))
		return QUIET_BUSY;
	why = shared(q);
	return why ? unknown(q, why) : QUIET_YES;
}

bool quiet_lasts(struct quiet *q)
{
	for (size_t i = 0; i < q->threads.nr; i++) {
		const struct quiet_thread *t = &q->threads.v[i];
		uint64_t arrivals;

		if (read_arrivals(t->schedstat, &arrivals) &&
		    arrivals == t->arrivals)
			continue;
		q->busy = t->thread.host_tid;
		return false;
	}
	return true;
}

bool quiet_end(struct quiet *q)
{
	return quiet_lasts(q) && list(q) == QUIET_YES && is_same_list(q);
}

enum quiet_answer quiet_begin_one(struct quiet *q, pid_t tid)
{
	enum quiet_answer answer = can_be_proved(q);

	if (answer != QUIET_YES)
		return answer;
	q->listed.nr = 0;
	tid_vec_push(&q->listed, tid);
	answer = open_threads(q);
	return answer == QUIET_YES ? see_all_off(q) : answer;
}

void quiet_look_again(struct quiet *q)
{
	for (size_t i = 0; i < q->threads.nr; i++) {
		struct quiet_thread *t = &q->threads.v[i];

		if (!t->thread.sp)
			read_off(q, t);
	}
}

enum quiet_answer quiet_look(struct quiet *q)
{
	enum quiet_answer answer;

	q->busy = 0;
	answer = find_threads(q);
	if (answer != QUIET_YES)
		return answer;
	for (size_t i = 0; i < q->threads.nr; i++)
		q->threads.v[i].thread.pc = q->threads.v[i].thread.sp = 0;
	quiet_look_again(q);
	return QUIET_YES;
}

void quiet_threads(const struct quiet *q, struct thread_vec *ret)
{
	bool our_numbers = threads_have_our_numbers(q->dir);

	for (size_t i = 0; i < q->threads.nr; i++) {
		struct thread t = q->threads.v[i].thread;

		thread_describe(q->dir, our_numbers, &t);
		thread_vec_push(ret, t);
	}
}
