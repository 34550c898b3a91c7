#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a service notices of snapshots: how many of them stop nothing, one
thread, or all threads, and for how long, beside a plain copy of the memory.

The targets, of some 150 MB: a server of asyncio and a pool of 50 threads, which
rest; a service that answers ten requests a second; and 8 threads that are
always busy.  A snapshot of a target at rest must not be seen in the context
switches of its threads.

usage: tests/bench/ways.py --pyheld=FILE [--snapshots=N]
"""
import argparse
import collections
import contextlib
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bench import harness, mib, ms, plain_copy, pythons, run    # noqa: E402
from client import Client                                       # noqa: E402

# MUST HOLD: shares of the snapshots, and of the longest pause.
LEAST_NONE_AT_REST = 0.98
LEAST_NONE_AT_WORK = 0.4
LEAST_NONE_OR_HOLDER = 0.9
MOST_PAUSE = 1.1        # times the plain copy

OBJECTS = 450000


def switches(pid):
    """The context switches of all threads so far."""
    total = 0
    for tid in os.listdir("/proc/%d/task" % pid):
        status = harness.status(pid, int(tid))
        total += int(status["voluntary_ctxt_switches"]) + \
            int(status["nonvoluntary_ctxt_switches"])
    return total


def measure(pyheld, target, snapshots):
    """{way: [pause in seconds]}, and in how many snapshots that stopped
    nothing a thread ran all the same."""
    command = [pyheld, "summary", "--json", "--limit=1", str(target.pid)]
    ways, moved = collections.defaultdict(list), 0
    for _ in range(snapshots):
        before = switches(target.pid)
        told = json.loads(run(command)[2])["target"]
        ways[told["stopped"]].append(told["pause_ns"] / 1e9)
        moved += told["stopped"] == "none" and \
            switches(target.pid) != before
    return ways, moved


def holds(text, ok):
    return "%s %s" % (text, "holds" if ok else "DOES NOT HOLD")


def judge(kind, ways, moved, plain):
    nr = sum(map(len, ways.values()))
    none, holder = len(ways["none"]), len(ways["holder"])
    longest = max(max(p, default=0) for p in list(ways.values()))
    if kind == "rest":
        return [holds("%g of them stop nothing" % LEAST_NONE_AT_REST,
                      none >= LEAST_NONE_AT_REST * nr),
                holds("no thread ran", not moved)]
    lines = [holds("a pause of at most %g times the plain copy" % MOST_PAUSE,
                   longest <= MOST_PAUSE * plain)]
    if kind == "work":
        lines += [holds("%g of them stop nothing" % LEAST_NONE_AT_WORK,
                        none >= LEAST_NONE_AT_WORK * nr),
                  holds("%g stop one thread at most" % LEAST_NONE_OR_HOLDER,
                        none + holder >= LEAST_NONE_OR_HOLDER * nr)]
    return lines


TARGETS = [
    ("asyncio, at rest", "rest", ("at_rest.py", "asyncio", OBJECTS)),
    ("50 threads, at rest", "rest", ("at_rest.py", "pool", OBJECTS)),
    ("10 requests/s", "work", ("holding.py", "serving", OBJECTS)),
    ("8 busy threads", "busy", ("crowd.py", "busy", OBJECTS // 3, 7)),
]


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--pyheld", default="src/pyheld")
    p.add_argument("--snapshots", type=int, default=100)
    o = p.parse_args()
    python = pythons.system()
    print("CPython %s; %d snapshots of each\n" % (python.label, o.snapshots))
    print("%-20s %10s %5s %7s %4s %10s %10s %10s" % (
        "", "copy of", "none", "holder", "all", "plain copy", "median",
        "longest"))
    for name, kind, arguments in TARGETS:
        with harness.Target(python, *arguments) as target, \
                contextlib.ExitStack() as stack:
            time.sleep(0.5)
            if kind == "work":
                stack.enter_context(Client(target.facts["port"]))
            plain, size = plain_copy(target.pid, 5)
            ways, moved = measure(os.path.abspath(o.pyheld), target,
                                  o.snapshots)
            pauses = sorted(ways["holder"] + ways["all"]) or [0]
            print("%-20s %10s %5d %7d %4d %10s %10s %10s" % (
                name, mib(size), len(ways["none"]), len(ways["holder"]),
                len(ways["all"]), ms(plain), ms(pauses[len(pauses) // 2]),
                ms(pauses[-1])))
            for line in judge(kind, ways, moved, plain):
                print("  " + line)


if __name__ == "__main__":
    main()
