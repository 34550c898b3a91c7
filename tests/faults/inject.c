/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject.c - LD_PRELOAD: the n-th allocation of a program fails.
 *
 * FAULT_ALLOC=N: that allocation returns NULL with ENOMEM; 0 only counts.  All
 * allocations of the program and its libraries count, those of the C library
 * and of constructors included, in the order in which they come.
 *
 * The file $FAULT_TOLD is mapped from the start, as a process may lose the
 * right to open files; those that are forked share it.  It is a struct told:
 * the most allocations of a process so far and, when one fails, the stack of
 * it: a line for each frame, innermost first, with the module, the offset in it
 * in hexadecimal, and the exported symbol before that address.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

struct told {
	long count, len;
	char text[65536];
};

static long nth = -1, count;
static int frames;
static struct told *told;

static _Unwind_Reason_Code tell_frame(struct _Unwind_Context *context,
				      void *arg)
{
	char line[512];
	unsigned long ip = _Unwind_GetIP(context);
	Dl_info info;
	int len;

	(void)arg;
	if (!ip || frames++ > 100)
		return _URC_END_OF_STACK;
	/* The call, and not what is behind it. */
	ip--;
	if (!dladdr((void *)ip, &info) || !info.dli_fname)
		len = snprintf(line, sizeof(line), "? 0 ?\n");
	else
		len = snprintf(line, sizeof(line), "%s %lx %s\n",
			       info.dli_fname,
			       ip - (unsigned long)info.dli_fbase,
			       info.dli_sname ? info.dli_sname : "?");
	if (len >= (int)sizeof(line) ||
	    told->len + len > (long)sizeof(told->text))
		return _URC_END_OF_STACK;
	memcpy(told->text + told->len, line, (size_t)len);
	told->len += len;
	return _URC_NO_REASON;
}

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("FAULT_TOLD");
	int fd = name ? open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *p;

	if (fd < 0 || ftruncate(fd, sizeof(*told)))
		return;
	p = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 0);
	close(fd);
	if (p != MAP_FAILED)
		told = p;
}

static int fails(void)
{
	long n = __sync_add_and_fetch(&count, 1);

	if (nth < 0) {
		const char *e = getenv("FAULT_ALLOC");

		nth = e ? atol(e) : 0;
	}
	if (told && n > told->count)
		told->count = n;
	if (n != nth)
		return 0;
	if (told) {
		told->len = frames = 0;
		_Unwind_Backtrace(tell_frame, NULL);
	}
	errno = ENOMEM;
	return 1;
}

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t m)
{
	return fails() ? NULL : __libc_calloc(n, m);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t n, size_t m)
{
	if (m && n > (size_t)-1 / m) {
		errno = ENOMEM;
		return NULL;
	}
	return fails() ? NULL : __libc_realloc(p, n * m);
}

void *memalign(size_t a, size_t n)
{
	return fails() ? NULL : __libc_memalign(a, n);
}

void *aligned_alloc(size_t a, size_t n)
{
	return fails() ? NULL : __libc_memalign(a, n);
}

int posix_memalign(void **p, size_t a, size_t n)
{
	void *got = fails() ? NULL : __libc_memalign(a, n);

	if (!got)
		return ENOMEM;
	*p = got;
	return 0;
}
