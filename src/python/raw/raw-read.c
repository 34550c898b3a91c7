/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/raw/raw-read.h"
#include "python/state/words.h"
#include "target/maps.h"

const char *const raw_field_names[NR_RAW_FIELDS] = {
#define RAW_FIELD(id, name) [RAW_##id] = name,
#include "python/raw/raw-fields.def"
#undef RAW_FIELD
};

void raw_add(struct raw_reader *r, raddr address, uint64_t length,
	     enum raw_field field, unsigned int flags)
{
	if (!address)
		return;
	if (unlikely(!memory_in_last(r->py->memory, address, length))) {
		if (!memory_find(r->py->memory, address))
			return;
		if (!memory_has_array(r->py->memory, address, length, 1))
			length = 0;
	}
	r->visit(r->context, address, length, field, flags);
}

void raw_add_mapping(struct raw_reader *r, raddr address, uint64_t length)
{
	const struct mapping *m = maps_find(&r->py->target->mappings, address);

	if (!m)
		return;
	r->visit(r->context, address,
		 length <= m->end - address ? length : 0, RAW_MAPPING,
		 RAW_LEAF);
}

void raw_add_sized(struct raw_reader *r, uint32_t offset, uint64_t length,
		   enum raw_field field, unsigned int flags)
{
	raw_add(r, raw_word(r, offset), length, field, flags);
}

void raw_add_word(struct raw_reader *r, uint32_t offset, enum raw_field field,
		  unsigned int flags)
{
	raw_add(r, raw_word(r, offset), 0, field, flags);
}

uint64_t raw_word(struct raw_reader *r, uint32_t offset)
{
	return word_at(r->py, r->obj, offset);
}
