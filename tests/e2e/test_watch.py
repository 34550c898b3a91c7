# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld watch`: a line for each sample, and a capture when a condition
becomes true."""
import json
import os
import signal
import subprocess
import tempfile
import time

import pythons
from harness import (PYHELD, Target, children, each, expect_error, pyheld,
                     pyheld_raw, status, unharmed)
from test_core import Directory, gcore


def lines_of(result):
    return [json.loads(line) for line in result.out.splitlines()]



@each(pythons.one_each)
def test_samples_agree_with_summary(python):
    with Target(python, "odd.py", "plain") as target:
        samples = lines_of(pyheld("watch", "--json", "--interval=100ms",
                                  "--count=2", target.pid))
        assert len(samples) == 2, samples
        summary = json.loads(pyheld("summary", "--json", target.pid).out)
        assert samples[1]["objects"] == sum(
            t["count"] for t in summary["types"]), samples
        assert samples[0]["growing"] == []
        assert samples[0]["capture"] is None
        unharmed(target)


def test_captures_when_a_condition_becomes_true():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "x%n.pyheld")
        result = pyheld("watch", "--json", "--interval=50ms", "--count=4",
                        "--max-captures=9", "--when=objects>1", "-o", name,
                        target.pid)
        samples = lines_of(result)
        # The condition stays true: only the first sample has a capture.
        assert [bool(s["capture"]) for s in samples] == \
            [True, False, False, False], samples
        assert samples[0]["condition"] == "objects>1"
        assert os.listdir(folder) == ["x1.pyheld"]
        path = os.path.join(folder, "x1.pyheld")
        assert os.stat(path).st_mode & 0o777 == 0o600
        captured = json.loads(pyheld("summary", "--json", path).out)
        assert captured["target"]["pid"] == target.pid
        unharmed(target)


def test_ends_after_its_captures():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        result = pyheld("watch", "--interval=1h", "--when=rss>1", "-o",
                        os.path.join(folder, "x"), target.pid)
        assert time.monotonic() - start < 60
        assert b"captured to" in result.out, result
        # A condition that never becomes true captures nothing.
        pyheld("watch", "--interval=50ms", "--count=2", "--when=rss>1T",
               "-o", os.path.join(folder, "y"), target.pid)
        assert os.listdir(folder) == ["x"]


def test_captures_overwrite_no_file():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            pyheld("watch", "--when=rss>1", "-o",
                   os.path.join(folder, "x%n"), target.pid)
        pyheld("watch", "--when=objects>1", target.pid, cwd=folder)
        assert sorted(os.listdir(folder)) == [
            "pyheld-%d-1.pyheld" % target.pid, "x1", "x2"]


def takes_a_sample(worker):
    """SIGINT is blocked while it does, and before it is confined."""
    now = status(worker)
    return now["Seccomp"] == "2" and \
        int(now["SigBlk"], 16) & 1 << signal.SIGINT - 1


def test_interrupt_within_a_sample():
    """pyheld finishes the sample and does not start to sleep."""
    with Target(pythons.system(), "odd.py", "plain") as target:
        watch = subprocess.Popen(
            [PYHELD, "watch", "--interval=1h", str(target.pid)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not any(map(takes_a_sample, children(watch.pid))):
            time.sleep(0.001)
        watch.send_signal(signal.SIGINT)
        out, err = watch.communicate(timeout=30)
        assert watch.returncode == 0, (watch.returncode, err)
        assert out.count(b"\n") == 1 and err == b"", (out, err)
        unharmed(target)


def test_interrupt_between_samples():
    """SIGINT ends it cleanly, the target unharmed."""
    with Target(pythons.system(), "odd.py", "plain") as target:
        for number in (signal.SIGINT, signal.SIGTERM):
            watch = subprocess.Popen(
                [PYHELD, "watch", "--interval=200ms", str(target.pid)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            line = watch.stdout.readline()
            assert b"objects" in line, line
            watch.send_signal(number)
            out, err = watch.communicate(timeout=30)
            assert watch.returncode == 0, (watch.returncode, err)
            assert err == b"", err
            unharmed(target)


def test_target_ends():
    with Target(pythons.system(), "odd.py", "plain") as target:
        watch = subprocess.Popen(
            [PYHELD, "watch", "--interval=100ms", str(target.pid)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        watch.stdout.readline()
        os.kill(target.pid, signal.SIGKILL)
        out, err = watch.communicate(timeout=30)
        assert watch.returncode == 3, (watch.returncode, err)
        assert err.startswith(b"pyheld: ") and err.count(b"\n") == 1, err


def test_usage_errors():
    for option in ("--when=rss", "--when=growth>5%", "--interval=0",
                   "--interval=soon", "--max-captures=x",
                   "--max-captures=2 -o x"):
        result = pyheld_raw("watch", *option.split(" "), os.getpid())
        assert result.status == 2, result
        assert b"Usage" in result.err, result
    with tempfile.NamedTemporaryFile() as f:
        expect_error("watch", f.name)


def test_files_do_not_change():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            Directory() as d:
        core, _ = gcore(target, d)
        capture = d.file("a.pyheld")
        pyheld("capture", target.pid, "-o", capture)
        for name in (core, capture):
            expect_error("watch", "--count=1", name,
                         words=("does not change: give the PID",))
