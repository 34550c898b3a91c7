# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that are copied without a stop: they notice nothing, and the answer
is that of a stop."""
import os
import socket
import subprocess
import tempfile
import time

import pythons
from harness import (Target, each, expect_error, limit, of_any_snapshot,
                     pyheld, unharmed)

TIMES = 10
OBJECTS = 100000        # some 30 MB


def switches(pid):
    """{thread: how often it left a processor, how often it came to one}."""
    ret = {}
    for tid in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, tid),
                  encoding="ascii") as f:
            arrivals = int(f.read().split()[2])
        with open("/proc/%d/task/%s/status" % (pid, tid),
                  encoding="ascii") as f:
            ret[tid] = arrivals, [line.split()[1] for line in f
                                  if "ctxt_switches" in line]
    return ret


def settled(pid):
    """Its switches, once it rests."""
    before = switches(pid)
    for _ in range(100):
        time.sleep(0.05)
        now = switches(pid)
        if now == before:
            return now
        before = now
    raise AssertionError("it never rests")


def rests(pid, stop="auto"):
    """Did a look disturb no thread of it?"""
    before = settled(pid)
    out = pyheld("summary", "--json", "--limit=1", "--stop=" + stop, pid).json
    assert out["target"]["stopped"] == "none", out["target"]
    assert out["target"]["pause_ns"] == 0, out["target"]
    assert out["target"]["copy_ns"] > 0, out["target"]
    return switches(pid) == before


@each(pythons.few)
def test_a_service_at_rest_notices_nothing(python):
    for kind in ("asyncio", "pool", "blocked"):
        with Target(python, "at_rest.py", kind, 10000) as target:
            assert all(rests(target.pid, stop)
                       for stop in ("auto", "never", "auto"))
            unharmed(target)


def expect_undisturbed(pid):
    undisturbed = sum(rests(pid) for _ in range(TIMES))
    print("# %d of %d" % (undisturbed, TIMES))
    assert undisturbed == TIMES, undisturbed


@limit(240)
def test_large_services_notice_nothing():
    for kind in ("asyncio", "pool"):
        with Target(pythons.system(), "at_rest.py", kind, OBJECTS) as target:
            expect_undisturbed(target.pid)


APPLICATION = """
held = [{"number": i, "text": "text %%d" %% i} for i in range(%d)]

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ready"]
""" % OBJECTS


def gunicorn(folder, port):
    with open(os.path.join(folder, "service.py"), "w", encoding="ascii") as f:
        f.write(APPLICATION)
    return subprocess.Popen(
        pythons.system().argv("-m", "gunicorn", "--bind", "127.0.0.1:%d" % port,
                              "--timeout=1000", "service"),
        cwd=folder, stderr=subprocess.DEVNULL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask(port):
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with s.makefile("rb") as f:
            return f.read()


def wait_for(port):
    for _ in range(600):
        try:
            return ask(port)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("gunicorn does not answer")


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
        return list(map(int, f.read().split()))


@limit(240)
def test_a_worker_of_gunicorn_notices_nothing():
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        with gunicorn(folder, port) as master:
            try:
                wait_for(port)
                expect_undisturbed(*children(master.pid))
                assert b"ready" in ask(port)
            finally:
                master.terminate()


@each(pythons.few)
def test_the_answer_is_that_of_a_stop(python):
    """Also what is known by registers: whose frames and variables it has."""
    with Target(python, "at_rest.py", "pool", 1000) as target:
        for command in (["summary", "--json"], ["refs", "--json"],
                        ["stacks", "--json", "--locals"],
                        ["memory", "--json"]):
            unstopped, stopped = (of_any_snapshot(
                pyheld(*command, "--stop=" + stop, target.pid).out)
                for stop in ("never", "always"))
            assert unstopped == stopped, (command, unstopped, stopped)


def test_a_busy_process_is_refused_or_stopped():
    with Target(pythons.system(), "at_rest.py", "busy", 1000) as target:
        begun = time.monotonic()
        done = expect_error("summary", "--stop=never", "--patience=200ms",
                            target.pid)
        assert 0.2 <= time.monotonic() - begun < 20
        assert "is too busy to be copied without a stop" in str(done), done
        out = pyheld("summary", "--json", target.pid, status=(0, 4)).json
        assert out["target"]["stopped"] == "holder", out["target"]
        assert out["target"]["pause_ns"] > 0, out["target"]
        out = pyheld("summary", "--json", "--stop=always", target.pid).json
        assert out["target"]["stopped"] == "all", out["target"]
        unharmed(target)
