/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Pillow's images own: ImagingObject of _imaging.c, and the struct
 * ImagingMemoryInstance of libImaging/Imaging.h that it points to.  Pixels
 * are in blocks of up to 16 MiB; a table has a pointer to each line.
 *
 * The struct is as here in Pillow 4.3 to 11.  Another one does not pass the
 * checks, and is scanned.
 */
#include "python/raw/raw-read.h"
#include "python/refs/refs.h"
#include "python/state/words.h"

#define IMAGE_HEIGHT 24		/* int */
#define IMAGE_WIDTH 20		/* int */
#define IMAGE_LINES 56
#define IMAGE_BLOCK 64		/* the only block; or: */
#define IMAGE_BLOCKS 72		/* blocks, up to one without an address */
#define IMAGE_PIXEL_SIZE 80	/* int */
#define IMAGE_LINE_SIZE 84	/* int */
#define IMAGE_SIZE 96

#define BLOCK_SIZE 16		/* address, size (int) */

/* Does what is at `image` look like an image with lines of pixels? */
static bool is_image(struct python *py, raddr image)
{
	uint64_t width = (uint32_t)int_at(py, image, IMAGE_WIDTH);
	uint64_t height = (uint32_t)int_at(py, image, IMAGE_HEIGHT);
	uint64_t pixel = (uint32_t)int_at(py, image, IMAGE_PIXEL_SIZE);
	uint64_t line = (uint32_t)int_at(py, image, IMAGE_LINE_SIZE);
	raddr lines = word_at(py, image, IMAGE_LINES);

	return width && height && pixel && pixel <= 4 &&
	       line >= width * pixel / 2 && lines &&
	       memory_has_array(py->memory, lines, height, 8) &&
	       memory_at(py->memory, word_at(py, lines, 0), 1);
}

/* True: that is all of them. */
static bool add_blocks(struct raw_reader *r, raddr blocks)
{
	raddr at = blocks, block = word_at(r->py, at, 0);

	while (block && refs_claim(r->py, BLOCK_SIZE / 8)) {
		raw_add(r, block, (uint32_t)int_at(r->py, at, 8), RAW_DATA,
			RAW_LEAF);
		at += BLOCK_SIZE;
		block = word_at(r->py, at, 0);
	}
	raw_add(r, blocks, at - blocks, RAW_TABLE, RAW_REFERENCES);
	return !block;
}

bool raw_read_image(struct raw_reader *r)
{
	raddr image = raw_word(r, r->py->layout.object_size), blocks;
	bool all = true;

	if (!image || !is_image(r->py, image))
		return false;
	raw_add(r, image, IMAGE_SIZE, RAW_STATE, 0);
	raw_add(r, word_at(r->py, image, IMAGE_LINES),
		(uint32_t)int_at(r->py, image, IMAGE_HEIGHT) * 8ull, RAW_TABLE,
		RAW_REFERENCES);
	raw_add(r, word_at(r->py, image, IMAGE_BLOCK), 0, RAW_DATA, RAW_LEAF);
	blocks = word_at(r->py, image, IMAGE_BLOCKS);
	if (blocks)
		all = add_blocks(r, blocks);
	return all;
}
