/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/modules.h - the ELF files that a target has mapped, and their symbols.
 *
 * They are found from the mappings alone.  A module's file is opened when it is
 * first needed, by the target's source (live/ or core/), and belongs to the
 * target.
 */
#ifndef TARGET_MODULES_H
#define TARGET_MODULES_H

#include "target/target-data.h"

/*
 * Add the modules that t->mappings show to t->modules.  Those that are listed
 * already stay, with their images.
 */
void modules_find(struct target *t);
void modules_release(struct target *t);

/* The module whose range `addr` lies in, or NULL. */
struct module *modules_at(struct target *t, raddr addr);

/*
 * The ELF file of a module, opened on first use; NULL: it is not available.
 * Of a live process it is opened through /proc/PID/exe, map_files or root:
 * never a file of our own mount namespace that happens to have that name.
 */
struct image *modules_image(struct target *t, struct module *module);

/* The path of a module that was asked for symbols and whose file could not be
 * read; NULL: none.  It is the module's. */
const char *modules_unread(const struct target *t);

/*
 * Find a symbol that is defined in a module whose path contains `in` (NULL: in
 * any module), and that is not `ignored`: its address in the target and its
 * size in bytes.
 *
 * ERR_NOT_FOUND: none defines it.
 */
struct error *modules_symbol(struct target *t, const char *in,
			     const char *name, raddr *ret, uint64_t *size)
	MUST_CHECK;

/* Find a symbol that one module defines; false: it does not. */
bool modules_symbol_of(struct target *t, struct module *module,
		       const char *name, raddr *ret, uint64_t *size);

#endif
