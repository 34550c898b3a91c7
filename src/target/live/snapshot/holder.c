/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/live/live-data.h"
#include "target/live/snapshot/holder.h"
#include "target/live/snapshot/thread-pointer.h"
#include "target/live/snapshot/threads.h"

/* Read `len` bytes at each of the `nr` addresses, by one call. */
static bool read_words(struct live *l, const raddr *addrs, void *const *words,
		       const size_t *lens, unsigned int nr)
{
	struct iovec local[3], remote[3];
	size_t sum = 0;

	for (unsigned int i = 0; i < nr; i++) {
		local[i] = (struct iovec){ words[i], lens[i] };
		remote[i] = live_remote(addrs[i], lens[i]);
		sum += lens[i];
	}
	return live_readv(l, local, remote, nr) == (ssize_t)sum;
}

/* The record of the thread that holds; 0: nobody does. */
static raddr read_record(struct live *l, const struct holder_words *words)
{
	const raddr addrs[] = { words->holder, words->locked };
	uint8_t record[8];
	uint32_t locked = 1;
	void *const to[] = { record, &locked };
	const size_t lens[] = { sizeof(record), sizeof(locked) };

	if (!read_words(l, addrs, to, lens, words->locked ? 2 : 1) || !locked)
		return 0;
	return get_u64(record);
}

/* The record's own word, if there is one. */
static bool record_agrees(struct live *l, const struct holder_words *words,
			  raddr record)
{
	const raddr addr = record + words->flag;
	uint32_t flag = 0;
	void *const to = &flag;
	const size_t len = sizeof(flag);

	return !words->flag || (read_words(l, &addr, &to, &len, 1) && flag);
}

/* The number of the thread in its own namespace.  0: it can't be told. */
static pid_t read_number(struct live *l, const struct holder_words *words,
			 raddr record)
{
	const raddr addr = record + words->tid;
	uint8_t number[8];
	void *const to = number;
	const size_t len = sizeof(number);
	uint64_t value;

	if (!read_words(l, &addr, &to, &len, 1))
		return 0;
	value = get_u64(number);
	if (words->tid_is_pointer)
		return thread_pointer_tid(l, value);
	return value <= INT32_MAX ? (pid_t)value : 0;
}

static bool has_thread(const struct live *l, pid_t tid)
{
	char name[64];

	snprintf(name, sizeof(name), "task/%d", (int)tid);
	return !faccessat(l->dir, name, F_OK, 0);
}

/* Its number in our namespace; 0: no thread of the process has that number. */
static pid_t host_tid(const struct live *l, pid_t tid)
{
	int fd;
	DIR *dir;
	const struct dirent *entry;
	pid_t found = 0;

	if (threads_have_our_numbers(l->dir))
		return has_thread(l, tid) ? tid : 0;
	fd = openat(l->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		closep(&fd);
		return 0;
	}
	while (!found && (entry = readdir(dir))) {
		struct thread t = { .host_tid = atoi(entry->d_name) };

		if (t.host_tid <= 0)
			continue;
		thread_describe(l->dir, false, &t);
		if (t.tid == tid)
			found = t.host_tid;
	}
	closedir(dir);
	return found;
}

bool holder_find(struct target *t, const struct holder_words *words,
		 struct holder *ret)
{
	struct live *l = t->live;

	ret->record = read_record(l, words);
	if (!ret->record || !record_agrees(l, words, ret->record))
		return false;
	ret->number = read_number(l, words, ret->record);
	ret->tid = ret->number > 0 ? host_tid(l, ret->number) : 0;
	return ret->tid > 0;
}

bool holder_is_still(struct target *t, const struct holder_words *words,
		     const struct holder *h)
{
	/* Another thread may have got a record at the same address. */
	return read_record(t->live, words) == h->record &&
	       record_agrees(t->live, words, h->record) &&
	       read_number(t->live, words, h->record) == h->number;
}

bool holder_says_so(struct target *t, const struct holder_words *words,
		    const struct holder *h, raddr fs_base)
{
	int64_t len = (int64_t)words->own_to - words->own_from;
	uint8_t bytes[HOLDER_OWN_MAX];
	struct iovec local = { bytes, (size_t)len };
	struct iovec remote;

	if (!fs_base || len <= 0 || len > HOLDER_OWN_MAX)
		return false;
	remote = live_remote(fs_base + (uint64_t)(int64_t)words->own_from,
			     (size_t)len);
	if (live_readv(t->live, &local, &remote, 1) != (ssize_t)len)
		return false;
	for (size_t i = 0; i + 8 <= (size_t)len; i += 8)
		if (get_u64(bytes + i) == h->record)
			return true;
	return false;
}
