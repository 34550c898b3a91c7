/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/module-data.h - a module's data that a truncated core lacks.
 *
 * The end of a truncated core is missing, and with it the data of libraries.
 * It can be had from the file as the dynamic linker made it when the process
 * began: relocated, but without anything that was written later.  Which modules
 * are worth that, the caller knows.
 */
#ifndef TARGET_MODULE_DATA_H
#define TARGET_MODULE_DATA_H

#include "target/target-data.h"

/* Does a writable mapping of the module's file lack its last page? */
bool module_data_is_missing(struct target *t, const struct module *module);

/*
 * Add to t->memory what is missing of the module's writable mappings, as far
 * as its file has it: .data, not .bss.  `*bytes` is how much that was; 0 if
 * the file is not available.
 *
 * ERR_CORRUPT: what was added overlaps what is there.
 */
struct error *module_data_restore(struct target *t, struct module *module,
				  uint64_t *bytes) MUST_CHECK;

#endif
