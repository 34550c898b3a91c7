/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which files are CPythons, if processes execute others meanwhile:
 * python/processes/verdicts.h.  This program is none.
 */
#include <sys/stat.h>

#include "child.h"
#include "python/processes/verdicts.h"
#include "suite.h"

const char suite_name[] = "verdicts";

static const struct verdict *find(const struct verdicts *known,
				  const struct census_file *f)
{
	return verdicts_find(known, NULL, (struct verdict_key){
				     f->device, f->inode });
}

/* The only row of a process that waits. */
static struct census list_one(pid_t pid)
{
	struct census ret = { VEC_INIT, 0 };

	ck_assert_ptr_null(target_census(&(struct census_query){ .below = pid },
					 &ret));
	ck_assert_uint_eq(ret.rows.nr, 1);
	return ret;
}

/* The file of that name as a census says it. */
static struct census_file file_of_name(const char *name, char *said)
{
	struct stat st;

	ck_assert_int_eq(stat(name, &st), 0);
	return (struct census_file){ st.st_dev, st.st_ino, said };
}

START_TEST(file_is_looked_into_once)
{
	pid_t pid = child_start(child_waiting);
	CLEANUP(census_release) struct census all = list_one(pid);
	CLEANUP(verdicts_release) struct verdicts known = HASH_INIT;
	const struct census_row *r = &all.rows.v[0];

	ck_assert(!verdicts_judge(&known, r, false).is_python);
	ck_assert_uint_eq(known.nr, 1);
	ck_assert_ptr_nonnull(find(&known, &r->program));
	verdicts_find(&known, NULL, (struct verdict_key){
			      r->program.device,
			      r->program.inode })->is_python = true;
	ck_assert(verdicts_judge(&known, r, false).is_python);
	ck_assert_uint_eq(known.nr, 1);
	child_finish(pid);
}
END_TEST

/* Another program was listed: nothing is learned of it. */
START_TEST(program_that_is_another_by_now)
{
	pid_t pid = child_start(child_waiting);
	CLEANUP(census_release) struct census all = list_one(pid);
	CLEANUP(verdicts_release) struct verdicts known = HASH_INIT;
	struct census_row r = all.rows.v[0];

	r.program = file_of_name("/bin/sh", (char []){ "/bin/python3" });
	ck_assert(!verdicts_judge(&known, &r, false).is_python);
	ck_assert_ptr_null(find(&known, &r.program));
	ck_assert_ptr_nonnull(find(&known, &all.rows.v[0].program));
	/* What is known of the one that it has now serves again. */
	ck_assert(!verdicts_judge(&known, &r, false).is_python);
	ck_assert_uint_eq(known.nr, 1);
	child_finish(pid);
}
END_TEST

/* It has ended: only the name says anything, and of this process alone. */
START_TEST(program_that_is_gone)
{
	pid_t pid = child_start(child_waiting);
	CLEANUP(census_release) struct census all = list_one(pid);
	CLEANUP(verdicts_release) struct verdicts known = HASH_INIT;
	struct census_row row = all.rows.v[0], *r = &row;

	child_finish(pid);
	ck_assert(!verdicts_judge(&known, r, false).is_python);
	r->program.path = (char []){ "/usr/bin/python3.11" };
	ck_assert(verdicts_judge(&known, r, false).is_python);
	r->library = r->program;
	r->library.path = (char []){ "libpython3.9.so.1" };
	ck_assert(verdicts_judge(&known, r, true).is_python);
	ck_assert_uint_eq(known.nr, 0);
}
END_TEST

void suite_add_tests(TCase *tc)
{
	tcase_add_test(tc, file_is_looked_into_once);
	tcase_add_test(tc, program_that_is_another_by_now);
	tcase_add_test(tc, program_that_is_gone);
}
