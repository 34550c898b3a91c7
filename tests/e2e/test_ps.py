# SPDX-License-Identifier: GPL-2.0-or-later
"""The Pythons of the machine, and processes that are given by their names."""
import contextlib
import json
import os
import resource
import shutil
import subprocess
import tempfile

import pythons
from harness import (Skip, Target, children, pyheld, pyheld_raw, status,
                     text)
from test_embedded import SCRIPT, libraries, program

WAIT = "import sys; print('ready', flush=True); sys.stdin.read()"
# Within these 16 bytes: an escape sequence, and what ends the name in stat.
NAME = b"a\x1b[31m) \n(\xff\xe2\x80\xae"
HOSTILE = "import ctypes; ctypes.CDLL(None).prctl(15, %r, 0, 0, 0); %s" % (
    NAME, WAIT)
CPU_SECONDS = 0.3


class Planted:
    """Processes that say a line when they are ready."""
    def __init__(self, stack):
        self.stack = stack
        self.pids = {}

    def start(self, name, argv, **popen):
        process = subprocess.Popen(argv, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, cwd="/", **popen)
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        self.stack.callback(process.stdout.close)
        self.stack.callback(process.stdin.close)
        assert process.stdout.readline() == b"ready\n", name
        self.pids[name] = process.pid
        return process

    def renamed(self, folder):
        """A static CPython under another name, of which the file is gone."""
        path = os.path.join(folder, "a server")
        shutil.copy(os.path.realpath(pythons.system().path), path)
        self.start("deleted", [path, "-c", WAIT],
                   env=dict(os.environ, PYTHONHOME="/usr"))
        os.unlink(path)

    def embedded(self, folder):
        for python, library in libraries()[:1]:
            home = os.path.dirname(os.path.dirname(python.path))
            self.start("embedded", [program(folder), library, SCRIPT],
                       env=dict(os.environ, PYTHONHOME=home))


def plant(stack):
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    planted = Planted(stack)
    for p in pythons.supported():
        planted.start(p.label, p.argv("-c", WAIT))
    planted.renamed(folder)
    planted.embedded(folder)
    system = pythons.system().path
    planted.start("hostile", [system, "-c", HOSTILE])
    planted.start("another user", [system, "-c", WAIT], user=65534)
    unshare = planted.start("namespace", [
        "unshare", "--pid", "--fork", "--kill-child", system, "-c", WAIT])
    planted.pids["namespace"] = children(unshare.pid)[0]
    return planted.pids


def crowd(stack):
    shell = subprocess.Popen(["sh", "-c", "for i in $(seq 300); do sleep 99 &"
                              " done; echo; read x; kill $(jobs -p)"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    stack.callback(shell.wait)
    stack.callback(shell.stdin.close)
    stack.callback(shell.stdout.close)
    shell.stdout.readline()


def cpu_of(*args):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = pyheld(*args)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return result, (after.ru_utime - before.ru_utime
                    + after.ru_stime - before.ru_stime)


def check_rows(pids, rows):
    missing = [name for name, pid in pids.items() if pid not in rows]
    assert not missing, missing
    for p in pythons.supported():
        found = rows[pids[p.label]]
        series = "%d.%d" % p.minor
        want = series if p.minor < (3, 11) else "%d.%d.%d" % p.version
        assert found["version"] == want, (p.label, found)
        assert found["unreadable"] is None, found
        assert found["resident"] > 2 << 20 and found["threads"] == 1, found
    assert rows[pids["namespace"]]["inner_pid"] == 1
    assert rows[pids["another user"]]["user"] == "nobody"


def test_planted_processes():
    """All of them are found by root, and among many other processes it does
    not take long."""
    if os.geteuid():
        raise Skip("needs root")
    with contextlib.ExitStack() as stack:
        crowd(stack)
        pids = plant(stack)
        result, seconds = cpu_of("ps", "--json")
        rows = {r["pid"]: r for r in result.json["processes"]}
        check_rows(pids, rows)
        print("# %.2f s of CPU time" % seconds)
        if not os.environ.get("PYHELD_SANITIZED"):
            assert seconds < CPU_SECONDS, seconds
        shown = text(pyheld("ps").out)
        assert all(ord(c) >= 32 or c == "\n" for c in shown), shown
        assert "\u202e" not in shown, shown
        # Each is a row.
        lines = text(pyheld("ps", "--no-header", "--sort=pid").out)
        listed = [int(line.split()[0]) for line in lines.splitlines()]
        assert listed == sorted(listed) and set(pids.values()) <= set(listed)
        check_as_nobody(pids)


def check_as_nobody(pids):
    """Without privileges it is said why others can't be read."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "pyheld")
        shutil.copy(os.environ["PYHELD"], path)
        done = subprocess.run([path, "ps", "--json"], capture_output=True,
                              user=65534, group=65534, extra_groups=[],
                              cwd="/", check=True)
        found = json.loads(done.stdout)
        rows = {r["pid"]: r for r in found["processes"]}
        assert rows[pids["another user"]]["user"] == "nobody", rows
        other = rows[pids[pythons.supported()[0].label]]
        assert "another user" in other["unreadable"], other
        assert found["nr_hidden"] > 300, found["nr_hidden"]


def test_names():
    """A name means one process, or one and those that it started."""
    python = pythons.system()
    name = "pyheld-names-xy"
    # Other tests run a forking.py at the same time.
    with tempfile.TemporaryDirectory() as scripts:
        script = os.path.join(scripts, "pyheld_names.py")
        shutil.copy(os.path.join(pythons.TARGETS, "forking.py"), script)
        check_names(python, script, name)


def check_names(python, script, name):
    with Target(python, script, name, 2) as first:
        for word in (name, "pyheld_names", "pyheld_names.py"):
            found = pyheld("summary", "--json", word)
            assert found.json["target"]["pid"] == first.pid, (word, found)
            assert b"2 that it started" in found.err, found
        listed = pyheld_raw("summary", name[:-1])
        assert listed.status == 3 and b"not a PID or the name" in listed.err
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, name), "wb") as f:
                f.write(b"no capture")
            result = pyheld_raw("summary", name, cwd=folder)
            assert result.status == 3 and b"not a process, capture" in \
                result.err, result
        with Target(python, script, name, 0) as second:
            result = pyheld_raw("summary", name)
            assert result.status == 2 and not result.out, result
            said = text(result.err)
            for pid in [first.pid, second.pid] + first.facts["children"]:
                assert str(pid) in said, said
            assert "is the name of 4 processes" in said, said


def figures(rows, key):
    return {row["pid"]: row[key] for row in rows}


def test_children():
    """A master and its workers, one after the other, in one report."""
    with Target(pythons.system(), "forking.py", "pyheld-master", 3) as target, \
            tempfile.TemporaryDirectory() as folder:
        pids = [target.pid] + target.facts["children"]
        out = pyheld("summary", "--children", "--json", target.pid).json
        assert [p["target"]["pid"] for p in out["processes"]] == pids, out
        rows = [t for t in out["types"] if t["type"] == "__main__.Row"][0]
        counts = figures(rows["processes"], "count")
        assert counts == dict(zip(pids, (0, 3000, 6000, 12000))), counts
        assert rows["count"] == 21000, rows
        shown = text(pyheld("summary", "--children", "pyheld-master").out)
        assert all("IN %d" % pid in shown for pid in pids), shown
        out = pyheld("leaks", "--children", "--json", target.pid).json
        assert figures(out["suspects"][0]["workers"], "entries") == \
            dict(zip(pids[1:], (3000, 6000, 12000))), out["suspects"]
        pyheld("capture", "--children", target.pid, "-o",
               os.path.join(folder, "cap-%p.pyheld"))
        assert sorted(os.listdir(folder)) == \
            sorted("cap-%d.pyheld" % pid for pid in pids)
        lines = pyheld("watch", "--children", "--json", "--count=1",
                       target.pid).out.splitlines()
        assert [json.loads(x)["pid"] for x in lines] == pids, lines
        # No process is left stopped.
        for pid in pids:
            assert status(pid)["TracerPid"] == "0"
        usage = pyheld_raw("capture", "--children", target.pid, "-o", "x")
        assert usage.status == 2 and b"%p" in usage.err, usage


def test_children_of_a_shell():
    """It is no Python, and not read."""
    python = pythons.system()
    with subprocess.Popen(
            ["sh", "-c", '"$0" -c "$1"; true', python.path, WAIT],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shell:
        assert shell.stdout.readline() == b"ready\n"
        child = children(shell.pid)[0]
        out = pyheld("summary", "--children", "--json", shell.pid).json
        assert [p["target"]["pid"] for p in out["processes"]] == [child], out
