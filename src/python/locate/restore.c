/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/log.h"
#include "python/locate/restore.h"
#include "target/elf/image.h"
#include "target/module-data.h"

static bool is_cpython(struct target *t, struct module *module)
{
	struct image *im = modules_image(t, module);
	struct error *err;
	uint64_t size;
	raddr at;

	if (!im)
		return false;
	err = image_symbol(im, "PyType_Type", &at, &size);
	log_pass_over_usual(err, "it is not taken for CPython's file");
	return !err;
}

struct error *restore_static_types(struct target *t)
{
	uint64_t bytes, all = 0;
	struct error *err;

	for (size_t i = 0; t->missing && i < t->modules.nr; i++) {
		struct module *module = &t->modules.v[i];

		if (!strstr(module->path, "python") ||
		    !module_data_is_missing(t, module) ||
		    !is_cpython(t, module))
			continue;
		err = module_data_restore(t, module, &bytes);
		if (err)
			return err;
		all += bytes;
	}
	if (all)
		target_warn(t, "some or all of CPython's own data is missing: "
			    "its static types are taken from its file, "
			    "without their dicts and reference counts");
	return NULL;
}
