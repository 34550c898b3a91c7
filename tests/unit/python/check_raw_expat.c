/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What parsers of expat own, in fake CPythons.
 */
#include <check.h>

#include "owners.h"
#include "suite.h"

#define BUFFER_SIZE 96

/* What a parser says of its buffer, in bytes from the buffer's start. */
struct extent {
	uint64_t text, end, limit;
};

static raddr parser_of(raddr obj, uint32_t offset)
{
	raddr parser = fake_block(&f, 128);

	fake_put(&f, obj, offset, parser);
	fake_put(&f, parser, 0, obj);
	fake_put(&f, parser, 8, obj);
	return parser;
}

static void put_buffer(raddr parser, raddr buffer, struct extent at)
{
	fake_put(&f, parser, 16, buffer);
	fake_put(&f, parser, 48, buffer + at.text);
	fake_put(&f, parser, 56, buffer + at.end);
	fake_put(&f, parser, 64, buffer + at.limit);
}

/* An object of the type with such a parser, and whether its buffer is read.
 * Returns the parser. */
static raddr expect_fed(const char *type, uint32_t offset, struct extent at,
			bool known)
{
	raddr obj = instance(type);
	raddr parser = parser_of(obj, offset);
	raddr buffer = fake_block(&f, BUFFER_SIZE);

	put_buffer(parser, buffer, at);
	if (known)
		expect(buffer, at.limit, RAW_BUFFER, RAW_LEAF);
	expect(parser, 0, RAW_STATE, 0);
	expect_of(obj, true);
	return parser;
}

static void expect_parsers(const char *type, uint32_t offset)
{
	raddr parser, obj;

	expect_fed(type, offset, (struct extent){ 8, 40, 96 }, true);
	expect_fed(type, offset, (struct extent){ 0, 0, 96 }, true);
	expect_fed(type, offset, (struct extent){ 96, 96, 96 }, true);
	/* They are not in order. */
	expect_fed(type, offset, (struct extent){ -8ull, 40, 96 }, false);
	expect_fed(type, offset, (struct extent){ 48, 40, 96 }, false);
	expect_fed(type, offset, (struct extent){ 8, 97, 96 }, false);
	/* There is no room. */
	expect_fed(type, offset, (struct extent){ 0, 0, 0 }, false);
	/* It belongs to another object. */
	parser = expect_fed(type, offset, (struct extent){ 8, 40, 96 }, false);
	fake_put(&f, parser, 0, parser);
	parser = expect_fed(type, offset, (struct extent){ 8, 40, 96 }, false);
	fake_put(&f, parser, 8, parser);
	/* It has not been fed. */
	obj = instance(type);
	expect(parser_of(obj, offset), 0, RAW_STATE, 0);
	expect_of(obj, true);
	/* It has no parser any more. */
	expect_of(instance(type), true);
}

START_TEST(buffers_of_pyexpat)
{
	fake_init(&f, fake_rows[_i]);
	expect_parsers("pyexpat.xmlparser", f.py.layout.xmlparser_parser);
	check_all();
}
END_TEST

START_TEST(buffers_of_etree)
{
	fake_init(&f, fake_rows[_i]);
	expect_parsers("xml.etree.ElementTree.XMLParser",
		       f.py.layout.etreeparser_parser);
	check_all();
}
END_TEST

/* More than is mapped: the length is not believed. */
START_TEST(a_buffer_that_is_too_long)
{
	raddr obj, parser, buffer;

	fake_init(&f, fake_rows[_i]);
	obj = instance("pyexpat.xmlparser");
	parser = parser_of(obj, f.py.layout.xmlparser_parser);
	buffer = fake_block(&f, BUFFER_SIZE);
	put_buffer(parser, buffer, (struct extent){ 8, 40, 1ull << 40 });
	expect(buffer, 0, RAW_BUFFER, RAW_LEAF);
	expect(parser, 0, RAW_STATE, 0);
	expect_of(obj, true);
	check_all();
}
END_TEST

START_TEST(other_members_of_pyexpat)
{
	const struct layout *l = &f.py.layout;
	raddr obj, text, handlers;

	fake_init(&f, fake_rows[_i]);
	obj = instance("pyexpat.xmlparser");
	text = fake_block(&f, 64);
	handlers = fake_block(&f, 64);
	fake_put(&f, obj, l->xmlparser_buffer, text);
	fake_put(&f, obj, l->xmlparser_handlers, handlers);
	expect(text, 0, RAW_BUFFER, RAW_LEAF);
	expect(handlers, 0, RAW_TABLE, RAW_REFERENCES);
	expect_of(obj, true);
	check_all();
}
END_TEST

const char suite_name[] = "raw_expat";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		buffers_of_pyexpat, buffers_of_etree,
		a_buffer_that_is_too_long, other_members_of_pyexpat,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
