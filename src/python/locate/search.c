/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * _PyRuntime without a symbol.  From 3.13 on it begins with a cookie and says
 * where its members are (Include/internal/pycore_debug_offsets.h).  Before, it
 * is known by its list of interpreters (struct pyinterpreters in
 * pycore_runtime.h, here of one interpreter):
 *
 *	_PyRuntime		PyInterpreterState	PyThreadState
 *	| mutex   |		| threads ---------+--->| interp -+--> back
 *	| head ---+------------>|                  |
 *	| main ---+------------>| sysdict ---------+---> a dict, whose type's
 *	| next_id |					  type is its own type
 *
 * and by the collector's lists, whose links agree both ways.  Each layout that
 * is known is tried; sys.hexversion must agree with it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "python/layout/debug-offsets.h"
#include "python/layout/layout-choose.h"
#include "python/locate/gc.h"
#include "python/locate/search.h"
#include "python/state/words.h"
#include "python/values/dict.h"
#include "python/values/text.h"

#define OFFSETS_MAX 1024
#define RUNTIME_SIZE_AT 24	/* of the cookie, in _Py_DebugOffsets */
#define FIRST_WITH_COOKIE 0x030d0000u

/* --- does all of it agree? ---------------------------------------------- */

/* dict's type is `type`, whose type is itself; then also str and int. */
static bool find_first_types(struct python *py, raddr sysdict)
{
	const struct layout *l = &py->layout;
	struct known_types *k = &py->known;
	raddr key, value;
	struct dict_iter it;

	k->dict = word_at(py, sysdict, l->object_type);
	k->type = word_at(py, k->dict, l->object_type);
	if (!k->type || word_at(py, k->type, l->object_type) != k->type)
		return false;
	k->object = word_at(py, k->type, l->type_base);
	if (word_at(py, k->object, l->object_type) != k->type ||
	    word_at(py, k->dict, l->type_basicsize) != l->dict_size ||
	    !(word_at(py, k->dict, l->type_flags) & TPFLAG_DICT_SUBCLASS) ||
	    !(word_at(py, k->type, l->type_flags) & TPFLAG_TYPE_SUBCLASS))
		return false;
	if (!dict_iter_init(py, sysdict, &it) ||
	    !dict_iter_next(&it, &key, &value))
		return false;
	k->str = word_at(py, key, l->object_type);
	return word_at(py, k->str, l->type_flags) & TPFLAG_UNICODE_SUBCLASS;
}

static uint32_t read_hexversion(struct python *py, raddr sysdict)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	raddr number = dict_get(py, sysdict, "hexversion");

	if (!number)
		return 0;
	py->known.int_ = word_at(py, number, py->layout.object_type);
	if (!text_scalar(py, number, 20, &text))
		return 0;
	return (uint32_t)strtoul(text.s, NULL, 0);
}

static bool has_thread(struct python *py, raddr interp)
{
	raddr thread = word_at(py, interp, py->layout.interp_threads);

	return thread &&
	       word_at(py, thread, py->layout.thread_interp) == interp;
}

static bool has_lists(struct python *py, raddr address)
{
	struct interpreter interp = { .address = address };
	struct error *err = gc_locate(py, &interp);

	/* Not logged: almost nothing that is tried is an interpreter. */
	error_free(err);
	return !err;
}

/* With py->runtime and a layout: is `interp` an interpreter of `series`? */
static bool is_interpreter(struct python *py, raddr interp, uint32_t series)
{
	raddr sysdict = word_at(py, interp, py->layout.interp_sysdict);
	uint32_t hexversion;

	if (!sysdict || !has_thread(py, interp) ||
	    !find_first_types(py, sysdict))
		return false;
	/* The lists of a process that runs change while they are looked at. */
	if (py->target->core && !has_lists(py, interp))
		return false;
	hexversion = read_hexversion(py, sysdict);
	if (hexversion >> 16 != series >> 16)
		return false;
	py->hexversion = hexversion;
	py->debug = dict_get(py, sysdict, "gettotalrefcount");
	return true;
}

/* --- the two ways ------------------------------------------------------- */

/* If the words at `at` belong to a runtime: fill `py` and return true. */
typedef bool (*check_function)(struct python *py, raddr at, const uint8_t *p,
			       uint64_t len);

static bool is_told(struct python *py, raddr at, const uint8_t *p,
		    uint64_t len)
{
	uint32_t version = debug_offsets_version(p, len);
	struct layout_query q = {
		.hexversion = version,
		.debug_offsets = p,
		.debug_offsets_len = MIN(len, OFFSETS_MAX),
	};
	raddr interp;

	if (version < FIRST_WITH_COOKIE || len < RUNTIME_SIZE_AT + 8)
		return false;
	q.free_threaded = get_u64(p + 16) == 1;
	q.runtime_size = get_u64(p + RUNTIME_SIZE_AT);
	if (q.runtime_size > RUNTIME_SIZE_MAX)
		return false;
	free(py->layout_source);
	py->layout_source = NULL;
	struct error *err = layout_choose(&q, &py->layout, &py->layout_source);
	if (err) {
		/* No line: a core may be full of cookies. */
		error_free(err);
		return false;
	}
	py->minor = (int)(version >> 16 & 0xff);
	py->free_threaded = q.free_threaded;
	py->runtime = at;
	interp = word_at(py, at, py->layout.runtime_interpreters_head);
	if (!is_interpreter(py, interp, version))
		return false;
	py->runtime_size = q.runtime_size;
	return true;
}

static bool has_cookie(struct python *py, raddr at, const uint8_t *p,
		       uint64_t len)
{
	return !memcmp(p, DEBUG_OFFSETS_COOKIE, 8) && is_told(py, at, p, len);
}

/* Does the list of interpreters that begins with `head` end with `main`? */
static bool leads_to(struct python *py, raddr head, raddr main)
{
	for (int i = 0; head && head != main && i < MAX_INTERPRETERS; i++)
		head = word_at(py, head, py->layout.interp_next);
	return head == main && !word_at(py, main, py->layout.interp_next);
}

/* Is there a runtime of this layout with `interpreters.head` at `at`? */
static bool fits_row(struct python *py, raddr at, raddr head, raddr main,
		     const struct layout_row *row)
{
	if (row->hexversion >= FIRST_WITH_COOKIE || row->free_threaded)
		return false;
	py->layout = row->layout;
	py->free_threaded = false;
	py->minor = (int)(row->hexversion >> 16 & 0xff);
	py->runtime = at - row->layout.runtime_interpreters_head;
	return leads_to(py, head, main) &&
	       is_interpreter(py, main, row->hexversion);
}

static bool has_interpreters(struct python *py, raddr at, const uint8_t *p,
			     uint64_t len)
{
	raddr head = get_u64(p), main;

	if (!head || head & 7 || len < 24)
		return false;
	/* The main one is the last in the list that `head` begins. */
	main = get_u64(p + 8);
	if (main & 7 || !main || get_u64(p + 16) > UINT32_MAX ||
	    !memory_find(py->memory, head) ||
	    (main != head && !memory_find(py->memory, main)))
		return false;
	for (unsigned int i = 0; i < nr_layout_rows; i++)
		if (fits_row(py, at, head, main, &layout_rows[i]))
			return true;
	return false;
}

/* --- where it may be ---------------------------------------------------- */

static bool search_range(struct python *py, raddr start, raddr end,
			 check_function check)
{
	const uint8_t *p = memory_at(py->memory, start, end - start);

	for (raddr at = start; p && end - at >= 8; at += 8)
		if (check(py, at, p + (at - start), end - at))
			return true;
	return false;
}

/* Is it data of a file, or the .bss after it?  Only these are searched,
 * since a core may hold gigabytes. */
static bool is_data(const struct target *t, size_t i)
{
	const struct mapping *m = &t->mappings.v[i];

	return m->inode || (i && t->mappings.v[i - 1].inode &&
			    t->mappings.v[i - 1].end == m->start);
}

/* Mappings and segments are both in order. */
static bool search(struct python *py, bool data, check_function check)
{
	const struct target *t = py->target;
	const struct memory *memory = py->memory;
	unsigned int first = 0;

	for (size_t i = 0; i < t->mappings.nr; i++) {
		const struct mapping *m = &t->mappings.v[i];

		if (!(m->prot & SEGMENT_WRITE) || is_data(t, i) != data)
			continue;
		while (first < memory->nr_segments &&
		       memory->segments[first].end <= m->start)
			first++;
		for (unsigned int j = first; j < memory->nr_segments &&
					     memory->segments[j].start < m->end;
		     j++) {
			const struct segment *s = &memory->segments[j];

			/* Skip bytes of a core that came from files, and
			 * zeros: they are not in the core. */
			if ((!py->target->core || !s->release) &&
			    search_range(py, MAX(m->start, s->start),
					 MIN(m->end, s->end), check))
				return true;
		}
	}
	return false;
}

static bool has_files(const struct target *t)
{
	for (size_t i = 0; i < t->mappings.nr; i++)
		if (t->mappings.v[i].inode)
			return true;
	return false;
}

bool search_version(struct python *py)
{
	raddr runtime = py->runtime;
	bool found = false;

	for (unsigned int i = 0; !found && i < nr_layout_rows; i++) {
		const struct layout_row *row = &layout_rows[i];
		raddr at = runtime + row->layout.runtime_interpreters_head;
		raddr head = word_at(py, at, 0), main = word_at(py, at, 8);

		found = head && fits_row(py, at, head, main, row);
	}
	py->runtime = runtime;
	return found;
}

bool search_runtime(struct python *py)
{
	/* Without NT_FILE it is unknown which mappings are of files. */
	bool data = has_files(py->target);
	bool found = search(py, data, has_cookie) ||
		     search(py, data, has_interpreters);

	log_info("search: %s", found ? py->minor >= 13 ?
		 "debug offsets of a _PyRuntime that agrees are found" :
		 "interpreters that agree with a layout are found" :
		 "nothing in the target's data agrees with any layout");
	free(py->layout_source);
	py->layout_source = NULL;
	return found;
}
