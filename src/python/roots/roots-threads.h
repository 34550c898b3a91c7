/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-threads.h - threads: who they are, and what their state
 * holds.
 */
#ifndef PYTHON_ROOTS_ROOTS_THREADS_H
#define PYTHON_ROOTS_ROOTS_THREADS_H

#include "python/roots/roots.h"

/* The threads of r->interpreter, their frames and their state. */
void roots_threads(struct roots *r);

#endif
