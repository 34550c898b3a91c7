/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the broker writes for a worker that may be anybody's:
 * cli/broker/requests.h. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/folder.h"
#include "asking.h"
#include "entries.h"
#include "run.h"
#include "suite.h"
#include "unnamed.h"

const char suite_name[] = "requests-output";

static uint64_t find(const char *path)
{
	uint64_t number;

	ask_path(TASK_OUTPUT_FIND, path);
	expect_answer(OK);
	number = packet_get(&reader);
	ck_assert(packet_is_read(&reader));
	return number;
}

static int create(uint64_t number)
{
	ask_numbers(TASK_OUTPUT_CREATE, number, 0600);
	expect_answer(OK);
	ck_assert_uint_eq(reply.nr_fds, 1);
	return packet_take_fd(&reply);
}

START_TEST(output_is_written)
{
	uint64_t number;
	char text[8] = "";
	int fd;

	ck_assert_int_eq(mkdir("out", 0700), 0);
	number = find("out/a");
	ck_assert_uint_eq(reply.nr_fds, 0);
	fd = create(number);
	ck_assert_int_eq(write(fd, "text", 4), 4);
	close(fd);
	ask_numbers(TASK_OUTPUT_PUBLISH, number, 1);
	expect_answer(OK);
	/* Only once. */
	ask_numbers(TASK_OUTPUT_PUBLISH, number, 1);
	expect_betrayal();
	ask_numbers(TASK_OUTPUT_CREATE, number, 0600);
	expect_betrayal();
	ask_number(TASK_OUTPUT_END, number);
	expect_answer(OK);
	ask_number(TASK_OUTPUT_END, number);
	expect_betrayal();
	ck_assert_uint_eq(count_entries("out"), 3);
	fd = open("out/a", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(read(fd, text, 8), 4);
	ck_assert_str_eq(text, "text");
	close(fd);
}
END_TEST

static void expect_removed(void)
{
	uint64_t number;

	for (int i = 0; i < 3; i++) {
		number = find("out/a");
		close(create(number));
		ck_assert_uint_eq(count_entries("out"), 3 + nr_names());
		if (i == 1) {
			ask_number(TASK_OUTPUT_END, number);
			expect_answer(OK);
		} else {
			requests_end_worker(&asking);
		}
		ck_assert_uint_eq(count_entries("out"), 3);
		ask_numbers(TASK_OUTPUT_PUBLISH, number, 0);
		expect_betrayal();
	}
}

START_TEST(output_is_removed_when_the_worker_ends)
{
	ck_assert_int_eq(mkdir("out", 0700), 0);
	write_file("out/a", "old", 3);
	expect_removed();
	forbid_unnamed();
	expect_removed();
}
END_TEST

START_TEST(outputs_have_an_order)
{
	uint64_t number;

	ask_numbers(TASK_OUTPUT_CREATE, 1, 0600);
	expect_betrayal();
	ask_numbers(TASK_OUTPUT_PUBLISH, 1, 0);
	expect_betrayal();
	ask_number(TASK_OUTPUT_END, 1);
	expect_betrayal();
	number = find("b");
	ask_numbers(TASK_OUTPUT_PUBLISH, number, 0);
	expect_betrayal();
	ask_numbers(TASK_OUTPUT_CREATE, number + 1, 0600);
	expect_betrayal();
	ask_numbers(TASK_OUTPUT_CREATE, 0, 0600);
	expect_betrayal();
	ask_numbers(TASK_OUTPUT_CREATE, number, 04755);
	expect_betrayal();
	ask_numbers(TASK_OUTPUT_CREATE, number, UINT64_C(1) << 32 | 0600);
	expect_betrayal();
	close(create(number));
	ask_numbers(TASK_OUTPUT_CREATE, number, 0600);
	expect_betrayal();
}
END_TEST

START_TEST(outputs_are_few_at_once)
{
	static const char *const names[] = { "b", "c", "d", "e" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert(find(names[i]) == i + 1);
	ask_path(TASK_OUTPUT_FIND, "b");
	expect_betrayal();
	ask_number(TASK_OUTPUT_END, 2);
	expect_answer(OK);
	ck_assert(find("b") == 2);
}
END_TEST

START_TEST(outputs_are_those_that_were_named)
{
	static const char *const others[] = {
		"/etc/passwd", "other", "out/b", "out/a/../b", "../out/a",
		"", "a.txt", "/dev/sda", "/proc/self/mem", "in.txt", "core",
	};

	ck_assert_int_eq(mkdir("out", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		ask_path(TASK_OUTPUT_FIND, others[i]);
		expect_answer(ERR_PERMISSION + 1);
		ask_path(TASK_FOLDER, others[i]);
		packet_add(&request, FOLDER_MAKE_ALL);
		expect_answer(ERR_PERMISSION + 1);
	}
	ask_path(TASK_OUTPUT_FIND, "out/a/b");
	expect_refused();
	ck_assert_uint_eq(count_entries("out"), 2);
	ck_assert_uint_eq(count_entries("."), 3);
}
END_TEST

START_TEST(special_files_are_not_created)
{
	uint64_t number = find("/dev/stdout");
	int reader_end, fd;

	ck_assert_uint_eq(reply.nr_fds, 1);
	ask_numbers(TASK_OUTPUT_CREATE, number, 0600);
	expect_betrayal();
	ask_numbers(TASK_OUTPUT_PUBLISH, number, 0);
	expect_betrayal();
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	reader_end = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	number = find("fifo");
	fd = packet_take_fd(&reply);
	ck_assert_int_ge(fd, 0);
	/* Who writes to it waits as usual. */
	ck_assert(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	ask_numbers(TASK_OUTPUT_CREATE, number, 0600);
	expect_betrayal();
	ck_assert_uint_eq(count_entries("."), 3);
	close(fd);
	close(reader_end);
}
END_TEST

START_TEST(folders_are_made)
{
	ask_path(TASK_FOLDER, "folder");
	packet_add(&request, FOLDER_MAKE_NONE);
	expect_refused();
	ask_path(TASK_FOLDER, "folder/x/y");
	packet_add(&request, FOLDER_MAKE_ALL);
	expect_answer(OK);
	ck_assert_uint_eq(reply.nr_fds, 0);
	ck_assert_uint_eq(count_entries("folder/x"), 3);
}
END_TEST

/* --- nothing stays open --- */

START_TEST(descriptors_do_not_grow)
{
	unsigned int before;

	write_file("in.txt", "x", 1);
	before = count_fds();
	for (int i = 0; i < 100; i++) {
		close(create(find("b")));
		ask_path(TASK_INPUT, "in.txt");
		expect_answer(OK);
		packet_release(&reply);
		requests_end_worker(&asking);
	}
	ck_assert_uint_eq(count_fds(), before);
	ck_assert_uint_eq(count_entries("."), 3);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	run_in_folder(tc);
	tcase_add_checked_fixture(tc, asking_begin, asking_end);
	tcase_add_test(tc, output_is_written);
	tcase_add_test(tc, output_is_removed_when_the_worker_ends);
	tcase_add_test(tc, outputs_have_an_order);
	tcase_add_test(tc, outputs_are_few_at_once);
	tcase_add_test(tc, outputs_are_those_that_were_named);
	tcase_add_test(tc, special_files_are_not_created);
	tcase_add_test(tc, folders_are_made);
	tcase_add_test(tc, descriptors_do_not_grow);
}
