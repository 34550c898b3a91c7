/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-interpreter.h"

static void link_to_itself(struct fake *f, raddr head)
{
	fake_put(f, head, 0, head);
	fake_put(f, head, 8, head);
}

/* 3.14.0 to 3.14.4 have a young generation and two old ones. */
static void put_heads(struct fake *f, struct fake_interpreter *in)
{
	const struct layout *l = &f->py.layout;
	bool young = l->gc_generations == LAYOUT_NONE;

	for (unsigned int i = 0; i < 3; i++) {
		in->heads[i] = in->gc + i * l->generation_size +
			       (young ? l->gc_old - l->generation_size
				      : l->gc_generations);
		if (young && !i)
			in->heads[0] = in->gc + l->gc_young;
		link_to_itself(f, in->heads[i]);
		fake_put32(f, in->heads[i], l->generation_threshold,
			   700 + i);
		fake_put32(f, in->heads[i], l->generation_count, i);
	}
	if (l->gc_permanent != LAYOUT_NONE)
		link_to_itself(f, in->gc + l->gc_permanent);
}

/* Rows that were derived from headers have no sizes of large structs. */
static uint64_t size_or(uint32_t size, uint64_t otherwise)
{
	return size == LAYOUT_NONE ? otherwise : size;
}

void fake_interpreter(struct fake *f, uint64_t nr_modules,
		      const raddr *modules, struct fake_interpreter *ret)
{
	const struct layout *l = &f->py.layout;
	struct fake_interpreter in = { 0 };

	in.runtime = fake_block(f, size_or(l->runtime_size, 1 << 20));
	in.address = fake_block(f, size_or(l->interp_size, 1 << 19));
	in.gc = l->interp_gc != LAYOUT_NONE ? in.address + l->interp_gc
					    : in.runtime + l->runtime_gc;
	put_heads(f, &in);
	in.modules = fake_dict(f, nr_modules, modules, false);
	in.sysdict = fake_namespace(f, "modules", in.modules, NULL);
	in.builtins = fake_namespace(f, NULL);
	fake_put(f, in.runtime, l->runtime_interpreters_head, in.address);
	fake_put(f, in.address, l->interp_modules, in.modules);
	fake_put(f, in.address, l->interp_sysdict, in.sysdict);
	fake_put(f, in.address, l->interp_builtins, in.builtins);
	f->py.runtime = in.runtime;
	interpreter_vec_push(&f->py.interpreters,
			     (struct interpreter){ .address = in.address });
	*ret = in;
}

void fake_track(struct fake *f, const struct fake_interpreter *in,
		unsigned int generation, raddr obj)
{
	raddr head = in->heads[generation], node = obj - 16;
	raddr last = fake_word(f, head, 8);

	fake_put(f, node, 0, head);
	fake_put(f, node, 8, last);
	fake_put(f, last, 0, node);
	fake_put(f, head, 8, node);
}
