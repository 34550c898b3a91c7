/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/layout/debug-offsets.h"

#include <string.h>

#include "target/memory.h"

/* Larger than any struct of the debug offsets: the interpreter has 226 KB. */
#define SIZE_MAX_PLAUSIBLE (1u << 20)

#define NO_FIELD UINT32_MAX

enum kind { KIND_SIZE, KIND_OFFSET };

#define FIELD_INDEX(field) (offsetof(struct layout, field) / sizeof(uint32_t))

static const struct word {
	uint8_t minor, kind;
	uint32_t field;		/* index in struct layout, or NO_FIELD */
} words[] = {
#define SIZE(minor, name, field) { minor, KIND_SIZE, FIELD_INDEX(field) },
#define BOUND(minor, name) { minor, KIND_SIZE, NO_FIELD },
#define WORD(minor, name, field) { minor, KIND_OFFSET, FIELD_INDEX(field) },
#define SKIP(minor, name) { minor, KIND_OFFSET, NO_FIELD },
#include "python/layout/debug-offsets.def"
#undef SIZE
#undef BOUND
#undef WORD
#undef SKIP
};

uint32_t debug_offsets_version(const uint8_t *bytes, size_t len)
{
	if (!bytes || len < DEBUG_OFFSETS_HEAD ||
	    memcmp(bytes, DEBUG_OFFSETS_COOKIE, 8) != 0)
		return 0;
	return get_u64(bytes + 8) >> 32 ? 0 : (uint32_t)get_u64(bytes + 8);
}

/* `bound` is the size of the struct that the offset is in. */
static bool plausible(const struct word *w, uint64_t value, uint64_t bound)
{
	if (w->kind == KIND_SIZE)
		return value > 0 && value < SIZE_MAX_PLAUSIBLE;
	return w->field == NO_FIELD || value < bound;
}

bool debug_offsets_read(const uint8_t *bytes, size_t len, uint32_t hexversion,
			bool free_threaded, struct layout *ret)
{
	uint32_t *fields = (uint32_t *)ret, version, minor;
	uint64_t bound = 0;
	size_t at = DEBUG_OFFSETS_HEAD;

	version = debug_offsets_version(bytes, len);
	minor = version >> 16 & 0xff;
	if (!version || version >> 16 != hexversion >> 16 ||
	    version >> 24 != 3 || minor > NEWEST_MINOR ||
	    get_u64(bytes + 16) != free_threaded)
		return false;

	memset(ret, 0xff, sizeof(*ret));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const struct word *w = &words[i];
		uint64_t value;

		if (w->minor > minor)
			continue;
		if (len - at < 8)
			return false;
		value = get_u64(bytes + at);
		at += 8;
		if (!plausible(w, value, bound))
			return false;
		if (w->kind == KIND_SIZE)
			bound = value;
		if (w->field != NO_FIELD)
			fields[w->field] = (uint32_t)value;
	}
	return true;
}
