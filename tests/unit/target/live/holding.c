/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "holding.h"

struct record records[2], *volatile holder;
volatile uint32_t locked;
/* As _Py_tss_tstate. */
static __thread struct record *volatile mine;

enum form form;

struct holder_words holding_words(enum form f)
{
	struct holder_words w = { .holder = child_address(&holder),
				  .tid = offsetof(struct record, tid),
				  .own_from = -1024 };

	if (f != CURRENT)
		w.locked = child_address(&locked);
	if (f == FLAGGED)
		w.flag = offsetof(struct record, holds);
	return w;
}

struct snapshot_options holding_options(enum form f)
{
	return (struct snapshot_options){ .stop = STOP_HOLDER,
					  .words = holding_words(f) };
}

/* The lock.  In each form, the words come in CPython's order. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void take(struct record *r)
{
	pthread_mutex_lock(&mutex);
	locked = 1;
	holder = r;
	r->holds = 1;
	mine = r;
}

static void give(struct record *r)
{
	mine = NULL;
	r->holds = 0;
	if (form == CURRENT)
		holder = NULL;
	locked = 0;
	pthread_mutex_unlock(&mutex);
}

#define APART (32UL << 20)
volatile uint64_t *first_word, *last_word, free_word;

void holding_map_words(void)
{
	uint8_t *area = mmap(NULL, APART, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(area, 0, APART);
	first_word = (volatile uint64_t *)area;
	last_word = (volatile uint64_t *)(area + APART) - 1;
}

/* Under the lock for most of the time, as two busy threads of Python. */
static void *change_both(void *argument)
{
	struct record *r = argument;

	r->tid = (uint64_t)syscall(SYS_gettid);
	for (;;) {
		take(r);
		for (int i = 0; i < 20000; i++) {
			++*first_word;
			++*last_word;
		}
		give(r);
	}
	return NULL;
}

void *count_freely(void *argument)
{
	(void)argument;
	for (;;)
		free_word++;
	return NULL;
}

void start(void *(*body)(void *), void *argument)
{
	pthread_t thread;

	pthread_create(&thread, NULL, body, argument);
}

void compete(void)
{
	start(change_both, &records[0]);
	start(change_both, &records[1]);
	child_ready();
	pause();
}

void compete_beside_another(void)
{
	start(count_freely, NULL);
	compete();
}

static void note_signal(int number)
{
	(void)number;
	child_nr_signals++;
}

static void *hold_for_ever(void *argument)
{
	struct record *r = argument;

	r->tid = (uint64_t)syscall(SYS_gettid);
	take(r);
	child_ready();
	for (;;)
		pause();
	return NULL;
}

void hold_asleep(void)
{
	signal(SIGUSR1, note_signal);
	start(hold_for_ever, &records[0]);
	start(count_freely, NULL);
	for (;;)
		pause();
}

static void *hold_and_run(void *argument)
{
	struct record *r = argument;

	r->tid = (uint64_t)syscall(SYS_gettid);
	take(r);
	child_ready();
	for (;;)
		free_word++;
	return NULL;
}

void hold_running(void)
{
	signal(SIGUSR1, note_signal);
	start(hold_and_run, &records[0]);
	for (;;)
		pause();
}

static void *run_for_another(void *argument)
{
	struct record *r = argument;

	take(r);
	mine = NULL;
	child_ready();
	for (;;)
		free_word++;
	return NULL;
}

void hold_for_another(void)
{
	records[0].tid = (uint64_t)syscall(SYS_gettid);
	start(run_for_another, &records[0]);
	for (;;)
		pause();
}
