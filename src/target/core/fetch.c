/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/broker/task.h"
#include "base/log.h"
#include "target/core/fetch.h"

/* A run asks a hundred times: without servers, say nothing. */
static bool have_servers(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	return urls && *urls;
}

#ifdef HAVE_DEBUGINFOD

#include <dlfcn.h>
#include <elfutils/debuginfod.h>

struct fetch {
	void *library;
	debuginfod_client *client;
	__typeof__(debuginfod_find_executable) *find;
	__typeof__(debuginfod_end) *end;
};

static struct error *load(struct fetch *f)
{
	__typeof__(debuginfod_begin) *begin;

	f->library = dlopen(DEBUGINFOD_SONAME, RTLD_LAZY);
	if (!f->library)
		return error_new(ERR_SYSTEM, "DEBUGINFOD_URLS is set, but %s",
				 dlerror());
	begin = (__typeof__(begin))dlsym(f->library, "debuginfod_begin");
	f->find = (__typeof__(f->find))dlsym(f->library,
					     "debuginfod_find_executable");
	f->end = (__typeof__(f->end))dlsym(f->library, "debuginfod_end");
	if (begin && f->find && f->end)
		f->client = begin();
	if (!f->client)
		return error_new(ERR_SYSTEM, "DEBUGINFOD_URLS is set, but %s "
				 "can't be used", DEBUGINFOD_SONAME);
	return NULL;
}

void fetch_close(struct fetch *f)
{
	if (!f)
		return;
	if (f->client)
		f->end(f->client);
	/* Not all libraries that it loads are made to be unloaded. */
	free(f);
}

static struct error *open_fetch(struct fetch **f)
{
	struct error *err;

	if (*f)
		return NULL;
	*f = xcalloc(1, sizeof(**f));
	err = load(*f);
	if (!err)
		return NULL;
	fetch_close(*f);
	*f = NULL;
	return err;
}

static struct error *ask_broker(const uint8_t *id, size_t len, int *ret)
{
	struct packet request = PACKET_OF(TASK_FETCH);
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;
	struct packet_reader r;
	struct error *err;

	packet_add_bytes(&request, id, len);
	err = task_ask(&request, &reply, &r);
	if (!err)
		*ret = packet_take_fd(&reply);
	return err;
}

struct error *fetch_executable(struct fetch **f, const uint8_t *id, size_t len,
			       int *ret)
{
	struct error *err;
	int fd;

	if (!have_servers())
		return error_new(ERR_NOT_FOUND, "DEBUGINFOD_URLS is not set");
	if (task_is_worker())
		return ask_broker(id, len, ret);
	err = open_fetch(f);
	if (err)
		return err;
	log_info("the debuginfod servers are asked for build-id %02x%02x...",
		 len > 1 ? id[0] : 0, len > 1 ? id[1] : 0);
	fd = (*f)->find((*f)->client, id, (int)len, NULL);
	if (fd == -ENOENT)
		return error_new(ERR_NOT_FOUND, "no debuginfod server has it");
	if (fd < 0)
		return error_errno(ERR_SYSTEM, -fd, "the servers of "
				   "DEBUGINFOD_URLS do not answer as they "
				   "should, and are not asked again");
	*ret = fd;
	return NULL;
}

#else

void fetch_close(struct fetch *f)
{
	(void)f;
}

struct error *fetch_executable(struct fetch **f, const uint8_t *id, size_t len,
			       int *ret)
{
	(void)f, (void)id, (void)len, (void)ret;
	if (!have_servers())
		return error_new(ERR_NOT_FOUND, "DEBUGINFOD_URLS is not set");
	return error_new(ERR_SYSTEM, "DEBUGINFOD_URLS is set, but pyheld was "
			 "built --without-debuginfod");
}

#endif
