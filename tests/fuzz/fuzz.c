/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "fuzz.h"

#ifndef LIBFUZZER

static uint64_t state;

uint64_t fuzz_any(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return limit ? state % limit : 0;
}

uint64_t fuzz_odd_number(void)
{
	static const uint64_t odd[] = {
		0, 1, 7, 8, 127, 128, 255, 256, 4095, 4096, 65535, INT32_MAX,
		UINT32_MAX, UINT64_C(1) << 32, INT64_MAX, UINT64_MAX,
	};

	return odd[fuzz_any(ARRAY_SIZE(odd))] + fuzz_any(5) - 2;
}

/* --- mutation --- */

static void change_number(const struct fuzzer *f, struct input *in)
{
	size_t at = f->place(in), width = (size_t)1 << fuzz_any(4);
	uint64_t value = fuzz_any(2) ? fuzz_odd_number() : fuzz_any(64);

	at -= at % width;
	if (at + width <= in->size)
		memcpy(in->bytes + at, &value, width);
}

static void copy_part(const struct fuzzer *f, struct input *in)
{
	size_t from = f->place(in), to = f->place(in);
	size_t len = 1 + fuzz_any(32);

	/* Half of them whole words, as pointers are. */
	if (fuzz_any(2)) {
		from &= ~(size_t)7;
		to &= ~(size_t)7;
		len = 8;
	}
	len = MIN(len, in->size - MAX(from, to));
	memmove(in->bytes + to, in->bytes + from, len);
}

static void cut(const struct fuzzer *f, struct input *in)
{
	size_t at = f->place(in), len = 1 + fuzz_any(16);

	len = MIN(len, in->size - at);
	memmove(in->bytes + at, in->bytes + at + len, in->size - at - len);
	in->size -= len;
}

static void mutate(const struct fuzzer *f, struct input *in)
{
	for (uint64_t nr = 1 + fuzz_any(4); nr && in->size; nr--) {
		switch (fuzz_any(8)) {
		case 0:
			in->bytes[f->place(in)] ^= (uint8_t)(1 << fuzz_any(8));
			break;
		case 1:
			in->bytes[f->place(in)] = (uint8_t)fuzz_any(256);
			break;
		case 2:
			copy_part(f, in);
			break;
		case 3:
			if (!fuzz_any(10))
				cut(f, in);
			break;
		case 4:
		case 5:
			f->change(in);
			break;
		default:
			change_number(f, in);
		}
	}
}

/* --- running --- */

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void add_input(const struct fuzzer *f, struct input_vec *v,
		      const char *path)
{
	struct input in = { NULL, 0 };
	FILE *file = fopen(path, "re");
	struct stat st;

	if (!file || fstat(fileno(file), &st))
		fail(path);
	if ((size_t)st.st_size > f->size_max) {
		fprintf(stderr, "%s: too large\n", path);
		exit(2);
	}
	in.bytes = xmalloc((size_t)st.st_size + 1);
	in.size = fread(in.bytes, 1, (size_t)st.st_size, file);
	fclose(file);
	input_vec_push(v, in);
}

/* An input that takes too long, or too much memory, is a bug. */
static void set_limits(void)
{
	struct rlimit memory = { 2ul << 30, 2ul << 30 };

#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &memory);
#endif
	(void)memory;
	alarm(20);
}

/* What is being run, for who looks at what went wrong. */
static void keep(const char *name, const struct input *in)
{
	/* Not O_TRUNC: ext4 would write to the disk each time. */
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0 || write(fd, in->bytes, in->size) != (ssize_t)in->size ||
	    ftruncate(fd, (off_t)in->size))
		fail(name);
	close(fd);
}

static void run(const struct input *in)
{
	set_limits();
	LLVMFuzzerTestOneInput(in->bytes, in->size);
}

static void fuzz(const struct fuzzer *f, const char *name,
		 const struct input_vec *inputs, time_t seconds)
{
	CLEANUP(freep) uint8_t *bytes = xmalloc(f->size_max);
	time_t end = time(NULL) + seconds;
	uint64_t nr = 0;

	for (; time(NULL) < end; nr++) {
		const struct input *from = &inputs->v[fuzz_any(inputs->nr)];
		struct input in = { bytes, from->size };

		memcpy(bytes, from->bytes, from->size);
		mutate(f, &in);
		keep(name, &in);
		run(&in);
	}
	unlink(name);
	printf("%" PRIu64 " inputs, %" PRIu64 " opened\n", nr, f->nr_opened);
}

static int usage(const struct fuzzer *f)
{
	fprintf(stderr, "usage: fuzz-%s [-seconds=N] [-seed=N] FILE...\n",
		f->name);
	return 2;
}

int fuzz_main(struct fuzzer *f, int argc, char **argv)
{
	CLEANUP(freep) char *name = xasprintf("fuzz-%s.input", f->name);
	struct input_vec inputs = VEC_INIT;
	bool as_they_are = false;
	time_t seconds = 60;

	state = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "-seconds=", 9))
			seconds = atol(argv[i] + 9);
		else if (!strncmp(argv[i], "-seed=", 6))
			state = strtoull(argv[i] + 6, NULL, 0) | 1;
		else if (!strcmp(argv[i], "-runs"))
			as_they_are = true;
		else if (!strcmp(argv[i], "-make") && i + 1 < argc)
			return f->make(argv[i + 1]);
		else
			add_input(f, &inputs, argv[i]);
	}
	if (!inputs.nr)
		return usage(f);
	for (size_t i = 0; i < inputs.nr; i++)
		run(&inputs.v[i]);
	if (!as_they_are)
		fuzz(f, name, &inputs, seconds);
	for (size_t i = 0; i < inputs.nr; i++)
		free(inputs.v[i].bytes);
	input_vec_release(&inputs);
	return 0;
}

#endif
