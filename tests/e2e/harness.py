# SPDX-License-Identifier: GPL-2.0-or-later
"""The harness of the end-to-end tests: running pyheld, starting targets, and
the runner behind tests/run-all.

How to write a test
    A test is a function test_NAME in a module test_MODULE.py; tests/run-all
    calls it MODULE.NAME.  NAME says what is tested.  The test fails by raising
    (assert), and does not apply here by raising Skip("why").

        @each(pythons.some)
        def test_counts_agree(python):
            with Target(python, "growing.py") as target:
                out = pyheld("summary", "--json", target.pid).json
                assert ..., out
                unharmed(target)

    @each(select) runs it once for each CPython that select() returns:
    pythons.supported() is all of them, pythons.some() all with CI=true and else
    the oldest and the newest, pythons.few() some of them, pythons.one() fewer,
    pythons.system(), ... (pythons.py).  Without @each it runs once and takes no
    argument.  @limit(seconds) changes how long it may take; the default is 120.

What a target is
    A script of tests/targets.  It prints one line of JSON, its facts, and then
    stands still.  The facts say what pyheld has to find (addresses, counts,
    sizes), so the target itself is what a report is compared with.

Running pyheld
    pyheld(...) expects exit status 0, or one of status=(...); pyheld_raw(...)
    takes any; expect_error(...) wants exit status 3, an empty stdout and one
    line on stderr.  All return a Result with .status, .out, .err and .json.

Output
    Print "# ..." to show a line even if the test passes.  Everything else is
    shown if the test fails, or with run-all --verbose.

The runner starts each test in a process and a session of its own, and kills
that session afterwards, so nothing that a test leaves behind lives on.
"""
import importlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import pythons

CI = os.environ.get("CI") == "true"
PYHELD = os.environ.get("PYHELD", "src/pyheld")


class Skip(Exception):
    pass


def artefacts(name):
    """The folder for files of this name that tests leave for people to look
    at, such as "screenshots": in PYHELD_ARTEFACTS, else beside the programs of
    the tests in the folder of the build.  It is made."""
    build = os.path.dirname(os.path.dirname(os.path.abspath(PYHELD)))
    folder = os.path.join(os.environ.get("PYHELD_ARTEFACTS") or
                          os.path.join(build, "tests"), name)
    os.makedirs(folder, exist_ok=True)
    return folder


def npm_modules():
    """The folder node_modules that tests/fetch-tools fills."""
    fetch = os.path.join(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))), "fetch-tools")
    folder = os.path.join(text(subprocess.check_output(
        [fetch, "--print"])).strip(), "node_modules")
    if not os.path.isdir(folder):
        assert not CI, "run tests/fetch-tools"
        raise Skip("run tests/fetch-tools")
    return folder


def next_second():
    """Times of captures are in seconds: what comes now is later than all that
    was captured."""
    since = int(time.time())
    while int(time.time()) <= since:
        time.sleep(0.02)


def each(select):
    """Run the test once for each Python that select() returns."""
    def decorate(function):
        function.pythons = select
        return function
    return decorate


def limit(seconds):
    """The test may take this long before it is killed."""
    def decorate(function):
        function.limit = seconds
        return function
    return decorate


# --- pyheld ------------------------------------------------------------------

class Result:
    def __init__(self, argv, status, out, err):
        self.argv, self.status, self.out, self.err = argv, status, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return "$ %s\nexit status %d\n%s%s" % (
            " ".join(map(str, self.argv)), self.status,
            text(self.out)[:4000], text(self.err)[:4000])


def text(data):
    return data.decode("utf-8", "backslashreplace")


# What differs between two snapshots of one process: when each was taken, what
# the user typed for it, and the resident size, of which no more than all is
# explained.  The kernel drops pages of files
# when it likes, and its counters are estimates since Linux 6.2 (each CPU
# counts, and the counts are added up now and then).
DIFFERENT = [
    (rb'("resident": ?(\d+),\s*"explained": ?)\2\b', rb"\1all"),
    (rb'("(taken_at|pause_ns|copy_ns|bytes_copied|resident)": ?)\d+',
     rb"\1N"),
    (rb'("stopped": ?)"(all|holder|none)"', rb"\1N"),
    (rb'"kinds": ?{[^}]*}', b'"kinds": {}'),
    (rb"more: pyheld (\w+) \S+", rb"more: pyheld \1 TARGET"),
    (rb'"targets": ?\[[^][{}]*\]', b'"targets": []'),
    (rb"resident, .* copied (while .* stopped for|in) .*", b"resident"),
    (rb"\d[\d.]* [A-Za-z]+ resident[;:].*(\n  .*)*", b"resident"),
]


def of_any_snapshot(out):
    """What pyheld printed, without what differs between two snapshots."""
    for pattern, instead in DIFFERENT:
        out = re.sub(pattern, instead, out)
    return out


def pyheld_raw(*args, before=(), timeout=120, **popen):
    argv = [*before, os.path.abspath(PYHELD), *map(str, args)]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=timeout, **popen)
    return Result(argv, done.returncode, done.stdout, done.stderr)


def default_signals():
    """For `preexec_fn`: what a person on a terminal has.  A shell makes what
    it runs in the background ignore SIGINT, nohup makes it ignore SIGHUP, and
    children inherit that."""
    for number in signal.SIGINT, signal.SIGHUP, signal.SIGTERM:
        signal.signal(number, signal.SIG_DFL)


def pyheld(*args, status=(0,), **kw):
    """Run pyheld.  An exit status that is not in `status` fails the test."""
    result = pyheld_raw(*args, **kw)
    if result.status not in status:
        raise AssertionError("exit status %d is not of %s\n%s"
                             % (result.status, status, result))
    return result


def expect_error(*args, words=(), **kw):
    """Run pyheld on something that it must refuse: exit status 3, nothing on
    stdout, and one line on stderr that contains all of `words`.  Returns that
    line."""
    result = pyheld_raw(*args, **kw)
    err = text(result.err)
    assert result.status == 3, "exit status is not 3\n%s" % result
    assert result.out == b"", "something on stdout\n%s" % result
    assert err.count("\n") == 1 and err.endswith("\n"), \
        "not exactly one line\n%s" % result
    assert err.startswith("pyheld: "), "no name in front\n%s" % result
    assert not any(ord(c) < 32 for c in err[:-1]), \
        "control characters\n%r" % err
    for word in words:
        assert str(word).lower() in err.lower(), \
            "%r is not in it\n%s" % (word, result)
    return err


# --- targets -----------------------------------------------------------------

class Target:
    """A running script of tests/targets; leaving `with` kills it.

    `facts` is its first line of JSON, which it prints when it is ready
    (facts=False: that line is not read).  `before` is a command that starts
    it, `fds` are file descriptors that it inherits, and `env` is added to the
    environment.
    """
    def __init__(self, python, script, *args, fds=(), facts=True, before=(),
                 env=None, **popen):
        self.python = python
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1",
                           **(env or {}))
        for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONMALLOC"):
            if name not in (env or {}):
                environment.pop(name, None)
        self.process = subprocess.Popen(
            [*before, *python.argv("-W", "ignore", python.script(script),
                                   *map(str, args))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=fds,
            env=environment, cwd="/", **popen)
        self.pid = self.process.pid
        if facts:
            self.facts = self.read()

    def read(self, seconds=60):
        """The next line of JSON from the target."""
        line = self.read_line(seconds)
        return json.loads(line)

    def read_line(self, seconds=60):
        line = bytearray()
        fd = self.process.stdout.fileno()
        end = time.monotonic() + seconds
        while not line.endswith(b"\n"):
            if not select.select([fd], [], [], end - time.monotonic())[0]:
                raise AssertionError("the target says nothing: %r" % line)
            # One byte at a time leaves the next line in the pipe.
            c = os.read(fd, 1)
            if not c:
                raise AssertionError("the target ended: %r" % line)
            line += c
        return line

    def ask(self, question, seconds=60):
        """Send a line of JSON; returns the answer."""
        os.write(self.process.stdin.fileno(),
                 json.dumps(question).encode() + b"\n")
        return self.read(seconds)

    def status(self):
        """/proc/PID/status as a dict."""
        return status(self.pid)

    def alive(self):
        return self.process.poll() is None

    def close(self):
        if self.alive():
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def status(pid, task=None):
    path = "/proc/%d/status" % pid if task is None else \
        "/proc/%d/task/%d/status" % (pid, task)
    with open(path) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f
                    if ":\t" in line)


def wait_until_still(target, seconds=20):
    """Wait until the target blocks in a read of its stdin.

    It writes its facts before that.  What compares two looks at it needs this,
    as frames and their values differ until then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with open("/proc/%d/syscall" % target.pid) as f:
            if f.read().startswith("0 0x0 "):
                return
        time.sleep(0.001)
    raise AssertionError("the target does not read its stdin")


def children(pid):
    """The PIDs that the main thread of a process has started and that it did
    not wait for; it may have ended."""
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(child) for child in f.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_writing(process, file):
    """Has pyheld begun that file, which was not there, and not completed it?
    Until then it has no name; in some file systems, a temporary one."""
    folder, name = os.path.split(os.path.realpath(file))
    names = os.listdir(folder)
    if name in names:
        return False
    if any(n.startswith(name + ".") for n in names):
        return True
    fds = "/proc/%d/fd/" % process.pid
    try:
        links = [os.readlink(fds + fd) for fd in os.listdir(fds)]
    except FileNotFoundError:
        return False
    except PermissionError:
        raise Skip("only root sees the files of pyheld that have no name")
    return any(link.startswith(folder + "/#") for link in links)


def resident(pid):
    """What the kernel has in memory of the process, to be compared."""
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
        return [line for line in f if line.startswith(("Rss:", "Pss_File:"))]


def compare_looks(pid, look, checks):
    """look() at the process, and run each of the checks, which compares that
    with another look.  If one fails and the kernel has taken pages away since,
    both are done once more."""
    before = resident(pid)
    look()
    for check in checks:
        for left in reversed(range(10)):
            try:
                check()
                break
            except AssertionError:
                if not left or resident(pid) == before:
                    raise
                before = resident(pid)
                look()


def while_unchanged(measure, act):
    """(what act() returns, what measure() says): it says the same before and
    after.  The kernel takes pages away from a process when it likes to, and
    gives them back at the next touch; it makes huge pages of small ones, and
    adds those between.  Then both are done once more."""
    for _ in range(10):
        before = measure()
        result = act()
        if measure() == before:
            return result, before
    raise AssertionError("it never stays as it is: %s" % (before,))


def unharmed(target):
    """Fail if the target is traced or one of its threads is stopped."""
    for task in os.listdir("/proc/%d/task" % target.pid):
        s = status(target.pid, int(task))
        assert s["TracerPid"] == "0", "traced by %s" % s["TracerPid"]
        assert s["State"][0] not in "tT", "thread %s: %s" % (task, s["State"])


# --- the runner --------------------------------------------------------------

def name_of(function):
    return "%s.%s" % (function.__module__.replace("test_", "", 1),
                      function.__name__[len("test_"):])


class Test:
    def __init__(self, function, python):
        self.function, self.python = function, python
        self.name = name_of(function)
        if python:
            self.name += "[%s]" % python.label
        self.limit = getattr(function, "limit", 120)

    def run(self):
        if self.python:
            self.function(self.python)
        else:
            self.function()

    def judge(self, status, said):
        """(PASS, FAIL or SKIP, {code: number of tests}).

        `status` is the exit status of the test's process, `said` what it
        printed.
        """
        code = status if status in (PASS, SKIP) else FAIL
        return code, {code: 1}


def collect(names):
    tests = []
    for name in names:
        module = importlib.import_module(name)
        for function in list(vars(module).values()):
            if not callable(function) or \
                    getattr(function, "__module__", None) != name or \
                    not function.__name__.startswith("test_"):
                continue
            if hasattr(function, "pythons"):
                tests += [Test(function, p) for p in pythons.chosen(
                    function.pythons, name_of(function))]
            else:
                tests.append(Test(function, None))
    return tests


PASS, FAIL, SKIP = 0, 1, 77


def child(test, output):
    """Run one test; does not return."""
    os.setsid()
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = sys.stdout
    code = FAIL
    try:
        test.run()
        code = PASS
    except Skip as e:
        print("skipped: %s" % e)
        code = SKIP
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


class Runner:
    def __init__(self, jobs=2, verbose=False):
        self.jobs, self.verbose = jobs, verbose
        self.counts = {PASS: 0, FAIL: 0, SKIP: 0}
        self.failed = []        # (name, output)
        self.running = {}
        self.cpu = []           # (seconds, name)

    def report(self, code, name, seconds, output):
        word = {PASS: "ok  ", FAIL: "FAIL", SKIP: "skip"}[code]
        first = ""
        if code == SKIP:
            lines = [x for x in output.splitlines()
                     if x.startswith("skipped: ")]
            first = ": " + lines[-1][len("skipped: "):] if lines else ""
        print("%s %s (%.1f s)%s" % (word, name, seconds, first))
        if code == FAIL:
            self.failed.append((name, output))
        # A table that a test prints is worth seeing when it passes, too.
        for line in output.splitlines():
            if code == FAIL or self.verbose or line.startswith("# "):
                print("    " + line)
        sys.stdout.flush()

    def start(self, test):
        output = tempfile.TemporaryFile()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            child(test, output)
        self.running[pid] = (test, output, time.monotonic())

    def end_late_ones(self):
        now = time.monotonic()
        for pid, (test, output, start) in self.running.items():
            if now - start > test.limit:
                output.write(b"took longer than %d s\n" % test.limit)
                output.flush()
                os.kill(pid, signal.SIGKILL)

    def finish(self):
        """Report a test that has ended; kill those over their limit."""
        pid, wstatus, usage = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            self.end_late_ones()
            time.sleep(0.02)
            return
        if pid not in self.running:
            return
        test, output, start = self.running.pop(pid)
        # Whatever the test left behind is in its session.
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        output.seek(0)
        said = text(output.read())
        output.close()
        code, counts = test.judge(
            os.WEXITSTATUS(wstatus) if os.WIFEXITED(wstatus) else FAIL, said)
        for kind in counts:
            self.counts[kind] += counts[kind]
        self.cpu.append((usage.ru_utime + usage.ru_stime, test.name))
        self.report(code, test.name, time.monotonic() - start, said)

    def run(self, tests):
        for test in tests:
            while len(self.running) >= self.jobs:
                self.finish()
            self.start(test)
        while self.running:
            self.finish()
