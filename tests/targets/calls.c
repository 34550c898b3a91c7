/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target: a thread for each kind of system call that waits, in a loop, which
 * counts how the call ends.  A feeder wakes those that have no timeout, every
 * 650 ms.  tests/e2e/test_eintr.py loads this into a Python.
 *
 * Commands on stdin: "reset"; "report": a line for each call with its name, the
 * number of calls, of EINTR and of other errors, the last of these, the timeout
 * in ms (0: none), and the shortest and the longest call in ms.  A line "."
 * follows each.  The end of stdin ends it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <mqueue.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 700 /* the timeout of the calls that have one */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static struct timespec rel(void)
{
	return (struct timespec){ MS / 1000, MS % 1000 * 1000000 };
}

static struct timespec at(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += MS * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* A timeout is what was asked for: success. */
static long timed(long r, int want)
{
	return r < 0 && errno == want ? 0 : r;
}

static long by_number(int e, int want)
{
	errno = e;
	return e == 0 || e == want ? 0 : -1;
}

/* What the feeder feeds. */
static int epoll_fed, epoll_pipe[2], stream[2], fifo[2], tty[2], watching,
	event, full[2], self_exe, sem_fed, sem_never;
static int queue, listener, word_fed, word_never;
static struct sockaddr_in listener_at;
static char watched_name[128];
static mqd_t mq;
static aio_context_t aio;
static int ring;

static int epoll_empty(void)
{
	static __thread int fd = -1;

	return fd < 0 ? fd = epoll_create1(0) : fd;
}

static int listen_on(int backlog, struct sockaddr_in *a)
{
	socklen_t len = sizeof(*a);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	*a = (struct sockaddr_in){ .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bind(s, (void *)a, len);
	listen(s, backlog);
	getsockname(s, (void *)a, &len);
	return s;
}

static int timeout_on(int s, int option)
{
	struct timeval t = { 0, MS * 1000 };

	setsockopt(s, SOL_SOCKET, option, &t, sizeof(t));
	return s;
}

static int pair(int type)
{
	static __thread int s[2] = { -1, -1 };

	if (s[0] < 0)
		socketpair(AF_UNIX, type, 0, s);
	return s[0];
}

/* A listening socket whose queue is full: nobody gets through to it. */
static struct sockaddr_in *deaf(void)
{
	static __thread struct sockaddr_in a;

	if (!a.sin_port) {
		listen_on(0, &a);
		for (int i = 0; i < 4; i++)
			connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
				(void *)&a, sizeof(a));
		usleep(100000);
	}
	return &a;
}

static long knock(int option, int value, int want)
{
	int s = socket(AF_INET, SOCK_STREAM, 0), e;
	long r;

	if (option)
		setsockopt(s, IPPROTO_TCP, option, &value, sizeof(value));
	else
		timeout_on(s, SO_SNDTIMEO);
	r = connect(s, (void *)deaf(), sizeof(struct sockaddr_in));
	e = errno;
	close(s);
	errno = e;
	return timed(r, want);
}

#define CALL(name) static long call_##name(void)
#define BUF                                                                    \
	char b[4096];                                                          \
	struct epoll_event ee;                                                 \
	struct timespec t = rel();                                             \
	sigset_t all;                                                          \
	sigfillset(&all);                                                      \
	(void)b, (void)ee, (void)t
CALL(epoll_wait)
{
	BUF;
	return epoll_wait(epoll_empty(), &ee, 1, MS);
}
CALL(epoll_wait_fed)
{
	BUF;
	long r = epoll_wait(epoll_fed, &ee, 1, -1);
	return r == 1 ? -(read(epoll_pipe[0], b, 1) < 0) : r;
}
CALL(epoll_pwait2)
{
	BUF;
	return epoll_pwait2(epoll_empty(), &ee, 1, &t, NULL);
}
CALL(poll)
{
	return poll(NULL, 0, MS);
}
CALL(ppoll)
{
	BUF;
	return ppoll(NULL, 0, &t, NULL);
}
CALL(ppoll_mask)
{
	BUF;
	return ppoll(NULL, 0, &t, &all);
}
CALL(select)
{
	struct timeval v = { 0, MS * 1000 };
	return select(0, NULL, NULL, NULL, &v);
}
CALL(pselect)
{
	BUF;
	return pselect(0, NULL, NULL, NULL, &t, &all);
}
CALL(nanosleep)
{
	BUF;
	return nanosleep(&t, NULL);
}
CALL(clock_nanosleep)
{
	BUF;
	return by_number(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL), 0);
}
CALL(futex)
{
	BUF;
	return timed(
		syscall(SYS_futex, &word_never, FUTEX_WAIT, 0, &t, NULL, 0),
		ETIMEDOUT);
}
CALL(futex_fed)
{
	return syscall(SYS_futex, &word_fed, FUTEX_WAIT, 0, NULL, NULL, 0);
}
CALL(cond_timedwait)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t c = PTHREAD_COND_INITIALIZER;
	struct timespec t = at(CLOCK_REALTIME);

	pthread_mutex_lock(&m);
	int e = pthread_cond_timedwait(&c, &m, &t);
	pthread_mutex_unlock(&m);
	return by_number(e, ETIMEDOUT);
}
CALL(sem_timedwait)
{
	sem_t s;
	sem_init(&s, 0, 0);
	struct timespec t = at(CLOCK_REALTIME);
	return timed(sem_timedwait(&s, &t), ETIMEDOUT);
}
CALL(accept_timeo)
{
	static int s;
	struct sockaddr_in a;
	if (!s)
		s = timeout_on(listen_on(5, &a), SO_RCVTIMEO);
	return timed(accept(s, NULL, NULL), EAGAIN);
}
CALL(accept_fed)
{
	int s = accept(listener, NULL, NULL);
	return s < 0 ? s : close(s);
}
CALL(recv_unix_timeo)
{
	BUF;
	return timed(recv(timeout_on(pair(SOCK_STREAM), SO_RCVTIMEO), b, 1, 0),
		     EAGAIN);
}
CALL(recv_tcp_timeo)
{
	static int s;
	struct sockaddr_in a;
	char b;

	if (!s) {
		listen_on(5, &a);
		s = timeout_on(socket(AF_INET, SOCK_STREAM, 0), SO_RCVTIMEO);
		connect(s, (void *)&a, sizeof(a));
	}
	return timed(recv(s, &b, 1, 0), EAGAIN);
}
CALL(recv_udp_timeo)
{
	static int s;
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char b;

	if (!s) {
		s = timeout_on(socket(AF_INET, SOCK_DGRAM, 0), SO_RCVTIMEO);
		bind(s, (void *)&a, sizeof(a));
	}
	return timed(recv(s, &b, 1, 0), EAGAIN);
}
CALL(recvmsg_timeo)
{
	char b;
	struct iovec v = { &b, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	return timed(recvmsg(timeout_on(pair(SOCK_DGRAM), SO_RCVTIMEO), &m, 0),
		     EAGAIN);
}
CALL(send_timeo)
{
	static char b[65536];
	int s = timeout_on(pair(SOCK_STREAM), SO_SNDTIMEO);
	while (send(s, b, sizeof(b), MSG_DONTWAIT) > 0)
		;
	return timed(send(s, b, sizeof(b), 0), EAGAIN);
}
CALL(recv_fed)
{
	BUF;
	return recv(stream[0], b, 1, 0);
}
CALL(read_pipe_fed)
{
	BUF;
	return read(fifo[0], b, 1);
}
CALL(read_tty_fed)
{
	BUF;
	return read(tty[1], b, 1);
}
CALL(read_inotify_fed)
{
	BUF;
	return read(watching, b, sizeof(b));
}
CALL(read_timerfd)
{
	static int f = -1;
	struct itimerspec i = { { 0, 0 }, rel() };
	uint64_t n;

	if (f < 0)
		f = timerfd_create(CLOCK_MONOTONIC, 0);
	timerfd_settime(f, 0, &i, NULL);
	return read(f, &n, 8);
}
CALL(read_eventfd_fed)
{
	uint64_t n;
	return read(event, &n, 8);
}
CALL(read_signalfd_fed)
{
	static int f = -1;
	struct signalfd_siginfo i;
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN + 7);
	if (f < 0)
		f = signalfd(-1, &s, 0);
	return read(f, &i, sizeof(i));
}
CALL(semop_fed)
{
	struct sembuf o = { 0, -1, 0 };
	return semop(sem_fed, &o, 1);
}
CALL(semtimedop)
{
	BUF;
	struct sembuf o = { 0, -1, 0 };
	return timed(semtimedop(sem_never, &o, 1, &t), EAGAIN);
}
CALL(msgrcv_fed)
{
	struct {
		long type;
		char c[8];
	} m;
	return msgrcv(queue, &m, 8, 1, 0);
}
CALL(sigtimedwait)
{
	BUF;
	sigset_t s;
	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN + 9);
	return timed(sigtimedwait(&s, NULL, &t), EAGAIN);
}
CALL(sigwaitinfo_fed)
{
	sigset_t s;
	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN + 8);
	return sigwaitinfo(&s, NULL);
}
CALL(wait4)
{
	pid_t p = fork();
	int e;

	if (!p) {
		usleep(MS * 1000);
		_exit(0);
	}
	long r = wait4(p, NULL, 0, NULL);
	e = errno;
	if (r < 0)
		while (waitpid(p, NULL, 0) < 0 && errno == EINTR)
			;
	errno = e;
	return r;
}
CALL(connect_timeo)
{
	return knock(0, 0, EINPROGRESS);
}
CALL(sendfile_fed)
{
	off_t o = 0;
	return sendfile(full[1], self_exe, &o, 4096);
}
CALL(mq_timedreceive)
{
	char b[128];
	struct timespec t = at(CLOCK_REALTIME);
	return timed(mq_timedreceive(mq, b, sizeof(b), NULL, &t), ETIMEDOUT);
}
CALL(io_getevents)
{
	BUF;
	struct io_event e;
	return syscall(SYS_io_getevents, aio, 1, 1, &e, &t);
}
CALL(io_uring_enter)
{
	struct timespec t = rel();
	struct io_uring_getevents_arg a = { .ts = (unsigned long)&t };

	return timed(syscall(SYS_io_uring_enter, ring, 0, 1,
			     IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &a,
			     sizeof(a)),
		     ETIME);
}

static struct call {
	const char *name;
	long (*call)(void);
	int ms; /* the timeout, 0: the feeder ends it */
	long calls, eintr, other;
	int error;
	double shortest, longest;
} calls[] = {
/* clang-format off */
#define T(name) { #name, call_##name, MS },
#define F(name) { #name, call_##name, 0 },
	T(epoll_wait) F(epoll_wait_fed) T(epoll_pwait2) T(poll) T(ppoll)
	T(ppoll_mask) T(select) T(pselect) T(nanosleep) T(clock_nanosleep)
	T(futex) F(futex_fed) T(cond_timedwait)
	T(sem_timedwait) T(accept_timeo) F(accept_fed) T(recv_unix_timeo)
	T(recv_tcp_timeo) T(recv_udp_timeo) T(recvmsg_timeo) T(send_timeo)
	F(recv_fed) F(read_pipe_fed) F(read_tty_fed) F(read_inotify_fed)
	T(read_timerfd) F(read_eventfd_fed) F(read_signalfd_fed) F(semop_fed)
	T(semtimedop) F(msgrcv_fed) T(sigtimedwait) F(sigwaitinfo_fed)
	T(wait4) T(connect_timeo) F(sendfile_fed) T(mq_timedreceive)
	T(io_getevents) T(io_uring_enter)
	/* clang-format on */
};
#define NR (sizeof(calls) / sizeof(*calls))

static void *forever(void *arg)
{
	struct call *c = arg;

	for (;;) {
		double t0 = now();
		long r = c->call();
		int e = errno;
		double took = now() - t0;

		c->calls++;
		if (r >= 0) {
			c->shortest = took < c->shortest ? took : c->shortest;
			c->longest = took > c->longest ? took : c->longest;
		} else if (e == EINTR) {
			c->eintr++;
		} else {
			c->other++;
			c->error = e;
			usleep(300000);
		}
	}
	return NULL;
}

static void *feed(void *arg)
{
	int s;
	struct {
		long type;
		char c[8];
	} m = { 1, "x" };
	struct sembuf up = { 0, 1, 0 };
	uint64_t one = 1;
	char b[65536];
	ssize_t r = 0;

	for (;;) {
		usleep(600000);
		r += write(epoll_pipe[1], "x", 1) + send(stream[1], "x", 1, 0) +
		     write(fifo[1], "x", 1);
		r += write(tty[0], "x\n", 1) + write(event, &one, 8);
		s = open(watched_name, O_WRONLY);
		r += write(s, "x", 1);
		close(s);
		kill(getpid(), SIGRTMIN + 7);
		kill(getpid(), SIGRTMIN + 8);
		semop(sem_fed, &up, 1);
		msgsnd(queue, &m, 2, 0);
		syscall(SYS_futex, &word_fed, FUTEX_WAKE, 10, NULL, NULL, 0);
		r += read(full[0], b, sizeof(b));
		s = socket(AF_INET, SOCK_STREAM, 0);
		connect(s, (void *)&listener_at, sizeof(listener_at));
		close(s);
		usleep(50000);
	}
	return arg;
}

static void set_up(const char *dir)
{
	static struct io_uring_params p;
	struct mq_attr a = { .mq_maxmsg = 4, .mq_msgsize = 128 };
	struct epoll_event e = { .events = EPOLLIN };
	struct termios raw;
	char name[32];
	sigset_t s;

	sigemptyset(&s);
	for (int i = 5; i < 12; i++)
		sigaddset(&s, SIGRTMIN + i);
	sigprocmask(SIG_BLOCK, &s, NULL);
	snprintf(watched_name, sizeof(watched_name), "%s/watched", dir);
	close(open(watched_name, O_RDWR | O_CREAT, 0600));
	epoll_fed = epoll_create1(0);
	if (pipe(epoll_pipe) || pipe(fifo) || pipe(full) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, stream) ||
	    openpty(&tty[0], &tty[1], NULL, NULL, NULL))
		exit(1);
	epoll_ctl(epoll_fed, EPOLL_CTL_ADD, epoll_pipe[0], &e);
	tcgetattr(tty[1], &raw);
	cfmakeraw(&raw);
	tcsetattr(tty[1], TCSANOW, &raw);
	watching = inotify_init();
	inotify_add_watch(watching, watched_name, IN_MODIFY);
	event = eventfd(0, 0);
	sem_fed = semget(IPC_PRIVATE, 1, 0600);
	sem_never = semget(IPC_PRIVATE, 1, 0600);
	queue = msgget(IPC_PRIVATE, 0600);
	listener = listen_on(64, &listener_at);
	fcntl(full[1], F_SETPIPE_SZ, 4096);
	self_exe = open("/proc/self/exe", O_RDONLY);
	snprintf(name, sizeof(name), "/pyheld-%d", getpid());
	mq = mq_open(name, O_RDWR | O_CREAT, 0600, &a);
	mq_unlink(name);
	syscall(SYS_io_setup, 4, &aio);
	ring = syscall(SYS_io_uring_setup, 4, &p);
}

/* Called from a Python: returns when stdin ends. */
int serve(const char *dir)
{
	char line[64];
	pthread_t t;

	set_up(dir);
	pthread_create(&t, NULL, feed, NULL);
	for (unsigned int i = 0; i < NR; i++)
		pthread_create(&t, NULL, forever, &calls[i]);
	printf("%d\n", getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		for (struct call *c = calls; c < calls + NR; c++) {
			if (!strncmp(line, "report", 6))
				printf("%s %ld %ld %ld %d %d %.0f %.0f\n",
				       c->name, c->calls, c->eintr, c->other,
				       c->error, c->ms,
				       c->shortest > 1e8 ? 0 : c->shortest,
				       c->longest);
			else
				c->calls = c->eintr = c->other = 0,
				c->shortest = 1e9, c->longest = 0;
		}
		printf(".\n");
		fflush(stdout);
	}
	semctl(sem_fed, 0, IPC_RMID);
	semctl(sem_never, 0, IPC_RMID);
	msgctl(queue, IPC_RMID, NULL);
	return 0;
}
