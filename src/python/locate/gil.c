/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GIL: Python/ceval_gil.c and Include/internal/pycore_gil.h.
 *
 * 3.8 to 3.11 have one for the process.  The thread that has taken it writes
 * its state into _PyRuntime.gilstate.tstate_current, and NULL before it gives
 * it back.  From 3.12 on, interp->ceval.gil is that of the interpreter: the
 * main one's, but for interpreters that were made with one of their own.  In
 * struct _gil_runtime_state, `locked` is 1 while somebody has it, who is
 * `last_holder`; `locked` comes first.  From 3.14 on, holds_gil of the thread's
 * state comes after both.
 *
 * A state may be made by one thread for another, whose number it does not have
 * then; those of interpreters are.  So the thread itself must say that the
 * state is its own.  From 3.12 on its variable _Py_tss_tstate does while it has
 * the GIL, which lies below the TLS base as all of a program's own.  Before,
 * autoTSSkey does, whose value is in glibc's struct pthread, which begins at
 * the TLS base: .specific_1stblock, with 32 keys.
 */
#include "base/log.h"
#include "python/locate/gil.h"
#include "python/state/words.h"

/* The list of interpreters is read while it may change. */
#define MAX_INTERPRETERS 1024
/* What the variables of the program and its libraries take. */
#define TLS_BYTES 2048
/* glibc on x86-64. */
#define PTHREAD_SPECIFIC 784
#define PTHREAD_SPECIFIC_END (PTHREAD_SPECIFIC + 32 * 16)

/* The word at addr + offset now; 0: it can't be read. */
static raddr peek(struct python *py, raddr addr, uint64_t offset)
{
	uint8_t word[8] = { 0 };

	log_pass_over(target_peek(py->target, addr + offset, word,
				  sizeof(word)),
		      "it is not known who holds the GIL");
	return get_u64(word);
}

/* The GIL that all interpreters have now; 0: they have several, or none. */
static raddr common_gil(struct python *py)
{
	const struct layout *l = &py->layout;
	raddr at = peek(py, py->runtime, l->runtime_interpreters_head);
	raddr gil = at ? peek(py, at, l->interp_ceval_gil) : 0;

	for (int i = 0; at && i < MAX_INTERPRETERS; i++) {
		if (peek(py, at, l->interp_ceval_gil) != gil)
			return 0;
		at = peek(py, at, l->interp_next);
	}
	return at ? 0 : gil;
}

static bool find_holder(struct python *py, struct holder_words *w)
{
	const struct layout *l = &py->layout;
	raddr gil;

	if (l->runtime_gilstate_current != LAYOUT_NONE) {
		w->holder = py->runtime + l->runtime_gilstate_current;
		return true;
	}
	if (l->interp_ceval_gil == LAYOUT_NONE ||
	    l->gil_last_holder == LAYOUT_NONE || l->gil_locked == LAYOUT_NONE)
		return false;
	gil = common_gil(py);
	w->holder = gil + l->gil_last_holder;
	w->locked = gil + l->gil_locked;
	if (l->thread_holds_gil != LAYOUT_NONE)
		w->flag = l->thread_holds_gil;
	return gil;
}

struct holder_words gil_words(struct python *py)
{
	const struct layout *l = &py->layout;
	struct holder_words w = { .holder = 0 };

	if (!py->target->live || py->free_threaded || !find_holder(py, &w))
		return (struct holder_words){ .holder = 0 };
	if (l->runtime_gilstate_current == LAYOUT_NONE) {
		w.own_from = -TLS_BYTES;
	} else {
		w.own_from = PTHREAD_SPECIFIC;
		w.own_to = PTHREAD_SPECIFIC_END;
	}
	if (l->thread_native_thread_id != LAYOUT_NONE) {
		w.tid = l->thread_native_thread_id;
	} else {
		/* The number came with 3.11. */
		w.tid = l->thread_thread_id;
		w.tid_is_pointer = true;
	}
	return w;
}

bool gil_is_common(struct python *py, const struct holder_words *words)
{
	const struct layout *l = &py->layout;

	if (l->interp_ceval_gil == LAYOUT_NONE)
		return true;
	for (size_t i = 0; i < py->interpreters.nr; i++)
		if (word_at(py, py->interpreters.v[i].address,
			    l->interp_ceval_gil) + l->gil_last_holder !=
		    words->holder)
			return false;
	return true;
}
