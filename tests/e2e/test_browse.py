# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld browse`, typed into in a terminal: what it shows is what the other
commands say, and the terminal is given back whatever happens."""
import os
import re
import signal
import subprocess
import time

import pythons
from harness import PYHELD, Target, artefacts, children, each, limit, pyheld, \
    pyheld_raw, text
from terminal import Terminal
from test_core import Directory, gcore, sysroot

FOOT = r"\? help"


def keep(terminal, name):
    """Leave the screen for people to look at."""
    path = os.path.join(artefacts("screenshots"), "browse-%s.txt" % name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(terminal.screen())


def browse(*args, columns=80, rows=24, **kw):
    terminal = Terminal([os.path.abspath(PYHELD), "browse", *args],
                        columns=columns, rows=rows, **kw)
    return terminal


def opened(*args, **kw):
    terminal = browse(*args, **kw)
    try:
        terminal.wait_for(FOOT, seconds=90)
    except BaseException:
        terminal.close()
        raise
    return terminal


def rows_of(terminal):
    """The rows of the list: [bytes, share, objects, the rest], as shown."""
    found = []
    for line in terminal.lines()[3:-1]:
        m = re.match(r" *([\d.,]+ \w+) +([\d.]+%) \S* *([\d,]+) (.*)", line)
        if m:
            found.append([m[1], m[2], int(m[3].replace(",", "")), m[4]])
    return found


def shown(count):
    """Bytes as reports show them."""
    units = ["bytes", "KiB", "MiB", "GiB"]
    size, unit = float(count), 0
    while size >= 1024 and unit < 3:
        size, unit = size / 1024, unit + 1
    return "%d bytes" % count if not unit else "%.1f %s" % (size, units[unit])


def where(terminal):
    return terminal.lines()[1].rstrip()


def press(terminal, key, pattern):
    """A key, and wait for what the second line says then."""
    terminal.keys(key)
    terminal.wait_until(lambda s: re.search(pattern, s.splitlines()[1]),
                        "%r after %r" % (pattern, key))


def query(target, words):
    return pyheld("sql", target, words, "--json", timeout=240).json


# --- the same as the other commands ------------------------------------------

@limit(300)
@each(pythons.few)
def test_rows_are_what_sql_says(python):
    with Target(python, "app.py") as target, Directory() as d:
        capture = d.file("a.pyheld")
        pyheld("capture", target.pid, "-o", capture)
        with opened(capture, columns=120, rows=40) as t:
            keep(t, "first")
            check_top(t, capture)
            t.keys("/")
            t.wait_for("^search:")
            t.keys("leaky_list", "Enter")
            t.wait_for(r"^ .*\bapp\.leaky_list\b")
            press(t, "Enter", r"^app\.leaky_list")
            below = query(capture, "SELECT o.address, o.retained FROM objects o"
                          " JOIN objects l ON o.dominator = l.id WHERE"
                          " l.path = 'app.leaky_list'")
            first = rows_of(t)[0]
            assert len(below) == 1 and first[0] == shown(below[0]["retained"])
            t.keys("o")
            t.wait_for(below[0]["address"])
            keep(t, "object")
            t.keys("q")
            assert t.status() == 0


def check_top(t, capture):
    """The largest rows are the largest objects that no object dominates."""
    top = query(capture, "SELECT type, retained, retained_objects AS nr FROM"
                " objects WHERE dominator IS NULL"
                " ORDER BY retained DESC LIMIT 3")
    total = query(capture, "SELECT sum(bytes) AS n FROM objects")[0]["n"]
    rows = rows_of(t)
    single = [r for r in rows if not re.match(r"[\d,]+ ", r[3])]
    for row, each_row in zip(single, top):
        if each_row["retained"] < total / 100:
            break
        assert row[0] == shown(each_row["retained"]), (row, each_row)
        assert row[2] == each_row["nr"], (row, each_row)
    assert single, rows


@limit(300)
@each(lambda: [pythons.newest()])
def test_types_referrers_and_chain(python):
    with Target(python, "app.py") as target:
        address = "0x%x" % target.facts["address"]
        with opened(target.pid, columns=140, rows=45) as t:
            press(t, "t", "types in the whole heap")
            found = pyheld("summary", target.pid, "--json").json
            assert rows_of(t)[0][3].split()[-1] == found["types"][0]["type"]
            keep(t, "types")
            t.keys("/")
            t.wait_for("^search:")
            t.keys("app.User", "Enter")
            t.wait_for(r"^ .* 2 app\.User")
            press(t, "Enter", r"^app\.User in")
            assert len(rows_of(t)) == 2
            t.keys("o")
            t.wait_for("app.User at 0x")
            if address not in t.screen():
                t.keys("h", "j", "o")
                t.wait_for(address)
            press(t, "r", "what refers to app.leaky_list")
            t.wait_for(r"app\.leaky_list : \[512\]")
            press(t, "h", "object of")
            press(t, "c", "chain of")
            t.wait_for(r"leaky_list\[512\]")
            keep(t, "chain")
            t.keys("?")
            t.wait_for("dominator tree")
            keep(t, "help")
            t.keys("q")
            assert t.status() == 0


@limit(240)
@each(lambda: [pythons.newest()])
def test_the_chosen_row_in_full(python):
    """At 80 columns names are cut in the list, but not in the two lines below
    it; and the objects of a set, which have no names, have addresses."""
    with Target(python, "app.py", "grows") as target, Directory() as d:
        capture = d.file("a.pyheld")
        time.sleep(1)
        pyheld("capture", target.pid, "-o", capture)
        found = pyheld("leaks", capture, "--json").json["suspects"][0]
        with opened(capture) as t:
            press(t, "s", "what looks like a leak")
            keep(t, "suspects")
            below = " ".join(line.strip() for line in t.lines()[-3:-1])
            assert below == "%s (%s of %s at %s)" % (
                found["title"], found["object"]["type"],
                format(found["entries"], ","), found["object"]["address"]), \
                t.screen()
            t.keys("/")
            t.wait_for("^search:")
            t.keys("app.Session", "Enter")
            t.wait_for(r"^ .* [\d,]+ app\.Session")
            press(t, "Enter", r"^app\.Session in ")
            sessions = {int(row["address"], 16) for row in query(
                capture, "SELECT address FROM objects WHERE"
                " type = 'app.Session'")}
            shown_at = [int(line.split()[-1], 16) for line in t.lines()[3:-3]]
            assert len(shown_at) == len(set(shown_at)) == 18, t.screen()
            assert sessions.issuperset(shown_at), t.screen()
            t.resize(80, 19)
            t.wait_until(lambda s: s.splitlines()[-2].split()[-1].startswith(
                "0x"), "no lines below the list")
            t.keys("q")
            assert t.status() == 0


@limit(240)
@each(lambda: [pythons.newest()])
def test_says_which_row_is_chosen(python):
    with Target(python, "app.py") as target:
        with opened(target.pid) as t:
            press(t, "t", r"^types in the whole heap +1 of [\d,]+$")
            nr = int(where(t).split()[-1].replace(",", ""))
            types = len(pyheld("summary", target.pid, "--json").json["types"])
            press(t, "j", "  2 of ")
            press(t, "G", r" ([\d,]+) of \1$")
            assert nr > 20 and nr == types, (nr, types)
            # All rows are seen.
            t.resize(80, 300)
            t.wait_until(lambda s: where(t) == "types in the whole heap",
                         "no number")


@limit(300)
@each(lambda: [pythons.newest()])
def test_core(python):
    with Target(python, "app.py") as target, Directory() as d:
        core, _ = gcore(target, d)
        with opened(*sysroot(python), core) as t:
            t.keys("/")
            t.wait_for("^search:")
            t.keys("leaky", "Enter")
            t.wait_for(r"app\.leaky_list")


@limit(300)
@each(lambda: [pythons.newest()])
def test_growth(python):
    with Target(python, "app.py", "grows") as target, Directory() as d:
        older, newer = d.file("older.pyheld"), d.file("newer.pyheld")
        pyheld("capture", target.pid, "-o", older)
        time.sleep(3)
        pyheld("capture", target.pid, "-o", newer)
        words = "SELECT retained FROM objects WHERE path = 'app.SESSIONS'"
        grown = query(newer, words)[0]["retained"] - \
            query(older, words)[0]["retained"]
        assert grown > 10000, grown
        with opened(newer, older, columns=100, rows=30) as t:
            t.wait_for("GROWTH")
            t.keys("/")
            t.wait_for("^search:")
            t.keys("SESSIONS", "Enter")
            t.wait_for(r"\+%s .*app\.SESSIONS" % re.escape(shown(grown)))
            t.keys("h", "d")
            t.wait_for("sorted by growth")
            keep(t, "growth")
            growths = re.findall(r"([+-][\d.]+) (\w+)", t.screen())
            assert growths and growths[0][0].startswith("+"), t.screen()
            press(t, "s", "looks like a leak")
            t.wait_for("app.SESSIONS")
            t.keys("o")
            t.wait_for("SESSIONS")
            keep(t, "suspect")
        # Of another process, there is no growth.
        with Target(python, "app.py") as other:
            with browse(other.pid, older, columns=200) as t:
                assert t.status() == 3
                t.wait_for("pyheld: .* of two processes")


@limit(240)
@each(lambda: [pythons.newest()])
def test_writes_the_view(python):
    with Target(python, "app.py") as target, Directory() as d:
        path, fifo = d.file("view.txt"), d.file("fifo")
        os.mkfifo(fifo)
        with opened(target.pid, columns=60, rows=15) as t:
            for name, says in ((path, "written to"),
                               ("/no/such/folder/x", "No such file"),
                               ("/dev/full", "/dev/full is no regular"),
                               (fifo, "fifo is no regular"),
                               ("-", "the terminal is in use")):
                t.keys("w")
                t.wait_for("^write to file:")
                t.keys(name, "Enter")
                t.wait_for(says)
            # A name that is typed is edited; Escape is in none.
            for keys in ("Enter",), (path + "2", "Escape", "Enter"):
                t.keys("w")
                t.wait_for("^write to file:")
                t.keys(*keys)
                t.wait_for(FOOT)
            assert not os.path.exists(path + "2")
            t.keys("w")
            t.wait_for("^write to file:")
            t.keys("nowhere", "C-u", path + "3", "BSpace", "4", "Enter")
            t.wait_for("written to")
            assert sorted(os.listdir(os.path.dirname(path))) == [
                "fifo", "view.txt", "view.txt4"]
            written = os.stat(path)
            for key, says in (("n", "not written"), ("y", "written to /")):
                assert os.stat(path).st_ino == written.st_ino
                t.keys("w", path, "Enter")
                t.wait_for("^y: replace it")
                t.keys(key)
                t.wait_for(says)
            assert os.stat(path).st_ino != written.st_ino
            t.keys("q")
            assert t.status() == 0
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
        assert lines[0].startswith("pyheld browse %d" % target.pid), lines
        assert lines[3].split() == ["RETAINED", "SHARE", "OBJECTS", "NAME",
                                    "TYPE"], lines
        assert len(lines) > 15 and os.stat(path).st_mode & 0o777 == 0o600


# --- a terminal is a hard place ----------------------------------------------

def test_no_terminal():
    with Target(pythons.newest(), "app.py") as target:
        for kw in {"env": {**os.environ}}, {"env": {**os.environ,
                                                    "TERM": "xterm"}}:
            done = pyheld_raw("browse", target.pid, **kw)
            err = text(done.err)
            assert done.status == 2 and not done.out, done
            assert err == "pyheld: stdin is no terminal: this command needs" \
                " one to show what it finds\n", err
        for term in "no-such-terminal", "dumb":
            with browse(target.pid, env={"TERM": term}) as t:
                assert t.status() == 2
                assert "pyheld: the terminal '%s'" % term in t.screen()


@limit(240)
def test_small_and_storm():
    with Target(pythons.newest(), "app.py") as target:
        with opened(target.pid) as t:
            t.resize(20, 4)
            t.wait_for("too small")
            t.keys("j", "Enter", "h", "?", "h")
            t.resize(1, 1)
            t.resize(40, 12)
            t.wait_for(FOOT)
            keep(t, "40x12")
            for line in t.lines():
                assert len(line) <= 40
            for i in range(60):
                t.resize(30 + i * 7 % 90, 3 + i * 5 % 40)
                t.keys("j")
            t.resize(200, 50)
            t.wait_until(lambda s: len(s.splitlines()[0]) > 60 and
                         "SHARE" in s, "a whole screen")
            keep(t, "200x50")
            t.keys("q")
            assert t.status() == 0


def pid_of(terminal):
    shell = terminal.tmux("display-message", "-p", "#{pane_pid}").strip()
    found = subprocess.run(["pgrep", "-P", shell], capture_output=True,
                           check=True).stdout.split()
    return int(found[0])


@limit(240)
def test_stopped_and_continued():
    with Target(pythons.newest(), "app.py") as target:
        # A shell with job control.
        with Terminal(["bash", "--norc", "-i"], env={"PS1": "ready> "}) as t:
            t.wait_for("ready>")
            t.keys("%s browse %d" % (os.path.abspath(PYHELD), target.pid),
                   "Enter")
            t.wait_for(FOOT, seconds=90)
            before = t.screen()
            t.keys("C-z")
            t.wait_for("Stopped")
            t.keys("echo $((40 + 2))x", "Enter")
            t.wait_for("^42x")
            t.keys("fg", "Enter")
            t.wait_until(lambda s: s == before, "the screen before")
            t.keys("C-z")
            t.wait_until(lambda s: s.count("Stopped") == 2, "a second stop")
            t.resize(100, 30)
            t.keys("fg", "Enter")
            t.wait_until(lambda s: re.search(FOOT, s.splitlines()[-1]) and
                         len(s.splitlines()) == 30, "the new size")
            t.keys("q")
            t.wait_until(lambda s: s.rstrip().endswith("ready>"), "a shell")
            t.keys("Up", "Up", "Up", "Up", "Enter")
            t.wait_for(FOOT, seconds=90)
            t.keys("C-c")
            t.wait_until(lambda s: s.rstrip().endswith("ready>"), "a shell")
            t.keys("echo status $?", "Enter")
            t.wait_for("^status 130")


@limit(240)
def test_signals_give_the_terminal_back():
    with Target(pythons.newest(), "app.py") as target:
        for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP, \
                signal.SIGABRT:
            with opened(target.pid) as t:
                os.kill(pid_of(t), number)
                assert t.status() == 128 + number, number
                # The screen before, with a cursor, and lines are echoed.
                assert "RETAINED" not in t.screen(), t.screen()
                t.keys("echoed")
                t.wait_for("echoed")
                flag = t.tmux("display-message", "-p", "#{cursor_flag}")
                assert flag.strip() == "1"


@limit(240)
def test_a_crash_gives_the_terminal_back():
    """The process that draws has no chance to do it itself."""
    with Target(pythons.newest(), "app.py") as target:
        for number in signal.SIGKILL, signal.SIGSEGV:
            with opened(target.pid) as t:
                os.kill(children(pid_of(t))[0], number)
                assert t.status() == 3, number
                t.wait_for("^pyheld: the process that reads")
                assert "RETAINED" not in t.screen(), t.screen()
                t.keys("echoed")
                t.wait_for("echoed")
                flag = t.tmux("display-message", "-p", "#{cursor_flag}")
                assert flag.strip() == "1"


@limit(240)
def test_target_ends_and_capture_is_deleted():
    with Directory() as d:
        path = d.file("a.pyheld")
        with Target(pythons.newest(), "app.py") as target:
            pyheld("capture", target.pid, "-o", path)
            live, file = opened(target.pid), opened(path)
        os.unlink(path)
        with live, file:
            for t in live, file:
                press(t, "Enter", "^(?!the whole heap)")
                t.keys("o")
                t.wait_for("refcount")
                t.keys("q")
                assert t.status() == 0


@limit(240)
def test_truncated_capture_gives_the_terminal_back():
    with Directory() as d:
        path = d.file("a.pyheld")
        with Target(pythons.newest(), "app.py") as target:
            pyheld("capture", target.pid, "-o", path, "--no-compress")
        with opened(path) as t:
            os.truncate(path, 4096)
            t.keys("r", "h", "o", "h", "Enter", "o", "h", "c", "/", "x",
                   "Enter", "q")
            # What it needs may be in memory already: then it goes on.
            assert t.status() in (0, 3)
            assert "RETAINED" not in t.screen(), t.screen()


@limit(240)
@each(pythons.few)
def test_hostile_names(python):
    with Target(python, "markup.py") as target:
        for locale in "C.UTF-8", "C":
            with opened(target.pid, locale=locale) as t:
                t.keys("c")
                t.wait_for("chain of")
                assert "\\u25" not in t.screen(), t.screen()
                t.keys("h", "t")
                t.wait_for("types in")
                for _ in range(12):
                    t.keys("Enter", "o", "h", "c", "h", "r", "h", "h", "j")
                t.keys("q")
                assert t.status() == 0


def test_no_colour():
    with Target(pythons.newest(), "app.py") as target:
        for env, args in ({"NO_COLOR": "1"}, []), ({}, ["--color=never"]), \
                ({}, []):
            with opened(*args, target.pid, env=env) as t:
                screen = t.tmux("capture-pane", "-p", "-e")
                colored = bool(re.search(r"\x1b\[[0-9;]*3[1-6]m", screen))
                assert colored == (not env and not args), screen
