/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image-elsewhere.h"
#include "target/elf/debuginfo.h"
#include "suite.h"

/* What is looked for in this very program, by its symbols and DWARF. */
union image_test_union {
	uint64_t whole;
	uint32_t halves[2];
};

struct image_test_inner {
	uint16_t first;
	union image_test_union pair;
};

typedef struct image_test_struct {
	char c;
	struct image_test_inner inner;
	union {
		uint64_t number;
		struct {
			uint32_t low, high;
		};
	};
	const struct image_test_inner array[3];
	struct image_test_struct *next;
	struct image_test_elsewhere *elsewhere;
	unsigned int flag_a : 3, flag_b : 5;
	uint8_t flexible[];
} image_test_type;

uint64_t image_test_data[4] = { 1, 2, 3, 0x1122334455667788 };
uint64_t image_test_zero[1000];
image_test_type *image_test_use;

static struct image *open_self(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct error *err;
	struct image *im;

	ck_assert_int_ge(fd, 0);
	err = image_open(fd, "self", &im);
	ck_assert_ptr_null(err);
	close(fd);
	return im;
}

static void expect(struct error *err, enum error_code code)
{
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, code);
	error_free(err);
}

START_TEST(image_tells_its_header)
{
	struct image *im = open_self();

	/* Never done, but the linker keeps what is looked for. */
	if (image_test_use)
		image_test_zero[0] =
			image_test_member(image_test_use->elsewhere);

	ck_assert(image_is_64bit(im));
#ifdef __x86_64__
	ck_assert_int_eq(image_machine(im), EM_X86_64);
#endif
	ck_assert(image_type(im) == ET_DYN || image_type(im) == ET_EXEC);
	ck_assert_uint_eq(image_load_address(im) % 4096, 0);
	image_close(im);
}
END_TEST

START_TEST(image_finds_symbols_and_their_bytes)
{
	struct image *im = open_self();
	uint64_t size, word;
	raddr at;

	ck_assert_ptr_null(image_symbol(im, "image_test_data", &at, &size));
	ck_assert_uint_eq(size, sizeof(image_test_data));
	ck_assert_ptr_null(image_read(im, at + 24, &word, 8));
	ck_assert_uint_eq(word, 0x1122334455667788);
	expect(image_symbol(im, "image_test_dat", &at, &size), ERR_NOT_FOUND);
	expect(image_symbol(im, "", &at, &size), ERR_NOT_FOUND);
	image_close(im);
}
END_TEST

START_TEST(image_reads_only_initialised_bytes)
{
	struct image *im = open_self();
	uint64_t size, word;
	raddr at;

	ck_assert_ptr_null(image_symbol(im, "image_test_zero", &at, &size));
	/* The end of .bss is in no file. */
	expect(image_read(im, at + size - 8, &word, 8), ERR_FAULT);
	expect(image_read(im, UINT64_MAX, &word, 8), ERR_FAULT);
	expect(image_read(im, 0, &word, UINT64_MAX), ERR_FAULT);
	ck_assert_ptr_null(image_read(im, UINT64_MAX, &word, 0));
	image_close(im);
}
END_TEST

START_TEST(image_finds_sections)
{
	struct image *im = open_self();
	raddr at, data;
	uint64_t size;

	ck_assert_ptr_null(image_section(im, ".data", &at, &size));
	ck_assert_ptr_null(image_symbol(im, "image_test_data", &data, &size));
	ck_assert_uint_ge(data, at);
	expect(image_section(im, ".no-such", &at, &size), ERR_NOT_FOUND);
	image_close(im);
}
END_TEST

#define check_member(d, path, expected_offset, expected_size)                  \
	do {                                                                   \
		uint64_t offset_, size_;                                       \
		struct error *err_ = debuginfo_member(                         \
			d, "image_test_struct", path, &offset_, &size_);       \
                                                                               \
		ck_assert_msg(!err_, "%s", err_ ? err_->message : "");         \
		ck_assert_uint_eq(offset_, expected_offset);                   \
		ck_assert_uint_eq(size_, expected_size);                       \
	} while (0)

#define check_field(d, path)                                                   \
	check_member(d, #path, offsetof(image_test_type, path),                \
		     sizeof(((image_test_type *)0)->path))

START_TEST(debuginfo_knows_members)
{
	struct image *im = open_self();
	struct debuginfo *d;

	ck_assert_ptr_null(debuginfo_open(im, "", &d));
	check_member(d, "", 0, sizeof(image_test_type));
	check_field(d, c);
	check_field(d, inner);
	check_field(d, inner.first);
	check_field(d, inner.pair);
	check_field(d, inner.pair.halves);
	check_field(d, number);
	check_field(d, low);
	check_field(d, high);
	check_field(d, array);
	check_field(d, next);
	check_member(d, "array.pair.whole",
		     offsetof(image_test_type, array[0].pair.whole), 8);
	check_member(d, "flexible", offsetof(image_test_type, flexible), 0);
	debuginfo_close(d);
	image_close(im);
}
END_TEST

START_TEST(debuginfo_takes_typedefs_and_refuses_strangers)
{
	struct image *im = open_self();
	struct debuginfo *d;
	uint64_t offset, size;

	ck_assert_ptr_null(debuginfo_open(im, "", &d));
	ck_assert_ptr_null(debuginfo_member(d, "image_test_type", "next",
					    &offset, &size));
	ck_assert_uint_eq(offset, offsetof(image_test_type, next));
	/* Of a type that is only declared here and defined elsewhere. */
	ck_assert_ptr_null(debuginfo_member(d, "image_test_elsewhere",
					    "member", &offset, &size));
	ck_assert_uint_eq(offset, sizeof(int));
	expect(debuginfo_member(d, "image_test_type", "nex", &offset, &size),
	       ERR_NOT_FOUND);
	expect(debuginfo_member(d, "image_test_type", "next.c", &offset, &size),
	       ERR_NOT_FOUND);
	expect(debuginfo_member(d, "image_test_type", "c.c", &offset, &size),
	       ERR_NOT_FOUND);
	expect(debuginfo_member(d, "no_such_type", "c", &offset, &size),
	       ERR_NOT_FOUND);
	expect(debuginfo_member(d, "", "", &offset, &size), ERR_NOT_FOUND);
	debuginfo_close(d);
	/* It has a file of its own, and leaves the image as it was. */
	ck_assert_ptr_null(debuginfo_open(im, "", &d));
	image_close(im);
	check_member(d, "", 0, sizeof(image_test_type));
	debuginfo_close(d);
}
END_TEST

/* Whatever a file says: an answer or an error, and an end. */
static void poke(int fd)
{
	struct debuginfo *d;
	struct image *im;
	uint64_t size, word;
	raddr at;
	struct error *err = image_open(fd, "hostile", &im);

	if (err) {
		error_free(err);
		return;
	}
	error_free(image_symbol(im, "image_test_data", &at, &size));
	error_free(image_symbol(im, "no such", &at, &size));
	error_free(image_section(im, ".data", &at, &size));
	error_free(image_read(im, image_load_address(im), &word, 8));
	err = debuginfo_open(im, "", &d);
	if (!err) {
		err = debuginfo_member(d, "image_test_struct",
				       "array.pair.whole", &at, &size);
		debuginfo_close(d);
	}
	error_free(err);
	image_close(im);
}

static char *read_self(size_t *len)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;

	ck_assert_int_eq(fstat(fd, &st), 0);
	*len = st.st_size;
	bytes = xmalloc(*len);
	ck_assert_int_eq(read(fd, bytes, *len), (ssize_t)*len);
	close(fd);
	return bytes;
}

static int temporary(void)
{
	char name[] = "/tmp/pyheld-image-XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	unlink(name);
	return fd;
}

START_TEST(image_survives_any_cut)
{
	int fd = temporary();
	size_t len;
	char *bytes = read_self(&len);

	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	for (int i = 40; i >= 0; i--) {
		ck_assert_int_eq(ftruncate(fd, len * i / 40), 0);
		poke(fd);
	}
	free(bytes);
	close(fd);
}
END_TEST

START_TEST(image_survives_damage)
{
	int fd = temporary();
	size_t len;
	char *bytes = read_self(&len);
	uint64_t state = 88172645463325252ULL;

	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	for (int i = 0; i < 200; i++) {
		/* Half of the hits go to the headers. */
		size_t range = i % 2 ? len : MIN(len, 1024);
		uint8_t damage[8];
		size_t at;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		at = state % (range - 8);
		memcpy(damage, &state, 8);
		ck_assert_int_eq(pwrite(fd, damage, 1 + i % 8, at), 1 + i % 8);
		poke(fd);
		ck_assert_int_eq(pwrite(fd, bytes + at, 8, at), 8);
	}
	free(bytes);
	close(fd);
}
END_TEST

/* --- a supplementary file that nobody may open --- */

#define NR_SECTIONS 5

/* An ELF file of debug information whose one struct has its name in another
 * file, which is `link`. */
static int forge_linked(const char *link)
{
	static const char abbreviations[] =
		"\x01\x11\x01\0\0"			/* a unit ... */
		"\x02\x13\0\x03\xa1\x3e\0\0";	/* ..., strp_alt */
	static const char info[] =
		"\x0e\0\0\0\x04\0\0\0\0\0\x08"
		"\x01\x02\0\0\0\0";
	static const char names[] = "\0.shstrtab\0.debug_abbrev\0.debug_info\0"
				    ".gnu_debugaltlink";
	char target[256] = { 0 };
	const struct {
		uint32_t name;
		const void *bytes;
		size_t len;
	} parts[NR_SECTIONS] = {
		[1] = { 1, names, sizeof(names) },
		[2] = { 11, abbreviations, sizeof(abbreviations) },
		[3] = { 25, info, sizeof(info) },
		[4] = { 37, target, strlen(link) + 1 + 20 },
	};
	Elf64_Shdr sections[NR_SECTIONS] = { { 0 } };
	Elf64_Ehdr e = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN, .e_machine = EM_X86_64,
		.e_version = EV_CURRENT, .e_shoff = sizeof(e),
		.e_ehsize = sizeof(e), .e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = NR_SECTIONS, .e_shstrndx = 1,
	};
	off_t at = sizeof(e) + sizeof(sections);
	int fd = memfd_create("forged", MFD_CLOEXEC);

	/* Behind the name is the build-id, of 20 bytes. */
	memcpy(target, link, strlen(link));
	for (size_t i = 1; i < NR_SECTIONS; i++) {
		sections[i] = (Elf64_Shdr){
			.sh_name = parts[i].name, .sh_addralign = 1,
			.sh_type = i == 1 ? SHT_STRTAB : SHT_PROGBITS,
			.sh_offset = (uint64_t)at, .sh_size = parts[i].len };
		ck_assert_int_eq(pwrite(fd, parts[i].bytes, parts[i].len, at),
				 (ssize_t)parts[i].len);
		at += (off_t)parts[i].len;
	}
	ck_assert_int_eq(pwrite(fd, &e, sizeof(e), 0), sizeof(e));
	ck_assert_int_eq(pwrite(fd, sections, sizeof(sections), sizeof(e)),
			 sizeof(sections));
	return fd;
}

/* To open a FIFO waits for who writes to it, for ever. */
START_TEST(debuginfo_opens_no_file_that_a_file_names)
{
	char folder[] = "/tmp/pyheld-image-XXXXXX", fifo[64];
	struct debuginfo *d = NULL;
	struct image *im = NULL;
	uint64_t offset, size;
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	fd = forge_linked(fifo);
	alarm(10);
	ck_assert_ptr_null(image_open(fd, "forged", &im));
	ck_assert_ptr_null(debuginfo_open(im, "", &d));
	expect(debuginfo_member(d, "any", "x", &offset, &size), ERR_NOT_FOUND);
	alarm(0);
	debuginfo_close(d);
	image_close(im);
	close(fd);
	unlink(fifo);
	rmdir(folder);
}
END_TEST

START_TEST(image_refuses_what_is_no_file)
{
	struct image *im;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	expect(image_open(fd, "zero", &im), ERR_CORRUPT);
	close(fd);
	expect(image_open(-1, "none", &im), ERR_SYSTEM);
}
END_TEST

const char suite_name[] = "image";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, image_tells_its_header);
	tcase_add_test(tc, image_finds_symbols_and_their_bytes);
	tcase_add_test(tc, image_reads_only_initialised_bytes);
	tcase_add_test(tc, image_finds_sections);
	tcase_add_test(tc, debuginfo_knows_members);
	tcase_add_test(tc, debuginfo_takes_typedefs_and_refuses_strangers);
	tcase_add_test(tc, image_survives_any_cut);
	tcase_add_test(tc, image_survives_damage);
	tcase_add_test(tc, debuginfo_opens_no_file_that_a_file_names);
	tcase_add_test(tc, image_refuses_what_is_no_file);
}
