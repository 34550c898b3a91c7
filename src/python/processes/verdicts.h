/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/processes/verdicts.h - which files that processes have mapped are
 * CPythons.
 *
 * Each file is looked into once, however many processes have it.  A process may
 * execute another program at any time, also while it is looked at.  So what is
 * found counts for the file that was opened, and never for the one that the
 * process had when it was listed.
 */
#ifndef PYTHON_PROCESSES_VERDICTS_H
#define PYTHON_PROCESSES_VERDICTS_H

#include "base/hash.h"
#include "target/processes/census.h"

struct verdict {
	uint64_t device, inode;	/* of the file; inode 0: it is unknown */
	bool is_python, too_old;
	uint32_t hexversion;	/* 0: unknown */
};

struct verdict_key {
	uint64_t device, inode;
};

static inline bool verdicts_used(const void *c, const struct verdict *v)
{
	(void)c;
	return v->inode;
}

static inline struct verdict_key verdicts_key(const void *c,
					      const struct verdict *v)
{
	(void)c;
	return (struct verdict_key){ v->device, v->inode };
}

static inline uint64_t verdicts_hash(const void *c, struct verdict_key k,
				     uint64_t salt)
{
	(void)c;
	return hash_u64(hash_u64(k.inode ^ salt) ^ k.device);
}

static inline bool verdicts_same(struct verdict_key a, struct verdict_key b)
{
	return a.device == b.device && a.inode == b.inode;
}
HASH_DEFINE(verdicts, struct verdict, struct verdict_key, const void *);

/* "python3.11", "libpython3.9.so.1.0" */
bool verdict_is_name(const char *path);

/* The verdict on the program of a process of the last census, or on the
 * libpython that it has mapped.  If the file can't be read, its name counts. */
struct verdict verdicts_judge(struct verdicts *known,
			      const struct census_row *r, bool library);

#endif
