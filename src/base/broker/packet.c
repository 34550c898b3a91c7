/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/broker/packet.h"
#include "base/error.h"

/* A text that is NULL has this for its length. */
#define NO_TEXT UINT64_MAX
/* More than any body that the broker makes: one of 10 M ranges. */
#define FILE_MAX (UINT64_C(1) << 30)

struct header {
	uint32_t kind;
	uint32_t in_file;	/* the body is in the last descriptor */
	uint64_t len;		/* of the body */
};

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE((PACKET_FDS + 1) * sizeof(int))];
};

void packet_release(struct packet *p)
{
	str_release(&p->body);
	for (unsigned int i = 0; i < p->nr_fds; i++)
		closep(&p->fds[i]);
	*p = (struct packet)PACKET_INIT;
}

void packet_add_fd(struct packet *p, int fd)
{
	p->fds[p->nr_fds++] = fd;
}

int packet_take_fd(struct packet *p)
{
	int fd = p->fds[0];

	if (!p->nr_fds)
		return -1;
	p->nr_fds--;
	memmove(p->fds, p->fds + 1, p->nr_fds * sizeof(fd));
	p->fds[p->nr_fds] = -1;
	return fd;
}

/* --- a body in a file --- */

static bool write_all(int fd, const struct str *body)
{
	for (size_t done = 0; done < body->len;) {
		ssize_t n = write(fd, body->s + done, body->len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static int body_file(const struct str *body)
{
	CLEANUP(closep) int fd = memfd_create("packet", MFD_CLOEXEC);
	int ret = fd;

	if (fd < 0 || !write_all(fd, body))
		return -1;
	fd = -1;
	return ret;
}

static bool read_file(int fd, uint64_t len, struct str *body)
{
	size_t done = 0;
	char *bytes;

	if (len > FILE_MAX)
		return false;
	bytes = str_reserve(body, len);
	while (done < len) {
		ssize_t n = pread(fd, bytes + done, len - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	str_grow(body, len);
	return true;
}

/* --- the socket --- */

static void attach(struct msghdr *m, const int *fds, unsigned int nr)
{
	struct cmsghdr *c = m->msg_control;	/* the first one */

	m->msg_controllen = CMSG_SPACE(nr * sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(nr * sizeof(int));
	memcpy(CMSG_DATA(c), fds, nr * sizeof(int));
}

bool packet_send(int socket, enum packet_way way, const struct packet *p)
{
	CLEANUP(closep) int file = -1;
	struct header h = { .kind = p->kind, .len = p->body.len };
	struct iovec parts[2] = { { &h, sizeof(h) },
				  { p->body.s, p->body.len } };
	union control control = { .bytes = { 0 } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
	int fds[PACKET_FDS + 1];
	unsigned int nr = p->nr_fds;
	ssize_t n;

	memcpy(fds, p->fds, sizeof(p->fds));
	if (p->body.len > PACKET_MAX) {
		errno = EMSGSIZE;
		file = way == PACKET_REPLY ? body_file(&p->body) : -1;
		if (file < 0)
			return false;
		fds[nr++] = file;
		h.in_file = 1;
		m.msg_iovlen = 1;
	}
	m.msg_control = nr ? control.bytes : NULL;
	if (nr)
		attach(&m, fds, nr);
	do
		n = sendmsg(socket, &m, MSG_NOSIGNAL |
			    (way == PACKET_REPLY ? MSG_DONTWAIT : 0));
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

/* The descriptors of a message become the packet's; the last of more than
 * PACKET_FDS is that of the body. */
static int take_fds(struct msghdr *m, struct packet *ret)
{
	int extra = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < nr; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int),
			       sizeof(fd));
			if (ret->nr_fds < PACKET_FDS) {
				packet_add_fd(ret, fd);
			} else {
				closep(&extra);
				extra = fd;
			}
		}
	}
	return extra;
}

/* The descriptor of the body is the last one. */
static bool take_body_file(struct packet *ret, int *extra, uint64_t len)
{
	CLEANUP(closep) int fd = *extra;

	*extra = -1;
	if (fd < 0 && ret->nr_fds) {
		fd = ret->fds[--ret->nr_fds];
		ret->fds[ret->nr_fds] = -1;
	}
	return fd >= 0 && read_file(fd, len, &ret->body);
}

static bool take_body(const struct header *h, const char *bytes, size_t n,
		      int *extra, enum packet_way way, struct packet *ret)
{
	if (h->in_file)
		return way == PACKET_REPLY && !n &&
		       take_body_file(ret, extra, h->len);
	if (h->len != n || *extra >= 0)
		return false;
	if (way == PACKET_REQUEST && ret->nr_fds)
		return false;
	str_add_bytes(&ret->body, bytes, n);
	return true;
}

bool packet_receive(int socket, enum packet_way way, struct packet *ret)
{
	CLEANUP(closep) int extra = -1;
	char bytes[PACKET_MAX];
	struct header h;
	struct iovec parts[2] = { { &h, sizeof(h) },
				  { bytes, sizeof(bytes) } };
	union control control = { .bytes = { 0 } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2,
			    .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	/* A message may have descriptors and not one byte. */
	extra = take_fds(&m, ret);
	errno = n || ret->nr_fds ? EBADMSG : 0;
	/* There was no room for the descriptors. */
	if (way == PACKET_REPLY && m.msg_flags & MSG_CTRUNC)
		errno = EMFILE;
	if ((size_t)n < sizeof(h) || m.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return false;
	ret->kind = h.kind;
	if (take_body(&h, bytes, (size_t)n - sizeof(h), &extra, way, ret))
		return true;
	errno = EBADMSG;
	return false;
}

/* --- fields --- */

void packet_add(struct packet *p, uint64_t x)
{
	str_add_bytes(&p->body, (const char *)&x, sizeof(x));
}

void packet_add_numbers(struct packet *p, const uint64_t *v, size_t nr)
{
	str_add_bytes(&p->body, (const char *)v, nr * sizeof(*v));
}

void packet_add_bytes(struct packet *p, const void *bytes, size_t len)
{
	packet_add(p, len);
	/* Of nothing, there may be no address. */
	if (len)
		str_add_bytes(&p->body, bytes, len);
}

void packet_add_text(struct packet *p, const char *text)
{
	if (text)
		packet_add_bytes(p, text, strlen(text));
	else
		packet_add(p, NO_TEXT);
}

struct packet_reader packet_read(const struct packet *p)
{
	return (struct packet_reader){ p->body.s, p->body.len, false };
}

static const char *take(struct packet_reader *r, uint64_t len)
{
	const char *at = r->at;

	if (r->failed || len > r->left) {
		r->failed = true;
		return NULL;
	}
	r->at += len;
	r->left -= len;
	return at;
}

uint64_t packet_get(struct packet_reader *r)
{
	uint64_t x = 0;
	const char *at = take(r, sizeof(x));

	if (at)
		memcpy(&x, at, sizeof(x));
	return x;
}

void packet_get_numbers(struct packet_reader *r, uint64_t *v, size_t nr)
{
	const char *at = take(r, nr * sizeof(*v));

	if (at)
		memcpy(v, at, nr * sizeof(*v));
	else
		memset(v, 0, nr * sizeof(*v));
}

char *packet_get_text(struct packet_reader *r, size_t max)
{
	uint64_t len = packet_get(r);
	const char *at;

	if (r->failed || len == NO_TEXT)
		return NULL;
	at = take(r, len);
	if (!at)
		return NULL;
	if (len > max || memchr(at, '\0', len)) {
		r->failed = true;
		return NULL;
	}
	return xstrndup(at, len);
}

const void *packet_get_bytes(struct packet_reader *r, size_t unit,
			     size_t *len)
{
	uint64_t n = packet_get(r);
	const char *at = take(r, n);

	*len = 0;
	if (!at)
		return NULL;
	if (n % unit) {
		r->failed = true;
		return NULL;
	}
	*len = n;
	return at;
}

bool packet_is_read(const struct packet_reader *r)
{
	return !r->failed && !r->left;
}
