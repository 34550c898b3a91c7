/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output/leaks/workers.h - the suspects of several processes, side by side.
 *
 * Workers of one service leak at the same places.  Each process's suspects are
 * found on their own; those of the same kind, of the same type and at the same
 * place are one row, with a figure for each process.  Nothing is said to have
 * grown from one process to another.
 *
 * A process is added when it has been read, and its heap may be closed then:
 * what is kept is the text or the JSON of its suspects.
 */
#ifndef OUTPUT_LEAKS_WORKERS_H
#define OUTPUT_LEAKS_WORKERS_H

#include "output/leaks/leaks.h"

/* A suspect of one process. */
struct worker_suspect {
	size_t process;
	uint64_t key;		/* of kind, type and place */
	uint64_t similar;	/* the same without numbers in the place, such
				   as ids of threads */
	uint64_t entries, objects, bytes;
	char *sentence, *details; /* for text; NULL for JSON */
	json_t *value;		/* for JSON; NULL for text */
};
VEC_DEFINE(worker_suspect_vec, struct worker_suspect);

struct worker {
	int64_t pid;		/* 0: unknown */
	char *target;		/* as the user typed it */
	char *command;		/* without numbers */
	char *head;		/* for text: what it has, wrapped lines */
	char *tail;		/* for text: lines about its coverage */
	json_t *value;		/* for JSON: what "processes" has of it */
	uint64_t objects, bytes; /* of its heap */
};
VEC_DEFINE(worker_vec, struct worker);

/* A suspect of one process or more. */
struct worker_row {
	size_t first, nr;	/* in workers.order */
	size_t largest;		/* in workers.suspects */
	uint64_t entries, objects, bytes; /* of all */
};
VEC_DEFINE(worker_row_vec, struct worker_row);

struct workers {
	struct format format;
	bool json;
	struct worker_vec processes;
	struct worker_suspect_vec suspects;
	struct worker_row_vec rows;	/* most bytes first */
	size_t *order;			/* of suspects, row by row */
};

/* Begin; `format` is for text.  The caller calls workers_release(). */
void workers_init(struct workers *w, const struct format *format, bool json);
void workers_release(struct workers *w);

/*
 * Add a process: found->suspects is finished, and found->limit 0.  `target` is
 * what the user typed.
 */
void workers_add(struct workers *w, const struct leaks_found *found,
		 const char *target);

/* All processes are there: find the rows. */
void workers_finish(struct workers *w);

/* At most `limit` rows; 0: all. */
void workers_text(const struct workers *w, uint64_t limit, struct str *out);
/* A new reference.  It takes the values out of `w`: call it once. */
json_t *workers_json(struct workers *w, uint64_t limit);

#endif
