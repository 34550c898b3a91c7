/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/die.h"
#include "base/rlimit.h"

void out_of_memory(void)
{
	rlimit_check(ENOMEM);
	die("out of memory");
}

#define PAGE UINT64_C(4096)
#define HUGE_PAGE (UINT64_C(2) << 20)
#define LARGE (2 * HUGE_PAGE)

static void advise(void *p, size_t size)
{
	uint64_t before = (uintptr_t)p % PAGE;

	if (size >= LARGE)
		madvise((char *)p - before, round_up(before + size, PAGE),
			MADV_HUGEPAGE);
}

/* What is large begins with a huge page. */
static void *allocate(size_t size)
{
	void *p;

	if (size >= LARGE && size <= SIZE_MAX - HUGE_PAGE)
		p = aligned_alloc(HUGE_PAGE, round_up(size, HUGE_PAGE));
	else
		p = malloc(size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

/* Without the last huge page, of which only a part will be used. */
void *xmalloc(size_t size)
{
	void *p = allocate(size);

	advise(p, size & ~(HUGE_PAGE - 1));
	return p;
}

void *xcalloc_sparse(size_t nr, size_t size)
{
	void *p = calloc(nr ? nr : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t nr, size_t size)
{
	void *p = xcalloc_sparse(nr, size);

	advise(p, nr * size);
	return p;
}

/* All pages of what may grow have the same advice: mremap() refuses a range of
 * two mappings, and realloc() copies then. */
void *xreallocarray(void *p, size_t nr, size_t size)
{
	if (!p && size && nr <= SIZE_MAX / size)
		p = allocate(nr * size);
	else
		p = reallocarray(p, nr ? nr : 1, size ? size : 1);
	if (!p)
		out_of_memory();
	advise(p, nr * size);
	return p;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		out_of_memory();
	return copy;
}

char *xstrndup(const char *s, size_t len)
{
	char *copy = strndup(s, len);

	if (!copy)
		out_of_memory();
	return copy;
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *s;
	int len;

	va_start(args, format);
	len = vasprintf(&s, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	return s;
}

void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
