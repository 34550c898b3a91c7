/*
 * Fuzz the reader of captures: open what may be one, ask all there is to ask,
 * write it again.
 *
 *	fuzz-capture [-seconds=N] [-seed=N] FILE...	mutate these
 *	fuzz-capture -runs FILE...			run them as they are
 *	fuzz-capture -make DIRECTORY			make the corpus
 *
 * With clang -fsanitize=fuzzer -DLIBFUZZER it is a libFuzzer target.  Without,
 * it mutates files by itself, not led by coverage, but knowing the format:
 * half of all changes are to fields of sections or to integers in them.
 * Checksums are not looked at, or no change would get behind them.
 *
 * tests/fuzz/corpus is small captures, and what has once gone wrong.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "analysis/chain.h"
#include "analysis/cycles.h"
#include "analysis/series.h"
#include "analysis/summary.h"
#include "heap/capture-format.h"
#include "heap/capture.h"
#include "output/diff.h"
#include "output/jsonl.h"
#include "output/object.h"
#include "output/summary.h"
#include "tiny.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is made of more objects than that takes long, but finds no more. */
#define MANY 2000

static uint64_t nr_opened;

static void ask_summary(struct heap *h, struct str *out)
{
	CLEANUP(summary_release) struct summary s = { 0 };
	const struct format format = { .header = true };

	summary_build(h, NULL, SUMMARY_BY_NAME, &s);
	summary_text(h, &s, 0, &format, out);
	json_decref(summary_json(h, &s, 0));
}

static void ask_chains(struct heap *h)
{
	struct chain_options options = CHAIN_OPTIONS_DEFAULT;
	oid targets[] = { 0, h->nr_objects / 2 };
	struct chains chains;

	if (!h->nr_objects)
		return;
	options.count = 3;
	chain_find(h, targets, h->nr_objects > 1 ? 2 : 1, &options, &chains);
	chain_release(&chains);
}

static void ask_cycles(struct heap *h)
{
	struct garbage garbage;
	struct cycles cycles;
	struct reach reach;

	reach_build(h, NULL, &reach);
	garbage_build(h, &garbage);
	cycles_build(h, &reach, &garbage, &cycles);
	cycles_release(&cycles);
	garbage_release(&garbage);
	reach_release(&reach);
}

static void ask_objects(struct heap *h, struct str *out)
{
	const struct format format = { .utf8 = true };

	for (oid o = 0; o < h->nr_objects && o < 20; o++) {
		object_text(h, o, 50, &format, out);
		json_decref(object_json(h, o, 50));
		heap_find(h, h->address[o]);
		str_cut(out, 0);
	}
	heap_find(h, UINT64_MAX);
}

static void ask_export(struct heap *h)
{
	FILE *null = fopen("/dev/null", "we");

	if (!null)
		abort();
	error_free(jsonl_write(h, null));
	fclose(null);
}

static void ask_again(struct heap *h)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (int i = 0; i <= REDACT_ALL; i++) {
		const struct capture_options o = {
			.plain = i & 1, .redaction = (enum heap_redaction)i };

		error_free(capture_write(h, &o, fd));
	}
	close(fd);
}

static void show_diff(const struct diff_found *d)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	const struct format format = { .header = true };

	diff_text(d, &format, &out);
	json_decref(diff_json(d));
}

static void diff_of(struct heap *old, struct heap *between, struct heap *new)
{
	const struct heap_info *infos[] = { &old->info, &between->info,
					    &new->info };
	const char *const names[] = { "old", "between", "new" };
	const struct grow_options options = { .limit = 50 };
	struct series series;
	struct match match;
	struct diff diff;
	struct grow grow;

	match_build(old, new, &match);
	diff_build(old, new, &match, NULL, NULL, DIFF_BY_BYTES, &diff);
	grow_build(old, new, &match, &options, &grow);
	for (size_t nr = 2; nr <= 3; nr++) {
		series_init(&series, nr, new, &diff, &grow);
		if (nr > 2)
			series_add(&series, 1, between);
		infos[nr - 1] = &new->info;
		show_diff(&(struct diff_found){
			.old = old, .new = new, .infos = infos, .names = names,
			.match = &match, .diff = &diff, .grow = &grow,
			.series = &series });
		infos[1] = &between->info;
		series_release(&series);
	}
	grow_release(&grow);
	diff_release(&diff);
	match_release(&match);
}

/* Of one process and of two. */
static void ask_diff(struct heap *h)
{
	CLEANUP(heap_release) struct heap other;

	tiny_build(&other);
	other.info.start_time = h->info.start_time;
	for (int i = 0; i < 2; i++) {
		other.info.pid = (h->info.pid & 0xffff) + 1 + i;
		h->info.pid = other.info.pid - i;
		diff_of(&other, h, h);
		diff_of(h, &other, &other);
		diff_of(&other, h, &other);
	}
}

static void ask(struct heap *h)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	ask_summary(h, &out);
	if (h->nr_objects > MANY || h->edges.nr > 10 * MANY)
		return;
	ask_objects(h, &out);
	ask_chains(h);
	ask_cycles(h);
	ask_export(h);
	ask_diff(h);
	ask_again(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(heap_release) struct heap h = { 0 };
	/* The same on the heap's end, so that a read behind it is seen. */
	CLEANUP(freep) uint8_t *copy = xmalloc(size);
	struct error *err;

	memcpy(copy, data, size);
	error_free(capture_open_memory(copy, size, false, &h));
	heap_release(&h);
	err = capture_open_memory(copy, size, true, &h);
	error_free(err);
	if (!err) {
		nr_opened++;
		ask(&h);
	}
	return 0;
}

#ifndef LIBFUZZER

/* --- mutation --- */

struct input {
	uint8_t *bytes;
	size_t size;
};
VEC_DEFINE(input_vec, struct input);

static uint64_t state;

static uint64_t any(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return limit ? state % limit : 0;
}

static uint64_t odd_number(void)
{
	static const uint64_t odd[] = {
		0, 1, 7, 8, 127, 128, 255, 256, 4095, 4096, 65535, INT32_MAX,
		UINT32_MAX, UINT64_C(1) << 32, INT64_MAX, UINT64_MAX,
	};

	return odd[any(ARRAY_SIZE(odd))] + any(5) - 2;
}

static bool find_table(const struct input *in, struct capture_trailer *ret)
{
	if (in->size < sizeof(*ret))
		return false;
	memcpy(ret, in->bytes + in->size - sizeof(*ret), sizeof(*ret));
	return ret->nr_sections && ret->nr_sections < 100 &&
	       ret->table < in->size &&
	       ret->nr_sections * sizeof(struct capture_section) <
		       in->size - ret->table;
}

/* Where something is, not the zeros between sections. */
static size_t any_place(const struct input *in)
{
	struct capture_trailer t;
	struct capture_section s;

	if (!find_table(in, &t) || !any(8))
		return any(in->size);
	memcpy(&s, in->bytes + t.table + any(t.nr_sections) * sizeof(s),
	       sizeof(s));
	if (s.offset >= in->size || !s.stored)
		return any(in->size);
	return MIN(s.offset + any(s.stored), in->size - 1);
}

static void change_field(struct input *in)
{
	struct capture_trailer t;
	uint64_t value = odd_number();
	size_t at;

	if (!find_table(in, &t))
		return;
	at = t.table + any(t.nr_sections) * sizeof(struct capture_section) +
	     4 * any(sizeof(struct capture_section) / 4);
	memcpy(in->bytes + at, &value, any(2) ? 4 : 1);
}

static void change_number(struct input *in)
{
	size_t at = any_place(in), width = (size_t)1 << any(4);
	uint64_t value = any(2) ? odd_number() : any(64);

	at -= at % width;
	if (at + width <= in->size)
		memcpy(in->bytes + at, &value, width);
}

static void copy_part(struct input *in)
{
	size_t from = any_place(in), to = any_place(in);
	size_t len = 1 + any(32);

	len = MIN(len, in->size - MAX(from, to));
	memmove(in->bytes + to, in->bytes + from, len);
}

static void cut(struct input *in)
{
	size_t at = any_place(in), len = MIN(1 + any(16), in->size - at);

	memmove(in->bytes + at, in->bytes + at + len, in->size - at - len);
	in->size -= len;
}

static void mutate(struct input *in)
{
	for (uint64_t nr = 1 + any(4); nr && in->size; nr--) {
		switch (any(8)) {
		case 0:
			in->bytes[any_place(in)] ^= (uint8_t)(1 << any(8));
			break;
		case 1:
			in->bytes[any_place(in)] = (uint8_t)any(256);
			break;
		case 2:
			copy_part(in);
			break;
		case 3:
			if (!any(10))
				cut(in);
			break;
		case 4:
		case 5:
			change_field(in);
			break;
		default:
			change_number(in);
		}
	}
}

/* --- main --- */

static void add_input(struct input_vec *v, const char *path)
{
	struct input in = { xmalloc(1 << 20), 0 };
	FILE *f = fopen(path, "re");

	if (!f) {
		perror(path);
		exit(2);
	}
	in.size = fread(in.bytes, 1, 1 << 20, f);
	fclose(f);
	input_vec_push(v, in);
}

static void make_file(const char *folder, const char *name,
		      const struct capture_options *o)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s.pyheld", folder, name);
	CLEANUP(heap_release) struct heap h;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	tiny_build(&h);
	if (fd < 0 || capture_write(&h, o, fd) || close(fd)) {
		perror(path);
		exit(2);
	}
}

static int make_corpus(const char *folder)
{
	make_file(folder, "packed", &(struct capture_options){ 0 });
	make_file(folder, "plain", &(struct capture_options){ .plain = true });
	make_file(folder, "redacted", &(struct capture_options){
		.redaction = REDACT_CONTENTS });
	make_file(folder, "redacted-all", &(struct capture_options){
		.redaction = REDACT_ALL });
	return 0;
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
static void keep(const struct input *in)
{
	int fd = open("fuzz-capture.input", O_WRONLY | O_CREAT | O_TRUNC |
						    O_CLOEXEC, 0666);

	if (fd < 0 || write(fd, in->bytes, in->size) != (ssize_t)in->size) {
		perror("fuzz-capture.input");
		exit(2);
	}
	close(fd);
}

static void fuzz(const struct input_vec *inputs, time_t seconds)
{
	CLEANUP(freep) uint8_t *bytes = xmalloc(1 << 20);
	time_t end = time(NULL) + seconds;
	uint64_t nr = 0;

	for (; time(NULL) < end; nr++) {
		const struct input *from = &inputs->v[any(inputs->nr)];
		struct input in = { bytes, from->size };

		memcpy(bytes, from->bytes, from->size);
		mutate(&in);
		keep(&in);
		set_limits();
		LLVMFuzzerTestOneInput(in.bytes, in.size);
	}
	unlink("fuzz-capture.input");
	printf("%" PRIu64 " inputs, %" PRIu64 " opened\n", nr, nr_opened);
}

int main(int argc, char **argv)
{
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
			return make_corpus(argv[i + 1]);
		else
			add_input(&inputs, argv[i]);
	}
	if (!inputs.nr) {
		fputs("usage: fuzz-capture [-seconds=N] [-seed=N] FILE...\n",
		      stderr);
		return 2;
	}
	set_limits();
	for (size_t i = 0; i < inputs.nr; i++)
		LLVMFuzzerTestOneInput(inputs.v[i].bytes, inputs.v[i].size);
	if (!as_they_are)
		fuzz(&inputs, seconds);
	for (size_t i = 0; i < inputs.nr; i++)
		free(inputs.v[i].bytes);
	input_vec_release(&inputs);
	return 0;
}

#endif
