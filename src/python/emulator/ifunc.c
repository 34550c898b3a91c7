/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"
#include "python/emulator/emulator.h"
#include "python/emulator/ifunc.h"
#include "target/elf/image.h"

/* glibc 2.36 has 100, 58 of them exported. */
#define MAX_IFUNCS 1000

/* The function that each resolver chooses; 0: it did not return. */
static void ask_all(struct emulator *e, const struct raddr_vec *functions,
		    raddr bias, struct raddr_vec *ret)
{
	for (size_t i = 0; i < functions->nr; i++) {
		uint64_t chosen = 0;

		emulator_call(e, functions->v[i] + bias, 0, 0, &chosen);
		raddr_vec_push(ret, chosen);
	}
}

static void redirect(struct emulator *e, const struct module *module,
		     const struct raddr_vec *functions, raddr features,
		     uint64_t size)
{
	CLEANUP(raddr_vec_release) struct raddr_vec chosen = VEC_INIT;
	CLEANUP(raddr_vec_release) struct raddr_vec plain = VEC_INIT;

	ask_all(e, functions, module->bias, &chosen);
	emulator_blank(e, features, features + size);
	ask_all(e, functions, module->bias, &plain);
	emulator_blank(e, 0, 0);
	for (size_t i = 0; i < chosen.nr && i < plain.nr; i++)
		if (chosen.v[i] && plain.v[i] && chosen.v[i] != plain.v[i])
			emulator_redirect(e, chosen.v[i], plain.v[i]);
}

static bool was_asked(const struct python *py, const struct module *module)
{
	for (size_t i = 0; i < py->asked.nr; i++)
		if (py->asked.v[i] == module->start)
			return true;
	return false;
}

/* False: no function of the library at `addr` can be redirected. */
static bool redirect_library(struct python *py, raddr addr)
{
	CLEANUP(raddr_vec_release) struct raddr_vec functions = VEC_INIT;
	struct module *module = modules_at(py->target, addr);
	struct image *im;
	raddr features;
	uint64_t size;
	struct error *err;

	if (!module || was_asked(py, module))
		return false;
	raddr_vec_push(&py->asked, module->start);
	im = modules_image(py->target, module);
	if (im)
		image_ifuncs(im, MAX_IFUNCS, &functions);
	if (!functions.nr)
		return false;
	err = modules_symbol(py->target, NULL, "_rtld_global_ro", &features,
			    &size);
	if (err) {
		log_pass_over(err, "%s is not asked for its plain functions",
			      module->path);
		return false;
	}
	log_info("%s is asked for the plain variants of %zu functions, as what"
		 " it chose at 0x%" PRIx64 " can't be emulated", module->path,
		 functions.nr, addr);
	redirect(py->emulator, module, &functions, features, size);
	return true;
}

void ifunc_run(struct python *py, struct emulator_call *calls, size_t nr,
	       struct raddr_vec *visited)
{
	size_t had = visited->nr;
	raddr misread;

	emulator_run(py->emulator, calls, nr, visited);
	misread = emulator_misread(py->emulator);
	if (!misread || !redirect_library(py, misread))
		return;
	emulator_forgive(py->emulator);
	visited->nr = had;
	emulator_run(py->emulator, calls, nr, visited);
}
