/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hashes of OpenSSL own.  The state of an algorithm is a block that holds
 * numbers, and behind them what was there before: nothing in it is to be taken
 * for a pointer.  The rest of a context (the algorithm, which contexts share)
 * is left to the search for pointers, and so is an HMAC: its context is another
 * struct from 3.15 on.
 */
#include "python/raw/raw-read.h"
#include "python/state/words.h"

/* crypto/evp/evp_local.h of OpenSSL 3.0 to 3.6: struct evp_md_ctx_st.
 * OpenSSL 1.1 has no first member, and md_data where 3.0 has the flags. */
#define CTX_FLAGS 24
#define CTX_MD_DATA 32
#define CTX_ALGCTX 56
#define CTX_MD_DATA_1_1 24
/* Flags are the sum of some EVP_MD_CTX_FLAG_*, the highest of which is 0x800;
 * no pointer is as low as this. */
#define MOST_FLAGS UINT16_MAX

static void add_state(struct raw_reader *r, raddr ctx, uint32_t offset)
{
	raddr state = word_at(r->py, ctx, offset);

	if (state)
		raw_add(r, state, 0, RAW_STATE, RAW_LEAF);
}

/* What the EVP_MD_CTX has, without itself. */
static void add_states(struct raw_reader *r, raddr ctx)
{
	if (!ctx)
		return;
	if (word_at(r->py, ctx, CTX_FLAGS) > MOST_FLAGS) {
		add_state(r, ctx, CTX_MD_DATA_1_1);
		return;
	}
	add_state(r, ctx, CTX_MD_DATA);
	add_state(r, ctx, CTX_ALGCTX);
}

/* Modules/_hashopenssl.c: EVPobject, HASHobject */
bool raw_read_hash(struct raw_reader *r)
{
	add_states(r, raw_word(r, r->py->layout.hash_context));
	raw_members_read(r, raw_members_find("_hashlib.HASH"));
	return true;
}
