/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/hash.h"
#include "heap/addresses.h"

struct keys {
	const uint64_t *address; /* the heap's, by oid */
	uint64_t salt;
};

/* An item is an oid + 1, so that 0 is a free slot: 4 bytes each. */
static bool table_used(const struct keys *k UNUSED, const uint32_t *item)
{
	return *item != 0;
}

static uint64_t table_key(const struct keys *k, const uint32_t *item)
{
	return k->address[*item - 1];
}

static uint64_t table_hash(const struct keys *k, uint64_t address)
{
	return hash_u64(address >> 4 ^ k->salt);
}

static bool table_same(uint64_t a, uint64_t b)
{
	return a == b;
}

HASH_DEFINE(table, uint32_t, uint64_t, const struct keys *);

struct addresses {
	struct keys keys;
	struct table table;
};

struct addresses *addresses_new(const struct heap *h)
{
	struct addresses *a = xcalloc(1, sizeof(*a));

	a->keys = (struct keys){ h->address, hash_salt() };
	table_reserve(&a->table, &a->keys, h->nr_objects);
	for (oid o = 0; o < h->nr_objects; o++)
		table_put(&a->table, &a->keys, o + 1);
	return a;
}

oid addresses_find(const struct addresses *a, uint64_t address)
{
	const uint32_t *item = table_find(&a->table, &a->keys, address);

	return item ? *item - 1 : OID_NONE;
}

void addresses_free(struct addresses *a)
{
	if (!a)
		return;
	table_release(&a->table);
	free(a);
}
