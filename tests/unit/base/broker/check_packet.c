/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages between two processes that need not trust one another:
 * base/broker/packet.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/broker/packet.h"
#include "entries.h"
#include "suite.h"

const char suite_name[] = "packet";

/* As packet.c has it. */
struct header {
	uint32_t kind;
	uint32_t in_file;
	uint64_t len;
};

static int ends[2];

static void set_up(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				    ends), 0);
}

static void tear_down(void)
{
	close(ends[0]);
	close(ends[1]);
}

/* --- fields --- */

START_TEST(numbers_come_together)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;
	static const uint64_t went[] = { 1, UINT64_MAX, 3 };
	uint64_t came[3];
	struct packet_reader r;

	packet_add_numbers(&p, went, 3);
	packet_add(&p, 4);
	r = packet_read(&p);
	ck_assert_uint_eq(packet_get(&r), 1);
	packet_get_numbers(&r, came, 3);
	ck_assert_uint_eq(came[0], UINT64_MAX);
	ck_assert_uint_eq(came[2], 4);
	ck_assert(packet_is_read(&r));
	r = packet_read(&p);
	packet_get(&r);
	packet_get(&r);
	/* One is not there. */
	packet_get_numbers(&r, came, 3);
	ck_assert_uint_eq(came[0] | came[1] | came[2], 0);
	ck_assert(r.failed);
}
END_TEST

START_TEST(fields_come_as_they_went)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;
	CLEANUP(freep) char *text = NULL, *empty = NULL, *none = NULL;
	struct packet_reader r;
	const void *bytes;
	size_t len;

	packet_add(&p, UINT64_MAX);
	packet_add_text(&p, "text");
	packet_add_text(&p, "");
	packet_add_text(&p, NULL);
	packet_add_bytes(&p, "a\0b", 4);
	packet_add_bytes(&p, NULL, 0);
	packet_add(&p, 0);
	r = packet_read(&p);
	ck_assert(packet_get(&r) == UINT64_MAX);
	text = packet_get_text(&r, 4);
	empty = packet_get_text(&r, 0);
	none = packet_get_text(&r, 4);
	ck_assert_str_eq(text, "text");
	ck_assert_str_eq(empty, "");
	ck_assert_ptr_null(none);
	bytes = packet_get_bytes(&r, 2, &len);
	ck_assert_uint_eq(len, 4);
	ck_assert_mem_eq(bytes, "a\0b", 4);
	packet_get_bytes(&r, 8, &len);
	ck_assert_uint_eq(len, 0);
	ck_assert(!packet_is_read(&r));
	ck_assert(packet_get(&r) == 0);
	ck_assert(packet_is_read(&r));
	/* There is no more. */
	ck_assert(packet_get(&r) == 0);
	ck_assert(r.failed && !packet_is_read(&r));
}
END_TEST

/* A body of one number, which says how long the rest is, and the rest. */
static void put(struct packet *p, uint64_t len, const char *rest, size_t nr)
{
	packet_release(p);
	packet_add(p, len);
	str_add_bytes(&p->body, rest, nr);
}

static void expect_no_text(const struct packet *p, size_t max)
{
	struct packet_reader r = packet_read(p);

	ck_assert_ptr_null(packet_get_text(&r, max));
	ck_assert(r.failed && !packet_is_read(&r));
	/* Nothing can be read after a failure. */
	ck_assert(packet_get(&r) == 0);
	ck_assert_ptr_null(packet_get_text(&r, max));
}

static void expect_no_bytes(const struct packet *p, size_t unit)
{
	struct packet_reader r = packet_read(p);
	size_t len = 7;

	ck_assert_ptr_null(packet_get_bytes(&r, unit, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert(r.failed && !packet_is_read(&r));
}

START_TEST(fields_that_are_wrong_fail)
{
	static const uint64_t lens[] = { 5, UINT64_MAX - 1, UINT64_MAX - 7,
					 INT64_MAX, UINT64_C(1) << 32 };
	CLEANUP(packet_release) struct packet p = PACKET_INIT;

	expect_no_text(&p, 100);
	expect_no_bytes(&p, 1);
	str_add_bytes(&p.body, "1234567", 7);
	expect_no_text(&p, 100);
	expect_no_bytes(&p, 1);
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		put(&p, lens[i], "abcd", 4);
		expect_no_text(&p, SIZE_MAX);
		expect_no_bytes(&p, 1);
	}
	/* A text that is no run of bytes. */
	put(&p, UINT64_MAX, "", 0);
	expect_no_bytes(&p, 1);
	put(&p, 4, "abcd", 4);
	expect_no_text(&p, 3);
	expect_no_bytes(&p, 3);
	expect_no_bytes(&p, 8);
	put(&p, 4, "a\0cd", 4);
	expect_no_text(&p, 100);
	put(&p, 4, "abc\0", 4);
	expect_no_text(&p, 100);
}
END_TEST

/* --- bodies --- */

static void fill(struct packet *p, size_t len)
{
	CLEANUP(freep) char *bytes = xmalloc(len + 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	str_add_bytes(&p->body, bytes, len);
}

static void expect_passes(enum packet_way way, size_t len)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;
	CLEANUP(packet_release) struct packet got = PACKET_INIT;

	p.kind = 77;
	fill(&p, len);
	ck_assert(packet_send(ends[0], way, &p));
	ck_assert(packet_receive(ends[1], way, &got));
	ck_assert_uint_eq(got.kind, 77);
	ck_assert_uint_eq(got.nr_fds, 0);
	ck_assert_uint_eq(got.body.len, len);
	ck_assert(!memcmp(got.body.s, p.body.s, len));
}

static const size_t body_sizes[] = { 0, 1, 8, PACKET_MAX - 1, PACKET_MAX };
static const size_t large_sizes[] = { PACKET_MAX + 1, 5 << 20 };

START_TEST(bodies_of_any_size_pass)
{
	unsigned int fds = count_fds();

	for (size_t i = 0; i < ARRAY_SIZE(body_sizes); i++) {
		expect_passes(PACKET_REQUEST, body_sizes[i]);
		expect_passes(PACKET_REPLY, body_sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(large_sizes); i++)
		expect_passes(PACKET_REPLY, large_sizes[i]);
	ck_assert_uint_eq(count_fds(), fds);
}
END_TEST

START_TEST(large_request_is_not_sent)
{
	unsigned int fds = count_fds();
	char c;

	for (size_t i = 0; i < ARRAY_SIZE(large_sizes); i++) {
		CLEANUP(packet_release) struct packet p = PACKET_INIT;

		fill(&p, large_sizes[i]);
		errno = 0;
		ck_assert(!packet_send(ends[0], PACKET_REQUEST, &p));
		ck_assert_int_eq(errno, EMSGSIZE);
	}
	ck_assert_int_lt(recv(ends[1], &c, 1, MSG_DONTWAIT), 0);
	ck_assert_uint_eq(count_fds(), fds);
}
END_TEST

/* --- descriptors --- */

static int numbered_file(char c)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, &c, 1), 1);
	return fd;
}

static void expect_file(int fd, char c)
{
	char is = 0;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &is, 1, 0), 1);
	ck_assert_int_eq(is, c);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

/* By the number of descriptors and the size of the body. */
START_TEST(descriptors_pass_in_replies)
{
	static const size_t sizes[] = { 0, 100, PACKET_MAX, PACKET_MAX + 1,
					5 << 20 };
	unsigned int before = count_fds();

	for (size_t i = 0; i < 3 * ARRAY_SIZE(sizes); i++) {
		CLEANUP(packet_release) struct packet p = PACKET_INIT;
		CLEANUP(packet_release) struct packet got = PACKET_INIT;
		unsigned int nr = i % 3;

		fill(&p, sizes[i / 3]);
		for (unsigned int j = 0; j < nr; j++)
			packet_add_fd(&p, numbered_file((char)('a' + j)));
		ck_assert(packet_send(ends[0], PACKET_REPLY, &p));
		ck_assert(packet_receive(ends[1], PACKET_REPLY, &got));
		ck_assert_uint_eq(got.nr_fds, nr);
		ck_assert_uint_eq(got.body.len, sizes[i / 3]);
		ck_assert(!memcmp(got.body.s, p.body.s, got.body.len));
		/* One stays, and is closed with the packet. */
		if (nr)
			expect_file(packet_take_fd(&got), 'a');
		ck_assert_uint_eq(got.nr_fds, nr ? nr - 1 : 0);
	}
	ck_assert_uint_eq(count_fds(), before);
}
END_TEST

START_TEST(no_descriptor_is_there_to_be_taken)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;

	ck_assert_int_eq(packet_take_fd(&p), -1);
	packet_add_fd(&p, numbered_file('x'));
	expect_file(packet_take_fd(&p), 'x');
	ck_assert_int_eq(packet_take_fd(&p), -1);
}
END_TEST

/* --- what no pyheld sends --- */

/* Send bytes as they are, with `nr` descriptors. */
static void send_raw(void *bytes, size_t len, unsigned int nr)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(64 * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec part = { bytes, len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[64];

	for (unsigned int i = 0; i < nr; i++)
		fds[i] = ends[0];
	if (nr) {
		struct cmsghdr *c;

		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(nr * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nr * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nr * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(ends[0], &m, MSG_NOSIGNAL), (ssize_t)len);
}

static void expect_refused(enum packet_way way)
{
	struct packet got = PACKET_INIT;

	errno = 0;
	ck_assert(!packet_receive(ends[1], way, &got));
	ck_assert_int_eq(errno, EBADMSG);
	packet_release(&got);
}

START_TEST(requests_have_no_descriptors)
{
	unsigned int before = count_fds();

	for (unsigned int nr = 1; nr < 64; nr += nr) {
		struct header h = { .kind = 1 };

		send_raw(&h, sizeof(h), nr);
		expect_refused(PACKET_REQUEST);
		ck_assert_uint_eq(count_fds(), before);
	}
	/* Not even in a message without any byte. */
	send_raw(NULL, 0, 2);
	expect_refused(PACKET_REQUEST);
	ck_assert_uint_eq(count_fds(), before);
}
END_TEST

START_TEST(bodies_of_requests_are_in_no_file)
{
	unsigned int before = count_fds();
	struct header h = { .kind = 1, .in_file = 1, .len = 4 };

	for (unsigned int nr = 0; nr < 4; nr++) {
		for (h.in_file = 1; h.in_file; h.in_file <<= 1) {
			send_raw(&h, sizeof(h), nr);
			expect_refused(PACKET_REQUEST);
		}
	}
	ck_assert_uint_eq(count_fds(), before);
}
END_TEST

START_TEST(replies_have_a_file_as_long_as_they_say)
{
	struct header h = { .kind = 1, .in_file = 1, .len = 4 };
	unsigned int before = count_fds();

	/* None; then the socket, which has no bytes to read at a place. */
	for (unsigned int nr = 0; nr < 5; nr++) {
		send_raw(&h, sizeof(h), nr);
		expect_refused(PACKET_REPLY);
	}
	h.len = UINT64_MAX;
	send_raw(&h, sizeof(h), 1);
	expect_refused(PACKET_REPLY);
	ck_assert_uint_eq(count_fds(), before);
}
END_TEST

START_TEST(lengths_are_checked)
{
	static const uint64_t lens[] = { 0, 7, 9, PACKET_MAX, PACKET_MAX + 1,
					 UINT64_MAX, UINT64_MAX - 15,
					 UINT64_C(1) << 32 };
	struct {
		struct header h;
		char body[8];
	} m = { .h.kind = 1 };

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		m.h.len = lens[i];
		send_raw(&m, sizeof(m), 0);
		expect_refused(PACKET_REQUEST);
		send_raw(&m, sizeof(m), 0);
		expect_refused(PACKET_REPLY);
	}
	for (size_t len = 1; len < sizeof(m.h); len++) {
		send_raw(&m, len, 0);
		expect_refused(PACKET_REQUEST);
	}
}
END_TEST

START_TEST(messages_that_are_too_long_are_refused)
{
	CLEANUP(freep) char *bytes = xcalloc(1, 2 * PACKET_MAX);
	struct header h = { .kind = 1, .len = PACKET_MAX + 1 };

	memcpy(bytes, &h, sizeof(h));
	send_raw(bytes, sizeof(h) + PACKET_MAX + 1, 0);
	expect_refused(PACKET_REQUEST);
	h.len = PACKET_MAX;
	memcpy(bytes, &h, sizeof(h));
	send_raw(bytes, sizeof(h) + PACKET_MAX + 1, 0);
	expect_refused(PACKET_REQUEST);
	send_raw(bytes, 2 * PACKET_MAX, 0);
	expect_refused(PACKET_REPLY);
}
END_TEST

static uint64_t state = 88172645463325252;

static uint64_t any(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

/* Random bytes behind a header that is sometimes right. */
START_TEST(random_bytes_do_no_harm)
{
	unsigned int before = count_fds();
	char bytes[4096];

	for (int i = 0; i < 20000; i++) {
		struct packet got = PACKET_INIT;
		enum packet_way way = any(2) ? PACKET_REQUEST : PACKET_REPLY;
		size_t len = 1 + any(any(4) ? 64 : sizeof(bytes));
		struct header h = { (uint32_t)any(30), any(4) == 0, 0 };

		for (size_t j = 0; j < len; j++)
			bytes[j] = (char)any(any(2) ? 256 : 3);
		if (len >= sizeof(h) && any(4)) {
			h.len = len - sizeof(h);
			memcpy(bytes, &h, sizeof(h));
		}
		send_raw(bytes, len, any(3) ? 0 : (unsigned int)any(6));
		if (packet_receive(ends[1], way, &got)) {
			struct packet_reader r = packet_read(&got);

			while (!r.failed && r.left) {
				size_t nr;

				free(packet_get_text(&r, any(100)));
				packet_get_bytes(&r, 1 + any(16), &nr);
			}
		}
		packet_release(&got);
	}
	ck_assert_uint_eq(count_fds(), before);
}
END_TEST

/* --- the other side is gone --- */

START_TEST(closed_socket_is_told_from_bad_messages)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;

	close(ends[0]);
	errno = EINVAL;
	ck_assert(!packet_receive(ends[1], PACKET_REQUEST, &p));
	ck_assert_int_eq(errno, 0);
	ck_assert(!packet_send(ends[1], PACKET_REPLY, &p));
	ck_assert_int_eq(errno, EPIPE);
	fill(&p, 5 << 20);
	ck_assert(!packet_send(ends[1], PACKET_REPLY, &p));
	ck_assert_int_eq(errno, EPIPE);
	ends[0] = -1;
}
END_TEST

/* A worker that asks and never listens must not make the broker wait. */
START_TEST(replies_do_not_wait_for_a_reader)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;
	int nr = 0;

	fill(&p, PACKET_MAX);
	while (nr < 100000 && packet_send(ends[0], PACKET_REPLY, &p))
		nr++;
	ck_assert_int_gt(nr, 0);
	ck_assert_int_lt(nr, 100000);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, numbers_come_together);
	tcase_add_test(tc, fields_come_as_they_went);
	tcase_add_test(tc, fields_that_are_wrong_fail);
	tcase_add_test(tc, bodies_of_any_size_pass);
	tcase_add_test(tc, large_request_is_not_sent);
	tcase_add_test(tc, descriptors_pass_in_replies);
	tcase_add_test(tc, no_descriptor_is_there_to_be_taken);
	tcase_add_test(tc, requests_have_no_descriptors);
	tcase_add_test(tc, bodies_of_requests_are_in_no_file);
	tcase_add_test(tc, replies_have_a_file_as_long_as_they_say);
	tcase_add_test(tc, lengths_are_checked);
	tcase_add_test(tc, messages_that_are_too_long_are_refused);
	tcase_add_test(tc, random_bytes_do_no_harm);
	tcase_add_test(tc, closed_socket_is_told_from_bad_messages);
	tcase_add_test(tc, replies_do_not_wait_for_a_reader);
}
