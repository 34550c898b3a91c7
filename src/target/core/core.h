/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core.h - a core file as a target.
 */
#ifndef TARGET_CORE_CORE_H
#define TARGET_CORE_CORE_H

#include "target/target-data.h"

struct core_options {
	const char *executable;	/* the program's file here, or NULL */
	const char *sysroot;	/* where the process's "/" is here, or NULL */
};

/* Does the file begin like a core, or is it compressed and may be one? */
bool core_is_one(int fd);

/*
 * Open the core at `path` and fill `t`, which is all zero, but for its modules.
 * `options` may be NULL.  Whatever it returns, t->source->close() frees t->core
 * if t->source is set.  Errors: see target_open_core().
 */
struct error *core_open(const char *path, const struct core_options *options,
			struct target *t) MUST_CHECK;

#endif
