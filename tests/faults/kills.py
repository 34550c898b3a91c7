# SPDX-License-Identifier: GPL-2.0-or-later
"""The campaign of kills: at a random moment of a run of pyheld its broker, its
worker or both get SIGKILL, SIGSEGV, or SIGSTOP and later SIGCONT, or the kernel
kills in a small control group; what happens then is judged.

A run is well if
- the target was held no longer than by a run that nobody disturbed, and SLACK
  for a busy machine; if the broker was stopped, until it got SIGCONT.  While
  those who hold it wait for a CPU, by the kernel's word, does not count;
- the target then runs on, untraced, and nothing in it has changed;
- the output is whole or not there, and no other file is left;
- neither process is there any more;
- the broker ended by the signal that it got.  If the worker was killed, the
  status is 3 or 4 and a line says so.  If they were stopped and continued, the
  run ended as usual.
"""
import collections
import contextlib
import ctypes
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))
sys.path.insert(0, HERE)

import pythons  # noqa: E402
from harness import PYHELD, children, default_signals, text  # noqa: E402
from smallgroup import NoGroup, SmallGroup  # noqa: E402
from test_core import gcore, sysroot  # noqa: E402
from watched import SLEEP, Standing, Watch, Working  # noqa: E402

LIVE = """
summary TARGET
leaks TARGET
memory TARGET
retained TARGET
capture -o FOLDER/new.pyheld TARGET
capture --no-compress -o FOLDER/new.pyheld TARGET
watch --count=3 --interval=10ms TARGET
watch --count=1 --when=objects>1 -o FOLDER/new.pyheld TARGET
watch --count=2 --interval=10ms --metrics=FOLDER/new.prom TARGET
diff EARLIER TARGET
report -o FOLDER/new.html TARGET EARLIER
export -o FOLDER/new.jsonl TARGET
export --format=sqlite -o FOLDER/new.db TARGET
""".strip().splitlines()

# All threads at once.
STOPS = " --stop=always"

FILES = """
summary CORE
leaks CORE
capture -o FOLDER/new.pyheld CORE
summary EARLIER
retained EARLIER
diff EARLIER EARLIER
report -o FOLDER/new.html EARLIER
export -o FOLDER/new.jsonl EARLIER
""".strip().splitlines()

KINDS = ["SIGKILL"] * 7 + ["SIGSEGV"] * 5 + ["SIGSTOP"] * 5 + ["memory"] * 3
WHO = [("broker",), ("worker",), ("broker", "worker"), ("worker", "broker")]

# What a busy machine may add to the time that the target is held, in seconds,
# though nobody waits for a CPU.
SLACK = 0.1
# A run takes less than a second.
PATIENCE = 60
# How long the worker may outlive its broker: it is killed with it.
ORPHAN = 1

SAYS_DEATH = "pyheld: the process that reads "
PR_SET_CHILD_SUBREAPER = 36
PF_EXITING = 4


def adopt():
    """What loses its parent becomes our child: so none is overlooked."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("no PR_SET_CHILD_SUBREAPER")


def stat_of(pid):
    """The fields of /proc/PID/stat behind the name; None: it is gone."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as f:
            return f.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def state_of(pid):
    """R, S, ...; X: there is none."""
    fields = stat_of(pid)
    return fields[0].decode() if fields else "X"


def is_ending(pid):
    """Signals do nothing to it any more."""
    fields = stat_of(pid)
    return not fields or int(fields[6]) & PF_EXITING


def may_dump(pid):
    """May it dump core?  pyheld forbids that first of all."""
    try:
        with open("/proc/%d/limits" % pid) as f:
            line = next(x for x in f if x.startswith("Max core file size"))
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return False
    return line.split()[4] != "0"


def is_whole(path):
    """None, or why a file is not."""
    if path.endswith(".pyheld"):
        done = subprocess.run([os.path.abspath(PYHELD), "summary", path],
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
        return None if done.returncode in (0, 4) else text(done.stderr)
    if path.endswith(".db"):
        with sqlite3.connect(path) as db:
            said = db.execute("PRAGMA integrity_check").fetchone()[0]
            nr = db.execute("SELECT count(*) FROM objects").fetchone()[0]
        return None if said == "ok" and nr > 1000 else "%s, %d" % (said, nr)
    with open(path, encoding="utf-8") as f:
        data = f.read()
    if path.endswith(".jsonl"):
        try:
            nr = len([json.loads(line) for line in data.splitlines()])
        except ValueError as e:
            return str(e)
        return None if nr > 1000 and data.endswith("\n") else "%d lines" % nr
    end = "</html>\n" if path.endswith(".html") else "\n"
    return None if data.endswith(end) else "it ends in %r" % data[-80:]


class Run:
    """One run: what is done to it, and what came of it."""

    def __init__(self, i, line, target, kind, rnd):
        self.i, self.line, self.target, self.kind = i, line, target, kind
        self.rnd = rnd
        self.who = ()
        self.gap = 0.0          # between two signals
        self.pause = 0.0        # between SIGSTOP and SIGCONT
        self.continued = ()
        self.after_stop = False  # the moment counts from the target's stop
        self.moment = 0.0
        self.squeezes = False   # the ballast takes what is left at the moment
        self.broker = self.worker = 0
        self.begun = None       # when the first signal was sent
        self.is_early = False   # main() had not begun
        self.stopped = self.went_on = None  # the broker, by its signals
        self.hit_stop = False   # the target stood still at that moment
        self.sent = []
        self.ended = self.status = None
        self.dumped = False
        self.oom_kills = 0
        self.holds = []
        self.err = b""
        self.wrong = []

    def longest(self):
        return max([h.end - h.start for h in self.holds], default=0.0)

    def longest_work(self):
        return max([h.end - h.start - h.delay for h in self.holds],
                   default=0.0)

    def __str__(self):
        return "run %d: %s, %s target: %s, %s%.4f s: sent %s, exit status " \
            "%s: %s" % (
                self.i, self.line, self.target.name, self.kind,
                "stopped + " if self.after_stop else "", self.moment,
                self.sent, self.status, "; ".join(self.wrong))


class Campaign:
    """Runs with the targets of one CPython; leaving `with` ends these."""
    def __init__(self, python, seed):
        self.python, self.seed = python, seed
        self.pyheld = os.path.abspath(PYHELD)
        self.durations, self.peaks = {}, {}     # by line
        self.undisturbed = []   # the longest hold of each, without delays
        self.rows = collections.defaultdict(collections.Counter)
        self.bad = []
        self.held = []          # by runs whose broker was not stopped
        self.delay = 0.0        # of those who hold, while one waits for a CPU
        self.runs = self.hits = self.late = self.ooms = self.oom_runs = 0
        self.orphan = 0.0
        self.group = None
        self.earlier = {}       # by target

    def __enter__(self):
        adopt()
        self.folder = tempfile.mkdtemp(prefix="pyheld-kills-")
        self.targets = [Working(self.python), Standing(self.python)]
        try:
            self.group = SmallGroup().__enter__()
        except NoGroup as e:
            self.bad.append(str(e))
        for t in self.targets:
            self.prepare(t)
        self.core = gcore(self.targets[1].target, self)[0]
        for t in self.targets:
            for line in LIVE[:3]:
                self.durations.pop(line, None)
                self.usual(line, t)
        return self

    def __exit__(self, *exc):
        if self.group:
            self.group.__exit__()
        for t in self.targets:
            t.close()
        shutil.rmtree(self.folder)

    def file(self, name):
        return os.path.join(self.folder, name)

    def prepare(self, target):
        """Make a capture of it."""
        name = self.file("%s.pyheld" % target.name)
        done = subprocess.run([self.pyheld, "capture", "-o", name,
                               str(target.pid)])
        assert done.returncode in (0, 4), done
        self.earlier[target.name] = name

    def argv(self, line, target, out):
        words = line.replace("FOLDER", out).split()
        names = {"TARGET": [str(target.pid)],
                 "EARLIER": [self.earlier[target.name]],
                 "CORE": sysroot(self.python) + [self.core]}
        return [self.pyheld] + [x for w in words for x in names.get(w, [w])]

    # --- what is done ---

    def plan(self, i):
        """The i-th run of this seed."""
        rnd = random.Random("%s %d" % (self.seed, i))
        kind = rnd.choice(KINDS)
        live = rnd.random() < 0.8
        run = Run(i, rnd.choice(LIVE if live else FILES),
                  self.targets[rnd.random() < 0.35], kind, rnd)
        # Else most often one thread alone is stopped, or none.
        stops = live and rnd.random() < 0.75
        if stops:
            run.line += STOPS
        run.after_stop = stops and rnd.random() < 0.7
        run.gap = rnd.choice([0, rnd.uniform(0, 0.005)])
        if kind != "memory":
            run.who = rnd.choice(WHO)
        if kind == "SIGSTOP":
            run.pause = rnd.uniform(0.001, 0.15)
            # What the broker gets, it passes on.
            run.continued = rnd.choice(
                [("broker",)] if run.who == ("broker",) else
                [("broker",), ("worker", "broker"), ("broker", "worker")] +
                [("worker",)] * (run.who == ("worker",)))
        return run

    def aim(self, run):
        usual, copy = self.usual(run.line, run.target)
        run.moment = run.rnd.uniform(0, 1.2 * copy) if run.after_stop else \
            run.rnd.uniform(0, 1.05 * usual)
        if run.kind == "memory" and self.group:
            peak = self.peak(run.line, run.target)
            run.squeezes = run.rnd.random() < 0.6
            self.group.begin(run.rnd.uniform(0.5, 1.0) * peak)

    def usual(self, line, target):
        """(how long a run takes that nobody disturbs, how long it holds)"""
        if line not in self.durations:
            found = []
            for _ in range(2):
                run = Run(-1, line, target, "none", random.Random(self.seed))
                start = time.monotonic()
                self.go(run)
                found.append((time.monotonic() - start, run.longest()))
                self.judge_usual(run)
                if run.wrong:
                    self.bad.append(str(run))
                if line.removesuffix(STOPS) in LIVE:
                    self.undisturbed.append(run.longest_work())
            self.durations[line] = [min(x) for x in zip(*found)]
        return self.durations[line]

    def peak(self, line, target):
        """How much memory of the group a run takes."""
        if line not in self.peaks:
            self.group.begin(1 << 30)
            before = self.group.used()
            done = subprocess.Popen(
                self.argv(line, target, self.folder), cwd=self.folder,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                preexec_fn=self.group.join)
            most = 0
            while done.poll() is None:
                most = max(most, self.group.used() - before)
                time.sleep(5e-4)
            for name in os.listdir(self.folder):
                if name.startswith("new."):
                    os.unlink(self.file(name))
            self.peaks[line] = most
        return self.peaks[line]

    def prepare_child(self, run):
        default_signals()
        # Cores would be written if nobody forbade them.
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        if run.kind == "memory":
            self.group.join()

    def send(self, run, name, number):
        pid = run.broker if name == "broker" else run.worker
        if is_ending(pid):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        run.sent.append("%s:%s" % (name, signal.Signals(number).name))

    def strike(self, run, watch):
        """A generator: it yields until when it wants to wait.  Between that
        the target is looked at."""
        if run.kind == "none":
            return
        while run.after_stop and not watch.look():
            yield 0
        yield run.moment
        if run.kind == "memory":
            run.hit_stop = watch.look()
            if run.squeezes:
                self.group.squeeze()
            return
        while True:
            run.worker = next(iter(children(run.broker)), 0)
            if run.worker or "worker" not in run.who:
                break
            yield 0
        run.hit_stop = watch.look()
        run.is_early = may_dump(run.broker)
        run.begun = time.monotonic()
        number = getattr(signal, run.kind)
        for name in run.who:
            if name == "broker":
                run.stopped = time.monotonic()
            self.send(run, name, number)
            if name != run.who[-1] and run.gap:
                yield run.gap
        if run.kind != "SIGSTOP":
            return
        yield run.pause
        for name in run.continued:
            self.send(run, name, signal.SIGCONT)
            if name == "broker":
                run.went_on = time.monotonic()
            if name != run.continued[-1] and run.gap:
                yield run.gap

    def go(self, run):
        """Start it, strike, and wait until it has ended."""
        run.out = tempfile.mkdtemp(dir=self.folder)
        told = tempfile.mkdtemp(dir=self.folder)
        scratch = run.out + "/scratch"
        os.mkdir(scratch)
        tids = run.target.tids()
        watch = Watch(run.target.pid, run.rnd.choice(tids),
                      lambda: [run.broker, *children(run.broker)])
        before = set(self.own_children())
        kills = self.group.kills() if run.kind == "memory" else 0
        with open(told + "/out", "wb") as out, open(told + "/err", "wb") as err:
            process = subprocess.Popen(
                self.argv(run.line, run.target, run.out), cwd=run.out,
                env=dict(os.environ, TMPDIR=scratch, HOME=scratch),
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                preexec_fn=lambda: self.prepare_child(run))
        run.broker = process.pid
        strike = self.strike(run, watch)
        start = now = time.monotonic()
        wake = 0.0
        while True:
            ended = os.waitid(os.P_PID, process.pid,
                              os.WEXITED | os.WNOWAIT | os.WNOHANG)
            watch.look()
            if ended:
                how = os.waitpid(process.pid, 0)[1]
                break
            now = time.monotonic()
            if strike and now >= wake:
                wait = next(strike, None)
                strike = strike if wait is not None else None
                wake = now + (wait or 0)
            if now > start + PATIENCE:
                run.wrong.append("it hangs: broker %s, worker %s" % (
                    state_of(run.broker),
                    [state_of(c) for c in children(run.broker)]))
                self.end_all(before)
                how = os.waitpid(process.pid, 0)[1]
                break
            time.sleep(SLEEP)
        run.ended = time.monotonic()
        process.returncode = run.status = -os.WTERMSIG(how) \
            if os.WIFSIGNALED(how) else os.WEXITSTATUS(how)
        run.dumped = os.WCOREDUMP(how)
        self.reap(run, before, watch)
        watch.close()
        run.holds = watch.holds
        if run.kind == "memory":
            run.oom_kills = self.group.kills() - kills
        with open(told + "/err", "rb") as f:
            run.err = f.read()
        shutil.rmtree(told)
        try:
            run.target.unharmed()
        except AssertionError as e:
            run.wrong.append("the target is held: %s" % e)
        self.look_at_files(run, scratch)
        shutil.rmtree(run.out)

    @staticmethod
    def own_children():
        return [c for t in os.listdir("/proc/self/task")
                for c in Campaign.children_of(os.getpid(), t)]

    @staticmethod
    def children_of(pid, task):
        with open("/proc/%d/task/%s/children" % (pid, task)) as f:
            return [int(c) for c in f.read().split()]

    def end_all(self, before):
        for pid in set(self.own_children()) - before:
            for child in children(pid):
                os.kill(child, signal.SIGKILL)
            os.kill(pid, signal.SIGKILL)

    def reap(self, run, before, watch):
        """Wait for a worker that has lost its broker."""
        end = time.monotonic() + ORPHAN
        while True:
            watch.look()
            left = set(self.own_children()) - before
            if self.group and self.group.ballast:
                left.discard(self.group.ballast.pid)
            left = [p for p in left if not os.waitpid(p, os.WNOHANG)[0]]
            if not left:
                break
            if time.monotonic() > end:
                run.wrong.append("its worker lives on: %s" %
                                 [(p, state_of(p)) for p in left])
                self.end_all(before)
                end += 1e9
            time.sleep(SLEEP)
        self.orphan = max(self.orphan, time.monotonic() - run.ended)

    def look_at_files(self, run, scratch):
        asked = [os.path.basename(w) for w in run.line.split()
                 if "FOLDER/" in w]
        left = sorted(os.listdir(run.out))
        if run.is_early:
            asked.append("core")
        other = [x for x in left if x not in asked + ["scratch"]] + \
            ["scratch/" + x for x in os.listdir(scratch)]
        if other:
            run.wrong.append("files are left: %s" % other)
        for name in [x for x in left if x in asked and x != "core"]:
            why = is_whole(os.path.join(run.out, name))
            if why:
                run.wrong.append("%s is not whole: %s" % (name, why))

    # --- what came of it ---

    def judge_usual(self, run):
        if run.status not in (0, 4):
            run.wrong.append("not its usual exit status")
        self.judge_lines(run, 0)

    def judge_lines(self, run, most):
        """At most so many lines that are no warnings.  Returns them."""
        lines = text(run.err).splitlines()
        said = [x for x in lines if not x.startswith("pyheld: warning: ")]
        if len(said) > most or \
                any(not x.startswith("pyheld: ") for x in lines):
            run.wrong.append("its lines: %s" % lines)
        return said

    def judge_end(self, run):
        number = getattr(signal, run.kind)
        said = self.judge_lines(run, 1)
        deaths = [x for x in said if x.startswith(SAYS_DEATH)]
        got = [x.partition(":")[0] for x in run.sent]
        if run.status == -number and "broker" in got:
            return
        if deaths and "worker" in got:
            # A report of a capture lacks nothing without the emulator, and
            # watch goes on after such samples.
            partial = run.line.removesuffix(STOPS) in LIVE + FILES[:3] and \
                not run.line.startswith("watch")
            if run.status not in ((3, 4) if partial else (0, 3, 4)):
                run.wrong.append("exit status of a killed worker")
            return
        # It was about to end.
        self.late += 1
        if run.sent and run.ended - run.begun > 0.1:
            run.wrong.append("the signal did nothing")
        self.judge_usual(run)

    def judge_memory(self, run):
        said = self.judge_lines(run, 3)
        if run.status not in (0, 3, 4, -signal.SIGKILL):
            run.wrong.append("exit status")
        if run.status == 3 and not said:
            run.wrong.append("no line")
        self.oom_runs += 1
        self.ooms += run.oom_kills > 0

    def judge_holds(self, run):
        most = max(self.undisturbed) + SLACK
        for start, end, delay in run.holds:
            allowed = most + delay
            self.delay = max(self.delay, delay)
            if run.kind == "SIGSTOP" and run.stopped and run.went_on:
                allowed += max(0, min(end, run.went_on) -
                               max(start, run.stopped))
            else:
                self.held.append(end - start)
            if end - start > allowed:
                run.wrong.append("the target was held for %.4f s, allowed"
                                 " are %.4f s" % (end - start, allowed))

    def judge(self, run):
        self.runs += 1
        self.hits += run.hit_stop
        if run.kind == "SIGSTOP":
            self.judge_usual(run)
        elif run.kind == "memory":
            self.judge_memory(run)
        else:
            self.judge_end(run)
        self.judge_holds(run)
        # Before main() nothing was read, and nobody can forbid it.
        if run.dumped and not run.is_early:
            run.wrong.append("it dumped core")
        if run.status == 1:
            run.wrong.append("exit status 1 is for a limit of the user's")
        why = run.target.runs_on()
        run.wrong += [why] if why else []
        changed = run.target.changed()
        if changed:
            run.wrong += changed
            self.replace(run.target)
        who = "%s %s" % (run.kind, "+".join(run.who))
        self.rows[who][run.status] += 1
        if run.wrong:
            self.bad.append(str(run))
            print("  %s\n    %s" % (self.bad[-1], text(run.err)), flush=True)

    def replace(self, target):
        """Take another one, so that one change is not counted again."""
        target.close()
        at = self.targets.index(target)
        self.targets[at] = type(target)(self.python)
        self.prepare(self.targets[at])

    def once(self, i):
        run = self.plan(i)
        if run.kind == "memory" and not self.group:
            return
        self.aim(run)
        self.go(run)
        self.judge(run)

    def report(self):
        def ms(x):
            return "%.1f ms" % (1000 * x)
        held = sorted(self.held) or [0]
        lines = ["%s: %d runs, seed %s: %d wrong; %d while the target stood "
                 "still, %d when the run had ended"
                 % (self.python.label, self.runs, self.seed, len(self.bad),
                    self.hits, self.late)]
        for who, c in sorted(self.rows.items()):
            lines.append("%-22s %s" % (who, ", ".join(
                "%d x %s" % (n, s) for s, n in sorted(c.items()))))
        lines.append("of %d runs in a small group the kernel killed in %d"
                     % (self.oom_runs, self.ooms))
        lines.append("held: undisturbed at most %s of %d; else median %s, "
                     "99 %% %s, at most %s of %d; delays at most %s" % (
                         ms(max(self.undisturbed, default=0)),
                         len(self.undisturbed), ms(held[len(held) // 2]),
                         ms(held[len(held) * 99 // 100]), ms(held[-1]),
                         len(held), ms(self.delay)))
        lines.append("a worker outlived its broker by at most %s, the target "
                     "counted again within %s"
                     % (ms(self.orphan),
                        ms(max(t.slowest for t in self.targets))))
        return lines


def main():
    """usage: kills.py [RUNS [SEED [FIRST]]]

    By hand: PYHELD=build/src/pyheld tests/faults/kills.py
    The runs are 1400, the seed is a random one, the first run is 0; those with
    even numbers have the oldest CPython, the others the newest.  Ctrl-C shows
    what there is."""
    words = sys.argv[1:]
    runs = int(words[0]) if words else 1400
    seed = words[1] if len(words) > 1 else str(random.randrange(10**6))
    first = int(words[2]) if len(words) > 2 else 0
    print("seed %s" % seed, flush=True)
    with contextlib.ExitStack() as stack:
        campaigns = [stack.enter_context(Campaign(python, seed))
                     for python in pythons.oldest_and_newest()]
        try:
            for i in range(first, first + runs):
                campaigns[i % 2].once(i)
                if (i + 1 - first) % 50 == 0:
                    print("%d runs, %d wrong" % (
                        i + 1 - first, sum(len(c.bad) for c in campaigns)),
                        flush=True)
        except KeyboardInterrupt:
            print("interrupted")
        for c in campaigns:
            print("\n".join(c.report()), flush=True)
    return 1 if any(c.bad for c in campaigns) else 0


if __name__ == "__main__":
    sys.exit(main())
