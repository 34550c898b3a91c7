/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz the reader of core files, and of CPython's memory in them: open what
 * may be one, read its heap, ask a little.
 *
 * A third of all changes are to headers and notes, one to words of writable
 * memory, which are what the target itself may have made of them.
 *
 * tests/fuzz/corpus-core is small forged cores, and what has once gone wrong;
 * tests/e2e/test_fuzz.py adds one of a real Python.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/chain.h"
#include "python/load.h"
#include "ask.h"
#include "forge.h"
#include "fuzz.h"

static struct fuzzer fuzzer;

/* Mappings, threads, files and a little of all memory. */
static void ask_target(struct target *t)
{
	uint8_t bytes[64];

	for (size_t i = 0; i < t->mappings.nr && i < 1000; i++) {
		const struct mapping *m = &t->mappings.v[i];

		error_free(memory_read(&t->memory, m->start, bytes, 64));
		error_free(memory_read(&t->memory, m->end - 64, bytes, 64));
	}
	for (size_t i = 0; i < t->modules.nr; i++)
		modules_image(t, &t->modules.v[i]);
}

static void ask_heap(struct heap *h)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct chain_options options = CHAIN_OPTIONS_DEFAULT;
	oid target = h->nr_objects / 2;
	struct chains chains;

	ask_summary(h, &out);
	ask_memory(h, &out);
	chain_find(h, &target, 1, &options, &chains);
	chain_release(&chains);
	for (oid o = 0; o < h->nr_objects; o += 1 + h->nr_objects / 50)
		heap_preview(h, o, 40, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct load_options options = { .details = size & 1 };
	int fd = forge_open(data, size);
	struct target *t = NULL;
	struct error *err = NULL;
	struct heap h;
	char path[32];

	heap_init(&h);
	forge_path(fd, path);
	if (target_is_core(fd))
		err = target_open_core(path, NULL, &t);
	if (t) {
		ask_target(t);
		err = load_python(t, &options, &h);
		if (!err && h.nr_objects) {
			fuzzer.nr_opened++;
			ask_heap(&h);
		}
	}
	error_free(err);
	heap_release(&h);
	if (t)
		target_close(t);
	close(fd);
	return 0;
}

#ifndef LIBFUZZER

/* --- what is changed --- */

/* Any program header of a type, and with a flag; false: there is none. */
static bool any_header(const struct input *in, uint32_t type, uint32_t flag,
		       Elf64_Phdr *ret, size_t *at)
{
	Elf64_Ehdr e;

	if (in->size < sizeof(e))
		return false;
	memcpy(&e, in->bytes, sizeof(e));
	for (int i = 0; e.e_phnum && i < 30; i++) {
		*at = e.e_phoff + fuzz_any(e.e_phnum) * sizeof(*ret);
		if (*at > in->size || in->size - *at < sizeof(*ret))
			return false;
		memcpy(ret, in->bytes + *at, sizeof(*ret));
		if (ret->p_type == type && (ret->p_flags & flag) == flag &&
		    ret->p_filesz && ret->p_offset < in->size)
			return true;
	}
	return false;
}

/* Of notes, or of memory that can be written. */
static size_t any_place(const struct input *in)
{
	bool notes = !fuzz_any(3);
	Elf64_Phdr h;
	size_t at;

	if (!any_header(in, notes ? PT_NOTE : PT_LOAD, notes ? 0 : PF_W, &h,
			&at))
		return fuzz_any(in->size);
	at = h.p_offset + fuzz_any(h.p_filesz);
	return MIN(at, in->size - 1);
}

/* The header, a program header, or the file's length. */
static void change_header(struct input *in)
{
	uint64_t value = fuzz_any(2) ? fuzz_odd_number() :
				       fuzz_any(1 << 20) * 4096;
	Elf64_Phdr h;
	size_t at;

	if (!fuzz_any(16)) {
		in->size = fuzz_any(in->size);
		return;
	}
	at = 4 * fuzz_any(sizeof(Elf64_Ehdr) / 4);
	if (fuzz_any(16)) {
		if (!any_header(in, fuzz_any(3) ? PT_LOAD : PT_NOTE, 0, &h,
				&at))
			return;
		at += 4 * fuzz_any(sizeof(h) / 4);
	}
	if (at + 8 <= in->size)
		memcpy(in->bytes + at, &value, fuzz_any(2) ? 8 : 1);
}

/* --- the corpus --- */

static void save(const char *folder, const char *name, struct forge *f)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, name);
	FILE *file = fopen(path, "we");

	forge_finish(f);
	if (!file || fwrite(f->file.v, 1, f->file.nr, file) != f->file.nr ||
	    fclose(file)) {
		perror(path);
		exit(2);
	}
	forge_release(f);
}

static int make_corpus(const char *folder)
{
	const uint64_t auxv[] = { AT_ENTRY, 0x400100, AT_PHDR, 0x400040,
				  AT_EXECFN, 0x7fff1f00, AT_NULL, 0 };
	struct forge empty = FORGE_INIT, f = FORGE_INIT;

	forge_load(&empty, 0x10000, 0x1000, PF_R | PF_W, "memory", 6);
	save(folder, "memory", &empty);
	forge_process(&f, 42, "python3", "python3 app.py");
	forge_thread(&f, 43, 0x400200, 0x7fff1000, 0);
	forge_thread(&f, 42, 0x400100, 0x7fff1800, 0x600000);
	forge_note(&f, NT_AUXV, auxv, sizeof(auxv));
	forge_file(&f, 0x400000, 0x402000, 0, "/proc/self/exe");
	forge_file(&f, 0x402000, 0x404000, 2, "/proc/self/exe");
	forge_file(&f, 0x600000, 0x601000, 0, "/gone (deleted)");
	forge_load(&f, 0x400000, 0x2000, PF_R, "\177ELF\2\1\1", 0x40);
	forge_load(&f, 0x402000, 0x2000, PF_R | PF_X, NULL, 0);
	forge_load(&f, 0x404000, 0x1000, PF_R | PF_W, "xdebugpy", 8);
	forge_load(&f, 0x600000, 0x1000, PF_R | PF_W, NULL, 0x100);
	forge_load(&f, 0x7fff1000, 0x1000, PF_R | PF_W, auxv, sizeof(auxv));
	save(folder, "process", &f);
	return 0;
}

static struct fuzzer fuzzer = {
	.name = "core",
	.size_max = 64 << 20,
	.place = any_place,
	.change = change_header,
	.make = make_corpus,
};

int main(int argc, char **argv)
{
	return fuzz_main(&fuzzer, argc, argv);
}

#endif
