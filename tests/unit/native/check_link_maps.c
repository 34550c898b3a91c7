/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native/link-maps.h: the list as this process has it, and lists that lie.
 */
#include <check.h>
#include <dlfcn.h>
#include <link.h>

#include "child.h"
#include "fake-process.h"
#include "native/link-maps.h"
#include "native/mappings.h"
#include "suite.h"

#define PAGE MEMORY_PAGE
#define LIB UINT64_C(0x7f0000000000)
#define AREA UINT64_C(0x7f1000000000)

const char suite_name[] = "link_maps";

/* What is found in all regions. */
static void find(const struct native *n, struct raddr_vec *ret)
{
	for (size_t i = 0; i < n->regions.nr; i++)
		link_maps_find(n, &n->regions.v[i], ret);
}

START_TEST(list_is_that_of_the_dynamic_linker)
{
	struct raddr_vec found = { 0 };
	struct heap_memory ledger = { 0 };
	struct native n;
	struct target *t;
	size_t nr = 0;
	pid_t pid;

	/* One more, in memory that malloc() has given. */
	ck_assert_ptr_nonnull(dlopen("libutil.so.1", RTLD_NOW));
	pid = child_start(child_waiting);
	t = child_open(pid);
	child_snapshot(t, NULL);
	native_init(&n, t, &ledger);
	mappings_claim(&n);
	find(&n, &found);
	for (const struct link_map *m = _r_debug.r_map; m; m = m->l_next) {
		ck_assert(raddr_vec_has(&found, child_address(m)));
		ck_assert_uint_eq(link_maps_name(&n, child_address(m)),
				  child_address(m->l_name));
		nr++;
	}
	ck_assert_uint_gt(nr, 3);
	ck_assert_uint_eq(found.nr, nr);
	raddr_vec_release(&found);
	native_release(&n);
	heap_memory_release(&ledger);
	target_close(t);
	child_finish(pid);
}
END_TEST

static void put_map(struct fake_process *p, raddr map, raddr next, raddr prev)
{
	fake_process_put(p, map + 16, LIB + 2 * PAGE);
	fake_process_put(p, map + 24, next);
	fake_process_put(p, map + 32, prev);
}

/* How many are found of the list that the linker's data leads to. */
static size_t found_in(struct fake_process *p)
{
	struct raddr_vec found = { 0 };
	size_t nr;

	fake_process_ready(p);
	mappings_claim(&p->native);
	find(&p->native, &found);
	nr = found.nr;
	raddr_vec_release(&found);
	fake_process_release(p);
	return nr;
}

START_TEST(lists_that_lie_end)
{
	const raddr maps[] = { AREA, AREA + 0x100, AREA + 0x200 };
	/* .next and .prev of the three, and how many are right. */
	const struct {
		raddr links[6];
		size_t nr;
	} lies[] = {
		{ { maps[1], 0, maps[2], maps[0], 0, maps[1] }, 3 },
		{ { maps[1], 0, maps[2], maps[0], 0, maps[0] }, 1 },
		{ { maps[1], 0, maps[2], maps[0], 8, maps[1] }, 2 },
		{ { 0, 0, 0, 0, 0, 0 }, 0 },
		/* A ring. */
		{ { maps[1], maps[2], maps[2], maps[0], maps[0], maps[1] },
		  LINK_MAPS_MAX },
	};
	struct fake_process p;

	fake_process_init(&p);
	fake_process_map(&p, LIB, 2, "r-xp", "/lib64/ld-linux-x86-64.so.2");
	fake_process_map(&p, LIB + 2 * PAGE, 2, "rw-p",
			 "/lib64/ld-linux-x86-64.so.2");
	fake_process_change(&p, LIB + 2 * PAGE, 2);
	fake_process_map(&p, AREA, 1, "rw-p", "");
	fake_process_touch(&p, AREA, 1);
	fake_process_put(&p, LIB + 2 * PAGE + 8, maps[0]);
	for (size_t i = 0; i < 3; i++)
		put_map(&p, maps[i], lies[_i].links[2 * i],
			lies[_i].links[2 * i + 1]);
	ck_assert_uint_eq(found_in(&p), lies[_i].nr);
}
END_TEST

/* A core may claim that the linker's data is as large as that. */
START_TEST(steps_are_bounded_by_what_was_read)
{
	struct raddr_vec found = { 0 };
	struct fake_process p;
	struct region r = { LIB, LIB + (UINT64_C(1) << 46), REGION_FILE, 0 };

	fake_process_init(&p);
	fake_process_map(&p, LIB, 2, "rw-p", "/lib64/ld-linux-x86-64.so.2");
	fake_process_change(&p, LIB, 2);
	fake_process_ready(&p);
	link_maps_find(&p.native, &r, &found);
	ck_assert_uint_eq(found.nr, 0);
	fake_process_release(&p);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, list_is_that_of_the_dynamic_linker);
	tcase_add_loop_test(tc, lists_that_lie_end, 0, 5);
	tcase_add_test(tc, steps_are_bounded_by_what_was_read);
}
