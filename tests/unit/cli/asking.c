/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/commands/command.h"
#include "asking.h"

struct requests asking;
struct packet request, reply;
struct packet_reader reader;

void asking_begin(void)
{
	static sigset_t none;
	char *argv[] = {
		(char[]){ "watch" }, (char[]){ "in.txt" }, (char[]){ "core" },
		(char[]){ "--sysroot=folder" }, (char[]){ "-oout/a" },
		(char[]){ "-ofolder" }, (char[]){ "-ofifo" },
		(char[]){ "-o/dev/stdout" }, (char[]){ "-ob" },
		(char[]){ "-oc" }, (char[]){ "-od" }, (char[]){ "-oe" },
	};
	char folder[] = "test-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	requests_init(&asking, &watch_argp, ARRAY_SIZE(argv), argv, &none);
	request = reply = (struct packet)PACKET_INIT;
}

void asking_end(void)
{
	packet_release(&request);
	packet_release(&reply);
	requests_release(&asking);
}

struct packet *begin(uint32_t kind)
{
	packet_release(&request);
	packet_release(&reply);
	request.kind = kind;
	return &request;
}

bool answered(void)
{
	return requests_answer(&asking, &request, &reply);
}

void expect_betrayal(void)
{
	ck_assert(!answered());
	ck_assert_uint_eq(reply.nr_fds, 0);
}

void expect_answer(uint64_t code)
{
	uint64_t is;

	ck_assert(answered());
	reader = packet_read(&reply);
	is = packet_get(&reader);
	ck_assert_msg(is == code, "%d: %.*s", (int)is, (int)reader.left,
		      reader.at);
	if (code)
		ck_assert_uint_eq(reply.nr_fds, 0);
}

void expect_refused(void)
{
	ck_assert(answered());
	reader = packet_read(&reply);
	ck_assert(packet_get(&reader) != OK);
	ck_assert_uint_eq(reply.nr_fds, 0);
}

void ask_path(uint32_t kind, const char *path)
{
	packet_add_text(begin(kind), path);
}

void ask_number(uint32_t kind, uint64_t number)
{
	packet_add(begin(kind), number);
}

void ask_numbers(uint32_t kind, uint64_t number, uint64_t second)
{
	ask_number(kind, number);
	packet_add(&request, second);
}

void write_file(const char *path, const void *bytes, size_t len)
{
	FILE *out = fopen(path, "we");

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
	fclose(out);
}
