/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/locate/version.h - the version of a CPython that does not say it.
 */
#ifndef PYTHON_LOCATE_VERSION_H
#define PYTHON_LOCATE_VERSION_H

#include <stdint.h>

/* The version, without its micro number, by st_size of _PyRuntime, for versions
 * without Py_Version: each series has one size on each architecture (x86-64,
 * aarch64).  0: none has that size. */
uint32_t version_of_size(uint64_t size);

#endif
