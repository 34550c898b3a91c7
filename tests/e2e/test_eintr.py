# SPDX-License-Identifier: GPL-2.0-or-later
"""What pyheld does to the system calls that the target waits in: nothing if it
rests, and if it is stopped exactly those that pyheld(1) names return EINTR."""
import os
import re
import subprocess
import sys
import tempfile
import time

import pythons
from harness import limit, pyheld

MANUAL = os.path.join(os.path.dirname(pythons.TARGETS), "..", "man",
                      "pyheld.1")
SERVE = """
import ctypes, itertools, signal, sys, threading
def work():
    # Signals are for those that wait for them.
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    for _ in itertools.repeat(None):
        pass
if sys.argv[3] == "works":
    threading.Thread(target=work, daemon=True).start()
ctypes.CDLL(sys.argv[1]).serve(sys.argv[2].encode())
"""
# With a timeout that a socket option sets.
SOCKET = {"accept", "connect", "recv", "recvmsg", "send"}
# By calls that glibc makes of others, or with other arguments.
SAME = {"epoll_wait_fed": "epoll_wait", "semop_fed": "semop",
        "sigwaitinfo_fed": "sigwaitinfo", "accept_timeo": "accept",
        "recv_unix_timeo": "recv", "recv_tcp_timeo": "recv",
        "recv_udp_timeo": "recv", "recvmsg_timeo": "recvmsg",
        "send_timeo": "send", "connect_timeo": "connect"}
# What a sandbox may refuse altogether.
MAY_BE_REFUSED = {"io_uring_enter", "io_getevents", "mq_timedreceive"}


def manual():
    """The calls that pyheld(1) names, as (without, with a socket's timeout)."""
    with open(MANUAL) as f:
        section = f.read().partition('.SH "EFFECT ON THE TARGET"')[2]
    table = section.partition("\n.EX\n")[2].partition("\n.EE\n")[0]
    assert table, section[:200]
    lines = re.split(r"\n(?=\S)", table)
    found = [set(re.findall(r"[a-z_]+[a-z_0-9]*", line.partition(":")[2]))
             for line in lines]
    assert len(found) == 2 and all(found), lines
    return found


class Caller:
    """The Python that waits in all of the calls.  If it works, a thread of it
    runs Python meanwhile."""

    def __init__(self, folder, works=False):
        library = folder + "/calls.so"
        subprocess.check_call(
            os.environ.get("CC", "gcc").split() +
            ["-O1", "-w", "-shared", "-fPIC", "-o", library,
             os.path.join(pythons.TARGETS, "calls.c"), "-lpthread", "-lrt",
             "-lutil"])
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, library, folder,
             "works" if works else "rests"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def ask(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        rows = {}
        while (line := self.process.stdout.readline().strip()) != ".":
            assert line, "the target ended"
            name, *figures = line.split()
            rows[name] = dict(zip(("calls", "eintr", "other", "error", "ms",
                                   "shortest", "longest"),
                                  map(int, figures)))
        return rows

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def run_for(seconds, target, stop):
    """How many runs stopped all of it, a thread, and nothing: 5 runs or more."""
    ways = {"all": 0, "holder": 0, "none": 0}
    end = time.monotonic() + seconds
    while time.monotonic() < end or sum(ways.values()) < 5:
        done = pyheld("summary", "--json", "--stop=" + stop,
                      target.process.pid, status=(0, 3, 4))
        if done.status != 3:
            ways[done.json["target"]["stopped"]] += 1
        time.sleep(0.05)
    return ways


@limit(120)
def test_the_manual_names_the_calls():
    without, sockets = manual()
    assert sockets == SOCKET, sockets
    with tempfile.TemporaryDirectory() as folder, Caller(folder) as target:
        time.sleep(2)
        target.ask("reset")
        time.sleep(3)
        alone = target.ask("report")
        target.ask("reset")
        runs = run_for(8, target, "always")["all"]
        seen = target.ask("report")
        assert runs, runs
    refused = {name for name, row in alone.items() if row["other"]}
    assert refused <= MAY_BE_REFUSED, refused
    interrupted = set()
    for name, row in seen.items():
        assert not alone[name]["eintr"], (name, alone[name])
        print("# %-20s %s" % (name, row))
        if row["eintr"]:
            interrupted.add(SAME.get(name, name))
        elif name not in refused:
            # Looks come faster than its timeout: it does not begin anew.
            assert row["calls"], (name, row)
            assert row["other"] <= alone[name]["other"], (name, row)
    kernel = os.uname().release
    expected = without | sockets
    assert interrupted - refused == expected - refused, \
        "Linux %s, %d runs: more than in the manual: %s; fewer: %s" % (
            kernel, runs, sorted(interrupted - expected),
            sorted(expected - refused - interrupted))


def expect_undisturbed(folder, stop, way):
    with Caller(folder, works=stop == "holder") as target:
        time.sleep(2)
        target.ask("reset")
        ways = run_for(8, target, stop)
        seen = target.ask("report")
    print("# %s" % ways)
    assert ways[way] >= 5 and sum(ways.values()) == ways[way], ways
    for name, row in seen.items():
        assert not row["eintr"], (name, row)


@limit(120)
def test_nothing_is_interrupted_without_a_stop():
    with tempfile.TemporaryDirectory() as folder:
        expect_undisturbed(folder, "never", "none")


@limit(120)
def test_nothing_is_interrupted_while_the_holder_is_stopped():
    """It runs Python, and waits in no call."""
    with tempfile.TemporaryDirectory() as folder:
        expect_undisturbed(folder, "holder", "holder")
