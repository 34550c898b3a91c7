/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Core files made by hand: what no kernel would write, too.
 *
 *	struct forge f = FORGE_INIT;
 *	forge_process(&f, 42, "python", "python app.py");
 *	forge_load(&f, 0x10000, 0x2000, PF_R | PF_W, data, 0x1000);
 *	forge_finish(&f);
 *	... change f.file.v ...
 *	forge_release(&f);
 */
#ifndef TESTS_UNIT_SUPPORT_FORGE_H
#define TESTS_UNIT_SUPPORT_FORGE_H

#include <elf.h>

#include "base/error.h"
#include "base/vec.h"

VEC_DEFINE(byte_vec, uint8_t);
VEC_DEFINE(header_vec, Elf64_Phdr);

struct forge {
	struct header_vec headers; /* of the memory */
	struct byte_vec memory, notes;
	struct byte_vec ranges, paths; /* of NT_FILE */
	uint64_t nr_ranges;
	struct byte_vec file;	/* forge_finish() made it */
};

#define FORGE_INIT { .file = VEC_INIT }
#define FORGE_PAGE 4096

/* A segment: `len` bytes of it are in the core; `data` NULL: zeros. */
void forge_load(struct forge *f, uint64_t start, uint64_t size,
		unsigned int flags, const void *data, size_t len);
void forge_note(struct forge *f, unsigned int type, const void *desc,
		size_t len);
void forge_thread(struct forge *f, uint32_t tid, uint64_t pc, uint64_t sp,
		  uint64_t fs_base);
void forge_process(struct forge *f, uint32_t pid, const char *name,
		   const char *arguments);
/* An entry of NT_FILE; `page` in the file. */
void forge_file(struct forge *f, uint64_t start, uint64_t end, uint64_t page,
		const char *path);
void forge_finish(struct forge *f);
/* In the finished file. */
Elf64_Ehdr *forge_ehdr(struct forge *f);
Elf64_Phdr *forge_phdr(struct forge *f, size_t i);	/* 0: the notes' */
uint8_t *forge_notes(struct forge *f);
void forge_release(struct forge *f);

/* Bytes as a file without a name: its descriptor, and a path to it. */
int forge_open(const void *bytes, size_t len);
void forge_path(int fd, char path[static 32]);

#endif
