/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-process.h - a target made by hand, for tests of src/native.
 *
 *	fake_process_init(&p);
 *	fake_process_map(&p, 0x10000, 4, "rw-p", "/lib/x.so");
 *	fake_process_touch(&p, 0x10000, 2);
 *	fake_process_put(&p, 0x10008, 42);
 *	fake_process_ready(&p);
 *	mappings_account(&p.native);
 *	fake_process_release(&p);
 *
 * Mappings are added in order of addresses.  Pages that are not touched can be
 * read, but are not resident.
 */
#ifndef TESTS_UNIT_SUPPORT_FAKE_PROCESS_H
#define TESTS_UNIT_SUPPORT_FAKE_PROCESS_H

#include "native/native.h"

struct fake_process {
	struct target target;
	struct heap_memory ledger;
	struct native native;	/* after fake_process_ready() */
};

void fake_process_init(struct fake_process *p);

/*
 * A mapping of so many pages.  `flags` are as in /proc/PID/maps; `path` of a
 * file makes an inode of its name, "" and "[stack]" are no files.
 */
void fake_process_map(struct fake_process *p, raddr start, uint64_t pages,
		      const char *flags, const char *path);
/* These pages are in memory. */
void fake_process_touch(struct fake_process *p, raddr start, uint64_t pages);
/* ... and the process has changed them; they are a file's. */
void fake_process_change(struct fake_process *p, raddr start, uint64_t pages);
/* Write a word. */
void fake_process_put(struct fake_process *p, raddr addr, uint64_t word);
void fake_process_thread(struct fake_process *p, raddr fs_base, raddr sp);
void fake_process_ready(struct fake_process *p);

/* Resident bytes of the part's lines with that name (NULL: all of them). */
uint64_t fake_process_bytes(const struct fake_process *p,
			    enum memory_part part, const char *name);

void fake_process_release(struct fake_process *p);

#endif
