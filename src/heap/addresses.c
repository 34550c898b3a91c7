/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/hash.h"
#include "heap/addresses.h"

/* An item is an oid + 1, so that 0 is a free slot: 4 bytes each.  The context
 * is the heap's column of addresses. */
static bool address_table_used(const uint64_t *addresses UNUSED,
			       const uint32_t *item)
{
	return *item != 0;
}

static uint64_t address_table_key(const uint64_t *addresses,
				  const uint32_t *item)
{
	return addresses[*item - 1];
}

static uint64_t address_table_hash(const uint64_t *addresses UNUSED,
				   uint64_t address, uint64_t salt)
{
	return hash_u64(address >> 4 ^ salt);
}

static bool address_table_same(uint64_t a, uint64_t b)
{
	return a == b;
}

HASH_DEFINE(address_table, uint32_t, uint64_t, const uint64_t *);

struct addresses {
	const uint64_t *address; /* the heap's */
	struct address_table table;
};

struct addresses *addresses_new(const struct heap *h)
{
	struct addresses *a = xcalloc(1, sizeof(*a));

	a->address = h->address;
	address_table_reserve(&a->table, a->address, h->nr_objects);
	for (oid o = 0; o < h->nr_objects; o++)
		address_table_put(&a->table, a->address, o + 1);
	return a;
}

oid addresses_find(const struct addresses *a, uint64_t address)
{
	const uint32_t *item = address_table_find(&a->table, a->address,
						  address);

	return item ? *item - 1 : OID_NONE;
}

void addresses_free(struct addresses *a)
{
	if (!a)
		return;
	address_table_release(&a->table);
	free(a);
}
