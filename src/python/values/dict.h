/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/values/dict.h - dicts read as data: every kind of key table, split
 * and combined, of all versions.  Objects/dictobject.c.
 */
#ifndef PYTHON_VALUES_DICT_H
#define PYTHON_VALUES_DICT_H

#include "python/state/python.h"

struct dict_iter {
	struct python *py;
	raddr dict;
	uint64_t nr, i;		/* entries, and the next one */
	const uint8_t *entries;
	const uint8_t *values;	/* split table; NULL: in the entries */
	unsigned int entry_size, key_at, value_at;
	bool general;		/* keys may be of any type: dict_traverse()
				   visits them, too */
	bool embedded;		/* the values are inside of their owner */
	raddr keys;		/* the PyDictKeysObject */
};

/* Begin at the first entry of `dict`.  False: it can't be read as a dict. */
bool dict_iter_init(struct python *py, raddr dict, struct dict_iter *it);
/*
 * Begin with the table `keys`, which instances share, and the instance's own
 * `values`, `max` at most.  False: they can't be read.
 */
bool dict_iter_init_split(struct python *py, raddr keys, raddr values,
			  uint64_t max, struct dict_iter *it);
/* Begin with a table of keys alone, for dict_iter_next_key().  False: it
 * can't be read. */
bool dict_iter_init_keys(struct python *py, raddr keys, struct dict_iter *it);
/* The key of the next entry, with or without a value; false: no more. */
bool dict_iter_next_key(struct dict_iter *it, raddr *key);
/* The next entry that has a value; false: no more. */
bool dict_iter_next(struct dict_iter *it, raddr *key, raddr *value);

/* The value of the str key `name`; 0: not there, or not readable.  Linear. */
raddr dict_get(struct python *py, raddr dict, const char *name);
/* len(dict), as the dict says it: untrusted. */
int64_t dict_length(struct python *py, raddr dict);

#endif
