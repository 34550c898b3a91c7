# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes of other shapes: several interpreters, forked, in another root
or PID namespace, in the midst of work."""
import os
import subprocess
import threading
import time

import pythons
from harness import (CI, Skip, Target, each, expect_error, limit, pyheld,
                     pyheld_raw, status, text, unharmed)


def count_of(pid, type_name, status=(0,)):
    out = pyheld("summary", "--json", "--limit=100000", pid,
                 status=status).json
    for row in out["types"]:
        if row["type"] == type_name:
            return row["count"]
    return 0


@each(pythons.supported)
def test_subinterpreters(python):
    """Objects of all interpreters are counted, and each is listed."""
    with Target(python, "odd.py", "subinterpreters") as target:
        if target.facts["number"] < 0:
            raise Skip("no module for interpreters")
        out = pyheld("summary", "--json", "--limit=100000", target.pid).json
        assert len(out["interpreters"]) == target.facts["number"] + 1, out
        count = sum(r["count"] for r in out["types"]
                    if r["type"] == "__main__.Inner")
        assert count == target.facts["objects"], count
        chains = pyheld("chain", "--json", "--type=__main__.Inner",
                        "--count=10", target.pid).json["chains"]
        kept = {c["steps"][-2]["address"] for c in chains
                if c["steps"][-2]["name"].endswith("['kept']")}
        assert len(kept) == target.facts["number"], chains
        # sys.modules of the main interpreter does not lead to them.
        assert all(c["expression"] is None for c in chains), chains
        unharmed(target)


@each(pythons.supported)
def test_isolated_subinterpreters(python):
    """With a GIL, and so objects, of their own (3.12 and later)."""
    if python.minor < (3, 12):
        return
    with Target(python, "odd.py", "subinterpreters", "3", "yes") as target:
        out = pyheld("summary", "--json", "--limit=100000", target.pid).json
        assert len(out["interpreters"]) == target.facts["number"] + 1, out
        count = sum(r["count"] for r in out["types"]
                    if r["type"] == "__main__.Inner")
        assert count == target.facts["objects"], count
        unharmed(target)


@each(pythons.one_each)
def test_forked(python):
    """A child that fork() made, with and without Python's knowledge."""
    for kind in ("forked", "os_forked"):
        with Target(python, "odd.py", kind) as target:
            lists = count_of(target.pid, "list")
            child = count_of(target.facts["child"], "list")
            assert lists > 1000, lists
            assert abs(lists - child) < 50, (kind, lists, child)
            assert status(target.facts["child"])["TracerPid"] == "0"
            unharmed(target)


def test_pid_namespace():
    """Its PID out here is taken; what it calls itself is not."""
    if os.geteuid():
        raise Skip("needs root to make a PID namespace")
    python = pythons.system()
    unshare = subprocess.Popen(
        ["unshare", "--pid", "--fork", "--kill-child", *python.argv(
            python.script("odd.py"), "plain")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        line = unshare.stdout.readline()
        assert b'"pid": 1}' in line, line
        with open("/proc/%d/task/%d/children" % (unshare.pid,
                                                 unshare.pid)) as f:
            child = int(f.read().split()[0])
        assert count_of(child, "module") > 10
        out = text(pyheld("summary", child).out)
        assert str(child) in out, out
    finally:
        unshare.kill()
        unshare.wait()


def test_from_inside_a_pid_namespace():
    """pyheld itself in one: the target has the PID that is seen there."""
    if os.geteuid():
        raise Skip("needs root to make a PID namespace")
    python = pythons.system()
    script = ("tail -f /dev/null | %s %s plain & pid=$!; sleep 1; '%s' summary $pid; status=$?;"
              " kill $pid; exit $status" % (
                  python.path, python.script("odd.py"),
                  os.path.abspath(os.environ["PYHELD"])))
    done = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", script],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done
    assert b"CPython" in done.stdout, done


def test_another_mount_namespace():
    """A binary that has another name, and no path at all, out here."""
    if os.geteuid():
        raise Skip("needs root to make a mount namespace")
    python = pythons.system()
    script = ("mount -t tmpfs none /mnt && cp %s /mnt/renamed && "
              "exec /mnt/renamed %s plain" % (
                  os.path.realpath(python.path), python.script("odd.py")))
    target = subprocess.Popen(["unshare", "--mount", "sh", "-c", script],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert target.stdout.readline(), "it doesn't run"
        assert not os.path.exists("/mnt/renamed")
        assert count_of(target.pid, "module") > 10
    finally:
        target.kill()
        target.wait()


def test_deleted_binary():
    """The program was upgraded: its file is gone."""
    python = pythons.system()
    path = "/tmp/pyheld-deleted-%d" % os.getpid()
    subprocess.run(["cp", os.path.realpath(python.path), path], check=True)
    target = subprocess.Popen(
        [path, python.script("odd.py"), "plain"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env=dict(os.environ, PYTHONHOME="/usr"))
    try:
        assert target.stdout.readline(), "it doesn't run"
        os.unlink(path)
        assert count_of(target.pid, "module") > 10
    finally:
        target.kill()
        target.wait()


@each(pythons.one_each)
def test_stopped_target_stays_stopped(python):
    """One that its user has stopped (job control) is read and left so."""
    with Target(python, "odd.py", "plain") as target:
        os.kill(target.pid, 19)         # SIGSTOP
        end = time.monotonic() + 10
        while target.status()["State"][0] != "T":
            assert time.monotonic() < end
            time.sleep(0.01)
        assert count_of(target.pid, "module") > 10
        time.sleep(0.05)
        assert target.status()["State"][0] == "T", target.status()["State"]
        assert target.status()["TracerPid"] == "0"
        os.kill(target.pid, 18)         # SIGCONT
        while target.status()["State"][0] == "T":
            assert time.monotonic() < end
            time.sleep(0.01)


@limit(200)
@each(pythons.some)
def test_under_load(python):
    """Threads that make and drop objects all the time: what is reported is
    plausible, every time."""
    threads = 8 if python.free_threaded else 3
    with Target(python, "crowd.py", "busy", 5000, threads) as target:
        for i in range(5 if threads > 3 and not CI else 15):
            out = pyheld("summary", "--json", "--limit=100000", target.pid,
                         status=(0, 4)).json
            counts = {r["type"]: r["count"] for r in out["types"]}
            assert counts["__main__.Node"] == 5000, (i, counts)
            # Each of these threads has 100 to 501 of them.
            assert 0 <= counts.get("__main__.Leaf", 0) <= threads * 501, \
                (i, counts)
        unharmed(target)


def test_two_at_once():
    """The second pyheld says who holds the target, or waits; both end."""
    with Target(pythons.system(), "crowd.py", "busy", 50000) as target:
        results = []

        def run():
            results.append(pyheld_raw("summary", target.pid))
        runs = [threading.Thread(target=run) for _ in range(4)]
        for t in runs:
            t.start()
        for t in runs:
            t.join()
        for r in results:
            assert r.status in (0, 3), r
            assert r.status == 0 or b"is traced by" in r.err, r
            assert r.status == 0 or r.out == b"", r
        assert any(r.status == 0 for r in results), results
        unharmed(target)


def test_main_thread_has_ended():
    """Only another thread is left: the leader is a zombie."""
    with Target(pythons.system(), "odd.py", "leaderless") as target:
        end = time.monotonic() + 10
        while target.status()["State"][0] != "Z":
            assert time.monotonic() < end
            time.sleep(0.01)
        # The kernel shows its memory only below its other threads.
        expect_error("summary", target.pid, words=["main thread", "exited"])


def test_frozen():
    """gc.freeze() leaves as many as it says."""
    for python in {pythons.system(), pythons.newest(), *pythons.without_gil()}:
        with Target(python, "odd.py", "frozen") as target:
            found = pyheld("summary", "--json", target.pid).json
            assert sum(i["gc"]["frozen"] for i in found["interpreters"]) == \
                target.facts["frozen"], (python, found)


def test_dropped_class():
    """Free-threaded, classes and functions count a reference that nobody
    holds: they are garbage all the same."""
    for python in {pythons.system(), pythons.newest(), *pythons.without_gil()}:
        with Target(python, "odd.py", "dropped") as target:
            found = pyheld("garbage", "--json", target.pid).json["addresses"]
            for address in target.facts["addresses"]:
                assert "0x%x" % address in found, python
                out = text(pyheld("object", target.pid, "0x%x" % address).out)
                assert "native" not in out, (python, out)


def test_allocators():
    """PYTHONMALLOC of every kind that a release build has."""
    for python in {pythons.system(), pythons.newest(), *pythons.without_gil()}:
        for name in ("debug", "mimalloc", "mimalloc_debug") \
                if python.free_threaded else \
                ("malloc", "debug", "malloc_debug", "pymalloc_debug"):
            with Target(python, "crowd.py", "still", 1000,
                        env={"PYTHONMALLOC": name}) as target:
                count = count_of(target.pid, "__main__.Node")
                assert count == 1000, (python, name, count)


def test_tracemalloc_and_dev_mode():
    for python in {pythons.system(), pythons.newest(), *pythons.without_gil()}:
        for env in ({"PYTHONTRACEMALLOC": "5"}, {"PYTHONDEVMODE": "1"}):
            with Target(python, "crowd.py", "still", 1000,
                        env=env) as target:
                assert count_of(target.pid, "__main__.Node") == 1000
