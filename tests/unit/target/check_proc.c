/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc says: fields, mappings, files, pages, and who may read a process.
 * Most of it is read from folders that look like /proc/PID.
 */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "child.h"
#include "suite.h"
#include "target/file.h"
#include "target/live/children.h"
#include "target/live/pages.h"
#include "target/live/process.h"
#include "target/proc.h"
#include "target/room.h"

/* --- a folder like /proc/PID --- */

static char folder[64];
static int dir = -1;

static void make_folder(void)
{
	strcpy(folder, "/tmp/check-proc-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	/* Readable by a user that a test becomes. */
	ck_assert_int_eq(chmod(folder, 0777), 0);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(dir, 0);
}

static void remove_folder(void)
{
	CLEANUP(freep) char *command = xasprintf("rm -r '%s'", folder);

	closep(&dir);
	ck_assert_int_eq(system(command), 0);
}

static void put_bytes(const char *name, const void *bytes, size_t len)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

static void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

/* --- fields --- */

START_TEST(proc_reads_fields)
{
	CLEANUP(str_release) struct str status = STR_INIT, stat = STR_INIT;
	CLEANUP(freep) char *name = NULL, *none = NULL, *link = NULL;

	make_folder();
	put("status", "Name:\tx\nTgid:\t42\nNSpid:\t42\t7\t3\nPPid:\tx\n");
	put("stat", "42 (a) b) c) S 1 2 3");
	put("comm", "python3\n");
	ck_assert(proc_read(dir, "status", &status));
	ck_assert(proc_read(dir, "stat", &stat));
	ck_assert_uint_eq(proc_field_u64(&status, "Tgid"), 42);
	ck_assert_uint_eq(proc_field_last(&status, "NSpid"), 3);
	ck_assert_uint_eq(proc_field_last(&status, "Tgid"), 42);
	ck_assert_uint_eq(proc_field_last(&status, "PPid"), 0);
	ck_assert_uint_eq(proc_field_u64(&status, "pid"), 0);
	ck_assert_ptr_null(proc_field(&status, "NSp"));
	ck_assert_int_eq(proc_stat_state(&stat), 'S');
	ck_assert_uint_eq(proc_stat_u64(&stat, 6), 3);
	ck_assert_uint_eq(proc_stat_u64(&stat, 7), 0);
	name = proc_comm(dir);
	ck_assert_str_eq(name, "python3");
	unlinkat(dir, "comm", 0);
	none = proc_comm(dir);
	ck_assert_str_eq(none, "?");
	link = proc_link(dir, "exe");
	ck_assert_str_eq(link, "");
	ck_assert(!proc_read(dir, "no such", &status));
	ck_assert_int_eq(errno, ENOENT);
	/* To open a folder works; to read it does not. */
	ck_assert(!proc_read(dir, ".", &status));
	ck_assert_int_eq(errno, EISDIR);
	remove_folder();
}
END_TEST

START_TEST(proc_names_processes)
{
	CLEANUP(freep) char *own = proc_comm_of(getpid());
	CLEANUP(freep) char *none = proc_comm_of(-1);

	ck_assert_str_eq(none, "?");
	ck_assert_uint_le(strlen(own), 15);
	ck_assert(!strncmp(own, "check_proc", 10) || strchr(own, '-'));
}
END_TEST

/* --- mappings --- */

static struct mapping_vec read_maps(const char *root, const char *text)
{
	struct mapping_vec maps = VEC_INIT;
	struct error *err;

	put("maps", text);
	err = maps_read(dir, root, &maps);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	return maps;
}

START_TEST(maps_are_read)
{
	struct mapping_vec maps;

	make_folder();
	maps = read_maps("/srv/root",
		"1000-2000 r-xp 00003000 08:01 77   /srv/root/lib/a.so\n"
		"2000-3000 rw-p 00000000 00:00 0    [heap]\n"
		"3000-4000 rw-s 00000000 00:01 9    /dev/zero (deleted)\n"
		"5000-6000 r--p 00000000 08:01 78   /srv/rooted/a\\012b\n"
		"6000-6000 r--p 00000000 08:01 78   /is/empty\n"
		"nonsense\n"
		"7000-8000 ---p 00000000 00:00 0\n"
		"8000-9000 r--p 0000");
	ck_assert_uint_eq(maps.nr, 5);
	ck_assert_str_eq(maps.v[0].path, "/lib/a.so");
	ck_assert_uint_eq(maps.v[0].prot, SEGMENT_READ | SEGMENT_EXEC);
	ck_assert_uint_eq(maps.v[0].offset, 0x3000);
	ck_assert_uint_eq(maps.v[0].device, makedev(8, 1));
	ck_assert_uint_eq(maps.v[0].inode, 77);
	ck_assert(!maps.v[0].shared && !maps.v[0].deleted);
	ck_assert_str_eq(maps.v[1].path, "[heap]");
	ck_assert_str_eq(maps.v[2].path, "/dev/zero");
	ck_assert(maps.v[2].shared && maps.v[2].deleted);
	ck_assert_str_eq(maps.v[3].path, "/srv/rooted/a\nb");
	ck_assert_str_eq(maps.v[4].path, "");
	ck_assert_uint_eq(maps.v[4].prot, 0);
	ck_assert_ptr_eq(maps_find(&maps, 0x1000), &maps.v[0]);
	ck_assert_ptr_eq(maps_find(&maps, 0x1fff), &maps.v[0]);
	ck_assert_ptr_eq(maps_find(&maps, 0x7800), &maps.v[4]);
	ck_assert_ptr_null(maps_find(&maps, 0x4000));
	ck_assert_ptr_null(maps_find(&maps, 0xfff));
	ck_assert_ptr_null(maps_find(&maps, 0x8000));
	maps_release(&maps);
	remove_folder();
}
END_TEST

START_TEST(maps_say_what_a_snapshot_does)
{
	static const struct {
		const char *line;
		enum mapping_kind kind;
	} lines[] = {
		{ "rw-p 0 00:00 0 [heap]", MAPPING_ANON },
		{ "rw-s 0 00:01 9 /dev/zero (deleted)", MAPPING_ANON },
		{ "r--p 0 00:00 0", MAPPING_ANON },
		{ "rw-p 0 08:01 7 /lib/a", MAPPING_DATA },
		{ "r-xp 0 08:01 7 /lib/a", MAPPING_FILE },
		{ "rw-s 0 08:01 7 /tmp/shared", MAPPING_FILE },
		{ "rw-s 0 00:18 7 /dev/shm/x", MAPPING_FILE },
		{ "rw-p 0 00:0f 7 /dev/hugepages/x", MAPPING_DATA },
		{ "---p 0 08:01 7 /lib/a", MAPPING_SKIP },
		{ "r--p 0 00:00 0 [vvar]", MAPPING_SKIP },
		{ "r--p 0 00:00 0 [vvar_vclock]", MAPPING_SKIP },
		{ "r-xp 0 00:00 0 [vsyscall]", MAPPING_SKIP },
		{ "rw-s 0 00:06 7 /dev/dri/card0", MAPPING_SKIP },
		{ "rw-s 0 00:0e 7 anon_inode:[perf_event]", MAPPING_SKIP },
		{ "rw-s 0 00:09 7 socket:[77]", MAPPING_SKIP },
		{ "rw-s 0 00:0b 7 /dmabuf:x", MAPPING_SKIP },
	};

	make_folder();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CLEANUP(freep) char *line = xasprintf("1000-2000 %s\n",
						      lines[i].line);
		struct mapping_vec maps = read_maps("", line);

		ck_assert_uint_eq(maps.nr, 1);
		ck_assert_msg(mapping_kind(&maps.v[0]) == lines[i].kind,
			      "%s", line);
		maps_release(&maps);
	}
	remove_folder();
}
END_TEST

START_TEST(maps_of_who_has_exited_are_gone)
{
	struct mapping_vec maps;

	make_folder();
	expect_error(maps_read(dir, "", &maps), ERR_GONE, "exited");
	put("maps", "");
	expect_error(maps_read(dir, "", &maps), ERR_GONE, "exited");
	ck_assert_int_eq(unlinkat(dir, "maps", 0), 0);
	ck_assert_int_eq(mkdirat(dir, "maps", 0700), 0);
	expect_error(maps_read(dir, "", &maps), ERR_SYSTEM, "can't read");
	remove_folder();
}
END_TEST

/* --- files --- */

static struct mapping mapping_of(const char *name, const char *path)
{
	struct mapping m = { .start = 0x1000, .end = 0x2000 };
	struct stat st;

	ck_assert_int_eq(fstatat(dir, name, &st, 0), 0);
	m.device = st.st_dev;
	m.inode = st.st_ino;
	m.path = (char *)(uintptr_t)path;
	return m;
}

static void expect_content(int fd, char c)
{
	char got = 0;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &got, 1, 0), 1);
	ck_assert_int_eq(got, c);
}

START_TEST(file_is_opened_by_what_it_is)
{
	struct file_vec files = VEC_INIT;
	struct mapping a, b, c, none = { .path = (char[]){ "" } };

	make_folder();
	ck_assert_int_eq(mkdirat(dir, "map_files", 0755), 0);
	ck_assert_int_eq(mkdirat(dir, "root", 0755), 0);
	put("map_files/1000-2000", "a");
	put("exe", "b");
	put("root/c", "c");
	a = mapping_of("map_files/1000-2000", "/anything");
	b = mapping_of("exe", "/anything");
	c = mapping_of("root/c", "/c");
	expect_content(file_of(&files, dir, &a), 'a');
	expect_content(file_of(&files, dir, &b), 'b');
	expect_content(file_of(&files, dir, &c), 'c');
	ck_assert_uint_eq(files.nr, 3);
	ck_assert_int_eq(file_of(&files, dir, &c), files.v[2].fd);
	ck_assert(!file_is_lost(&files, &c));
	/* None of them is this one. */
	c.inode++;
	ck_assert(!file_is_lost(&files, &c));
	ck_assert_int_eq(file_of(&files, dir, &c), -1);
	ck_assert(file_is_lost(&files, &c));
	/* No file at all. */
	ck_assert_int_eq(file_of(&files, dir, &none), -1);
	ck_assert_uint_eq(files.nr, 4);
	file_close_all(&files);
	ck_assert_uint_eq(files.nr, 0);
	remove_folder();
}
END_TEST

START_TEST(file_is_regular_and_below_its_root)
{
	CLEANUP(closep) int outside = -1, inside = -1, whole = -1;
	CLEANUP(freep) char *path = NULL;

	make_folder();
	put("inside", "i");
	ck_assert_int_eq(mkfifoat(dir, "fifo", 0600), 0);
	ck_assert_int_eq(symlinkat("/inside", dir, "link"), 0);
	ck_assert_int_eq(symlinkat("/../../../../../etc/passwd", dir, "out"),
			 0);
	alarm(10);
	ck_assert_int_eq(file_open_regular(dir, "fifo"), -1);
	ck_assert_int_eq(file_open_regular(dir, "."), -1);
	ck_assert_int_eq(file_open_regular(dir, "none"), -1);
	ck_assert_int_eq(file_open_below(folder, "/fifo"), -1);
	alarm(0);
	/* A link is one of that root. */
	inside = file_open_below(folder, "/link");
	expect_content(inside, 'i');
	outside = file_open_below(folder, "/out");
	ck_assert_int_eq(outside, -1);
	ck_assert_int_eq(file_open_below("/nowhere/at/all", "/inside"), -1);
	path = xasprintf("%s/inside", folder);
	whole = file_open_below("", path);
	expect_content(whole, 'i');
	remove_folder();
}
END_TEST

START_TEST(file_limit_is_raised)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 100;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	file_raise_limit();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, limit.rlim_max);
}
END_TEST

/* --- pages --- */

/* A private mapping of a file: page 0 is written to, page 1 is read. */
static uint8_t *map_file(void)
{
	int fd = openat(dir, "pages", O_RDWR | O_CREAT, 0600);
	uint8_t *p;

	ck_assert_int_eq(ftruncate(fd, 4 * MEMORY_PAGE), 0);
	p = mmap(NULL, 4 * MEMORY_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		 fd, 0);
	ck_assert_ptr_ne(p, MAP_FAILED);
	p[0] = 1;
	ck_assert_uint_eq(*(volatile uint8_t *)(p + MEMORY_PAGE), 0);
	close(fd);
	return p;
}

/* With PAGEMAP_SCAN, where there is that, and by the words of pagemap. */
START_TEST(pages_are_found_in_either_way)
{
	int own = open("/proc/self", O_RDONLY | O_DIRECTORY);
	struct range_vec found = VEC_INIT;
	struct pages pages;
	uint8_t *p;
	raddr at;

	make_folder();
	p = map_file();
	at = (uintptr_t)p;
	pages_open(&pages, own);
	pages.can_scan = _i == 0;
	ck_assert(pages_find(&pages, at, at + 4 * MEMORY_PAGE, PAGES_PRIVATE,
			     &found));
	ck_assert_uint_eq(found.nr, 1);
	ck_assert_uint_eq(found.v[0].start, at);
	ck_assert_uint_eq(found.v[0].end, at + MEMORY_PAGE);
	found.nr = 0;
	ck_assert(pages_find(&pages, at, at + 2 * MEMORY_PAGE, PAGES_PRESENT,
			     &found));
	/* Ranges that touch are one. */
	ck_assert_uint_eq(found.nr, 1);
	ck_assert_uint_eq(found.v[0].end, at + 2 * MEMORY_PAGE);
	found.nr = 0;
	ck_assert(pages_find(&pages, at, at + MEMORY_PAGE, PAGES_SWAPPED,
			     &found));
	ck_assert_uint_eq(found.nr, 0);
	ck_assert(!pages_find(&pages, at + 1, at + MEMORY_PAGE, PAGES_PRESENT,
			      &found));
	ck_assert(!pages_is_guard(&pages, at));
	pages.can_scan = false;
	ck_assert(!pages_find(&pages, 0, UINT64_C(2) << 40, PAGES_PRESENT,
			      &found));
	ck_assert_uint_eq(found.nr, 0);
	pages_close(&pages);
	ck_assert(!pages_find(&pages, at, at + MEMORY_PAGE, PAGES_PRESENT,
			      &found));
	ck_assert(!pages_is_guard(&pages, at));
	range_vec_release(&found);
	munmap(p, 4 * MEMORY_PAGE);
	close(own);
	remove_folder();
}
END_TEST

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
	process_describe(&t, dir);
	ck_assert_str_eq(t.command, "python -m app");
	ck_assert_uint_eq(t.resident, 10 * (uint64_t)sysconf(_SC_PAGESIZE));
	/* Ten seconds after the machine was started. */
	ck_assert_uint_gt(t.start_time, 1000000000);
	free(t.command);
	free(t.host);
	ck_assert_int_eq(unlinkat(dir, "cmdline", 0), 0);
	ck_assert_int_eq(unlinkat(dir, "statm", 0), 0);
	ck_assert_int_eq(unlinkat(dir, "stat", 0), 0);
	process_describe(&t, dir);
	ck_assert_str_eq(t.command, "");
	ck_assert_uint_eq(t.resident, 0);
	ck_assert_uint_eq(t.start_time, 0);
	free(t.command);
	free(t.host);
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

const char suite_name[] = "proc";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, proc_reads_fields);
	tcase_add_test(tc, proc_names_processes);
	tcase_add_test(tc, maps_are_read);
	tcase_add_test(tc, maps_say_what_a_snapshot_does);
	tcase_add_test(tc, maps_of_who_has_exited_are_gone);
	tcase_add_test(tc, file_is_opened_by_what_it_is);
	tcase_add_test(tc, file_is_regular_and_below_its_root);
	tcase_add_test(tc, file_limit_is_raised);
	tcase_add_loop_test(tc, pages_are_found_in_either_way, 0, 2);
	tcase_add_test(tc, children_are_found_nearest_first);
	tcase_add_test(tc, room_is_asked_for);
	tcase_add_test(tc, process_is_checked);
	tcase_add_test(tc, process_is_described);
	tcase_add_test(tc, process_is_refused_for_a_reason);
	tcase_add_test(tc, process_is_refused_to_a_user);
}
