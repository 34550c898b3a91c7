/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/die.h"
#include "base/rlimit.h"

/* Of the threads that we make: the largest frame has 40 KB. */
#define THREAD_STACK (1UL << 20)
/* Of the main thread: what we ask for, and what is too little.  Libraries that
 * are not ours (SQLite, Unicorn) took up to 60 KB. */
#define WANTED_STACK (8UL << 20)
#define LEAST_STACK (192UL << 10)

/* UINT64_MAX: no limit. */
static uint64_t limit_of(__rlimit_resource_t which)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	return limit.rlim_cur;
}

/* Bytes of the address space and of the data: proc(5), statm.  0: unknown. */
static void read_use(uint64_t *space, uint64_t *data)
{
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), field[6] = { 0 };
	char text[256], *p = text;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(field); i++)
		field[i] = strtoull(p, &p, 10);
	*space = field[0] * page;
	*data = field[5] * page;
}

uint64_t rlimit_data_used(void)
{
	uint64_t space, data;

	read_use(&space, &data);
	return data;
}

static uint64_t room(uint64_t limit, uint64_t used)
{
	return limit == UINT64_MAX ? UINT64_MAX : limit - MIN(limit, used);
}

static void hint(char *buf, char letter, uint64_t value, const char *unit)
{
	if (value == UINT64_MAX)
		return;
	snprintf(buf, RLIMIT_HINT_MAX, " (ulimit -%c allows %" PRIu64
		 "%s: raise it)", letter, value, unit);
}

/* The limit of data that the user has not set; UINT64_MAX: there is none. */
static uint64_t own_data = UINT64_MAX;

void rlimit_data_is_own(void)
{
	own_data = limit_of(RLIMIT_DATA);
}

static void memory_hint(char *buf)
{
	uint64_t space = limit_of(RLIMIT_AS), data = limit_of(RLIMIT_DATA);
	uint64_t space_used, data_used;

	if (data == own_data)
		data = UINT64_MAX;
	read_use(&space_used, &data_used);
	if (room(space, space_used) <= room(data, data_used))
		hint(buf, 'v', space, " bytes");
	else
		hint(buf, 'd', data, " bytes");
}

bool rlimit_bounds_memory(void)
{
	return limit_of(RLIMIT_AS) != UINT64_MAX ||
	       limit_of(RLIMIT_DATA) != UINT64_MAX;
}

void rlimit_hint(int errnum, char *buf)
{
	int saved = errno;

	*buf = '\0';
	if (errnum == EMFILE)
		hint(buf, 'n', limit_of(RLIMIT_NOFILE), "");
	else if (errnum == EFBIG)
		hint(buf, 'f', limit_of(RLIMIT_FSIZE), " bytes");
	else if (errnum == ENOMEM)
		memory_hint(buf);
	errno = saved;
}

void rlimit_task_hint(int errnum, char *buf)
{
	rlimit_hint(errnum, buf);
	if (errnum == EAGAIN)
		hint(buf, 'u', limit_of(RLIMIT_NPROC),
		     " processes and threads");
}

void rlimit_check(int errnum)
{
	char why[RLIMIT_HINT_MAX], line[RLIMIT_HINT_MAX + 64];

	if (errnum != EMFILE && errnum != ENFILE && errnum != ENOMEM)
		return;
	rlimit_hint(errnum, why);
	snprintf(line, sizeof(line), "%s%s",
		 errnum == ENOMEM ? "out of memory" :
		 errnum == ENFILE ? "too many open files in the system" :
				    "too many open files", why);
	die(line);
}

/* A handler, and not SIG_IGN: what we would execute does not inherit it. */
static void let_write_fail(int number UNUSED)
{
}

static void prepare_stack(void)
{
	struct rlimit limit;
	char line[128];

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= WANTED_STACK)
		return;
	limit.rlim_cur = MIN(limit.rlim_max, WANTED_STACK);
	/* The kernel asks for the limit when the stack grows. */
	if (!setrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur >= LEAST_STACK)
		return;
	snprintf(line, sizeof(line), "the stack is too small (ulimit -s allows"
		 " %" PRIu64 " bytes: raise it to %lu)",
		 limit_of(RLIMIT_STACK), LEAST_STACK);
	if (limit_of(RLIMIT_STACK) < LEAST_STACK)
		die(line);
}

void rlimit_prepare(void)
{
	struct sigaction action = { .sa_handler = let_write_fail,
				    .sa_flags = SA_RESTART };

	sigaction(SIGXFSZ, &action, NULL);
	prepare_stack();
}

/* Would there be memory for such a stack? */
static bool have_memory(void)
{
	void *p = mmap(NULL, THREAD_STACK, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, THREAD_STACK);
	return true;
}

int rlimit_thread(pthread_t *ret, void *(*function)(void *), void *arg)
{
	pthread_attr_t attr;
	int e = pthread_attr_init(&attr);

	if (e)
		return e;
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	e = pthread_create(ret, &attr, function, arg);
	pthread_attr_destroy(&attr);
	return e == EAGAIN && !have_memory() ? ENOMEM : e;
}
