#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target/live.h"
#include "target/pages.h"
#include "target/target.h"

#define NR_THREADS 4

/*
 * What the child works on.  It is forked from us: the addresses are the same
 * here and there.
 */
static struct {
	volatile uint64_t first, second; /* first is ahead by at most one */
} pairs[NR_THREADS];
static volatile uint64_t nr_signals, nr_queued;
static uint8_t *area;	/* a mapping of the test's */

static raddr address(const volatile void *p)
{
	return (uintptr_t)p;
}

/* Test children say that they are ready by closing this. */
static int ready[2];

static void become_ready(void)
{
	close(ready[1]);
}

/* Run `body` in a child and wait until it is ready. */
static pid_t start(void (*body)(void))
{
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		body();
		_exit(0);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &c, 1), 0);
	close(ready[0]);
	return pid;
}

static void finish(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static struct target *open_target(pid_t pid)
{
	struct target *t;
	struct error *err = target_open_pid(pid, &t);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	return t;
}

static void snapshot(struct target *t, const struct snapshot_options *o)
{
	struct error *err = target_snapshot(t, o);

	ck_assert_msg(!err, "%s", err ? err->message : "");
}

static void expect(struct error *err, enum error_code code, const char *text)
{
	ck_assert_ptr_nonnull(err);
	ck_assert_msg(err->code == code && strstr(err->message, text),
		      "%d: %s", err->code, err->message);
	error_free(err);
}

static uint64_t peek(struct target *t, const volatile void *p)
{
	uint64_t word;
	struct error *err = target_peek(t, address(p), &word, 8);

	ck_assert_msg(!err, "%s", err ? err->message : "");
	return word;
}

static uint64_t copied(struct target *t, const volatile void *p)
{
	uint64_t word = 0;

	ck_assert(memory_u64(&t->memory, address(p), &word));
	return word;
}

/* A field of /proc/PID/status as text. */
static char *status_of(pid_t pid, const char *key)
{
	char name[64];
	static char line[256];
	size_t len = strlen(key);
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
	f = fopen(name, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len) && line[len] == ':')
			break;
	fclose(f);
	return line + len + 1 + strspn(line + len + 1, " \t");
}

static void expect_untraced(pid_t pid)
{
	ck_assert_int_eq(atoi(status_of(pid, "TracerPid")), 0);
}

static void on_signal(int signal)
{
	(void)signal;
	nr_signals++;
}

static void on_queued(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	/* Any thread may get it. */
	__atomic_fetch_add(&nr_queued, info->si_value.sival_int,
			   __ATOMIC_RELAXED);
}

static void *count(void *argument)
{
	size_t i = (uintptr_t)argument;

	for (;;) {
		pairs[i].first++;
		pairs[i].second++;
	}
	return NULL;
}

static void install_handlers(void)
{
	struct sigaction queued = { .sa_flags = SA_SIGINFO | SA_RESTART };

	queued.sa_sigaction = on_queued;
	signal(SIGUSR1, on_signal);
	sigaction(SIGRTMIN, &queued, NULL);
}

static void counting(void)
{
	pthread_t thread;

	install_handlers();
	for (size_t i = 0; i < NR_THREADS; i++)
		pthread_create(&thread, NULL, count, (void *)i);
	become_ready();
	for (;;)
		pause();
}

static void expect_running(struct target *t)
{
	uint64_t before = peek(t, &pairs[0].first);

	for (int i = 0; i < 200; i++) {
		if (peek(t, &pairs[0].first) != before)
			return;
		sleep_ms(10);
	}
	ck_abort_msg("the target stands still");
}

START_TEST(snapshot_is_one_moment)
{
	pid_t pid = start(counting);
	struct target *t = open_target(pid);

	for (int round = 0; round < 20; round++) {
		snapshot(t, NULL);
		expect_untraced(pid);
		for (size_t i = 0; i < NR_THREADS; i++) {
			uint64_t a = copied(t, &pairs[i].first);
			uint64_t b = copied(t, &pairs[i].second);

			ck_assert(a == b || a == b + 1);
		}
		expect_running(t);
	}
	ck_assert_uint_gt(t->pause_ns, 0);
	ck_assert_uint_gt(t->memory.bytes_copied, 0);
	target_close(t);
	finish(pid);
}
END_TEST

START_TEST(snapshot_knows_the_threads)
{
	pid_t pid = start(counting);
	struct target *t = open_target(pid);

	snapshot(t, NULL);
	ck_assert_uint_eq(t->threads.nr, NR_THREADS + 1);
	ck_assert_int_eq(t->threads.v[0].host_tid, pid);
	for (size_t i = 0; i < t->threads.nr; i++) {
		const struct thread *thread = &t->threads.v[i];

		ck_assert_str_eq(thread->name, t->threads.v[0].name);
		ck_assert_int_eq(thread->tid, thread->host_tid);
		ck_assert_ptr_nonnull(memory_at(&t->memory, thread->sp, 8));
		ck_assert_ptr_nonnull(memory_at(&t->memory, thread->pc, 1));
		ck_assert_ptr_nonnull(memory_at(&t->memory, thread->fs_base,
						8));
	}
	target_close(t);
	finish(pid);
}
END_TEST

START_TEST(snapshot_leaves_a_stopped_process_stopped)
{
	pid_t pid = start(counting);
	struct target *t;
	int status;

	kill(pid, SIGSTOP);
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	t = open_target(pid);
	for (int i = 0; i < 5; i++) {
		uint64_t before = peek(t, &pairs[0].first);

		snapshot(t, NULL);
		sleep_ms(5);
		expect_untraced(pid);
		ck_assert_int_eq(*status_of(pid, "State"), 'T');
		ck_assert_uint_eq(peek(t, &pairs[0].first), before);
	}
	kill(pid, SIGCONT);
	expect_running(t);
	target_close(t);
	finish(pid);
}
END_TEST

static pid_t signalled;

static void send_signal(const char *moment)
{
	if (!strcmp(moment, "stopped"))
		kill(signalled, SIGUSR1);
}

START_TEST(signal_during_the_stop_arrives)
{
	struct snapshot_options options = { .at = send_signal };
	pid_t pid = start(counting);
	struct target *t = open_target(pid);

	signalled = pid;
	for (uint64_t i = 1; i <= 20; i++) {
		snapshot(t, &options);
		for (int j = 0; j < 200 && peek(t, &nr_signals) < i; j++)
			sleep_ms(1);
		ck_assert_uint_eq(peek(t, &nr_signals), i);
	}
	target_close(t);
	finish(pid);
}
END_TEST

static void *queue_signals(void *argument)
{
	union sigval one = { .sival_int = 1 };
	uint64_t *sent = argument;

	for (int i = 0; i < 4000; i++) {
		if (!sigqueue(signalled, SIGRTMIN, one))
			++*sent;
		if (i % 16 == 0)
			sleep_ms(1);
	}
	return NULL;
}

START_TEST(signals_that_meet_a_stop_are_given_back)
{
	pid_t pid = start(counting);
	struct target *t = open_target(pid);
	uint64_t sent = 0;
	pthread_t thread;

	signalled = pid;
	pthread_create(&thread, NULL, queue_signals, &sent);
	for (int i = 0; i < 50; i++)
		snapshot(t, NULL);
	pthread_join(thread, NULL);
	for (int j = 0; j < 500 && peek(t, &nr_queued) < sent; j++)
		sleep_ms(2);
	ck_assert_uint_gt(sent, 0);
	ck_assert_uint_eq(peek(t, &nr_queued), sent);
	target_close(t);
	finish(pid);
}
END_TEST

static void kill_target(const char *moment)
{
	if (strcmp(moment, "stopped"))
		return;
	kill(signalled, SIGKILL);
	sleep_ms(50);
}

START_TEST(target_that_dies_is_gone)
{
	struct snapshot_options options = { .at = kill_target };
	pid_t pid = start(counting);
	struct target *t = open_target(pid);
	char c;

	signalled = pid;
	expect(target_snapshot(t, &options), ERR_GONE, "exited");
	expect(target_snapshot(t, NULL), ERR_GONE, "exited");
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	expect(target_snapshot(t, NULL), ERR_GONE, "exited");
	expect(target_peek(t, address(&pairs), &c, 1), ERR_GONE, "exited");
	target_close(t);
}
END_TEST

static void *live_shortly(void *argument)
{
	return argument;
}

static void making_threads(void)
{
	become_ready();
	for (;;) {
		pthread_t threads[8];
		size_t nr = 0;

		while (nr < 8 && !pthread_create(&threads[nr], NULL,
						 live_shortly, NULL))
			nr++;
		while (nr)
			pthread_join(threads[--nr], NULL);
		pairs[0].first++;
	}
}

START_TEST(threads_that_come_and_go_do_no_harm)
{
	pid_t pid = start(making_threads);
	struct target *t = open_target(pid);

	for (int i = 0; i < 100; i++) {
		snapshot(t, NULL);
		ck_assert_uint_ge(t->threads.nr, 1);
		expect_untraced(pid);
	}
	expect_running(t);
	target_close(t);
	finish(pid);
}
END_TEST

static struct error *not_now(struct target *t, void *context, bool *again)
{
	int *left = context;

	/* All stand still: what is read twice is the same. */
	ck_assert_uint_eq(peek(t, &pairs[0].first), peek(t, &pairs[0].first));
	*again = --*left >= 0;
	return NULL;
}

static struct error *say_no(struct target *t, void *context, bool *again)
{
	(void)t;
	(void)context;
	(void)again;
	return error_new(ERR_UNSUPPORTED, "not this one");
}

START_TEST(snapshot_waits_for_a_better_moment)
{
	int left = 3;
	struct snapshot_options options = {
		.check = not_now, .context = &left, .retries = 5,
	};
	pid_t pid = start(counting);
	struct target *t = open_target(pid);

	snapshot(t, &options);
	ck_assert_int_eq(left, -1);
	left = 1000;
	expect(target_snapshot(t, &options), ERR_SYSTEM, "collection");
	ck_assert_int_eq(left, 1000 - 6);
	expect_untraced(pid);
	options.check = say_no;
	expect(target_snapshot(t, &options), ERR_UNSUPPORTED, "not this one");
	sleep_ms(5);
	expect_untraced(pid);
	expect_running(t);
	target_close(t);
	finish(pid);
}
END_TEST

static void waiting(void)
{
	become_ready();
	for (;;)
		pause();
}

#define SPARSE (64ULL << 30)

START_TEST(sparse_memory_costs_what_is_there)
{
	struct target *t;
	pid_t pid;

	area = mmap(NULL, SPARSE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
	area[0] = 1;
	area[SPARSE / 2] = 2;
	area[SPARSE - 1] = 3;
	pid = start(waiting);
	t = open_target(pid);
	snapshot(t, NULL);
	ck_assert_uint_lt(t->memory.bytes_copied, 64 << 20);
	ck_assert_ptr_nonnull(memory_at(&t->memory, address(area), SPARSE));
	ck_assert_uint_eq(*memory_at(&t->memory, address(area), 1), 1);
	ck_assert_uint_eq(copied(t, area + SPARSE / 2), 2);
	ck_assert_uint_eq(copied(t, area + SPARSE / 4), 0);
	ck_assert_uint_eq(*memory_at(&t->memory, address(area) + SPARSE - 1, 1),
			  3);
	target_close(t);
	finish(pid);
}
END_TEST

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

START_TEST(what_nobody_can_read_is_not_lost)
{
	struct target *t;
	pid_t pid;

	area = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(area, 1, 8 * PAGE);
	mprotect(area + 2 * PAGE, PAGE, PROT_NONE);
	/* Since Linux 6.13; a new glibc makes such pages below stacks. */
	madvise(area + 5 * PAGE, PAGE, MADV_GUARD_INSTALL);
	pid = start(waiting);
	t = open_target(pid);
	snapshot(t, NULL);
	ck_assert_uint_eq(t->lost, 0);
	ck_assert_ptr_nonnull(memory_at(&t->memory, address(area), 2 * PAGE));
	ck_assert_ptr_null(memory_at(&t->memory, address(area) + 2 * PAGE, 1));
	ck_assert_uint_eq(*memory_at(&t->memory, address(area) + 6 * PAGE, 1),
			  1);
	target_close(t);
	finish(pid);
}
END_TEST

static void growing(void)
{
	become_ready();
	for (;;) {
		/* Touched at once, so that what was planned is outrun. */
		void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
			       0);

		if (p == MAP_FAILED || pairs[1].first > 100)
			pause();
		memset(p, 7, 1 << 20);
		area = p;
		pairs[1].first++;
	}
}

START_TEST(memory_that_grows_is_copied)
{
	pid_t pid = start(growing);
	struct target *t = open_target(pid);

	for (int i = 0; i < 8; i++) {
		const uint8_t *p;
		raddr newest;

		snapshot(t, NULL);
		newest = copied(t, &area);
		if (!newest)
			continue;
		p = memory_at(&t->memory, newest, 1 << 20);
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq(p[0], 7);
		ck_assert_uint_eq(p[(1 << 20) - 1], 7);
	}
	target_close(t);
	finish(pid);
}
END_TEST

/* Map a file of `len` bytes in which each byte tells its page. */
static int map_file(size_t len, int prot)
{
	char name[] = "/tmp/pyheld-live-XXXXXX";
	int fd = mkstemp(name);
	uint8_t page[PAGE];

	ck_assert_int_ge(fd, 0);
	unlink(name);
	for (size_t i = 0; i < len / PAGE; i++) {
		memset(page, i % 251, PAGE);
		ck_assert_int_eq(write(fd, page, PAGE), PAGE);
	}
	area = mmap(NULL, len, prot, MAP_PRIVATE, fd, 0);
	ck_assert_ptr_ne(area, MAP_FAILED);
	return fd;
}

static void expect_pages(struct target *t, size_t len, size_t changed)
{
	for (size_t i = 0; i < len / PAGE; i++) {
		const uint8_t *p = memory_at(&t->memory,
					     address(area) + i * PAGE, PAGE);

		ck_assert_msg(p, "page %zu", i);
		ck_assert_uint_eq(p[PAGE - 1], i == changed ? 252 : i % 251);
	}
}

static const size_t file_sizes[] = { 16 * PAGE, 3000 * PAGE };
static const int file_prots[] = { PROT_READ, PROT_READ | PROT_WRITE };

START_TEST(file_pages_are_the_process_s_own)
{
	size_t len = file_sizes[_i % 2];
	int fd = map_file(len, PROT_READ | PROT_WRITE);
	struct target *t;
	pid_t pid;

	memset(area + 7 * PAGE, 252, PAGE);
	mprotect(area, len, file_prots[_i / 2]);
	pid = start(waiting);
	t = open_target(pid);
	snapshot(t, NULL);
	expect_pages(t, len, 7);
	/* Across the border of two kinds. */
	ck_assert_ptr_nonnull(memory_at(&t->memory, address(area), len));
	target_close(t);
	finish(pid);
	close(fd);
}
END_TEST

START_TEST(file_that_is_cut_short_is_unmapped)
{
	size_t len = 64 * PAGE;
	int fd = map_file(len, PROT_READ);
	pid_t pid = start(waiting);
	struct target *t = open_target(pid);

	snapshot(t, NULL);
	ck_assert_uint_eq(*memory_at(&t->memory, address(area) + PAGE, 1), 1);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_uint_eq(*memory_at(&t->memory, address(area) + PAGE, 1), 1);
	ck_assert_ptr_null(memory_at(&t->memory, address(area) + len - 1, 1));
	target_close(t);
	finish(pid);
	close(fd);
}
END_TEST

START_TEST(file_that_cannot_be_had_is_read_from_the_process)
{
	size_t len = 64 * PAGE;
	int fd = map_file(len, PROT_READ);
	pid_t pid = start(waiting);
	struct target *t = open_target(pid);

	/* As where map_files is forbidden and the file is deleted. */
	for (size_t i = 0; i < t->mappings.nr; i++)
		if (t->mappings.v[i].start == address(area))
			file_vec_push(&t->live->files, (struct mapped_file){
				t->mappings.v[i].device,
				t->mappings.v[i].inode, -1 });
	snapshot(t, NULL);
	finish(pid);
	expect_pages(t, len, SIZE_MAX);
	target_close(t);
	close(fd);
}
END_TEST

START_TEST(memory_file_serves_where_the_call_is_refused)
{
	pid_t pid = start(counting);
	struct target *t = open_target(pid);
	struct error *err;
	char c;

	t->live->use_mem = true;
	snapshot(t, NULL);
	ck_assert_uint_ge(copied(t, &pairs[0].first) + 1,
			  copied(t, &pairs[0].second));
	expect_running(t);
	err = target_peek(t, 8, &c, 1);
	ck_assert_ptr_eq(err, &error_fault);
	finish(pid);
	expect(target_peek(t, address(&pairs), &c, 1), ERR_GONE, "exited");
	target_close(t);
}
END_TEST

START_TEST(pages_are_told_alike_in_two_ways)
{
	static const uint8_t present[] = { 0, 1, 2, 5, 9, 10, 63 };
	CLEANUP(range_vec_release) struct range_vec a = VEC_INIT, b = VEC_INIT;
	struct pages pages;
	raddr end;
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY);

	area = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(area, 64 * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < sizeof(present); i++)
		area[present[i] * PAGE] = 1;
	end = address(area) + 64 * PAGE;
	pages_open(&pages, dir);
	ck_assert(pages_find(&pages, address(area), end, PAGES_PRESENT, &a));
	pages.can_scan = false;
	ck_assert(pages_find(&pages, address(area), end, PAGES_PRESENT, &b));
	ck_assert_uint_eq(a.nr, 4);
	ck_assert_uint_eq(b.nr, 4);
	ck_assert_mem_eq(a.v, b.v, 4 * sizeof(*a.v));
	ck_assert_uint_eq(a.v[0].end, address(area) + 3 * PAGE);
	ck_assert_uint_eq(a.v[3].end, end);
	pages_close(&pages);
	close(dir);
}
END_TEST

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

static int count_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	int c, nr = 0;

	while ((c = getc(f)) != EOF)
		nr += c == '\n';
	fclose(f);
	return nr;
}

static void use_target(pid_t pid)
{
	struct target *t = open_target(pid);
	uint64_t size;
	raddr at;

	error_free(target_symbol(t, NULL, "no_such_symbol", &at, &size));
	snapshot(t, NULL);
	snapshot(t, NULL);
	target_close(t);
}

#ifdef __SANITIZE_ADDRESS__
#define SLACK 500
#else
#define SLACK 4
#endif

START_TEST(nothing_is_left_open)
{
	pid_t pid = start(counting);
	int fds, mappings;

	use_target(pid);
	fds = count_fds();
	mappings = count_mappings();
	for (int i = 0; i < 20; i++)
		use_target(pid);
	ck_assert_int_eq(count_fds(), fds);
	/* AddressSanitizer keeps what was freed: a few for each round. */
	ck_assert_int_le(count_mappings(), mappings + SLACK);
	finish(pid);
}
END_TEST

START_TEST(symbols_are_where_they_are)
{
	pid_t pid = start(counting);
	struct target *t = open_target(pid);
	uint64_t size;
	raddr at;

	ck_assert_ptr_null(target_symbol(t, NULL, "target_open_pid", &at,
					 &size));
	ck_assert_uint_eq(at, (uintptr_t)target_open_pid);
	expect(target_symbol(t, "libc.so", "target_open_pid", &at, &size),
	       ERR_NOT_FOUND, "target_open_pid");
	target_close(t);
	finish(pid);
}
END_TEST

static void mapping_itself(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	/* Below and above where it runs, as data and as code. */
	for (int i = 0; i < 4; i++)
		mmap(i % 2 ? (void *)(uintptr_t)0x10000000 : NULL, 1 << 16,
		     i / 2 ? PROT_READ : PROT_READ | PROT_EXEC, MAP_PRIVATE,
		     fd, 0);
	become_ready();
	for (;;)
		pause();
}

START_TEST(file_that_is_mapped_again_does_not_confuse)
{
	pid_t pid = start(mapping_itself);
	struct target *t = open_target(pid);
	uint64_t size;
	raddr at;

	ck_assert_ptr_null(target_symbol(t, NULL, "target_open_pid", &at,
					 &size));
	ck_assert_uint_eq(at, (uintptr_t)target_open_pid);
	target_close(t);
	finish(pid);
}
END_TEST

static void die_silently(const char *moment)
{
	if (!strcmp(moment, "stopped"))
		raise(SIGKILL);
}

START_TEST(target_runs_on_when_its_tracer_is_killed)
{
	struct snapshot_options options = { .at = die_silently };
	pid_t pid = start(counting);
	struct target *t = open_target(pid);
	pid_t tracer = fork();
	int status;

	if (!tracer) {
		error_free(target_snapshot(t, &options));
		_exit(0);
	}
	ck_assert_int_eq(waitpid(tracer, &status, 0), tracer);
	ck_assert(WIFSIGNALED(status));
	expect_running(t);
	expect_untraced(pid);
	target_close(t);
	finish(pid);
}
END_TEST

START_TEST(pid_of_nobody_is_refused)
{
	struct target *t;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	expect(target_open_pid(pid, &t), ERR_NOT_FOUND, "no process has");
	expect(target_open_pid(0, &t), ERR_NOT_FOUND, "no process has");
	expect(target_open_pid(-1, &t), ERR_NOT_FOUND, "no process has");
	expect(target_open_pid(getpid(), &t), ERR_UNSUPPORTED, "itself");
}
END_TEST

START_TEST(zombie_is_refused)
{
	struct target *t;
	siginfo_t info;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	expect(target_open_pid(pid, &t), ERR_GONE, "zombie");
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(thread_is_refused_and_its_process_named)
{
	pid_t pid = start(counting);
	struct target *t = open_target(pid);
	char text[64];
	pid_t tid;

	snapshot(t, NULL);
	tid = t->threads.v[1].host_tid;
	target_close(t);
	snprintf(text, sizeof(text), "use %d", (int)pid);
	expect(target_open_pid(tid, &t), ERR_NOT_FOUND, text);
	finish(pid);
}
END_TEST

START_TEST(traced_process_is_refused_and_its_tracer_named)
{
	pid_t pid = start(waiting);
	struct target *t;
	char text[64];

	ck_assert_int_eq(ptrace(PTRACE_SEIZE, pid, NULL, NULL), 0);
	snprintf(text, sizeof(text), "traced by process %d", (int)getpid());
	expect(target_open_pid(pid, &t), ERR_PERMISSION, text);
	finish(pid);
}
END_TEST

START_TEST(tracer_that_comes_later_is_named)
{
	pid_t pid = start(waiting);
	struct target *t = open_target(pid);
	int pipes[2];
	pid_t tracer;
	char c;

	ck_assert_int_eq(pipe(pipes), 0);
	tracer = fork();
	if (!tracer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_SEIZE, pid, NULL, NULL);
		close(pipes[0]);
		close(pipes[1]);
		for (;;)
			pause();
	}
	close(pipes[1]);
	ck_assert_int_eq(read(pipes[0], &c, 1), 0);
	close(pipes[0]);
	expect(target_snapshot(t, NULL), ERR_PERMISSION, "traced by process");
	target_close(t);
	finish(tracer);
	finish(pid);
}
END_TEST

static void executing(void)
{
	become_ready();
	sleep_ms(100);
	execl("/bin/sleep", "sleep", "100", NULL);
}

START_TEST(program_that_changed_is_told)
{
	pid_t pid = start(executing);
	struct target *t = open_target(pid);
	char name[64], path[64] = "";

	snprintf(name, sizeof(name), "/proc/%d/comm", (int)pid);
	for (int i = 0; i < 500 && strcmp(path, "sleep\n"); i++) {
		FILE *f = fopen(name, "r");

		ck_assert_ptr_nonnull(fgets(path, sizeof(path), f));
		fclose(f);
		sleep_ms(10);
	}
	expect(target_snapshot(t, NULL), ERR_GONE, "another program");
	target_close(t);
	finish(pid);
}
END_TEST

/* Run as uid 65534; only root can do that. */
static void as_nobody(void (*body)(void))
{
	int status;
	pid_t pid;

	if (geteuid())
		return;
	pid = fork();
	if (!pid) {
		if (syscall(SYS_setresgid, 65534, 65534, 65534) ||
		    syscall(SYS_setresuid, 65534, 65534, 65534))
			_exit(0);
		/* That made it undumpable, but the test is about others. */
		prctl(PR_SET_DUMPABLE, 1);
		body();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void expect_foreign(void)
{
	struct target *t;
	struct error *err = target_open_pid(getppid(), &t);

	if (!err || err->code != ERR_PERMISSION ||
	    !strstr(err->message, "another user (uid 0"))
		_exit(1);
	error_free(err);
}

START_TEST(process_of_another_user_is_refused)
{
	as_nobody(expect_foreign);
}
END_TEST

static void undumpable(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	waiting();
}

static void expect_undumpable(void)
{
	pid_t pid = start(undumpable);
	struct target *t;
	struct error *err = target_open_pid(pid, &t);

	finish(pid);
	if (!err || err->code != ERR_PERMISSION ||
	    !strstr(err->message, "closed to its own user"))
		_exit(1);
	error_free(err);
}

START_TEST(process_that_is_closed_is_refused)
{
	as_nobody(expect_undumpable);
}
END_TEST

static void use_unprivileged(void)
{
	/* Without map_files files come by their paths, or from memory. */
	pid_t pid = start(waiting);
	struct target *t;
	uint64_t size;
	raddr at;

	/* Yama may forbid it: then that is what is said. */
	if (target_open_pid(pid, &t))
		_exit(0);
	if (target_snapshot(t, NULL) ||
	    target_symbol(t, NULL, "target_open_pid", &at, &size) ||
	    at != (uintptr_t)target_open_pid ||
	    !memory_at(&t->memory, at, 16) ||
	    memcmp(memory_at(&t->memory, at, 16), (void *)target_open_pid, 16))
		_exit(1);
	target_close(t);
	finish(pid);
}

START_TEST(user_without_privileges_is_served)
{
	as_nobody(use_unprivileged);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("live");
	TCase *tc = tcase_create("live");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, snapshot_is_one_moment);
	tcase_add_test(tc, snapshot_knows_the_threads);
	tcase_add_test(tc, snapshot_leaves_a_stopped_process_stopped);
	tcase_add_test(tc, signal_during_the_stop_arrives);
	tcase_add_test(tc, signals_that_meet_a_stop_are_given_back);
	tcase_add_test(tc, target_that_dies_is_gone);
	tcase_add_test(tc, threads_that_come_and_go_do_no_harm);
	tcase_add_test(tc, snapshot_waits_for_a_better_moment);
	tcase_add_test(tc, sparse_memory_costs_what_is_there);
	tcase_add_test(tc, what_nobody_can_read_is_not_lost);
	tcase_add_test(tc, memory_that_grows_is_copied);
	tcase_add_loop_test(tc, file_pages_are_the_process_s_own, 0, 4);
	tcase_add_test(tc, file_that_is_cut_short_is_unmapped);
	tcase_add_test(tc, file_that_cannot_be_had_is_read_from_the_process);
	tcase_add_test(tc, memory_file_serves_where_the_call_is_refused);
	tcase_add_test(tc, pages_are_told_alike_in_two_ways);
	tcase_add_test(tc, nothing_is_left_open);
	tcase_add_test(tc, symbols_are_where_they_are);
	tcase_add_test(tc, file_that_is_mapped_again_does_not_confuse);
	tcase_add_test(tc, target_runs_on_when_its_tracer_is_killed);
	suite_add_tcase(s, tc);

	tc = tcase_create("diagnosis");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, pid_of_nobody_is_refused);
	tcase_add_test(tc, zombie_is_refused);
	tcase_add_test(tc, thread_is_refused_and_its_process_named);
	tcase_add_test(tc, traced_process_is_refused_and_its_tracer_named);
	tcase_add_test(tc, tracer_that_comes_later_is_named);
	tcase_add_test(tc, program_that_changed_is_told);
	tcase_add_test(tc, process_of_another_user_is_refused);
	tcase_add_test(tc, process_that_is_closed_is_refused);
	tcase_add_test(tc, user_without_privileges_is_served);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
