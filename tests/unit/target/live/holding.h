/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child whose threads change words under a lock, and say who holds it as
 * CPython says who holds the GIL.
 */
#ifndef TESTS_UNIT_TARGET_LIVE_HOLDING_H
#define TESTS_UNIT_TARGET_LIVE_HOLDING_H

#include "target/target-data.h"

/* As _gil_runtime_state has them, and PyThreadState. */
struct record {
	volatile uint64_t tid;
	volatile uint32_t holds;
};
extern struct record records[2], *volatile holder;
extern volatile uint32_t locked;

enum form {
	CURRENT,	/* 3.8 to 3.11: NULL while nobody holds */
	LAST,		/* 3.12 and 3.13: the last holder, and a flag */
	FLAGGED,	/* 3.14 and later: the record has one, too */
	NR_FORMS,
};
/* To be set before the child is started. */
extern enum form form;

struct holder_words holding_words(enum form f);
/* STOP_HOLDER by those words. */
struct snapshot_options holding_options(enum form f);

/*
 * Two words that change under the lock, after holding_map_words(): so far apart
 * that there is time between the copies of the one and the other.  The second
 * changes after the first.
 */
extern volatile uint64_t *first_word, *last_word;
void holding_map_words(void);
/* One that changes without it. */
extern volatile uint64_t free_word;

/* Make a thread. */
void start(void *(*body)(void *), void *argument);
/* Of a thread: add to free_word for ever. */
void *count_freely(void *argument);

/* Bodies for child_start().  Two threads that hold by turns and change the two
 * words; the same, and one that adds to free_word. */
void compete(void);
void compete_beside_another(void);
/*
 * A thread holds by records[0] for ever, and adds to free_word; the same while
 * it sleeps, and another adds.  SIGUSR1 adds to child_nr_signals.
 */
void hold_running(void);
void hold_asleep(void);
/* One holds by records[0], which the main thread has made for itself. */
void hold_for_another(void);

#endif
