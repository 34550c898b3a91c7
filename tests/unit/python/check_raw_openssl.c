/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hashes of OpenSSL own, in fake CPythons.
 */
#include <check.h>

#include "owners.h"
#include "suite.h"

static raddr hash_of(raddr ctx)
{
	raddr obj = instance("_hashlib.HASH");

	fake_put(&f, obj, f.py.layout.hash_context, ctx);
	return obj;
}

/* An EVP_MD_CTX whose word at `offset` is a state of its own. */
static raddr context(uint64_t flags, uint32_t offset)
{
	raddr ctx = fake_block(&f, 72), state = fake_block(&f, 120);

	fake_put(&f, ctx, 24, flags);
	fake_put(&f, ctx, offset, state);
	expect(state, 0, RAW_STATE, RAW_LEAF);
	return ctx;
}

START_TEST(states_of_openssl_3)
{
	raddr ctx;

	fake_init(&f, fake_rows[_i]);
	ctx = context(2, 56);
	expect(ctx, 0, RAW_STATE, 0);
	expect_of(hash_of(ctx), true);
	ctx = context(0, 32);
	expect(ctx, 0, RAW_STATE, 0);
	expect_of(hash_of(ctx), true);
	check_all();
}
END_TEST

/* The state is where OpenSSL 3 has flags.  What is behind the struct is not
 * read. */
START_TEST(states_of_openssl_1_1)
{
	raddr ctx, other;

	fake_init(&f, fake_rows[_i]);
	other = fake_block(&f, 64);
	ctx = context(0, 24);
	fake_put(&f, ctx, 56, other);
	expect(ctx, 0, RAW_STATE, 0);
	expect_of(hash_of(ctx), true);
	check_all();
}
END_TEST

START_TEST(contexts_without_a_state)
{
	raddr ctx;

	fake_init(&f, fake_rows[_i]);
	ctx = fake_block(&f, 72);
	expect(ctx, 0, RAW_STATE, 0);
	expect_of(hash_of(ctx), true);
	/* It leads to no memory. */
	expect_of(hash_of(0x1000), true);
	expect_of(hash_of(0), true);
	check_all();
}
END_TEST

const char suite_name[] = "raw_openssl";

void suite_add_tests(TCase *tc)
{
	const TTest *const tests[] = {
		states_of_openssl_3, states_of_openssl_1_1,
		contexts_without_a_state,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_loop_test(tc, tests[i], 0, fake_nr_rows);
}
