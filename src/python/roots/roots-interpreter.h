/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python/roots/roots-interpreter.h - modules, and what the state of an
 * interpreter and of the runtime holds.
 */
#ifndef PYTHON_ROOTS_ROOTS_INTERPRETER_H
#define PYTHON_ROOTS_ROOTS_INTERPRETER_H

#include "python/roots/roots.h"

/* The roots of r->interpreter. */
void roots_interpreter(struct roots *r);
/* What the runtime holds for all interpreters. */
void roots_runtime(struct roots *r);

#endif
