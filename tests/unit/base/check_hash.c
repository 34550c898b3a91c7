/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of base/hash.h, held against an array that is searched. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/vec.h"
#include "suite.h"

/* --- items that have their key --- */

struct pair {
	uint64_t key, value;
};
VEC_DEFINE(pairs, struct pair);

/* How bad the hash is. */
enum spread {
	SPREAD_GOOD,
	SPREAD_FEW,		/* four values */
	SPREAD_ONE,		/* all have the same */
	SPREAD_LAST,		/* the last slots: look-ups wrap around */
	NR_SPREADS
};

static bool table_used(const enum spread *c UNUSED, const struct pair *p)
{
	return p->key;
}

static uint64_t table_key(const enum spread *c UNUSED, const struct pair *p)
{
	return p->key;
}

static uint64_t table_hash(const enum spread *c, uint64_t key, uint64_t salt)
{
	switch (*c) {
	case SPREAD_FEW:
		return hash_u64(key & 3);
	case SPREAD_ONE:
		return 0;
	case SPREAD_LAST:
		return UINT64_MAX - (key & 1);
	default:
		return hash_u64(key ^ salt);
	}
}

static bool table_same(uint64_t a, uint64_t b)
{
	return a == b;
}

HASH_DEFINE(table, struct pair, uint64_t, const enum spread *);

/* --- the model --- */

static struct pair *model_find(const struct pairs *m, uint64_t key)
{
	for (size_t i = 0; i < m->nr; i++)
		if (m->v[i].key == key)
			return &m->v[i];
	return NULL;
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 33;
}

static void check_key(const struct table *t, const enum spread *c,
		      const struct pairs *m, uint64_t key)
{
	const struct pair *found = table_find(t, c, key);
	const struct pair *expected = model_find(m, key);

	ck_assert_int_eq(found != NULL, expected != NULL);
	if (!found)
		return;
	ck_assert_uint_eq(found->key, key);
	ck_assert_uint_eq(found->value, expected->value);
}

/* Every item once, and nothing else. */
static void check_all(const struct table *t, const enum spread *c,
		      const struct pairs *m)
{
	size_t used = 0;

	ck_assert_uint_eq(t->nr, m->nr);
	ck_assert_uint_le(2 * t->nr, table_room(t));
	for (size_t i = 0; i < table_room(t); i++)
		used += table_used(c, &t->v[i]);
	ck_assert_uint_eq(used, m->nr);
	for (size_t i = 0; i < m->nr; i++)
		check_key(t, c, m, m->v[i].key);
}

static void put_both(struct table *t, const enum spread *c, struct pairs *m,
		     struct pair x)
{
	struct pair *was = model_find(m, x.key);
	const struct pair *is = table_put(t, c, x);

	ck_assert_uint_eq(is->key, x.key);
	ck_assert_uint_eq(is->value, was ? was->value : x.value);
	if (!was)
		pairs_push(m, x);
}

/* Change what is behind the key, as pointers to items may. */
static void change_both(struct table *t, const enum spread *c,
			struct pairs *m, struct pair x)
{
	struct pair *was = model_find(m, x.key);
	struct pair *is = table_find(t, c, x.key);

	if (was && is)
		was->value = is->value = x.value;
}

static void do_any(struct table *t, const enum spread *c, struct pairs *m,
		   uint64_t *state)
{
	struct pair x = { 1 + next_random(state) % 3000, next_random(state) };

	switch (next_random(state) % 100) {
	case 0:
		table_reserve(t, c, next_random(state) % 4000);
		break;
	case 1 ... 40:
		put_both(t, c, m, x);
		break;
	case 41 ... 50:
		change_both(t, c, m, x);
		break;
	default:
		check_key(t, c, m, x.key);
	}
}

START_TEST(a_table_does_what_a_list_does)
{
	enum spread c = (enum spread)(_i % NR_SPREADS);
	CLEANUP(table_release) struct table t = HASH_INIT;
	CLEANUP(pairs_release) struct pairs m = VEC_INIT;
	uint64_t state = (uint64_t)_i;

	for (unsigned int i = 0; i < 6000; i++) {
		do_any(&t, &c, &m, &state);
		if (i % 500 == 0)
			check_all(&t, &c, &m);
	}
	check_all(&t, &c, &m);
	ck_assert_uint_gt(m.nr, 1000);
}
END_TEST

START_TEST(an_empty_table_has_nothing)
{
	const enum spread c = SPREAD_GOOD;
	CLEANUP(table_release) struct table t = HASH_INIT;

	ck_assert_ptr_null(table_find(&t, &c, 1));
	table_reserve(&t, &c, 0);
	ck_assert_ptr_null(t.v);
	table_put(&t, &c, (struct pair){ 1, 2 });
	ck_assert_ptr_nonnull(table_find(&t, &c, 1));
	table_release(&t);
	ck_assert_ptr_null(table_find(&t, &c, 1));
	ck_assert_uint_eq(t.nr, 0);
	table_put(&t, &c, (struct pair){ 1, 3 });
	ck_assert_uint_eq(table_find(&t, &c, 1)->value, 3);
}
END_TEST

START_TEST(what_is_reserved_does_not_move)
{
	const enum spread c = SPREAD_GOOD;
	CLEANUP(table_release) struct table t = HASH_INIT;
	const struct pair *v;

	table_reserve(&t, &c, 1000);
	v = t.v;
	for (uint64_t i = 1; i <= 1000; i++)
		table_put(&t, &c, (struct pair){ i, i });
	ck_assert_ptr_eq(t.v, v);
	ck_assert_uint_eq(t.nr, 1000);
}
END_TEST

/* --- items that lead to their key, and are used by the context --- */

#define NR_TEXTS 200

struct dictionary {
	char text[2 * NR_TEXTS][8];	/* each one twice */
	uint32_t round;
};

struct word {
	uint32_t index, round;
};

static bool words_used(const struct dictionary *d, const struct word *w)
{
	return w->round == d->round;
}

static const char *words_key(const struct dictionary *d, const struct word *w)
{
	return d->text[w->index];
}

static uint64_t words_hash(const struct dictionary *d UNUSED, const char *text,
			   uint64_t salt)
{
	return hash_text(salt, text);
}

static bool words_same(const char *a, const char *b)
{
	return !strcmp(a, b);
}

HASH_DEFINE(words, struct word, const char *, const struct dictionary *);

START_TEST(keys_and_use_may_be_the_context_s)
{
	CLEANUP(words_release) struct words t = HASH_INIT;
	static struct dictionary d;
	uint32_t i;

	for (i = 0; i < 2 * NR_TEXTS; i++)
		snprintf(d.text[i], sizeof(d.text[i]), "w%u", i % NR_TEXTS);
	for (d.round = 1; d.round < 4; d.round++) {
		ck_assert_ptr_null(words_find(&t, &d, "w7"));
		for (i = 0; i < 2 * NR_TEXTS; i++) {
			struct word x = { i, d.round };

			ck_assert_uint_eq(words_put(&t, &d, x)->index,
					  i % NR_TEXTS);
		}
		ck_assert_uint_eq(t.nr, NR_TEXTS);
		ck_assert_uint_eq(words_find(&t, &d, "w7")->index, 7);
		ck_assert_ptr_null(words_find(&t, &d, "x"));
		t.nr = 0;
	}
}
END_TEST

START_TEST(each_table_has_a_salt_of_its_own)
{
	const enum spread c = SPREAD_GOOD;
	CLEANUP(table_release) struct table a = HASH_INIT;
	CLEANUP(table_release) struct table b = HASH_INIT;
	uint64_t salt;

	table_put(&a, &c, (struct pair){ 1, 1 });
	table_put(&b, &c, (struct pair){ 1, 1 });
	ck_assert_uint_ne(a.salt, b.salt);
	/* It stays, or nothing would be found after the table has grown. */
	salt = a.salt;
	table_reserve(&a, &c, 10000);
	ck_assert_uint_eq(a.salt, salt);
	ck_assert_ptr_nonnull(table_find(&a, &c, 1));
}
END_TEST

/* --- hashes --- */

START_TEST(texts_spread_by_their_upper_bits)
{
	unsigned int nr[64] = { 0 };
	char text[16];

	/* They differ in their last byte alone. */
	for (unsigned int i = 0; i < 26; i++) {
		snprintf(text, sizeof(text), "attribute_%c", 'a' + i);
		nr[hash_text(0, text) >> 58]++;
	}
	for (unsigned int i = 0; i < 64; i++)
		ck_assert_uint_lt(nr[i], 5);
	ck_assert_uint_ne(hash_text(0, NULL), hash_text(0, ""));
	ck_assert_uint_ne(hash_text(0, "a"), hash_text(1, "a"));
}
END_TEST

const char suite_name[] = "hash";

void suite_add_tests(TCase *tc)
{
	tcase_add_loop_test(tc, a_table_does_what_a_list_does, 0,
			    4 * NR_SPREADS);
	tcase_add_test(tc, an_empty_table_has_nothing);
	tcase_add_test(tc, what_is_reserved_does_not_move);
	tcase_add_test(tc, keys_and_use_may_be_the_context_s);
	tcase_add_test(tc, each_table_has_a_salt_of_its_own);
	tcase_add_test(tc, texts_spread_by_their_upper_bits);
}
