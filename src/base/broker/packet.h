/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/broker/packet.h - messages between the broker and the worker.
 *
 * A packet has a kind, a body of bytes and file descriptors.  What a body says
 * is made and read field by field with the functions below: numbers of 64 bits,
 * texts, runs of bytes.  Both sides are the same program, so there is no
 * version and no byte order.
 *
 * The broker believes nothing: a field that is not there sets `failed`, and the
 * reader is asked once, at the end.
 */
#ifndef BASE_BROKER_PACKET_H
#define BASE_BROKER_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Bytes of a body that goes by the socket itself. */
#define PACKET_MAX 32768
/* File descriptors of one packet. */
#define PACKET_FDS 2

struct packet {
	uint32_t kind;
	struct str body;
	int fds[PACKET_FDS];	/* owned */
	unsigned int nr_fds;
};

#define PACKET_OF(kind) { kind, STR_INIT, { -1, -1 }, 0 }
#define PACKET_INIT PACKET_OF(0)

/* Which way a packet goes. */
enum packet_way {
	PACKET_REQUEST,		/* to the broker: PACKET_MAX and no descriptors
				   are the most that it takes */
	PACKET_REPLY,		/* from the broker: a larger body goes by an
				   unnamed file */
};

/*
 * Send a packet; `p` stays the caller's.  A reply is never waited for: a worker
 * of ours waits for it.  False with errno: the other side is gone (EPIPE,
 * ECONNRESET), it does not listen (EAGAIN), the request is too long (EMSGSIZE),
 * or the system refuses it.
 */
bool packet_send(int socket, enum packet_way way, const struct packet *p);
/*
 * Wait for the next packet.  `ret` is as PACKET_INIT, and is to be released in
 * any case.  Signals do not end the wait.  False with errno: the other side is
 * gone (0), what came is no packet (EBADMSG), or a reply had more descriptors
 * than we may have (EMFILE).
 */
bool packet_receive(int socket, enum packet_way way, struct packet *ret);
/* Free the body and close the descriptors; `p` is as PACKET_INIT then. */
void packet_release(struct packet *p);

/* Add a descriptor; the packet owns it.  At most PACKET_FDS, none of them
 * negative. */
void packet_add_fd(struct packet *p, int fd);
/* Take the first descriptor out of the packet; -1: it has none.  The caller
 * closes it. */
int packet_take_fd(struct packet *p);

/* --- fields --- */

void packet_add(struct packet *p, uint64_t x);
/* The same as packet_add() of each. */
void packet_add_numbers(struct packet *p, const uint64_t *v, size_t nr);
/* `text` may be NULL, which is told apart from "". */
void packet_add_text(struct packet *p, const char *text);
void packet_add_bytes(struct packet *p, const void *bytes, size_t len);

struct packet_reader {
	const char *at;		/* of the packet's body, which must stay */
	size_t left;
	bool failed;		/* a field was not as it must be */
};

struct packet_reader packet_read(const struct packet *p);
/* The next number; 0 if it is not there. */
uint64_t packet_get(struct packet_reader *r);
/* The next `nr` numbers; all 0 if they are not all there. */
void packet_get_numbers(struct packet_reader *r, uint64_t *v, size_t nr);
/* The next text, which the caller frees, or NULL: it was NULL, longer than
 * `max` bytes or not there.  It has no NUL but the last. */
char *packet_get_text(struct packet_reader *r, size_t max);
/* The next run of bytes, which stays the packet's and has no alignment; NULL
 * and *len 0: it is not there, or not a multiple of `unit`. */
const void *packet_get_bytes(struct packet_reader *r, size_t unit,
			     size_t *len);
/* Were all fields there, and nothing behind them? */
bool packet_is_read(const struct packet_reader *r);

#endif
