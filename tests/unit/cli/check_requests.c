/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the broker does for a worker that may be anybody's, but for outputs:
 * cli/broker/requests.h. */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/files/input.h"
#include "asking.h"
#include "child.h"
#include "run.h"
#include "suite.h"

const char suite_name[] = "requests";

static void expect_error_in_reply(void)
{
	reader = packet_read(&reply);
	ck_assert(packet_get(&reader) != OK);
}

static void ask_below(const char *root, const char *path)
{
	struct packet *p = begin(TASK_BELOW);

	packet_add_text(p, root);
	packet_add_text(p, path);
}

/* --- fields --- */

START_TEST(unknown_kinds_are_betrayal)
{
	static const uint32_t kinds[] = { 0, TASK_NR_KINDS, TASK_NR_KINDS + 1,
					  1 << 16, INT32_MAX, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		begin(kinds[i]);
		expect_betrayal();
	}
}
END_TEST

/* Each kind that has fields. */
static void each_kind(void (*fill)(struct packet *p))
{
	setenv("DEBUGINFOD_URLS", "", 1);
	for (uint32_t kind = TASK_INPUT; kind < TASK_NR_KINDS; kind++) {
		struct packet *p = begin(kind);

		if (kind == TASK_SCRATCH || kind == TASK_ROOM)
			continue;
		fill(p);
		/* To these, any number is a PID and any text a build-id. */
		if ((kind == TASK_PROCESS_OPEN || kind == TASK_FETCH ||
		     kind == TASK_PROCESS_CHILDREN ||
		     kind == TASK_PROCESS_ALIVE) &&
		    answered())
			expect_error_in_reply();
		else
			ck_assert_msg(!answered(), "kind %u", kind);
		ck_assert_uint_eq(reply.nr_fds, 0);
	}
}

static void nothing(struct packet *p)
{
	(void)p;
}

static void part_of_a_number(struct packet *p)
{
	str_add_bytes(&p->body, "1234567", 7);
}

static void no_text(struct packet *p)
{
	packet_add_text(p, NULL);
}

static void wrong_length(struct packet *p)
{
	packet_add(p, 100);
	str_add(&p->body, "text");
}

static void too_many_fields(struct packet *p)
{
	packet_add_text(p, "in.txt");
	for (int i = 0; i < 8; i++)
		packet_add(p, 0);
}

static void text_with_a_nul(struct packet *p)
{
	packet_add_bytes(p, "in.txt\0x", 8);
}

static void long_text(struct packet *p)
{
	CLEANUP(freep) char *text = xmalloc(PATH_MAX + 2);

	memset(text, 'a', PATH_MAX + 1);
	text[PATH_MAX + 1] = '\0';
	packet_add_text(p, text);
	packet_add_text(p, text);
}

static void large_numbers(struct packet *p)
{
	for (int i = 0; i < 2; i++)
		packet_add(p, UINT64_MAX);
}

START_TEST(wrong_fields_are_betrayal)
{
	each_kind(nothing);
	each_kind(part_of_a_number);
	each_kind(no_text);
	each_kind(wrong_length);
	each_kind(too_many_fields);
	each_kind(text_with_a_nul);
	each_kind(long_text);
}
END_TEST

START_TEST(numbers_out_of_range_do_no_harm)
{
	for (uint32_t kind = TASK_INPUT; kind < TASK_NR_KINDS; kind++) {
		large_numbers(begin(kind));
		if (answered()) {
			reader = packet_read(&reply);
			ck_assert(packet_get(&reader) != OK ||
				  kind == TASK_SCRATCH || kind == TASK_ROOM);
		}
	}
	ask_number(TASK_LOG, 3);
	expect_betrayal();
	ask_path(TASK_FOLDER, "folder");
	packet_add(&request, 3);
	expect_betrayal();
}
END_TEST

/* --- files to read --- */

START_TEST(inputs_are_those_that_were_named)
{
	static const char *const others[] = {
		"/etc/passwd", "other", "folder/../other", "../in.txt", "",
		"./in.txt", "/dev/mem", "/proc/self/mem", "/proc/kcore",
	};
	int fd;
	char c;

	write_file("in.txt", "x", 1);
	write_file("other", "y", 1);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	write_file("folder/in", "z", 1);
	ask_path(TASK_INPUT, "in.txt");
	expect_answer(OK);
	fd = packet_take_fd(&reply);
	ck_assert_int_eq(read(fd, &c, 1), 1);
	ck_assert_int_eq(c, 'x');
	ck_assert_int_lt(write(fd, "y", 1), 0);
	close(fd);
	ask_path(TASK_INPUT, "folder/in");
	expect_answer(OK);
	ck_assert_uint_eq(reply.nr_fds, 1);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		ask_path(TASK_INPUT, others[i]);
		expect_answer(ERR_SYSTEM + 1);
		ck_assert(packet_get(&reader) == EACCES);
		ask_path(TASK_KIND, others[i]);
		expect_answer(OK);
		ck_assert(packet_get(&reader) == INPUT_MISSING);
	}
	ask_path(TASK_INPUT, "folder/nothing");
	expect_answer(ERR_SYSTEM + 1);
	ck_assert(packet_get(&reader) == ENOENT);
}
END_TEST

/* What the user named may be a link to anywhere; what is found in a folder may
 * not. */
START_TEST(links_do_not_lead_out_of_a_folder)
{
	static const struct {
		const char *path, *to;
		bool leads_out;
	} links[] = {
		{ "in.txt", "other", false },
		{ "folder/a", "in", false },
		{ "folder/b", "below/in", false },
		{ "folder/below/up", "../in", false },
		{ "folder/c", "../other", true },
		{ "folder/d", "/etc/passwd", true },
		{ "folder/e", "../folder/in", true },
		{ "pyheld-1-1.pyheld", "/etc/passwd", true },
	};

	write_file("other", "y", 1);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(mkdir("folder/below", 0700), 0);
	write_file("folder/in", "z", 1);
	write_file("folder/below/in", "z", 1);
	ck_assert_int_eq(symlink("..", "folder/up"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		ck_assert_int_eq(symlink(links[i].to, links[i].path), 0);
		ask_path(TASK_INPUT, links[i].path);
		expect_answer(links[i].leads_out ? ERR_SYSTEM + 1 : OK);
		ck_assert_uint_eq(reply.nr_fds, !links[i].leads_out);
	}
	ask_path(TASK_INPUT, "folder/up/other");
	expect_refused();
	ask_path(TASK_INPUT, "folder/up/folder/in");
	expect_refused();
}
END_TEST

START_TEST(fifos_are_not_waited_for)
{
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ask_path(TASK_INPUT, "fifo");
	expect_answer(OK);
	ck_assert_uint_eq(reply.nr_fds, 1);
	packet_release(&reply);
	/* Nobody reads it: the worker has to ask again. */
	ask_path(TASK_OUTPUT_FIND, "fifo");
	expect_answer(OK);
	ck_assert(packet_get(&reader) == 0);
	ck_assert(packet_is_read(&reader));
	ck_assert_uint_eq(reply.nr_fds, 0);
}
END_TEST

START_TEST(kinds_of_files_are_told)
{
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	write_file("in.txt", "x", 1);
	ask_path(TASK_KIND, "folder");
	expect_answer(OK);
	ck_assert(packet_get(&reader) == INPUT_FOLDER);
	ask_path(TASK_KIND, "in.txt");
	expect_answer(OK);
	ck_assert(packet_get(&reader) == INPUT_FILE);
	ask_path(TASK_KIND, "b");
	expect_answer(OK);
	ck_assert(packet_get(&reader) == INPUT_MISSING);
}
END_TEST

/* --- programs --- */

static void write_elf(const char *path, uint16_t type)
{
	Elf64_Ehdr h = { .e_ident = ELFMAG, .e_type = type };

	write_file(path, &h, sizeof(h));
}

static void expect_program(const char *root, const char *path)
{
	ask_below(root, path);
	expect_answer(OK);
	ck_assert_msg(reply.nr_fds == 1, "%s%s", root, path);
}

static void expect_no_program(const char *root, const char *path)
{
	ask_below(root, path);
	ck_assert(answered());
	ck_assert_msg(!reply.nr_fds, "%s%s", root, path);
}

START_TEST(programs_and_libraries_are_given)
{
	CLEANUP(freep) char *exe = realpath("/proc/self/exe", NULL);

	ck_assert_ptr_nonnull(exe);
	expect_program("", exe);
	write_elf("program", ET_EXEC);
	write_elf("library", ET_DYN);
	write_elf("module", ET_REL);
	expect_program("", "program");
	expect_program("", "library");
	expect_program("", "module");
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	write_elf("folder/program", ET_DYN);
	expect_program("folder", "/program");
	expect_program("folder", "/../program");
}
END_TEST

START_TEST(other_files_are_no_programs)
{
	static const char *const others[] = {
		"/etc/passwd", "/etc/shadow", "/proc/kcore", "/proc/self/maps",
		"/proc/kmsg", "/proc/self/mem", "/dev/mem", "/dev/zero",
		"/sys/kernel/notes", "text", "short", "memory", "none",
		"folder", "", "fifo2",
	};

	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(mkfifo("fifo2", 0600), 0);
	write_file("text", "#!/bin/sh and more than a header has, at least one"
		   " byte more", 61);
	write_file("short", ELFMAG, SELFMAG);
	write_elf("memory", ET_CORE);
	write_elf("none", ET_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		expect_no_program("", others[i]);
	/* One that was named is given, whatever it is. */
	write_file("in.txt", "x", 1);
	expect_program("", "in.txt");
	/* But not below another root. */
	write_file("folder/in.txt", "x", 1);
	expect_no_program("folder", "/in.txt");
	expect_no_program("folder", "in.txt");
	expect_no_program("folder", "");
	expect_no_program("/etc", "/passwd");
	expect_no_program("/", "/bin/sh");
	expect_no_program("/proc/1/root", "/bin/sh");
}
END_TEST

START_TEST(build_ids_have_a_length)
{
	char id[65] = "";

	setenv("DEBUGINFOD_URLS", "", 1);
	packet_add_bytes(begin(TASK_FETCH), id, 0);
	expect_betrayal();
	packet_add_bytes(begin(TASK_FETCH), id, 65);
	expect_betrayal();
	packet_add_bytes(begin(TASK_FETCH), id, 64);
	expect_answer(ERR_NOT_FOUND + 1);
}
END_TEST

/* --- what needs no name --- */

START_TEST(scratch_and_room_are_given)
{
	int fd;

	setenv("TMPDIR", ".", 1);
	ask_path(TASK_SCRATCH, NULL);
	expect_answer(OK);
	fd = packet_take_fd(&reply);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	close(fd);
	ask_path(TASK_ROOM, NULL);
	expect_answer(OK);
	ck_assert(packet_get(&reader) > 0);
}
END_TEST

/* --- processes --- */

START_TEST(other_processes_are_not_opened)
{
	static const uint64_t pids[] = { 0, 1, INT_MAX, UINT64_MAX,
					 UINT64_C(1) << 32 | 1 };
	pid_t own = child_start(child_waiting);

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		ask_number(TASK_PROCESS_OPEN, pids[i]);
		expect_answer(ERR_PERMISSION + 1);
		ask_numbers(TASK_PROCESS_CHILDREN, pids[i], 10);
		expect_answer(ERR_PERMISSION + 1);
		ask_number(TASK_PROCESS_ALIVE, pids[i]);
		expect_answer(ERR_PERMISSION + 1);
	}
	ask_number(TASK_PROCESS_OPEN, (uint64_t)own);
	expect_answer(ERR_PERMISSION + 1);
	child_finish(own);
	for (uint32_t kind = TASK_PROCESS_PEEK; kind < TASK_NR_KINDS; kind++) {
		ask_numbers(kind, 0, 0);
		if (kind == TASK_PROCESS_CENSUS)
			expect_answer(ERR_PERMISSION + 1);
		else if (kind != TASK_PROCESS_CHILDREN)
			expect_betrayal();
	}
}
END_TEST

/* A query: `below`, 0: all; and a name, or NULL. */
static void ask_census(uint64_t below, const char *name)
{
	ask_number(TASK_PROCESS_CENSUS, below);
	packet_add_text(&request, name);
}

START_TEST(processes_are_listed_if_they_were_named)
{
	pid_t own = child_start(child_waiting);

	ask_census(0, NULL);
	expect_answer(ERR_PERMISSION + 1);
	ask_census(0, "no-such-word");
	expect_answer(ERR_PERMISSION + 1);
	ask_census((uint64_t)own, NULL);
	expect_answer(ERR_PERMISSION + 1);
	ask_census(UINT64_MAX, NULL);
	expect_betrayal();
	/* What was not listed is not looked into. */
	ask_number(TASK_PROCESS_DETAILS, (uint64_t)own);
	expect_betrayal();
	asking.lists = true;
	ask_census(0, NULL);
	expect_answer(0);
	ask_number(TASK_PROCESS_DETAILS, (uint64_t)own);
	expect_answer(0);
	ask_numbers(TASK_PROCESS_MAPPED, (uint64_t)own, 2);
	expect_betrayal();
	ask_number(TASK_PROCESS_DETAILS, INT_MAX);
	expect_betrayal();
	child_finish(own);
}
END_TEST

static int run_nothing(const struct command *c, int argc, char **argv)
{
	(void)c, (void)argc, (void)argv;
	return 0;
}

static void ask_sample(uint64_t pid, const char *file)
{
	ask_numbers(TASK_SAMPLE_START, pid, 0);
	packet_add(&request, 0);
	packet_add(&request, 0);
	packet_add_text(&request, file);
}

START_TEST(samples_are_of_what_was_named)
{
	static const uint64_t pids[] = { 0, 1, INT_MAX, UINT64_MAX };

	/* Only if the command takes any. */
	ask_sample(1, NULL);
	expect_betrayal();
	asking.run = run_nothing;
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		ask_sample(pids[i], NULL);
		expect_refused();
		/* There is none to be ended. */
		ask_number(TASK_SAMPLE_END, 1);
		expect_betrayal();
	}
}
END_TEST

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_checked_fixture(tc, asking_begin, asking_end);
	tcase_add_test(tc, unknown_kinds_are_betrayal);
	tcase_add_test(tc, wrong_fields_are_betrayal);
	tcase_add_test(tc, numbers_out_of_range_do_no_harm);
	tcase_add_test(tc, inputs_are_those_that_were_named);
	tcase_add_test(tc, links_do_not_lead_out_of_a_folder);
	tcase_add_test(tc, fifos_are_not_waited_for);
	tcase_add_test(tc, kinds_of_files_are_told);
	tcase_add_test(tc, programs_and_libraries_are_given);
	tcase_add_test(tc, other_files_are_no_programs);
	tcase_add_test(tc, build_ids_have_a_length);
	tcase_add_test(tc, scratch_and_room_are_given);
	tcase_add_test(tc, other_processes_are_not_opened);
	tcase_add_test(tc, processes_are_listed_if_they_were_named);
	tcase_add_test(tc, samples_are_of_what_was_named);
}
