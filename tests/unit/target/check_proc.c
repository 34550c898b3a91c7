/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc says: fields, mappings, files and pages.  Most of it is read from
 * folders that look like /proc/PID.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "child.h"
#include "proc-folder.h"
#include "suite.h"
#include "target/file.h"
#include "target/live/pages.h"
#include "target/proc.h"

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

START_TEST(small_mappings_near_one_another_are_a_crowd)
{
	struct mapping_vec maps;

	make_folder();
	maps = read_maps("",
		"10000000-10001000 r--p 00000000 00:00 0\n"
		"10001000-10002000 rw-p 00000000 00:00 0\n"
		"10042000-10043000 ---p 00000000 00:00 0\n"
		/* Too far. */
		"10083001-10084000 r--p 00000000 00:00 0\n"
		/* Too large, and it is as near as can be. */
		"10084000-10185000 r--p 00000000 00:00 0\n"
		"10185000-10186000 r--p 00000000 00:00 0\n");
	ck_assert_uint_eq(maps_crowd_end(&maps, 0), 0x10043000);
	ck_assert_uint_eq(maps_crowd_end(&maps, 1), 0x10043000);
	ck_assert_uint_eq(maps_crowd_end(&maps, 3), 0x10084000);
	ck_assert_uint_eq(maps_crowd_end(&maps, 4), 0x10185000);
	ck_assert_uint_eq(maps_crowd_end(&maps, 5), 0x10186000);
	maps_release(&maps);
	remove_folder();
}
END_TEST

START_TEST(maps_that_were_copied_are_the_same)
{
	static const char *const others[] = {
		"1000-2000 r--p 00000000 08:01 7 /a\n",
		"1000-2000 r--p 00000000 08:01 7 /a\n3000-4000 rw-p 0 0:0 0\n",
		"1000-2000 r--p 00000000 08:01 7 /b\n4000-5000 rw-p 0 0:0 0\n",
		"1000-2000 r--p 00001000 08:01 7 /a\n4000-5000 rw-p 0 0:0 0\n",
		"1000-2000 r--p 00000000 08:01 7 /a (deleted)\n"
		"4000-5000 rw-p 0 0:0 0\n",
	};
	struct mapping_vec maps, copy = VEC_INIT;

	make_folder();
	maps = read_maps("", "1000-2000 r--p 00000000 08:01 7 /a\n"
			     "4000-5000 rw-p 0 0:0 0\n");
	maps_copy(&maps, &copy);
	ck_assert(maps_are_same(&maps, &copy));
	ck_assert_ptr_ne(maps.v[0].path, copy.v[0].path);
	maps_release(&copy);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		copy = read_maps("", others[i]);
		ck_assert(!maps_are_same(&maps, &copy));
		maps_release(&copy);
	}
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

/* What was looked at ahead is what is found later, and no more than that. */
START_TEST(pages_are_looked_at_ahead)
{
	int own = open("/proc/self", O_RDONLY | O_DIRECTORY);
	struct range_vec found = VEC_INIT;
	struct pages pages;
	uint8_t *p = mmap(NULL, 8 * MEMORY_PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	raddr at = (uintptr_t)p;

	ck_assert_ptr_ne(p, MAP_FAILED);
	madvise(p, 8 * MEMORY_PAGE, MADV_NOHUGEPAGE);
	p[0] = p[3 * MEMORY_PAGE] = p[4 * MEMORY_PAGE] = 1;
	pages_open(&pages, own);
	pages.can_scan = _i == 0;
	pages.ahead = at + 6 * MEMORY_PAGE;
	ck_assert(pages_find(&pages, at, at + MEMORY_PAGE, PAGES_PRESENT,
			     &found));
	ck_assert_uint_eq(found.nr, 1);
	p[5 * MEMORY_PAGE] = p[6 * MEMORY_PAGE] = 1;
	/* A range that was seen ends where the question does. */
	ck_assert(pages_find(&pages, at + 2 * MEMORY_PAGE,
			     at + 4 * MEMORY_PAGE, PAGES_PRIVATE, &found));
	ck_assert_uint_eq(found.nr, 2);
	ck_assert_uint_eq(found.v[1].start, at + 3 * MEMORY_PAGE);
	ck_assert_uint_eq(found.v[1].end, at + 4 * MEMORY_PAGE);
	/* Page 5 was absent when it was looked at, page 6 was not looked at. */
	ck_assert(pages_find(&pages, at + 4 * MEMORY_PAGE,
			     at + 8 * MEMORY_PAGE, PAGES_PRESENT, &found));
	ck_assert_uint_eq(found.nr, 4);
	ck_assert_uint_eq(found.v[2].start, at + 4 * MEMORY_PAGE);
	ck_assert_uint_eq(found.v[2].end, at + 5 * MEMORY_PAGE);
	ck_assert_uint_eq(found.v[3].start, at + 6 * MEMORY_PAGE);
	ck_assert_uint_eq(found.v[3].end, at + 7 * MEMORY_PAGE);
	pages_close(&pages);
	range_vec_release(&found);
	munmap(p, 8 * MEMORY_PAGE);
	close(own);
}
END_TEST

const char suite_name[] = "proc";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, proc_reads_fields);
	tcase_add_test(tc, proc_names_processes);
	tcase_add_test(tc, maps_are_read);
	tcase_add_test(tc, small_mappings_near_one_another_are_a_crowd);
	tcase_add_test(tc, maps_that_were_copied_are_the_same);
	tcase_add_test(tc, maps_say_what_a_snapshot_does);
	tcase_add_test(tc, maps_of_who_has_exited_are_gone);
	tcase_add_test(tc, file_is_opened_by_what_it_is);
	tcase_add_test(tc, file_is_regular_and_below_its_root);
	tcase_add_test(tc, file_limit_is_raised);
	tcase_add_loop_test(tc, pages_are_found_in_either_way, 0, 2);
	tcase_add_loop_test(tc, pages_are_looked_at_ahead, 0, 2);
}
