/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "fake-values.h"

raddr fake_c_string(struct fake *f, const char *text)
{
	raddr at = fake_block(f, strlen(text) + 1);

	fake_put_bytes(f, at, text, strlen(text) + 1);
	return at;
}

/* The state word is that of a compact str, without that bit. */
raddr fake_loose_str(struct fake *f, const char *ascii)
{
	const struct layout *l = &f->py.layout;
	raddr compact = fake_str(f, ascii);
	raddr obj = fake_object(f, f->py.known.str, l->str_size);
	uint32_t bit = f->py.free_threaded && f->py.minor >= 14 ? 0x20 << 6 :
								  0x20;

	fake_put32(f, obj, l->str_state,
		   (uint32_t)fake_word(f, compact, l->str_state) & ~bit);
	fake_put(f, obj, l->str_length, strlen(ascii));
	fake_put(f, obj, l->str_data, fake_c_string(f, ascii));
	return obj;
}

static void put_int(struct fake *f, raddr obj, bool negative, uint64_t nr,
		    const uint32_t *digits)
{
	const struct layout *l = &f->py.layout;

	if (f->py.minor >= 12)
		fake_put(f, obj, l->long_value,
			 nr << 3 | (!nr ? 1u : negative ? 2u : 0u));
	else
		fake_put(f, obj, l->var_size, negative ? -nr : nr);
	fake_put_bytes(f, obj + l->long_digit, digits, nr * 4);
}

raddr fake_bool(struct fake *f, bool value)
{
	static const uint32_t one = 1;
	raddr obj = fake_object(f, f->py.known.bool_,
				f->py.layout.long_digit + 8);

	put_int(f, obj, false, value, &one);
	return obj;
}

raddr fake_big_int(struct fake *f, bool negative, uint64_t nr,
		   const uint32_t *digits)
{
	raddr obj = fake_object(f, f->py.known.int_,
				f->py.layout.long_digit + nr * 4);

	put_int(f, obj, negative, nr, digits);
	return obj;
}

raddr fake_split_dict(struct fake *f, raddr keys, uint64_t nr,
		      const raddr *values)
{
	const struct layout *l = &f->py.layout;
	uint32_t at = l->values_values != LAYOUT_NONE ? l->values_values : 0;
	raddr obj = fake_object(f, f->py.known.dict, l->dict_size);
	raddr array = fake_block(f, at + nr * 8);
	uint64_t used = 0;

	if (l->values_capacity != LAYOUT_NONE)
		fake_put8(f, array, l->values_capacity, (uint8_t)nr);
	for (uint64_t i = 0; i < nr; i++)
		used += values[i] != 0;
	fake_put_bytes(f, array + at, values, nr * 8);
	fake_put(f, obj, l->dict_used, used);
	fake_put(f, obj, l->dict_keys, keys);
	fake_put(f, obj, l->dict_values, array);
	return obj;
}

/* --- code --- */

static unsigned int add_strings(struct fake *f, const char *const texts[4],
				raddr *ret)
{
	unsigned int nr = 0;

	for (; nr < 4 && texts[nr]; nr++)
		ret[nr] = fake_str(f, texts[nr]);
	return nr;
}

static raddr names_tuple(struct fake *f, const char *const texts[4])
{
	raddr items[4];
	unsigned int nr = add_strings(f, texts, items);

	return fake_tuple(f, nr, items);
}

raddr fake_code_of(struct fake *f, const struct fake_names *names, int first,
		   const void *lines, uint64_t len)
{
	const struct layout *l = &f->py.layout;
	raddr code = fake_code(f, "work", 0, NULL), all[12];
	unsigned int nr;

	fake_put32(f, code, l->code_firstlineno, (uint32_t)first);
	fake_put(f, code, l->code_linetable, fake_bytes(f, lines, len));
	if (l->code_localsplusnames == LAYOUT_NONE) {
		fake_put(f, code, l->code_varnames,
			 names_tuple(f, names->locals));
		fake_put(f, code, l->code_cellvars,
			 names_tuple(f, names->cells));
		fake_put(f, code, l->code_freevars,
			 names_tuple(f, names->frees));
		return code;
	}
	nr = add_strings(f, names->locals, all);
	nr += add_strings(f, names->cells, all + nr);
	nr += add_strings(f, names->frees, all + nr);
	fake_put(f, code, l->code_localsplusnames, fake_tuple(f, nr, all));
	fake_put32(f, code, l->code_nlocalsplus, nr);
	return code;
}

/* --- frames --- */

static raddr frame_object(struct fake *f, raddr code, uint64_t nr_locals,
			  uint64_t nr, uint64_t offset)
{
	const struct layout *l = &f->py.layout;
	raddr obj = fake_object(f, f->py.known.frame,
				l->frame_localsplus + nr * 8);
	raddr slots = obj + l->frame_localsplus;

	fake_put(f, obj, l->frame_code, code);
	fake_put_if(f, obj, l->frame_valuestack, slots + nr_locals * 8);
	fake_put_if(f, obj, l->frame_stacktop, slots + nr * 8);
	if (l->frame_stackdepth != LAYOUT_NONE)
		fake_put32(f, obj, l->frame_stackdepth,
			   (uint32_t)(nr - nr_locals));
	fake_put32(f, obj, l->frame_lasti,
		   (uint32_t)(f->py.minor == 10 ? offset / 2 : offset));
	return slots;
}

static raddr interpreter_frame(struct fake *f, raddr code, uint64_t nr,
			       uint64_t offset)
{
	const struct layout *l = &f->py.layout;
	raddr frame = fake_block(f, l->iframe_localsplus + nr * 8);
	raddr slots = frame + l->iframe_localsplus;

	fake_put(f, frame, l->iframe_code, code);
	if (l->iframe_stackpointer != LAYOUT_NONE)
		fake_put(f, frame, l->iframe_stackpointer, slots + nr * 8);
	else
		fake_put32(f, frame, l->iframe_stacktop, (uint32_t)nr);
	fake_put(f, frame, l->iframe_instr_ptr,
		 code + l->code_code_adaptive + offset);
	return slots;
}

raddr fake_frame(struct fake *f, raddr code, uint64_t nr_locals, uint64_t nr,
		 const raddr *slots, uint64_t offset)
{
	const struct layout *l = &f->py.layout;
	raddr at = f->py.minor >= 11 ?
		   interpreter_frame(f, code, nr, offset) :
		   frame_object(f, code, nr_locals, nr, offset);

	fake_put_bytes(f, at, slots, nr * 8);
	return at - (f->py.minor >= 11 ? l->iframe_localsplus :
					 l->frame_localsplus);
}
