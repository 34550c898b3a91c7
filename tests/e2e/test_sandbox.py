# SPDX-License-Identifier: GPL-2.0-or-later
"""The two processes of a command: what the one that reads may do, and what
becomes of the command when one of them ends or stops."""
import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import time

import pythons
from harness import (PYHELD, Skip, Target, children, compare_looks,
                     default_signals, each, is_writing, limit, of_any_snapshot,
                     pyheld, pyheld_raw, status, text, unharmed)
from test_wild import Wild

CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL)
COMMANDS = ("summary", "leaks", "memory", "cycles", "garbage", "retained",
            "refs")


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.001)


def is_confined(pid):
    try:
        return status(pid).get("Seccomp") == "2"
    except (FileNotFoundError, ProcessLookupError):
        return False


def confined_child(process):
    """The worker of a pyheld, as soon as it can do nothing; 0: not yet."""
    return next((pid for pid in children(process.pid) if is_confined(pid)), 0)


def start(*args, **popen):
    return subprocess.Popen([os.path.abspath(PYHELD), *map(str, args)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=default_signals,
                            **popen)


def is_there(pid):
    try:
        return status(pid)["State"][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_worker_has_no_privileges():
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        with start("watch", "--interval=60", target.pid) as process:
            worker = wait_for(lambda: confined_child(process))
            of_worker, of_broker = status(worker), status(process.pid)
            process.terminate()
        assert int(of_worker["NoNewPrivs"]) == 1, of_worker
        for name in "CapInh", "CapPrm", "CapEff", "CapAmb":
            assert int(of_worker[name], 16) == 0, of_worker
        if os.geteuid() == 0:
            assert int(of_worker["CapBnd"], 16) == 0, of_worker
            assert of_worker["Uid"].split() == ["65534"] * 4, of_worker
            assert of_worker["Gid"].split() == ["65534"] * 4, of_worker
            assert of_worker["Groups"].split() == [], of_worker
        assert of_broker["Seccomp"] == status(os.getpid())["Seccomp"]
        unharmed(target)


def compare_one_process(pid, command, name):
    one = None

    def look():
        nonlocal one
        one = pyheld(command, "--no-sandbox", name, status=(0, 4))

    def check():
        two = pyheld(command, name, status=(0, 4))
        assert one.status == two.status, (one, two)
        assert of_any_snapshot(one.out) == of_any_snapshot(two.out), \
            (command, text(one.out), text(two.out))
        assert one.err == two.err, (one, two)
    compare_looks(pid, look, [check])


@each(pythons.oldest_and_newest)
@limit(300)
def test_reports_are_those_of_one_process(python):
    """Of a capture and of a core byte for byte, of a process but for what
    differs in any two snapshots."""
    with tempfile.TemporaryDirectory() as folder, \
            Target(python, "held.py") as target:
        capture = folder + "/a.pyheld"
        pyheld("capture", "-o", capture, target.pid, status=(0, 4))
        for command in COMMANDS:
            for name in (capture, target.pid):
                compare_one_process(target.pid, command, name)


def kill_worker(target, command, number, times=1):
    """Run the command, options and all, and give that signal to its first
    `times` workers.  (status, stdout, stderr)"""
    with start(*command, target.pid) as process:
        worker = 0
        for _ in range(times):
            before = worker
            worker = wait_for(lambda: next(
                (w for w in (confined_child(process),)
                 if w and w != before), 0))
            os.kill(worker, number)
        out, err = process.communicate()
    return process.returncode, text(out), text(err)


@limit(300)
def test_a_crash_is_said_and_the_command_runs_again():
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        for number in CRASHES + (signal.SIGKILL,):
            code, out, err = kill_worker(target, ["summary"], number)
            assert code == 4, (number, code, err)
            first = err.splitlines()[0]
            assert first.startswith("pyheld: the process that reads "), err
            assert "it is done once more" in first, err
            assert "objects" in out, out
            unharmed(target)


@limit(300)
def test_a_crash_shows_in_the_status_of_what_is_never_partial():
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        code, out, err = kill_worker(target, ["watch", "--count=1"],
                                     signal.SIGSEGV)
        assert code == 4, (code, err)
        assert "it is done once more" in err, err
        assert "objects" in out, out
        unharmed(target)


@limit(300)
def test_a_type_that_crashes_is_scanned():
    """The worker is killed until that happens while it emulates a type."""
    with Wild(pythons.system()) as target:
        for i in range(60):
            with start("summary", "--json", target.pid) as process:
                worker = wait_for(lambda: confined_child(process) or
                                  process.poll() is not None)
                time.sleep(0.05 * i)
                if process.poll() is None:
                    os.kill(worker, signal.SIGSEGV)
                out, err = process.communicate()
            name = re.search(rb"while the tp_traverse of (wild\.\S+) was"
                             rb" emulated", err)
            if name:
                break
        assert process.returncode == 4, (process.returncode, err)
        assert b"objects of that type are scanned" in err, err
        name = text(name.group(1))
        warnings = [w for w in json.loads(out)["warnings"]
                    if name in w and "crash" in w]
        assert len(warnings) == 1, (name, json.loads(out)["warnings"])
        target.nothing_was_written()
        unharmed(target)


@limit(300)
def test_it_is_not_run_again_and_again():
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        code, out, err = kill_worker(target, ["summary"], signal.SIGSEGV, 2)
        assert code == 3, (code, err)
        assert out == "", out
        lines = err.splitlines()
        assert "without the emulator" in lines[0], err
        assert "once more" not in lines[-1], err
        unharmed(target)


@limit(300)
def test_what_ends_one_ends_both():
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP,
                       signal.SIGKILL):
            with start("summary", target.pid) as process:
                worker = wait_for(lambda: confined_child(process))
                process.send_signal(number)
                process.communicate()
            assert process.returncode == -number, process.returncode
            wait_for(lambda: not is_there(worker), 10)
            wait_for(lambda: status(target.pid)["TracerPid"] == "0", 10)
            unharmed(target)


def is_stopped(pid):
    return status(pid)["State"][0] == "T"


@limit(300)
def test_what_a_terminal_stops_is_both():
    """Of a shell's job, the first process is looked at.  Whoever stops the
    worker alone lets it go on alone."""
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        for number in signal.SIGTSTP, signal.SIGTTOU, signal.SIGSTOP:
            # No group whose stop the kernel would refuse (orphaned).
            with start("summary", target.pid, process_group=0) as process:
                worker = wait_for(lambda: confined_child(process))
                os.kill(worker, number)
                wait_for(lambda: is_stopped(worker))
                if number == signal.SIGSTOP:
                    time.sleep(0.3)
                    assert not is_stopped(process.pid)
                    os.kill(worker, signal.SIGCONT)
                else:
                    wait_for(lambda: is_stopped(process.pid))
                    process.send_signal(signal.SIGCONT)
                out, err = process.communicate()
            assert process.returncode in (0, 4), (process.returncode, err)
            assert b"objects" in out
            unharmed(target)


@limit(300)
def test_a_worker_that_does_not_end_is_ended():
    with Target(pythons.system(), "app.py") as target:
        with start("watch", "--interval=1ms", target.pid) as process:
            worker = wait_for(lambda: confined_child(process))
            # It has a handler, so it would have to run to end.
            wait_for(lambda: int(status(worker)["SigCgt"], 16) >>
                     (signal.SIGTERM - 1) & 1)
            os.kill(worker, signal.SIGSTOP)
            process.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            process.communicate()
        assert process.returncode == -signal.SIGTERM, process.returncode
        assert time.monotonic() - begun > 50
        assert not is_there(worker)
        unharmed(target)


@limit(300)
def test_what_continues_the_first_continues_both():
    """Both were stopped, the worker by a terminal or by anybody, and the one
    that a person knows gets SIGCONT."""
    with Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        for number in signal.SIGTSTP, signal.SIGSTOP:
            with start("summary", target.pid, process_group=0) as process:
                worker = wait_for(lambda: confined_child(process))
                for pid, stop in (process.pid, signal.SIGSTOP), \
                        (worker, number):
                    os.kill(pid, stop)
                    wait_for(lambda: is_stopped(pid))
                process.send_signal(signal.SIGCONT)
                try:
                    out, err = process.communicate(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise
            assert process.returncode in (0, 4), (process.returncode, err)
            assert b"objects" in out
        unharmed(target)


def test_nothing_is_left_of_a_file():
    """The worker is killed while it writes."""
    with tempfile.TemporaryDirectory() as folder, \
            Target(pythons.system(), "crowd.py", "busy", 100000) as target:
        with start("capture", "--no-compress", "-o", folder + "/a.pyheld",
                   target.pid) as process:
            wait_for(lambda: is_writing(process, folder + "/a.pyheld") or
                     process.poll() is not None)
            for worker in children(process.pid):
                os.kill(worker, signal.SIGSEGV)
            err = process.communicate()[1]
        if os.listdir(folder) == ["a.pyheld"]:
            raise Skip("it was written before it was killed")
        assert os.listdir(folder) == [], os.listdir(folder)
        assert process.returncode == 3, (process.returncode, err)
        unharmed(target)


def test_only_what_was_named():
    """A file beside the named one is no different: it is not asked for, and
    nothing tells that it is there."""
    result = pyheld_raw("summary", "/nonexistent/file")
    assert result.status == 3
    assert b"can't be opened as a file: No such file" in result.err, result


def test_a_hard_limit_of_file_sizes_leaves_one_process():
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))

    with Target(pythons.system(), "held.py") as target:
        result = pyheld("doctor", "--json", target.pid, status=(0, 4),
                        preexec_fn=limited)
        assert result.err.count(b"\n") == 1, result
        assert b"warning: no sandbox: the hard limit of ulimit -f" in \
            result.err, result
        assert result.json["sandbox"] == "none: ulimit -f", result
        for option, words in (((), "a filter of system calls"),
                              (("--no-sandbox",), "none: --no-sandbox")):
            result = pyheld("doctor", "--json", *option, target.pid,
                            status=(0, 4))
            assert words in result.json["sandbox"], result
