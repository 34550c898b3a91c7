/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes: their children, the room that reading one takes, and who may read
 * it, by folders that look like /proc/PID.
 */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "proc-folder.h"
#include "suite.h"
#include "target/live/children.h"
#include "target/live/process.h"
#include "target/room.h"

/* --- children --- */

static void wait_for_ever(void)
{
	child_ready();
	for (;;)
		pause();
}

START_TEST(children_are_found_nearest_first)
{
	CLEANUP(pid_vec_release) struct pid_vec found = VEC_INIT;
	pid_t first = child_start(wait_for_ever);
	pid_t second = child_start(wait_for_ever);

	children_find(getpid(), 10, &found);
	ck_assert_uint_eq(found.nr, 2);
	ck_assert(found.v[0] == first || found.v[1] == first);
	ck_assert(found.v[0] == second || found.v[1] == second);
	found.nr = 0;
	children_find(getpid(), 1, &found);
	ck_assert_uint_eq(found.nr, 1);
	found.nr = 0;
	/* From further up they come after their parent. */
	children_find(getppid(), 100000, &found);
	ck_assert_uint_ge(found.nr, 3);
	for (size_t i = 0, parent = 0; i < found.nr; i++) {
		parent |= found.v[i] == getpid();
		ck_assert(found.v[i] != first || parent);
	}
	child_finish(first);
	child_finish(second);
}
END_TEST

/* --- room --- */

START_TEST(room_is_asked_for)
{
	uint64_t left = room_left();

	ck_assert_uint_gt(left, 0);
	ck_assert_ptr_null(room_check(42, 1, 0));
	/* What has its memory already takes no more. */
	ck_assert_ptr_null(room_check(42, UINT64_C(1) << 50,
				      UINT64_C(2) << 50));
	expect_error(room_check(42, UINT64_C(1) << 50, 0), ERR_SYSTEM,
		     "reading process 42");
}
END_TEST

/* --- who may be read --- */

#define STATUS(more) "Name:\tpython3\nTgid:\t4242\nPPid:\t1\n" more
#define STAT(state, flags) "4242 (python3) " state " 1 1 1 0 0 " flags " 0"
#define KERNEL_THREAD "2097216"

static void put_process(const char *status, const char *stat)
{
	put("status", status);
	put("stat", stat);
	put("comm", "python3\n");
	put("mem", "");
}

START_TEST(process_is_checked)
{
	uint8_t header[EI_NIDENT] = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				      ELFCLASS32 };

	make_folder();
	put_process(STATUS(""), STAT("S", "64"));
	ck_assert_ptr_null(process_check(dir, 4242));
	put_process(STATUS("TracerPid:\t1\n"), STAT("S", "64"));
	expect_error(process_check(dir, 4242), ERR_PERMISSION,
		     "traced by process 1 (");
	put_process(STATUS(""), STAT("S", KERNEL_THREAD));
	expect_error(process_check(dir, 4242), ERR_UNSUPPORTED, "kernel");
	put_process(STATUS("Threads:\t1\n"), STAT("Z", "64"));
	expect_error(process_check(dir, 4242), ERR_GONE, "zombie");
	put_process(STATUS("Threads:\t3\n"), STAT("Z", "64"));
	expect_error(process_check(dir, 4242), ERR_UNSUPPORTED,
		     "main thread of process 4242");
	put_process(STATUS(""), STAT("S", "64"));
	expect_error(process_check(dir, 4243), ERR_NOT_FOUND,
		     "4243 is a thread of process 4242");
	put_bytes("exe", header, sizeof(header));
	expect_error(process_check(dir, 4242), ERR_UNSUPPORTED, "32-bit");
	header[EI_CLASS] = ELFCLASS64;
	put_bytes("exe", header, sizeof(header));
	ck_assert_ptr_null(process_check(dir, 4242));
	unlinkat(dir, "mem", 0);
	expect_error(process_check(dir, 4242), ERR_GONE, "exited");
	unlinkat(dir, "stat", 0);
	expect_error(process_check(dir, 4242), ERR_GONE, "exited");
	remove_folder();
}
END_TEST

START_TEST(process_is_described)
{
	struct target t = { .pid = 4242 };

	make_folder();
	put("cmdline", "");
	put_bytes("cmdline", "python\0-m\0app\0\0", 15);
	put("statm", "1000 10 1\n");
	put("stat", "4242 (python3) S 1 1 1 0 0 64 0 0 0 0 0 0 0 0 20 0 1 0 "
		    "1000 0 0");
	put("status", "Tgid:\t4242\nNSpid:\t4242\t7\n");
	ck_assert_int_eq(mkdirat(dir, "ns", 0700), 0);
	ck_assert_int_eq(symlinkat("pid:[4026531836]", dir, "ns/pid"), 0);
	process_describe(&t, dir, dir);
	ck_assert_str_eq(t.command, "python -m app");
	ck_assert_uint_eq(t.resident, 10 * (uint64_t)sysconf(_SC_PAGESIZE));
	/* Ten seconds after the machine was started. */
	ck_assert_uint_gt(t.start_time, 1000000000);
	ck_assert_uint_eq(t.start_ticks, 1000);
	ck_assert_uint_eq(t.pid_namespace, 4026531836);
	ck_assert_int_eq(t.inner_pid, 7);
	ck_assert_uint_eq(strlen(t.boot), 36);
	free(t.command);
	free(t.host);
	free(t.boot);
	ck_assert_int_eq(unlinkat(dir, "cmdline", 0), 0);
	ck_assert_int_eq(unlinkat(dir, "statm", 0), 0);
	ck_assert_int_eq(unlinkat(dir, "stat", 0), 0);
	ck_assert_int_eq(unlinkat(dir, "status", 0), 0);
	ck_assert_int_eq(unlinkat(dir, "ns/pid", 0), 0);
	ck_assert_int_eq(unlinkat(dir, "ns", AT_REMOVEDIR), 0);
	process_describe(&t, dir, dir);
	ck_assert_str_eq(t.command, "");
	ck_assert_uint_eq(t.resident, 0);
	ck_assert_uint_eq(t.start_time, 0);
	ck_assert_uint_eq(t.start_ticks, 0);
	ck_assert_uint_eq(t.pid_namespace, 0);
	ck_assert_int_eq(t.inner_pid, 0);
	free(t.command);
	free(t.host);
	free(t.boot);
	remove_folder();
}
END_TEST

/* Give up all capabilities, for good; the user stays. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	ck_assert_int_eq(syscall(SYS_capset, &header, none), 0);
}

/* Another reason than a refused user: by Yama, or the process's own. */
static void expect_last_reason(struct error *err, const char *words)
{
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, ERR_PERMISSION);
	ck_assert_msg(strstr(err->message, "ptrace_scope") ||
		      strstr(err->message, words), "%s", err->message);
	error_free(err);
}

static void put_ids(long uid, long gid)
{
	CLEANUP(freep) char *status = xasprintf(
		STATUS("Uid:\t%ld\t%ld\t%ld\t0\nGid:\t%ld\t%ld\t%ld\t0\n"),
		uid, uid, uid, gid, gid, gid);

	put_process(status, STAT("S", "64"));
	ck_assert_int_eq(unlinkat(dir, "mem", 0), 0);
}

START_TEST(process_is_refused_for_a_reason)
{
	long uid = geteuid(), gid = getegid();

	make_folder();
	put_ids(uid, gid);
	/* The system said no although nothing speaks against it. */
	put("mem", "");
	expect_last_reason(process_refused(dir, 4242),
			   "although pyheld may do it");
	put("status", "TracerPid:\t1\n");
	expect_error(process_refused(dir, 4242), ERR_PERMISSION, "traced by");
	drop_capabilities();
	put_ids(uid + 1, gid);
	expect_error(process_refused(dir, 4242), ERR_PERMISSION,
		     uid ? "belongs to another user" : "this root lacks");
	put_ids(uid, gid + 1);
	expect_error(process_refused(dir, 4242), ERR_PERMISSION,
		     "runs with another group");
	put_ids(uid, gid);
	expect_last_reason(process_refused(dir, 4242),
			   uid ? "closed to its own user" : "this root lacks");
	unlinkat(dir, "status", 0);
	expect_error(process_refused(dir, 4242), ERR_GONE, "exited");
	remove_folder();
}
END_TEST

/* The same, as a user that is not root. */
START_TEST(process_is_refused_to_a_user)
{
	bool was_root = !geteuid();
	long uid, gid = getegid();

	make_folder();
	/* With the effective user the capabilities go, until it is back. */
	if (was_root)
		ck_assert_int_eq(seteuid(65534), 0);
	uid = geteuid();
	put_ids(0, gid);
	expect_error(process_refused(dir, 4242), ERR_PERMISSION,
		     "belongs to another user (uid 0, pyheld runs as uid");
	put_ids(uid, gid);
	expect_last_reason(process_refused(dir, 4242),
			   "closed to its own user");
	if (was_root)
		ck_assert_int_eq(seteuid(0), 0);
	remove_folder();
}
END_TEST

const char suite_name[] = "process";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, children_are_found_nearest_first);
	tcase_add_test(tc, room_is_asked_for);
	tcase_add_test(tc, process_is_checked);
	tcase_add_test(tc, process_is_described);
	tcase_add_test(tc, process_is_refused_for_a_reason);
	tcase_add_test(tc, process_is_refused_to_a_user);
}
