/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What classes, modules and code own.
 */
#include "python/raw/raw-read.h"
#include "python/objects/size-dict.h"
#include "python/state/words.h"

/*
 * Objects/typeobject.c.  Static classes are in a file, and so is what they
 * point to.  The keys of instances' values belong to the class, whoever else
 * counts them.  From 3.11 on, PyType_FromSpec() copies the name.  The name of a
 * class statement's class is inside of the str that is its __name__.
 */
bool raw_read_type(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr keys, name;

	if (!(raw_word(r, l->type_flags) & TPFLAG_HEAPTYPE))
		return true;
	keys = raw_word(r, l->heaptype_cached_keys);
	if (keys)
		raw_add(r, keys,
			size_dict_keys(r->py, words_at(r->py, keys,
						       l->keys_indices)),
			RAW_KEYS, RAW_REFERENCES);
	raw_add_word(r, l->type_doc, RAW_DOC, RAW_LEAF);
	name = raw_word(r, l->heaptype_tpname);
	raw_add(r, name, 0, RAW_NAME, RAW_LEAF);
	if (!name && raw_word(r, l->type_name) !=
			     raw_word(r, l->heaptype_name) + l->ascii_size)
		raw_add_word(r, l->type_name, RAW_NAME, RAW_LEAF | RAW_SHARED);
	return true;
}

/* Behind the object's head in PyModuleDef: m_init, m_index, m_copy, m_name,
 * m_doc, m_size (Include/moduleobject.h). */
#define MODULEDEF_SIZE 40

/* How many bytes a module's state has; 3.15 keeps that in the module. */
static uint64_t state_size(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;

	if (l->module_state_size != LAYOUT_NONE)
		return raw_word(r, l->module_state_size);
	return word_at(r->py, raw_word(r, l->module_def),
		       l->object_size + MODULEDEF_SIZE);
}

/* Most modules have a block for a state of 0 bytes, with stale words in it. */
bool raw_read_module(struct raw_reader *r)
{
	uint64_t size = state_size(r);

	raw_add_sized(r, r->py->layout.module_state, size, RAW_STATE,
		      size ? 0 : RAW_LEAF);
	return true;
}

/* Arrays that begin with their length: _PyCodeObjectExtra, _PyCodeArray. */
static uint64_t array_size(struct raw_reader *r, raddr array)
{
	uint64_t nr = word_at(r->py, array, 0);

	return nr < UINT32_MAX ? 8 + nr * 8 : 0;
}

/* 3.14 and later, free-threaded: each thread that runs the code may have a copy
 * of its bytecode; the first entry is the code's own. */
static void add_thread_copies(struct raw_reader *r)
{
	raddr array = raw_word(r, r->py->layout.code_tlbc);
	uint64_t size = array ? array_size(r, array) : 0;

	raw_add(r, array, size, RAW_CACHE, RAW_REFERENCES);
	if (!size || !memory_has_array(r->py->memory, array, size, 1))
		return;
	for (uint64_t at = 16; at < size; at += 8)
		raw_add(r, word_at(r->py, array + at, 0), 0, RAW_CACHE,
			RAW_LEAF);
}

/*
 * Objects/codeobject.c, code_dealloc().  3.8 to 3.10: caches of opcodes, and a
 * frame to use again.  3.11 and later: line numbers, what instrumentation
 * needs, attributes that were asked for, and the executors of the JIT.
 */
bool raw_read_code(struct raw_reader *r)
{
	const struct layout *l = &r->py->layout;
	raddr extra = raw_word(r, l->code_extra);

	if (extra)
		raw_add(r, extra, array_size(r, extra), RAW_EXTRA, 0);
	raw_add_word(r, l->code_opcache, RAW_CACHE, RAW_LEAF);
	raw_add_word(r, l->code_opcache_map, RAW_CACHE, RAW_LEAF);
	raw_add_word(r, l->code_cell2arg, RAW_TABLE, RAW_LEAF);
	raw_add_word(r, l->code_zombieframe, RAW_CACHE, RAW_OBJECT);
	/* 3.11 has a bytes object there. */
	if (r->py->minor >= 12)
		raw_add_word(r, l->code_cached, RAW_CACHE, 0);
	raw_add_word(r, l->code_linearray, RAW_TABLE, RAW_LEAF);
	raw_add_word(r, l->code_monitoring, RAW_STATE, 0);
	raw_add_word(r, l->code_executors, RAW_CACHE, 0);
	add_thread_copies(r);
	return true;
}
