/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that is reached through another process: target/remote/.
 *
 * The broker is a thread here, since a sibling of the target may not be allowed
 * to trace it (Yama); all that it has of the worker is a socket.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/broker/task.h"
#include "child.h"
#include "target/live/live-data.h"
#include "target/remote/remote.h"
#include "target/remote/serve.h"
#include "target/remote/shape.h"
#include "suite.h"

const char suite_name[] = "remote";

#define PAGE MEMORY_PAGE
/* Larger mappings are the shadow of a sanitizer. */
#define COMPARED_MAX (UINT64_C(64) << 20)

/* --- the broker --- */

static pid_t allowed;

static bool may(void *context, pid_t pid)
{
	(void)context;
	return pid == allowed;
}

static struct server server = { .may = may };

static void *serve(void *argument)
{
	int *socket = argument;

	for (;;) {
		CLEANUP(packet_release) struct packet request = PACKET_INIT;
		CLEANUP(packet_release) struct packet reply = PACKET_INIT;

		if (!packet_receive(*socket, PACKET_REQUEST, &request) ||
		    !serve_request(&server, &request, &reply) ||
		    !packet_send(*socket, PACKET_REPLY, &reply))
			break;
	}
	serve_end(&server);
	close(*socket);
	return NULL;
}

/* This process is the worker from now on. */
static void begin(pid_t pid)
{
	static int ends[2];
	pthread_t thread;

	allowed = pid;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				    ends), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, &ends[0]), 0);
	pthread_detach(thread);
	task_begin(ends[1], NULL);
}

/* A target that stands still, as we see it ourselves. */
static struct target *open_still(pid_t pid)
{
	int status;

	kill(pid, SIGSTOP);
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	return child_open(pid);
}

/* --- who it is --- */

static void expect_same_mappings(const struct target *a, const struct target *b)
{
	ck_assert_uint_eq(a->mappings.nr, b->mappings.nr);
	for (size_t i = 0; i < a->mappings.nr; i++) {
		const struct mapping *m = &a->mappings.v[i];
		const struct mapping *n = &b->mappings.v[i];

		ck_assert_uint_eq(m->start, n->start);
		ck_assert_uint_eq(m->end, n->end);
		ck_assert_uint_eq(m->prot, n->prot);
		ck_assert_int_eq(m->shared, n->shared);
		ck_assert_uint_eq(m->offset, n->offset);
		ck_assert_uint_eq(m->device, n->device);
		ck_assert_uint_eq(m->inode, n->inode);
		ck_assert_str_eq(m->path, n->path);
		ck_assert_int_eq(m->deleted, n->deleted);
	}
}

static void expect_same_process(const struct target *a, const struct target *b)
{
	ck_assert_str_eq(a->name, b->name);
	ck_assert_int_eq(a->pid, b->pid);
	ck_assert_str_eq(a->executable, b->executable);
	ck_assert_str_eq(a->command, b->command);
	ck_assert_str_eq(a->host, b->host);
	ck_assert_str_eq(a->boot, b->boot);
	ck_assert_uint_eq(a->start_time, b->start_time);
	ck_assert_uint_eq(a->start_ticks, b->start_ticks);
	ck_assert_uint_eq(a->pid_namespace, b->pid_namespace);
	ck_assert_int_eq(a->inner_pid, b->inner_pid);
	ck_assert_str_eq(a->live->root, b->live->root);
	ck_assert_int_eq(a->live->pid, b->live->pid);
	ck_assert_ptr_null(b->core);
}

START_TEST(remote_target_is_the_same)
{
	pid_t pid = child_start(child_waiting);
	struct target *own = open_still(pid), *t;

	begin(pid);
	t = child_open(pid);
	ck_assert_ptr_nonnull(t->live->access);
	expect_same_process(own, t);
	expect_same_mappings(own, t);
	ck_assert_uint_eq(own->resident, t->resident);
	ck_assert_uint_eq(own->modules.nr, t->modules.nr);
	target_close(t);
	target_close(own);
	child_finish(pid);
}
END_TEST

/* --- memory before the stop --- */

static uint8_t *area;

static void map_area(size_t len)
{
	area = mmap(NULL, len + PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
	for (size_t i = 0; i < len; i++)
		area[i] = (uint8_t)(i * 13 + i / 4099);
	ck_assert_int_eq(munmap(area + len, PAGE), 0);
}

static const size_t peek_sizes[] = {
	0, 1, 8, SERVE_PEEK_MAX - 1, SERVE_PEEK_MAX, SERVE_PEEK_MAX + 1,
	2 * SERVE_PEEK_MAX, 1000001, 1 << 20,
};

START_TEST(memory_is_peeked)
{
	size_t len = 1 << 20;
	CLEANUP(freep) uint8_t *buf = xmalloc(len + PAGE);
	struct target *t;
	pid_t pid;

	map_area(len);
	pid = child_start(child_waiting);
	begin(pid);
	t = child_open(pid);
	for (size_t i = 0; i < ARRAY_SIZE(peek_sizes); i++) {
		size_t at = len - peek_sizes[i];
		struct error *err;

		memset(buf, 0x55, len + PAGE);
		/* Up to the end of the mapping, and not a byte more. */
		err = target_peek(t, child_address(area) + at, buf,
				  peek_sizes[i]);
		ck_assert_msg(!err, "%zu: %s", peek_sizes[i],
			      err ? err->message : "");
		ck_assert(!memcmp(buf, area + at, peek_sizes[i]));
		ck_assert_uint_eq(buf[peek_sizes[i]], 0x55);
		expect_error(target_peek(t, child_address(area) + at, buf,
					 peek_sizes[i] + 1), ERR_FAULT, "");
	}
	expect_error(target_peek(t, 8, buf, 1), ERR_FAULT, "");
	expect_error(target_peek(t, UINT64_MAX - 3, buf, 8), ERR_FAULT, "");
	target_close(t);
	child_finish(pid);
}
END_TEST

/* --- files --- */

START_TEST(files_are_the_same)
{
	pid_t pid = child_start(child_waiting);
	struct target *own = open_still(pid), *t;
	int nr = 0;

	begin(pid);
	t = child_open(pid);
	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];
		int a = own->source->file(own, m), b = t->source->file(t, m);
		struct stat s, r;

		ck_assert_msg((a < 0) == (b < 0), "%s", m->path);
		if (a < 0)
			continue;
		ck_assert_int_eq(fstat(a, &s), 0);
		ck_assert_int_eq(fstat(b, &r), 0);
		ck_assert(s.st_ino == r.st_ino && s.st_dev == r.st_dev);
		ck_assert_int_eq(fcntl(b, F_GETFL) & O_ACCMODE, O_RDONLY);
		ck_assert(fcntl(b, F_GETFD) & FD_CLOEXEC);
		ck_assert_int_eq(t->source->file(t, m), b);
		nr++;
	}
	ck_assert_int_gt(nr, 0);
	target_close(t);
	target_close(own);
	child_finish(pid);
}
END_TEST

START_TEST(mapping_that_is_not_there_has_no_file)
{
	struct mapping m = { .start = PAGE, .end = 2 * PAGE, .device = 1,
			     .inode = 1, .path = (char[]){ "/etc/passwd" } };
	pid_t pid = child_start(child_waiting);
	struct target *t;

	begin(pid);
	t = child_open(pid);
	ck_assert_int_eq(t->source->file(t, &m), -1);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* --- the copy --- */

static void expect_same_page(struct target *a, struct target *b, raddr addr)
{
	const uint8_t *p = memory_at(&a->memory, addr, PAGE);
	const uint8_t *q = memory_at(&b->memory, addr, PAGE);

	ck_assert_msg(!p == !q, "0x%" PRIx64 ": %d %d", addr, p != NULL,
		      q != NULL);
	ck_assert_msg(!p || !memcmp(p, q, PAGE), "0x%" PRIx64, addr);
}

static uint64_t compare_memory(struct target *a, struct target *b)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < a->mappings.nr; i++) {
		const struct mapping *m = &a->mappings.v[i];

		for (raddr at = m->start; at < m->end &&
		     m->end - m->start <= COMPARED_MAX; at += PAGE) {
			expect_same_page(a, b, at);
			nr++;
		}
	}
	return nr;
}

static void expect_same_threads(const struct target *a, const struct target *b)
{
	ck_assert_uint_eq(a->threads.nr, b->threads.nr);
	for (size_t i = 0; i < a->threads.nr; i++) {
		const struct thread *s = &a->threads.v[i];
		const struct thread *r = &b->threads.v[i];

		ck_assert_int_eq(s->tid, r->tid);
		ck_assert_int_eq(s->host_tid, r->host_tid);
		ck_assert_mem_eq(s->name, r->name, sizeof(s->name));
		ck_assert_uint_eq(s->fs_base, r->fs_base);
		ck_assert_uint_eq(s->pc, r->pc);
		ck_assert_uint_eq(s->sp, r->sp);
	}
}

static void expect_same_ranges(const struct range_vec *a,
			       const struct range_vec *b)
{
	ck_assert_uint_eq(a->nr, b->nr);
	for (size_t i = 0; i < a->nr; i++)
		ck_assert(a->v[i].start == b->v[i].start &&
			  a->v[i].end == b->v[i].end);
}

static void expect_same_residency(struct target *a, struct target *b)
{
	const struct residency *r = target_residency(a);
	const struct residency *s = target_residency(b);

	ck_assert_int_eq(r->basis, s->basis);
	ck_assert_uint_eq(r->bytes, s->bytes);
	ck_assert_uint_eq(r->swapped, s->swapped);
	/* What the process shares with this test changes between two looks. */
	ck_assert_uint_eq(!r->shared, !s->shared);
	ck_assert_uint_eq(r->page_tables, s->page_tables);
	ck_assert_uint_eq(r->before.nr, s->before.nr);
	expect_same_ranges(&r->present, &s->present);
	expect_same_ranges(&r->changed, &s->changed);
}

START_TEST(copy_is_the_same)
{
	struct target *own, *t;
	pid_t pid;

	map_area(3 << 20);
	pid = child_start(child_counting);
	/* A thread tells the kernel its list of mutexes when it begins. */
	t = child_open(pid);
	for (size_t i = 0; i < CHILD_THREADS; i++)
		while (!child_peek(t, &child_pairs[i].first))
			sleep_ms(1);
	target_close(t);
	own = open_still(pid);
	child_snapshot(own, &child_stopped);
	begin(pid);
	t = child_open(pid);
	/* A second one replaces the first.  Without a stop the copy is the
	 * same, and so is what is known of the threads. */
	for (int i = 0; i < 2; i++) {
		const struct snapshot_options unstopped = { .stop =
							    STOP_NEVER };

		child_snapshot(t, i ? &unstopped : &child_stopped);
		ck_assert_int_eq(t->stopped, i ? STOPPED_NONE : STOPPED_ALL);
		expect_same_process(own, t);
		expect_same_mappings(own, t);
		expect_same_threads(own, t);
		expect_same_residency(own, t);
		ck_assert_uint_eq(own->memory.nr_segments,
				  t->memory.nr_segments);
		ck_assert_uint_eq(own->memory.bytes_copied,
				  t->memory.bytes_copied);
		ck_assert_uint_eq(own->lost, t->lost);
		ck_assert_uint_eq(own->resident, t->resident);
		ck_assert_uint_eq(!t->pause_ns, i);
		ck_assert_uint_ge(t->taken_at, own->taken_at);
		ck_assert_uint_gt(compare_memory(own, t), 100);
	}
	child_expect_untraced(pid);
	target_close(t);
	target_close(own);
	child_finish(pid);
}
END_TEST

START_TEST(copy_outlives_the_process_and_the_broker_s_target)
{
	struct target *t;
	pid_t pid;

	map_area(1 << 20);
	pid = child_start(child_waiting);
	begin(pid);
	t = child_open(pid);
	child_snapshot(t, NULL);
	child_finish(pid);
	for (size_t i = 0; i < 1 << 20; i += PAGE)
		ck_assert(!memcmp(memory_at(&t->memory,
					    child_address(area) + i, PAGE),
				  area + i, PAGE));
	target_close(t);
}
END_TEST

START_TEST(closed_gate_is_an_error)
{
	struct snapshot_options options = { .retries = 3,
					    .stop = STOP_ALWAYS };
	pid_t pid;
	struct target *t;

	map_area(PAGE);
	options.gate.word = child_address(area + 4);
	pid = child_start(child_waiting);
	begin(pid);
	t = child_open(pid);
	expect_error(target_snapshot(t, &options), ERR_SYSTEM, "collection");
	child_expect_untraced(pid);
	options.gate.word = 8;
	expect_error(target_snapshot(t, &options), ERR_FAULT, "");
	child_expect_untraced(pid);
	child_snapshot(t, NULL);
	target_close(t);
	child_finish(pid);
}
END_TEST

/* --- a target that is gone --- */

START_TEST(process_that_is_gone_is_not_opened)
{
	pid_t pid = child_start(child_waiting);
	struct target *t;

	begin(pid);
	child_finish(pid);
	expect_error(target_open_pid(pid, &t), ERR_NOT_FOUND, "");
}
END_TEST

START_TEST(process_that_goes_is_gone_at_each_step)
{
	pid_t pid = child_start(child_waiting);
	struct target *t;
	char c;

	begin(pid);
	t = child_open(pid);
	child_finish(pid);
	expect_error(target_peek(t, child_address(&c), &c, 1), ERR_GONE, "");
	expect_error(target_snapshot(t, NULL), ERR_GONE, "");
	for (size_t i = 0; i < t->mappings.nr; i++)
		t->source->file(t, &t->mappings.v[i]);
	target_close(t);
}
END_TEST

/* --- what may be asked for --- */

START_TEST(only_allowed_processes_are_opened)
{
	CLEANUP(pid_vec_release) struct pid_vec pids = VEC_INIT;
	pid_t pid = child_start(child_waiting);
	struct target *t;

	begin(pid);
	expect_error(target_open_pid(1, &t), ERR_PERMISSION, "named");
	expect_error(target_open_pid(-1, &t), ERR_PERMISSION, "named");
	target_children(getpid(), 10, &pids);
	ck_assert_uint_eq(pids.nr, 0);
	child_finish(pid);
}
END_TEST

static void with_children(void)
{
	for (int i = 0; i < 3; i++)
		if (!fork())
			child_waiting();
	child_waiting();
}

START_TEST(children_are_found)
{
	CLEANUP(pid_vec_release) struct pid_vec pids = VEC_INIT;
	pid_t pid = child_start(with_children);

	begin(pid);
	for (int i = 0; i < 1000 && pids.nr < 3; i++) {
		pids.nr = 0;
		target_children(pid, 10, &pids);
		sleep_ms(5);
	}
	ck_assert_uint_eq(pids.nr, 3);
	pids.nr = 0;
	target_children(pid, 2, &pids);
	ck_assert_uint_eq(pids.nr, 2);
	pids.nr = 0;
	target_children(pid, SIZE_MAX, &pids);
	for (size_t i = 0; i < pids.nr; i++)
		kill(pids.v[i], SIGKILL);
	child_finish(pid);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, remote_target_is_the_same);
	tcase_add_test(tc, memory_is_peeked);
	tcase_add_test(tc, files_are_the_same);
	tcase_add_test(tc, mapping_that_is_not_there_has_no_file);
	tcase_add_test(tc, copy_is_the_same);
	tcase_add_test(tc, copy_outlives_the_process_and_the_broker_s_target);
	tcase_add_test(tc, closed_gate_is_an_error);
	tcase_add_test(tc, process_that_is_gone_is_not_opened);
	tcase_add_test(tc, process_that_goes_is_gone_at_each_step);
	tcase_add_test(tc, only_allowed_processes_are_opened);
	tcase_add_test(tc, children_are_found);
}
