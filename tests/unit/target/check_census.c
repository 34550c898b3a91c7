/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that end or change while they are listed:
 * target/processes/census-read.h. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "suite.h"
#include "target/processes/called.h"
#include "target/processes/census-read.h"

const char suite_name[] = "census";

static struct census_row row_of(pid_t pid)
{
	CLEANUP(census_release) struct census c = { VEC_INIT, 0 };
	struct census_row ret;

	ck_assert_ptr_null(census_read(&(struct census_query){ .below = pid },
				       1, &c));
	ck_assert_uint_eq(c.rows.nr, 1);
	ck_assert_uint_eq(c.nr_left_out, 0);
	ret = c.rows.v[0];
	ck_assert_int_eq(ret.pid, pid);
	ck_assert_uint_gt(ret.start_ticks, 0);
	return ret;
}

/* That of another process is not taken for it. */
static void expect_gone(const struct census_row *r)
{
	CLEANUP(census_details_release) struct census_details d = { NULL };

	expect_error(census_read_details(r->pid, r->start_ticks, &d), ERR_GONE,
		     "");
	ck_assert_int_eq(census_read_file(r->pid, r->start_ticks, false), -1);
	ck_assert_int_eq(census_read_file(r->pid, r->start_ticks, true), -1);
}

START_TEST(process_that_runs)
{
	CLEANUP(census_details_release) struct census_details d = { NULL };
	pid_t pid = child_start(child_waiting);
	struct census_row r = row_of(pid);
	CLEANUP(closep) int fd = census_read_file(pid, r.start_ticks, false);

	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_null(census_read_details(pid, r.start_ticks, &d));
	ck_assert_str_ne(d.comm, "?");
	ck_assert_ptr_nonnull(strstr(d.command, "check_census"));
	child_finish(pid);
}
END_TEST

START_TEST(process_that_has_ended)
{
	pid_t pid = child_start(child_waiting);
	struct census_row r = row_of(pid);
	siginfo_t info;

	/* A zombie. */
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	expect_gone(&r);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	expect_gone(&r);
}
END_TEST

/* Its PID is that of one that started later. */
START_TEST(process_that_is_another_by_now)
{
	pid_t pid = child_start(child_waiting);
	struct census_row r = row_of(pid);

	r.start_ticks--;
	expect_gone(&r);
	child_finish(pid);
}
END_TEST

static void *wait_in_thread(void *argument)
{
	child_waiting();
	return argument;
}

static void exit_in_main_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, wait_in_thread, NULL);
	pthread_exit(NULL);
}

/* What /proc/PID has of the memory is empty then. */
START_TEST(process_whose_main_thread_has_exited)
{
	CLEANUP(census_release) struct census c = { VEC_INIT, 0 };
	CLEANUP(census_details_release) struct census_details d = { NULL };
	pid_t pid = child_start(exit_in_main_thread);
	const struct census_row *r;
	int fd;

	while (*child_status(pid, "State") != 'Z')
		sleep_ms(1);
	ck_assert_ptr_null(census_read(&(struct census_query){ .below = pid },
				       1, &c));
	ck_assert_uint_eq(c.rows.nr, 1);
	r = &c.rows.v[0];
	ck_assert_int_eq(r->pid, pid);
	ck_assert_int_eq(r->inner_pid, pid);
	ck_assert_int_eq(r->parent, getpid());
	ck_assert_uint_gt(r->resident, 0);
	ck_assert_ptr_nonnull(strstr(r->program.path, "check_census"));
	ck_assert_uint_gt(r->program.inode, 0);
	fd = census_read_file(pid, r->start_ticks, false);
	ck_assert_int_ge(fd, 0);
	closep(&fd);
	ck_assert_ptr_null(census_read_details(pid, r->start_ticks, &d));
	ck_assert_ptr_nonnull(strstr(d.command, "check_census"));
	ck_assert_ptr_null(d.refused);
	ck_assert(called_pid(pid, "check_census"));
	child_finish(pid);
}
END_TEST

static void expect_left_out(pid_t below, size_t max, bool exactly)
{
	CLEANUP(census_release) struct census all = { VEC_INIT, 0 };
	CLEANUP(census_release) struct census c = { VEC_INIT, 0 };
	const struct census_query q = { .below = below };

	ck_assert_ptr_null(census_read(&q, SIZE_MAX, &all));
	ck_assert_uint_eq(all.nr_left_out, 0);
	ck_assert_ptr_null(census_read(&q, max, &c));
	ck_assert_uint_le(c.rows.nr, max);
	ck_assert_uint_ge(c.nr_left_out, 1);
	if (exactly)
		ck_assert_uint_eq(c.rows.nr + c.nr_left_out, all.rows.nr);
}

START_TEST(processes_that_are_too_many)
{
	pid_t first = child_start(child_waiting);
	pid_t second = child_start(child_waiting);

	/* Of the machine, others start and exit meanwhile. */
	expect_left_out(0, 1, false);
	expect_left_out(getpid(), 0, true);
	expect_left_out(getpid(), 1, true);
	expect_left_out(getpid(), 2, true);
	child_finish(first);
	child_finish(second);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, process_that_runs);
	tcase_add_test(tc, process_that_has_ended);
	tcase_add_test(tc, process_that_is_another_by_now);
	tcase_add_test(tc, process_whose_main_thread_has_exited);
	tcase_add_test(tc, processes_that_are_too_many);
}
