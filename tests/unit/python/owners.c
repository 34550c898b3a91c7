/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "owners.h"
#include "python/types/types.h"

struct fake f;

struct piece {
	raddr address;
	uint64_t length;
	enum raw_field field;
	unsigned int flags;
};
VEC_DEFINE(piece_vec, struct piece);

struct owner {
	raddr obj;
	uint32_t type;		/* in f.py.types: check_all() */
	bool complete;
	size_t first, nr;	/* in `expected` */
};
VEC_DEFINE(owner_vec, struct owner);

static struct owner_vec owners;
static struct piece_vec expected, found;

void expect_of(raddr obj, bool complete)
{
	size_t first = 0;

	if (owners.nr) {
		const struct owner *last = &owners.v[owners.nr - 1];

		first = last->first + last->nr;
	}
	owner_vec_push(&owners, (struct owner){
		.obj = obj, .complete = complete, .first = first,
		.nr = expected.nr - first });
}

void expect(raddr address, uint64_t length, enum raw_field field,
		   unsigned int flags)
{
	piece_vec_push(&expected,
		       (struct piece){ address, length, field, flags });
}

static void note(void *context, raddr address, uint64_t length,
		 enum raw_field field, unsigned int flags)
{
	ck_assert_ptr_eq(context, &found);
	piece_vec_push(&found, (struct piece){ address, length, field, flags });
}

static bool read_owner(const struct owner *o)
{
	found.nr = 0;
	raw_begin(&f.py);
	return raw_fields_at(&f.py, o->type, o->obj, note, &found);
}

static uint32_t type_of(raddr obj)
{
	return (uint32_t)(fake_pytype(&f, obj) - f.py.types.v);
}

static void check_owner(struct owner *o)
{
	o->type = type_of(o->obj);
	ck_assert_int_eq(read_owner(o), o->complete);
	ck_assert_uint_eq(found.nr, o->nr);
	for (size_t i = 0; i < o->nr; i++) {
		const struct piece *a = &found.v[i];
		const struct piece *b = &expected.v[o->first + i];

		ck_assert_uint_eq(a->address, b->address);
		ck_assert_uint_eq(a->length, b->length);
		ck_assert_str_eq(raw_field_names[a->field],
				 raw_field_names[b->field]);
		ck_assert_uint_eq(a->flags, b->flags);
	}
}

/* All that is visited is mapped, wherever memory ends. */
static void check_mapped(void)
{
	for (size_t i = 0; i < found.nr; i++)
		ck_assert(found.v[i].field == RAW_MAPPING ||
			  memory_at(f.py.memory, found.v[i].address,
				    found.v[i].length));
}

void check_each(uint64_t claims)
{
	fake_ready(&f);
	f.py.most_claims = claims;
	for (size_t i = 0; i < owners.nr; i++)
		check_owner(&owners.v[i]);
}

void check_done(void)
{
	for (size_t i = 0; i < owners.nr; i++)
		for (uint64_t word = 0; fake_unmap(&f, f.nr_known, word);
		     word++) {
			read_owner(&owners.v[i]);
			check_mapped();
			fake_map_again(&f);
		}
	owner_vec_release(&owners);
	piece_vec_release(&expected);
	piece_vec_release(&found);
	fake_release(&f);
}

void check_all(void)
{
	check_each(1 << 16);
	check_done();
}

raddr static_type(const char *name, raddr base)
{
	return fake_type(&f, &(struct fake_type){
		.name = name, .base = base, .basicsize = SIZE });
}

raddr instance(const char *name)
{
	return fake_object(&f, static_type(name, 0), SIZE);
}

bool has(uint32_t offset)
{
	return offset != LAYOUT_NONE;
}
