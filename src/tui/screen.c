/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* The wide functions; without this macro they are not declared. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "base/broker/task.h"
#include "base/compiler.h"
#include "base/die.h"
#include "tui/cells.h"
#include "tui/screen.h"

/* --- giving the terminal back, whatever happens --- */

/*
 * endwin() must not be called by a signal's handler.  What it would write is
 * made when the screen opens, and write() and tcsetattr() may be called.
 */
static struct {
	volatile sig_atomic_t open;
	SCREEN *screen;
	struct termios mode;	/* before the screen opened */
	char end[TASK_SCREEN_END_MAX];		/* what ends the screen */
	size_t end_len;
	bool small, utf8;
} state;

static const int deadly[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV,
	SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
};
static struct sigaction old_actions[ARRAY_SIZE(deadly)];

static void give_back(void)
{
	if (!state.open)
		return;
	state.open = 0;
	task_set_screen_end(NULL, 0);
	if (write(STDOUT_FILENO, state.end, state.end_len) < 0)
		return;
	tcsetattr(STDIN_FILENO, TCSANOW, &state.mode);
}

/* End as the signal would have done, or as the handler before us does. */
static void die_of(int signal)
{
	int saved = errno;

	give_back();
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		if (deadly[i] == signal)
			sigaction(signal, &old_actions[i], NULL);
	kill(getpid(), signal);
	errno = saved;
}

/* A signal that is ignored stays ignored. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = die_of };

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++) {
		sigaction(deadly[i], NULL, &old_actions[i]);
		if (old_actions[i].sa_handler != SIG_IGN)
			sigaction(deadly[i], &action, NULL);
	}
}

static void release_signals(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		sigaction(deadly[i], &old_actions[i], NULL);
}

/* What makes the terminal do `name`; NULL: it can't. */
static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return (intptr_t)text == -1 ? NULL : text;
}

/* Add a capability without its padding, "$<5>". */
static void add_end(const char *name)
{
	const char *text = capability(name);

	while (text && *text && state.end_len < sizeof(state.end)) {
		if (!strncmp(text, "$<", 2) && strchr(text, '>')) {
			text = strchr(text, '>') + 1;
			continue;
		}
		state.end[state.end_len++] = *text++;
	}
}

static void prepare_end(void)
{
	static const char *const ends[] = { "sgr0", "op", "cnorm", "rmkx",
					    "rmcup" };

	state.end_len = 0;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		add_end(ends[i]);
}

/* --- opening and closing --- */

static struct error *no_terminal(const char *which)
{
	return error_new(ERR_USAGE, "%s is no terminal: this command needs one"
			 " to show what it finds", which);
}

static const char *term(void)
{
	const char *name = getenv("TERM");

	return name && *name ? name : "unknown";
}

struct error *screen_check(void)
{
	struct error *err = NULL;
	int found = 0;

	if (!isatty(STDIN_FILENO))
		return no_terminal("stdin");
	if (!isatty(STDOUT_FILENO))
		return no_terminal("stdout");
	if (setupterm(term(), STDOUT_FILENO, &found) != OK)
		return error_new(ERR_USAGE, "the terminal '%s' is not known:"
				 " set TERM", term());
	if (!capability("cup"))
		err = error_new(ERR_USAGE, "the terminal '%s' can't place the"
				" cursor: set TERM", term());
	del_curterm(cur_term);
	return err;
}

/* Attributes by style; with colour, color_of[] is added. */
static const attr_t attributes[NR_SCREEN_STYLES] = {
	[SCREEN_TITLE] = A_REVERSE,
	[SCREEN_HEADING] = A_BOLD,
	[SCREEN_CHOSEN] = A_REVERSE,
	[SCREEN_GROWTH] = A_BOLD,
};
static const short color_of[NR_SCREEN_STYLES] = {
	[SCREEN_GROWTH] = COLOR_RED,
	[SCREEN_SHRINKING] = COLOR_GREEN,
	[SCREEN_BAR] = COLOR_CYAN,
};
static attr_t styles[NR_SCREEN_STYLES];

static void set_styles(bool colored)
{
	colored = colored && has_colors() && start_color() == OK &&
		  use_default_colors() == OK;
	for (int i = 0; i < NR_SCREEN_STYLES; i++) {
		styles[i] = attributes[i];
		if (!colored || !color_of[i])
			continue;
		init_pair((short)i, color_of[i], -1);
		styles[i] |= (attr_t)COLOR_PAIR(i);
	}
}

struct error *screen_open(bool colored)
{
	static bool at_exit;
	struct error *err = screen_check();

	if (err)
		return err;
	tcgetattr(STDIN_FILENO, &state.mode);
	/* What is exported as COLUMNS may be of before a change of size. */
	use_env(TRUE);
	use_tioctl(TRUE);
	set_escdelay(25);
	/* ncurses takes SIGTSTP and SIGWINCH, and none that is ours. */
	catch_signals();
	state.screen = newterm(term(), stdout, stdin);
	if (!state.screen) {
		release_signals();
		return error_new(ERR_USAGE, "the terminal '%s' can't be a"
				 " screen: set TERM", term());
	}
	prepare_end();
	state.open = 1;
	task_has_output();
	task_set_screen_end(state.end, state.end_len);
	state.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	die_terminal_hook = give_back;
	if (!at_exit)
		atexit(screen_close);
	at_exit = true;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	set_styles(colored);
	return NULL;
}

void screen_close(void)
{
	if (!state.open)
		return;
	endwin();
	state.open = 0;
	task_set_screen_end(NULL, 0);
	die_terminal_hook = NULL;
	release_signals();
	delscreen(state.screen);
	state.screen = NULL;
}

/* --- drawing --- */

unsigned int screen_columns(void)
{
	return (unsigned int)getmaxx(stdscr);
}

unsigned int screen_rows(void)
{
	return (unsigned int)getmaxy(stdscr);
}

bool screen_utf8(void)
{
	return state.utf8;
}

static void draw(unsigned int row, unsigned int column, unsigned int width,
		 const char *text, enum screen_style style)
{
	CLEANUP(str_release) struct str s = STR_INIT;

	if (row >= screen_rows() || column >= screen_columns())
		return;
	width = MIN(width, screen_columns() - column);
	cells_fit(&s, text, width, false, state.utf8);
	attrset(styles[style]);
	mvaddstr((int)row, (int)column, s.s);
	attrset(A_NORMAL);
}

bool screen_begin(void)
{
	static const char text[] = "The terminal is too small.";
	unsigned int height = screen_rows(), width = screen_columns();

	erase();
	curs_set(0);
	state.small = height < SCREEN_MIN_ROWS || width < SCREEN_MIN_COLUMNS;
	if (state.small)
		draw(height / 2, 0, width,
		     width < sizeof(text) - 1 ? "too small" : text,
		     SCREEN_PLAIN);
	return !state.small;
}

void screen_put(unsigned int row, unsigned int column, unsigned int width,
		const char *text, enum screen_style style)
{
	if (!state.small)
		draw(row, column, width, text, style);
}

void screen_cursor(unsigned int row, unsigned int column)
{
	if (state.small)
		return;
	curs_set(1);
	move((int)MIN(row, screen_rows() - 1),
	     (int)MIN(column, screen_columns() - 1));
}

void screen_show(void)
{
	refresh();
}

void screen_lend(unsigned int row, unsigned int column)
{
	curs_set(1);
	move((int)row, (int)column);
	refresh();
	def_prog_mode();
}

void screen_take_back(void)
{
	reset_prog_mode();
	clearok(curscr, TRUE);
}

/* --- keys --- */

/* While a process is stopped, nobody tells it of another size. */
static bool has_new_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col)
		return false;
	if (size.ws_row == screen_rows() && size.ws_col == screen_columns())
		return false;
	resizeterm(size.ws_row, size.ws_col);
	return true;
}

static const struct {
	wint_t curses;
	enum input input;
} keys[] = {
	{ KEY_UP, INPUT_UP }, { KEY_DOWN, INPUT_DOWN },
	{ KEY_LEFT, INPUT_LEFT }, { KEY_RIGHT, INPUT_RIGHT },
	{ KEY_PPAGE, INPUT_PAGE_UP }, { KEY_NPAGE, INPUT_PAGE_DOWN },
	{ KEY_HOME, INPUT_HOME }, { KEY_END, INPUT_END },
	{ KEY_BACKSPACE, INPUT_BACKSPACE }, { KEY_ENTER, INPUT_ENTER },
	{ KEY_RESIZE, INPUT_RESIZE },
};

static uint32_t input_of(wint_t key, bool special)
{
	if (!special)
		return key == '\r' ? INPUT_ENTER :
		       key == 0x7f || key == '\b' ? INPUT_BACKSPACE :
		       key == '\f' ? INPUT_RESIZE : (uint32_t)key;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].curses == key)
			return keys[i].input;
	return INPUT_OTHER;
}

/*
 * Wait until there is something to read, for `ms` milliseconds or -1: without
 * end.  Any signal ends it as well: after SIGCONT the terminal may have another
 * size, of which nobody tells a stopped process, and get_wch() would go on
 * waiting.  Returns INPUT_CLOSED if the terminal is gone, else INPUT_NONE.
 */
static enum input wait_for_key(int ms)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };

	if (poll(&fd, 1, ms) > 0 &&
	    (fd.revents & (POLLHUP | POLLERR | POLLNVAL)))
		return INPUT_CLOSED;
	return INPUT_NONE;
}

uint32_t screen_key(int ms)
{
	bool waited = false;
	wint_t key;
	int result;

	timeout(0);
	for (;;) {
		if (has_new_size())
			return INPUT_RESIZE;
		result = get_wch(&key);
		if (result != ERR)
			break;
		if (waited && ms >= 0)
			return INPUT_NONE;
		if (wait_for_key(ms) == INPUT_CLOSED)
			return INPUT_CLOSED;
		waited = true;
	}
	if (result != KEY_CODE_YES && key == '\f')
		clearok(curscr, TRUE);
	return input_of(key, result == KEY_CODE_YES);
}
