# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld top`, in a terminal."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time

import pythons
from harness import (PYHELD, Target, children, each, expect_error, pyheld,
                     pyheld_raw, status, unharmed)
from terminal import Terminal

TOP = os.path.abspath(PYHELD)


def top(*args, **kw):
    return Terminal([TOP, "top", "--interval=200ms", *args], **kw)


def number(text):
    return int(text.replace(",", ""))


def row_of(screen, pid):
    """The cells of the process's line: PID, resident and so on."""
    for line in screen.splitlines():
        if line.split()[:1] == [str(pid)]:
            return line.split()
    return None


def nr_samples(screen):
    return int(re.search(r"^(\d+) sample", screen, re.M).group(1))


def is_there(pid):
    return os.path.exists("/proc/%d" % pid)


def wait_for_sample(terminal, pid, nr=1):
    """Wait for `nr` samples of the chosen process."""
    def sampled(screen):
        m = re.search(r"^(\d+) samples? in", screen, re.M)
        return m and int(m.group(1)) >= nr and screen
    return terminal.wait_until(sampled, "%d samples of %s" % (nr, pid))


def stat(pid):
    """The name and the parent of a process."""
    with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
        name, rest = f.read().rsplit(")", 1)
    return name.partition("(")[2], int(rest.split()[1])


def pid_of_top(target):
    """The PID of the pyheld that looks at it.  Its child has a pyheld for a
    parent; the terminal and its shell have other names."""
    out = subprocess.run(["pgrep", "-f", "%s top .*%d" % (TOP, target.pid)],
                         stdout=subprocess.PIPE).stdout
    found = []
    for pid in map(int, out.split()):
        try:
            name, parent = stat(pid)
            if name == "pyheld" and stat(parent)[0] != "pyheld":
                found.append(pid)
        except FileNotFoundError:
            pass        # a child that has ended
    assert len(found) == 1, (found, out)
    return found[0]


def samplers(pid):
    """The child of top that takes a sample, if there is one: it has a process
    group of its own.  The other child draws."""
    found = []
    for child in children(pid):
        try:
            if os.getpgid(child) == child:
                found.append(child)
        except ProcessLookupError:
            pass        # it has ended
    return found


def is_stopped(target):
    return any(status(target.pid, int(t))["State"][0] in "tT"
               for t in os.listdir("/proc/%d/task" % target.pid))


def runs_on(target):
    end = time.monotonic() + 10
    while is_stopped(target):
        assert time.monotonic() < end
        time.sleep(0.01)
    unharmed(target)


@each(pythons.oldest_and_newest)
def test_figures_are_those_of_summary_and_proc(python):
    with Target(python, "odd.py", "plain") as target, \
            top(target.pid) as terminal:
        screen = wait_for_sample(terminal, target.pid, 3)
        terminal.keys("q")
        assert terminal.status() == 0
        cells = row_of(screen, target.pid)
        summary = pyheld("summary", "--json", target.pid).json
        objects = sum(t["count"] for t in summary["types"])
        assert number(cells[3]) == objects, (cells, objects)
        with open("/proc/%d/statm" % target.pid, encoding="ascii") as f:
            resident = int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        assert cells[2] == "MiB", cells
        # The kernel counts pages per thread: its figure is up to 64 off.
        assert abs(float(cells[1]) - resident / 2 ** 20) < 0.5, cells
        total = sum(t["bytes"] for t in summary["types"])
        assert cells[5] == "MiB" and \
            abs(float(cells[4]) - total / 2 ** 20) < 0.06, (cells, total)
        # It stands still.
        assert "0 objects, longest pause" in screen, screen
        assert screen.count("none grew since the first sample") == 2, screen
        unharmed(target)


@each(pythons.oldest_and_newest)
def test_what_grows(python):
    with Target(python, "growing.py") as target, \
            top(target.pid, columns=120, rows=40) as terminal:
        wait_for_sample(terminal, target.pid, 1)
        before = target.facts
        after = target.ask({"add": 3000, "replace": 0})
        added = len(after["sessions"]) - len(before["sessions"])
        assert added == 3000
        holder = terminal.wait_for(
            r"^ *\+(\S+) MiB +\S+ MiB +\+([\d,]+) +([\d,]+)"
            r" __main__\.SESSIONS \(dict\)$")
        assert number(holder.group(3)) == len(after["sessions"]), holder
        screen = terminal.screen()
        m = re.search(r"\+([\d,]+) +([\d,]+) __main__\.Session$", screen, re.M)
        assert (number(m.group(1)), number(m.group(2))) == (
            added, len(after["sessions"])), screen
        # Most bytes first; then by name, which has those that did not grow.
        terminal.keys("s")
        terminal.wait_for("by growth in number")
        for word in ("bytes", "number", "name"):
            terminal.keys("s")
            terminal.wait_for("pyheld top  by %s *(looks at.*)?$" % word)
        types = terminal.screen().partition(" TYPE\n")[2].splitlines()
        names = [line.split()[-1] for line in types[:5]]
        assert names == sorted(names), names
        terminal.keys("q")
        assert terminal.status() == 0
        unharmed(target)


def test_several_processes_and_one_ends():
    python = pythons.system()
    with Target(python, "odd.py", "plain") as first, \
            Target(python, "odd.py", "plain") as second, \
            top(first.pid, second.pid) as terminal:
        terminal.wait_for(r"^ +%d +\S+ MiB" % second.pid)
        terminal.keys("Down")
        terminal.wait_for(r"^%d .*odd\.py" % second.pid)
        second.close()
        terminal.wait_for(r"^ +%d .* ended$" % second.pid)
        screen = wait_for_sample_of(terminal, first)
        assert row_of(screen, second.pid)[-1] == "ended", screen
        terminal.keys("q")
        assert terminal.status() == 0
        unharmed(first)


def wait_for_sample_of(terminal, target):
    """The process is chosen, and samples go on."""
    terminal.keys("Up")
    terminal.wait_for(r"^%d .*odd\.py" % target.pid)
    screen = wait_for_sample(terminal, target.pid, 1)
    nr = nr_samples(screen)
    return wait_for_sample(terminal, target.pid, nr + 2)


def test_freeze():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            top(target.pid) as terminal:
        wait_for_sample(terminal, target.pid, 2)
        terminal.keys("Space")
        terminal.wait_for("FROZEN")
        screen = terminal.screen()
        # A sample that had begun may still read, but none begins.
        time.sleep(1)
        child = samplers(pid_of_top(target))
        time.sleep(1)
        assert terminal.screen() == screen
        assert samplers(pid_of_top(target)) == child
        terminal.keys("Space")
        nr = nr_samples(screen)
        screen = wait_for_sample(terminal, target.pid, nr + 2)
        assert "FROZEN" not in screen, screen
        unharmed(target)


def test_freeze_during_a_sample():
    """The sample is finished and held back, a capture is written, and the
    time that is frozen does not count as the sample's."""
    with Target(pythons.system(), "app.py", "grows") as target, \
            tempfile.TemporaryDirectory() as folder, \
            top("--stop=always", target.pid, cwd=folder) as terminal:
        wait_for_sample(terminal, target.pid, 2)
        pid = pid_of_top(target)
        child = hold(pid, target)
        terminal.keys("Space")
        terminal.wait_for("FROZEN")
        frozen = nr_samples(terminal.screen())
        os.kill(child, signal.SIGCONT)
        runs_on(target)
        end = time.monotonic() + 10
        while is_there(child):
            assert time.monotonic() < end, "the child is not taken note of"
            time.sleep(0.01)
        assert nr_samples(terminal.screen()) == frozen
        terminal.keys("c")
        name = "pyheld-%d-1.pyheld" % target.pid
        terminal.wait_for("^captured to " + re.escape(name))
        screen = terminal.screen()
        assert "FROZEN" in screen and nr_samples(screen) == frozen, screen
        assert os.path.exists(os.path.join(folder, name))
        time.sleep(12)
        assert nr_samples(terminal.screen()) == frozen
        assert not samplers(pid)
        terminal.keys("Space")
        back = time.monotonic()
        wait_for_sample(terminal, target.pid, frozen + 2)
        assert time.monotonic() - back < 30, time.monotonic() - back
        terminal.keys("q")
        assert terminal.status() == 0
        unharmed(target)


def test_writes_a_capture():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder, \
            top(target.pid, cwd=folder) as terminal:
        wait_for_sample(terminal, target.pid)
        for i in (1, 2):
            name = "pyheld-%d-%d.pyheld" % (target.pid, i)
            terminal.keys("c")
            terminal.wait_for("^captured to " + re.escape(name))
            path = os.path.join(folder, name)
            assert os.stat(path).st_mode & 0o777 == 0o600
            captured = json.loads(pyheld("summary", "--json", path).out)
            assert captured["target"]["pid"] == target.pid
        # A key takes the message away, and no later sample shows it again.
        terminal.keys("s")
        terminal.wait_for("q quit  s sort")
        nr = nr_samples(terminal.screen())
        wait_for_sample(terminal, target.pid, nr + 2)
        assert "captured to" not in terminal.screen(), terminal.screen()
        terminal.keys("?")
        terminal.wait_for("write a capture of the chosen process")
        terminal.keys("?")
        terminal.wait_for("q quit  s sort")
        unharmed(target)


def test_quits_when_the_capture_is_written():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder, \
            top(target.pid, cwd=folder) as terminal:
        wait_for_sample(terminal, target.pid)
        terminal.keys("c", "q")
        assert terminal.status() == 0
        name = "pyheld-%d-1.pyheld" % target.pid
        assert os.listdir(folder) == [name], os.listdir(folder)
        assert "captured to " + name in terminal.screen()
        captured = json.loads(pyheld("summary", "--json", os.path.join(
            folder, name)).out)
        assert captured["target"]["pid"] == target.pid
        unharmed(target)


def test_full_disk():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            top("--output=/dev/full", target.pid) as terminal:
        wait_for_sample(terminal, target.pid)
        terminal.keys("c")
        terminal.wait_for("^/dev/full: can't write: No space left on device")
        screen = terminal.screen()
        nr = nr_samples(screen)
        wait_for_sample(terminal, target.pid, nr + 2)
        unharmed(target)


def child_of(pid):
    """The child of top, once there is one."""
    end = time.monotonic() + 30
    while not samplers(pid):
        assert time.monotonic() < end
    return samplers(pid)[0]


def hold(pid, target, seconds=None):
    """Hold the child of top still while it has stopped the target.  None: it
    did not within so many seconds."""
    end = time.monotonic() + (seconds or 60)
    while True:
        if time.monotonic() >= end:
            assert seconds, "never while the target was stopped"
            return None
        if not is_stopped(target):
            continue
        for child in samplers(pid):
            os.kill(child, signal.SIGSTOP)
            while status(child)["State"][0] not in "TZ":
                pass
            if status(child)["State"][0] == "T" and is_stopped(target):
                return child
            os.kill(child, signal.SIGCONT)


def test_nothing_is_stopped_if_never_is_said():
    """By no sample: each has a broker and a worker of its own."""
    with Target(pythons.system(), "at_rest.py", "busy", 1000) as target, \
            top("--interval=1ms", "--stop=never", "--patience=50ms",
                target.pid) as terminal:
        terminal.wait_for("^process %d is too busy to" % target.pid)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert not is_stopped(target)
        unharmed(target)


def test_a_killed_sample_is_paid_for():
    """The target is stopped for at most 5 % of the time, whoever ends the
    child, and although nobody can say then how long the target was stopped."""
    with Target(pythons.system(), "app.py", "grows") as target, \
            top("--interval=1ms", "--stop=always", target.pid) as terminal:
        wait_for_sample(terminal, target.pid)
        pid = pid_of_top(target)
        child = hold(pid, target)
        held = time.monotonic()
        time.sleep(0.4)
        os.kill(child, signal.SIGKILL)
        terminal.wait_for("^the child that reads it was killed")
        runs_on(target)
        rest = held + 20 * 0.4 - 0.5
        while time.monotonic() < rest:
            assert not samplers(pid), time.monotonic() - held
            time.sleep(0.001)
        wait_for_sample(terminal, target.pid, 2)
        unharmed(target)


def test_a_capture_is_paid_for():
    """A capture stops the target, too: the next sample comes later."""
    with Target(pythons.system(), "app.py", "grows") as target, \
            tempfile.TemporaryDirectory() as folder, \
            top("--interval=1ms", "--stop=always", target.pid,
                cwd=folder) as terminal:
        wait_for_sample(terminal, target.pid)
        pid = pid_of_top(target)
        # No sample begins then: the child writes a capture.
        terminal.keys("Space")
        terminal.wait_for("FROZEN")
        while samplers(pid):
            time.sleep(0.01)
        child = None
        while not child:
            # One may be missed, as it stops the target for a short time.
            terminal.keys("c")
            child = hold(pid, target, 2)
        held = time.monotonic()
        time.sleep(0.3)
        os.kill(child, signal.SIGCONT)
        terminal.wait_until(lambda _: not samplers(pid), "end of it")
        terminal.keys("Space")
        rest = held + 20 * 0.3 - 0.5
        while time.monotonic() < rest:
            assert not samplers(pid), time.monotonic() - held
            time.sleep(0.001)


def test_verbose_does_not_hide_the_cause():
    with subprocess.Popen(["sleep", "1000"]) as other:
        try:
            with top("-v", other.pid) as terminal:
                terminal.wait_for(r" no sample$")
                screen = terminal.screen()
                assert re.search(r"^process %d \(\S+sleep\) is not a"
                                 % other.pid, screen, re.M), screen
                terminal.keys("q")
                assert terminal.status() == 0
        finally:
            other.kill()


def test_a_long_stop_is_no_long_sample():
    """Ctrl-Z while the target is stopped: it goes on soon, and top goes on as
    soon as it is back."""
    with Target(pythons.system(), "app.py", "grows") as target, Terminal(
            ["sh", "-c", "set -m; \"$@\"; read x; fg", "sh", TOP, "top",
             "--interval=1ms", "--stop=always", target.pid]) as terminal:
        wait_for_sample(terminal, target.pid)
        pid = pid_of_top(target)
        child = hold(pid, target)
        terminal.keys("C-z")
        terminal.wait_until(lambda _: status(pid)["State"][0] == "T",
                            "stop of top")
        os.kill(child, signal.SIGCONT)
        runs_on(target)
        time.sleep(12)
        terminal.keys("Enter")
        screen = terminal.wait_until(
            lambda s: row_of(s, target.pid) and s, "screen")
        back = time.monotonic()
        wait_for_sample(terminal, target.pid, nr_samples(screen) + 2)
        assert time.monotonic() - back < 30, time.monotonic() - back
        terminal.keys("q")
        assert terminal.status() == 0


def test_stopped_and_back():
    """Ctrl-Z does not reach the child that may have stopped the target."""
    with Target(pythons.system(), "odd.py", "plain") as target, Terminal(
            ["sh", "-c", "set -m; \"$@\"; read x; fg", "sh", TOP, "top",
             "--interval=1ms", "--stop=always", target.pid]) as terminal:
        wait_for_sample(terminal, target.pid, 3)
        pid = pid_of_top(target)
        terminal.keys("C-z")
        terminal.wait_until(lambda _: status(pid)["State"][0] == "T",
                            "stop of top")
        time.sleep(0.3)
        runs_on(target)
        terminal.keys("Enter")
        screen = terminal.wait_until(
            lambda s: row_of(s, target.pid) and s, "screen")
        nr = nr_samples(screen)
        wait_for_sample(terminal, target.pid, nr + 2)
        terminal.keys("q")
        assert terminal.status() == 0


def test_keys_do_not_wait_for_a_sample():
    """The child stands still in the middle of a sample; keys are answered."""
    with Target(pythons.system(), "app.py", "grows") as target, \
            top(target.pid) as terminal:
        wait_for_sample(terminal, target.pid)
        pid = pid_of_top(target)
        child = child_of(pid)
        os.kill(child, signal.SIGSTOP)
        terminal.wait_for(r"looks at %d, [1-9]" % target.pid)
        for name in ("growth in number", "bytes", "number", "name"):
            start = time.monotonic()
            terminal.keys("s")
            terminal.wait_for("by %s " % name)
            assert time.monotonic() - start < 5
        terminal.keys("q")
        assert terminal.status() == 0
        assert not is_there(child)
        runs_on(target)


def test_sizes():
    """A storm of sizes, one that is too small, and back."""
    with Target(pythons.system(), "odd.py", "plain") as target, \
            top(target.pid) as terminal:
        wait_for_sample(terminal, target.pid)
        for i in range(30):
            terminal.resize(10 + i * 7 % 200, 3 + i * 11 % 60)
        terminal.resize(8, 3)
        time.sleep(0.5)
        terminal.resize(40, 12)
        terminal.wait_for(r"^ +%d +\S+ MiB" % target.pid)
        lines = terminal.lines()
        assert len(lines) == 12 and all(len(x) <= 40 for x in lines), lines
        assert lines[-1].startswith("q quit"), lines
        terminal.resize(200, 50)
        terminal.wait_for(r"COMMAND$")
        terminal.keys("q")
        assert terminal.status() == 0
        unharmed(target)


def test_without_utf8():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            top(target.pid, locale="C") as terminal:
        screen = wait_for_sample(terminal, target.pid, 3)
        assert screen.isascii(), screen
        terminal.keys("q")
        assert terminal.status() == 0


def test_killed_while_it_samples():
    """The child is ended with its parent, and the target goes on."""
    with Target(pythons.system(), "app.py", "grows") as target:
        held = 0
        for _ in range(8):
            with Terminal([TOP, "top", "--interval=1ms", "--stop=always",
                           target.pid]) as terminal:
                terminal.wait_for("^ +%d " % target.pid)
                pid = pid_of_top(target)
                end = time.monotonic() + 2
                while not is_stopped(target) and time.monotonic() < end:
                    pass
                held += is_stopped(target)
                child = samplers(pid)
                os.kill(pid, signal.SIGKILL)
                assert terminal.status() == 128 + signal.SIGKILL
                end = time.monotonic() + 10
                while any(is_there(c) for c in child):
                    assert time.monotonic() < end, child
                    time.sleep(0.01)
                runs_on(target)
        print("# killed %d times while the target was stopped" % held)
        assert held, "never while the target was stopped"


def test_a_capture_is_given_up():
    """No partial file stays when top ends."""
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder, \
            top(target.pid, cwd=folder) as terminal:
        wait_for_sample(terminal, target.pid)
        pid = pid_of_top(target)
        for _ in range(20):
            terminal.keys("c")
        end = time.monotonic() + 10
        while not os.listdir(folder) and time.monotonic() < end:
            pass
        os.kill(pid, signal.SIGTERM)
        assert terminal.status() == 128 + signal.SIGTERM
        time.sleep(0.5)
        for name in os.listdir(folder):
            assert re.fullmatch(r"pyheld-\d+-\d+\.pyheld", name), name
            pyheld("summary", os.path.join(folder, name))
        runs_on(target)


MANY_TYPES = """
import sys, time
kept = []
def more(n):
    for i in range(n):
        name = "T%05d" % len(kept) + "x" * 900
        kept.append(type(name, (), {"__module__": "m" * 900})())
more(10000)
class Few: pass
few = Few()
print("ready", flush=True)
time.sleep(1000)
"""


def test_a_hostile_number_of_types():
    """The child sends the largest of them; what draws stays small."""
    with subprocess.Popen([pythons.system().path, "-c", MANY_TYPES],
                          stdout=subprocess.PIPE) as target:
        try:
            assert target.stdout.readline() == b"ready\n"
            with top(target.pid) as terminal:
                screen = wait_for_sample(terminal, target.pid, 2)
                assert screen.count("none grew since the first") == 2, screen
                pid = pid_of_top(target)
                drawing = set(children(pid)) - set(samplers(pid))
                peak = max(int(status(p)["VmHWM"].split()[0])
                           for p in (pid, *drawing))
                print("# top had %d KiB" % peak)
                assert peak < 64 << 10, peak
                terminal.keys("s", "s")
                terminal.wait_for(r" type$")
                terminal.keys("q")
                assert terminal.status() == 0
        finally:
            target.kill()


def test_without_a_terminal():
    with Target(pythons.system(), "odd.py", "plain") as target:
        result = pyheld_raw("top", target.pid)
        assert result.status == 2 and result.out == b"", result
        assert result.err.startswith(b"pyheld: ") and \
            result.err.count(b"\n") == 1, result
        unharmed(target)


def test_usage_errors():
    for args in ((), ("x",), ("0",), ("-1",), ("99999999999",), ("1", "x"),
                 ("1", "--interval=soon"), ("1", "--json"),
                 ("1", "--output=-"), ("1", "-o", "-")):
        result = pyheld_raw("top", *args)
        assert result.status == 2 and b"Usage" in result.err, result
    expect_error("top", 2 ** 30, words=["no process"])
