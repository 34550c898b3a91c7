/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/broker/sandbox.h"
#include "base/broker/task.h"
#include "base/clock.h"
#include "base/die.h"
#include "base/rlimit.h"
#include "base/str.h"
#include "cli/broker/broker.h"
#include "cli/broker/requests.h"
#include "cli/session.h"
#include "cli/status.h"
#include "target/file.h"
#include "target/room.h"

/* Where the kernel can't close all descriptors at once. */
#define DESCRIPTORS_MAX 65536

struct broker {
	const struct command *command;
	int argc;
	char **argv;
	struct requests requests;
	struct task_note *note;	/* memory that the worker shares */
	sigset_t before;	/* the mask of signals that the user gave us */
	int signals;		/* signalfd */
	int socket;
	pid_t worker;
	bool betrayed;		/* it sent what no worker of ours sends */
	int failure;		/* errno of a message that failed; 0: none */
	int told_to_end;	/* by this signal; 0: nobody has */
	uint64_t patience_ns;	/* valid then: when the worker has to have
				 * ended, of CLOCK_MONOTONIC */
	uint64_t room;		/* bytes of memory that are free */
	struct session_care care;
	bool has_terminal;	/* stdin is one */
	struct termios terminal; /* its mode, as we found it */
};

/* The user's RLIMIT_FSIZE. */
static struct rlimit file_size = { RLIM_INFINITY, RLIM_INFINITY };

/* Signals that the worker is to get, too. */
static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP,
				 SIGCONT };
/* Those that end every worker of ours, at last; SIGINT may end a query only. */
static const int ending[] = { SIGHUP, SIGQUIT, SIGTERM };
/* It may be writing a large capture, which is whole then. */
#define PATIENCE_NS UINT64_C(60000000000)
/* Signals by which a terminal stops both. */
static const int stopping[] = { SIGTSTP, SIGTTIN, SIGTTOU };
/* Signals by which it ends when it is told to, or nobody reads what it
 * writes: so do we then. */
static const int expected[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE };

static bool is_among(const int *signals, size_t nr, int signal)
{
	for (size_t i = 0; i < nr; i++)
		if (signals[i] == signal)
			return true;
	return false;
}

/* --- what is in force --- */

static struct sandbox in_force;
static const char *none_because = "--no-sandbox";

static void add_words(struct str *s, bool is_so, const char *words)
{
	if (is_so)
		str_addf(s, "%s%s", s->len ? ", " : "", words);
}

char *broker_sandbox(void)
{
	struct str s = STR_INIT;

	if (!task_is_worker())
		return xasprintf("none: %s", none_because);
	add_words(&s, in_force.other_user, "user nobody");
	add_words(&s, in_force.no_capabilities, "no capabilities");
	add_words(&s, in_force.no_new_privileges, "no new privileges");
	add_words(&s, in_force.filter, "a filter of system calls");
	add_words(&s, in_force.limits, "limits of memory and CPU time");
	add_words(&s, *in_force.missing, in_force.missing);
	return str_take(&s);
}

/* --- the terminal --- */

/* It may have had the terminal as a screen, or its keys one by one. */
static void give_terminal_back(const struct broker *b)
{
	size_t len = MIN(b->note->screen_end_len,
			 sizeof(b->note->screen_end));

	if (!b->has_terminal || tcgetpgrp(STDIN_FILENO) != getpgrp())
		return;
	if (len && write(STDOUT_FILENO, b->note->screen_end, len) < 0)
		return;
	tcsetattr(STDIN_FILENO, TCSANOW, &b->terminal);
}

/* If we crash, the terminal is not to stay as the worker has it. */
static const struct broker *crashing;
static const int crashes[] = { SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV };

static void on_crash(int signal)
{
	give_terminal_back(crashing);
	raise(signal);
}

static void catch_crashes(const struct broker *b)
{
	struct sigaction action = { .sa_handler = on_crash,
				    .sa_flags = (int)SA_RESETHAND };

	if (!b->has_terminal)
		return;
	crashing = b;
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

static void release_crashes(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };

	if (!crashing)
		return;
	crashing = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &usual, NULL);
}

/* --- the worker --- */

/* Of memory, limits of reserved addresses are of little use: the kernel ends
 * the worker before all others when memory runs out (room_yield()). */
#define MEMORY_FACTOR 4
#define MEMORY_MORE (UINT64_C(64) << 30)
#define CPU_SECONDS (4 * 3600)

static void limit_worker(const struct broker *b)
{
	bool ends = strcmp(b->command->name, "watch") != 0;
	uint64_t room = b->room;

	if (room < UINT64_MAX / MEMORY_FACTOR - MEMORY_MORE)
		room = room * MEMORY_FACTOR + MEMORY_MORE;
	sandbox_limit(room, ends ? CPU_SECONDS : 0);
}

/* A program that measures its coverage (tests/checks/coverage) writes files
 * when it ends. */
#ifdef MEASURES_COVERAGE
#define IS_CONFINED 0
#else
#define IS_CONFINED 1
#endif

static void close_from(int first)
{
	/* Before Linux 5.9. */
	if (syscall(SYS_close_range, first, ~0U, 0))
		for (int fd = first; fd < DESCRIPTORS_MAX; fd++)
			close(fd);
}

/* Keep the three standard descriptors, and the socket as the fourth. */
static int keep_socket(int socket)
{
	const int first = STDERR_FILENO + 1;

	if (socket != first && dup3(socket, first, O_CLOEXEC) < 0)
		die("a descriptor can't be moved");
	close_from(first + 1);
	return first;
}

static void prepare_command(const struct broker *b)
{
	const struct str_vec *operands = &b->requests.names.operands;

	if (b->command->prepare)
		b->command->prepare(operands->v, operands->nr);
}

static int run_worker(const struct broker *b, int socket)
{
	socket = keep_socket(socket);
	sigprocmask(SIG_SETMASK, &b->before, NULL);
	prepare_command(b);
	task_begin(socket, b->note);
	session_set_care(&b->care);
	setrlimit(RLIMIT_FSIZE, &file_size);
	limit_worker(b);
	if (IS_CONFINED)
		sandbox_enter(socket, &in_force);
	/* A build for tests says it in `doctor` alone. */
	if (SANDBOX_HAS_FILTER && *in_force.missing)
		fprintf(stderr, "pyheld: warning: the sandbox is not complete:"
			" %s\n", in_force.missing);
	return b->command->run(b->command, b->argc, b->argv);
}

static struct error *start_worker(struct broker *b)
{
	char why[RLIMIT_HINT_MAX];
	int ends[2];

	memset(b->note, 0, sizeof(*b->note));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return error_errno(ERR_SYSTEM, errno, "can't make a socket");
	fflush(NULL);
	b->worker = fork();
	if (b->worker < 0) {
		rlimit_task_hint(errno, why);
		close(ends[0]);
		close(ends[1]);
		return error_new(ERR_SYSTEM, "can't make a process: %s%s",
				 strerror(errno), why);
	}
	if (!b->worker) {
		release_crashes();
		close(ends[0]);
		close(b->signals);
		exit(run_worker(b, ends[1]));
	}
	close(ends[1]);
	b->socket = ends[0];
	return NULL;
}

/* --- serving --- */

static void take_signal(struct broker *b)
{
	struct signalfd_siginfo info;

	if (read(b->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (is_among(ending, ARRAY_SIZE(ending), (int)info.ssi_signo) &&
	    !b->told_to_end) {
		b->told_to_end = (int)info.ssi_signo;
		b->patience_ns = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;
	}
	/* What the terminal sends, the worker has got itself. */
	if (info.ssi_signo != SIGCHLD && info.ssi_code != SI_KERNEL)
		kill(b->worker, (int)info.ssi_signo);
}

/* SIGCONT is blocked: has one come that was not looked at yet? */
static bool is_continued(void)
{
	sigset_t pending;

	return !sigpending(&pending) && sigismember(&pending, SIGCONT) == 1;
}

/*
 * Stop as the worker did, so that the shell sees it; then both go on.  Whoever
 * stopped the worker alone may let it go on alone.  If both were stopped and
 * we have got SIGCONT first, the worker's stop is seen only now: whoever has
 * continued us waits for us.
 */
static void stop_as_worker(const struct broker *b, int signal)
{
	if (!is_among(stopping, ARRAY_SIZE(stopping), signal))
		return;
	if (!is_continued())
		kill(getpid(), SIGSTOP);
	kill(b->worker, SIGCONT);
}

/* Has the worker ended?  *how is what waitpid() says. */
static bool has_ended(const struct broker *b, int *how)
{
	for (;;) {
		pid_t pid = waitpid(b->worker, how, WNOHANG | WUNTRACED);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid != b->worker)
			return false;
		if (!WIFSTOPPED(*how))
			return true;
		stop_as_worker(b, WSTOPSIG(*how));
	}
}

static bool send_reply(const struct broker *b, struct packet *reply)
{
	int errnum;

	if (packet_send(b->socket, PACKET_REPLY, reply))
		return true;
	errnum = errno;
	/* Here something may have run out; an errno takes nothing. */
	packet_release(reply);
	task_reply_errno(reply, errnum);
	return packet_send(b->socket, PACKET_REPLY, reply);
}

/* A message can't be received or sent, or is none (EBADMSG). */
static void note_failure(struct broker *b, int errnum)
{
	b->betrayed = errnum == EBADMSG;
	/* The worker has ended, and has said why. */
	if (errnum != EPIPE && errnum != ECONNRESET)
		b->failure = errnum;
}

/* False: there is nobody to answer any more. */
static bool answer_one(struct broker *b)
{
	CLEANUP(packet_release) struct packet request = PACKET_INIT;
	CLEANUP(packet_release) struct packet reply = PACKET_INIT;

	if (!packet_receive(b->socket, PACKET_REQUEST, &request)) {
		note_failure(b, errno);
		return false;
	}
	if (!requests_answer(&b->requests, &request, &reply)) {
		b->betrayed = true;
		return false;
	}
	if (send_reply(b, &reply))
		return true;
	note_failure(b, errno);
	return false;
}

/* Until when poll() waits.  A worker that has not ended by then, as it was told
 * to, is ended. */
static int poll_ms(const struct broker *b)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (!b->told_to_end)
		return -1;
	if (now >= b->patience_ns)
		kill(b->worker, SIGKILL);
	return 1000;
}

static int serve(struct broker *b)
{
	struct pollfd fds[] = { { b->signals, POLLIN, 0 },
				{ b->socket, POLLIN, 0 } };
	int how = 0;

	while (!has_ended(b, &how)) {
		if (poll(fds, ARRAY_SIZE(fds), poll_ms(b)) < 0)
			continue;
		if (fds[0].revents)
			take_signal(b);
		if (fds[1].revents && !answer_one(b)) {
			/* If it waits for an answer, it ends now. */
			closep(&b->socket);
			b->socket = -1;
			fds[1].fd = -1;
			if (b->betrayed)
				kill(b->worker, SIGKILL);
		}
	}
	closep(&b->socket);
	requests_end_worker(&b->requests);
	return how;
}

/* --- when it has ended --- */

/* End by the same signal, as if there were one process. */
static void end_by(const struct broker *b, int signal)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };

	sigaction(signal, &usual, NULL);
	sigprocmask(SIG_SETMASK, &b->before, NULL);
	raise(signal);
}

static void add_reason(struct str *s, int how)
{
	int signal = WTERMSIG(how);

	if (signal == SIGKILL)
		str_add(s, "was killed (memory may have run out)");
	else if (signal == SIGXCPU)
		str_add(s, "used all of its CPU time");
	else
		str_addf(s, "crashed (%s)", strsignal(signal));
}

/* "pyheld: the process that reads crashed (...) while the tp_traverse of a.B
 * was emulated" */
static void describe_end(const struct broker *b, int how, struct str *s)
{
	size_t len = strnlen(b->note->type, sizeof(b->note->type));

	str_add(s, "pyheld: the process that reads ");
	if (b->betrayed)
		str_add(s, "asked for what it must not");
	else
		add_reason(s, how);
	if (!b->note->emulates)
		return;
	str_add(s, " while the tp_traverse of ");
	str_add_safe(s, len ? b->note->type : "a type", len ? len : 6);
	str_add(s, " was emulated");
}

/* What to leave out in the next try; false: there is nothing more. */
static bool take_care(struct broker *b, int how)
{
	if (b->betrayed || b->note->has_output || b->care.no_emulator ||
	    WTERMSIG(how) == SIGXCPU)
		return false;
	/* The note may be anything: 0 would be no care. */
	if (b->note->emulates && b->note->traverse && !b->care.avoided)
		b->care.avoided = b->note->traverse;
	else
		b->care.no_emulator = true;
	return true;
}

/* What was done with care is not all that the user asked for. */
static int exit_status(const struct broker *b, int status)
{
	bool with_care = b->care.avoided || b->care.no_emulator;

	return status == STATUS_OK && with_care ? STATUS_PARTIAL : status;
}

/* Returns the exit status; -1: run it again. */
static int end_of(struct broker *b, int how)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	bool again;

	if (WIFEXITED(how) && b->failure)
		return session_failed(error_errno(ERR_SYSTEM, b->failure,
						  "a message between its two "
						  "processes failed"));
	if (WIFEXITED(how))
		return exit_status(b, WEXITSTATUS(how));
	give_terminal_back(b);
	if (b->told_to_end)
		end_by(b, b->told_to_end);
	if (!b->betrayed && is_among(expected, ARRAY_SIZE(expected),
				     WTERMSIG(how)))
		end_by(b, WTERMSIG(how));
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	describe_end(b, how, &text);
	again = take_care(b, how);
	fprintf(stderr, "%s%s\n", text.s, !again ? "" :
		b->care.no_emulator ?
		": it is done once more, without the emulator" :
		": it is done once more, and objects of that type are scanned");
	return again ? -1 : STATUS_FAILED;
}

/* Three times at the most: take_care() then has nothing more to leave out. */
static int run_tries(struct broker *b)
{
	int status;

	do {
		struct error *err = start_worker(b);

		status = err ? session_failed(err) : end_of(b, serve(b));
	} while (status < 0);
	return status;
}

/* --- beginning --- */

static bool share_note(struct broker *b)
{
	void *p = mmap(NULL, sizeof(*b->note), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	b->note = p == MAP_FAILED ? NULL : p;
	return b->note;
}

static bool take_signals(struct broker *b)
{
	sigset_t set;

	/* Some parents ignore it, and then there is nothing to wait for. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++)
		sigaddset(&set, forwarded[i]);
	sigprocmask(SIG_BLOCK, &set, &b->before);
	b->signals = signalfd(-1, &set, SFD_CLOEXEC);
	return b->signals >= 0;
}

/*
 * The memory that is shared is a file for the kernel.  The limit of file sizes
 * is meant for what is written to disks: the broker, which writes nothing, does
 * without.  False: it can't.
 */
static bool raise_file_size(void)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_FSIZE, &file_size))
		return false;
	most = file_size;
	most.rlim_cur = most.rlim_max;
	return most.rlim_max == RLIM_INFINITY &&
	       !setrlimit(RLIMIT_FSIZE, &most);
}

/* May there be two processes?  False: `none_because` is why not. */
static bool is_wanted(struct broker *b)
{
	if (b->requests.names.no_sandbox)
		return false;
	if (raise_file_size())
		return true;
	none_because = "ulimit -f";
	fprintf(stderr, "pyheld: warning: no sandbox: the hard limit of"
		" ulimit -f holds for the memory that its two processes"
		" share\n");
	return false;
}

/* The worker can open none of what these do, and has what they set. */
static void prepare(struct broker *b)
{
	setenv("TZ", ":/etc/localtime", 0);
	tzset();
	json_object_seed(0);
	b->room = room_left();
	room_yield();
	file_raise_limit();
	b->has_terminal = !tcgetattr(STDIN_FILENO, &b->terminal);
	catch_crashes(b);
}

/* In a child of the broker's, which has nothing of the broker's. */
static int run_child(const struct command *c, int argc, char **argv)
{
	close_from(STDERR_FILENO + 1);
	setrlimit(RLIMIT_FSIZE, &file_size);
	return broker_run(c, argc, argv);
}

int broker_run(const struct command *c, int argc, char **argv)
{
	struct broker b = { .command = c, .argc = argc, .argv = argv,
			    .signals = -1, .socket = -1 };
	int status;

	requests_init(&b.requests, c->argp, argc, argv, &b.before);
	if (!is_wanted(&b)) {
		prepare_command(&b);
		status = c->run(c, argc, argv);
	} else if (!share_note(&b) || !take_signals(&b)) {
		status = session_failed(error_errno(ERR_SYSTEM, errno,
						    "can't begin"));
	} else {
		prepare(&b);
		b.requests.wake = b.signals;
		b.requests.has_typed = c->has_typed;
		b.requests.lists = c->lists_processes;
		b.requests.run = c->takes_samples ? run_child : NULL;
		status = run_tries(&b);
		release_crashes();
		munmap(b.note, sizeof(*b.note));
	}
	requests_release(&b.requests);
	closep(&b.signals);
	return status;
}
