/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build-ids, first pages and images of a library made by hand. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forge.h"
#include "library.h"
#include "suite.h"
#include "target/elf/first-page.h"
#include "target/elf/image.h"

#define BIAS UINT64_C(0x7f0000000000)

static struct image *open_library(uint8_t bytes[static LIBRARY_LEN])
{
	int fd = forge_open(bytes, LIBRARY_LEN);
	struct image *im = NULL;
	struct error *err = image_open(fd, "library", &im);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	close(fd);
	return im;
}

static void expect_code(struct error *err, enum error_code code)
{
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->code, code);
	error_free(err);
}

/* --- build-ids --- */

START_TEST(build_id_names_files)
{
	const uint8_t bytes[] = { 0xab, 0x01, 0xff };
	CLEANUP(freep) char *hex = build_id_hex((struct build_id){ bytes, 3 });
	CLEANUP(freep) char *none = build_id_hex((struct build_id){ NULL, 0 });
	CLEANUP(freep) char *path = build_id_path("/debug", hex, ".debug");

	ck_assert_str_eq(hex, "ab01ff");
	ck_assert_str_eq(none, "");
	ck_assert_str_eq(path, "/debug/.build-id/ab/01ff.debug");
	ck_assert_ptr_null(build_id_path("/debug", NULL, ""));
	ck_assert_ptr_null(build_id_path("/debug", "ab0", ""));
}
END_TEST

/* --- first pages --- */

static void read_page(struct first_page *page, uint8_t id)
{
	uint8_t bytes[LIBRARY_LEN];
	int fd;

	library_make(bytes, LIBRARY_WHOLE, id);
	fd = forge_open(bytes, sizeof(bytes));
	first_page_read(page, fd);
	close(fd);
}

START_TEST(first_page_reads_headers_and_id)
{
	struct first_page page;
	struct build_id id;
	Elf64_Phdr h;

	read_page(&page, 0x5a);
	ck_assert(first_page_is_elf(&page));
	ck_assert(first_page_header(&page, 1, &h));
	ck_assert_uint_eq(h.p_vaddr, LIBRARY_TEXT);
	ck_assert(!first_page_header(&page, 5, &h));
	ck_assert_uint_eq(first_page_address(&page), 0);
	id = first_page_id(&page);
	ck_assert_uint_eq(id.len, LIBRARY_ID_LEN);
	ck_assert_uint_eq(id.bytes[0], 0x5a);
	ck_assert_uint_eq(id.bytes[LIBRARY_ID_LEN - 1], 0x5a);
}
END_TEST

START_TEST(first_page_has_no_header_outside_of_it)
{
	struct first_page page;
	Elf64_Phdr h;
	Elf64_Ehdr e;

	read_page(&page, 1);
	memcpy(&e, page.bytes, sizeof(e));
	e.e_phoff = FIRST_PAGE_LEN - sizeof(h);
	memcpy(page.bytes, &e, sizeof(e));
	ck_assert(first_page_header(&page, 0, &h));
	ck_assert(!first_page_header(&page, 1, &h));
	e.e_phoff = UINT64_MAX - 8;
	memcpy(page.bytes, &e, sizeof(e));
	ck_assert(!first_page_header(&page, 0, &h));
	e.e_phoff = sizeof(e);
	e.e_phentsize = 8;
	memcpy(page.bytes, &e, sizeof(e));
	ck_assert(!first_page_header(&page, 0, &h));
	page.bytes[EI_CLASS] = ELFCLASS32;
	ck_assert(!first_page_is_elf(&page));
}
END_TEST

/* The notes of the page become these words, with `len` bytes in the header. */
static size_t id_len_of_notes(const uint32_t *words, size_t nr, uint64_t len)
{
	struct first_page page;
	Elf64_Phdr h;
	Elf64_Ehdr e;

	read_page(&page, 1);
	memcpy(&e, page.bytes, sizeof(e));
	ck_assert(first_page_header(&page, 4, &h));
	memcpy(page.bytes + h.p_offset, words, nr * sizeof(*words));
	h.p_filesz = len;
	memcpy(page.bytes + e.e_phoff + 4 * sizeof(h), &h, sizeof(h));
	return first_page_id(&page).len;
}

START_TEST(first_page_bears_broken_notes)
{
	const uint32_t gnu = 0x554e47, type = NT_GNU_BUILD_ID;
	const uint32_t good[] = { 4, 4, type, gnu, 7 };
	const uint32_t second[] = { 4, 4, 1, gnu, 0, 4, 8, type, gnu, 7, 7 };
	const uint32_t none[] = { 4, 0, type, gnu };
	const uint32_t large[] = { 4, BUILD_ID_MAX + 4, type, gnu };
	const uint32_t name[] = { 0xfffffff0, 4, type, gnu };
	const uint32_t other[] = { 4, 4, type, 0x555555, 7 };

	ck_assert_uint_eq(id_len_of_notes(good, 5, 20), 4);
	ck_assert_uint_eq(id_len_of_notes(good, 5, 19), 0);
	ck_assert_uint_eq(id_len_of_notes(good, 5, 11), 0);
	ck_assert_uint_eq(id_len_of_notes(good, 5, UINT64_MAX), 4);
	ck_assert_uint_eq(id_len_of_notes(second, 11, 44), 8);
	ck_assert_uint_eq(id_len_of_notes(second, 11, 40), 0);
	ck_assert_uint_eq(id_len_of_notes(none, 4, 16), 0);
	ck_assert_uint_eq(id_len_of_notes(large, 4, 400), 0);
	ck_assert_uint_eq(id_len_of_notes(name, 4, 400), 0);
	ck_assert_uint_eq(id_len_of_notes(other, 5, 20), 0);
}
END_TEST

START_TEST(first_page_compares_by_id_else_by_bytes)
{
	struct first_page a, b;

	read_page(&a, 1);
	read_page(&b, 1);
	/* With an id, other bytes do not matter. */
	b.bytes[0x800] = 1;
	ck_assert(first_page_same(&a, &b));
	read_page(&b, 2);
	ck_assert(!first_page_same(&a, &b));
	read_page(&b, 0);
	ck_assert(!first_page_same(&a, &b));
	read_page(&a, 0);
	ck_assert(first_page_same(&a, &b));
	b.bytes[0x800] = 1;
	ck_assert(!first_page_same(&a, &b));
	first_page_set(&b, NULL);
	ck_assert(!first_page_same(&a, &b));
	first_page_set(&b, a.bytes);
	ck_assert(first_page_same(&a, &b));
}
END_TEST

/* --- images --- */

START_TEST(image_reads_a_library)
{
	uint8_t bytes[LIBRARY_LEN];
	CLEANUP(raddr_vec_release) struct raddr_vec choices = VEC_INIT;
	const struct image_load *loads;
	struct image *im;
	uint64_t size;
	raddr at;

	library_make(bytes, LIBRARY_WHOLE, 0xa1);
	im = open_library(bytes);
	ck_assert_str_eq(image_name(im), "library");
	ck_assert(image_is_64bit(im));
	ck_assert(!image_is_debug(im));
	ck_assert_int_eq(image_type(im), ET_DYN);
	ck_assert_str_eq(image_build_id(im),
			 "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1");
	ck_assert_uint_eq(image_loads(im, &loads), 3);
	ck_assert_uint_eq(loads[2].address, LIBRARY_DATA);
	ck_assert_uint_eq(loads[2].memory_size, 2 * LIBRARY_PAGE);
	ck_assert_uint_eq(image_load_address(im), 0);
	ck_assert_ptr_null(image_symbol(im, "library_function", &at, &size));
	ck_assert_uint_eq(at, LIBRARY_FUNCTION);
	ck_assert_uint_eq(size, 32);
	expect_code(image_symbol(im, "library_elsewhere", &at, &size),
		    ERR_NOT_FOUND);
	expect_code(image_symbol(im, "library_tls", &at, &size),
		    ERR_NOT_FOUND);
	ck_assert_ptr_null(image_section(im, ".rela.dyn", &at, &size));
	ck_assert_uint_eq(size, 4 * sizeof(Elf64_Rela));
	image_ifuncs(im, 10, &choices);
	ck_assert_uint_eq(choices.nr, 1);
	ck_assert_uint_eq(choices.v[0], LIBRARY_CHOICE);
	image_ifuncs(im, 1, &choices);
	ck_assert_uint_eq(choices.nr, 1);
	image_close(im);
}
END_TEST

START_TEST(image_knows_debug_information)
{
	uint8_t bytes[LIBRARY_LEN];
	struct image *im;

	library_make(bytes, LIBRARY_DEBUG, 0);
	im = open_library(bytes);
	ck_assert(image_is_debug(im));
	ck_assert_ptr_null(image_build_id(im));
	image_close(im);
}
END_TEST

START_TEST(image_knows_where_data_ends)
{
	uint8_t bytes[LIBRARY_LEN];
	struct image *im;

	library_make(bytes, LIBRARY_WHOLE, 1);
	im = open_library(bytes);
	ck_assert_uint_eq(image_data_end(im, 0), LIBRARY_PAGE);
	ck_assert_uint_eq(image_data_end(im, LIBRARY_TEXT), LIBRARY_DATA);
	ck_assert_uint_eq(image_data_end(im, LIBRARY_DATA_END - 1),
			  LIBRARY_DATA_END);
	ck_assert_uint_eq(image_data_end(im, LIBRARY_DATA_END), 0);
	ck_assert_uint_eq(image_data_end(im, UINT64_MAX), 0);
	image_close(im);
}
END_TEST

static uint64_t word_at(const uint8_t *data, uint64_t at)
{
	return get_u64(data + (at - LIBRARY_DATA));
}

START_TEST(image_relocates_what_it_can)
{
	uint8_t bytes[LIBRARY_LEN], data[64], part[12];
	struct image *im;

	library_make(bytes, LIBRARY_WHOLE, 1);
	im = open_library(bytes);
	ck_assert_ptr_null(image_read(im, LIBRARY_DATA, data, sizeof(data)));
	image_relocate(im, BIAS, BIAS + LIBRARY_DATA,
		       BIAS + LIBRARY_DATA + sizeof(data), data);
	ck_assert_uint_eq(word_at(data, LIBRARY_RELATIVE),
			  BIAS + LIBRARY_FUNCTION);
	ck_assert_uint_eq(word_at(data, LIBRARY_SYMBOL),
			  BIAS + LIBRARY_OBJECT + 4);
	ck_assert_uint_eq(word_at(data, LIBRARY_UNDEFINED), LIBRARY_WORD);
	ck_assert_uint_eq(word_at(data, LIBRARY_KEPT), LIBRARY_WORD);
	/* A word that is there in part is left alone. */
	memcpy(part, bytes + LIBRARY_DATA, sizeof(part));
	image_relocate(im, BIAS, BIAS + LIBRARY_DATA,
		       BIAS + LIBRARY_DATA + sizeof(part), part);
	ck_assert_uint_eq(word_at(part, LIBRARY_RELATIVE),
			  BIAS + LIBRARY_FUNCTION);
	ck_assert_mem_eq(part + 8, bytes + LIBRARY_DATA + 8, 4);
	image_close(im);
}
END_TEST

/* Whatever byte of the headers and tables is changed: an answer, or an error.
 */
START_TEST(image_bears_any_changed_byte)
{
	uint8_t bytes[LIBRARY_LEN], data[64] = { 0 };
	unsigned int opened = 0;

	library_make(bytes, LIBRARY_WHOLE, 1);
	for (size_t at = 4; at < 0x2a00; at += at < 0x600 ? 1 : 7) {
		CLEANUP(raddr_vec_release) struct raddr_vec v = VEC_INIT;
		uint8_t before = bytes[at];
		struct image *im = NULL;
		struct error *err;
		uint64_t size;
		raddr addr;
		int fd;

		bytes[at] ^= 0xff;
		fd = forge_open(bytes, sizeof(bytes));
		err = image_open(fd, "broken", &im);
		if (!err) {
			opened++;
			error_free(image_symbol(im, "library_function", &addr,
						&size));
			error_free(image_section(im, ".data", &addr, &size));
			image_ifuncs(im, 4, &v);
			image_relocate(im, BIAS, BIAS + LIBRARY_DATA,
				       BIAS + LIBRARY_DATA + sizeof(data),
				       data);
			image_is_debug(im);
			ck_assert_uint_le(v.nr, 4);
		}
		error_free(err);
		image_close(im);
		close(fd);
		bytes[at] = before;
	}
	ck_assert_uint_gt(opened, 1000);
}
END_TEST

const char suite_name[] = "elf";

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, build_id_names_files);
	tcase_add_test(tc, first_page_reads_headers_and_id);
	tcase_add_test(tc, first_page_has_no_header_outside_of_it);
	tcase_add_test(tc, first_page_bears_broken_notes);
	tcase_add_test(tc, first_page_compares_by_id_else_by_bytes);
	tcase_add_test(tc, image_reads_a_library);
	tcase_add_test(tc, image_knows_debug_information);
	tcase_add_test(tc, image_knows_where_data_ends);
	tcase_add_test(tc, image_relocates_what_it_can);
	tcase_add_test(tc, image_bears_any_changed_byte);
}
