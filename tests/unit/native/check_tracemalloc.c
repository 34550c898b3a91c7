/* SPDX-License-Identifier: GPL-2.0-or-later */
/* python/allocators/tracemalloc.h over forged tables, and bad ones. */
#include <check.h>
#include <stdlib.h>

#include "fake-process.h"
#include "python/allocators/tracemalloc.h"
#include "suite.h"

const char suite_name[] = "tracemalloc";

#define PATH "/lib/libpython3.x.so"
#define DATA 0x10000		/* of that file */
#define HEAP 0x40000
#define HEAP_PAGES 64
#define TRACED 0x60000		/* blocks that are traced, of 48 bytes */
#define BUCKETS 16
#define NR 20
#define FUNCTION 0x1234560

/* In HEAP: */
#define TRACES 0x40000		/* tables */
#define TRACEBACKS 0x40080
#define OTHER 0x40100		/* with other functions */
#define DOMAINS 0x40180
#define DOMAIN 0x40200
#define ARRAYS 0x41000		/* buckets of table i: at + 256 * i */
#define ENTRIES 0x44000		/* 64 bytes for an entry and its trace */

static struct fake_process p;
static struct python py;
static struct u32_vec found;
static unsigned int nr_entries;

static void put_block(raddr addr, uint64_t size)
{
	blocks_add(&p.native.blocks, addr, size, ALLOCATOR_MALLOC);
}

static void begin(unsigned int minor)
{
	py = (struct python){ .minor = minor };
	nr_entries = 0;
	fake_process_init(&p);
	fake_process_map(&p, DATA, 1, "rw-p", PATH);
	fake_process_map(&p, HEAP, HEAP_PAGES, "rw-p", "");
	fake_process_touch(&p, DATA, 1);
	fake_process_touch(&p, HEAP, HEAP_PAGES);
	fake_process_ready(&p);
	module_vec_push(&p.target.modules, (struct module){
		.start = DATA, .end = DATA + MEMORY_PAGE,
		.path = xstrdup(PATH) });
	native_claim(&p.native, DATA, DATA + MEMORY_PAGE, REGION_FILE, 0);
	py.target = &p.target;
	py.memory = &p.target.memory;
	py.known.type = DATA;
}

/* A table without entries. */
static void put_table(raddr at, unsigned int number, raddr alloc)
{
	bool old = py.minor < 9;
	raddr buckets = ARRAYS + 256 * number;

	put_block(at, 80);
	put_block(buckets, 8 * BUCKETS);
	fake_process_put(&p, at + (old ? 8 : 0), 0);
	fake_process_put(&p, at + (old ? 0 : 8), BUCKETS);
	fake_process_put(&p, at + 16, buckets);
	fake_process_put(&p, at + (old ? 56 : 64), alloc);
	fake_process_put(&p, at + (old ? 64 : 72), alloc + 16);
}

static uint64_t word(raddr addr)
{
	uint64_t x = 0;

	memory_u64(py.memory, addr, &x);
	return x;
}

/* At the front of its list.  Returns the address of the entry. */
static raddr put_entry(raddr table, raddr key, uint64_t value)
{
	raddr entry = ENTRIES + 64 * nr_entries++;
	raddr bucket = word(table + 16) + 8 * (nr_entries % BUCKETS);

	/* That of 3.8 has no pointer to a value. */
	put_block(entry, py.minor < 9 && !value ? 24 : 40);
	fake_process_put(&p, entry, word(bucket));
	fake_process_put(&p, bucket, entry);
	fake_process_put(&p, entry + 16, key);
	fake_process_put(&p, entry + 24, value);
	return entry;
}

static raddr traced(unsigned int i)
{
	return TRACED + 64 * i;
}

/* 3.8 has the trace in the entry. */
static void put_trace(raddr table, raddr key, uint64_t size)
{
	raddr trace = ENTRIES + 64 * nr_entries + 40;

	if (py.minor < 9) {
		put_entry(table, key, size);
		return;
	}
	put_block(trace, 16);
	fake_process_put(&p, trace, size);
	put_entry(table, key, trace);
}

static void put_traces(uint64_t size)
{
	put_table(TRACES, 0, FUNCTION);
	fake_process_put(&p, DATA + 64, TRACES);
	for (unsigned int i = 0; i < NR; i++) {
		put_block(traced(i), 48);
		put_trace(TRACES, traced(i), size);
	}
}

static void find(void)
{
	blocks_sort(&p.native.blocks);
	blocks_number(&p.native.blocks);
	tracemalloc_find(&py, &p.native, &found);
}

static bool is_found(raddr addr)
{
	struct blocks *b = &p.native.blocks;
	uint32_t block = blocks_find(b, addr);
	unsigned int nr = 0;

	for (size_t i = 0; i < found.nr; i++)
		nr += found.v[i] == blocks_node(b, block);
	ck_assert_uint_le(nr, 1);
	return nr;
}

static void end(void)
{
	u32_vec_release(&found);
	free(p.target.modules.v[0].path);
	module_vec_release(&p.target.modules);
	fake_process_release(&p);
}

START_TEST(all_tables_are_found)
{
	for (unsigned int minor = 8; minor <= 15; minor += 7) {
		raddr entry, traceback = HEAP + 0x8000;

		begin(minor);
		put_traces(48);
		/* A key is a block that is the table's own. */
		put_table(TRACEBACKS, 1, FUNCTION);
		fake_process_put(&p, DATA + 512, TRACEBACKS);
		put_block(traceback, 64);
		entry = put_entry(TRACEBACKS, traceback, 0);
		put_table(OTHER, 2, FUNCTION + 64);
		fake_process_put(&p, DATA + 72, OTHER);
		put_entry(OTHER, traced(0), 0);
		find();
		/* Tables, buckets and entries; a traceback; traces. */
		ck_assert_uint_eq(found.nr, 2 + 2 + NR + 2 +
					    (minor > 8 ? NR : 0));
		ck_assert(is_found(TRACES));
		ck_assert(is_found(ARRAYS));
		ck_assert(is_found(entry));
		ck_assert(is_found(traceback));
		ck_assert(!is_found(traced(0)));
		ck_assert(!is_found(OTHER));
		end();
	}
}
END_TEST

START_TEST(domains_have_tables)
{
	begin(12);
	put_traces(48);
	put_table(DOMAINS, 3, FUNCTION);
	fake_process_put(&p, DATA + 80, DOMAINS);
	put_table(DOMAIN, 4, FUNCTION);
	put_entry(DOMAINS, 389047, DOMAIN);
	put_block(traced(NR), 48);
	put_trace(DOMAIN, traced(NR), 8);
	find();
	ck_assert(is_found(DOMAINS));
	ck_assert(is_found(DOMAIN));
	ck_assert(is_found(ARRAYS + 256 * 4));
	ck_assert(!is_found(traced(NR)));
	ck_assert_uint_eq(found.nr, 2 + 2 * NR + 3 + 2 + 2);
	end();
}
END_TEST

/* Larger than the block that it is said to be of. */
START_TEST(other_tables_have_no_traces)
{
	begin(12);
	put_traces(49);
	find();
	ck_assert_uint_eq(found.nr, 0);
	end();
}
END_TEST

START_TEST(lists_that_go_round_end)
{
	begin(12);
	put_traces(48);
	for (unsigned int i = 0; i < NR; i++)
		fake_process_put(&p, ENTRIES + 64 * i, ENTRIES + 64 * i);
	find();
	ck_assert(is_found(TRACES));
	ck_assert_uint_le(found.nr, 2 + 2 * NR);
	end();
}
END_TEST

START_TEST(what_is_no_table)
{
	static const struct {
		raddr at;
		uint64_t word;
	} bad[] = {
		{ TRACES + 8, 24 }, { TRACES + 8, 8 },
		{ TRACES + 8, UINT64_C(1) << 40 }, { TRACES + 16, 8 },
		{ TRACES + 16, TRACED }, { TRACES + 64, 0 }, { TRACES, 1000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		begin(12);
		put_traces(48);
		fake_process_put(&p, bad[i].at, bad[i].word);
		find();
		ck_assert_uint_eq(found.nr, 0);
		end();
	}
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, all_tables_are_found);
	tcase_add_test(tc, domains_have_tables);
	tcase_add_test(tc, other_tables_have_no_traces);
	tcase_add_test(tc, lists_that_go_round_end);
	tcase_add_test(tc, what_is_no_table);
}
