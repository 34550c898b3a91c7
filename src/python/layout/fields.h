/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/layout/fields.h - names for the members of CPython's own objects.
 *
 * The names of a dict's values or a class's slots are in the target; those of
 * CPython's own structs are not.  This is their list: fields.def.
 */
#ifndef PYTHON_LAYOUT_FIELDS_H
#define PYTHON_LAYOUT_FIELDS_H

enum ref_field {
#define MEMBER(id, name, suffix) FIELD_##id,
#include "python/layout/fields.def"
#undef MEMBER
	NR_REF_FIELDS
};

struct ref_field_name {
	const char *name;	/* never NULL; "" unknown */
	const char *suffix;	/* Python, ".f_back"; NULL: there is none */
};

extern const struct ref_field_name ref_field_names[NR_REF_FIELDS];

#endif
