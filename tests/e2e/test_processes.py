# SPDX-License-Identifier: GPL-2.0-or-later
"""Unusual processes: several interpreters, forked children, namespaces, busy
threads, other allocators."""
import json
import os
import subprocess
import threading
import time

import pythons
from harness import (CI, Skip, Target, children, each, expect_error, limit,
                     pyheld, pyheld_raw, status, text, unharmed)


def count_of(pid, type_name, status=(0,)):
    out = pyheld("summary", "--json", "--limit=100000", pid,
                 status=status).json
    for row in out["types"]:
        if row["type"] == type_name:
            return row["count"]
    return 0


@each(pythons.supported)
def test_subinterpreters(python):
    """Every interpreter is listed, and the objects of all are counted."""
    with Target(python, "odd.py", "subinterpreters") as target:
        if target.facts["number"] < 0:
            raise Skip("no module for interpreters")
        out = pyheld("summary", "--json", "--limit=100000", target.pid).json
        assert len(out["interpreters"]) == target.facts["number"] + 1, out
        count = sum(r["count"] for r in out["types"]
                    if r["type"] == "__main__.Inner")
        assert count == target.facts["objects"], count
        of = {r["interpreter"] for r in out["types"]
              if r["type"] == "__main__.Inner"}
        assert len(of) == target.facts["number"] and not of & {0, None}, of
        chains = pyheld("chain", "--json", "--type=__main__.Inner",
                        "--count=10", target.pid).json["chains"]
        kept = {c["steps"][-2]["address"] for c in chains
                if c["steps"][-2]["name"].endswith("['kept']")}
        assert len(kept) == target.facts["number"], chains
        # No expression in the main interpreter leads to them.
        assert all(c["expression"] is None for c in chains), chains
        if python.minor == (3, 8):
            # Its gc.garbage belongs to no interpreter, and is one root.
            refs = pyheld("refs", "--json", target.pid).json
            assert not refs["over_explained"], refs
        unharmed(target)


@each(lambda: [p for p in pythons.supported() if p.minor >= (3, 12)])
def test_subinterpreters_with_their_own_gil(python):
    """Interpreters with a GIL, and so objects, of their own."""
    with Target(python, "odd.py", "subinterpreters", "3", "yes") as target:
        out = pyheld("summary", "--json", "--limit=100000", target.pid).json
        assert len(out["interpreters"]) == target.facts["number"] + 1, out
        count = sum(r["count"] for r in out["types"]
                    if r["type"] == "__main__.Inner")
        assert count == target.facts["objects"], count
        unharmed(target)


@each(pythons.one_each)
def test_forked_child(python):
    """A child of os.fork(), and one of a fork() in C."""
    for kind in ("forked", "os_forked"):
        with Target(python, "odd.py", kind) as target:
            lists = count_of(target.pid, "list")
            child = count_of(target.facts["child"], "list")
            assert lists > 1000, lists
            assert abs(lists - child) < 50, (kind, lists, child)
            assert status(target.facts["child"])["TracerPid"] == "0"
            unharmed(target)


def test_target_in_a_pid_namespace():
    """The target's PID is the one outside of its namespace."""
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
        child = children(unshare.pid)[0]
        assert count_of(child, "module") > 10
        out = text(pyheld("summary", child).out)
        assert str(child) in out, out
    finally:
        unshare.kill()
        unshare.wait()


def test_pyheld_inside_a_pid_namespace():
    """pyheld runs in the namespace: the target's PID is the one inside."""
    if os.geteuid():
        raise Skip("needs root to make a PID namespace")
    python = pythons.system()
    script = ("tail -f /dev/null | %s %s plain & pid=$!; sleep 1;"
              " '%s' summary --json $pid; status=$?;"
              " kill $pid; exit $status" % (
                  python.path, python.script("odd.py"),
                  os.path.abspath(os.environ["PYHELD"])))
    done = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", script],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done
    # First the target says its own PID, then pyheld reports.
    facts, _, report = done.stdout.partition(b"\n")
    out = json.loads(report)
    assert out["target"]["pid"] == json.loads(facts)["pid"] < 100, done
    assert out["objects"] > 1000, done


def test_proc_of_another_pid_namespace():
    """A PID means another process there than for the kernel's calls."""
    if os.geteuid():
        raise Skip("needs root to make a PID namespace")
    expect_error("summary", os.getpid(), before=["unshare", "--pid", "--fork"],
                 words=["/proc is that of another PID namespace"])


def test_target_in_a_mount_namespace():
    """The target's binary has no path outside of its namespace."""
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
    """The target's binary was removed, as an upgrade does."""
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
    """A target that was stopped by SIGSTOP is read and stays stopped."""
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
@each(pythons.one)
def test_busy_threads(python):
    """Counts are plausible while threads make and drop objects."""
    threads = 8 if python.free_threaded else 3
    with Target(python, "crowd.py", "busy", 5000, threads) as target:
        for i in range(5 if threads > 3 and not CI else 15):
            out = pyheld("summary", "--json", "--limit=100000", target.pid,
                         status=(0, 4)).json
            counts = {r["type"]: r["count"] for r in out["types"]}
            assert counts["__main__.Node"] == 5000, (i, counts)
            # Each of these threads has 501 of them at most.
            assert 0 <= counts.get("__main__.Leaf", 0) <= threads * 501, \
                (i, counts)
        unharmed(target)


def test_several_pyhelds_at_once():
    """Each pyheld reads the target, or says that another one traces it."""
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


def test_main_thread_has_exited():
    """The leader is a zombie while another thread goes on, through which the
    process is read: what /proc/PID has of the memory is empty."""
    with Target(pythons.system(), "odd.py", "leaderless") as target:
        end = time.monotonic() + 10
        while target.status()["State"][0] != "Z":
            assert time.monotonic() < end
            time.sleep(0.01)
        before = target.status()["State"]
        out = pyheld("summary", "--json", "--limit=0", target.pid).json
        assert out["target"]["pid"] == target.pid, out["target"]
        assert any(r["type"] == "module" for r in out["types"]), out["types"]
        assert target.status()["State"] == before
        for tid in os.listdir("/proc/%d/task" % target.pid):
            assert status(target.pid, int(tid))["TracerPid"] == "0"


def test_gc_freeze_count():
    """The number of frozen objects is gc.get_freeze_count()."""
    for python in {pythons.system(), pythons.newest(), *pythons.without_gil()}:
        with Target(python, "odd.py", "frozen") as target:
            found = pyheld("summary", "--json", target.pid).json
            assert sum(i["gc"]["frozen"] for i in found["interpreters"]) == \
                target.facts["frozen"], (python, found)


def test_dropped_class_is_garbage():
    """A class and its function are garbage.  Without a GIL their counts have a
    reference that nobody holds."""
    for python in {pythons.system(), pythons.newest(), *pythons.without_gil()}:
        with Target(python, "odd.py", "dropped") as target:
            found = pyheld("garbage", "--json", target.pid).json["addresses"]
            for address in target.facts["addresses"]:
                assert "0x%x" % address in found, python
                out = text(pyheld("object", target.pid, "0x%x" % address).out)
                assert "native" not in out, (python, out)


def test_pythonmalloc_values():
    """Every value of PYTHONMALLOC that a release build accepts."""
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
