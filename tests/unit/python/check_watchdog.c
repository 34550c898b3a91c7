/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work is stopped for the CPU time that it takes, and for nothing else. */
#include <check.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "python/emulator/watchdog.h"
#include "suite.h"

#define MS UINT64_C(1000000)
#define STEP_NS 2000

/* The CPU clocks of threads are so much ahead, as after a time in which the
 * host let a virtual machine stand still. */
static _Atomic uint64_t ahead_ns;
static _Atomic bool stopped;
static struct watchdog *watchdog;

/* The program's own goes before libc's.
 * NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t id, struct timespec *t)
{
	int ret = (int)syscall(SYS_clock_gettime, id, t);

	if (!ret && id < 0)
		t->tv_sec += (time_t)(ahead_ns / (1000 * MS));
	return ret;
}

static void stop(void *context UNUSED)
{
	stopped = true;
}

static void setup(void)
{
	watchdog = watchdog_new(stop, NULL);
	ck_assert_ptr_nonnull(watchdog);
}

static void teardown(void)
{
	watchdog_free(watchdog);
}

/* Until it is stopped, or for `ns`. */
static void work(uint64_t ns)
{
	uint64_t begun = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	while (!stopped && clock_ns(CLOCK_THREAD_CPUTIME_ID) - begun < ns)
		;
}

START_TEST(work_without_an_end_is_stopped)
{
	watchdog_arm(watchdog, 200 * MS, STEP_NS);
	work(UINT64_MAX);
	ck_assert(watchdog_disarm(watchdog));
	ck_assert_uint_gt(watchdog_take_spent(watchdog_progress(watchdog)),
			  200 * MS);
}
END_TEST

START_TEST(short_work_is_not_stopped)
{
	watchdog_arm(watchdog, 1000 * MS, STEP_NS);
	work(150 * MS);
	ck_assert(!watchdog_disarm(watchdog));
	ck_assert(!stopped);
}
END_TEST

START_TEST(a_machine_that_stood_still_has_not_worked)
{
	watchdog_arm(watchdog, 1000 * MS, STEP_NS);
	work(100 * MS);
	ahead_ns = 100000 * MS;
	work(100 * MS);
	ck_assert(!watchdog_disarm(watchdog));
	ck_assert(!stopped);
	ck_assert_uint_lt(watchdog_take_spent(watchdog_progress(watchdog)),
			  1000 * MS);
}
END_TEST

/* Just before the work is done, too: nobody looks any more. */
START_TEST(a_machine_that_stood_still_at_the_end_has_not_worked)
{
	watchdog_arm(watchdog, 1000 * MS, STEP_NS);
	ahead_ns = 100000 * MS;
	ck_assert(!watchdog_disarm(watchdog));
	ck_assert_uint_lt(watchdog_take_spent(watchdog_progress(watchdog)),
			  1000 * MS);
}
END_TEST

const char suite_name[] = "watchdog";

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, work_without_an_end_is_stopped);
	tcase_add_test(tc, short_work_is_not_stopped);
	tcase_add_test(tc, a_machine_that_stood_still_has_not_worked);
	tcase_add_test(tc,
		       a_machine_that_stood_still_at_the_end_has_not_worked);
}
