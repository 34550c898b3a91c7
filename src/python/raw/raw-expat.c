/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What parsers of expat own.  A parser copies the text that it is fed to a
 * buffer from malloc() that is larger than the text.  The rest of the buffer
 * holds what was there before: nothing in it is to be taken for a pointer.
 *
 * The struct is private to the library, but its first members have been the
 * same for many years.  A parser is read only if it looks like such a struct in
 * every part that is known.  What else it has (names, attributes, the DTD) is
 * left to the search for pointers, and so is all of a parser that is not known.
 */
#include "python/raw/raw-read.h"
#include "python/state/words.h"

/* xmlparse.c of expat 2.2 to 2.7: struct XML_ParserStruct.  m_buffer <=
 * m_bufferPtr <= m_bufferEnd <= m_bufferLim; all four are NULL until the parser
 * is fed. */
#define EXPAT_USER_DATA 0
#define EXPAT_HANDLER_ARG 8
#define EXPAT_BUFFER 16
#define EXPAT_BUFFER_PTR 48
#define EXPAT_BUFFER_END 56
#define EXPAT_BUFFER_LIM 64

/* CPython calls XML_SetUserData(parser, object), which sets both. */
static bool points_back(struct raw_reader *r, raddr parser)
{
	return word_at(r->py, parser, EXPAT_USER_DATA) == r->obj &&
	       word_at(r->py, parser, EXPAT_HANDLER_ARG) == r->obj;
}

static void add_buffer(struct raw_reader *r, raddr parser)
{
	raddr start = word_at(r->py, parser, EXPAT_BUFFER);
	raddr text = word_at(r->py, parser, EXPAT_BUFFER_PTR);
	raddr end = word_at(r->py, parser, EXPAT_BUFFER_END);
	raddr limit = word_at(r->py, parser, EXPAT_BUFFER_LIM);

	if (start <= text && text <= end && end <= limit && start < limit)
		raw_add(r, start, limit - start, RAW_BUFFER, RAW_LEAF);
}

/* The parser that the object's word at `offset` points to. */
static void add_parser(struct raw_reader *r, uint32_t offset)
{
	raddr parser = raw_word(r, offset);

	if (parser && points_back(r, parser))
		add_buffer(r, parser);
	raw_add_word(r, offset, RAW_STATE, 0);
}

/* Modules/pyexpat.c */
bool raw_read_xmlparser(struct raw_reader *r)
{
	add_parser(r, r->py->layout.xmlparser_parser);
	raw_members_read(r, raw_members_find("pyexpat.xmlparser"));
	return true;
}

/* Modules/_elementtree.c */
bool raw_read_etree_parser(struct raw_reader *r)
{
	add_parser(r, r->py->layout.etreeparser_parser);
	return true;
}
