/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target/live/forked.h: of a child that shares memory with the test. */
#include <check.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "suite.h"
#include "target/live/forked.h"
#include "target/proc.h"
#include "target/target.h"

#define PAGE MEMORY_PAGE

const char suite_name[] = "forked";

#define FORKED_PAGES ((size_t)(32 << 20) / PAGE)

static volatile uint8_t *map(size_t pages)
{
	void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	return p;
}

static volatile uint8_t *forked;	/* the child shares it with us */

/* Half of the pages of each MiB, and a MiB that we do not have. */
static void write_half(void)
{
	volatile uint8_t *own = map((2 << 20) / PAGE);

	for (size_t i = 0; i < FORKED_PAGES; i += 2)
		forked[i * PAGE] = 2;
	own += -(uintptr_t)own % (1 << 20);
	for (size_t i = 0; i < (1 << 20) / PAGE; i++)
		own[i * PAGE] = 1;
	child_ready();
	for (;;)
		pause();
}

/* Bytes of anonymous memory that we have, with the sanitizers' own.  Each CPU
 * counts, so some pages may be missing. */
static uint64_t all_of_ours(void)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(closep) int dir = proc_open(getpid());

	ck_assert(proc_read(dir, "status", &text));
	return proc_field_u64(&text, "RssAnon") * 1024 + (1 << 20);
}

START_TEST(pages_since_a_fork_are_not_copied)
{
	const uint64_t half = FORKED_PAGES / 2 * PAGE;
	const struct residency *r;
	struct target *t;
	pid_t pid;

	forked = map(FORKED_PAGES);
	for (size_t i = 0; i < FORKED_PAGES; i++)
		forked[i * PAGE] = 1;
	pid = child_start(write_half);
	/* What is shared stays so. */
	for (unsigned int i = 0; i < 2; i++) {
		t = child_open(pid);
		child_snapshot(t, NULL);
		r = target_residency(t);
		ck_assert_uint_ge(r->shared, half);
		/* The child has the other half for itself. */
		ck_assert_uint_lt(r->shared, all_of_ours() - half);
		ck_assert_uint_ge(r->copied, half);
		ck_assert_uint_lt(r->copied, half + (1 << 20));
		target_close(t);
	}
	child_finish(pid);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, pages_since_a_fork_are_not_copied);
}
