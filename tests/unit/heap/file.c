/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file.h"
#include "output/memory/memory.h"
#include "output/words.h"
#include "tiny.h"

struct file file_write(struct heap *h, const struct capture_options *o)
{
	int fd = memfd_create("capture", 0);
	struct file f = { NULL, 0 };
	struct error *err;

	ck_assert_int_ge(fd, 0);
	err = capture_write(h, o, fd);
	ck_assert_ptr_null(err);
	f.size = (size_t)lseek(fd, 0, SEEK_END);
	f.bytes = xmalloc(f.size);
	ck_assert_int_eq(pread(fd, f.bytes, f.size, 0), (ssize_t)f.size);
	close(fd);
	return f;
}

void file_release(struct file *f)
{
	free(f->bytes);
}

struct file file_tiny(const struct capture_options *o)
{
	CLEANUP(heap_release) struct heap h;

	tiny_build(&h);
	return file_write(&h, o);
}

static void add_names(struct heap *h, oid o, struct str *ret)
{
	str_addf(ret, "  %" PRIu32 " of %" PRIu32 " visited\n",
		 heap_nr_visited(h, o), h->edge_nr[o]);
	for (uint32_t i = 0; i < h->edge_nr[o]; i++) {
		CLEANUP(str_release) struct str words = STR_INIT;
		struct edge_name n;

		heap_name_edges(h, o, i, 1, &n);
		words_edge(&n, &words);
		str_addf(ret, "  %" PRIu32 " %s | %s | %s%s\n",
			 h->edges.v[h->edge_start[o] + i], words.s,
			 n.prefix ? n.prefix : "-", n.suffix ? n.suffix : "-",
			 n.stand_in ? " stand-in" : "");
		edge_name_release(&n);
	}
}

static void tell_root(const struct heap *h, const struct heap_root *r,
		      struct str *ret)
{
	words_root(h, r, ret);
	str_add_char(ret, '\n');
	str_addf(ret, "%d %s %s %d %d %" PRIu32 " %" PRIu32 " %d\n", r->kind,
		 r->name, r->expression ? r->expression : "-", r->frame,
		 r->slot, r->number, r->slot == SLOT_THREAD ? r->thread : 0,
		 r->likely);
}

void file_tell_heap(struct heap *h, struct str *ret)
{
	for (oid o = 0; o < h->nr_objects; o++) {
		str_addf(ret, "%" PRIx64 " %s %" PRIu64 " %" PRIu32 " %u %u"
			 " %" PRId64 " %" PRIu64 " ", h->address[o],
			 heap_type_of(h, o)->name, h->size[o], h->refcount[o],
			 h->generation[o], h->flags[o], heap_length(h, o),
			 heap_bytes(h, o));
		heap_preview(h, o, 60, ret);
		str_add_char(ret, '\n');
		add_names(h, o, ret);
	}
	for (size_t i = 0; i < h->roots.nr; i++)
		tell_root(h, &h->roots.v[i], ret);
	for (size_t i = 0; i < h->types.nr; i++)
		str_addf(ret, "%s %" PRIu32 " %" PRIu64 "\n",
			 h->types.v[i].name, h->types.v[i].nr_objects,
			 h->types.v[i].size);
	for (size_t i = 0; i < h->info.warnings.nr; i++)
		str_addf(ret, "%s\n", h->info.warnings.v[i]);
}

void file_tell_memory(const struct heap *h, struct str *ret)
{
	CLEANUP(ledger_release) struct ledger ledger = { 0 };
	json_t *value;
	char *text;

	ledger_build(h, &ledger);
	value = memory_json(h, &ledger, &(struct memory_shown){ .limit = 0 });
	text = json_dumps(value, JSON_INDENT(1));
	str_add(ret, text);
	free(text);
	json_decref(value);
}

char *file_tell(const struct file *f)
{
	CLEANUP(heap_release) struct heap h = { 0 };
	struct str s = STR_INIT;

	ck_assert_ptr_null(capture_open_memory(f->bytes, f->size, false, &h));
	file_tell_heap(&h, &s);
	ck_assert_ptr_null(h.failed);
	return str_take(&s);
}
