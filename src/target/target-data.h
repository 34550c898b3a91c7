/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/target-data.h - what is known of a process: struct target.
 *
 * live/ fills it from a running process and core/ from a core file; each also
 * gives the functions (struct target_source) that read more of it later.
 * modules.c and target.c work on any target through these, and everybody else
 * reads the fields.  The functions to call are in target/target.h.
 *
 * Everything in it that came from the process is untrusted.
 */
#ifndef TARGET_TARGET_DATA_H
#define TARGET_TARGET_DATA_H

#include <sys/types.h>

#include "base/stopped.h"
#include "target/maps.h"
#include "target/memory.h"
#include "target/residency.h"

/*
 * An ELF file that the target has mapped: the program or a shared library.
 * (Modules of Python are objects like others; target/ does not know them.)
 */
struct module {
	char *path;		/* as the target sees it */
	raddr start, end;	/* from its first mapping to its last */
	raddr bias;		/* ELF address + bias = address in the target;
				   set together with `image` */
	struct image *image;	/* use modules_image(); NULL: not opened yet,
				   or it can't be opened */
	bool tried;		/* opening it was tried */
	bool unread;		/* it was opened, and could not be read */
	bool ignored;		/* modules_symbol() passes it over */
};
VEC_DEFINE(module_vec, struct module);

struct thread {
	pid_t tid;		/* in the target's own PID namespace */
	pid_t host_tid;		/* in ours; the same for a core */
	char name[32];		/* comm, untrusted */
	raddr fs_base;		/* TLS base; 0: unknown */
	raddr pc, sp;		/* 0: unknown */
};
VEC_DEFINE(thread_vec, struct thread);

struct live;	/* target/live/live-data.h */
struct core;	/* target/core/core-data.h */

struct target {
	char *name;		/* what the user typed */
	pid_t pid;		/* of a live process; 0: a core */
	pid_t core_pid;		/* of a core's process; 0: unknown */
	char *executable;	/* path of the program as the target sees it */
	char *command;		/* command line, with spaces between */
	char *host;		/* name of the machine; "": unknown */
	uint64_t start_time;	/* of the process, seconds since the epoch */
	/* Which process it is: see heap_info, which has the same; of a core
	 * NULL and 0. */
	char *boot;
	uint64_t start_ticks, pid_namespace;
	pid_t inner_pid;
	uint64_t taken_at;	/* of the snapshot, seconds since the epoch */
	uint64_t resident;	/* bytes, when the snapshot was taken */
	enum stopped stopped;	/* for the snapshot */
	uint64_t pause_ns;	/* how long its threads stood still */
	uint64_t copy_ns;	/* how long the copy took */
	uint64_t lost;		/* bytes that could not be copied: zero in
				   `memory` */
	struct mapping_vec mappings;
	struct module_vec modules; /* may move at target_snapshot() */
	struct thread_vec threads; /* set by target_snapshot() */
	struct memory memory;	/* set by target_snapshot() */
	struct residency residency; /* ask target_residency() for it */
	uint64_t missing;	/* bytes that a truncated core lacks */
	struct str_vec warnings; /* of a core: what to tell the user */
	const struct target_source *source;
	struct live *live;	/* NULL: a core */
	struct core *core;	/* NULL: a process */
};

/* How long a way is tried before the next, and the only way that may be. */
#define SNAPSHOT_PATIENCE_MS 300
#define SNAPSHOT_PATIENCE_HOLDER_MS 500
#define SNAPSHOT_PATIENCE_ONLY_MS 10000

/*
 * Flags of a target that must be 0 in a snapshot: one by itself, or one in each
 * node of a linked list.  Flags have 4 bytes.  CPython has one for each
 * interpreter: a collection is running.  It is data and no function, so that
 * whoever stops the process can check it without knowing what the flags mean.
 * All zero: there is nothing to check.
 */
struct gate {
	raddr word;		/* address of the flag; 0: none */
	raddr list;		/* address of the pointer to the first node; 0:
				   there is no list */
	uint64_t next, flag;	/* offsets in a node: of the pointer to the next
				   one, of its flag */
};

/*
 * Where a process says which of its threads alone may change its objects, in
 * words that the threads themselves write.  CPython: who holds the GIL.  It is
 * data for the same reason.
 */
struct holder_words {
	raddr holder;		/* address of a pointer to the record of the
				   thread, NULL: nobody holds; 0: not known */
	raddr locked;		/* address of 4 bytes, 0: nobody holds; 0: there
				   is no such flag */
	/* Offsets in a record: */
	uint64_t flag;		/* of 4 bytes, 0: it does not hold; 0: none */
	uint64_t tid;		/* of the thread's number in its PID namespace,
				   8 bytes */
	bool tid_is_pointer;	/* they are its pthread_self() instead */
	/* The record may say the number of a thread that has made it for
	 * another.  So the thread must have a pointer to the record in its own
	 * memory, too: from its TLS base + own_from up to its TLS base +
	 * own_to, at most HOLDER_OWN_MAX bytes. */
	int32_t own_from, own_to;
};
#define HOLDER_OWN_MAX 4096

/* What of a process may be stopped for a snapshot. */
enum stop_when {
	STOP_AUTO,	/* nothing if it rests for a moment; else the holder if
			   there is one; else all */
	STOP_NEVER,	/* nothing */
	STOP_HOLDER,	/* the holder */
	STOP_ALWAYS,	/* all, at once */
	NR_STOP_WHEN,
};

struct snapshot_options {
	/*
	 * Checked when no thread runs, before anything is copied.  If it is
	 * closed, this is no moment for a snapshot (a collection is running):
	 * the threads are resumed, and it is tried again.
	 */
	struct gate gate;
	struct holder_words words;
	enum stop_when stop;
	/* For how long each way but the last is tried; 0:
	 * SNAPSHOT_PATIENCE_MS, for the holder SNAPSHOT_PATIENCE_HOLDER_MS, and
	 * SNAPSHOT_PATIENCE_ONLY_MS with STOP_NEVER and STOP_HOLDER. */
	uint64_t patience_ms;
	/* A stop that would be longer is refused, and one that becomes longer
	 * is ended: ERR_SYSTEM.  0: it may be as long as it takes. */
	uint64_t max_pause_ms;
	/* Say it on stderr before a stop that will be long. */
	bool announces;
	unsigned int retries;	/* how often it is tried again; 0: for 10 s */
	/* Does the user want to end, so that it is not tried again?  NULL:
	 * never. */
	bool (*is_given_up)(void);
	/* For tests: called at named moments ("quiet", "held" or "stopped",
	 * "copied"). */
	void (*at)(const char *moment);
};

/* Does the user want to end? */
static inline bool
snapshot_is_given_up(const struct snapshot_options *options)
{
	return options->is_given_up && options->is_given_up();
}

/*
 * What live/ and core/ can do for their targets.  A function that is NULL has
 * the answer that is given with it.
 */
struct target_source {
	/* Read memory now; see target_peek(). */
	struct error *(*peek)(struct target *t, raddr addr, void *buf,
			      uint64_t len);
	/* See target_snapshot(). */
	struct error *(*snapshot)(struct target *t,
				  const struct snapshot_options *options);
	/* A descriptor of the mapping's file, which stays the source's; -1:
	 * the file is not available. */
	int (*file)(struct target *t, const struct mapping *m);
	/*
	 * Where file() returns -1: a descriptor of the file's separate debug
	 * information, which stays the source's, and the bias of the module
	 * that the mapping `m` is in.  NULL: -1.
	 */
	int (*debug_file)(struct target *t, const struct mapping *m,
			  raddr *bias);
	/* A symbol's address in the process and its size, from memory alone;
	 * false: not found.  NULL: false. */
	bool (*symbol)(struct target *t, const struct module *module,
		       const char *name, raddr *ret, uint64_t *size);
	/* See target_is_missing().  NULL: false. */
	bool (*is_missing)(struct target *t, raddr addr);
	/* See target_hole().  NULL: 0. */
	uint64_t (*hole)(const struct target *t, const uint8_t *p);
	/* Fill the empty t->residency.  NULL: target_snapshot() does it. */
	void (*residency)(struct target *t);
	/* Free t->live or t->core; `memory` is released before. */
	void (*close)(struct target *t);
};

/*
 * *closed: is one of the flags set?  The target is read as it is now, whether
 * it stands still or runs; of a list, 1,024 nodes at most.  On error *closed is
 * false.
 *
 * ERR_FAULT: a flag or a node is not mapped.  ERR_GONE, ERR_PERMISSION: see
 * target_peek().
 */
struct error *target_check_gate(struct target *t, const struct gate *gate,
				bool *closed) MUST_CHECK;

/* Free all of a target but its modules, and the struct: for target_close(). */
void target_release(struct target *t);

/* Add a warning for the user; what is not printable in it gets escaped. */
void target_warn(struct target *t, const char *format, ...) PRINTF(2, 3);

#endif
