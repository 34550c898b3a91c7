/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forge.h"
#include "target/target.h"
#include "suite.h"

static struct error *open_bytes(const void *bytes, size_t len,
				struct target **ret)
{
	int fd = forge_open(bytes, len);
	struct error *err;
	char path[32];

	forge_path(fd, path);
	err = target_open_core(path, NULL, ret);
	close(fd);
	return err;
}

static struct target *open_forged(struct forge *f)
{
	struct target *t = NULL;
	struct error *err;

	if (!f->file.nr)
		forge_finish(f);
	err = open_bytes(f->file.v, f->file.nr, &t);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	return t;
}

static void refused_bytes(const void *bytes, size_t len, enum error_code code,
			  const char *words)
{
	struct target *t = NULL;
	struct error *err = open_bytes(bytes, len, &t);

	ck_assert_ptr_nonnull(err);
	ck_assert_msg(err->code == code && strstr(err->message, words),
		      "not '%s', but: %s", words, err->message);
	ck_assert_ptr_null(strchr(err->message, '\n'));
	error_free(err);
}

static void refused(struct forge *f, enum error_code code, const char *words)
{
	if (!f->file.nr)
		forge_finish(f);
	refused_bytes(f->file.v, f->file.nr, code, words);
}

static void expect_warning(const struct target *t, const char *words)
{
	for (size_t i = 0; i < t->warnings.nr; i++)
		if (strstr(t->warnings.v[i], words))
			return;
	ck_abort_msg("no warning has '%s'", words);
}

static void expect_byte(struct target *t, raddr addr, uint8_t byte)
{
	const uint8_t *p = memory_at(&t->memory, addr, 1);

	ck_assert_msg(p, "0x%lx is not there", (unsigned long)addr);
	ck_assert_uint_eq(*p, byte);
}

static void expect_nothing(struct target *t, raddr addr)
{
	ck_assert_ptr_null(memory_at(&t->memory, addr, 1));
}

static void forge_small(struct forge *f)
{
	forge_process(f, 42, "python3", "python3 app.py");
	forge_load(f, 0x10000, 0x2000, PF_R | PF_W, "memory", 6);
}

/* --- the file --- */

START_TEST(core_knows_what_is_none)
{
	const struct {
		size_t at;
		uint8_t byte;
		const char *words;
	} changes[] = {
		{ 1, 'e', "not a core file" },
		{ EI_CLASS, ELFCLASS32, "32-bit" },
		{ EI_CLASS, 0, "another architecture" },
		{ EI_DATA, ELFDATA2MSB, "another architecture" },
		{ offsetof(Elf64_Ehdr, e_type), ET_EXEC, "a program" },
		{ offsetof(Elf64_Ehdr, e_type), ET_DYN, "a program" },
		{ offsetof(Elf64_Ehdr, e_machine), EM_AARCH64,
		  "another architecture" },
		{ offsetof(Elf64_Ehdr, e_machine), EM_386,
		  "another architecture" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct forge f = FORGE_INIT;

		forge_small(&f);
		forge_finish(&f);
		f.file.v[changes[i].at] = changes[i].byte;
		refused(&f, ERR_UNSUPPORTED, changes[i].words);
		forge_release(&f);
	}
	refused_bytes("", 0, ERR_UNSUPPORTED, "empty");
	refused_bytes("text", 4, ERR_UNSUPPORTED, "not a core file");
	refused_bytes("\177ELF\2\1\1", 7, ERR_UNSUPPORTED, "not a core file");
}
END_TEST

START_TEST(core_refuses_segments_that_cant_be)
{
	const struct {
		Elf64_Phdr h;
		const char *words;
	} cases[] = {
		{ { .p_vaddr = UINT64_MAX - 4095, .p_memsz = 8192 },
		  "beyond all addresses" },
		{ { .p_vaddr = 0x1000, .p_memsz = 8192, .p_filesz = 1,
		    .p_offset = UINT64_MAX }, "beyond all addresses" },
		{ { .p_vaddr = 0x1000, .p_memsz = 4096, .p_filesz = 4097 },
		  "more than it maps" },
		/* All are in the kernel's half, or nothing. */
		{ { .p_vaddr = UINT64_C(1) << 47, .p_memsz = 4096 },
		  "contains no memory" },
		{ { .p_vaddr = 0x1000 }, "contains no memory" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct forge f = FORGE_INIT;

		forge_small(&f);
		forge_finish(&f);
		*forge_phdr(&f, 1) = cases[i].h;
		forge_phdr(&f, 1)->p_type = PT_LOAD;
		refused(&f, ERR_CORRUPT, cases[i].words);
		forge_release(&f);
	}
}
END_TEST

START_TEST(core_refuses_overlaps_and_sorts)
{
	struct forge f = FORGE_INIT;
	struct target *t;

	forge_load(&f, 0x20000, 0x1000, PF_R, "b", 1);
	forge_load(&f, 0x10000, 0x1000, PF_R, "a", 1);
	t = open_forged(&f);
	expect_byte(t, 0x10000, 'a');
	expect_byte(t, 0x20000, 'b');
	target_close(t);
	forge_phdr(&f, 2)->p_memsz = 0x10001;
	refused(&f, ERR_CORRUPT, "overlap at 0x20000");
	forge_phdr(&f, 2)->p_vaddr = 0x20000;
	refused(&f, ERR_CORRUPT, "overlap at 0x20000");
	forge_release(&f);
}
END_TEST

/* As the kernel writes it for more than 65534 mappings. */
START_TEST(core_counts_headers_beyond_16_bits)
{
	struct forge f = FORGE_INIT;
	Elf64_Shdr section = { .sh_info = 3 };
	struct target *t;
	uint64_t end;

	forge_load(&f, 0x10000, 0x1000, PF_R, "a", 1);
	forge_load(&f, 0x20000, 0x1000, PF_R, "b", 1);
	forge_finish(&f);
	end = f.file.nr;
	forge_ehdr(&f)->e_phnum = PN_XNUM;
	forge_ehdr(&f)->e_shoff = end;
	forge_ehdr(&f)->e_shnum = 1;
	forge_ehdr(&f)->e_shentsize = sizeof(section);
	byte_vec_resize(&f.file, end + sizeof(section));
	memcpy(f.file.v + end, &section, sizeof(section));
	t = open_forged(&f);
	expect_byte(t, 0x20000, 'b');
	target_close(t);
	/* Cut short the number is gone: what looks like one is read. */
	f.file.nr = end;
	t = NULL;
	error_free(open_bytes(f.file.v, f.file.nr, &t));
	if (t)
		target_close(t);
	forge_release(&f);
}
END_TEST

START_TEST(core_survives_every_cut)
{
	struct forge f = FORGE_INIT;
	unsigned int opened = 0;

	forge_small(&f);
	forge_thread(&f, 42, 1, 2, 3);
	forge_file(&f, 0x20000, 0x21000, 0, "/lib/a");
	forge_finish(&f);
	for (size_t len = 0; len <= f.file.nr; len++) {
		struct target *t = NULL;
		struct error *err = open_bytes(f.file.v, len, &t);

		ck_assert(!err == !!t);
		error_free(err);
		if (!t)
			continue;
		opened++;
		/* The last bytes are zeros that fill a page. */
		ck_assert(len >= f.file.nr - FORGE_PAGE + 6 || t->missing);
		target_close(t);
	}
	ck_assert_uint_gt(opened, FORGE_PAGE);
	forge_release(&f);
}
END_TEST

/* --- notes --- */

START_TEST(core_tells_process_and_threads)
{
	struct forge f = FORGE_INIT;
	struct target *t;

	forge_thread(&f, 44, 4, 5, 6);	/* who crashed comes first */
	forge_thread(&f, 42, 1, 2, 3);
	forge_small(&f);
	t = open_forged(&f);
	ck_assert_int_eq(t->pid, 0);
	ck_assert_int_eq(t->core_pid, 42);
	ck_assert_str_eq(t->executable, "python3");
	ck_assert_str_eq(t->command, "python3 app.py");
	ck_assert_uint_eq(t->threads.nr, 2);
	ck_assert_int_eq(t->threads.v[0].tid, 42);
	ck_assert_str_eq(t->threads.v[0].name, "python3");
	ck_assert_uint_eq(t->threads.v[0].pc, 1);
	ck_assert_uint_eq(t->threads.v[0].sp, 2);
	ck_assert_uint_eq(t->threads.v[0].fs_base, 3);
	ck_assert_int_eq(t->threads.v[1].tid, 44);
	ck_assert_str_eq(t->threads.v[1].name, "");
	ck_assert_uint_eq(t->warnings.nr, 0);
	target_close(t);
	forge_release(&f);
}
END_TEST

START_TEST(core_tells_the_pid_of_one_thread)
{
	struct forge f = FORGE_INIT, g = FORGE_INIT;
	struct target *t;

	forge_load(&f, 0x10000, 0x1000, PF_R, "a", 1);
	forge_thread(&f, 7, 1, 2, 3);
	t = open_forged(&f);
	ck_assert_int_eq(t->core_pid, 7);
	target_close(t);
	forge_release(&f);
	/* No PID is so large: it is not known. */
	forge_load(&g, 0x10000, 0x1000, PF_R, "a", 1);
	forge_process(&g, 0x80000001, "long-name-of-16b",
		      "arguments of 80 bytes, which no NUL ends; "
		      "0123456789 0123456789 0123456789 012345");
	t = open_forged(&g);
	ck_assert_int_eq(t->core_pid, 0);
	ck_assert_str_eq(t->executable, "long-name-of-16b");
	ck_assert_uint_eq(strlen(t->command), 80);
	target_close(t);
	forge_release(&g);
}
END_TEST

START_TEST(core_bears_broken_notes)
{
	static const uint32_t values[] = { 0, 1, 3, 4, 6, 0x7fffffff,
					   0xfffffff4, 0xffffffff };

	/* Name's length, description's length, type: of the first note. */
	for (size_t word = 0; word < 3; word++) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			struct forge f = FORGE_INIT;
			struct target *t;

			forge_small(&f);
			forge_thread(&f, 42, 1, 2, 3);
			forge_finish(&f);
			memcpy(forge_notes(&f) + 4 * word, &values[i], 4);
			t = open_forged(&f);
			expect_byte(t, 0x10000, 'm');
			if (word < 2 && values[i] > 1000)
				expect_warning(t, "notes are damaged");
			target_close(t);
			forge_release(&f);
		}
	}
}
END_TEST

/* Many headers of the same notes: were each read, it would take hours. */
START_TEST(core_reads_notes_once)
{
	const uint16_t nr_headers = 60000, nr_threads = 1000;
	struct byte_vec file = VEC_INIT;
	struct forge f = FORGE_INIT;
	struct target *t = NULL;
	struct error *err;
	Elf64_Ehdr *e;
	Elf64_Phdr h;

	forge_small(&f);
	for (uint32_t i = 0; i < nr_threads; i++)
		forge_thread(&f, 42 + i, 1, 2, 3);
	forge_finish(&f);
	byte_vec_reserve(&file, f.file.nr + nr_headers * sizeof(h));
	/* gcc 12 takes a memcpy() here for one of more than there is. */
	for (size_t i = 0; i < f.file.nr; i++)
		byte_vec_push(&file, f.file.v[i]);
	e = (void *)file.v;
	e->e_phoff = file.nr;
	e->e_phnum = nr_headers;
	for (uint16_t i = 0; i < nr_headers; i++) {
		h = *forge_phdr(&f, i ? 0 : 1);
		memcpy(file.v + file.nr, &h, sizeof(h));
		file.nr += sizeof(h);
	}
	err = open_bytes(file.v, file.nr, &t);
	ck_assert_msg(!err, "%s", err ? err->message : "");
	expect_warning(t, "notes are damaged");
	expect_byte(t, 0x10000, 'm');
	/* No more than a file of this size can have. */
	ck_assert_uint_ge(t->threads.nr, nr_threads);
	ck_assert_uint_le(t->threads.nr, file.nr / 336);
	target_close(t);
	byte_vec_release(&file);
	forge_release(&f);
}
END_TEST

/* A core says how the files are called. */
START_TEST(core_escapes_names_of_files)
{
	struct forge f = FORGE_INIT;
	struct target *t;

	forge_small(&f);
	forge_load(&f, 0x20000, 0x1000, PF_R | PF_X, NULL, 0);
	forge_file(&f, 0x20000, 0x21000, 0, "/no/such\x1b[31m\nfile");
	t = open_forged(&f);
	expect_warning(t, "/no/such\\x1b[31m\\nfile");
	for (size_t i = 0; i < t->warnings.nr; i++)
		ck_assert_ptr_null(strpbrk(t->warnings.v[i], "\x1b\n"));
	target_close(t);
	forge_release(&f);
}
END_TEST

START_TEST(core_does_without_notes)
{
	struct forge f = FORGE_INIT;
	struct target *t;

	forge_load(&f, 0x10000, 0x1000, PF_R, "a", 1);
	forge_finish(&f);
	forge_phdr(&f, 0)->p_type = PT_NULL;
	t = open_forged(&f);
	expect_warning(t, "notes are missing");
	ck_assert_uint_eq(t->threads.nr, 0);
	target_close(t);
	forge_phdr(&f, 0)->p_type = PT_NOTE;
	forge_phdr(&f, 0)->p_offset = UINT64_C(1) << 40;
	t = open_forged(&f);
	expect_warning(t, "notes are damaged");
	target_close(t);
	forge_release(&f);
}
END_TEST

/* NT_FILE: count, page size, ranges, paths. */
static void open_with_files(const uint64_t *words, size_t nr,
			    const char *paths, size_t paths_len, bool good)
{
	CLEANUP(byte_vec_release) struct byte_vec note = VEC_INIT;
	struct forge f = FORGE_INIT;
	struct target *t;

	byte_vec_resize(&note, nr * 8 + paths_len);
	memcpy(note.v, words, nr * 8);
	memcpy(note.v + nr * 8, paths, paths_len);
	forge_small(&f);
	forge_note(&f, NT_FILE, note.v, note.nr);
	t = open_forged(&f);
	if (good)
		ck_assert_uint_eq(t->warnings.nr, 0);
	else
		expect_warning(t, "notes are damaged");
	target_close(t);
	forge_release(&f);
}

#define FILES(good, paths, ...) do {                                           \
	const uint64_t words[] = { __VA_ARGS__ };                              \
	open_with_files(words, ARRAY_SIZE(words), paths, sizeof(paths) - 1,    \
			good);                                                 \
} while (0)

START_TEST(core_bears_broken_lists_of_files)
{
	FILES(true, "/nothing\0", 1, 4096, 0x50000, 0x51000, 0);
	/* No NUL; none of the paths; more than there are; too many. */
	FILES(false, "/nothing", 1, 4096, 0x50000, 0x51000, 0);
	FILES(false, "", 1, 4096, 0x50000, 0x51000, 0);
	FILES(false, "/a\0", 2, 4096, 0x50000, 0x51000, 0);
	FILES(false, "/a\0", UINT64_MAX / 24 + 1, 4096, 0x50000, 0x51000, 0);
	FILES(false, "/a\0", UINT64_MAX, 4096);
	FILES(false, "", 1);
	/* A page of nothing, one that is all. */
	FILES(false, "/a\0", 1, 0, 0x50000, 0x51000, 0);
	FILES(false, "/a\0", 1, UINT64_MAX, 0x50000, 0x51000, 0);
	/* Backwards, overlapping. */
	FILES(false, "/a\0", 1, 4096, 0x51000, 0x50000, 0);
	FILES(false, "/a\0/b\0", 2, 4096, 0x50000, 0x52000, 0, 0x51000,
	      0x53000, 0);
	FILES(true, "/a\0/a\0", 2, 4096, 0x51000, 0x52000, UINT64_MAX, 0x50000,
	      0x51000, UINT64_MAX / 2);
}
END_TEST

/* --- mappings and memory --- */

START_TEST(core_maps_files_and_memory)
{
	struct forge f = FORGE_INIT;
	const struct mapping *m;
	struct target *t;

	forge_load(&f, 0x10000, 0x3000, PF_R | PF_X, NULL, 0);
	forge_load(&f, 0x20000, 0x3000, PF_R | PF_W, "data", 4);
	forge_file(&f, 0x10000, 0x12000, 0, "/lib/a (deleted)");
	forge_file(&f, 0x12000, 0x14000, 0, "/lib/b");
	forge_file(&f, 0x21000, 0x22000, 7, "/lib/a (deleted)");
	t = open_forged(&f);
	ck_assert_uint_eq(t->mappings.nr, 6);
	m = t->mappings.v;
	ck_assert_uint_eq(m[0].end, 0x12000);
	ck_assert_str_eq(m[0].path, "/lib/a");
	ck_assert(m[0].deleted && !m[1].deleted);
	ck_assert_uint_eq(m[0].prot, SEGMENT_READ | SEGMENT_EXEC);
	/* Past the segment, but the file's. */
	ck_assert_uint_eq(m[1].start, 0x12000);
	ck_assert_uint_eq(m[1].end, 0x13000);
	ck_assert_uint_eq(m[2].end, 0x14000);
	ck_assert_uint_eq(m[2].inode, m[1].inode);
	ck_assert_uint_eq(m[2].offset, 0x1000);
	ck_assert_uint_eq(m[3].end, 0x21000);
	ck_assert_uint_eq(m[3].inode, 0);
	ck_assert_str_eq(m[3].path, "");
	ck_assert_uint_eq(m[4].inode, m[0].inode);
	ck_assert_uint_eq(m[4].offset, 7 * FORGE_PAGE);
	ck_assert_uint_eq(m[5].start, 0x22000);
	target_close(t);
	forge_release(&f);
}
END_TEST

START_TEST(core_joins_what_touches)
{
	struct forge f = FORGE_INIT;
	CLEANUP(freep) uint8_t *page = xcalloc(1, FORGE_PAGE);
	struct target *t;

	page[FORGE_PAGE - 1] = 1;
	forge_load(&f, 0x10000, 0x1000, PF_R, page, FORGE_PAGE);
	forge_load(&f, 0x11000, 0x1000, PF_R | PF_W, page, FORGE_PAGE);
	/* Touches it as well, but what is run is kept apart. */
	forge_load(&f, 0x12000, 0x1000, PF_R | PF_X, page, FORGE_PAGE);
	t = open_forged(&f);
	ck_assert_ptr_nonnull(memory_at(&t->memory, 0x10ff8, 16));
	expect_byte(t, 0x11fff, 1);
	ck_assert_ptr_null(memory_at(&t->memory, 0x11ff8, 16));
	expect_byte(t, 0x12fff, 1);
	target_close(t);
	forge_release(&f);
}
END_TEST

/* The end of a segment that is not in the core is zero where anything is. */
START_TEST(core_fills_up_with_zeros)
{
	struct forge f = FORGE_INIT;
	struct target *t;

	forge_load(&f, 0x10000, 0x3000, PF_R | PF_W, "some", 4);
	forge_load(&f, 0x20000, 0x3000, PF_R | PF_W, NULL, 0);
	t = open_forged(&f);
	expect_byte(t, 0x10003, 'e');
	expect_byte(t, 0x10004, 0);
	expect_byte(t, 0x12fff, 0);
	expect_nothing(t, 0x13000);
	/* coredump_filter left it out: nobody knows. */
	expect_nothing(t, 0x20000);
	expect_warning(t, "12288 bytes of writable memory were left out");
	target_close(t);
	forge_release(&f);
}
END_TEST

/* A mapped file gives what the core does not have, and no page more. */
START_TEST(core_takes_pages_from_files)
{
	CLEANUP(freep) char *bytes = xcalloc(1, 3 * FORGE_PAGE);
	struct forge f = FORGE_INIT;
	char path[] = "/tmp/check-core-XXXXXX";
	int fd = mkstemp(path);
	struct target *t;

	ck_assert_int_ge(fd, 0);
	memset(bytes, 'a', FORGE_PAGE);
	memset(bytes + FORGE_PAGE, 'b', FORGE_PAGE);
	memset(bytes + 2 * FORGE_PAGE, 'c', 10);
	ck_assert_int_eq(write(fd, bytes, 2 * FORGE_PAGE + 10),
			 2 * FORGE_PAGE + 10);
	close(fd);
	forge_load(&f, 0x10000, 0x1000, PF_R, bytes, FORGE_PAGE);
	forge_load(&f, 0x11000, 0x1000, PF_R | PF_X, NULL, 0);
	forge_load(&f, 0x12000, 0x3000, PF_R, NULL, 0);
	forge_load(&f, 0x20000, 0x1000, PF_R | PF_W, NULL, 0);
	forge_file(&f, 0x10000, 0x15000, 0, path);
	t = open_forged(&f);
	expect_byte(t, 0x10000, 'a');
	expect_byte(t, 0x11000, 'b');
	expect_byte(t, 0x12009, 'c');
	expect_byte(t, 0x1200a, 0);
	expect_nothing(t, 0x13000);
	target_close(t);
	/* It begins otherwise than the process's. */
	f.file.v[forge_phdr(&f, 1)->p_offset + 100] = 'x';
	t = open_forged(&f);
	expect_nothing(t, 0x11000);
	expect_warning(t, "it begins otherwise");
	target_close(t);
	unlink(path);
	forge_release(&f);
}
END_TEST

const char suite_name[] = "core";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, core_knows_what_is_none);
	tcase_add_test(tc, core_refuses_segments_that_cant_be);
	tcase_add_test(tc, core_refuses_overlaps_and_sorts);
	tcase_add_test(tc, core_counts_headers_beyond_16_bits);
	tcase_add_test(tc, core_survives_every_cut);
	tcase_add_test(tc, core_tells_process_and_threads);
	tcase_add_test(tc, core_tells_the_pid_of_one_thread);
	tcase_add_test(tc, core_bears_broken_notes);
	tcase_add_test(tc, core_reads_notes_once);
	tcase_add_test(tc, core_escapes_names_of_files);
	tcase_add_test(tc, core_does_without_notes);
	tcase_add_test(tc, core_bears_broken_lists_of_files);
	tcase_add_test(tc, core_maps_files_and_memory);
	tcase_add_test(tc, core_joins_what_touches);
	tcase_add_test(tc, core_fills_up_with_zeros);
	tcase_add_test(tc, core_takes_pages_from_files);
}
