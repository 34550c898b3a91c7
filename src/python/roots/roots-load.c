/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "python/roots/roots-greenlets.h"
#include "python/roots/roots-interpreter.h"
#include "python/roots/roots-load.h"
#include "python/roots/roots-threads.h"
#include "python/roots/roots-types.h"
#include "python/roots/roots.h"

void roots_load_threads(struct python *py)
{
	struct roots r = { .py = py };

	for (size_t i = 0; i < py->interpreters.nr; i++) {
		r.interpreter = &py->interpreters.v[i];
		r.main = r.interpreter->id == 0;
		roots_threads(&r);
	}
	roots_greenlets(&r);
}

void roots_load(struct python *py)
{
	struct roots r = { .py = py };

	for (size_t i = 0; i < py->interpreters.nr; i++) {
		r.interpreter = &py->interpreters.v[i];
		r.main = r.interpreter->id == 0;
		roots_interpreter(&r);
		roots_types(&r);
	}
	roots_runtime(&r);
	roots_types_load(py, 0);
}
