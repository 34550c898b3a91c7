/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/core/core-symbols.h - symbols of a file that is not available.
 *
 * The core may hold the file's .dynsym, as the dynamic linker uses it: gcore
 * writes it, because it shares a mapping with the ELF header; the kernel
 * writes it only if coredump_filter says so.
 */
#ifndef TARGET_CORE_CORE_SYMBOLS_H
#define TARGET_CORE_CORE_SYMBOLS_H

#include "target/core/core-data.h"

/*
 * Find a defined symbol of `module` by its exact name: its address in the
 * process and its size in bytes.  False: not found, or .dynsym is not there.
 */
bool core_symbol(struct target *t, const struct module *module,
		 const char *name, raddr *ret, uint64_t *size);

#endif
