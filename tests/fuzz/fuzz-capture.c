/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz the reader of captures: open what may be one, ask all there is to ask,
 * write it again.
 *
 * Half of all changes are to fields of sections or to integers in them.
 * Checksums are not looked at, or no change would get behind them.
 *
 * tests/fuzz/corpus is small captures, and what has once gone wrong.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/chain.h"
#include "analysis/cycles.h"
#include "analysis/compare/series.h"
#include "heap/capture/capture-format.h"
#include "heap/capture/capture.h"
#include "output/reports/diff.h"
#include "output/export/jsonl.h"
#include "output/leaks/leaks.h"
#include "output/reports/object.h"
#include "ask.h"
#include "fuzz.h"
#include "tiny.h"

/* What is made of more objects than that takes long, but finds no more. */
#define MANY 2000

static struct fuzzer fuzzer;

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
	struct retained_view view;

	retained_build(h, &view);
	for (oid o = 0; o < h->nr_objects && o < 20; o++) {
		object_text(&view, o, 50, &format, out);
		json_decref(object_json(&view, o, 50));
		heap_find(h, h->address[o]);
		str_cut(out, 0);
	}
	retained_release(&view);
	heap_find(h, UINT64_MAX);
}

/* Against itself, too: then all must have been taken for what it is. */
static void ask_leaks(struct heap *h, struct str *out)
{
	const struct suspects_options options = { 0, 1, 1, 0, 0, 1 };
	const struct format format = { .utf8 = true };

	for (size_t nr_older = 0; nr_older < 2; nr_older++) {
		struct suspects suspects;
		struct tasks tasks;
		struct leaks_found found = { .suspects = &suspects,
					     .tasks = &tasks };

		suspects_build(h, &options, nr_older, &suspects);
		tasks_build(h, NULL, &tasks);
		leaks_text(&found, &format, out);
		json_decref(leaks_json(&found));
		if (nr_older)
			suspects_compare(&suspects, h);
		suspects_finish(&suspects);
		leaks_text(&found, &format, out);
		str_cut(out, 0);
		tasks_release(&tasks);
		suspects_release(&suspects);
	}
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
	const struct growth_options options = { .limit = 50 };
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
	free(other.info.boot);
	other.info.boot = xstrdup(h->info.boot);
	other.info.start_ticks = h->info.start_ticks;
	other.info.pid_namespace = h->info.pid_namespace;
	other.info.inner_pid = 0;
	for (int i = 0; i < 2; i++) {
		other.info.pid = (h->info.pid & 0xffff) + 1 + i;
		h->info.pid = other.info.pid - i;
		h->info.inner_pid = 0;
		diff_of(&other, h, h);
		diff_of(h, &other, &other);
		diff_of(&other, h, &other);
	}
}

static void ask(struct heap *h)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	ask_summary(h, &out);
	ask_memory(h, &out);
	if (h->nr_objects > MANY || h->edges.nr > 10 * MANY)
		return;
	ask_objects(h, &out);
	ask_chains(h);
	ask_cycles(h);
	ask_leaks(h, &out);
	ask_export(h);
	ask_report(h);
	ask_tables(h);
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
		fuzzer.nr_opened++;
		ask(&h);
	}
	return 0;
}

#ifndef LIBFUZZER

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
	size_t at;

	if (!find_table(in, &t) || !fuzz_any(8))
		return fuzz_any(in->size);
	memcpy(&s, in->bytes + t.table + fuzz_any(t.nr_sections) * sizeof(s),
	       sizeof(s));
	if (s.offset >= in->size || !s.stored)
		return fuzz_any(in->size);
	at = s.offset + fuzz_any(s.stored);
	return MIN(at, in->size - 1);
}

static void change_field(struct input *in)
{
	struct capture_trailer t;
	uint64_t value = fuzz_odd_number();
	size_t at;

	if (!find_table(in, &t))
		return;
	at = t.table +
	     fuzz_any(t.nr_sections) * sizeof(struct capture_section) +
	     4 * fuzz_any(sizeof(struct capture_section) / 4);
	memcpy(in->bytes + at, &value, fuzz_any(2) ? 4 : 1);
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

static struct fuzzer fuzzer = {
	.name = "capture",
	.size_max = 1 << 20,
	.place = any_place,
	.change = change_field,
	.make = make_corpus,
};

int main(int argc, char **argv)
{
	return fuzz_main(&fuzzer, argc, argv);
}

#endif
