/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz the messages between the two processes: what a worker that is no longer
 * ours asks the broker for, and what the broker says of a process.
 *
 * The first byte of an input says what the rest is: a run of requests (a byte,
 * the kind; two bytes, the length; the body), a process, or a copy of one.  The
 * user has named one folder, in the current one, and no process.
 *
 * tests/fuzz/corpus-packet is one input of each, and what has once gone wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/broker/task.h"
#include "base/files/folder.h"
#include "cli/broker/requests.h"
#include "cli/commands/command.h"
#include "target/live/live-data.h"
#include "target/remote/shape.h"
#include "fuzz.h"

#define FOLDER "fuzz-packet.folder"
#define COPY_PAGES 8

enum { REQUESTS, PROCESS, COPY, NR_INPUTS };

static struct fuzzer fuzzer;

/* --- requests --- */

/* The next request of the bytes, for which there is room; false: none. */
static bool next_request(const uint8_t **at, size_t *left, struct packet *ret)
{
	size_t len;

	if (*left < 3)
		return false;
	ret->kind = (*at)[0];
	len = (size_t)(*at)[1] | (size_t)(*at)[2] << 8;
	*at += 3;
	*left -= 3;
	len = MIN(len, *left);
	len = MIN(len, PACKET_MAX);
	str_add_bytes(&ret->body, (const char *)*at, len);
	*at += len;
	*left -= len;
	return true;
}

static void ask(const uint8_t *at, size_t left)
{
	char *argv[] = { (char[]){ "capture" }, (char[]){ "-o" FOLDER },
			 (char[]){ "-o" FOLDER "/%n" } };
	static sigset_t none;
	struct requests q;
	bool good = true;

	requests_init(&q, &capture_argp, ARRAY_SIZE(argv), argv, &none);
	while (good) {
		CLEANUP(packet_release) struct packet request = PACKET_INIT;
		CLEANUP(packet_release) struct packet reply = PACKET_INIT;

		if (!next_request(&at, &left, &request))
			break;
		/* It prints. */
		if (request.kind == TASK_LOG)
			continue;
		good = requests_answer(&q, &request, &reply);
		fuzzer.nr_opened += good;
	}
	requests_release(&q);
}

/* --- what the broker says --- */

static struct packet reply_of(const uint8_t *bytes, size_t size)
{
	struct packet p = PACKET_INIT;

	str_add_bytes(&p.body, (const char *)bytes, size);
	return p;
}

static void read_process(const uint8_t *bytes, size_t size)
{
	CLEANUP(packet_release) struct packet p = reply_of(bytes, size);
	struct packet_reader r = packet_read(&p);
	struct target *t = xcalloc(1, sizeof(*t));
	CLEANUP(freep) char *root = NULL;

	fuzzer.nr_opened += shape_get_target(&r, t, &root);
	target_release(t);
}

static int copied_file(void)
{
	int fd = memfd_create("copy", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, COPY_PAGES * MEMORY_PAGE)) {
		perror("memfd_create");
		exit(2);
	}
	return fd;
}

static struct mapping some_mapping(void)
{
	return (struct mapping){ .start = 0x10000, .end = 0x14000, .prot = 3,
				 .path = xstrdup("/bin/x") };
}

static void read_copy(const uint8_t *bytes, size_t size)
{
	CLEANUP(packet_release) struct packet p = reply_of(bytes, size);
	struct packet_reader r = packet_read(&p);
	struct mapping_vec known = VEC_INIT;
	struct live live = { .pid = 1 };
	struct shot s;

	mapping_vec_push(&known, some_mapping());
	packet_add_fd(&p, copied_file());
	fuzzer.nr_opened += shape_get_shot(&p, &r, &live, &known, &s);
	shot_release(&s);
	maps_release(&known);
}

/* --- an input --- */

/* Whatever is asked for, nothing stays open. */
static int lowest_free(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int before = lowest_free();

	if (!size)
		return 0;
	if (mkdir(FOLDER, 0700) && errno != EEXIST) {
		perror(FOLDER);
		exit(2);
	}
	setenv("TMPDIR", FOLDER, 1);
	unsetenv("DEBUGINFOD_URLS");
	if (data[0] % NR_INPUTS == REQUESTS)
		ask(data + 1, size - 1);
	else if (data[0] % NR_INPUTS == PROCESS)
		read_process(data + 1, size - 1);
	else
		read_copy(data + 1, size - 1);
	if (lowest_free() != before)
		abort();
	return 0;
}

#ifndef LIBFUZZER

static size_t any_place(const struct input *in)
{
	return fuzz_any(in->size);
}

/* A number of 64 bits, wherever one may begin. */
static void change_field(struct input *in)
{
	uint64_t value = fuzz_any(2) ? fuzz_odd_number() : fuzz_any(40);
	size_t at = 1 + fuzz_any(in->size);

	if (in->size > 8 && at < in->size - 8)
		memcpy(in->bytes + at, &value, sizeof(value));
	else
		in->bytes[fuzz_any(in->size)] = (uint8_t)fuzz_any(30);
}

/* --- the corpus --- */

static void write_input(const char *folder, const char *name, char kind,
			const struct str *rest)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, name);
	FILE *out = fopen(path, "we");

	if (!out || fputc(kind, out) == EOF ||
	    fwrite(rest->s, 1, rest->len, out) != rest->len || fclose(out)) {
		perror(path);
		exit(2);
	}
}

/* Add a request with a text (NULL: none) and numbers. */
static void add(struct str *s, enum task_kind kind, const char *text,
		const uint64_t *numbers, size_t nr)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;

	if (text)
		packet_add_text(&p, text);
	for (size_t i = 0; i < nr; i++)
		packet_add(&p, numbers[i]);
	str_add_char(s, (char)kind);
	str_add_char(s, (char)p.body.len);
	str_add_char(s, (char)(p.body.len >> 8));
	str_add_bytes(s, p.body.s, p.body.len);
}

static void make_outputs(const char *folder)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	add(&s, TASK_OUTPUT_FIND, FOLDER "/a", NULL, 0);
	add(&s, TASK_OUTPUT_FIND, FOLDER "/12", NULL, 0);
	add(&s, TASK_OUTPUT_CREATE, NULL, (uint64_t[]){ 1, 0600 }, 2);
	add(&s, TASK_OUTPUT_CREATE, NULL, (uint64_t[]){ 2, 0644 }, 2);
	add(&s, TASK_OUTPUT_PUBLISH, NULL, (uint64_t[]){ 1, 0 }, 2);
	add(&s, TASK_OUTPUT_END, NULL, (uint64_t[]){ 2 }, 1);
	add(&s, TASK_OUTPUT_END, NULL, (uint64_t[]){ 1 }, 1);
	write_input(folder, "outputs", REQUESTS, &s);
}

static void make_inputs(const char *folder)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	add(&s, TASK_INPUT, FOLDER "/a", NULL, 0);
	add(&s, TASK_KIND, FOLDER, NULL, 0);
	add(&s, TASK_FOLDER, FOLDER "/b", (uint64_t[]){ FOLDER_MAKE_LAST }, 1);
	add(&s, TASK_SCRATCH, NULL, NULL, 0);
	add(&s, TASK_ROOM, NULL, NULL, 0);
	add(&s, TASK_PROCESS_OPEN, NULL, (uint64_t[]){ 1 }, 1);
	add(&s, TASK_PROCESS_CHILDREN, NULL, (uint64_t[]){ 1, 10 }, 2);
	add(&s, TASK_FETCH, "0123456789abcdef", NULL, 0);
	/* Two texts: "" and "/bin/lsx". */
	add(&s, TASK_BELOW, "", (uint64_t[]){ 8, 0x78736c2f6e69622f }, 2);
	write_input(folder, "inputs", REQUESTS, &s);
}

static void make_process(const char *folder)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;
	struct live live = { .root = (char[]){ "/root" } };
	struct target *t = xcalloc(1, sizeof(*t));

	t->name = xstrdup("42");
	t->executable = xstrdup("/bin/x");
	t->command = xstrdup("x y");
	t->host = xstrdup("host");
	t->boot = xstrdup("boot");
	t->pid = t->inner_pid = 42;
	t->live = &live;
	mapping_vec_push(&t->mappings, some_mapping());
	shape_add_target(&p, t);
	target_release(t);
	write_input(folder, "process", PROCESS, &p.body);
}

static void make_copy(const char *folder)
{
	CLEANUP(packet_release) struct packet p = PACKET_INIT;
	struct range all = { 0x10000, 0x14000 };
	struct live live = { .pid = 42 };
	struct mapping_vec none = VEC_INIT;
	struct shot s = { .pause_ns = 1 };
	struct area a = { .start = all.start, .end = all.end };

	copy_init(&s.copy, &live);
	s.copy.file = copied_file();
	a.bytes = mmap(NULL, a.end - a.start, PROT_READ | PROT_WRITE,
		       MAP_SHARED, s.copy.file, 0);
	area_vec_push(&s.copy.areas, a);
	mapping_vec_push(&s.copy.mappings, some_mapping());
	range_vec_push(&s.copy.ranges, all);
	piece_vec_push(&s.copy.pieces, (struct piece){ .end_range = 1 });
	thread_vec_push(&s.threads, (struct thread){ .tid = 42 });
	residency_add(&s.residency, all.start, all.end);
	residency_sort(&s.residency);
	if (!shape_add_shot(&p, &s, &none))
		exit(2);
	write_input(folder, "copy", COPY, &p.body);
	shot_release(&s);
}

static int make_corpus(const char *folder)
{
	make_outputs(folder);
	make_inputs(folder);
	make_process(folder);
	make_copy(folder);
	return 0;
}

static struct fuzzer fuzzer = {
	.name = "packet",
	.size_max = 1 << 16,
	.place = any_place,
	.change = change_field,
	.make = make_corpus,
};

int main(int argc, char **argv)
{
	return fuzz_main(&fuzzer, argc, argv);
}

#endif
