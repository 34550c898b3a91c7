/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "python/layout/fields.h"

const struct ref_field_name ref_field_names[NR_REF_FIELDS] = {
#define MEMBER(id, name, suffix) [FIELD_##id] = { name, suffix },
#include "python/layout/fields.def"
#undef MEMBER
};

/* pytype.fields keeps them in a byte. */
static_assert(NR_REF_FIELDS <= UINT8_MAX, "too many fields");
