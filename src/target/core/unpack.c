/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/files/scratch.h"
#include "target/room.h"
#include "target/core/unpack.h"

#define IN_ROOM 65536
#define OUT_ROOM (1U << 20)
#define BLOCK 4096		/* a block of zeros is not written */
#define SIZE_LIMIT (UINT64_C(1) << 38)
#define SKIPPED_MAX 16
/* What the strongest settings of xz and zstd need; a file can claim more. */
#define XZ_MEMORY (UINT64_C(1) << 30)
#define ZSTD_WINDOW_LOG 31

/* The input that is left, and the space that is left for output. */
struct stream {
	const uint8_t *in;
	size_t in_len;
	bool last;		/* no more comes after `in` */
	uint8_t *out;
	size_t out_len;
	bool complete;		/* it may end here */
};

struct packing {
	const char *name;
	uint8_t magic[6];
	size_t magic_len;
	void *(*start)(void);
	bool (*run)(void *state, struct stream *s); /* false: damaged */
	void (*end)(void *state);
};

/* --- zstd --- */

static void *zstd_start(void)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();

	if (!d)
		out_of_memory();
	ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	return d;
}

static bool zstd_run(void *state, struct stream *s)
{
	ZSTD_inBuffer in = { s->in, s->in_len, 0 };
	ZSTD_outBuffer out = { s->out, s->out_len, 0 };
	size_t left = ZSTD_decompressStream(state, &out, &in);

	s->in += in.pos;
	s->in_len -= in.pos;
	s->out += out.pos;
	s->out_len -= out.pos;
	s->complete = !left;
	return !ZSTD_isError(left);
}

static void zstd_end(void *state)
{
	ZSTD_freeDCtx(state);
}

/* --- lz4 --- */

static void *lz4_start(void)
{
	LZ4F_dctx *d;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&d, LZ4F_VERSION)))
		out_of_memory();
	return d;
}

static bool lz4_run(void *state, struct stream *s)
{
	size_t in = s->in_len, out = s->out_len;
	size_t left = LZ4F_decompress(state, s->out, &out, s->in, &in, NULL);

	s->in += in;
	s->in_len -= in;
	s->out += out;
	s->out_len -= out;
	s->complete = !left;
	return !LZ4F_isError(left);
}

static void lz4_end(void *state)
{
	LZ4F_freeDecompressionContext(state);
}

/* --- xz --- */

static void *xz_start(void)
{
	static const lzma_stream none = LZMA_STREAM_INIT;
	lzma_stream *z = xmalloc(sizeof(*z));

	*z = none;
	if (lzma_stream_decoder(z, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
		out_of_memory();
	return z;
}

static bool xz_run(void *state, struct stream *s)
{
	lzma_stream *z = state;
	lzma_ret ret;

	z->next_in = s->in;
	z->avail_in = s->in_len;
	z->next_out = s->out;
	z->avail_out = s->out_len;
	ret = lzma_code(z, s->last ? LZMA_FINISH : LZMA_RUN);
	s->in = z->next_in;
	s->in_len = z->avail_in;
	s->out = z->next_out;
	s->out_len = z->avail_out;
	s->complete = ret == LZMA_STREAM_END;
	/* LZMA_BUF_ERROR: it needs more input, as unpack_all() sees. */
	return ret == LZMA_OK || ret == LZMA_STREAM_END ||
	       ret == LZMA_BUF_ERROR;
}

static void xz_end(void *state)
{
	lzma_end(state);
	free(state);
}

/* --- gzip --- */

static void *gzip_start(void)
{
	z_stream *z = xcalloc(1, sizeof(*z));

	/* 16: with gzip's header. */
	if (inflateInit2(z, 16 + MAX_WBITS) != Z_OK)
		out_of_memory();
	return z;
}

static bool gzip_run(void *state, struct stream *s)
{
	z_stream *z = state;
	uint8_t *in = xmalloc(s->in_len + 1);
	int ret;

	/* Its next_in is not const. */
	memcpy(in, s->in, s->in_len);
	z->next_in = in;
	z->avail_in = (unsigned int)s->in_len;
	z->next_out = s->out;
	z->avail_out = (unsigned int)s->out_len;
	ret = inflate(z, Z_NO_FLUSH);
	s->in += s->in_len - z->avail_in;
	s->in_len = z->avail_in;
	s->out = z->next_out;
	s->out_len = z->avail_out;
	s->complete = ret == Z_STREAM_END;
	free(in);
	/* Another member may follow. */
	if (ret == Z_STREAM_END)
		return inflateReset(z) == Z_OK;
	return ret == Z_OK || ret == Z_BUF_ERROR;
}

static void gzip_end(void *state)
{
	inflateEnd(state);
	free(state);
}

static const struct packing formats[] = {
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_start, zstd_run,
	  zstd_end },
	{ "lz4", { 0x04, 0x22, 0x4d, 0x18 }, 4, lz4_start, lz4_run, lz4_end },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, xz_start, xz_run, xz_end },
	{ "gzip", { 0x1f, 0x8b, 8 }, 3, gzip_start, gzip_run, gzip_end },
};

/* Skippable frames: a magic from 0x184d2a50 to ...5f, and their length. */
static bool is_skipped(const uint8_t *magic)
{
	return magic[0] >> 4 == 5 && !memcmp(magic + 1, "\x2a\x4d\x18", 3);
}

/* pzstd begins with one, which has the size of the frame behind it. */
static ssize_t read_magic(int fd, uint8_t magic[static 8])
{
	ssize_t n = pread(fd, magic, 8, 0);
	uint64_t at = 0;

	for (int i = 0; n == 8 && is_skipped(magic) && i < SKIPPED_MAX; i++) {
		at += 8 + (magic[4] | (uint64_t)magic[5] << 8 |
			   (uint64_t)magic[6] << 16 | (uint64_t)magic[7] << 24);
		n = pread(fd, magic, 8, (off_t)at);
	}
	return n;
}

static const struct packing *find_format(int fd)
{
	uint8_t magic[8] = { 0 };
	ssize_t n = read_magic(fd, magic);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (n >= (ssize_t)formats[i].magic_len &&
		    !memcmp(magic, formats[i].magic, formats[i].magic_len))
			return &formats[i];
	return NULL;
}

const char *unpack_format(int fd)
{
	const struct packing *f = find_format(fd);

	return f ? f->name : NULL;
}

/* --- the file that it goes to --- */

/* Bytes that may be written, so that others keep some; UINT64_MAX: unknown. */
static uint64_t room_of(int fd)
{
	bool in_memory;
	uint64_t left = scratch_room(fd, &in_memory);

	return in_memory ? MIN(left, room_left()) : left;
}

static bool write_all(int fd, const uint8_t *p, size_t len, uint64_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= n;
		offset += n;
	}
	return true;
}

static bool is_zero(const uint8_t *p, size_t len)
{
	return !*p && !memcmp(p, p + 1, len - 1);
}

/* Write the blocks that are not zero. */
static bool write_sparse(int fd, const uint8_t *p, size_t len, uint64_t offset)
{
	size_t at = 0;

	while (at < len) {
		size_t end = at, block = MIN(BLOCK, len - at);

		if (is_zero(p + at, block)) {
			at += block;
			continue;
		}
		while (end < len && !is_zero(p + end, MIN(BLOCK, len - end)))
			end += MIN(BLOCK, len - end);
		if (!write_all(fd, p + at, end - at, offset + at))
			return false;
		at = end;
	}
	return true;
}

/* --- all of it --- */

struct unpacker {
	const struct packing *format;
	const char *name;
	int in, out;
	uint64_t size;		/* that was written */
	uint64_t core_size;	/* by its headers; 0: unknown */
	uint64_t room;		/* that was free before */
	uint8_t *in_room, *out_room;
	struct stream s;
	void *state;		/* the format's */
	bool damaged;
};

static bool read_more(struct unpacker *u)
{
	ssize_t n;

	if (u->s.in_len || u->s.last)
		return true;
	do
		n = read(u->in, u->in_room, IN_ROOM);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	u->s.in = u->in_room;
	u->s.in_len = n;
	u->s.last = !n;
	return true;
}

/*
 * The bytes that the core has, by its program headers; 0 if they are not among
 * the first that were unpacked.
 */
static uint64_t size_of_core(const uint8_t *p, size_t len)
{
	uint64_t ret = 0;
	Elf64_Ehdr header;

	if (len < sizeof(header))
		return 0;
	memcpy(&header, p, sizeof(header));
	if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > len ||
	    (len - header.e_phoff) / sizeof(Elf64_Phdr) < header.e_phnum)
		return 0;
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr segment;

		memcpy(&segment, p + header.e_phoff + i * sizeof(segment),
		       sizeof(segment));
		if (segment.p_filesz <= UINT64_MAX - segment.p_offset)
			ret = MAX(ret, segment.p_offset + segment.p_filesz);
	}
	return ret;
}

/* Pages of zeros take no space, so the size of the core is the most that it
 * needs; a file may also be larger than its headers say. */
static struct error *too_large(const struct unpacker *u)
{
	bool in_memory;

	scratch_room(u->out, &in_memory);
	return u->core_size > u->size ?
		error_new(ERR_SYSTEM, "can't unpack '%s': it is a core of %"
			  PRIu64 " MB, but only %" PRIu64 " MB are free%s in"
			  " TMPDIR or /var/tmp", u->name,
			  (u->core_size >> 20) + 1, u->room >> 20,
			  in_memory ? ", of memory," : "") :
		error_new(ERR_SYSTEM, "can't unpack '%s': it has more than %"
			  PRIu64 " MB, but only %" PRIu64 " MB are free%s in"
			  " TMPDIR or /var/tmp", u->name, u->size >> 20,
			  u->room >> 20, in_memory ? ", of memory," : "");
}

static struct error *write_out(struct unpacker *u)
{
	size_t len = OUT_ROOM - u->s.out_len;

	if (!u->size && (len < 4 || memcmp(u->out_room, "\177ELF", 4)))
		return error_new(ERR_UNSUPPORTED, "'%s' is a %s file, but not "
				 "of a core", u->name, u->format->name);
	if (!u->size) {
		u->core_size = size_of_core(u->out_room, len);
		u->room = room_of(u->out);
	}
	if (u->size + len > SIZE_LIMIT)
		return error_new(ERR_SYSTEM, "'%s' is too large when unpacked",
				 u->name);
	if (room_of(u->out) < len)
		return too_large(u);
	if (!write_sparse(u->out, u->out_room, len, u->size))
		return error_errno(ERR_SYSTEM, errno, "can't unpack '%s' (to "
				   "TMPDIR or /var/tmp)", u->name);
	u->size += len;
	u->s.out = u->out_room;
	u->s.out_len = OUT_ROOM;
	return NULL;
}

/* One step; false: there is nothing more to come. */
static bool step(struct unpacker *u)
{
	size_t in = u->s.in_len, out = u->s.out_len;

	if (u->s.last && u->s.complete)
		return false;
	u->damaged = !u->format->run(u->state, &u->s) ||
		     (u->s.last && in == u->s.in_len && out == u->s.out_len &&
		      !u->s.complete);
	return !u->damaged;
}

static struct error *unpack_all(struct unpacker *u)
{
	struct error *err;

	u->s.out = u->out_room;
	u->s.out_len = OUT_ROOM;
	do {
		if (!read_more(u))
			return error_errno(ERR_SYSTEM, errno, "can't read '%s'",
					   u->name);
		err = u->s.out_len ? NULL : write_out(u);
		if (err)
			return err;
	} while (step(u));
	err = write_out(u);
	/* Zeros at the end were not written. */
	if (!err && ftruncate(u->out, (off_t)u->size))
		err = error_errno(ERR_SYSTEM, errno, "can't unpack '%s'",
				  u->name);
	return err;
}

struct error *unpack(int fd, const char *name, int *ret, bool *damaged)
{
	struct unpacker u = { .format = find_format(fd), .name = name,
			      .in = fd };
	struct error *err;

	if (!u.format)
		return error_new(ERR_UNSUPPORTED, "'%s' is not compressed",
				 name);
	u.out = scratch_file();
	if (u.out < 0)
		return error_errno(ERR_SYSTEM, errno, "can't make a file to "
				   "unpack '%s' to (in TMPDIR or /var/tmp)",
				   name);
	u.in_room = xmalloc(IN_ROOM);
	u.out_room = xmalloc(OUT_ROOM);
	u.state = u.format->start();
	err = unpack_all(&u);
	u.format->end(u.state);
	free(u.in_room);
	free(u.out_room);
	if (err) {
		close(u.out);
		return err;
	}
	*ret = u.out;
	*damaged = u.damaged;
	return NULL;
}
