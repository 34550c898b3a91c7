/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap/info.h - what the target is and how much of it was read: for reports
 * and captures.
 *
 * All text is owned by the heap; it is valid UTF-8 without control bytes.
 */
#ifndef HEAP_INFO_H
#define HEAP_INFO_H

#include <stdbool.h>

#include "base/stopped.h"
#include "base/str.h"
#include "heap/object.h"

/* What the collector did in one generation, as gc.get_stats() has it. */
struct heap_collections {
	int64_t nr;		/* collections */
	int64_t collected, uncollectable; /* objects */
	int64_t candidates;	/* objects that were looked at */
	int64_t nanoseconds;	/* that all of them took */
};

/* None of them is below 0, wherever they come from. */
static inline bool heap_collections_can_be(const struct heap_collections *c)
{
	return c->nr >= 0 && c->collected >= 0 && c->uncollectable >= 0 &&
	       c->candidates >= 0 && c->nanoseconds >= 0;
}

/* Strings that CPython has interned: objects of the heap, whether or not the
 * collector reaches them. */
enum heap_interning {
	INTERNED_MORTAL,	/* freed with the last reference to it */
	INTERNED_IMMORTAL,	/* there until the interpreter ends */
	NR_INTERNINGS,
};
struct heap_interned {
	uint64_t nr;
	uint64_t size;		/* the sum of heap.size */
	uint64_t bytes;		/* the sum of heap_bytes() */
};

struct heap_generation {
	int64_t threshold, count; /* as gc.get_threshold(), gc.get_count() */
	uint64_t objects;	/* that the collector has in it */
	struct heap_collections done;
};

struct heap_interpreter {
	int64_t id;		/* 0: the main interpreter */
	bool gc_enabled;
	bool gc_collecting;	/* the snapshot was taken within a collection */
	struct heap_generation generations[3];
	bool collections_known;	/* generations[].done is there, else zeroed */
	bool durations_known;	/* its last two members, too: 3.15 */
	uint64_t frozen;	/* objects in the permanent generation */
	int64_t garbage;	/* len(gc.garbage); -1: could not be read */
	oid garbage_list;	/* gc.garbage, or OID_NONE */
	oid callbacks;		/* gc.callbacks, a list, or OID_NONE */
	uint32_t nr_threads;
};
VEC_DEFINE(heap_interpreter_vec, struct heap_interpreter);

/* heap_mapping.flags */
#define MAPPING_READ 1
#define MAPPING_WRITE 2
#define MAPPING_EXECUTE 4
#define MAPPING_SHARED 8
#define MAPPING_DELETED 16	/* the file has no name any more */

/* A part of the target's address space: start <= address < end. */
struct heap_mapping {
	uint64_t start, end;
	uint32_t flags;		/* MAPPING_* */
	uint64_t offset;	/* of `start` in the file, bytes */
	char *path;		/* as the target sees it; "[heap]"; "": none */
};
VEC_DEFINE(heap_mapping_vec, struct heap_mapping);

/* A self-check, for `pyheld doctor`; captures do not have them. */
struct heap_check {
	char *name;		/* what should be: "type(type) is type" */
	char *detail;		/* figures, or what is there instead */
	bool passed;
};
VEC_DEFINE(heap_check_vec, struct heap_check);

/* Objects of one type that were read natively and by the emulator, to compare
 * the two; captures do not have them. */
struct heap_sample {
	uint32_t type;		/* index in heap.types */
	uint32_t tried;		/* objects that were given to the emulator */
	uint32_t compared;	/* of these, those that it could read */
	uint32_t differing;	/* of these, those with other references */
};
VEC_DEFINE(heap_sample_vec, struct heap_sample);

/* What has been left out of a capture. */
enum heap_redaction {
	REDACT_NOTHING,
	REDACT_CONTENTS,	/* what strings and numbers are, except names
				   of attributes, globals, types, modules */
	REDACT_ALL,		/* these names too */
};

struct heap_info {
	/* target */
	int64_t pid;		/* 0: unknown (of a core) */
	char *source;		/* what the user typed */
	char *executable, *command, *host;
	uint64_t start_time, taken_at; /* seconds since the epoch */
	/* Which process it is, whatever somebody does to the clock; of a core
	 * and of an older capture "" or NULL, and 0: unknown.  See
	 * heap/capture/identity.h for a redacted one. */
	char *boot;		/* /proc/sys/kernel/random/boot_id */
	uint64_t start_ticks;	/* of the process since the boot, in ticks of
				   the kernel: field 22 of /proc/PID/stat */
	uint64_t pid_namespace;	/* inode of the PID namespace it is in */
	int64_t inner_pid;	/* its PID there */
	struct str_vec labels;	/* heap/labels.h */
	uint64_t resident;	/* bytes */
	uint32_t stopped;	/* enum stopped */
	uint64_t pause_ns;	/* how long the target stood still */
	uint64_t copy_ns;	/* how long its memory was copied */
	uint64_t bytes_copied;
	/* python */
	char *version;		/* "3.13.0", "3.15.0rc2" */
	char *build;		/* the rest of sys.version; "": unknown */
	uint32_t hexversion;	/* sys.hexversion */
	bool free_threaded, debug, trace_refs;
	char *allocator;	/* "pymalloc", "malloc", "mimalloc", "" */
	char *layout;		/* "debug offsets and table 3.13", "DWARF" */
	/* how complete: objects by how their references were found */
	uint64_t nr_native, nr_emulated, nr_scanned, nr_unread;
	uint64_t nr_bad_pointers; /* references to what is no object */
	uint64_t nr_lost_bytes;	/* of memory that could not be copied */
	uint64_t nr_missing_objects; /* that lay there, as far as is known */
	bool partial;		/* something could not be read, as the warnings
				   say: see heap_is_partial() */
	bool bytes_known;	/* heap.bytes is there */
	bool emulator;		/* pyheld has it and it could be used */
	bool interned_known;	/* the next is there, else zeroed */
	struct heap_interned interned[NR_INTERNINGS];
	struct str_vec warnings; /* a line each */
	struct heap_mapping_vec mappings; /* by address */
	uint32_t redaction;	/* enum heap_redaction */
	struct heap_check_vec checks;
	struct heap_sample_vec samples;
};

#endif
