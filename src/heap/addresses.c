/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "heap/addresses.h"

static uint64_t any_salt(void)
{
	uint64_t salt;

	/* Without one all is right, but may be slow. */
	if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) != sizeof(salt))
		return 0;
	return salt;
}

/* The slot that has the address, or where it belongs. */
static oid *slot_of(const struct addresses *a, uint64_t address)
{
	size_t mask = SIZE_MAX >> a->shift;
	size_t i = (size_t)(((address >> 4 ^ a->salt) *
			     UINT64_C(0x9e3779b97f4a7c15)) >> a->shift);

	while (a->slots[i] != OID_NONE &&
	       a->address[a->slots[i]] != address)
		i = (i + 1) & mask;
	return &a->slots[i];
}

void addresses_build(const struct heap *h, struct addresses *ret)
{
	unsigned int bits = 4;
	size_t size;

	while ((UINT64_C(1) << bits) < 2 * (uint64_t)h->nr_objects)
		bits++;
	size = (size_t)1 << bits;
	*ret = (struct addresses){
		.address = h->address,
		.slots = xreallocarray(NULL, size, sizeof(*ret->slots)),
		.shift = 64 - bits,
		.salt = any_salt(),
	};
	memset(ret->slots, 0xff, size * sizeof(*ret->slots));
	for (oid o = 0; o < h->nr_objects; o++) {
		oid *slot = slot_of(ret, h->address[o]);

		if (*slot == OID_NONE)
			*slot = o;
	}
}

oid addresses_find(const struct addresses *a, uint64_t address)
{
	return *slot_of(a, address);
}

void addresses_release(struct addresses *a)
{
	free(a->slots);
	memset(a, 0, sizeof(*a));
}
