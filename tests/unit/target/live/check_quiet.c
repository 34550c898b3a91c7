/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proof that no thread of a process ran: on processes that try to break it,
 * and on folders that look like those of other kernels.
 */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../proc-folder.h"
#include "child.h"
#include "suite.h"
#include "target/live/snapshot/quiet.h"
#include "target/live/snapshot/threads.h"
#include "target/proc.h"

static int process;		/* /proc/PID of the child */

static void watch(pid_t pid, struct quiet *q)
{
	process = proc_open(pid);
	ck_assert_int_ge(process, 0);
	quiet_init(q, process);
}

static void end_watch(struct quiet *q)
{
	quiet_release(q);
	closep(&process);
}

/* Until it rests, which takes a moment on a busy machine. */
static void begin(struct quiet *q)
{
	while (quiet_begin(q) == QUIET_BUSY)
		sleep_ms(1);
}

/* --- real processes --- */

static uint64_t switches(pid_t pid)
{
	return strtoull(child_status(pid, "voluntary_ctxt_switches"), NULL,
			10) +
	       strtoull(child_status(pid, "nonvoluntary_ctxt_switches"), NULL,
			10);
}

START_TEST(process_that_rests_is_quiet)
{
	pid_t pid = child_start(child_waiting);
	uint64_t before;
	struct quiet q;

	child_settle(pid);
	watch(pid, &q);
	begin(&q);
	before = switches(pid);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(quiet_begin(&q), QUIET_YES);
		ck_assert(quiet_lasts(&q));
		ck_assert(quiet_end(&q));
	}
	ck_assert_uint_eq(switches(pid), before);
	ck_assert_uint_eq(q.threads.nr, 1);
	ck_assert_int_eq(q.threads.v[0].thread.host_tid, pid);
	ck_assert_uint_ne(q.threads.v[0].thread.sp, 0);
	ck_assert_uint_ne(q.threads.v[0].thread.pc, 0);
	end_watch(&q);
	child_finish(pid);
}
END_TEST

START_TEST(process_that_works_is_busy)
{
	pid_t pid = child_start(child_counting);
	struct quiet q;

	watch(pid, &q);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(quiet_begin(&q), QUIET_BUSY);
		ck_assert_int_gt(q.busy, 0);
	}
	end_watch(&q);
	child_finish(pid);
}
END_TEST

static int wakes[2], answers[2];

static void *sleep_for_ever(void *argument)
{
	(void)argument;
	for (;;)
		pause();
	return NULL;
}

/* Reads a letter: 'r' to have run, 't' to make a thread. */
static void obey(void)
{
	pthread_t thread;
	char c;

	child_ready();
	while (read(wakes[0], &c, 1) == 1) {
		if (c == 't')
			pthread_create(&thread, NULL, sleep_for_ever, NULL);
		if (write(answers[1], &c, 1) != 1)
			return;
	}
}

static void order(char c)
{
	ck_assert_int_eq(write(wakes[1], &c, 1), 1);
	ck_assert_int_eq(read(answers[0], &c, 1), 1);
}

START_TEST(what_ran_in_between_is_seen)
{
	struct quiet q;
	pid_t pid;

	ck_assert_int_eq(pipe(wakes), 0);
	ck_assert_int_eq(pipe(answers), 0);
	pid = child_start(obey);
	watch(pid, &q);
	begin(&q);
	ck_assert(quiet_end(&q));
	order('r');
	ck_assert(!quiet_lasts(&q));
	ck_assert_int_eq(q.busy, pid);
	ck_assert(!quiet_end(&q));
	begin(&q);
	ck_assert(quiet_end(&q));
	order('t');
	ck_assert(!quiet_end(&q));
	begin(&q);
	ck_assert(quiet_end(&q));
	ck_assert_uint_eq(q.threads.nr, 2);
	end_watch(&q);
	child_finish(pid);
}
END_TEST

#define MANY_THREADS 700

static void have_many_threads(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 1 << 16);
	for (int i = 0; i < MANY_THREADS; i++)
		if (pthread_create(&thread, &attributes, sleep_for_ever, NULL))
			_exit(1);
	child_ready();
	sleep_for_ever(NULL);
}

/* More than the first listing has room for. */
START_TEST(all_threads_are_listed)
{
	struct rlimit limit;
	struct quiet q;
	pid_t pid;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	pid = child_start(have_many_threads);
	watch(pid, &q);
	do
		begin(&q);
	while (!quiet_end(&q));
	ck_assert_uint_eq(q.threads.nr, MANY_THREADS + 1);
	end_watch(&q);
	child_finish(pid);
}
END_TEST

static int share_memory(void *argument)
{
	(void)argument;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sleep_for_ever(NULL);
	return 0;
}

static void have_a_sharer(void)
{
	static char stack[1 << 16];

	if (clone(share_memory, stack + sizeof(stack),
		  CLONE_VM | CLONE_FILES | SIGCHLD, NULL) < 0)
		_exit(1);
	child_ready();
	sleep_for_ever(NULL);
}

START_TEST(memory_of_two_processes_is_not_proved)
{
	pid_t pid = child_start(have_a_sharer);
	struct quiet q;

	watch(pid, &q);
	begin(&q);
	ck_assert_int_eq(quiet_begin(&q), QUIET_UNKNOWN);
	ck_assert_str_eq(q.why, "another process has the same memory");
	end_watch(&q);
	child_finish(pid);
}
END_TEST

static void wait_for_a_sharer(void)
{
	static char stack[1 << 16];

	child_ready();
	clone(share_memory, stack + sizeof(stack),
	      CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
}

/* Its child may write to its memory until it executes a program. */
START_TEST(vfork_is_busy)
{
	pid_t pid = child_start(wait_for_a_sharer);
	struct quiet q;

	watch(pid, &q);
	while (thread_state(process, pid) != 'D')
		sleep_ms(1);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(quiet_begin(&q), QUIET_BUSY);
	end_watch(&q);
	child_finish(pid);
}
END_TEST

START_TEST(process_that_ends_is_not_quiet)
{
	pid_t pid = child_start(child_waiting);
	struct quiet q;

	watch(pid, &q);
	begin(&q);
	child_finish(pid);
	ck_assert(!quiet_lasts(&q));
	ck_assert(!quiet_end(&q));
	ck_assert_int_eq(quiet_begin(&q), QUIET_BUSY);
	end_watch(&q);
}
END_TEST

/* --- torture --- */

/* How the threads of a child rest between two changes. */
static const struct torture {
	unsigned int nr_threads;
	long most_ns;		/* for how long they sleep */
	long short_ns;		/* in rows: sleeps that do not leave the
				   processor; 0: none */
	bool comes_and_goes;	/* each change is a thread's last */
} tortures[] = {
	{ 1, 30000000, 0, false },
	{ 2, 4000000, 0, false },
	{ 1, 1, 1, false },
	{ 1, 3000000, 1, false },
	{ 1, 4000000, 0, true },
};

#define TRIES 150
static const struct torture *torture;
/* Shared with the child, so that the truth can be read at any time. */
static volatile uint64_t *count;

static void rest(uint64_t *random)
{
	struct timespec t = { 0, 0 };

	*random = *random * 6364136223846793005ULL + 1442695040888963407ULL;
	if (!torture->short_ns || *random >> 58 == 0) {
		t.tv_nsec = 1 + (long)(*random >> 33) % torture->most_ns;
		nanosleep(&t, NULL);
	}
	for (int i = 0; torture->short_ns && i < 200; i++) {
		t.tv_nsec = torture->short_ns;
		nanosleep(&t, NULL);
		__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
	}
}

static void *pointer_of(uint64_t number)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	return (void *)(uintptr_t)number;
}

static void *change(void *argument)
{
	uint64_t random = (uintptr_t)argument * 88172645463325252ULL;
	pthread_t next;

	prctl(PR_SET_TIMERSLACK, 1);
	for (;;) {
		rest(&random);
		__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
		if (torture->comes_and_goes &&
		    !pthread_create(&next, NULL, change,
				    pointer_of(random))) {
			pthread_detach(next);
			return NULL;
		}
	}
}

static void be_tortured(void)
{
	for (unsigned int i = 0; i < torture->nr_threads; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, change, pointer_of(i + 1)))
			_exit(1);
	}
	child_ready();
	sleep_for_ever(NULL);
}

/* What looks like a proof: no thread has the state R. */
static bool looks_quiet(const struct quiet *q)
{
	for (size_t i = 0; i < q->threads.nr; i++)
		if (thread_state(process, q->threads.v[i].thread.host_tid) ==
		    'R')
			return false;
	return q->threads.nr;
}

/* How often quiet_begin() and quiet_end() said that it rested, how often the
 * weak rule did, and how often that was wrong. */
struct verdicts {
	unsigned int quiet, quiet_wrong, weak, weak_wrong;
};

static void try_once(struct quiet *q, struct verdicts *ret)
{
	bool quiet = quiet_begin(q) == QUIET_YES, weak;
	uint64_t before = *count, before_weak, after;

	weak = looks_quiet(q);
	before_weak = *count;
	for (int i = 0; i < 20 && (!quiet || quiet_lasts(q)); i++)
		usleep(100);
	/* It may run behind the end. */
	after = *count;
	quiet = quiet && quiet_end(q);
	weak = weak && looks_quiet(q);
	ret->quiet += quiet;
	ret->quiet_wrong += quiet && after != before;
	ret->weak += weak;
	ret->weak_wrong += weak && after != before_weak;
}

START_TEST(no_thread_that_ran_is_overlooked)
{
	struct verdicts v = { 0 };
	struct quiet q;
	pid_t pid;

	torture = &tortures[_i];
	count = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = child_start(be_tortured);
	watch(pid, &q);
	for (int i = 0; i < TRIES; i++)
		try_once(&q, &v);
	end_watch(&q);
	child_finish(pid);
	ck_assert_msg(!v.quiet_wrong, "%u of %u", v.quiet_wrong, v.quiet);
	/* So that the test tests something: the weak rule is wrong. */
	if (_i == 1)
		ck_assert_msg(v.weak_wrong, "never, of %u", v.weak);
	if (!_i)
		ck_assert_uint_gt(v.quiet, 0);
}
END_TEST

/* --- other kernels --- */

#define RESTS "271 0x3 0x7f0 0x1 0x0 0x0 0x0 0x7ffd0010 0x7f0040\n"

static void put_task(const char *tid, const char *schedstat,
		     const char *call)
{
	char name[64];

	snprintf(name, sizeof(name), "task/%s", tid);
	mkdirat(dir, "task", 0755);
	mkdirat(dir, name, 0755);
	snprintf(name, sizeof(name), "task/%s/stat", tid);
	put(name, "12 (python) S 1\n");
	snprintf(name, sizeof(name), "task/%s/schedstat", tid);
	if (schedstat)
		put(name, schedstat);
	snprintf(name, sizeof(name), "task/%s/syscall", tid);
	if (call)
		put(name, call);
}

static void remove_task(const char *tid)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s/task/%s", folder, tid);
	ck_assert_int_eq(system(command), 0);
}

/* One thread whose files say that. */
static void expect_answer(const char *schedstat, const char *call,
			  enum quiet_answer answer, const char *why)
{
	struct quiet q;

	make_folder();
	put_task("12", schedstat, call);
	quiet_init(&q, dir);
	ck_assert_int_eq(quiet_begin(&q), answer);
	if (why)
		ck_assert_str_eq(q.why, why);
	quiet_release(&q);
	remove_folder();
}

START_TEST(files_of_a_thread_decide)
{
	static const char no_file[] = "the kernel has no schedstat or no "
				      "syscall in /proc/PID/task/TID";

	expect_answer("5 6 7\n", RESTS, QUIET_YES, NULL);
	expect_answer("5 6 7\n", "-1 0x7ffd0010 0x7f0040\n", QUIET_YES, NULL);
	expect_answer("5 6 7\n", "running\n", QUIET_BUSY, NULL);
	expect_answer("5 6 7\n", "", QUIET_BUSY, NULL);
	expect_answer("5 6 7\n", "271\n", QUIET_BUSY, NULL);
	expect_answer("5 6\n", RESTS, QUIET_BUSY, NULL);
	expect_answer("", RESTS, QUIET_BUSY, NULL);
	/* It has not run yet. */
	expect_answer("0 0 0\n", RESTS, QUIET_BUSY, NULL);
	expect_answer(NULL, RESTS, QUIET_UNKNOWN, no_file);
	expect_answer("5 6 7\n", NULL, QUIET_UNKNOWN, no_file);
}
END_TEST

START_TEST(kernel_that_does_not_count_proves_nothing)
{
	struct quiet q;

	make_folder();
	put_task("12", "5 6 7\n", RESTS);
	quiet_init(&q, dir);
	ck_assert(q.counts);
	q.counts = false;
	ck_assert_int_eq(quiet_begin(&q), QUIET_UNKNOWN);
	ck_assert_str_eq(q.why, "the kernel does not count in schedstat");
	quiet_release(&q);
	remove_folder();
}
END_TEST

/* Its files are two for each thread, and others must still be opened. */
START_TEST(few_files_prove_nothing)
{
	struct rlimit limit = { 256, 256 };
	pid_t pid = child_start(have_many_threads);
	struct quiet q;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	watch(pid, &q);
	ck_assert_int_eq(quiet_begin(&q), QUIET_UNKNOWN);
	ck_assert_str_eq(q.why, "too few files may be open to watch its "
			 "threads");
	ck_assert_uint_eq(q.threads.nr, 0);
	end_watch(&q);
	child_finish(pid);
}
END_TEST

START_TEST(what_changes_ends_it)
{
	struct quiet q;

	make_folder();
	put_task("12", "5 6 7\n", RESTS);
	put_task("14", "5 6 9\n", RESTS);
	quiet_init(&q, dir);
	ck_assert_int_eq(quiet_begin(&q), QUIET_YES);
	ck_assert(quiet_end(&q));
	put_task("14", "5 6 10\n", RESTS);
	ck_assert(!quiet_lasts(&q));
	ck_assert_int_eq(q.busy, 14);
	ck_assert_int_eq(quiet_begin(&q), QUIET_YES);
	/* It rested for longer: that is no run. */
	put_task("12", "5 900 7\n", RESTS);
	ck_assert(quiet_end(&q));
	put_task("15", "5 6 7\n", RESTS);
	ck_assert(quiet_lasts(&q));
	ck_assert(!quiet_end(&q));
	ck_assert_int_eq(quiet_begin(&q), QUIET_YES);
	ck_assert_uint_eq(q.threads.nr, 3);
	remove_task("15");
	ck_assert(!quiet_end(&q));
	ck_assert_int_eq(quiet_begin(&q), QUIET_YES);
	ck_assert_uint_eq(q.threads.nr, 2);
	quiet_release(&q);
	remove_folder();
}
END_TEST

const char suite_name[] = "quiet";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, process_that_rests_is_quiet);
	tcase_add_test(tc, process_that_works_is_busy);
	tcase_add_test(tc, what_ran_in_between_is_seen);
	tcase_add_test(tc, all_threads_are_listed);
	tcase_add_test(tc, memory_of_two_processes_is_not_proved);
	tcase_add_test(tc, vfork_is_busy);
	tcase_add_test(tc, process_that_ends_is_not_quiet);
	tcase_add_loop_test(tc, no_thread_that_ran_is_overlooked, 0,
			    ARRAY_SIZE(tortures));
	tcase_add_test(tc, files_of_a_thread_decide);
	tcase_add_test(tc, kernel_that_does_not_count_proves_nothing);
	tcase_add_test(tc, few_files_prove_nothing);
	tcase_add_test(tc, what_changes_ends_it);
}
